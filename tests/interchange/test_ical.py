"""Calendars in and out: what becomes of each thing, and the traps of real files."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

from koschuso.catalogues import load
from koschuso.interchange import ical
from koschuso.interchange.format import WriteOptions, recognise
from koschuso.interchange.ical.attendee import PARTICIPATION_STATUS
from koschuso.interchange.ical.event import EVENT_STATUS
from koschuso.interchange.ical.task import TASK_STATUS
from koschuso.model import (
    Activity,
    Address,
    Committee,
    Event,
    EventStatus,
    FuzzyDate,
    Headcount,
    Location,
    Milestone,
    Organisation,
    Participation,
    ParticipationStatus,
    Person,
    Reference,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
)

STAMP = datetime(2025, 10, 1, 8, 0, tzinfo=UTC)
BERLIN_BY_WINDOWS = """BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
FIXED = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
"""


def options(**fields):
    return WriteOptions(**{"stamp": STAMP, **fields})


def labels(catalogue, key):
    return load(catalogue).label(key)


def calendar(*lines, before=""):
    body = "\n".join(lines)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//DE\n{before}{body}\nEND:VCALENDAR\n".encode()


def event(*lines, uid="e-1", start="DTSTART:20251015T090000Z", before=""):
    parts = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20250101T000000Z", start, *lines, "END:VEVENT"]
    return calendar(*[part for part in parts if part], before=before)


def only(data):
    (record,) = ical.read(data).records
    return record


def rules(reading):
    return {finding.rule for finding in reading.findings}


def written_lines(data):
    return data.decode().replace("\r\n ", "").split("\r\n")


FACHTAG = Event(
    id="fachtag-2025@koschuso",
    title="Fachtag: Schule, Jugendhilfe; gemeinsam",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=6.5),
    type="fachtag",
    taetigkeit="qualifizierung.fachtag",
    topics=("kinderschutz", "Eigenes Thema"),
    description="Erste Zeile\nZweite, mit Komma",
    location=Location(
        name="Kreishaus", room="Saal 1", address=Address(street="Weg 1", postal_code="59494", locality="Soest")
    ),
    online_url="https://konferenz.example/raum?a=1,2",
    organiser_ids=("office",),
    target_groups=("fachkraefte",),
    schulformen=("grundschule",),
    capacity=80,
    registration_deadline=date(2025, 10, 1),
    status=EventStatus.ANMELDUNG_GESCHLOSSEN,
    visibility=Visibility.OEFFENTLICH,
    sequence=3,
)
WAITING = Participation(
    id="t-1",
    event_id=FACHTAG.id,
    person_id="p-1",
    status=ParticipationStatus.WARTELISTE,
    rank=2,
)
GUEST = Participation(
    id="t-2",
    event_id=FACHTAG.id,
    name='Muster, Eva "Evi"',
    email="eva.muster@schule.example",
    status=ParticipationStatus.TEILGENOMMEN,
    role="referent",
)
TASK = Task(
    id="a-1",
    title="Rahmenkonzept fortschreiben",
    taetigkeit="konzept.rahmenkonzept",
    status=TaskStatus.WARTET,
    begin=FuzzyDate("08/2025"),
    due=FuzzyDate("Januar / Februar 2026"),
    percent=40,
    responsible_ids=("p-1",),
    subject=Reference("concept", "k-1"),
    minutes=90,
)
ACTIVITY = Activity(id="z-1", day=date(2025, 9, 3), taetigkeit="beratung.schulen", minutes=45, title="Gespräch")
MILESTONE = Milestone(
    id="m-1",
    when=FuzzyDate("08/2016"),
    title="Erstes Treffen",
    topics=("Vernetzung",),
    actors=(Reference("committee", "g-1"),),
)
OWN = (FACHTAG, WAITING, GUEST, TASK, ACTIVITY, MILESTONE)
REFERENCES = {
    Reference("person", "p-1"): Person(id="p-1", family_name="Beispiel", email="p.beispiel@kreis.example"),
    Reference("organisation", "office"): Organisation(
        id="office", type="koordinierungsstelle", name="Koordinierungsstelle", email="koordination@kreis.example"
    ),
}


# -- own records -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_labels", [True, False])
def test_own_records_come_back_as_they_were(with_labels):
    chosen = options(labels=labels if with_labels else None, references=REFERENCES, title="Termine")
    reading = ical.read(ical.write(OWN, chosen))
    assert reading.records == OWN
    assert reading.findings == ()


def test_own_export_is_the_golden_file():
    data = ical.write(OWN, options(labels=labels, references=REFERENCES, title="Bildungsregion"))
    golden = Path(__file__).parents[1] / "golden" / "kalender.ics"
    assert data == golden.read_bytes()


def test_the_golden_file_is_read_to_the_same_records():
    golden = Path(__file__).parents[1] / "golden" / "kalender.ics"
    assert ical.read(golden.read_bytes()).records == OWN


def test_the_same_records_and_moment_give_the_same_bytes():
    assert ical.write(OWN, options()) == ical.write(OWN, options())


def test_each_zone_of_a_file_has_its_vtimezone():
    other = attrs.evolve(FACHTAG, id="x", span=TimeSpan.at(datetime(2026, 7, 1, 9), hours=1, zone="America/New_York"))
    lines = written_lines(ical.write((FACHTAG, other), options()))
    assert {"TZID:Europe/Berlin", "TZID:America/New_York"} <= set(lines)
    assert "DTSTART;TZID=America/New_York:20260701T090000" in lines


def test_ideas_and_what_a_calendar_cannot_carry_are_told():
    idea = Event(id="i", title="Idee", status=EventStatus.IDEE)
    heads = Participation(id="h", event_id=FACHTAG.id, headcounts=(Headcount(count=12),))
    committee = Committee(id="g", type="lenkungskreis", name="Lenkungskreis")
    lost = Participation(id="l", event_id="nicht-dabei", name="Eva")
    writing = ical.writing((FACHTAG, idea, heads, committee, lost), options())
    assert b"Idee" not in writing.data
    assert {finding.rule for finding in writing.findings} == {
        "ical.idee",
        "ical.kopfzahlen",
        "ical.art_ohne_kalender",
        "ical.teilnahme_ohne_termin",
    }


def test_a_public_calendar_names_nobody_and_no_internal_fact():
    foreign = (
        "ORGANIZER;CN=Eva Muster:mailto:eva@kreis.example",
        "CONTACT:Eva",
        "GEO:51.5;8.1",
        "BEGIN:VALARM",
        "END:VALARM",
    )
    kept = attrs.evolve(
        FACHTAG, foreign=(*foreign, "X-KOSCHUSO-VERANSTALTER:office"), series_id="r-1", speaker_ids=("p-1",)
    )
    writing = ical.writing((kept, WAITING, GUEST), options(audience="oeffentlich", labels=labels))
    text = writing.data.decode()
    assert "METHOD:PUBLISH" in text
    for private in (
        "ATTENDEE",
        "ORGANIZER",
        "CONTACT",
        "VALARM",
        "Muster",
        "p-1",
        "r-1",
        "VERANSTALTER",
        "SICHTBARKEIT",
    ):
        assert private not in text
    for fact in ("X-KOSCHUSO-ART", "X-KOSCHUSO-TAETIGKEIT", "X-KOSCHUSO-STATUS", "X-KOSCHUSO-ZIELGRUPPE", "GEO:"):
        assert fact in text
    assert {"ical.teilnahmen_oeffentlich", "ical.zeilen_oeffentlich"} <= {finding.rule for finding in writing.findings}


def test_statuses_are_those_of_the_catalogues():
    for mapping, catalogue, attribute in (
        (EVENT_STATUS, "veranstaltungsstatus", "ical_status"),
        (TASK_STATUS, "aufgabenstatus", "vtodo_status"),
        (PARTICIPATION_STATUS, "teilnahmestatus", "partstat"),
    ):
        entries = {entry.key: entry.values(attribute) for entry in load(catalogue)}
        assert {str(key): (value,) for key, value in mapping.items()} == {k: v for k, v in entries.items() if v}


def test_organiser_is_the_functional_mailbox():
    lines = written_lines(ical.write((FACHTAG,), options(references=REFERENCES, audience="oeffentlich")))
    assert "ORGANIZER;CN=Koordinierungsstelle:mailto:koordination@kreis.example" in lines


# -- foreign calendars -------------------------------------------------------------------------------------------------


def test_an_event_of_another_program_is_taken_over():
    record = only(event("SUMMARY:A\\, B", "LOCATION:Haus", "STATUS:TENTATIVE", "CATEGORIES:Treffen,Wichtig"))
    assert (record.id, record.title, record.location) == ("e-1", "A, B", Location(name="Haus"))
    assert (record.status, record.topics) == (EventStatus.GEPLANT, ("Treffen", "Wichtig"))
    assert record.span == TimeSpan.at(datetime(2025, 10, 15, 9), zone="UTC")
    assert record.visibility is Visibility.INTERN


def test_all_kinds_of_times():
    spans = {
        "DTSTART;VALUE=DATE:20251015": TimeSpan.days(date(2025, 10, 15)),
        "DTSTART:20251015T090000": TimeSpan.at(datetime(2025, 10, 15, 9), zone=None),
        "DTSTART;TZID=Europe/Berlin:20251015T090000": TimeSpan.at(datetime(2025, 10, 15, 9)),
        "DTSTART;TZID=Europe/Berlin:20251025T230000\nDURATION:PT5H": TimeSpan.at(datetime(2025, 10, 25, 23), hours=4),
        "DTSTART;TZID=Europe/Berlin:20251025T230000\nDURATION:P1D": TimeSpan.at(datetime(2025, 10, 25, 23), hours=24),
        "DTSTART;VALUE=DATE:20251015\nDTEND;VALUE=DATE:20251015": TimeSpan.days(date(2025, 10, 15)),
        "DTSTART;VALUE=DATE:20251015\nDURATION:P2D": TimeSpan.days(date(2025, 10, 15), date(2025, 10, 16)),
    }
    for lines, span in spans.items():
        assert only(event(start=lines)).span == span, lines


def test_edited_field_changes_only_its_own_line():
    data = event(
        "X-A;P=1:eins",
        "SUMMARY;LANGUAGE=de:Alt",
        "DTEND;X-P=1:20251015T100000Z",
        "BEGIN:VALARM",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "CLASS:PUBLIC",
        "ORGANIZER:mailto:a@b.example",
    )
    reading = ical.read(data)
    before = written_lines(ical.write(reading))
    changed = attrs.evolve(reading.records[0], title="Neu")
    after = written_lines(ical.write(attrs.evolve(reading, records=(changed,))))
    assert before == data.decode().split("\n")
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        ("SUMMARY;LANGUAGE=de:Alt", "SUMMARY:Neu")
    ]


def test_moved_event_keeps_no_line_that_contradicts_it():
    reading = ical.read(event("DURATION:PT1H", "X-A:1"))
    moved = attrs.evolve(reading.records[0], span=TimeSpan.at(datetime(2025, 10, 16, 9), hours=2))
    again = ical.read(ical.write((moved,), options()))
    assert again.records[0].span == moved.span
    point = attrs.evolve(moved, span=TimeSpan.at(datetime(2025, 10, 16, 9)))
    assert ical.read(ical.write((point,), options())).records[0].span == point.span


def test_added_and_cleared_fields_are_written():
    record = only(event("SUMMARY:A", "DESCRIPTION:weg", "X-A:1"))
    changed = attrs.evolve(record, description="", location=Location(name="Haus"), type="fachtag")
    again = only(ical.write((changed,), options()))
    assert (again.description, again.location, again.type) == ("", Location(name="Haus"), "fachtag")


def test_answer_of_an_attendee_changes_only_that():
    line = 'ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Muster, Eva":mailto:eva@schule.example'
    found, eva = ical.read(event(line, "ATTENDEE:mailto:adam@schule.example")).records[:2]
    assert (eva.name, eva.email, eva.status) == ("Muster, Eva", "eva@schule.example", ParticipationStatus.EINGELADEN)
    answered = eva.with_status(ParticipationStatus.ANGEMELDET)
    lines = written_lines(ical.write((found, answered), options()))
    (written,) = [text for text in lines if text.startswith("ATTENDEE")]
    assert "PARTSTAT=ACCEPTED" in written
    assert "RSVP=TRUE" in written
    assert ical.read(ical.write((found, answered), options())).records[1].id == eva.id


def test_recurrence_and_its_exceptions_are_kept():
    data = calendar(
        "BEGIN:VEVENT", "UID:s", "DTSTART;TZID=Europe/Berlin:20250106T090000", "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=Europe/Berlin:20250113T090000", "END:VEVENT",
        "BEGIN:VEVENT", "UID:s", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20250120T090000",
        "DTSTART;TZID=Europe/Berlin:20250120T100000", "END:VEVENT",
    )  # fmt: skip
    master, exception = ical.read(data).records
    assert master.recurrence == ("RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20250113T090000")
    assert (exception.occurrence_of, exception.id) == ("s", "s#20250120T090000")
    assert exception.occurrence_at.startswith("RECURRENCE-ID;RANGE=THISANDFUTURE")
    assert "ical.uid_mehrfach" not in rules(ical.read(data))
    assert ical.read(ical.write((master, exception), options())).records == (master, exception)


def test_same_uid_twice_and_no_uid_at_all():
    data = calendar(
        "BEGIN:VEVENT", "UID:a", "DTSTART:20250106T090000", "END:VEVENT",
        "BEGIN:VEVENT", "UID:a", "DTSTART:20250107T090000", "END:VEVENT",
        "BEGIN:VEVENT", "DTSTART:20250108T090000", "SUMMARY:ohne", "END:VEVENT",
    )  # fmt: skip
    reading = ical.read(data)
    ids = [record.id for record in reading.records]
    assert ids[:2] == ["a", "a~2"]
    assert ids[2].startswith("ohne-uid-")
    assert {"ical.uid_mehrfach", "ical.ohne_uid"} <= rules(reading)
    assert ical.read(ical.write(reading.records, options())).records == reading.records


def test_tasks_of_other_programs():
    data = calendar(
        "BEGIN:VTODO", "UID:t", "DUE:20251031T170000", "STATUS:COMPLETED",
        "COMPLETED:20251030T233000Z", "PERCENT-COMPLETE:100", "PRIORITY:1", "END:VTODO",
    )  # fmt: skip
    task = only(data)
    assert (task.title, task.due, task.status) == ("(ohne Titel)", FuzzyDate("31.10.2025"), TaskStatus.ERLEDIGT)
    assert task.completed_on == date(2025, 10, 31), "the day of the office, not that of UTC"
    assert written_lines(ical.write(ical.read(data))) == data.decode().split("\n")


def test_what_is_no_record_is_listed_and_written_back():
    data = calendar(
        "BEGIN:VFREEBUSY", "UID:f", "END:VFREEBUSY", "BEGIN:VEVENT", "UID:x", "SUMMARY:ohne Zeit", "END:VEVENT"
    )
    reading = ical.read(data)
    assert reading.records == ()
    assert [(finding.field, finding.line) for finding in reading.left_out] == [("VFREEBUSY", 4)]
    refused = [finding for finding in reading.findings if finding.rule == "ical.nicht_uebernommen"]
    assert [(finding.field, finding.line) for finding in refused] == [("VEVENT", 7)]
    assert written_lines(ical.write(reading)) == data.decode().split("\n")


def test_impossible_fact_does_not_cost_the_event():
    reading = ical.read(event("X-KOSCHUSO-ANMELDESCHLUSS:20260101", "SUMMARY:Fachtag"))
    assert reading.records[0].registration_deadline is None
    assert "ical.angabe_unmoeglich" in rules(reading)


def test_the_line_of_an_impossible_fact_stays_with_the_record():
    data = calendar("BEGIN:VTODO", "UID:t", "DTSTAMP:20250101T000000Z", "DTSTART:20250302", "DUE:20250301", "END:VTODO")

    written = ical.write(ical.read(data).records)

    assert b"DUE:20250301\r\n" in written
    assert ical.read(written).records == ical.read(data).records


# -- zones -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tzid",
    [
        "W. Europe Standard Time",
        "Mitteleuropäische Zeit",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",
        "Customized Time Zone",
        "/mozilla.org/20050126_1/Europe/Berlin",
    ],
)
def test_zones_of_other_programs_are_understood_and_written_back(tzid):
    start = f'DTSTART;TZID="{tzid}":20250703T090000'
    record = only(event(start=start, before=BERLIN_BY_WINDOWS.format(tzid=tzid)))
    assert record.span == TimeSpan.at(datetime(2025, 7, 3, 9))
    data = ical.write((record,), options())
    assert start in written_lines(data)
    assert f"TZID:{tzid}" in written_lines(data)
    assert ical.read(data).records == (record,)


def test_bad_zone_of_one_file_never_reaches_another():
    def one(offset):
        return event(start='DTSTART;TZID="Customized Time Zone":20250703T090000', before=FIXED.format(offset=offset))

    east, west = ical.read(one("+0500")), ical.read(one("-0800"))
    assert (ical.read(one("-0800")), ical.read(one("+0500"))) == (west, east)
    assert east.records[0].span.begin_instant() == datetime(2025, 7, 3, 4, tzinfo=UTC)
    assert west.records[0].span.begin_instant() == datetime(2025, 7, 3, 17, tzinfo=UTC)


def test_two_zones_of_one_name_in_one_export_are_told_apart():
    start = 'DTSTART;TZID="Customized Time Zone":20250703T090000'
    east = only(event(start=start, uid="east", before=FIXED.format(offset="+0500")))
    west = only(event(start=start, uid="west", before=FIXED.format(offset="-0800")))
    odd = only(event(start=start, uid="odd", before=FIXED.format(offset="+0517")))
    assert odd.span.zone == "Customized Time Zone"
    again = ical.read(ical.write((east, west, odd), options())).records
    assert [record.span.begin_instant() for record in again[:2]] == [
        east.span.begin_instant(),
        west.span.begin_instant(),
    ]
    assert any("TZOFFSETTO:+0517" in entry for entry in again[2].foreign)


def test_unknown_zone_is_assumed_and_told():
    reading = ical.read(event(start="DTSTART;TZID=Mittelerde/Bruchtal:20250703T090000"))
    assert reading.records[0].span.zone == "Europe/Berlin"
    (finding,) = [finding for finding in reading.findings if finding.rule == "ical.zone_unbekannt"]
    assert (finding.line, finding.value) == (7, "Mittelerde/Bruchtal")


def test_z_wins_over_a_zone():
    reading = ical.read(event(start="DTSTART;TZID=Europe/Berlin:20250703T090000Z"))
    assert reading.records[0].span.zone == "UTC"
    assert "ical.zone_und_utc" in rules(reading)


def test_date_with_a_zone_stays_a_date():
    data = event(start="DTSTART;VALUE=DATE;TZID=Europe/Berlin:20240101")
    reading = ical.read(data)
    assert reading.records[0].span == TimeSpan.days(date(2024, 1, 1))
    assert "DTSTART;VALUE=DATE;TZID=Europe/Berlin:20240101" in written_lines(ical.write(reading.records, options()))


# -- traps of interop.md, section 4 ------------------------------------------------------------------------------------


def test_one_line_of_text_is_never_taken_for_a_path():
    reading = ical.read(b"/etc/passwd")
    assert reading.records == ()
    assert reading.findings


def test_unreadable_rule_is_kept_and_told():
    reading = ical.read(event("RRULE:W1 MO TU 0900 #4"))
    assert reading.records[0].recurrence == ("RRULE:W1 MO TU 0900 #4",)
    assert [finding.line for finding in reading.findings if finding.field == "RRULE"] == [8]


def test_windows_1252_is_read_and_told():
    reading = ical.read(event("SUMMARY:Schülerrat – für alle").decode().encode("cp1252"))
    assert reading.records[0].title == "Schülerrat – für alle"
    assert "zeile.zeichensatz" in rules(reading)


def test_truncated_file_gives_what_was_sound():
    reading = ical.read(event("SUMMARY:A").partition(b"END:VEVENT")[0])
    assert [record.title for record in reading.records] == ["A"]
    assert "bestandteil.nicht_geschlossen" in rules(reading)


def test_wrong_end_and_bad_zone_cost_nothing_else():
    bad = "BEGIN:VTIMEZONE\nLOCATION:x\nRDATE;VALUE=DATE:20250101\nBEGIN:STANDARD\nTZOFFSETTO:quark\nEND:STANDARD\nEND:VTIMEZONE\n"
    data = event("SUMMARY:A", before=bad).replace(b"SUMMARY:A\n", b"SUMMARY:A\nEND:VTODO\n")
    reading = ical.read(data)
    assert [record.title for record in reading.records] == ["A"]
    assert {"ical.zone_ohne_namen", "bestandteil.falsches_ende", "ical.wert_unverstaendlich"} <= rules(reading)


def test_repeated_single_property_is_kept_and_told():
    data = event("SUMMARY:eins", "SUMMARY:zwei")
    reading = ical.read(data)
    assert reading.records[0].title == "eins"
    assert "ical.mehrfach" in rules(reading)
    changed = attrs.evolve(reading.records[0], title="neu")
    lines = written_lines(ical.write((changed,), options()))
    assert [line for line in lines if line.startswith("SUMMARY")] == ["SUMMARY:neu", "SUMMARY:zwei"]


def test_line_without_colon_is_kept_and_warned_of_on_export():
    data = event("DESCRIPTION:erste Zeile", "zweite Zeile")
    reading = ical.read(data)
    assert "zweite Zeile" in written_lines(ical.write(reading))
    assert "ical.zeile_ungueltig" in {finding.rule for finding in ical.writing(reading.records, options()).findings}


def test_recurrence_bomb_is_read_at_once():
    reading = ical.read(event("RRULE:FREQ=SECONDLY", "RDATE:" + ",".join(["20250101T000000Z"] * 20_000)))
    assert len(reading.records[0].recurrence) == 2


def test_vcalendar_1_is_read_and_written_as_icalendar():
    data = (
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20251015T090000Z\r\n"
        b"SUMMARY;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Gespr=E4ch, kurz\r\n"
        b"X-NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    record = only(data)
    assert record.title == "Gespräch, kurz"
    lines = written_lines(ical.write((record,), options()))
    assert "SUMMARY:Gespräch\\, kurz" in lines
    assert "X-NOTE:Jörg" in lines


def test_line_ends_and_order_of_names_do_not_matter():
    data = event("SUMMARY:A", "LOCATION:B")
    expected = ical.read(data).records
    for variant in (data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + data):
        assert ical.read(variant).records == expected
    assert ical.read(data.decode().encode("utf-16")).records == expected


# -- other programs ----------------------------------------------------------------------------------------------------


def _ours():
    zones = ("Europe/Berlin", "America/New_York", "Europe/London", "Asia/Kolkata", "UTC")
    return tuple(
        attrs.evolve(
            FACHTAG,
            id=f"e-{index}",
            title=f"Termin {index}: Größe, Maß; Ende",
            span=TimeSpan.at(datetime(2025, 1, 15, 9) + timedelta(days=37 * index), hours=2, zone=zone),
            registration_deadline=None,
        )
        for index, zone in enumerate(zones * 2)
    )


def test_icalendar_reads_the_same_events():
    import icalendar

    icalendar.use_zoneinfo()
    records = _ours()
    parsed = icalendar.Calendar.from_ical(ical.write(records, options()))
    events = {str(item["UID"]): item for item in parsed.walk("VEVENT")}
    for record in records:
        item = events[record.id]
        assert str(item["SUMMARY"]) == record.title
        assert item.decoded("DTSTART").astimezone(UTC) == record.span.begin_instant()
        assert item.decoded("DTEND").astimezone(UTC) == record.span.end_instant()
    named = {str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")}
    assert named == {record.span.zone for record in records} - {"UTC"}
    for zone in parsed.walk("VTIMEZONE"):
        ours, real = zone.to_tz(lookup_tzid=False), ZoneInfo(str(zone["TZID"]))
        for month in range(1, 13):
            moment = datetime(2026, month, 15, 12)
            assert moment.replace(tzinfo=ours).utcoffset() == moment.replace(tzinfo=real).utcoffset()


def test_vobject_reads_the_same_events():
    import vobject

    records = _ours()
    parsed = vobject.readOne(ical.write(records, options()).decode())
    events = {item.uid.value: item for item in parsed.vevent_list}
    for record in records:
        assert events[record.id].summary.value == record.title
        assert events[record.id].dtstart.value.astimezone(UTC) == record.span.begin_instant()
    assert len(parsed.vtimezone_list) == 4


# -- the format --------------------------------------------------------------------------------------------------------


def test_the_format_is_recognised_by_content():
    assert recognise(event(), [ical.FORMAT], suffix=".txt") is ical.FORMAT
    assert not ical.recognise(b"BEGIN:VCARD\nEND:VCARD\n")
    assert not ical.recognise(b"")


def test_what_the_format_carries_are_fields_of_the_records():
    from koschuso.model import RECORD_TYPES

    for kind, fields in ical.FORMAT.carries.items():
        names = {field.name for field in attrs.fields(RECORD_TYPES[kind])}
        assert set(fields) <= names


def test_importing_the_module_does_not_import_icalendar():
    code = "import sys; from koschuso.interchange import ical; sys.exit('icalendar' in sys.modules or 'vobject' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_no_calendar_line_says_is_told_by_field():
    told = ical.writing([attrs.evolve(OWN[0], minutes_reference="Akte 7", budget=Decimal(500))], options()).findings

    assert [finding.rule for finding in told if finding.rule == "ical.feld"] == ["ical.feld"] * 2
    assert "Protokoll" in " ".join(finding.message for finding in told)
