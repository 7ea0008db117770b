"""A small office that rules and reports of a plugin are tried on; everything in it is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.model import (
    Activity,
    Address,
    Assignment,
    Committee,
    Concept,
    Consultation,
    Cooperation,
    Event,
    Funding,
    FuzzyDate,
    Goal,
    Headcount,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    Period,
    Person,
    Position,
    Reference,
    Relation,
    SchoolProfile,
    Series,
    Survey,
    Task,
    TimeSpan,
    Workload,
)
from koschuso.plugin.checks.offered import make_value
from koschuso.reporting.view import OfficeInfo, RecordsView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.model import Catalogue, ExtraField, Record

__all__ = ["MOMENT", "example_records", "view_of"]

MOMENT: Final = datetime(2025, 10, 15, 10, 0, tzinfo=UTC)
_OFFICE = OfficeInfo(name="Koordinierungsstelle Musterkreis", ags="05974", region="Musterkreis", id="stelle")


def view_of(
    records: Iterable[Record], catalogues: Mapping[str, Catalogue], fields: Iterable[ExtraField] = ()
) -> RecordsView:
    """Give what rules and reports may see."""
    return RecordsView(records, office=_OFFICE, as_of=MOMENT, catalogues=catalogues, findings=(), fields=fields)


def example_records(fields: Iterable[ExtraField], catalogues: Mapping[str, Catalogue]) -> tuple[Record, ...]:
    """Give one record of every kind, and a bare one where much may be missing, with values for a plugin's fields."""
    values: dict[str, dict[str, Any]] = {}
    for field in fields:
        value = make_value(field, catalogues.get(field.catalogue))
        if value is not None:
            values.setdefault(field.record_kind, {})[field.name] = value
    return tuple(
        attrs.evolve(record, extras=values[record.KIND]) if record.KIND in values and record.id != "leer" else record
        for record in _records()
    )


def _records() -> tuple[Record, ...]:
    year = Period.calendar_year(2025)
    workload = Workload(minutes=Decimal(1170), full_time_minutes=2340)
    return (
        Organisation(id="stelle", type="koordinierungsstelle", name="Koordinierungsstelle Musterkreis", ags="05974"),
        Organisation(id="traeger", type="schultraeger", name="Stadt Musterstadt", ags="05974040"),
        Organisation(
            id="schule",
            type="schule",
            name="Gesamtschule Musterstadt",
            address=Address(street="Musterweg 1", postal_code="00001", locality="Musterstadt"),
            ags="05974040",
            parent_id="traeger",
            school=SchoolProfile(schulnummer="000001", schulform="gesamtschule", pupils=812),
        ),
        Organisation(id="leer", type="verein", name="Verein ohne Angaben"),
        Person(id="person", given_name="Erika", family_name="Mustermann", email="erika@musterstadt.example"),
        Person(id="leer", family_name="Ohne"),
        Committee(id="gremium", type="arbeitskreis", name="Arbeitskreis Muster", office_id="stelle"),
        Relation(
            id="mitglied",
            type="mitglied_in",
            source=Reference("person", "person"),
            target=Reference("committee", "gremium"),
            role="sprecher_in",
        ),
        Position(
            id="position",
            name="Schulsozialarbeit",
            employer_id="traeger",
            holder_id="person",
            occupancy=Occupancy.BESETZT,
            workload=workload,
            period=year,
        ),
        Position(id="leer", name="Unbesetzte Stelle"),
        Assignment(id="einsatz", position_id="position", place_id="schule", workload=workload, period=year),
        Funding(
            id="mittel", position_id="position", funding_source="landesprogramm", percent=Decimal("62.5"), period=year
        ),
        Series(id="reihe", title="Qualitätszirkel", rhythm="jaehrlich"),
        Event(
            id="termin",
            title="Fachtag",
            span=TimeSpan(begin=datetime(2025, 3, 12, 9), end=datetime(2025, 3, 12, 16), zone="Europe/Berlin"),  # noqa: DTZ001 - wall time, as the model keeps it
            type="fachtag",
            organiser_ids=("stelle",),
            capacity=80,
        ),
        Event(id="leer", title="Ganztägig", span=TimeSpan.days(date(2025, 6, 1), date(2025, 6, 2))),
        Participation(id="teilnahme", event_id="termin", person_id="person"),
        Participation(id="gruppe", event_id="termin", headcounts=(Headcount(count=12, target_group="lehrkraefte"),)),
        Task(id="aufgabe", title="Konzept fortschreiben", due=FuzzyDate("2. Quartal 2025")),
        Activity(
            id="taetigkeit", day=date(2025, 3, 12), taetigkeit="beratung.fachkraefte", minutes=90, person_id="person"
        ),
        Consultation(id="beratung", day=date(2025, 3, 13), target_group="lehrkraefte", form="telefon", minutes=20),
        Concept(id="konzept", title="Rahmenkonzept"),
        Milestone(id="meilenstein", when=FuzzyDate("08/2016"), title="Erstes Treffen"),
        Goal(id="ziel", title="Vernetzen", office_id="stelle"),
        Cooperation(id="kooperation", title="Mit dem Bildungsbüro", partner_ids=("stelle", "traeger")),
        Survey(
            id="befragung", title="Bedarfsabfrage", day=date(2025, 3, 14), event_id="termin", invited=30, answers=12
        ),
    )
