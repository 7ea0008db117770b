"""The 432 official keys, their names and what lies within what."""

import csv
from collections import Counter

import pytest

from koschuso.catalogues import load
from koschuso.errors import NotFound, Refused
from koschuso.nrw import municipalities as nrw


def test_all_432_keys_are_there_with_their_kinds():
    counts = Counter(unit.kind for unit in nrw.municipalities())
    assert counts == {
        "regierungsbezirk": 5,
        "kreis": 30,
        "staedteregion": 1,
        "kreisfreie_stadt": 22,
        "gemeinde": 374,
    }
    assert len({unit.ags for unit in nrw.municipalities()}) == 432
    assert len({unit.title for unit in nrw.municipalities()}) == 432


@pytest.mark.shared
def test_every_fact_equals_the_official_list(shared):
    with (shared / "nrw-data" / "gemeinden_nrw.csv").open(encoding="utf-8", newline="") as lines:
        official = list(csv.DictReader(lines))
    assert [unit.ags for unit in nrw.municipalities()] == [row["ags"] for row in official]
    for unit, row in zip(nrw.municipalities(), official, strict=True):
        assert unit.name == row["name"]
        assert unit.short_name == row["kurzname"]
        assert unit.ars == row["ars"]
        assert unit.seat == row["verwaltungssitz"]
        assert unit.postal_code == row["plz_verwaltungssitz"]
        assert nrw.REGIERUNGSBEZIRKE[row["bezirksregierung_schluessel"]] == unit.regierungsbezirk
        if row["parent_kreis_ags"]:
            assert unit.kreis_ags == row["parent_kreis_ags"]


@pytest.mark.shared
def test_every_kreis_and_gemeinde_of_the_sozialindex_file_is_found_by_the_ministrys_spelling(shared):
    text = (shared / "nrw-data" / "schulsozialindex_sj_2025-26.csv").read_bytes().decode("cp850")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    kreise = {nrw.by_name(name).ags for name in {row["Kreis"] for row in rows}}
    assert len(kreise) == 53
    for kreis, gemeinde in {(row["Kreis"], row["Gemeinde"]) for row in rows}:
        units = {"kreis": "gemeinde", "staedteregion": "gemeinde"}
        kreis_unit = nrw.by_name(kreis)
        found = nrw.by_name(gemeinde, kind=units.get(kreis_unit.kind, kreis_unit.kind))
        assert found in nrw.within(kreis_unit.ags)


def test_keys_and_types_exist_in_the_catalogues():
    types = {entry.key for entry in load("organisationsart").entries}
    assert {unit.kind for unit in nrw.municipalities()} - {"regierungsbezirk"} <= types
    assert {unit.regierungsbezirk for unit in nrw.municipalities()} == {
        entry.key for entry in load("regierungsbezirk").entries
    }


@pytest.mark.parametrize("key", ["05974", "05974000", " 05974 "])
def test_a_kreis_is_found_by_five_and_by_eight_digits(key):
    assert nrw.by_ags(key).title == "Kreis Soest"


@pytest.mark.parametrize("key", ["", "5974", "5974000", "05999", "09162000", "Soest", "05974041", "05"])
def test_a_key_that_does_not_exist_is_refused_with_a_sentence(key):
    with pytest.raises(NotFound, match="gibt es in NRW nicht"):
        nrw.by_ags(key)


@pytest.mark.parametrize(
    ("name", "ags"),
    [
        ("Lippstadt", "05974028"),
        ("LIPPSTADT, Stadt", "05974028"),
        ("Stadt Lippstadt", "05974028"),
        ("Moehnesee", "05974032"),
        ("Wickede", "05974056"),
        ("Wickede (Ruhr)", "05974056"),
        ("Kreis Soest", "05974000"),
        ("Stadt Soest", "05974040"),
        ("Märkischen Kreis", "05962000"),
        ("Maerkischer Kreis", "05962000"),
        ("Stadt Mülheim a.d.Ruhr", "05117000"),
        ("Mülheim an der Ruhr", "05117000"),
        ("Krfr. Stadt Düsseldorf", "05111000"),
        ("Köln", "05315000"),
        ("Reg.-Bez. Köln", "05300000"),
        ("BR Arnsberg", "05900000"),
        ("Arnsberg", "05958004"),
        ("Aachen", "05334002"),
        ("StädteRegion Aachen", "05334000"),
        ("St. Augustin", "05382056"),
        ("Fröndenberg", "05978012"),
        ("Rahden (Westf.)", "05770040"),
        ("Leichlingen (Rhld.)", "05378016"),
        ("Schloss Holte-Stukenbrock", "05754036"),
    ],
)
def test_names_are_found_however_they_are_spelled(name, ags):
    assert nrw.by_name(name).ags == ags


def test_a_name_that_kreis_and_stadt_share_is_refused_and_names_both():
    with pytest.raises(Refused, match=r"Kreis Soest \(05974000\) oder Stadt Soest \(05974040\)") as caught:
        nrw.by_name("Soest")
    assert caught.value.details["candidates"] == ("05974000", "05974040")
    assert nrw.by_name("Soest", kind="kreis").ags == "05974000"


def test_a_misspelt_name_is_refused_with_a_suggestion():
    with pytest.raises(NotFound, match="Stadt Lippstadt"):
        nrw.by_name("Lipstadt")
    for name in ("", "Halle (Saale)", "Frankfurt"):
        with pytest.raises(NotFound, match="gibt es in NRW nicht"):
            nrw.by_name(name)


def test_units_contain_their_municipalities():
    assert len(nrw.within("05")) == 396
    assert len(nrw.within("05334")) == 10
    assert [unit.ags for unit in nrw.within("05974028")] == ["05974028"]
    assert [unit.ags for unit in nrw.within("05111")] == ["05111000"]
    districts = [unit.ags for unit in nrw.municipalities() if unit.kind == "regierungsbezirk"]
    assert sum(len(nrw.within(ags)) for ags in districts) == 396


def test_records_of_a_kreis_are_complete_connected_and_repeatable():
    records = nrw.records("05974")
    organisations = {record.id: record for record in records if record.KIND == "organisation"}
    relations = [record for record in records if record.KIND == "relation"]
    assert Counter(record.type for record in organisations.values()) == {"kreis": 1, "gemeinde": 14}
    assert len(relations) == 14
    assert all(relation.source.id in organisations for relation in relations)
    assert {relation.target.id for relation in relations} == {"ags-05974000"}
    assert records == nrw.records("05974000")


def test_records_of_all_nrw_have_427_organisations():
    records = nrw.records("05")
    assert Counter(record.KIND for record in records) == {"organisation": 427, "relation": 374}
    assert len({record.id for record in records}) == len(records)
