"""Auskunft: everything that is held about one person, in the store and by plugins (DS-18, Art. 15 DSGVO)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs

from koschuso.errors import PluginFailed
from koschuso.guard import describe, guarded
from koschuso.model import RECORD_TYPES, Participation, Person, Record, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    """

    person_id: str
    records: Mapping[str, tuple[Mapping[str, Any], ...]] = attrs.field(repr=False)
    holders: Mapping[str, Any] = attrs.field(repr=False)
    failures: tuple[PluginFailed, ...] = ()

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
        }
        return json.dumps(content, ensure_ascii=False, indent=2, default=str).encode()


def access(person_id: str, view: Records, holders: Iterable[DataHolder] = ()) -> AccessReport:
    """Gather everything that is held about a person.

    Found are the person, every record that refers to it, and participations that carry its mail address without
    referring to it. All holders are asked, also after one has failed.

    Args:
        person_id: Id of the person.
        view: Where the records are.
        holders: What plugins keep themselves, such as ``registry.data_holders.values()``.
    """
    from koschuso.codec import unstructure  # noqa: PLC0415 - only needed here

    person = next((found for found in view.records(Person) if found.id == person_id), None)
    address = "" if person is None else person.email.casefold()
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for kind, record_type in RECORD_TYPES.items():
        about = tuple(
            unstructure(record) for record in view.records(record_type) if _is_about(record, person_id, address)
        )
        if about:
            found[kind] = about
    answers: dict[str, Any] = {}
    failures: list[PluginFailed] = []
    for holder in holders:
        outcome = guarded(lambda holder=holder: holder.access(person_id))  # type: ignore[misc]
        if outcome.error is not None:
            failures.append(_failed(holder, outcome.error))
        elif outcome.value:
            answers[holder.name] = outcome.value
    return AccessReport(person_id=person_id, records=found, holders=answers, failures=tuple(failures))


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
