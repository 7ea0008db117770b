"""The golden office: an invented Kreis, small enough that every figure of every report is worked out on paper.

    from golden_office import view, records

The edge cases of the field (domain.md 5.7) are in it once each; what is special about a record stands beside it. Reports
are asked for 2025 (Kalenderjahr), for 2024/25 (Schuljahr) and for Stichtage in 2025; the data are as of 31.01.2026. A few
records of 2024 are there to compare with. All people, bodies and places are invented, as is the key of the Kreis.

Whoever adds records must not change figures that others worked out: new kinds of records and other years are safe.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from koschuso.model import (
    FULL_TIME_TV_L_NRW,
    Activity,
    Assignment,
    Committee,
    Consultation,
    CoordinationProfile,
    Event,
    EventStatus,
    FunctionHeld,
    Funding,
    Headcount,
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

AS_OF = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
OFFICE = OfficeInfo(name="Koordinierungsstelle Musterland", ags="05999", region="Kreis Musterland", id="koordination")

AUENFELD, BIRKENTAL, CEDERNAU = "05999004", "05999008", "05999012"
KOMMUNAL, LAND, RICHTLINIE = "kommunale_jugendhilfe", "landesdienst", "landesfoerderung"
HALF_LAND = Workload.of_hours("19.5", full_time_minutes=FULL_TIME_TV_L_NRW)  # 19:30 of 39:50

Status = ParticipationStatus


def view(found=None, **more):
    """Give what a report may see of the golden office, or of other records."""
    given = {"office": OFFICE, "as_of": AS_OF, **more}
    return RecordsView(records() if found is None else found, **given)


def records():
    """Give every record."""
    return [
        *schools(),
        *bodies(),
        *people(),
        *positions(),
        *events(),
        *participations(),
        *consultations(),
        *activities(),
    ]


# -- schools and other bodies ------------------------------------------------------------------------------------------


def school(key, name, form, ags, **profile):
    number = f"9000{key[-2:]}"
    return Organisation(
        id=key,
        type="schule",
        name=name,
        ags=ags,
        school=SchoolProfile(schulnummer=number, schulform=form, **{"status": "in_betrieb", **profile}),
    )


def schools():
    yield Organisation(id="auenfeld", type="gemeinde", name="Stadt Auenfeld", short_name="Auenfeld", ags=AUENFELD)
    yield Organisation(id="birkental", type="gemeinde", name="Stadt Birkental", short_name="Birkental", ags=BIRKENTAL)
    yield Organisation(id="cedernau", type="gemeinde", name="Gemeinde Cedernau", short_name="Cedernau", ags=CEDERNAU)
    yield school("schule-01", "Grundschule am Anger", "grundschule", AUENFELD, pupils=240, sozialindexstufe=3)
    # A Teilstandort in another municipality than its school.
    yield Organisation(
        id="schule-01b", type="teilstandort", name="Teilstandort Birkhof", ags=BIRKENTAL, parent_id="schule-01"
    )
    yield school("schule-02", "Grundschule Birkenweg", "grundschule", BIRKENTAL, pupils=180, sozialindexstufe=7)
    yield school("schule-03", "Gesamtschule Auenfeld", "gesamtschule", AUENFELD, pupils=900, sozialindexstufe=5)
    # A Förderschule under the obere Schulaufsicht, which has no Sozialindex.
    yield school(
        "schule-04",
        "Schule an der Linde",
        "foerderschule",
        BIRKENTAL,
        pupils=120,
        schulaufsicht="obere",
        sozialindex_edition="2025/26",
    )
    # No Schulsozialarbeit, and nobody imported the number of pupils.
    yield school("schule-05", "Gymnasium Cedernau", "gymnasium", CEDERNAU, sozialindexstufe=1)
    yield school("schule-09", "Grundschule nebenan", "grundschule", "05998004", pupils=100)
    for key in ("schule-01", "schule-03"):
        yield _traeger_of("auenfeld", key)
    for key in ("schule-02", "schule-04"):
        yield _traeger_of("birkental", key)


def _traeger_of(owner, key):
    return Relation(
        id=f"traeger-{key}",
        type="traeger_von",
        source=Reference("organisation", owner),
        target=Reference("organisation", key),
    )


def bodies():
    yield Organisation(
        id="koordination",
        type="koordinierungsstelle",
        name="Koordinierungsstelle Musterland",
        ags="05999",
        coordination=CoordinationProfile(traegerunabhaengig=True, schulformuebergreifend=True),
    )
    yield Organisation(
        id="jugendwerk", type="freier_traeger", name="Jugendwerk Auenfeld e. V.", short_name="Jugendwerk"
    )
    yield Organisation(id="land", type="land_nrw", name="Land NRW")
    yield Organisation(id="bezirksregierung", type="bezirksregierung", name="Bezirksregierung Musterberg")
    yield Organisation(id="qualis", type="qualis", name="QUA-LiS NRW")
    # A Kreis with five Jugendämter.
    for number in range(1, 6):
        yield Organisation(id=f"jugendamt-{number}", type="jugendamt", name=f"Jugendamt Musterland {number}")
    yield Committee(id="lenkungskreis", type="lenkungskreis", name="Lenkungskreis Schulsozialarbeit")
    yield Committee(id="schulausschuss", type="schulausschuss", name="Schulausschuss", public=True)
    yield Committee(id="ak-nrw", type="ak_nrw", name="Arbeitskreis der Koordinierungsstellen")
    yield Committee(id="fremd", type="rat_kreistag", name="Kreistag, in dem niemand sitzt")
    yield _member("m-lenkungskreis", Reference("organisation", "koordination"), "lenkungskreis", "geschaeftsstelle")
    yield _member("m-ak", Reference("person", "kaya"), "ak-nrw", "mitglied")
    # The seat in the Schulausschuss ended with 2024.
    yield _member(
        "m-ausschuss",
        Reference("organisation", "koordination"),
        "schulausschuss",
        "beratend",
        period=Period(until=date(2025, 1, 1)),
    )
    # A Fachkraft's own seat is not one of the office.
    yield _member("m-fachkraft", Reference("person", "aue"), "ak-nrw", "vorsitz")


def _member(key, who, committee, role, **more):
    return Relation(id=key, type="mitglied_in", source=who, target=Reference("committee", committee), role=role, **more)


# -- people and positions ----------------------------------------------------------------------------------------------

FACHKRAFT = (FunctionHeld(function="fachkraft_schulsozialarbeit"),)
KOORDINATION = (FunctionHeld(function="koordination"),)


def people():
    yield Person(id="aue", given_name="Jörg", family_name="von der Aue", functions=FACHKRAFT)
    yield Person(id="gross", given_name="Änne", family_name="Groß-Weiß", functions=FACHKRAFT)
    yield Person(id="land-1", given_name="Erika", family_name="Beispiel", functions=FACHKRAFT)
    yield Person(id="doppel", given_name="Ulla", family_name="Doppelt", functions=FACHKRAFT)
    yield Person(id="strasser", family_name="Straßer", functions=FACHKRAFT)  # no given name
    yield Person(id="weg", given_name="Otto", family_name="Vormals", functions=FACHKRAFT)
    yield Person(id="kaya", given_name="Kaya", family_name="Muster", functions=KOORDINATION)
    yield Person(id="beides", given_name="Bo", family_name="Zweifach", functions=(*KOORDINATION, *FACHKRAFT))


def position(key, hours, *, holder=None, occupancy=Occupancy.BESETZT, **more):
    workload = hours if hours is None or isinstance(hours, Workload) else Workload.of_hours(hours)
    return Position(id=key, name=f"Stelle {key}", workload=workload, holder_id=holder, occupancy=occupancy, **more)


def assignment(position_id, place, hours, **more):
    workload = hours if hours is None or isinstance(hours, Workload) else Workload.of_hours(hours)
    return Assignment(id=f"{position_id}-{place}", position_id=position_id, place_id=place, workload=workload, **more)


def positions():
    # A whole position at two Grundschulen of two municipalities, a half at each.
    yield position("s1", 39, holder="aue", employer_id="jugendwerk", saeule=RICHTLINIE)
    yield assignment("s1", "schule-01", "19.5")
    yield assignment("s1", "schule-02", "19.5")
    # Half a position at two schools: against F2.
    yield position("s2", "19.5", holder="gross", employer_id="birkental", saeule=RICHTLINIE)
    yield assignment("s2", "schule-01", "9.75")
    yield assignment("s2", "schule-02", "9.75")
    # Landesdienst: 19:30 of 39:50.
    yield position("s3", HALF_LAND, holder="land-1", employer_id="land", saeule=LAND)
    yield assignment("s3", "schule-03", HALF_LAND)
    # One person with two employers.
    yield position("s4", "19.5", holder="doppel", employer_id="jugendwerk", saeule=KOMMUNAL)
    yield assignment("s4", "schule-03", "19.5")
    yield position("s5", 10, holder="doppel", employer_id="birkental", saeule=KOMMUNAL)
    yield assignment("s5", "schule-04", 10)
    # Vacant.
    yield position("s6", 15, occupancy=Occupancy.VAKANT, employer_id="jugendwerk", saeule=RICHTLINIE)
    yield assignment("s6", "schule-02", 15)
    # Left with March 2025.
    gone = Period(since=date(2022, 8, 1), until=date(2025, 4, 1))
    yield position("s7", "19.5", holder="weg", employer_id="birkental", saeule=KOMMUNAL, period=gone)
    yield assignment("s7", "schule-04", "19.5", period=gone)
    # Nobody knows how much, nor who the employer is; at the Teilstandort.
    yield position("s8", None, holder="strasser", saeule=KOMMUNAL)
    yield assignment("s8", "schule-01b", None)
    # Filled, but the person's data were removed: counts as a head, and nobody knows whose visits are his or hers.
    yield position("s9", "19.5", employer_id="jugendwerk", saeule=RICHTLINIE)
    yield assignment("s9", "schule-03", "19.5")
    # Coordination; one of the two also works at a school (10 + 20 hours).
    yield position("k1", "19.5", holder="kaya", employer_id="auenfeld", saeule=KOMMUNAL, is_coordination=True)
    yield assignment("k1", "koordination", "19.5", duty="koordination")
    yield position("k2", 30, holder="beides", employer_id="birkental", saeule=KOMMUNAL, is_coordination=True)
    yield assignment("k2", "koordination", 10, duty="koordination")
    yield assignment("k2", "schule-03", 20)
    for key in ("s1", "s2", "s6", "s9"):
        yield Funding(id=f"f-{key}", position_id=key, funding_source="landesfoerderung_richtlinie", percent=Decimal(80))
        yield Funding(id=f"g-{key}", position_id=key, funding_source="kommunal_eigenmittel", percent=Decimal(20))


# -- events ------------------------------------------------------------------------------------------------------------


def event(key, begin, hours, **more):
    given = {"status": EventStatus.DURCHGEFUEHRT, "title": f"Veranstaltung {key}", **more}
    span = TimeSpan.at(datetime(*begin), hours=hours) if hours else TimeSpan.days(date(*begin[:3]))
    return Event(id=key, **{"span": span, **given})


def events():
    """Six that took place in 2025, four sittings; what was called off, moved or left without a note."""
    # 9 to 15 o'clock, but the certificate says 5 hours: these count.
    yield event(
        "fachtag",
        (2025, 3, 5, 9),
        6,
        title="Fachtag Schulabsentismus",
        type="fachtag",
        taetigkeit="qualifizierung.fachtag",
        topics=("schulabsentismus", "kinderschutz"),
        target_groups=("fachkraefte", "schulleitungen"),
        format="praesenz",
        capacity=8,
        waiting_list=True,
        certificate_hours=Decimal(5),
        status=EventStatus.NACHBEREITET,
    )
    # Counted by heads only, and one who is named.
    yield event(
        "zirkel",
        (2025, 9, 17, 14),
        2,
        title="Qualitätszirkel Grundschule",
        type="qualitaetszirkel",
        taetigkeit="vernetzung.intern.fachkraefte",
        topics=("datenschutz_schweigepflicht", "kinderschutz"),
        schulformen=("grundschule",),
        format="praesenz",
    )
    # All day without hours for a certificate: how long is not known. With a free tag.
    yield event(
        "treffen",
        (2025, 10, 8),
        None,
        title="Netzwerktreffen",
        type="netzwerktreffen",
        taetigkeit="vernetzung.intern.fachkraefte",
        topics=("bewegte_pause",),
    )
    # Moved into the Herbstferien (13. to 25.10.2025); 13:00 to 16:30. Nobody wrote down who came.
    yield event(
        "verschoben",
        (2025, 10, 1, 13),
        3.5,
        title="Fortbildung Elternarbeit",
        type="fortbildung",
        taetigkeit="qualifizierung.fortbildung",
        status=EventStatus.VERSCHOBEN,
        successor_id="nachgeholt",
    )
    yield event(
        "nachgeholt",
        (2025, 10, 15, 13),
        3.5,
        title="Fortbildung Elternarbeit",
        type="fortbildung",
        taetigkeit="qualifizierung.fortbildung",
        topics=("elternarbeit",),
        format="online",
        capacity=20,
    )
    # 31.12.2024, 23:30 in UTC is 0:30 on 01.01.2025 here: it belongs to 2025. Without kind and taetigkeit.
    yield event(
        "silvester",
        (2024, 12, 31, 23, 30),
        1,
        title="Digitale Sprechstunde",
        span=TimeSpan.at(datetime(2024, 12, 31, 23, 30), hours=1, zone="UTC"),
        format="online",
    )
    yield event(
        "fortbildung-2",
        (2025, 6, 4, 9),
        4,
        title="Fortbildung Kinderschutz",
        type="fortbildung",
        taetigkeit="qualifizierung.fortbildung",
        topics=("kinderschutz",),
        format="hybrid",
        capacity=12,
    )
    yield event("abgesagt", (2025, 11, 12, 9), 3, type="fortbildung", status=EventStatus.ABGESAGT)
    yield event("offen", (2025, 11, 20, 9), 3, type="fortbildung", status=EventStatus.EINLADUNG)  # what became of it?
    # Sittings of committees.
    yield event(
        "sitzung-1",
        (2025, 5, 7, 14),
        2,
        type="gremiensitzung",
        committee_id="lenkungskreis",
        taetigkeit="vernetzung.intern.rbb",
        speaker_ids=("kaya",),
    )
    yield event(
        "sitzung-2",
        (2025, 11, 5, 14),
        1.5,
        type="gremiensitzung",
        committee_id="lenkungskreis",
        taetigkeit="vernetzung.intern.rbb",
    )
    yield event(
        "sitzung-3", (2025, 6, 18, 17), 1, type="gremiensitzung", committee_id="schulausschuss", speaker_ids=("aue",)
    )
    yield event(
        "sitzung-ak",
        (2025, 9, 25, 10),
        5,
        type="arbeitskreis",
        committee_id="ak-nrw",
        taetigkeit="vernetzung.extern.ak_nrw",
        partner_ids=("qualis",),
    )
    # The year before.
    yield event(
        "fachtag-2024",
        (2024, 10, 9, 9),
        4,
        title="Fachtag 2024",
        type="fachtag",
        taetigkeit="qualifizierung.fachtag",
        topics=("kinderschutz",),
        capacity=30,
    )
    yield event("sitzung-2024", (2024, 11, 6, 14), 2, type="gremiensitzung", committee_id="lenkungskreis")


def came(event_id, who, **more):
    return Participation(id=f"t-{event_id}-{who}", event_id=event_id, **{"status": Status.TEILGENOMMEN, **more})


def participations():
    mailbox = "sekretariat@gesamtschule.example"  # one mailbox for everybody of the school
    # Fachtag: came aue, gross, land-1 (2,5 hours), the substitute, guest one. 5 Teilnahmen.
    yield came("fachtag", "aue", person_id="aue", organisation_id="schule-01")
    yield came("fachtag", "gross", person_id="gross")
    yield came("fachtag", "land-1", person_id="land-1", status=Status.TEILWEISE, hours=Decimal("2.5"))
    yield came("fachtag", "doppel", person_id="doppel", status=Status.UNENTSCHULDIGT)
    # beides sent a substitute, who gets the certificate.
    yield came("fachtag", "beides", person_id="beides", status=Status.VERTRETEN, substitute_id="t-fachtag-vertretung")
    yield came("fachtag", "vertretung", name="Vertretung Beispiel", organisation_id="schule-03", registered_by="beides")
    yield came("fachtag", "strasser", person_id="strasser", status=Status.WARTELISTE, rank=1)
    yield came("fachtag", "weg", person_id="weg", status=Status.ABGEMELDET)
    # Somebody registered two colleagues of a school under its mailbox; one of them cancelled.
    for number, status in (("eins", Status.TEILGENOMMEN), ("zwei", Status.ABGEMELDET)):
        yield came(
            "fachtag",
            f"gast-{number}",
            name=f"Gast {number.title()}",
            email=mailbox,
            organisation_id="schule-03",
            registered_by="doppel",
            role="gast",
            status=status,
        )
    yield came("fachtag", "rednerin", name="Rednerin Beispiel", role="referent")
    yield came("fachtag", "kaya", person_id="kaya", role="organisation")
    yield came("fachtag", "eingeladen", name="Nur Eingeladen", status=Status.EINGELADEN)
    yield came("fachtag", "vielleicht", name="Vielleicht Gast", status=Status.VORLAEUFIG)
    # Qualitätszirkel: 4 + 2 heads and aue. 7 Teilnahmen.
    yield came(
        "zirkel",
        "kopf",
        headcounts=(
            Headcount(count=4, target_group="fachkraefte", schulform="grundschule", ags=AUENFELD),
            Headcount(count=2, target_group="schulleitungen", schulform="grundschule"),
        ),
    )
    yield came("zirkel", "aue", person_id="aue")
    # Netzwerktreffen: aue, doppel, guest one again (written otherwise), somebody of a Träger without a name. 4 Teilnahmen.
    yield came("treffen", "aue", person_id="aue")
    yield came("treffen", "doppel", person_id="doppel")
    yield came("treffen", "gast", name="gast eins", email=mailbox.upper(), organisation_id="schule-03", role="gast")
    yield came("treffen", "traeger", organisation_id="jugendwerk")
    # Fortbildung Kinderschutz: three came, one registered and nobody noted whether she came. 3 Teilnahmen.
    yield came("fortbildung-2", "aue", person_id="aue", hours=Decimal(3))
    yield came("fortbildung-2", "gross", person_id="gross")
    yield came("fortbildung-2", "land-1", person_id="land-1")
    yield came("fortbildung-2", "strasser", person_id="strasser", status=Status.ANGEMELDET)
    # Silvester: 3 heads of whom nothing is known.
    yield came("silvester", "kopf", headcounts=(Headcount(count=3),))
    # nachgeholt: no list was kept. What was called off counts nothing.
    yield came("abgesagt", "aue", person_id="aue", status=Status.ANGEMELDET)
    # Sittings are no Veranstaltungen; who moderates contributes.
    yield came("sitzung-ak", "kaya", person_id="kaya", role="moderation")
    yield came("sitzung-ak", "aue", person_id="aue")
    # 2024: aue, weg and 3 heads. 5 Teilnahmen.
    yield came("fachtag-2024", "aue", person_id="aue")
    yield came("fachtag-2024", "weg", person_id="weg")
    yield came("fachtag-2024", "kopf", headcounts=(Headcount(count=3, target_group="lehrkraefte"),))


# -- what the office itself does ---------------------------------------------------------------------------------------


def consulted(key, day, target_group, form, **more):
    return Consultation(id=f"b-{key}", day=date(*day), target_group=target_group, form=form, **more)


def consultations():
    """Ten contacts in 2025, three in 2024."""
    yield consulted(
        "1",
        (2025, 2, 12),
        "fachkraefte",
        "telefon",
        topics=("kinderschutz",),
        minutes=45,
        count=3,
        schulform="grundschule",
        ags=AUENFELD,
    )
    yield consulted(
        "2",
        (2025, 3, 3),
        "schulleitungen",
        "vor_ort",
        topics=("schulabsentismus", "kinderschutz"),
        minutes=90,
        schulform="gesamtschule",
        ags=AUENFELD,
    )
    yield consulted("3", (2025, 6, 4), "fachkraefte", "video")  # no length, no topic, no place
    yield consulted("4", (2025, 9, 10), "jugendamt", "email", topics=("kinderschutz",), minutes=15, count=2)
    yield consulted(
        "5",
        (2025, 12, 1),
        "fachkraefte",
        "kollegiale_beratung",
        topics=("kinderschutz", "bewegte_pause"),  # the second is a free tag
        minutes=120,
        schulform="foerderschule",
        ags=BIRKENTAL,
        follow_up=True,
        referred_to="schulpsychologie",
    )
    # The office switched on that the school is noted: Schulform and municipality follow from it.
    yield consulted(
        "6", (2025, 5, 20), "lehrkraefte", "persoenlich", topics=("mobbing",), minutes=50, organisation_id="schule-03"
    )
    yield consulted("7", (2025, 10, 20), "fachkraefte", "telefon", topics=("mobbing",), minutes=20)
    yield consulted("8", (2024, 12, 31), "fachkraefte", "telefon", topics=("kinderschutz",), minutes=30)
    yield consulted("9", (2024, 10, 15), "politik", "schriftlich", minutes=60, count=2)


def did(key, day, taetigkeit, minutes, **more):
    return Activity(id=f"a-{key}", day=date(*day), taetigkeit=taetigkeit, minutes=minutes, **more)


def activities():
    """1 755 minutes in 2025, 150 in 2024."""
    yield did("1", (2025, 1, 14), "beratung.fachkraefte", 90, person_id="kaya")
    fachtag = Reference("event", "fachtag")
    yield did("2", (2025, 3, 5), "qualifizierung.fachtag", 480, person_id="kaya", subject=fachtag)
    yield did("3", (2025, 3, 5), "qualifizierung.fachtag", 480, person_id="beides", subject=fachtag)
    yield did(
        "4",
        (2025, 5, 7),
        "vernetzung.intern.gremien",
        125,
        subject=Reference("committee", "lenkungskreis"),
        reach="innerhalb",
    )
    yield did(
        "5",
        (2025, 9, 25),
        "vernetzung.extern.ak_nrw",
        400,
        person_id="kaya",
        subject=Reference("event", "sitzung-ak"),
        reach="ausserhalb",
    )
    # Nobody noted the reach: the key of the Tätigkeitsprofil tells it.
    yield did("6", (2025, 10, 10), "vernetzung.extern.land", 20, subject=Reference("organisation", "bezirksregierung"))
    yield did(
        "7",
        (2025, 11, 11),
        "vernetzung.intern.partner",
        50,
        subject=Reference("organisation", "jugendamt-1"),
        reach="innerhalb",
        reached=4,
    )
    yield did("8", (2025, 11, 12), "vernetzung", 35)  # with whom, and where, is not known
    yield did("9", (2025, 12, 1), "konzept.rahmenkonzept", 40)
    yield did("10", (2025, 12, 2), "organisation", 25)
    yield did("11", (2025, 12, 3), "muster:garten", 10)  # a key of a plugin that is switched off
    yield did("12", (2024, 11, 4), "beratung.fachkraefte", 100)
    yield did("13", (2024, 11, 6), "vernetzung.intern.gremien", 50, subject=Reference("event", "sitzung-2024"))
