"""Zones of calendars: names of other programs, rules of VTIMEZONEs, and the VTIMEZONEs that koschuso writes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import join
from koschuso.interchange.notes import Notes
from koschuso.interchange.zones.definitions import Zones, matching_zone, observances
from koschuso.interchange.zones.names import iana_name, is_iana
from koschuso.interchange.zones.vtimezone import vtimezone


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("Europe/lisbon", "Europe/Lisbon"),
        ("/mozilla.org/20070129_1/America/New_York", "America/New_York"),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Europe_Berlin", "Europe/Berlin"),
        ("US-Eastern", "US/Eastern"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("W. Europe Standard Time 1", "Europe/Berlin"),
        ("Romance Standard Time", "Europe/Paris"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("Mitteleuropäische Zeit ", "Europe/Berlin"),
        ("(GMT+0100) Mitteleuropäische Zeit", "Europe/Berlin"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Europe/Berlin"),
        ("(UTC+01:00) Brüssel, Kopenhagen, Madrid, Paris", "Europe/Paris"),
        ("(UTC) Koordinierte Weltzeit", "UTC"),
        ("(GMT +01:00)", "Etc/GMT-1"),
        ("Canberra, Melbourne, Sydney", "Australia/Canberra"),
        ("Customized Time Zone", None),
        ("Mittelerde/Bruchtal", None),
        ("America", None),
        ("", None),
        ("x" * 500, None),
    ],
)
def test_names_that_programs_write(written, meant):
    assert iana_name(written) == meant


@pytest.mark.parametrize(
    "name", ["../etc/passwd", "/etc/passwd", "Europe", "Europe/../Europe/Berlin", "localtime", "a\0b"]
)
def test_a_name_is_never_a_path(name):
    assert not is_iana(name)


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/London",
        "Europe/Athens",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Sydney",
        "America/St_Johns",
        "UTC",
    ],
)
def test_a_written_vtimezone_is_recognised_by_its_rules_alone(zone):
    (component,) = read_components(join(vtimezone("Irgendwas", zone)), Notes())
    found = matching_zone(list(observances(component)))
    assert found is not None
    for month in range(1, 13):
        moment = datetime(2027, month, 15, tzinfo=UTC)
        assert moment.astimezone(ZoneInfo(found)).utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "Europe/Moscow"]
)
def test_a_written_vtimezone_has_the_offsets_of_the_zone(zone):
    import io

    from dateutil.tz import tzical

    text = join(["BEGIN:VCALENDAR", *vtimezone("X", zone), "END:VCALENDAR"]).decode()
    ours = tzical(io.StringIO(text)).get("X")
    moment = datetime(1998, 1, 15, 12)
    while moment.year < 2037:
        assert ours.utcoffset(moment) == ZoneInfo(zone).utcoffset(moment), moment
        moment += timedelta(days=29)


def _zones(*blocks, default="Europe/Berlin"):
    notes = Notes()
    zones = Zones(notes, default)
    for block in blocks:
        for component in read_components(block.encode(), notes):
            zones.declare(component)
    return zones, notes


def test_official_name_wins_over_a_wrong_description_and_is_told():
    wrong = (
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    zones, notes = _zones(wrong)
    assert zones.resolve("Europe/Berlin").name == "Europe/Berlin"
    assert [finding.rule for finding in notes.findings] == ["ical.zone_abweichend"]


def test_description_wins_over_a_windows_name():
    wrong = (
        "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "TZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    zones, _ = _zones(wrong)
    assert zones.resolve("W. Europe Standard Time").name == "Etc/GMT-5"


def test_each_doubt_is_told_once():
    zones, notes = _zones()
    assert {zones.resolve("Nowhere/Middle", number).name for number in range(5)} == {"Europe/Berlin"}
    assert len(notes.findings) == 1


def test_endless_or_senseless_rules_are_no_zone():
    for rule in ("FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=99;BYDAY=1SU", "FREQ=YEARLY;BYDAY=9XX", "COUNT=9", "X"):
        block = (
            f"BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0500\nTZOFFSETTO:+0600\n"
            f"RRULE:{rule}\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
        zones, _ = _zones(block)
        assert zones.resolve("X").known is False
