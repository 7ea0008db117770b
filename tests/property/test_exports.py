"""Lists and ZIPs with whatever text people type: nothing runs, nothing is lost on the way there and back."""

import io
import zipfile
from datetime import UTC, datetime

import attrs
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange import ical, one_per_file, outlook, vcard
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical import feed
from koschuso.interchange.outlook.delimited import guarded, read_rows, unguarded, write_rows
from koschuso.model import Organisation, Person
from koschuso.testing.strategies import records

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 1, tzinfo=UTC), title="Büro")

# What a cell can hold: anything but lone surrogates and characters that no text of ours has.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = st.text(st.characters(categories=["L"], include_characters=" -='@+"), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_table_comes_back_as_it_was_written(table):
    wanted = [row for row in table if any(row)]

    rows = read_rows(write_rows(table))

    assert [[unguarded(field) for field in row.fields] for row in rows] == wanted


@given(CELLS)
def test_no_written_cell_begins_like_a_formula_but_telephone_numbers(text):
    written = guarded(text)

    if written[:1] in set("=+-@\t\r\n＝＋－＠"):
        assert written.startswith("+")
        assert set(written) <= set("+0123456789 ()/.-")
    assert unguarded(written) == text


@given(st.binary(max_size=300) | CELLS.map(str.encode))
def test_no_list_is_too_odd_to_be_read(data):
    outlook.recognise(data)
    outlook.columns(data)
    outlook.read(data)
    outlook.read(b"Vorname;Nachname;Firma;E-Mail-Adresse\n" + data)
    one_per_file.read(b"PK\x03\x04" + data)


@given(st.lists(st.builds(Person, id=st.uuids().map(str), given_name=NAMES, family_name=NAMES), max_size=4), NAMES)
def test_names_come_back_from_a_contact_list(people, firm):
    firms = [Organisation(id="o", type="sonstige", name=firm)]

    found = outlook.read(outlook.write([*people, *firms], OPTIONS).data).records

    kept = [(record.KIND, record.id) for record in found]
    assert kept == [(record.KIND, record.id) for record in (*people, *firms)]
    assert [record.name for record in found[:-1]] == [person.name for person in people]
    assert found[-1].name == firm


@settings(max_examples=examples(25))  # whole files: the single values are tried elsewhere
@given(st.lists(records("person") | records("organisation") | records("committee"), max_size=4))
def test_the_cards_of_a_zip_are_those_of_the_book(cards):
    unique = list({record.id: record for record in cards}.values())
    data = one_per_file.VCARD_ZIP.write(unique, OPTIONS).data

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"".join(archive.read(name) for name in archive.namelist()) == vcard.write(unique, OPTIONS)
        assert all(name.isascii() and "/" not in name and "\\" not in name for name in archive.namelist())


@settings(max_examples=examples(25))  # whole files: the single values are tried elsewhere
@given(st.lists(records("event") | records("task"), max_size=4))
def test_the_entries_of_a_zip_are_those_of_the_calendar(entries):
    unique = list({record.id: attrs.evolve(record, foreign=()) for record in entries}.values())
    plain = attrs.evolve(OPTIONS, title="")

    reading = one_per_file.read(one_per_file.ICAL_ZIP.write(unique, OPTIONS).data)

    whole = ical.read(ical.write(unique, plain))
    assert sorted(map(repr, reading.records)) == sorted(map(repr, whole.records))


@settings(max_examples=examples(25))  # whole files: the single values are tried elsewhere
@given(st.lists(records("event"), max_size=4))
def test_a_feed_that_says_the_same_is_the_same(events):
    unique = list({record.id: attrs.evolve(record, foreign=()) for record in events}.values())
    first = feed.write(unique, OPTIONS).data
    later = attrs.evolve(OPTIONS, stamp=datetime(2026, 1, 1, tzinfo=UTC))

    assert feed.write(unique, later, first).data == first
