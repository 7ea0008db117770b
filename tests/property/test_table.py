"""Whatever an office may hold goes through a table and an archive and comes back equal; no text becomes a formula."""

import io
import re
from datetime import UTC, datetime

import attrs
import openpyxl
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange import archive, table
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.interchange.table.cells import guarded, protected, unguarded, unprotected
from koschuso.interchange.table.delimited import DelimitedFile
from koschuso.model import EMPTY, RECORD_TYPES, ExtraField, FieldType, Goal
from koschuso.testing.strategies import records

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 1, tzinfo=UTC))
KINDS = st.sampled_from(sorted(RECORD_TYPES))
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


@st.composite
def many(draw):
    """Some records of one kind, as far as a table carries them: without kept lines and undeclared fields."""
    found = draw(st.lists(records(draw(KINDS)), min_size=1, max_size=4, unique_by=lambda record: record.id))
    return [attrs.evolve(record, foreign=(), extras=EMPTY) for record in found]


@given(many())
@settings(max_examples=examples(40), deadline=None)
def test_tables_give_equal_records_back(given_records):
    for write, read in ((table.write_csv, table.read_csv), (table.write_xlsx, table.read_xlsx)):
        reading = read(write(given_records, OPTIONS).data)

        assert not reading.findings
        assert list(reading.records) == given_records


@given(st.lists(records(), max_size=6, unique_by=lambda record: (record.KIND, record.id)))
@settings(max_examples=examples(15), deadline=None)
def test_an_archive_gives_equal_records_back(given_records):
    data = archive.write(given_records, OPTIONS).data
    reading = archive.read(data)

    assert not reading.findings
    assert {(record.KIND, record.id): record for record in reading.records} == {
        (record.KIND, record.id): record for record in given_records
    }
    assert archive.write(list(reversed(given_records)), OPTIONS).data == data


@given(st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=examples(150), deadline=None)
def test_no_text_begins_a_formula_in_csv(texts):
    goals = [Goal(id=f"z{number}", title="Ziel", reason=text) for number, text in enumerate(texts)]
    data = table.write_csv(goals, OPTIONS).data

    rows = [cells for _number, cells in DelimitedFile(io.BytesIO(data)).rows()]
    assert all(not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) for row in rows for cell in row)
    assert [goal.reason for goal in table.read_csv(data).records] == texts


@given(st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=examples(40), deadline=None)
def test_no_text_becomes_a_formula_in_xlsx(texts):
    goals = [Goal(id=f"z{number}", title="=1+1", reason=text) for number, text in enumerate(texts)]
    data = table.write_xlsx(goals, OPTIONS).data

    book = openpyxl.load_workbook(io.BytesIO(data))
    assert all(cell.data_type in {"s", "n"} for row in book.active.iter_rows() for cell in row)
    assert [goal.reason for goal in table.read_xlsx(data).records] == texts


@given(TEXTS)
@settings(max_examples=examples(300))
def test_protection_is_taken_off_exactly(text):
    assert unguarded(guarded(text)) == text
    assert unprotected(protected(text)) == text


FIELDS = (
    ExtraField(name="a:text", record_kind="goal", label="Wort"),
    ExtraField(name="a:zahl", record_kind="goal", label="Zahl", type=FieldType.INTEGER),
    ExtraField(name="a:dezimal", record_kind="goal", label="Dezimal", type=FieldType.DECIMAL),
    ExtraField(name="a:ja", record_kind="goal", label="Ja oder nein", type=FieldType.BOOLEAN),
    ExtraField(name="a:tag", record_kind="goal", label="Tag", type=FieldType.DATE),
    ExtraField(name="a:key", record_kind="goal", label="Titel", type=FieldType.KEY, catalogue="thema"),
)
EXTRAS = st.fixed_dictionaries(
    {},
    optional={
        "a:text": TEXTS.filter(bool),
        "a:zahl": st.integers(-(2**53), 2**53),
        # a spreadsheet knows no zeros at the end of a number
        "a:dezimal": st.decimals(-1000, 1000, places=2, allow_nan=False).map(
            lambda number: f"{number.normalize() + 0:f}"
        ),
        "a:ja": st.booleans(),
        "a:tag": st.dates().map(lambda day: day.isoformat()),
        "a:key": st.sampled_from(["mobbing", "a.b", "x:y"]),
    },
)


@given(EXTRAS)
@settings(max_examples=examples(60), deadline=None)
def test_values_of_plugins_fields_come_back(extras):
    goal = Goal(id="z", title="Ziel", extras=extras)
    options = attrs.evolve(OPTIONS, fields=FIELDS)
    for write, read in ((table.write_csv, table.read_csv), (table.write_xlsx, table.read_xlsx)):
        (found,) = read(write([goal], options).data, ReadOptions(fields=FIELDS)).records
        assert found == goal
