"""The example office: it passes the conformance kit, and its field, items, rule and report do what its README says."""

import io
import runpy
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import koschuso_soest
import pytest

from koschuso import catalogues as shipped
from koschuso.plugin import (
    Activity,
    FunctionHeld,
    OfficeInfo,
    Person,
    PersonStatus,
    sum_by_key,
)
from koschuso.plugin.registry import Registry
from koschuso.reporting.view import RecordsView
from koschuso.testing import PluginConformance

AS_OF = datetime(2025, 10, 15, tzinfo=UTC)


class TestSoest(PluginConformance):
    """The contract of plugins."""

    @pytest.fixture
    def plugin(self):
        return koschuso_soest

    @pytest.fixture
    def plugin_name(self):
        return "soest"


@pytest.fixture(scope="module")
def registry():
    return Registry.load(given={"soest": koschuso_soest})


def view(registry, *records):
    return RecordsView(
        records,
        office=OfficeInfo(name="Büro Muster"),
        as_of=AS_OF,
        catalogues=dict(registry.catalogues),
        fields=registry.fields.values(),
    )


def test_there_is_a_field_for_a_school_a_person_an_event_and_an_activity(registry):
    assert {field.record_kind for field in registry.fields.values()} == {"organisation", "person", "event", "activity"}
    assert not registry.failures


@pytest.mark.parametrize("key", ["soest:sprechstunde", "soest:rundbrief", "soest:newsletter"])
def test_every_own_item_counts_under_a_shared_key(registry, key):
    shared = shipped.load("taetigkeitsprofil")

    assert registry.catalogues["taetigkeitsprofil"].shared_key(key) in shared


def test_a_year_is_summed_under_either_version_and_statewide(registry):
    profile = registry.catalogues["taetigkeitsprofil"]
    hours = [("soest:rundbrief", 2), ("soest:newsletter", 3), ("beratung.schulen", 1)]

    assert dict(sum_by_key(profile, hours, version="2022").rows())["Rundbrief an die Fachkräfte"] == 5
    assert dict(sum_by_key(profile, hours, version="2026").rows())["Newsletter an die Fachkräfte"] == 5
    statewide = sum_by_key(profile, hours, shared=True)
    assert statewide.by_key["vernetzung.information"] == 5
    assert statewide.total == 6


FACHKRAFT = Person(
    id="p",
    family_name="Muster",
    active_since=date(2023, 8, 1),
    functions=(FunctionHeld(function="fachkraft_schulsozialarbeit"),),
)


@pytest.mark.parametrize(
    ("person", "found"),
    [
        (FACHKRAFT, 1),
        (attrs.evolve(FACHKRAFT, extras={"soest:qualifikationsbaustein": "2024-06-01"}), 0),
        (attrs.evolve(FACHKRAFT, active_since=date(2025, 8, 1)), 0),
        (attrs.evolve(FACHKRAFT, active_since=None), 0),
        (attrs.evolve(FACHKRAFT, status=PersonStatus.AUSGESCHIEDEN), 0),
        (attrs.evolve(FACHKRAFT, functions=()), 0),
    ],
)
def test_the_rule_asks_for_the_baustein_after_a_year(registry, person, found):
    rule = registry.rules["soest:baustein_fehlt"]

    assert len(list(rule.check(view(registry, person)))) == found


def activity(number, minutes, project=""):
    return Activity(
        id=f"a{number}",
        day=date(2025, 3, number),
        taetigkeit="vernetzung.intern.rbb",
        minutes=minutes,
        extras={"soest:kooperationsprojekt": project} if project else {},
    )


def unpacked(data):
    """Give the bytes of a file, of an Office file those of everything in it."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_the_report_sums_the_time_by_project_in_every_renderer(registry):
    report = registry.reports["soest:kooperationsprojekte"]
    seen = view(
        registry, activity(1, 90, "Lernort Park"), activity(2, 30, "Lernort Park"), activity(3, 60), activity(4, 30)
    )

    document = report.run(seen, year=2025)

    (table,) = document.sections[0].blocks
    assert table.rows == (("Lernort Park", 2, 2), ("ohne Kooperationsprojekt", 2, 1.5))
    assert table.totals == ("zusammen", 4, 3.5)
    assert registry.renderers
    for renderer in registry.renderers.values():
        assert b"Lernort Park" in unpacked(renderer.render(document))


def test_nobody_counts_twice_and_other_years_do_not_count(registry):
    report = registry.reports["soest:kooperationsprojekte"]

    document = report.run(view(registry, activity(1, 90)), year=2024)

    assert document.sections[0].blocks[0].rows == ()


def test_the_example_script_shows_it(tmp_path, monkeypatch, capsys):
    script = Path(__file__).resolve().parents[3] / "examples" / "02_eigene_felder.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path / "felder")])

    runpy.run_path(str(script), run_name="__main__")

    printed = capsys.readouterr().out
    assert "Aus der Tabelle zurück: gleich, soest:nord" in printed
    assert "»Süd« ist der Schlüssel soest:sued" in printed
    assert "Übergänge gestalten" in (tmp_path / "felder" / "kooperationsprojekte.md").read_text(encoding="utf-8")
