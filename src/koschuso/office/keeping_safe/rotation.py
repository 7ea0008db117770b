"""Which backups to keep: the newest of each of the last days, weeks and months; the others may go.

Deleting is done with care. Only files in the one folder count that carry the name of our backups, are sound backups, and
were made of this very store at a moment that its record of changes still knows: whatever is in them is also in the store
as it is now, or was changed since by somebody. A file of any doubt stays, and as long as a backup that is to be kept turns
out to be damaged, nothing is deleted at all.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import KoschusoError, Refused, WrongUse
from koschuso.office.keeping_safe.backup_file import open_backup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from koschuso.store.driver import StoreDriver

__all__ = ["Rotation", "rotate", "surplus"]

_NAME = re.compile(r"koschuso-sicherung-\d{5,8}-\d{4}-\d{2}-\d{2}-\d{6}(?:-\d+)?\.zip")
_PART = re.compile(r"(\d{1,4})\s*(tag|woche|monat|jahr)(?:e|en|n)?", re.IGNORECASE)
_PERIODS: dict[str, Callable[[datetime], tuple[int, ...]]] = {
    "tag": lambda moment: (moment.year, moment.month, moment.day),
    "woche": lambda moment: moment.isocalendar()[:2],
    "monat": lambda moment: (moment.year, moment.month),
    "jahr": lambda moment: (moment.year,),
}


@attrs.frozen(kw_only=True)
class Rotation:
    """For how many days, weeks, months and years to keep the newest backup of each.

    Attributes:
        keep: Number by period (``tag``, ``woche``, ``monat``, ``jahr``).
    """

    keep: dict[str, int]

    @classmethod
    def parse(cls, text: str) -> Rotation:
        """Read a rule as people write it.

        Raises:
            WrongUse: It cannot be understood, or keeps nothing.

        >>> Rotation.parse("7 Tage, 5 Wochen, 12 Monate").keep
        {'tag': 7, 'woche': 5, 'monat': 12}
        """
        keep: dict[str, int] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            found = _PART.fullmatch(part)
            if found is None or found[2].lower() in keep:
                raise WrongUse(
                    f"»{text}« sagt nicht, welche Sicherungen bleiben sollen; erwartet wird zum Beispiel "
                    "»7 Tage, 5 Wochen, 12 Monate«."
                )
            keep[found[2].lower()] = int(found[1])
        if not any(keep.values()):
            raise WrongUse("Mindestens eine Sicherung muss bleiben, zum Beispiel mit »7 Tage, 5 Wochen, 12 Monate«.")
        return cls(keep=keep)


def surplus(moments: Sequence[datetime], rotation: Rotation) -> list[int]:
    """Give the positions of those backups that the rule does not keep; the newest one is always kept.

    Args:
        moments: When each backup was made.
        rotation: The rule.
    """
    newest_first = sorted(range(len(moments)), key=lambda position: moments[position], reverse=True)
    kept = set(newest_first[:1])
    for period, number in rotation.keep.items():
        seen: set[tuple[int, ...]] = set()
        for position in newest_first:
            span = _PERIODS[period](moments[position])
            if span not in seen and len(seen) < number:
                seen.add(span)
                kept.add(position)
    return [position for position in range(len(moments)) if position not in kept]


def rotate(newest: Path, rotation: Rotation, driver: StoreDriver) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Delete the backups of a store that a rule does not keep.

    Args:
        newest: The backup that was just made: it stays whatever the clock says, and the others lie beside it.
        rotation: The rule.
        driver: The store that the backups were made of.

    Returns:
        The files that were deleted, and those that should have been kept but are damaged: then nothing was deleted.
    """
    ours: list[tuple[Path, datetime]] = []
    for path in sorted(newest.parent.iterdir()):
        if _NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            moment = _made_of(path, driver)
            if moment is not None:
                ours.append((path, moment))
    moments = [moment for _, moment in ours]
    gone = [position for position in surplus(moments, rotation) if ours[position][0].name != newest.name]
    if not gone:
        return (), ()
    damaged = tuple(path for position, (path, _) in enumerate(ours) if position not in gone and not _is_sound(path))
    if damaged:
        return (), damaged
    removed = []
    for position in gone:
        with suppress(FileNotFoundError):
            ours[position][0].unlink()
            removed.append(ours[position][0])
    return tuple(removed), ()


def _made_of(path: Path, driver: StoreDriver) -> datetime | None:
    """Tell when a backup of this store was made; ``None`` for anything else."""
    try:
        with open_backup(path) as archive:
            manifest = archive.manifest
    except (KoschusoError, OSError):
        return None
    with driver.transaction(write=False) as reading:
        try:
            reading.changes(manifest.stand)
        except Refused:
            return None
    return manifest.created


def _is_sound(path: Path) -> bool:
    try:
        with open_backup(path) as archive:
            archive.check()
    except (KoschusoError, OSError):
        return False
    return True
