"""Import as an act: what a file would change, decided record by record and written in one transaction."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import InvalidRecord
from koschuso.model import Finding, Record, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Change", "ImportResult", "Outcome", "merge", "plan"]


class Outcome(StrEnum):
    """What an import does with one record."""

    CREATED = "neu"
    UPDATED = "geändert"
    UNCHANGED = "unverändert"


@attrs.frozen(kw_only=True)
class Change:
    """What an import does with one record, and to which fields.

    Attributes:
        outcome: New, changed or unchanged.
        record: The record as it is to be stored.
        fields: Names of the fields that change.
    """

    outcome: Outcome
    record: Record = attrs.field(repr=False)
    fields: tuple[str, ...] = ()

    @property
    def reference(self) -> Reference:
        """Kind and id of the record."""
        return Reference(self.record.KIND, self.record.id)


@attrs.frozen(kw_only=True)
class ImportResult:
    """What an import did, or would do.

    Attributes:
        format: Title of the format that the content was recognised as.
        created: Records that were not there before.
        updated: Records of which a field changed.
        unchanged: Records that were already as the file has them.
        refused: What could not be taken, and why.
        findings: What was mended or is doubtful.
        left_out: What was deliberately not taken: private properties of people, rows of no interest.
        changes: All of it, record by record.
        dry_run: Whether nothing was written.
    """

    format: str
    created: tuple[Reference, ...] = ()
    updated: tuple[Reference, ...] = ()
    unchanged: tuple[Reference, ...] = ()
    refused: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = attrs.field(default=(), repr=False)
    dry_run: bool = False

    def summary(self) -> str:
        """Say in one German paragraph what happened."""
        verb = "würde übernommen" if self.dry_run else "übernommen"
        counts = f"{len(self.created)} neu, {len(self.updated)} geändert, {len(self.unchanged)} unverändert"
        parts = [f"{self.format}: {counts} {verb}."]
        if self.left_out:
            parts.append(f"Bewusst ausgelassen: {len(self.left_out)}.")
        if self.refused:
            parts.append(f"Nicht übernommen, bitte prüfen: {len(self.refused)}.")
        if self.findings:
            parts.append(f"Hinweise zur Datei: {len(self.findings)}.")
        if self.dry_run:
            parts.append("Es wurde nichts geschrieben.")
        return " ".join(parts)


def plan(
    records: Iterable[Record],
    stored: Callable[[Record], Record | None],
    carries: Mapping[str, tuple[str, ...]],
    settle: Callable[[Record, Record], Record] | None = None,
) -> tuple[list[Change], list[Finding]]:
    """Decide for each record what storing it would do.

    Args:
        records: The records of the file; of two with the same id the later one counts.
        stored: Gives the stored record of the same kind and id.
        carries: What the format can carry, see `koschuso.interchange.format.Format`.
        settle: What it says only coarsely, likewise.

    Returns:
        What to store, and why the rest is refused.
    """
    refused: list[Finding] = []
    changes: dict[Reference, Change] = {}
    for record in records:
        reference = Reference(record.KIND, record.id)
        before = stored(record)
        if before is None:
            changes[reference] = Change(outcome=Outcome.CREATED, record=record)
            continue
        try:
            read = record if settle is None else settle(before, record)
            after = merge(before, read, _carried(record, carries))
        except InvalidRecord as error:
            # The file's fields contradict those of the stored record that it does not carry.
            refused.extend(finding for finding in error.findings if isinstance(finding, Finding))
            continue
        fields = tuple(
            field.name
            for field in attrs.fields(type(after))
            if getattr(before, field.name) != getattr(after, field.name)
        )
        outcome = Outcome.UPDATED if fields else Outcome.UNCHANGED
        changes[reference] = Change(outcome=outcome, record=after, fields=fields)
    return list(changes.values()), refused


def _carried(record: Record, carries: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    of_its_type = carries.get(f"{record.KIND}/{getattr(record, 'type', '')}")
    return carries.get(record.KIND) if of_its_type is None else of_its_type


def merge(before: Any, after: Any, fields: tuple[str, ...] | None) -> Any:
    """Put the fields that a file carries into the stored value and leave the others as they are."""
    if fields is None or before is None or after is None or type(before) is not type(after):
        return after
    inner: dict[str, list[str]] = {}
    for field in fields:
        name, _, rest = field.partition(".")
        inner.setdefault(name, []).extend([rest] if rest else [])
    merged = {
        name: merge(getattr(before, name), getattr(after, name), tuple(rest) or None) for name, rest in inner.items()
    }
    if "extras" not in merged and isinstance(after, Record) and after.extras:
        merged["extras"] = {**before.extras, **after.extras}
    return attrs.evolve(before, **merged)
