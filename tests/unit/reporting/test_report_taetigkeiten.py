"""The office's work by the Tätigkeitsprofil: one year under the catalogue of 2022 and of 2026, and nothing is lost.

The two versions are those of an invented plugin: they say nothing about the Tätigkeitsprofil of the Arbeitskreis NRW.
"""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import WrongUse
from koschuso.model import Activity, Catalogue, Entry, Event, EventStatus, TimeSpan
from koschuso.plugin import hookimpl
from koschuso.plugin.registry import Registry
from koschuso.reporting import OfficeInfo, RecordsView
from koschuso.reporting.reports.taetigkeiten import TAETIGKEITEN

OWN = Catalogue(
    name="muster:profil",
    title="Eigene Tätigkeiten",
    version="2026",
    extends="taetigkeitsprofil",
    entries=(
        Entry(
            key="muster:telefon",
            label="Telefonsprechstunde",
            since="2022",
            deprecated_since="2026",
            replaced_by="muster:fern",
            maps_to="beratung.fachkraefte",
        ),
        Entry(
            key="muster:brief",
            label="Briefberatung",
            since="2022",
            deprecated_since="2026",
            replaced_by="muster:fern",
            maps_to="beratung.fachkraefte",
        ),
        Entry(key="muster:fern", label="Fernberatung", since="2026", maps_to="beratung.fachkraefte"),
        Entry(
            key="muster:papier",
            label="Papiere",
            since="2022",
            deprecated_since="2026",
            split_into=("muster:leitfaden", "muster:rundbrief"),
            maps_to="konzept.arbeitshilfen",
        ),
        Entry(key="muster:leitfaden", label="Handreichungen", since="2026", maps_to="konzept.arbeitshilfen"),
        Entry(key="muster:rundbrief", label="Elternpost", since="2026", maps_to="vernetzung.information"),
        Entry(key="muster:garten", label="Schulgarten", since="2026"),
    ),
)
HOURS = {
    "muster:telefon": 120,
    "muster:brief": 45,
    "muster:papier": 90,
    "muster:fern": 30,
    "muster:garten": 15,
    "beratung.fachkraefte": 60,
    "vernetzung": 100,
    "fort:eigenes": 20,
}
RECORDS = (
    *(
        Activity(id=f"a-{number}", day=date(2024, 3, number), taetigkeit=key, minutes=minutes)
        for number, (key, minutes) in enumerate(HOURS.items(), 1)
    ),
    Activity(id="anderes-jahr", day=date(2023, 3, 1), taetigkeit="beratung", minutes=600),
    Event(
        id="e-1",
        title="Fachtag",
        status=EventStatus.DURCHGEFUEHRT,
        taetigkeit="qualifizierung.fachtag",
        span=TimeSpan.days(date(2024, 10, 9)),
    ),
    Event(id="e-2", title="Runde", status=EventStatus.DURCHGEFUEHRT, span=TimeSpan.days(date(2024, 11, 9))),
)


def view():
    from koschuso import catalogues

    profile = catalogues.load("taetigkeitsprofil").extended_with(OWN)
    return RecordsView(
        RECORDS,
        office=OfficeInfo(name="Büro Muster", ags="05974"),
        as_of=datetime(2026, 1, 15, tzinfo=UTC),
        catalogues={"taetigkeitsprofil": profile},
    )


def tables(**given):
    document = TAETIGKEITEN.run(view(), year=2024, audience="intern", **given)
    found = {block.key: block for section in document.sections for block in section.blocks if hasattr(block, "rows")}
    texts = [
        line for section in document.sections for block in section.blocks for line in getattr(block, "paragraphs", ())
    ]
    return found, " ".join(texts)


def hours(table):
    return {row[0]: row[2] * 60 for row in table.rows}


def test_the_same_year_under_two_versions_has_the_same_total_and_says_which_it_is():
    now, said_now = tables()
    then, said_then = tables(katalog="2022")
    later, said_later = tables(katalog="2026")
    total = sum(HOURS.values())
    for found in (now, then, later):
        for table in found.values():
            assert table.totals[2] * 60 == total
            assert sum(row[2] for row in table.rows) == table.totals[2]
            assert (table.totals[1], table.totals[3]) == (len(HOURS), 2)
    assert "Fassung tp-2022.11+koschuso.1" in said_now
    assert "muster:profil, Fassung 2026" in said_now
    assert "verlangt: 2022" in said_then
    assert "verlangt: 2026" in said_later


def test_work_counts_under_the_keys_of_the_version():
    then, later = (hours(tables(katalog=version)[0]["taetigkeiten"]) for version in ("2022", "2026"))
    assert {name: then[name] for name in ("Telefonsprechstunde", "Briefberatung", "Papiere")} == {
        "Telefonsprechstunde": 120,
        "Briefberatung": 45,
        "Papiere": 90,
    }
    assert (later["Fernberatung"], later["Schulgarten"]) == (195, 15)
    assert "Telefonsprechstunde" not in later
    # Merged then and split later: nobody can tell the parts apart. New later: there was nothing like it.
    assert then["nicht zugeordnet"] == 30 + 15 + 20
    assert later["nicht zugeordnet"] == 90 + 20


def test_own_work_counts_under_the_shared_aufgabenschwerpunkt():
    found, _ = tables()
    counted = hours(found["schwerpunkte"])
    assert counted["Beratung und Unterstützung"] == 120 + 45 + 30 + 60
    assert counted["nicht zugeordnet"] == 15 + 20 + 90
    (note,) = found["schwerpunkte"].notes
    assert "fort:eigenes" in note
    assert "muster:garten" in note


def test_a_version_that_never_was_is_refused():
    with pytest.raises(WrongUse, match="2031"):
        tables(katalog="2031")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An office whose plugin brings the two versions, and its folder."""

    def koschuso_catalogues():
        return [OWN]

    plugin = SimpleNamespace(koschuso_catalogues=hookimpl(koschuso_catalogues))
    load = Registry.load
    monkeypatch.setattr(Registry, "load", lambda *_args, **_more: load(given={"muster": plugin}))
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        opened.save(*RECORDS)
        yield opened


def test_the_command_takes_the_version_and_the_check_tells_of_old_keys(office, tmp_path, capsys):
    folder = str(office.folder)
    for version, word in (("2022", "Telefonsprechstunde"), ("2026", "Fernberatung")):
        target = tmp_path / f"{version}.md"
        arguments = ["report", "taetigkeiten", "-o", str(target), "--year", "2024", "--katalog", version]
        assert main([*arguments, "--buero", folder]) == 0
        assert word in target.read_text(encoding="utf-8")
    arguments = ["report", "kennzahlen", "-o", str(tmp_path / "k.md"), "--katalog", "2022", "--buero", folder]
    assert main(arguments) == 2
    assert "katalog" in capsys.readouterr().err
    assert main(["check", "--json", "--buero", folder]) == 0
    findings = [finding for finding in json.loads(capsys.readouterr().out) if finding["field"] == "taetigkeit"]
    told = {key: finding for finding in findings for key in HOURS if f"»{key}«" in finding["message"].partition(".")[0]}
    assert "An seine Stelle trat »muster:fern« (Fernberatung)." in told["muster:telefon"]["message"]
    assert "An seine Stelle traten »muster:leitfaden« (Handreichungen) und" in told["muster:papier"]["message"]
    assert told["muster:garten"]["rule"] == "schluessel.ohne_zuordnung"
    assert told["fort:eigenes"]["rule"] == "schluessel.unbekannt"
    assert {finding["severity"] for finding in told.values()} == {"info"}
