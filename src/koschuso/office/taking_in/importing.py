"""What an import did or would do, record by record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, overload

import attrs

from koschuso.model import Finding, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Change", "ImportResult", "Outcome", "References"]


class Outcome(StrEnum):
    """What an import does with one record."""

    CREATED = "neu"
    UPDATED = "geändert"
    KEPT = "behalten"
    UNCHANGED = "unverändert"


class References(Sequence[Reference]):
    """Kind and id of many records, held as texts: a large import names hundreds of thousands.

    >>> found = References(["event/fachtag"])
    >>> found[0].kind, len(found), found == (Reference("event", "fachtag"),)
    ('event', 1, True)
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = tuple(keys)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> Reference: ...
    @overload
    def __getitem__(self, index: slice) -> References: ...
    def __getitem__(self, index: int | slice) -> Reference | References:
        if isinstance(index, slice):
            return References(self._keys[index])
        return _reference(self._keys[index])

    def __iter__(self) -> Iterator[Reference]:
        return map(_reference, self._keys)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, References):
            return self._keys == other._keys
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._keys)

    def __repr__(self) -> str:
        return f"<{len(self._keys)} Datensätze>"


def _reference(key: str) -> Reference:
    kind, _, id_ = key.partition("/")
    return Reference(kind, id_)


@attrs.frozen(kw_only=True)
class Change:
    """What an import does with one record, and to which fields.

    Attributes:
        outcome: New, changed, kept against the file, or unchanged.
        reference: Kind and id of the record.
        fields: Names of the fields that change.
    """

    outcome: Outcome
    reference: Reference
    fields: tuple[str, ...] = ()


_NONE = References()


@attrs.frozen(kw_only=True)
class ImportResult:
    """What an import did, or would do.

    Attributes:
        format: Title of the format that the content was recognised as.
        created: Records that were not there before.
        updated: Records of which a field changed.
        kept: Records that the file has otherwise, but not newer: what the office holds was not overwritten; a finding
            says so for each.
        unchanged: Records that were already as the file has them.
        fields: For each updated record the names of the fields that change.
        refused: What could not be taken, and why.
        findings: What was mended or is doubtful.
        left_out: What was deliberately not taken: private properties of people, rows of no interest.
        dry_run: Whether nothing was written.
        titles: In a dry run, what people call the records that were read: an id rarely tells them.
            Personal, so it stands in no ``repr``.
    """

    format: str
    created: References = _NONE
    updated: References = _NONE
    kept: References = _NONE
    unchanged: References = _NONE
    fields: Mapping[Reference, tuple[str, ...]] = attrs.field(factory=dict, repr=False)
    refused: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    dry_run: bool = False
    titles: Mapping[Reference, str] = attrs.field(factory=dict, repr=False, eq=False)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of it, record by record: what is new first, what is unchanged last."""
        return tuple(
            Change(outcome=outcome, reference=reference, fields=self.fields.get(reference, ()))
            for outcome, references in (
                (Outcome.CREATED, self.created),
                (Outcome.UPDATED, self.updated),
                (Outcome.KEPT, self.kept),
                (Outcome.UNCHANGED, self.unchanged),
            )
            for reference in references
        )

    def summary(self) -> str:
        """Say in one German paragraph what happened."""
        counts = f"{len(self.created)} neu, {len(self.updated)} geändert, {len(self.unchanged)} unverändert."
        if not (self.created or self.updated or self.kept or self.unchanged or self.left_out or self.refused):
            counts = "Die Datei enthält keinen Eintrag."
        parts = [f"{self.format}: {counts}"]
        if self.kept:
            parts.append(f"Nicht überschrieben, weil Ihr Stand neuer oder von Ihnen geändert ist: {len(self.kept)}.")
        if self.left_out:
            parts.append(f"Bewusst ausgelassen: {len(self.left_out)}.")
        if self.refused:
            parts.append(f"Nicht übernommen, bitte prüfen: {len(self.refused)}.")
        if self.findings:
            parts.append(f"Hinweise zur Datei: {len(self.findings)}.")
        if self.dry_run:
            parts.append("Es wurde nichts geschrieben.")
        return " ".join(parts)
