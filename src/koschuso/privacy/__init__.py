"""Data protection as code: what leaves the office for whom, what is not taken in, and what is held about a person.

The requirements DS-01 to DS-22 of the domain dossier are enforced here and nowhere else: writers and reports get only
what has passed `for_audience`, and readers are lossless because `strip_private` acts behind them.
"""

from __future__ import annotations

from koschuso.privacy.access import AccessReport, DataHolder, access
from koschuso.privacy.intake import PRIVATE_PROPERTIES, refuse_case_columns, strip_private
from koschuso.privacy.profiles import AUDIENCES, COMPLETE, INTERNAL, PROFILES, Profile
from koschuso.privacy.release import Filtered, for_audience, may_use

__all__ = [
    "AUDIENCES",
    "COMPLETE",
    "INTERNAL",
    "PRIVATE_PROPERTIES",
    "PROFILES",
    "AccessReport",
    "DataHolder",
    "Filtered",
    "Profile",
    "access",
    "for_audience",
    "may_use",
    "refuse_case_columns",
    "strip_private",
]
