"""Actors: persons, organisations of every kind and committees.

Only official contact data have a place here: birth date, private address or phone, photo, health or appraisal cannot be
stored at all (domain.md DS-02), and nothing about pupils, parents or cases (DS-01).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.values import Address, Coordinates, check_ags, check_email, check_keys, is_key

__all__ = [
    "Committee",
    "Consent",
    "CoordinationProfile",
    "FunctionHeld",
    "LegalBasis",
    "Organisation",
    "Person",
    "PersonStatus",
    "Publication",
    "SchoolProfile",
]

_MOST_SOZIALINDEXSTUFE = 9
_SCHULNUMMER_DIGITS = 6


class PersonStatus(StrEnum):
    """Whether a person works; the reason of a pause is not stored."""

    AKTIV = "aktiv"
    PAUSIERT = "pausiert"
    AUSGESCHIEDEN = "ausgeschieden"


class Publication(StrEnum):
    """What of a person may be published (domain.md DS-07); the default is nothing."""

    NEIN = "nein"
    FUNKTION = "funktion"
    NAME_DIENSTLICH = "name_dienstlich"


@attrs.frozen(kw_only=True)
class FunctionHeld:
    """A function that a person has for a while (catalogue ``personenfunktion``)."""

    function: str
    period: Period = ALWAYS


@attrs.frozen(kw_only=True)
class LegalBasis:
    """Why data of a person may be used for a purpose (domain.md DS-05).

    Attributes:
        purpose: Key of the catalogue ``zweck``, for example ``netzwerkverteiler``.
        basis: Key of the catalogue ``rechtsgrundlage``: ``aufgabe``, ``einwilligung`` or ``vertrag``.
    """

    purpose: str
    basis: str


@attrs.frozen(kw_only=True)
class Consent:
    """A consent for one purpose, and its revocation (Art. 7 DSGVO; domain.md DS-06).

    Attributes:
        purpose: Key of the catalogue ``zweck``.
        text_version: Which wording was agreed to.
        given_on: Day of the consent.
        revoked_on: Day of the revocation, if there was one.
        evidence: Where the proof lies (file reference), never the proof itself.
    """

    purpose: str
    text_version: str
    given_on: date
    revoked_on: date | None = None
    evidence: str = ""

    def __attrs_post_init__(self) -> None:
        problems = Problems("consent")
        if not (self.revoked_on is None or self.revoked_on >= self.given_on):
            problems.add(
                field="revoked_on",
                value=self.revoked_on,
                rule="einwilligung.reihenfolge",
                message="Eine Einwilligung kann nicht vor ihrer Erteilung widerrufen worden sein.",
            )
        problems.raise_if_any()

    def holds_on(self, day: date) -> bool:
        """Tell whether the consent is in force on a day; the day of the revocation no longer counts."""
        return self.given_on <= day and (self.revoked_on is None or day < self.revoked_on)


@attrs.frozen(kw_only=True)
class Person(Record):
    """Somebody whom the office works with: a Fachkraft, a coordinator, a head teacher, a partner.

    Attributes:
        salutation: Free: ``Frau``, ``Herr``, another or none.
        title: Academic title.
        given_name: May be empty.
        family_name: May be empty when a given name is known.
        name_suffix: What follows the name.
        email: Official address.
        phones: Official numbers, the main one first.
        mobile: Official mobile number.
        address: Official postal address where it is not that of the place of work.
        functions: What the person does, each with its time (catalogue ``personenfunktion``).
        active_since: Since when in this field of work; decides who is new to it.
        qualification: Key of the catalogue ``qualifikation``; store it only where a grant demands it.
        legal_bases: Why the data may be used, per purpose (DS-05).
        consents: Consents and their revocations (DS-06).
        publication: What may be published (DS-07).
        checked_on: When the data were last confirmed.
        source: Where the data come from (catalogue ``datenquelle``; DS-05, DS-22).
        status: Whether the person works at present.
    """

    KIND: ClassVar[str] = "person"
    LABEL: ClassVar[str] = "Person"

    salutation: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    name_suffix: str = ""
    email: str = ""
    phones: tuple[str, ...] = ()
    mobile: str = ""
    address: Address | None = None
    functions: tuple[FunctionHeld, ...] = ()
    active_since: date | None = None
    qualification: str = ""
    legal_bases: tuple[LegalBasis, ...] = ()
    consents: tuple[Consent, ...] = ()
    publication: Publication = Publication.NEIN
    checked_on: date | None = None
    source: str = "selbstauskunft"
    status: PersonStatus = PersonStatus.AKTIV

    def _check(self, problems: Problems) -> None:
        if not (self.given_name or self.family_name):
            problems.add(
                field="family_name",
                value="",
                rule="person.name",
                message="Eine Person braucht einen Vor- oder Nachnamen; ein Funktionspostfach ist eine Organisation.",
            )
        if self.email:
            check_email(problems, "email", self.email)
        if self.functions:
            check_keys(problems, functions=[held.function for held in self.functions])
        if self.qualification:
            check_keys(problems, qualification=self.qualification)
        if self.legal_bases:
            keys = [key for basis in self.legal_bases for key in (basis.purpose, basis.basis)]
            check_keys(problems, legal_bases=keys)
        if self.consents:
            check_keys(problems, consents=[consent.purpose for consent in self.consents])
        if not is_key(self.source):
            check_keys(problems, source=self.source)

    @property
    def name(self) -> str:
        """The name as it is written in a list: title, given name, family name, suffix."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name, self.name_suffix) if part)

    def has_function(self, function: str, on: date) -> bool:
        """Tell whether the person has a function on a day."""
        return any(held.function == function and on in held.period for held in self.functions)


@attrs.frozen(kw_only=True)
class SchoolProfile:
    """What an organisation has because it is a school; codes stay text because of leading zeros.

    Attributes:
        schulnummer: Official number, six digits.
        schulform: Key of the catalogue ``schulform``.
        status: Key of the catalogue ``schulbetriebsstatus`` (Schulbetriebsschlüssel).
        status_since: Date that belongs to the status; what it means depends on the status. ``None`` where the
            register holds its placeholder.
        private: Whether the school has a private Träger (Ersatzschule); ``None`` where it is not known.
        schulaufsicht: Key of the catalogue ``schulaufsicht`` where it differs from what the Schulform implies.
        sozialindexstufe: 1 (low) to 9 (high); ``None`` for schools without an index.
        sozialindex_edition: Which edition the index is from; indices of different editions are not comparable.
        pupils: Number of pupils in the whole school; never data about single pupils.
        pupils_edition: Which Schuljahr and source the number is from.
        coordinates: Where the building stands.
    """

    schulnummer: str
    schulform: str
    status: str = ""
    status_since: date | None = None
    private: bool | None = None
    schulaufsicht: str = ""
    sozialindexstufe: int | None = None
    sozialindex_edition: str = ""
    pupils: int | None = None
    pupils_edition: str = ""
    coordinates: Coordinates | None = None

    def __attrs_post_init__(self) -> None:
        problems = Problems("school", self.schulnummer)
        if not (
            len(self.schulnummer) == _SCHULNUMMER_DIGITS and self.schulnummer.isascii() and self.schulnummer.isdigit()
        ):
            problems.add(
                field="schulnummer",
                value=self.schulnummer,
                rule="schulnummer.form",
                message=f"»{self.schulnummer}« ist keine Schulnummer: sechs Ziffern, führende Nullen gehören dazu.",
            )
        check_keys(problems, schulform=self.schulform, status=self.status, schulaufsicht=self.schulaufsicht)
        if not self.schulform:
            problems.add(
                field="schulform", value="", rule="schule.schulform", message="Eine Schule hat eine Schulform."
            )
        if not (self.sozialindexstufe is None or 1 <= self.sozialindexstufe <= _MOST_SOZIALINDEXSTUFE):
            problems.add(
                field="sozialindexstufe",
                value=self.sozialindexstufe,
                rule="schule.sozialindexstufe",
                message=f"Die Sozialindexstufe {self.sozialindexstufe} gibt es nicht; sie reicht von 1 bis 9 oder fehlt.",
            )
        if not (self.pupils is None or self.pupils >= 0):
            problems.add(
                field="pupils",
                value=self.pupils,
                rule="schule.schuelerzahl",
                message="Eine Schülerzahl ist nicht negativ; eine unbekannte bleibt leer.",
            )
        problems.raise_if_any()


@attrs.frozen(kw_only=True)
class CoordinationProfile:
    """What an organisation has because it is a Koordinierungsstelle; where it is docked is a `Relation`.

    Attributes:
        traegerunabhaengig: Whether it works for the schools and staff of every Träger.
        schulformuebergreifend: Whether it works for every Schulform.
        modellregion: Whether it began as a model region.
        started: When it began to work.
    """

    traegerunabhaengig: bool | None = None
    schulformuebergreifend: bool | None = None
    modellregion: bool | None = None
    started: FuzzyDate | None = None


@attrs.frozen(kw_only=True)
class Organisation(Record):
    """A school, a Träger, a coordination office, an RBB, a municipality or another body.

    Attributes:
        type: Key of the catalogue ``organisationsart``.
        name: Official name.
        short_name: Name for tables.
        rechtsform: As the body states it.
        address: Official address.
        phones: Official numbers, the main one first.
        fax: Official fax number.
        email: Official mailbox.
        homepage: URL with scheme.
        ags: Municipality or Kreis, the location of the building for schools.
        parent_id: Organisation that this one is part of.
        traegernummer: Official number of a Schulträger.
        school: Present for schools and only for them (also Teilstandorte).
        coordination: Present for coordination offices and only for them.
        source: Where the data come from (catalogue ``datenquelle``).
        checked_on: When the data were last confirmed.
    """

    KIND: ClassVar[str] = "organisation"
    LABEL: ClassVar[str] = "Organisation"

    type: str
    name: str
    short_name: str = ""
    rechtsform: str = ""
    address: Address | None = None
    phones: tuple[str, ...] = ()
    fax: str = ""
    email: str = ""
    homepage: str = ""
    ags: str = ""
    parent_id: str = ""
    traegernummer: str = ""
    school: SchoolProfile | None = None
    coordination: CoordinationProfile | None = None
    source: str = "selbstauskunft"
    checked_on: date | None = None

    def _check(self, problems: Problems) -> None:
        if not self.name:
            problems.add(
                field="name", value="", rule="organisation.name", message="Eine Organisation braucht einen Namen."
            )
        check_keys(problems, type=self.type, source=self.source)
        if not (
            (self.type == "schule") <= (self.school is not None) and (self.school is None or self.type in _SCHOOL_TYPES)
        ):
            problems.add(
                field="school",
                value=self.type,
                rule="organisation.schule",
                message=f"Angaben einer Schule gehören zur Art »schule« oder »teilstandort«; eine Schule braucht sie, andere haben keine (hier: »{self.type}«).",
            )
        if not (self.coordination is None or self.type == "koordinierungsstelle"):
            problems.add(
                field="coordination",
                value=self.type,
                rule="organisation.koordinierungsstelle",
                message=f"Angaben einer Koordinierungsstelle passen nicht zur Art »{self.type}«.",
            )
        if self.parent_id == self.id:
            problems.add(
                field="parent_id",
                value=self.parent_id,
                rule="organisation.uebergeordnet",
                message="Eine Organisation ist sich nicht selbst übergeordnet.",
            )
        check_ags(problems, "ags", self.ags)
        check_email(problems, "email", self.email)


_SCHOOL_TYPES = frozenset({"schule", "teilstandort"})


@attrs.frozen(kw_only=True)
class Committee(Record):
    """A Gremium: a circle that meets, decides or advises; who belongs to it is a `Relation`.

    Attributes:
        type: Key of the catalogue ``gremienart``.
        name: Name.
        office_id: Organisation that keeps its Geschäftsstelle.
        rhythm: How often it meets, in words.
        public: Whether its meetings are public; ``None`` where it is not known.
        email: Functional mailbox.
    """

    KIND: ClassVar[str] = "committee"
    LABEL: ClassVar[str] = "Gremium"

    type: str
    name: str
    office_id: str = ""
    rhythm: str = ""
    public: bool | None = None
    email: str = ""

    def _check(self, problems: Problems) -> None:
        if not self.name:
            problems.add(field="name", value="", rule="gremium.name", message="Ein Gremium braucht einen Namen.")
        check_keys(problems, type=self.type)
        check_email(problems, "email", self.email)
