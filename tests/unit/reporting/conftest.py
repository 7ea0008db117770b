"""A small office by hand, with the edge cases of the field, small enough to work out every figure on paper."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from koschuso.model import (
    FULL_TIME_TV_L_NRW,
    Adoption,
    Assignment,
    Benefit,
    Committee,
    Concept,
    Consultation,
    Cooperation,
    CoordinationProfile,
    Event,
    EventStatus,
    Funding,
    FuzzyDate,
    Goal,
    Headcount,
    Milestone,
    Occupancy,
    Organisation,
    Participation,
    ParticipationStatus,
    Period,
    Person,
    Position,
    Reference,
    Relation,
    SchoolProfile,
    TimeSpan,
    Workload,
)
from koschuso.reporting import OfficeInfo, RecordsView

AS_OF = datetime(2025, 12, 1, 8, 0, tzinfo=UTC)
KOMMUNAL, LAND, RICHTLINIE = "kommunale_jugendhilfe", "landesdienst", "landesfoerderung"


def school(number, name, form, ags, **profile):
    return Organisation(
        id=f"schule-{number}",
        type="schule",
        name=name,
        ags=ags,
        school=SchoolProfile(schulnummer=number, schulform=form, **profile),
    )


def position(key, hours, *, holder="", occupancy=Occupancy.BESETZT, basis=39 * 60, **more):
    workload = None if hours is None else Workload.of_hours(hours, full_time_minutes=basis)
    return Position(
        id=key, name=f"Stelle Geheim-{key}", workload=workload, holder_id=holder or None, occupancy=occupancy, **more
    )


def assignment(key, position_id, place, hours, *, basis=39 * 60, **more):
    workload = None if hours is None else Workload.of_hours(hours, full_time_minutes=basis)
    return Assignment(id=key, position_id=position_id, place_id=place, workload=workload, **more)


def organisations():
    yield Organisation(id="soest", type="gemeinde", name="Stadt Soest", short_name="Soest", ags="05974040")
    yield Organisation(id="lippstadt", type="gemeinde", name="Stadt Lippstadt", short_name="Lippstadt", ags="05974028")
    yield Organisation(id="kurort", type="gemeinde", name="Bad Sassendorf", ags="05974004")
    yield Organisation(
        id="koordination",
        type="koordinierungsstelle",
        name="Koordinierungsstelle Musterkreis",
        ags="05974",
        coordination=CoordinationProfile(traegerunabhaengig=True, schulformuebergreifend=True),
    )
    yield Organisation(id="rbb", type="rbb", name="Regionales Bildungsbüro Musterkreis")
    yield Organisation(id="a", type="freier_traeger", name="Träger A")
    yield Organisation(id="b", type="freier_traeger", name="Träger B")
    yield Organisation(id="land", type="land_nrw", name="Land NRW")
    yield school(
        "100001", "Grundschule Eins", "grundschule", "05974040", status="in_betrieb", pupils=200, sozialindexstufe=4
    )
    yield school(
        "100002", "Grundschule Zwei", "grundschule", "05974028", status="in_betrieb", sozialindex_edition="2025/26"
    )
    yield school("100003", "Gesamtschule", "gesamtschule", "05974040", status="in_betrieb")
    yield school("100004", "Gymnasium", "gymnasium", "05974040")
    yield school(
        "100005", "Realschule", "realschule", "05974028", status="aufloesung_spaeter", status_since=date(2027, 7, 31)
    )
    yield school("100006", "Hauptschule", "hauptschule", "05974028", status="geloescht", status_since=date(2025, 7, 31))
    yield school("100007", "Schule nebenan", "grundschule", "05978004", status="in_betrieb")
    yield Organisation(
        id="teilstandort",
        type="teilstandort",
        name="Grundschule Eins, Teilstandort",
        ags="05974004",
        parent_id="schule-100001",
    )
    yield Relation(
        id="tv-1",
        type="traeger_von",
        source=Reference("organisation", "soest"),
        target=Reference("organisation", "schule-100001"),
    )
    yield Relation(
        id="dock",
        type="angedockt_an",
        source=Reference("organisation", "koordination"),
        target=Reference("organisation", "rbb"),
    )


def staff():
    for name in "abcdefghi":
        yield Person(id=f"person-{name}", given_name="Erika", family_name=f"Beispiel-{name.upper()}")
    # One person at two schools, and at the same time with a second employer.
    yield position("p1", 39, holder="person-a", employer_id="a", saeule=RICHTLINIE, entgeltgruppe="S 12 geheim")
    yield assignment("p1-1", "p1", "schule-100001", 19.5)
    yield assignment("p1-2", "p1", "schule-100002", 19.5)
    yield position("p7", 10, holder="person-a", employer_id="b", saeule=KOMMUNAL)
    yield assignment("p7-1", "p7", "schule-100002", 10)
    # Landesdienst: 19:30 of 39:50.
    yield position("p2", 19.5, holder="person-b", employer_id="land", saeule=LAND, basis=FULL_TIME_TV_L_NRW)
    yield assignment("p2-1", "p2", "schule-100003", 19.5, basis=FULL_TIME_TV_L_NRW)
    # Vacant.
    yield position("p3", 15, occupancy=Occupancy.VAKANT, employer_id="a", saeule=KOMMUNAL)
    yield assignment("p3-1", "p3", "schule-100001", 15)
    # Nobody knows how much, nor from which Säule.
    yield position("p4", None, holder="person-c", employer_id="b")
    yield assignment("p4-1", "p4", "schule-100004", None)
    # Multiprofessional team: not Schulsozialarbeit in the narrow sense.
    yield position("p5", 19.5, holder="person-d", employer_id="land", saeule=LAND)
    yield assignment("p5-1", "p5", "schule-100002", 19.5, duty="mpt")
    # A Teilstandort in another municipality, and a quarter of a position that is assigned to no place.
    yield position("p6", 29.25, holder="person-e", employer_id="a", saeule=KOMMUNAL)
    yield assignment("p6-1", "p6", "teilstandort", 19.5)
    # Left on 31.07.2025.
    left = Period(until=date(2025, 8, 1))
    yield position("p8", 19.5, holder="person-f", employer_id="a", saeule=KOMMUNAL, period=left)
    yield assignment("p8-1", "p8", "schule-100001", 19.5)
    # Filled, but the person's data were removed; the school is closed.
    yield position("p9", 19.5, employer_id="b", saeule=RICHTLINIE)
    yield assignment("p9-1", "p9", "schule-100006", 19.5)
    # A school outside the region.
    yield position("p10", 19.5, holder="person-h", employer_id="b", saeule="sonstige")
    yield assignment("p10-1", "p10", "schule-100007", 19.5)
    # Coordination; one coordinator also works at a school (10 + 20 hours).
    yield position("k1", 19.5, holder="person-g", employer_id="a", saeule=KOMMUNAL, is_coordination=True)
    yield assignment("k1-1", "k1", "koordination", 19.5)
    yield position("k2", 30, holder="person-i", employer_id="b", saeule=KOMMUNAL, is_coordination=True)
    yield assignment("k2-1", "k2", "koordination", 10, duty="koordination")
    yield assignment("k2-2", "k2", "schule-100003", 20)
    yield Funding(id="f5", position_id="p5", funding_source="landesdienst_mpt_gl", percent=Decimal(100))


def event(key, day, **more):
    given = {"status": EventStatus.DURCHGEFUEHRT, "type": "fachtag", "title": f"Fachtag {key}", **more}
    return Event(id=key, span=TimeSpan.at(datetime(2025, *day, 9), hours=3), **given)


def attended(key, event_id, **who):
    return Participation(id=key, event_id=event_id, **{"status": ParticipationStatus.TEILGENOMMEN, **who})


def work():
    yield Committee(id="lenkungskreis", type="lenkungskreis", name="Lenkungskreis")
    yield event("e1", (3, 5))
    yield event("e2", (9, 17))
    yield event("e3", (9, 24), status=EventStatus.ABGESAGT)
    yield event("e4", (10, 1), status=EventStatus.EINLADUNG)  # over, and nobody noted what became of it
    yield event("e5", (12, 10), status=EventStatus.EINLADUNG)  # still to come
    yield event("sitzung", (5, 7), type="gremiensitzung", committee_id="lenkungskreis")
    for name in "abc":
        yield attended(f"t-e1-{name}", "e1", person_id=f"person-{name}")
    yield attended("t-e2-a", "e2", person_id="person-a")
    yield attended("t-e2-gast", "e2", name="Gast Beispiel", email="Gast@Schule.example", role="gast")
    yield attended("t-e1-gast", "e1", name="gast beispiel", email="gast@schule.example", role="gast")
    yield attended("t-e2-referent", "e2", name="Referentin", role="referent")
    yield attended("t-e2-kopf", "e2", headcounts=(Headcount(count=7),))
    yield attended("t-e2-f", "e2", person_id="person-f", status=ParticipationStatus.UNENTSCHULDIGT)
    yield attended("t-e3-a", "e3", person_id="person-a")  # the event was called off
    yield Consultation(id="b1", day=date(2025, 2, 1), target_group="fachkraefte", form="telefon", minutes=45, count=3)
    yield Consultation(id="b2", day=date(2025, 2, 2), target_group="schulleitungen", form="video")
    yield Consultation(id="b3", day=date(2024, 12, 31), target_group="fachkraefte", form="telefon", minutes=30)
    by = Reference("committee", "lenkungskreis")
    yield Concept(
        id="rahmen",
        title="Rahmenkonzept",
        type="rahmenkonzept",
        version="2.0",
        status="beschlossen",
        dated=FuzzyDate("10/2025"),
        adoptions=(Adoption(on=FuzzyDate("15.10.2025"), by=by, decision="Vorlage 7/2025"),),
    )
    yield Concept(id="alt", title="Altes Konzept", status="abgeloest", dated=FuzzyDate("2019"))
    yield Concept(id="entwurf", title="Entwurf", dated=FuzzyDate("2025"))
    yield Milestone(id="m2", when=FuzzyDate("2019"), title="Verhandlungen", topics=("Modellregion",), actors=(by,))
    yield Milestone(
        id="m1", when=FuzzyDate("08/2016"), title="Erster Austausch", actors=(Reference("person", "person-a"),)
    )
    yield Goal(id="z2", title="Qualität sichern", rank=2)
    yield Goal(
        id="z1", title="Komplexität bewältigen", reason="Hohe Dynamik", partners=(Reference("organisation", "a"),)
    )
    yield Cooperation(
        id="schulterschluss",
        title="Im Schulterschluss",
        partner_ids=("koordination", "rbb"),
        benefits=(
            Benefit(beneficiary_id="koordination", title="Einbettung", aspects=("Netzwerk",)),
            Benefit(beneficiary_id="rbb", title="Bedarfsabfrage", evidence=(Reference("event", "e1"),)),
        ),
    )


def make_view(records, **more):
    given = {
        "office": OfficeInfo(
            name="Koordinierungsstelle Musterkreis", ags="05974", region="Musterkreis", id="koordination"
        ),
        "as_of": AS_OF,
        **more,
    }
    return RecordsView(records, **given)


@pytest.fixture
def records():
    return [*organisations(), *staff(), *work()]


@pytest.fixture
def view(records):
    return make_view(records)


@pytest.fixture
def view_of():
    return make_view
