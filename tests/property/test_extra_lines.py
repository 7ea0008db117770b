"""Values of plugins' fields travel through calendars and address books as they are, in every version."""

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.interchange import ical, vcard
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.model import (
    Activity,
    Committee,
    Event,
    EventStatus,
    ExtraField,
    FieldType,
    FuzzyDate,
    Milestone,
    Organisation,
    Person,
    Task,
    TaskStatus,
    TimeSpan,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.just("\n"), min_size=1, max_size=90)
VALUES = {
    FieldType.TEXT: TEXTS.filter(str.strip),
    FieldType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    FieldType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda number: f"{number:f}"),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DATE: st.dates().map(date.isoformat),
    FieldType.KEY: st.from_regex(r"[a-z]{1,5}(\.[a-z_]{1,5}){0,2}", fullmatch=True),
}
SPAN = TimeSpan.days(date(2025, 10, 15))
RECORDS = {
    "event": Event(id="e", title="Fachtag", status=EventStatus.EINLADUNG, span=SPAN),
    "task": Task(id="t", title="Rahmenkonzept", status=TaskStatus.IN_ARBEIT, taetigkeit="konzept"),
    "activity": Activity(id="a", day=date(2025, 8, 27), taetigkeit="beratung", minutes=30),
    "milestone": Milestone(id="m", title="Beginn", when=FuzzyDate.of(date(2020, 1, 1))),
    "person": Person(id="p", given_name="Eva", family_name="Eisvogel", source="import"),
    "organisation": Organisation(id="o", type="traeger", name="Verein am Teich", source="import"),
    "committee": Committee(id="c", type="arbeitskreis", name="AK am Teich"),
}
CALENDAR = ("event", "task", "activity", "milestone")


def fields_of(kind: str) -> tuple[ExtraField, ...]:
    """One field of every type, and one that only looks like one of them."""
    return tuple(
        ExtraField(
            name=f"muster:feld_{type_.value}",
            record_kind=kind,
            label=type_.value,
            type=type_,
            catalogue="thema" if type_ is FieldType.KEY else "",
        )
        for type_ in FieldType
    )


@st.composite
def records(draw, kind):
    fields = fields_of(kind)
    extras = draw(st.fixed_dictionaries({}, optional={field.name: VALUES[field.type] for field in fields}))
    return attrs.evolve(RECORDS[kind], extras=extras)


def options(kind: str) -> tuple[WriteOptions, ReadOptions]:
    fields = fields_of(kind)
    return WriteOptions(stamp=datetime(2025, 10, 1, 8, tzinfo=UTC), fields=fields), ReadOptions(fields=fields)


@pytest.mark.parametrize("kind", CALENDAR)
@given(st.data())
def test_values_come_back_from_a_calendar(kind, data):
    record = data.draw(records(kind))
    write, read = options(kind)
    reading = ical.read(ical.write([record], write), read)
    assert reading.records == (record,)
    assert reading.findings == ()


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
@pytest.mark.parametrize("kind", ["person", "organisation", "committee"])
@given(st.data())
def test_values_come_back_from_an_address_book(kind, version, data):
    record = data.draw(records(kind))
    write, read = options(kind)
    written = vcard.write([record], write, version=version)
    (back,) = vcard.read(written, read).records
    assert back.extras == record.extras
    assert vcard.write([back], write, version=version) == written
    (without,) = vcard.read(vcard.write([attrs.evolve(record, extras={})], write, version=version), read).records
    assert back.foreign == without.foreign  # the lines of values leave nothing behind


@pytest.mark.parametrize("kind", CALENDAR)
@given(st.data())
def test_without_the_plugin_the_lines_stay_and_become_values_again(kind, data):
    record = data.draw(records(kind))
    write, read = options(kind)
    first = ical.write([record], write)
    unknown = ical.read(first)
    assert all(not found.extras for found in unknown.records)
    again = ical.write(unknown.records, attrs.evolve(write, fields=()))
    assert ical.read(again, read).records == (record,)


@given(st.data())
def test_an_address_book_keeps_unknown_values_too(data):
    record = data.draw(records("person"))
    write, read = options("person")
    first = vcard.write([record], write)
    again = vcard.write(vcard.read(first), attrs.evolve(write, fields=()))
    assert vcard.read(again, read).records[0].extras == record.extras
