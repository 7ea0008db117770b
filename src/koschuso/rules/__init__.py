"""Checks over the data of an office: Förder-Plausibilität and data quality.

A `Rule` looks at a read-only view and gives findings; `check` asks many of them. The rules advise: they correct nothing,
and none of them says that something is allowed.
"""

from __future__ import annotations

from typing import Final

from koschuso.rules.coordination import CoordinationRatio, Staff, coordination_ratio
from koschuso.rules.extras import extras_rule
from koschuso.rules.foerderung import FOERDER_RULES
from koschuso.rules.integrity import INTEGRITY_RULES
from koschuso.rules.people import PEOPLE_RULES
from koschuso.rules.positions import POSITION_RULES
from koschuso.rules.rule import Rule, Snapshot, Source, View, check

__all__ = [
    "FOERDER_RULES",
    "RULES",
    "CoordinationRatio",
    "Rule",
    "Snapshot",
    "Source",
    "Staff",
    "View",
    "check",
    "coordination_ratio",
    "extras_rule",
]

RULES: Final[tuple[Rule, ...]] = (*POSITION_RULES, *FOERDER_RULES, *INTEGRITY_RULES, *PEOPLE_RULES)
"""The rules that koschuso brings."""
