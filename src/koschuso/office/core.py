"""An office that is open: its store, its plugins and its settings, and its records, catalogues and rules through them.

What an office does with files, reports, mails and backups (`koschuso.office.facade`) is built on this.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from koschuso.errors import InvalidRecord
from koschuso.model import RECORD_TYPES, Finding, Record, Reference
from koschuso.office.view import OfficeView
from koschuso.query import Query
from koschuso.store import ANY, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from koschuso.model import Catalogue
    from koschuso.office.settings import Settings
    from koschuso.plugin.registry import Registry
    from koschuso.query import Condition
    from koschuso.reporting.texts import TextFolder
    from koschuso.rules import Rule
    from koschuso.store import Store, Stored

__all__ = ["OpenOffice", "SaveResult"]

T = TypeVar("T", bound=Record)


@attrs.frozen(kw_only=True)
class SaveResult:
    """What saving records did: kind and id of each, by outcome."""

    created: tuple[Reference, ...] = ()
    updated: tuple[Reference, ...] = ()
    unchanged: tuple[Reference, ...] = ()


class OpenOffice:
    """An open office and its records; `koschuso.Office` is the one to use.

    Attributes:
        folder: The office's folder; ``None`` for a store without one.
        settings: What the office decided once.
        registry: koschuso's own and the enabled plugins' formats, reports, rules …
        store: Where the records are.
    """

    def __init__(self, *, store: Store, registry: Registry, settings: Settings, folder: Path | None = None) -> None:
        self.store = store
        self.registry = registry
        self.settings = settings
        self.folder = folder

    def close(self) -> None:
        """Close the store; the office can no longer be used."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Office {self.settings.ags} {self.folder or ''}>"

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """Every catalogue by name, with what the enabled plugins added."""
        return self.registry.catalogues

    def records(self, record_type: type[T], *conditions: Condition) -> Iterator[T]:
        """Give the records of a kind that meet all conditions, in the order of their ids."""
        return (stored.value for stored in self.store.query(Query(record_type, where=conditions)))

    def get(self, record_type: type[T], id: str) -> T:  # noqa: A002 - the record's own term
        """Give one record.

        Raises:
            NotFound: There is none of this kind with this id.
        """
        return self.store.get(record_type, id).value

    def find(self, id: str) -> list[Stored[Any]]:  # noqa: A002 - the record's own term
        """Give every record with an id, of whatever kind; ``kind/id`` asks for one kind."""
        kind, _, rest = id.partition("/")
        kinds = [(RECORD_TYPES[kind], rest)] if kind in RECORD_TYPES and rest else []
        places = kinds or [(record_type, id) for record_type in RECORD_TYPES.values()]
        found = (self.store.find(record_type, wanted) for record_type, wanted in places)
        return [stored for stored in found if stored is not None]

    def save(self, *records: Record, reason: str = "Bearbeitung") -> SaveResult:
        """Store records as they are, all or none; an equal one stays untouched.

        New values of plugins' fields must fit their declaration, and a plugin must declare them: a typing mistake is not
        kept quietly. Values that are stored already pass as they are, so that a plugin that is switched off or has
        changed costs nothing. A `Store` knows no plugins and checks none of this.

        Raises:
            InvalidRecord: A new value of a plugin's field does not fit; nothing was stored. One finding for each.
            Unavailable: The store cannot be written; nothing was changed.
        """
        # Looking and writing are one transaction: what somebody else saves in between is never overwritten unseen.
        with self.store.transaction(reason=reason):
            unique = {Reference(record.KIND, record.id): record for record in records}
            self._require_declared(unique.values())
            done = {reference: self.store.put(record, expect=ANY).outcome for reference, record in unique.items()}
        by_outcome = {
            outcome: tuple(reference for reference, found in done.items() if found is outcome) for outcome in Outcome
        }
        return SaveResult(
            created=by_outcome[Outcome.CREATED],
            updated=by_outcome[Outcome.UPDATED],
            unchanged=by_outcome[Outcome.UNCHANGED],
        )

    def _require_declared(self, records: Iterable[Record]) -> None:
        """Refuse new values of plugins' fields that do not fit their declaration."""
        findings: list[Finding] = []
        for record in records:
            if record.extras:
                stored = self.store.find(type(record), record.id)
                findings += self.registry.declared.problems(record, None if stored is None else stored.value)
        if findings:
            sentences = " ".join(f"{finding.kind} {finding.id}: {finding.message}" for finding in findings)
            raise InvalidRecord(sentences, findings)

    def view(self) -> OfficeView:
        """Give a read-only view for reports and rules."""
        from koschuso.reporting.report import OfficeInfo  # noqa: PLC0415 - `import koschuso` stays cheap

        settings = self.settings
        region = self._region()
        office = OfficeInfo(name=settings.name, ags=settings.ags, region=region, id=settings.office_id)
        return OfficeView(
            self.store,
            self.catalogues,
            office,
            self._as_of(),
            self._rules,
            declared=self.registry.declared,
            texts=self.texts,
        )

    def check(self) -> tuple[Finding, ...]:
        """Apply every rule, koschuso's own and the plugins', and give what they found."""
        with self.store.snapshot():
            return self.view().findings

    @property
    def texts(self) -> TextFolder | None:
        """Where the office writes its words for reports; ``None`` for an office without a folder."""
        from koschuso.reporting.texts import FOLDER, TextFolder  # noqa: PLC0415 - `import koschuso` stays cheap

        return None if self.folder is None else TextFolder(self.folder / FOLDER)

    def label(self, catalogue: str, key: str) -> str:
        """Give the German label of a key; a key that is not known is shown as it is."""
        known = self.catalogues.get(catalogue)
        return key if known is None else known.label(key)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        """Every rule; the one about extension fields is made of their declarations."""
        from koschuso.rules import extras_rule  # noqa: PLC0415 - `import koschuso` stays cheap

        return (*self.registry.rules.values(), extras_rule(self.registry.fields.values()))

    def _as_of(self) -> datetime:
        """When the data last changed: what reports and exports state instead of the clock, so that they stay the same."""
        return self.store.last_changed_at() or datetime.now(UTC).replace(microsecond=0)

    def _region(self) -> str:
        from koschuso.nrw.municipalities import by_ags, exists  # noqa: PLC0415 - `import koschuso` stays cheap

        return by_ags(self.settings.ags).title if exists(self.settings.ags) else ""
