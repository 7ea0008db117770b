"""What leaves the office, and for whom: the one place where audience profiles are enforced (DS-05 to DS-10).

What is left out is counted by reason, never named. Nothing here knows a format or a report: both get only what has
passed.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from koschuso.errors import WrongUse
from koschuso.model import (
    EMPTY,
    RECORD_TYPES,
    Assignment,
    Event,
    EventStatus,
    Finding,
    FrozenMapping,
    FunctionHeld,
    Person,
    PersonStatus,
    Position,
    PrivacyClass,
    Publication,
    Record,
    Reference,
    Relation,
    Severity,
    Workload,
    visible_classes,
)
from koschuso.privacy.profiles import AUDIENCES, COMPLETE, INTERNAL, PROFILES, Profile
from koschuso.privacy.scrubbing import blank_addresses, blank_phone_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from koschuso.model import ExtraField

__all__ = ["Filtered", "for_audience", "may_use"]

R = TypeVar("R", bound=Record)


@attrs.frozen(kw_only=True)
class Filtered:
    """What an audience may see.

    Attributes:
        records: The records, reduced to what may be seen, in their order.
        omitted: What was left out, one finding for each reason with its number (``Finding.value``); no names, no ids.
    """

    records: tuple[Record, ...] = attrs.field(repr=False)
    omitted: tuple[Finding, ...] = ()


class _Reason(StrEnum):
    """Why something was left out; the value is the rule of the finding."""

    NO_BASIS = "ds05.ohne_rechtsgrundlage"
    REVOKED = "ds06.widerrufen"
    UNPUBLISHED = "ds07.nicht_freigegeben"
    LEFT = "ds17.ausgeschieden"
    NO_FUNCTION = "ds07.ohne_funktion"
    INSIDE = "ds21.bleibt_intern"
    HIDDEN = "ds08.nicht_sichtbar"
    UNDECIDED = "ds08.noch_nicht_geplant"
    NOT_IN_FORCE = "ds10.gilt_nicht"
    PERSONAL = "ds07.person_nicht_dabei"
    DRAFT = "ds21.entwurf"
    FOREIGN = "ds09.fremde_zeilen"
    EXTRAS = "ds09.zusatzfelder"
    TEXT = "ds08.text_bereinigt"


_SENTENCES = {
    _Reason.NO_BASIS: "{count} × {label}: ohne Rechtsgrundlage für diesen Zweck ausgelassen.",
    _Reason.REVOKED: "{count} × {label}: nach Widerruf der Einwilligung ausgelassen.",
    _Reason.UNPUBLISHED: "{count} × {label}: nicht zur Veröffentlichung freigegeben und ausgelassen.",
    _Reason.LEFT: "{count} × {label}: ausgeschieden und ausgelassen.",
    _Reason.NO_FUNCTION: "{count} × {label}: nur die Funktion ist freigegeben, aber keine erfasst; ausgelassen.",
    _Reason.INSIDE: "{count} × {label}: bleibt in der Koordinierungsstelle und wurde ausgelassen.",
    _Reason.HIDDEN: "{count} × {label}: für diesen Empfängerkreis nicht sichtbar und ausgelassen.",
    _Reason.UNDECIDED: "{count} × {label}: erst eine Idee oder verworfen und ausgelassen.",
    _Reason.NOT_IN_FORCE: "{count} × {label}: gilt am Tag der Ausgabe nicht und wurde ausgelassen.",
    _Reason.PERSONAL: "{count} × {label}: gehört zu einer Person, die nicht ausgegeben wird, und wurde ausgelassen.",
    _Reason.DRAFT: "{count} × {label}: noch nicht beschlossen und ausgelassen.",
    _Reason.FOREIGN: "{count} × {label}: Zeilen aus eingelesenen Dateien werden nicht weitergegeben.",
    _Reason.EXTRAS: "{count} × {label}: Zusatzfelder, die für diesen Empfängerkreis nicht bestimmt sind, fehlen.",
    _Reason.TEXT: "{count} × {label}: Telefonnummern oder E-Mail-Adressen von Personen wurden aus dem Text genommen.",
}

_DRAFTS = frozenset({"entwurf", "in_abstimmung"})
_IDEAS = frozenset({EventStatus.IDEE, EventStatus.VERWORFEN})
_NAME_OF_POSITION = "Stelle"


def may_use(person: Person, purpose: str, on: date) -> bool:
    """Tell whether a person's data may be used for a purpose on a day (DS-05, DS-06).

    A task or contract is a basis by itself, a consent only while it is in force. After a revocation the person is out
    for that purpose, whatever else is noted, until there is a new consent; other purposes are not touched.

    Args:
        person: The person.
        purpose: Key of the catalogue ``zweck``.
        on: The day.
    """
    return _basis(person, purpose, on) is None


def _basis(person: Person, purpose: str, on: date) -> _Reason | None:
    """Give why the data must not be used, ``None`` when they may be."""
    consents = [consent for consent in person.consents if consent.purpose == purpose]
    if any(consent.holds_on(on) for consent in consents):
        return None
    if any(consent.revoked_on is not None and consent.revoked_on <= on for consent in consents):
        return _Reason.REVOKED
    bases = {basis.basis for basis in person.legal_bases if basis.purpose == purpose}
    return None if bases - {"einwilligung"} else _Reason.NO_BASIS


def for_audience(
    records: Iterable[Record],
    audience: str,
    *,
    on: date,
    fields: Iterable[ExtraField] = (),
    purpose: str = "",
    labels: Callable[[str, str], str] | None = None,
) -> Filtered:
    """Reduce records to what an audience may see.

    Give all records that are exported or referred to at once: what is said about a person depends on whether the person
    is among them. Who may be named nowhere is named nowhere, also not as a speaker or author.

    Args:
        records: The records.
        audience: Key of the catalogue ``audience``, or ``"vertraulich"`` for the office's own complete copy.
        on: Day of the export.
        fields: Declared extension fields; values without a declaration count as ``intern``.
        purpose: Key of the catalogue ``zweck``; by default that of the audience, and none for ``intern``.
        labels: Gives the German label for a catalogue's name and a key, for people of whom only the function is shown.

    Raises:
        WrongUse: There is no such audience.
    """
    given = tuple(records)
    if audience == COMPLETE:
        return Filtered(records=given)
    if audience not in AUDIENCES:
        known = ", ".join(AUDIENCES)
        raise WrongUse(f"Einen Empfängerkreis »{audience}« gibt es nicht. Möglich sind: {known}.")
    declared = tuple(fields)
    classes = {field.name: field.privacy for field in declared}
    if audience == INTERNAL:
        return _Inside(declared, purpose, on).filter(given)
    profile = PROFILES[audience]
    if purpose:
        profile = attrs.evolve(profile, purpose=purpose)
    return _Outside(given, profile, classes, on, labels or _shipped_label).filter(given)


def _shipped_label(catalogue: str, key: str) -> str:
    from koschuso import catalogues  # noqa: PLC0415 - read only where a function stands for a name

    return catalogues.load(catalogue).label(key)


class _Tally:
    """Counts what is left out, by reason and kind."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[_Reason, str]] = Counter()

    def note(self, reason: _Reason, kind: str) -> None:
        self._counts[reason, kind] += 1

    def findings(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                rule=reason.value,
                message=_SENTENCES[reason].format(count=count, label=RECORD_TYPES[kind].LABEL),
                severity=Severity.INFO,
                kind=kind,
                value=str(count),
            )
            for (reason, kind), count in sorted(self._counts.items())
        )


def _extras(record: Record, classes: Mapping[str, PrivacyClass], allowed: frozenset[PrivacyClass]) -> Mapping[str, Any]:
    """Give those values of extension fields that may travel; who has no declaration stays with the office."""
    if not record.extras:
        return record.extras
    return FrozenMapping(
        {name: value for name, value in record.extras.items() if classes.get(name, PrivacyClass.INTERN) in allowed}
    )


_ALL_BUT_CONFIDENTIAL = visible_classes(INTERNAL)


class _Inside:
    """The office itself: everything but confidential extension fields, and for a purpose only who may be used for it."""

    def __init__(self, fields: Iterable[ExtraField], purpose: str, on: date) -> None:
        self._classes = {field.name: field.privacy for field in fields}
        # Lines that were read while the plugin was missing hold values as well.
        self._hidden = frozenset(field.property for field in fields if field.privacy not in _ALL_BUT_CONFIDENTIAL)
        self._purpose = purpose
        self._on = on
        self._tally = _Tally()

    def filter(self, records: Iterable[Record]) -> Filtered:
        kept = tuple(reduced for record in records if (reduced := self._reduced(record)) is not None)
        return Filtered(records=kept, omitted=self._tally.findings())

    def _reduced(self, record: Record) -> Record | None:
        if self._purpose and isinstance(record, Person):
            reason = _basis(record, self._purpose, self._on)
            if reason is not None:
                self._tally.note(reason, record.KIND)
                return None
        extras = _extras(record, self._classes, _ALL_BUT_CONFIDENTIAL)
        foreign = record.foreign
        if self._hidden and foreign:
            foreign = tuple(entry for entry in foreign if _property(entry) not in self._hidden)
        if len(extras) == len(record.extras) and len(foreign) == len(record.foreign):
            return record
        self._tally.note(_Reason.EXTRAS, record.KIND)
        return attrs.evolve(record, extras=extras, foreign=foreign)


def _property(entry: str) -> str:
    """Name of the property of a kept line."""
    return entry.lstrip(":").partition(":")[0].partition(";")[0].rpartition(".")[2].upper()


class _Outside:
    """An audience outside the office: whitelists of kinds and fields, and people only as far as they may be shown."""

    def __init__(
        self,
        records: Iterable[Record],
        profile: Profile,
        classes: Mapping[str, PrivacyClass],
        on: date,
        labels: Callable[[str, str], str],
    ) -> None:
        self._profile = profile
        self._classes = classes
        self._on = on
        self._labels = labels
        self._tally = _Tally()
        self._shown: dict[str, Person] = {}
        people = [record for record in records if isinstance(record, Person)]
        for person in people:
            shown = self._person(person)
            if shown is not None:
                self._shown[person.id] = shown
        self._people = frozenset(person.id for person in people)
        visible = {person.email.casefold() for person in self._shown.values() if person.email}
        self._addresses = frozenset(person.email.casefold() for person in people if person.email) - visible
        self._positions = {record.id: on in record.period for record in records if isinstance(record, Position)}

    def filter(self, records: Iterable[Record]) -> Filtered:
        kept = tuple(reduced for record in records if (reduced := self._reduced(record)) is not None)
        return Filtered(records=kept, omitted=self._tally.findings())

    def _reduced(self, record: Record) -> Record | None:
        if isinstance(record, Person):
            return self._shown.get(record.id)
        reason = self._refusal(record)
        if reason is not None:
            self._tally.note(reason, record.KIND)
            return None
        reduced = self._project(record)
        return self._scrubbed(reduced) if self._profile.scrubbed and isinstance(reduced, Event) else reduced

    # -- people ------------------------------------------------------------------------------------------------------

    def _person(self, person: Person) -> Person | None:
        reason = self._person_refusal(person)
        if reason is not None:
            self._tally.note(reason, person.KIND)
            return None
        held = tuple(FunctionHeld(function=held.function) for held in person.functions if self._on in held.period)
        if self._profile.published_only and person.publication is Publication.FUNKTION:
            return self._function_only(person, held)
        return attrs.evolve(self._project(person), functions=held)

    def _person_refusal(self, person: Person) -> _Reason | None:
        if Person.KIND not in self._profile.fields:
            return _Reason.INSIDE
        if person.status is PersonStatus.AUSGESCHIEDEN:
            return _Reason.LEFT
        if self._profile.published_only and person.publication is Publication.NEIN:
            return _Reason.UNPUBLISHED
        return _basis(person, self._profile.purpose, self._on)

    def _function_only(self, person: Person, held: tuple[FunctionHeld, ...]) -> Person | None:
        """Show a person by function alone: no name, no address that tells one, no id that an address book gave."""
        if not held:
            self._tally.note(_Reason.NO_FUNCTION, person.KIND)
            return None
        alias = blake2b(person.id.encode(), digest_size=10).hexdigest()
        label = self._labels("personenfunktion", held[0].function)
        return Person(id=f"funktion-{alias}", family_name=label, functions=held)

    # -- everything else ---------------------------------------------------------------------------------------------

    def _refusal(self, record: Record) -> _Reason | None:
        """Give why a record does not travel at all, ``None`` when it does."""
        if record.KIND not in self._profile.fields:
            return _Reason.INSIDE
        if isinstance(record, Event):
            return self._event_refusal(record)
        if isinstance(record, Relation):
            return self._relation_refusal(record)
        if isinstance(record, Position | Assignment) and not self._profile.dated:
            current = self._on in record.period and (
                isinstance(record, Position) or self._positions.get(record.position_id, True)
            )
            return None if current else _Reason.NOT_IN_FORCE
        # Only a concept has drafts; other kinds have no such status.
        draft = self._profile.published_only and getattr(record, "status", "") in _DRAFTS
        return _Reason.DRAFT if draft else None

    def _event_refusal(self, event: Event) -> _Reason | None:
        if event.visibility.value not in self._profile.visibility:
            return _Reason.HIDDEN
        return _Reason.UNDECIDED if event.status in _IDEAS else None

    def _relation_refusal(self, relation: Relation) -> _Reason | None:
        ends = [end.id for end in (relation.source, relation.target) if end.kind == Person.KIND]
        if ends and (relation.type not in self._profile.relations or any(end not in self._shown for end in ends)):
            return _Reason.PERSONAL
        return None if self._profile.dated or self._on in relation.period else _Reason.NOT_IN_FORCE

    def _project(self, record: R) -> R:
        """Make a copy that has only the fields of the profile; the others are as if nothing were known."""
        allowed = self._profile.fields[record.KIND]
        values: dict[str, Any] = {}
        for field in attrs.fields(type(record)):
            if field.name in allowed:
                values[field.name] = self._shareable(field.name, getattr(record, field.name))
        if isinstance(record, Position):
            # What a position is called may tell who works in it.
            values.setdefault("name", _NAME_OF_POSITION)
        extras = _extras(record, self._classes, self._profile.privacy)
        if len(extras) != len(record.extras):
            self._tally.note(_Reason.EXTRAS, record.KIND)
        if record.foreign:
            self._tally.note(_Reason.FOREIGN, record.KIND)
        return type(record)(id=record.id, extras=extras or EMPTY, **values)

    def _shareable(self, name: str, value: Any) -> Any:
        """Take people who are not shown out of a value, and words out of a workload."""
        if isinstance(value, Reference):
            return self._reference(value)
        if isinstance(value, Workload):
            return attrs.evolve(value, stated="")
        if isinstance(value, tuple):
            if name == "speaker_ids":
                return tuple(self._shown[id_].id for id_ in value if id_ in self._shown)
            shared = (
                self._shareable(name, item) for item in value if not (name.endswith("_ids") and item in self._people)
            )
            return tuple(item for item in shared if item is not None)
        if attrs.has(type(value)):
            changed = {
                field.name: shared
                for field in attrs.fields(type(value))
                if (shared := self._shareable(field.name, before := getattr(value, field.name))) is not before
                and shared != before
            }
            return attrs.evolve(value, **changed) if changed else value
        return value

    def _reference(self, reference: Reference) -> Reference | None:
        if reference.kind != Person.KIND:
            return reference
        shown = self._shown.get(reference.id)
        return None if shown is None else Reference(Person.KIND, shown.id)

    def _scrubbed(self, event: Event) -> Event:
        location = event.location
        clean = attrs.evolve(
            event,
            title=self._text(event.title),
            description=self._text(event.description),
            location=location
            and attrs.evolve(location, name=self._text(location.name), room=self._text(location.room)),
            topics=tuple(self._text(topic) for topic in event.topics),
            workshops=tuple(attrs.evolve(workshop, title=self._text(workshop.title)) for workshop in event.workshops),
        )
        if clean != event:
            self._tally.note(_Reason.TEXT, event.KIND)
        return clean

    def _text(self, text: str) -> str:
        return blank_addresses(blank_phone_numbers(text), self._addresses)
