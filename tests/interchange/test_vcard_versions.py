"""Cards in another version than the one they came in: dates, zones and quoted-printable as that version spells them."""

import re
from datetime import UTC, datetime

import pytest

from koschuso.interchange import vcard
from koschuso.interchange.format import WriteOptions

QUOTED = "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:" + "Gespr=C3=A4ch, " * 12
DECODED = "NOTE:" + "Gespräch\\, " * 12


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def lines_of(data):
    return re.sub(r"\r\n[ \t]", "", data.decode()).split("\r\n")


def translated(line, source, target):
    records = vcard.read(card("UID:1", "N:Muster;Eva;;;", "FN:Eva Muster", line, version=source)).records
    name = line.partition(":")[0].partition(";")[0]
    written = lines_of(vcard.write(records, version=target))
    return next(text for text in written if re.match(rf"(X-)?{name.removeprefix('X-')}[;:]", text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("REV:2018-01-25T21:50:41Z", "REV:20180125T215041Z"),
        ("REV:2018-01-25T21:50:41.123+01:00", "REV:20180125T215041+0100"),
        ("REV;VALUE=date:2018-01-25", "REV:20180125T000000Z"),
        ("REV:20180125T215041Z", "REV:20180125T215041Z"),
        ("REV:gestern", "REV:gestern"),
        ("BDAY;VALUE=date:1980-10-15", "BDAY:19801015"),
        ("BDAY:--10-15", "BDAY:--1015"),
        ("BDAY:1980-10-15T08:30:00Z", "BDAY:19801015T083000Z"),
        ("TZ:+1:00", "TZ;VALUE=utc-offset:+0100"),
        ("TZ:-05:00", "TZ;VALUE=utc-offset:-0500"),
        ("TZ;VALUE=text:Europe/Berlin", "TZ:Europe/Berlin"),
        ("X-BDAY;VALUE=text:im Herbst 1980", "BDAY;VALUE=text:im Herbst 1980"),
        ("X-BDAY:1980-10-15", "X-BDAY:1980-10-15"),
    ],
)
def test_4_0_writes_dates_and_zones_of_3_0_in_its_own_form(before, after):
    assert translated(before, "3.0", "4.0") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("TZ:Europe/Berlin", "TZ;VALUE=text:Europe/Berlin"),
        ("TZ;VALUE=utc-offset:-0500", "TZ:-05:00"),
        ("TZ:+0100", "TZ:+01:00"),
        ("BDAY;VALUE=text:im Herbst 1980", "X-BDAY;VALUE=text:im Herbst 1980"),
        ("BDAY:19801015", "BDAY:19801015"),
        ("REV:20180125T215041Z", "REV:20180125T215041Z"),
    ],
)
def test_3_0_writes_dates_and_zones_of_4_0_in_its_own_form(before, after):
    assert translated(before, "4.0", "3.0") == after


def test_a_zone_of_2_1_in_words_is_said_to_be_text_in_3_0():
    assert translated("TZ:CET", "2.1", "3.0") == "TZ;VALUE=text:CET"


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("REV:2018-01-25T21:50:41Z", "4.0"),
        ("TZ:Europe/Berlin", "3.0"),
        ("BDAY;VALUE=text:im Herbst 1980", "3.0"),
    ],
)
def test_what_came_in_the_same_version_stays_as_it_was(line, version):
    assert translated(line, version, version) == line


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_quoted_printable_kept_in_a_newer_card_is_folded_like_every_other_line_and_comes_back(version):
    records = vcard.read(card("UID:1", "N:Muster;Eva;;;", "FN:Eva Muster", QUOTED, version=version)).records
    data = vcard.write(records, version=version)
    assert not any(line.endswith(b"=") for line in data.split(b"\r\n"))
    assert QUOTED in lines_of(data)
    assert vcard.read(data).records == records


@pytest.mark.parametrize(("source", "target"), [("3.0", "4.0"), ("4.0", "3.0")])
def test_quoted_printable_is_decoded_when_the_version_changes(source, target):
    assert translated(QUOTED, source, target) == DECODED


def test_quoted_printable_of_3_0_is_still_so_in_2_1():
    written = vcard.write(vcard.read(card("UID:1", "N:Muster;Eva;;;", "FN:Eva Muster", QUOTED)).records, version="2.1")
    [person] = vcard.read(written).records
    again = vcard.write([person], WriteOptions(stamp=datetime(2025, 10, 15, tzinfo=UTC)))
    assert DECODED.rstrip() in [line.rstrip() for line in lines_of(again)]
