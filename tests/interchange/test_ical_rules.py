"""What RFC 5545 demands of calendars beyond single values is told with line and reason; nothing is changed by it."""

import pytest

from koschuso.interchange import ical, vcard

CALENDAR = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
EVENT = ["UID:1", "DTSTAMP:20250101T000000Z", "DTSTART:20250101T090000Z"]


def read(*lines, head=CALENDAR, own=EVENT, component="VEVENT"):
    text = "\r\n".join([*head, f"BEGIN:{component}", *own, *lines, f"END:{component}", "END:VCALENDAR", ""])
    return ical.read(text.encode())


def told(reading):
    return [(finding.rule, finding.field, finding.line) for finding in reading.findings]


def test_a_sound_event_has_no_findings():
    alarm = [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT5M",
        "DESCRIPTION:x",
        "REPEAT:2",
        "DURATION:PT5M",
        "END:VALARM",
    ]
    reading = read(
        "DTEND:20250101T100000Z", "TRANSP:OPAQUE", "PRIORITY:5", "GEO:51.5711;8.1060", "CLASS:PUBLIC", *alarm
    )
    assert told(reading) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTEND:20250101T100000Z", "DURATION:PT1H"], ("ical.nicht_zusammen", "DTEND", 9)),
        (["CLASS:PUBLIC", "CLASS:PRIVATE"], ("ical.mehrfach", "CLASS", 9)),
        (["SUMMARY:a", "SUMMARY:b"], ("ical.mehrfach", "SUMMARY", 9)),
        (["TRANSP:MAYBE"], ("ical.wert_unverstaendlich", "TRANSP", 8)),
        (["PRIORITY:10"], ("ical.wert_unverstaendlich", "PRIORITY", 8)),
        (["GEO:51.5"], ("ical.wert_unverstaendlich", "GEO", 8)),
        (["GEO:91;0"], ("ical.wert_unverstaendlich", "GEO", 8)),
        (["REQUEST-STATUS:gut"], ("ical.wert_unverstaendlich", "REQUEST-STATUS", 8)),
        (["RRULE:FREQ=DAILY;INTERVAL=0"], ("serie.regel_unlesbar", "RRULE", 8)),
        (["RRULE:FREQ=DAILY;BYHOUR=25"], ("serie.regel_unlesbar", "RRULE", 8)),
        (["RRULE:FREQ=WEEKLY;BYMONTHDAY=1"], ("serie.regel_unlesbar", "RRULE", 8)),
        (["RRULE:FREQ=SECONDLY"], ("serie.regel_uebermaessig", "RRULE", 8)),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], ("serie.regel_trifft_nie", "RRULE", 8)),
        (["RRULE:RSCALE=FOOBAR;FREQ=YEARLY"], ("serie.regel_kalender", "RRULE", 8)),
        (["DTEND;TZID=America/New_York:20241231T100000"], ("ical.ende_vor_beginn", "DTEND", 8)),
        (["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM"], ("ical.angabe_fehlt", "ACTION", 8)),
        (["BEGIN:VALARM", "ACTION:AUDIO", "END:VALARM"], ("ical.angabe_fehlt", "TRIGGER", 8)),
        (
            ["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT5M", "REPEAT:2", "END:VALARM"],
            ("ical.erinnerung_unvollstaendig", "DURATION", 8),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_is_wrong_is_told_with_its_line_and_kept(lines, expected):
    reading = read(*lines)
    assert expected in told(reading)
    assert len(reading.records) == 1
    written = ical.write(reading).decode()
    assert all(line in written for line in lines if not line.startswith("DTEND;"))


def test_every_component_that_is_alike_is_told_and_not_only_the_first():
    one = ["BEGIN:VEVENT", *EVENT, "DTEND:20250101T100000Z", "DURATION:PT1H", "END:VEVENT"]
    text = "\r\n".join(
        [*CALENDAR, *[line.replace("UID:1", f"UID:{n}") for n in range(5) for line in one], "END:VCALENDAR", ""]
    )
    assert [finding.line for finding in ical.read(text.encode()).findings] == [9, 16, 23, 30, 37]


def test_what_is_merely_missing_is_told_once_for_a_file():
    one = ["BEGIN:VEVENT", "UID:1", "DTSTART:20250101T090000Z", "END:VEVENT"]
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", *[line.replace("UID:1", f"UID:{n}") for n in range(5) for line in one], "END:VCALENDAR", ""]
    )
    reading = ical.read(text.encode())
    assert [(finding.rule, finding.severity.value) for finding in reading.findings] == [
        ("ical.kalender_unvollstaendig", "info"),
        ("ical.ohne_stempel", "info"),
    ]
    assert "VERSION und PRODID" in reading.findings[0].message


def test_properties_of_the_calendar_are_looked_at():
    head = ["BEGIN:VCALENDAR", "VERSION:3.7", "PRODID:x", "PRODID:y", "CALSCALE:JULIAN"]
    assert told(read(head=head)) == [
        ("ical.wert_unverstaendlich", "VERSION", 2),
        ("ical.mehrfach", "PRODID", 4),
        ("ical.wert_unverstaendlich", "CALSCALE", 5),
    ]


def test_zones_are_looked_at():
    zone = ["BEGIN:VTIMEZONE", "TZID:A", "END:VTIMEZONE", "BEGIN:VTIMEZONE", "TZID:UTC+11", "BEGIN:STANDARD"]
    zone += ["DTSTART;VALUE=DATE:20170101", "TZOFFSETTO:+1100", "END:STANDARD", "END:VTIMEZONE"]
    assert told(read(head=[*CALENDAR, *zone]))[:3] == [
        ("ical.zone_leer", "STANDARD", 4),
        ("ical.wert_unverstaendlich", "DTSTART", 10),
        ("ical.angabe_fehlt", "TZOFFSETFROM", 9),
    ]
    guessed = read("DTEND;TZID=W. Europe Standard Time:20250101T110000")
    assert ("ical.zone_gedeutet", "TZID", 8) in told(guessed)


def test_components_that_are_no_records_are_looked_at_as_well():
    reading = read("FREEBUSY:gestern", component="VFREEBUSY")
    assert ("ical.wert_unverstaendlich", "FREEBUSY", 8) in told(reading)


def test_mixed_line_ends_are_told():
    data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\nEND:VCALENDAR\r\n"
    assert told(ical.read(data)) == [("datei.zeilenenden", "", 3)]


def test_what_a_card_has_twice_or_nobody_knows_is_told():
    text = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Eva\nN:Muster;Eva;;;\nUID:2\nMETHOD:PUBLISH\nX-FREMD:1\nEND:VCARD\n"
    reading = vcard.read(text.encode() + text.replace("UID:1", "UID:3").encode())
    assert told(reading) == [
        ("karte.mehrfach", "UID", 6),
        ("karte.eigenschaft_unbekannt", "METHOD", 7),
        ("karte.mehrfach", "UID", 15),
        ("karte.eigenschaft_unbekannt", "METHOD", 16),
    ]
    assert b"UID:2" in vcard.write(reading.records)
    two_scripts = (
        "BEGIN:VCARD\nVERSION:4.0\nUID:1\nFN:a\nN;ALTID=1;LANGUAGE=de:a;;;;\nN;ALTID=1;LANGUAGE=en:b;;;;\nEND:VCARD\n"
    )
    assert told(vcard.read(two_scripts.encode())) == []
