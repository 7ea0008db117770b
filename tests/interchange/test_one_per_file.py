"""One file for each event or contact: whole in content, safe in names, bounded in reading."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from koschuso.interchange import ical, one_per_file, vcard, zip_reading
from koschuso.interchange.format import Format, ReadOptions, WriteOptions, recognise
from koschuso.interchange.one_per_file import ICAL_ZIP, VCARD_ZIP
from koschuso.model import (
    Committee,
    Event,
    EventStatus,
    Organisation,
    Participation,
    Person,
    Reference,
    Relation,
    Task,
    TimeSpan,
)

STAMP = datetime(2025, 1, 1, tzinfo=UTC)
INSIDE = WriteOptions(stamp=STAMP, title="Büro")
PUBLIC = WriteOptions(stamp=STAMP, title="Büro", audience="oeffentlich")
EVA = Person(id="p-1", given_name="Eva", family_name="Müßig", email="muessig@kreis.example")
OFFICE = Organisation(id="o-1", type="sonstige", name="Kreis Soest / Bildung")
CIRCLE = Committee(id="c-1", type="qualitaetszirkel", name="QZ")
WORKS = Relation(
    id="r", type="angestellt_bei", source=Reference("person", "p-1"), target=Reference("organisation", "o-1")
)
MEMBER = Relation(id="m", type="mitglied_in", source=Reference("person", "p-1"), target=Reference("committee", "c-1"))
BOOK = (EVA, OFFICE, CIRCLE, WORKS, MEMBER)


def event(number=1, **more):
    span = TimeSpan.at(datetime(2025, 10, 15, 9), hours=2, zone="Europe/Berlin")
    return Event(**{"id": f"e-{number}", "title": "Fachtag", "span": span, "status": EventStatus.EINLADUNG, **more})


def names(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def contents(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(*members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def rules(reading):
    return sorted({finding.rule for finding in (*reading.findings, *reading.left_out)})


CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%d\r\nN:Muster;Eva;;;\r\nFN:Eva Muster\r\nEND:VCARD\r\n"


def test_each_contact_is_the_card_of_the_whole_book():
    data = VCARD_ZIP.write(BOOK, INSIDE).data

    assert b"".join(contents(data).values()) == vcard.write(BOOK, INSIDE)
    assert [name.rpartition("-")[0] for name in names(data)] == ["eva-muessig", "kreis-soest-bildung", "qz"]


def test_cards_of_2_1_with_their_soft_line_breaks_are_taken_apart_as_well():
    long = Person(
        id="p-9",
        given_name="Jörg",
        family_name="Überländer",
        foreign=("VERSION:2.1", "N", "FN", f"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{'=C3=BC' * 12}END:VCARD"),
    )
    options = WriteOptions(stamp=STAMP, target="outlook")

    data = VCARD_ZIP.write((long, *BOOK), options).data

    assert b"".join(contents(data).values()) == vcard.FORMAT.write((long, *BOOK), options).data
    assert all(b"VERSION:2.1" in card for card in contents(data).values())
    assert names(data)[0].startswith("joerg-ueberlaender-")
    assert [record.name for record in VCARD_ZIP.read(data, ReadOptions()).records[:2]] == [long.name, EVA.name]


def test_contacts_and_their_relations_come_back():
    reading = VCARD_ZIP.read(VCARD_ZIP.write(BOOK, INSIDE).data, ReadOptions())

    whole = vcard.read(vcard.write(BOOK, INSIDE))
    assert reading.records == whole.records
    assert {record.id for record in reading.records} == {"p-1", "o-1", "c-1", "r", "m"}
    assert reading.findings == ()


def test_an_event_stands_with_its_exceptions_attendees_and_zones():
    series = event(1, recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",))
    moved = event(
        2,
        occurrence_of="e-1",
        occurrence_at="RECURRENCE-ID;TZID=Europe/Berlin:20251022T090000",
        span=TimeSpan.at(datetime(2025, 10, 22, 14), hours=2, zone="Europe/Berlin"),
    )
    elsewhere = event(
        3, title="Anderswo", span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=2, zone="America/New_York")
    )
    guest = Participation(id="g", event_id="e-1", name="Eva Muster", email="muster@kreis.example")
    records = (series, moved, elsewhere, guest, Task(id="t", title="Bericht"))

    files = list(contents(ICAL_ZIP.write(records, INSIDE).data).values())

    assert [file.count(b"BEGIN:VEVENT") for file in files] == [2, 1, 0]
    assert [file.count(b"BEGIN:VTIMEZONE") for file in files] == [1, 1, 0]
    assert b"TZID:America/New_York" in files[1]
    assert b"ATTENDEE" in files[0]
    assert not any(b"X-WR-CALNAME" in file or b"\r\nNAME:" in file for file in files)
    reading = ICAL_ZIP.read(ICAL_ZIP.write(records, INSIDE).data, ReadOptions())
    assert sorted(map(repr, reading.records)) == sorted(map(repr, ical.read(ical.write(records, INSIDE)).records))


def test_the_bytes_depend_on_the_content_alone():
    assert VCARD_ZIP.write(BOOK, INSIDE).data == VCARD_ZIP.write(BOOK, INSIDE).data
    with zipfile.ZipFile(io.BytesIO(VCARD_ZIP.write(BOOK, INSIDE).data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "C:\\x", "a/b", "", "...", "Ω≈ç", "CON", "x" * 300, "a\r\nb", "=1+1"]
)
def test_names_of_files_are_harmless(title):
    (name,) = names(ICAL_ZIP.write((event(title=title),), INSIDE).data)

    stem = name.removesuffix(".ics")
    assert stem.replace("-", "").isascii()
    assert stem.replace("-", "").isalnum()
    assert len(name) < 64


def test_names_are_unique_and_stay_the_same():
    data = ICAL_ZIP.write([event(number) for number in range(200)], INSIDE).data

    assert len(set(names(data))) == 200
    assert names(ICAL_ZIP.write((event(7),), INSIDE).data)[0] in names(data)


def test_what_is_published_has_nobodys_name_in_the_name_of_a_file():
    found = names(VCARD_ZIP.write(BOOK, PUBLIC).data)

    assert not any("eva" in name or "muessig" in name for name in found)
    assert found[1].startswith("kreis-soest")


@pytest.mark.parametrize(("format_", "records"), [(VCARD_ZIP, BOOK), (ICAL_ZIP, (event(),))])
def test_a_zip_is_recognised_by_what_is_in_it(format_, records):
    data = format_.write(records, INSIDE).data
    table = Format(name="x:xlsx", title="x", suffixes=(".zip",), recognise=lambda _data: False, read=one_per_file.read)

    assert recognise(data, [ICAL_ZIP, VCARD_ZIP, ical.FORMAT, vcard.FORMAT, table], suffix=".zip") is format_
    assert not ICAL_ZIP.recognise(packed(("xl/workbook.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>")))
    assert not VCARD_ZIP.recognise(b"BEGIN:VCARD")


def test_files_of_any_producer_in_any_folder_are_read():
    data = packed(("Kontakte/Eva.VCF", CARD % 1), ("termin.ics", ical.write([event()])), ("b.vcard", CARD % 2))

    reading = one_per_file.read(data)

    assert [record.id for record in reading.records] == ["1", "2", "e-1"]
    assert VCARD_ZIP.recognise(data)


def test_line_numbers_are_those_of_the_file_in_the_zip():
    bad = (CARD % 2).replace(b"FN:", b"Unsinn\r\nFN:").replace(b"\r\n", b"\n")
    reading = one_per_file.read(packed(("Eva Muster.vcf", CARD % 1), ("b.vcf", bad)))

    (finding,) = [found for found in reading.findings if found.rule == "zeile.ohne_doppelpunkt"]
    assert (finding.line, finding.source) == (5, "Datei 2")
    assert finding.message.startswith("Datei 2 im ZIP: Zeile 5 ")
    assert not any("Eva" in found.message + found.source for found in reading.findings)


def test_a_damaged_card_does_not_swallow_the_next_file():
    reading = one_per_file.read(
        packed(("a.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:9\r\nFN:Offen"), ("b.vcf", CARD % 2))
    )

    assert {record.id for record in reading.records} == {"9", "2"}
    assert "bestandteil.nicht_geschlossen" in rules(reading)


def test_foreign_files_and_archives_inside_are_told_and_left():
    reading = one_per_file.read(packed(("a.vcf", CARD % 1), ("bild.jpg", b"x"), ("b.zip", packed(("c.vcf", CARD % 3)))))

    assert [record.id for record in reading.records] == ["1"]
    assert rules(reading) == ["zip.archiv_im_archiv", "zip.fremde_datei"]


def test_a_bomb_is_not_unpacked():
    reading = one_per_file.read(packed(("a.vcf", b"X" * 50_000_000), ("b.vcf", CARD % 1)))

    assert [record.id for record in reading.records] == ["1"]
    assert rules(reading) == ["zip.verdaechtig"]


def test_bounds_end_in_findings(monkeypatch):
    data = packed(*((f"{number}.vcf", CARD % number) for number in range(5)))
    monkeypatch.setattr(zip_reading, "MAX_ARCHIVE_MEMBERS", 3)
    assert rules(one_per_file.read(data)) == ["zip.zu_viele_dateien"]
    assert len(one_per_file.read(data).records) == 3
    monkeypatch.setattr(zip_reading, "MAX_ARCHIVE_BYTES", 200)
    assert rules(one_per_file.read(data)) == ["zip.zu_gross", "zip.zu_viele_dateien"]
    assert len(one_per_file.read(data).records) == 2


def test_writing_more_files_than_are_read_again_is_told(monkeypatch):
    monkeypatch.setattr(one_per_file, "MAX_ARCHIVE_MEMBERS", 2)

    assert [finding.rule for finding in VCARD_ZIP.write(BOOK, INSIDE).findings][-1] == "zip.viele_dateien"


def test_damage_never_raises():
    data = packed(("a.vcf", CARD % 1), ("b.ics", ical.write([event()])))
    for position in range(0, len(data), 7):
        broken = bytearray(data)
        broken[position] ^= 0xFF
        one_per_file.read(bytes(broken))
        one_per_file.read(data[:position])
        VCARD_ZIP.recognise(bytes(broken))
    assert rules(one_per_file.read(b"PK\x03\x04")) == ["zip.unlesbar"]
    assert rules(one_per_file.read(packed())) == ["zip.leer"]


def test_a_locked_file_is_told():
    data = bytearray(packed(("a.vcf", CARD % 1), compression=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert rules(one_per_file.read(bytes(data))) == ["zip.datei_unlesbar"]


def test_stored_values_are_settled_as_by_the_single_formats():
    held = event(status=EventStatus.DURCHGEFUEHRT)

    assert ICAL_ZIP.settle(held, event()).status is EventStatus.DURCHGEFUEHRT
    assert VCARD_ZIP.settle(EVA, EVA) == EVA
    assert ICAL_ZIP.carries["event"] == ical.CARRIES["event"]
