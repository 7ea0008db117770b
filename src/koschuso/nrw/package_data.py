"""Reading the tables that ship with the package."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["rows"]


def rows(name: str) -> Iterator[dict[str, str]]:
    """Read one of the tables in ``koschuso/nrw/data`` row by row.

    >>> next(rows("schulferien.csv"))["name"]
    'Weihnachtsferien'
    """
    text = resources.files("koschuso.nrw").joinpath("data", name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))
