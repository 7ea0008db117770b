"""Which record a row without an id is about: what tells records of a kind apart, and ids made of it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.table.cells import german
from koschuso.interchange.table.columns import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from koschuso.interchange.format import Holdings
    from koschuso.interchange.table.columns import Part
    from koschuso.model import Record

__all__ = ["NATURAL", "REPEATED", "Identity", "Nature"]

NATURAL: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "organisation": (("school.schulnummer",), ("name",)),
    "person": (("email",), ("family_name", "given_name")),
    "committee": (("name",),),
    "relation": (("type", "source", "target", "period.von"),),
    "position": (("plan_number",), ("name", "employer_id", "period.von")),
    "assignment": (("position_id", "place_id", "duty", "period.von"),),
    "funding": (("position_id", "funding_source", "period.von"),),
    "series": (("title",),),
    "event": (("title", "span.beginn"),),
    "participation": (("event_id", "person_id", "email", "name", "organisation_id"),),
    "task": (("title", "parent_id"),),
    "activity": (("day", "taetigkeit", "title", "person_id"),),
    "consultation": (("day", "target_group", "form", "topics", "schulform", "organisation_id"),),
    "concept": (("title", "version"),),
    "milestone": (("title", "when"),),
    "goal": (("title",),),
    "cooperation": (("title",),),
    "survey": (("title", "day"),),
}
"""What tells records of a kind apart: the first of these of which a column is filled."""

REPEATED: Final = frozenset(
    {"activity", "consultation", "task", "participation", "relation", "position", "assignment", "funding"}
)
"""Kinds of which two rows may well say the same; they are told apart by which of them comes first."""

Nature = tuple[int, tuple[str, ...]]
"""Which of the alternatives of `NATURAL` a row fills, and with what."""

_AMBIGUOUS: Final = ""


class Identity:
    """Finds and makes ids for the rows of one table.

    Args:
        kind: Kind of its records.
        held: What the office holds, ``None`` for a file that is read by itself.
    """

    def __init__(self, kind: str, held: Holdings | None) -> None:
        self._kind = kind
        self._held = held
        self._repeats: Counter[object] = Counter()
        self._index: dict[Nature, str] | None = None

    def natures_of(self, cell: Callable[[str], str], cells: Sequence[str]) -> list[Nature]:
        """Say what tells a row apart, the strongest first; the whole row where nothing else does.

        Args:
            cell: Gives the text in the column of a path.
            cells: All texts.
        """
        natures = [
            (rank, tuple(_compared(cell(path)) for path in paths)) for rank, paths in enumerate(NATURAL[self._kind])
        ]
        return [nature for nature in natures if any(nature[1])] or [(-1, tuple(cells))]

    def count(self, what: object) -> int:
        """Say how many rows up to here are the same."""
        self._repeats[what] += 1
        return self._repeats[what]

    def id_of(self, natures: Sequence[Nature]) -> str | None:
        """Give the id of the stored record that a row is about, or one for a new record that stays the same.

        ``None`` means that several stored records fit.
        """
        for nature in natures:
            found = self._stored_ids().get(nature)
            if found == _AMBIGUOUS and nature is natures[0]:
                return None
            if found and self._agrees(found, natures, nature):
                return found
        rank, key = natures[0]
        if rank == 0 and self._kind == "organisation":
            return f"schule-{key[0]}"
        text = "\0".join((self._kind, str(rank), *key))
        repeats = self.count(natures[0]) if self._kind in REPEATED else 1
        if repeats > 1:
            text += f"\0{repeats}"
        return f"{self._kind}-{blake2b(text.encode('utf-8', 'replace'), digest_size=10).hexdigest()}"

    def _stored_ids(self) -> Mapping[Nature, str]:
        """Give the ids of all stored records by what tells them apart; two of one sort are ambiguous."""
        if self._index is None:
            self._index = {}
            for record in () if self._held is None or self._kind in REPEATED else self._held.every(self._kind):
                for nature in _natures_of_record(record):
                    known = self._index.setdefault(nature, record.id)
                    if known != record.id:
                        self._index[nature] = _AMBIGUOUS
        return self._index

    def _agrees(self, record_id: str, natures: Sequence[Nature], found_by: Nature) -> bool:
        """Whether a record found by something weak (a name) has nothing stronger (an address) that the row contradicts."""
        stronger = [rank for rank, _key in natures if rank < found_by[0]]
        if not stronger or self._held is None:
            return True
        record = self._held(self._kind, record_id)
        return record is not None and not any(rank in stronger for rank, _key in _natures_of_record(record))


def _natures_of_record(record: Record) -> Iterator[Nature]:
    for rank, paths in enumerate(NATURAL[record.KIND]):
        key = tuple(_compared(german(_cell_at(record.KIND, record, path))) for path in paths)
        if any(key):
            yield rank, key


def _compared(text: str) -> str:
    return text.strip().casefold()


def _cell_at(kind: str, record: Record, path: str) -> Any:
    """Give the cell of a column of a record."""
    part, number = _where(kind)[path]
    return part.write(getattr(record, part.field))[number]


@lru_cache(maxsize=32)
def _where(kind: str) -> Mapping[str, tuple[Part, int]]:
    return {column.path: (part, number) for part in parts_of(kind) for number, column in enumerate(part.columns)}
