"""The reports that koschuso brings along."""

from __future__ import annotations

from koschuso.reporting.geschichte import GESCHICHTE
from koschuso.reporting.kennzahlen import KENNZAHLEN
from koschuso.reporting.stellenuebersicht import STELLENUEBERSICHT
from koschuso.reporting.taetigkeiten import TAETIGKEITEN

__all__ = ["BUILTIN_REPORTS", "GESCHICHTE", "KENNZAHLEN", "STELLENUEBERSICHT", "TAETIGKEITEN"]

BUILTIN_REPORTS = (STELLENUEBERSICHT, KENNZAHLEN, TAETIGKEITEN, GESCHICHTE)
"""All of them, in the order in which they are offered."""
