"""A file finds its format by what is in it."""

from datetime import UTC, datetime

import pytest

from koschuso.errors import Refused
from koschuso.interchange.format import Format, WriteOptions, recognise
from koschuso.model import Reading


def format_(name, beginning, suffix, *, reads=True):
    return Format(
        name=name,
        title=name,
        suffixes=(suffix,),
        recognise=lambda data: data.startswith(beginning),
        read=(lambda _data, _options: Reading()) if reads else None,
    )


CALENDAR = format_("a:kalender", b"BEGIN", ".ics")
CARD = format_("b:karte", b"BEGIN", ".vcf")
TABLE = format_("c:tabelle", b"Name", ".csv")


def fail(_data):
    raise KeyError


BROKEN = Format(
    name="d:kaputt", title="Kaputt", suffixes=(".x",), recognise=fail, read=lambda _data, _options: Reading()
)


def test_the_content_decides_and_not_the_ending():
    assert recognise(b"Name;Ort", [CALENDAR, TABLE], suffix=".ics") is TABLE


def test_the_ending_decides_between_formats_that_both_recognise_the_content():
    assert recognise(b"BEGIN", [CALENDAR, CARD], suffix=".VCF") is CARD


@pytest.mark.parametrize("suffix", ["", ".txt"])
def test_nobody_guesses_between_two(suffix):
    with pytest.raises(Refused, match="a:kalender, b:karte"):
        recognise(b"BEGIN", [CARD, CALENDAR], suffix=suffix)


def test_an_unknown_content_is_refused_with_the_endings_that_are_read():
    with pytest.raises(Refused, match=r"\.csv, \.ics"):
        recognise(b"\x00", [CALENDAR, TABLE])
    with pytest.raises(Refused, match="keine Dateien"):
        recognise(b"", [])


def test_a_failing_recogniser_is_passed_over_and_named_when_nobody_else_knows():
    assert recognise(b"Name", [BROKEN, TABLE]) is TABLE
    with pytest.raises(Refused, match="d:kaputt"):
        recognise(b"?", [BROKEN, TABLE])


def test_a_format_that_only_writes_is_not_asked():
    with pytest.raises(Refused):
        recognise(b"Name", [format_("e:aus", b"Name", ".csv", reads=False)])


def test_a_moment_without_zone_and_an_ending_without_dot_are_refused():
    with pytest.raises(ValueError, match="zone"):
        WriteOptions(stamp=datetime(2026, 1, 1))
    assert WriteOptions(stamp=datetime(2026, 1, 1, tzinfo=UTC)).audience == "intern"
    for suffix in ("csv", ".CSV"):
        with pytest.raises(ValueError, match="suffix"):
            format_("f:f", b"", suffix)
