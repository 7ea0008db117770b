"""Auskunft: everything that is held about one person, in the store and by plugins (DS-18, Art. 15 DSGVO)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

import attrs

from koschuso.errors import PluginFailed
from koschuso.guard import MOST_RECORDS, describe, guarded
from koschuso.model import EMPTY, RECORD_TYPES, DeclaredFields, Participation, Person, Record, Reference
from koschuso.privacy.profiles import COMPLETE

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AccessReport", "DataHolder", "Records", "access"]

R = TypeVar("R", bound=Record)


class Records(Protocol):
    """Where the records are read from."""

    def records(self, record_type: type[R], /) -> Iterable[R]:
        """Give all records of a type."""


@attrs.frozen(kw_only=True)
class DataHolder:
    """A plugin's duty to tell and to erase personal data that it keeps outside the store (Art. 15 and 17 DSGVO).

    Attributes:
        name: ``"plugin:name"``.
        access: Gives what it holds about a person's id, as JSON values; something empty when that is nothing.
        erase: Removes what it holds about a person's id and gives the number of things removed.
    """

    name: str
    access: Callable[[str], Any]
    erase: Callable[[str], int]


@attrs.frozen(kw_only=True)
class AccessReport:
    """What is held about one person.

    Attributes:
        person_id: The person.
        records: JSON form of every record that is about or mentions the person, by kind.
        holders: What plugins hold, by the name of the holder; empty answers are left out.
        failures: Holders that could not be asked; while there are any, the report is incomplete.
        labels: What the names of plugins' fields among the records mean, in German.
    """

    person_id: str
    records: Mapping[str, tuple[Mapping[str, Any], ...]] = attrs.field(repr=False)
    holders: Mapping[str, Any] = attrs.field(repr=False)
    failures: tuple[PluginFailed, ...] = ()
    labels: Mapping[str, str] = EMPTY

    @property
    def complete(self) -> bool:
        """Whether everybody answered."""
        return not self.failures

    def require_complete(self) -> None:
        """Refuse to hand out an incomplete report.

        Raises:
            ExceptionGroup: One `PluginFailed` for each holder that could not be asked.
        """
        if self.failures:
            raise ExceptionGroup("Die Auskunft ist unvollständig.", list(self.failures))

    def to_json(self) -> bytes:
        """Write the report as JSON, for the person."""
        import json  # noqa: PLC0415 - only needed to hand it out

        content = {
            "person": self.person_id,
            "vollstaendig": self.complete,
            "datensaetze": {kind: list(found) for kind, found in self.records.items()},
            "plugins": dict(self.holders),
            "bezeichnungen": dict(self.labels),
        }
        return json.dumps(content, ensure_ascii=False, indent=2, default=str).encode()


def access(
    person_id: str, view: Records, holders: Iterable[DataHolder] = (), *, declared: DeclaredFields | None = None
) -> AccessReport:
    """Gather everything that is held about a person.

    Found are the person, every record that refers to it, and participations that carry its mail address without
    referring to it. All holders are asked, also after one has failed.

    Args:
        person_id: Id of the person.
        view: Where the records are.
        holders: What plugins keep themselves, such as ``registry.data_holders.values()``.
        declared: The declared fields (``registry.declared``), for their labels; the values are told in any case.
    """
    from koschuso.codec import unstructure  # noqa: PLC0415 - only needed here

    person = next((found for found in view.records(Person) if found.id == person_id), None)
    address = "" if person is None else person.email.casefold()
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    labels: dict[str, str] = {}
    for kind, record_type in RECORD_TYPES.items():
        about = [record for record in view.records(record_type) if _is_about(record, person_id, address)]
        if about:
            found[kind] = tuple(map(unstructure, about))
        if declared is not None:
            shown = (extra for record in about for extra in declared.shown(record, COMPLETE))
            labels.update((extra.name, extra.label) for extra in shown)
    answers: dict[str, Any] = {}
    failures: list[PluginFailed] = []
    for holder in holders:
        outcome = guarded(lambda holder=holder: _as_json(holder.access(person_id)))  # type: ignore[misc]
        if outcome.error is not None:
            failures.append(_failed(holder, outcome.error))
        elif outcome.value:
            answers[holder.name] = outcome.value
    return AccessReport(person_id=person_id, records=found, holders=answers, failures=tuple(failures), labels=labels)


def _as_json(answer: Any) -> Any:
    """Make JSON values of an answer here, where a failure is still the holder's: a generator may fail late.

    Raises:
        TypeError: It holds something that is no JSON value, also not by its usual text.
    """
    import json  # noqa: PLC0415 - only needed here

    def plain(value: Any) -> Any:
        if isinstance(value, date | Decimal | UUID | PurePath):
            return str(value)
        if isinstance(value, Mapping):
            return dict(value)
        if isinstance(value, Iterator | set | frozenset):
            items = list(islice(value, MOST_RECORDS + 1))
            if len(items) <= MOST_RECORDS:
                return items
            raise TypeError(f"mehr als {MOST_RECORDS} Angaben; vermutlich endet die Aufzählung nie")
        raise TypeError(f"{type(value).__name__} ist kein JSON-Wert")

    return json.loads(json.dumps(answer, default=plain))


def _failed(holder: DataHolder, error: BaseException) -> PluginFailed:
    plugin = holder.name.partition(":")[0]
    failure = PluginFailed(
        f"Das Plugin »{plugin}« konnte nicht sagen, was es über die Person gespeichert hat "
        f"({describe(error, with_text=False)}). Die Auskunft ist unvollständig; bitte mahnen Sie das Plugin an.",
        plugin=plugin,
        stage="use",
    )
    failure.__cause__ = error
    return failure


_PERSON_FIELDS: Mapping[str, tuple[str, ...]] = {
    "position": ("holder_id",),
    "event": ("speaker_ids",),
    "participation": ("person_id", "registered_by"),
    "task": ("responsible_ids",),
    "activity": ("person_id",),
}
"""Kind of record -> fields that hold ids of people; references name their kind themselves."""


def _is_about(record: Record, person_id: str, address: str) -> bool:
    if isinstance(record, Person):
        return record.id == person_id
    for field in _PERSON_FIELDS.get(record.KIND, ()):
        value = getattr(record, field)
        if value == person_id or (isinstance(value, tuple) and person_id in value):
            return True
    if isinstance(record, Participation) and address and record.email.casefold() == address:
        return True
    return any(found == Reference(Person.KIND, person_id) for found in _references(record))


def _references(value: Any) -> Iterator[Reference]:
    """Give every reference inside a record or one of its parts."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _references(item)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _references(getattr(value, field.name))
