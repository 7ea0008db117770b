"""One span over several periods, so that records of a period and of the one before it are read in one pass."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from koschuso.model import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["covering"]


def covering(periods: Sequence[Period], *, margin: int = 0) -> Period:
    """Give the shortest span that holds all periods.

    >>> str(covering([Period.calendar_year(2025), Period.calendar_year(2024)]))
    '01.01.2024 – 31.12.2025'

    Args:
        periods: At least one.
        margin: Days more on either side.
    """
    more = timedelta(days=margin)
    sinces = [period.since for period in periods if period.since is not None]
    untils = [period.until for period in periods if period.until is not None]
    return Period(
        since=min(sinces) - more if len(sinces) == len(periods) else None,
        until=max(untils) + more if len(untils) == len(periods) else None,
    )
