"""Values of extension fields: their text form loses nothing, German spellings are read, nothing else is taken."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import InvalidRecord
from koschuso.model import Catalogue, Entry, ExtraField, FieldType, property_name
from koschuso.testing.strategies import json_values

SPACES = Catalogue(
    name="sozialraum",
    title="Sozialräume",
    version="1",
    entries=(
        Entry(key="nord", label="Sozialraum Nord", aliases=("Nordstadt",)),
        Entry(key="sued", label="Sozialraum Süd"),
    ),
)
VALUES = {
    FieldType.TEXT: st.text(),
    FieldType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    FieldType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda number: f"{number:f}"),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DATE: st.dates().map(date.isoformat),
    FieldType.KEY: st.sampled_from(["nord", "sued"]),
}


def field(type_: FieldType = FieldType.TEXT) -> ExtraField:
    catalogue = "sozialraum" if type_ is FieldType.KEY else ""
    return ExtraField(name="muster:feld", record_kind="event", label="Feld", type=type_, catalogue=catalogue)


@given(st.data(), st.sampled_from(FieldType))
def test_every_value_comes_back_from_its_text(data, type_):
    value = data.draw(VALUES[type_])
    again = field(type_).from_text(field(type_).to_text(value), SPACES)
    assert (again, type(again)) == (value, type(value))
    assert field(type_).contradiction(value, SPACES) is None


@given(st.data(), st.sampled_from(sorted(set(FieldType) - {FieldType.KEY, FieldType.TEXT})))
def test_every_value_comes_back_from_what_people_read(data, type_):
    value = data.draw(VALUES[type_])
    assert field(type_).from_text(field(type_).show(value)) == value


@given(json_values(), st.sampled_from(FieldType))
def test_whatever_a_plugin_left_behind_can_be_shown_and_written(value, type_):
    assert isinstance(field(type_).show(value, SPACES), str)
    assert isinstance(field(type_).to_text(value), str)


@given(st.text(), st.sampled_from(FieldType))
def test_what_is_read_from_text_fits_the_declaration_or_is_refused(text, type_):
    try:
        value = field(type_).from_text(text, SPACES)
    except InvalidRecord as error:
        (finding,) = error.findings
        assert (finding.field, finding.value, finding.kind) == ("muster:feld", text, "event")
        assert not text.strip() or len(text) < 4 or text not in finding.message  # it may be personal
    else:
        assert field(type_).contradiction(value, SPACES) is None


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (FieldType.INTEGER, " 12 ", 12),
        (FieldType.INTEGER, "1.234.567", 1234567),
        (FieldType.INTEGER, "7,0", 7),
        (FieldType.DECIMAL, "19,5", "19.5"),
        (FieldType.DECIMAL, "1.234,50", "1234.50"),
        (FieldType.DECIMAL, "1.234", "1.234"),
        (FieldType.DECIMAL, "+3", "3"),
        (FieldType.BOOLEAN, "Ja", True),
        (FieldType.BOOLEAN, "falsch", False),
        (FieldType.DATE, "5.1.2025", "2025-01-05"),
        (FieldType.DATE, "05. 01. 2025", "2025-01-05"),
        (FieldType.DATE, "2025-10-15 00:00:00", "2025-10-15"),
        (FieldType.KEY, "Nordstadt", "nord"),
        (FieldType.KEY, "sozialraum sued", "sued"),
    ],
)
def test_german_spellings_are_read(type_, text, value):
    assert field(type_).from_text(text, SPACES) == value


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (FieldType.INTEGER, "12,5"),
        (FieldType.INTEGER, "12.34"),
        (FieldType.INTEGER, "9" * 30),
        (FieldType.INTEGER, "١٢"),
        (FieldType.DECIMAL, "1.234.567"),
        (FieldType.DECIMAL, "1e5"),
        (FieldType.DECIMAL, "NaN"),
        (FieldType.BOOLEAN, "vielleicht"),
        (FieldType.DATE, "15.10.25"),
        (FieldType.DATE, "29.2.2025"),
        (FieldType.DATE, "20251015"),
        (FieldType.DATE, "2025-10-15 09:00"),
        (FieldType.KEY, "West"),
        (FieldType.KEY, ""),
    ],
)
def test_what_is_no_value_is_refused_and_names_the_field(type_, text):
    with pytest.raises(InvalidRecord, match="»Feld« \\(muster:feld\\)"):
        field(type_).from_text(text, SPACES)


@pytest.mark.parametrize("type_", [FieldType.INTEGER, FieldType.DECIMAL, FieldType.DATE, FieldType.BOOLEAN])
@pytest.mark.parametrize("value", [[], {}, 1.5, "x"])
def test_a_value_of_another_type_contradicts_the_declaration(type_, value):
    assert field(type_).contradiction(value).rule == "zusatzfeld.wert"


def test_property_names_are_those_of_the_contract():
    assert property_name("koschuso-soest:anzahl_plaetze") == "X-KOSCHUSO-KOSCHUSO-SOEST-ANZAHL-PLAETZE"


def test_people_read_labels_days_and_numbers_in_german():
    shown = [
        field(type_).show(value, SPACES) for type_, value in [(FieldType.DATE, "2025-10-15"), (FieldType.KEY, "sued")]
    ]
    assert shown == ["15.10.2025", "Sozialraum Süd"]
    assert field(FieldType.KEY).show("unbekannt", SPACES) == "unbekannt"
