"""Reading in again what koschuso itself wrote changes nothing, whatever it put beside the kept lines of a record."""

from datetime import UTC, date, datetime

import attrs

from koschuso.interchange import ical
from koschuso.interchange.format import WriteOptions
from koschuso.model import Event, Participation, TimeSpan

STAMP = WriteOptions(stamp=datetime(2025, 10, 15, tzinfo=UTC))
FACHTAG = Event(id="e", title="Fachtag", span=TimeSpan.days(date(2025, 10, 15)))
EVA = Participation(id="t", event_id="e", name="Eva Muster", email="eva@kreis.example")
OLD = (
    b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:e\r\nDTSTART:20251015T090000\r\nDTEND:20251015T100000\r\n"
    b"SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Gespr=C3=A4ch, kurz\r\n"
    b"X-NOTE;QUOTED-PRINTABLE:=C3=BCber alles=0D=0Aund mehr\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def again(stored, *others):
    """The stored record after its own export was read in."""
    read = ical.read(ical.write([stored, *others], STAMP)).records
    return ical.FORMAT.settle(stored, next(record for record in read if record.id == stored.id))


def test_an_event_that_was_sent_does_not_change_through_its_participants():
    stored = attrs.evolve(FACHTAG, foreign=("X-KOSCHUSO-VERSENDET:0/abc",))
    assert again(stored, EVA) == stored


def test_where_lines_stand_is_no_change_but_what_they_say_is():
    stored = attrs.evolve(FACHTAG, foreign=("X-A:1",))
    read = attrs.evolve(stored, foreign=("UID", "SUMMARY", "X-A:1", "DTSTART"))
    assert ical.FORMAT.settle(stored, read) == stored
    for changed in (("X-A:2",), ("X-A:1", "X-B:1"), ()):
        assert ical.FORMAT.settle(stored, attrs.evolve(stored, foreign=changed)).foreign == changed


def test_an_edited_event_keeps_the_places_of_its_lines():
    stored = attrs.evolve(FACHTAG, foreign=("X-A:1",))
    read = attrs.evolve(stored, title="Tagung", foreign=("X-A:1", "SUMMARY"))
    assert ical.FORMAT.settle(stored, read) == attrs.evolve(stored, title="Tagung")


def test_quoted_printable_of_vcalendar_1_0_comes_back_from_an_export_unchanged():
    [stored] = ical.read(OLD).records
    assert stored.title == "Gespräch, kurz"
    assert again(stored) == stored


def test_a_text_of_vcalendar_1_0_that_another_program_changed_is_a_change():
    [stored] = ical.read(OLD).records
    data = ical.write([stored], STAMP).replace("über alles".encode(), b"anders")
    [read] = ical.read(data).records
    assert "X-NOTE:anders\\nund mehr" in ical.FORMAT.settle(stored, read).foreign
    [read] = ical.read(
        ical.write([stored], STAMP).replace(b", kurz", b", lang").replace(b"\\, kurz", b"\\, lang")
    ).records
    assert ical.FORMAT.settle(stored, read).title == "Gespräch, lang"
