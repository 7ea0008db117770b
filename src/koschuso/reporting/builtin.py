"""The reports that koschuso brings along."""

from __future__ import annotations

from koschuso.reporting.geschichte import GESCHICHTE
from koschuso.reporting.kennzahlen import KENNZAHLEN
from koschuso.reporting.stellenuebersicht import STELLENUEBERSICHT

__all__ = ["BUILTIN_REPORTS", "GESCHICHTE", "KENNZAHLEN", "STELLENUEBERSICHT"]

BUILTIN_REPORTS = (STELLENUEBERSICHT, KENNZAHLEN, GESCHICHTE)
"""All of them, in the order in which they are offered."""
