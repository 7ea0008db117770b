"""Sozialindex and numbers of pupils come into an office as files that are recognised by their content."""

import json

import attrs
import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import WrongUse
from koschuso.model import Organisation, SchoolProfile

INDEX = (
    "Schulnummer;Kurzbezeichnung;Bezirksregierung;Kreis;Gemeinde;Sozialindexstufe\r\n"
    "900001;Auenfeld, GG Am Anger;BR Köln;Kreis Musterland;Auenfeld;3\r\n"
    "900004;Birkental, FÖ Linde;BR Köln;Kreis Musterland;Birkental;ohne\r\n"
    "999999;Fremdstadt, GG;BR Köln;Kreis Fremdland;Fremdstadt;9\r\n"
).encode("cp850")
PUPILS = b"Schulnummer;Anzahl\n900001;240\n900004;\n"
IT_NRW = "Schuljahr,Schulform,Schulnummer,Anzahl\n{year},Grundschule,900001,{count}\n"


def school(number, **profile):
    given = {"schulnummer": number, "schulform": "grundschule", "status": "in_betrieb", **profile}
    return Organisation(
        id=f"schule-{number}",
        type="schule",
        name=f"Schule {number}",
        ags="05999004",
        email=f"{number}@schule.example",
        school=SchoolProfile(**given),
    )


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Musterland", ags="05999") as opened:
        opened.save(school("900001"), school("900004"))
        yield opened


@pytest.fixture
def put(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def profile(office, number="900001"):
    return office.get(Organisation, f"schule-{number}").school


def test_the_sozialindex_comes_into_the_schools_with_its_edition(office, put):
    result = office.import_file(put("index.csv", INDEX), edition="2025/26")

    assert result.format == "Schulsozialindex NRW"
    assert (profile(office).sozialindexstufe, profile(office).sozialindex_edition) == (3, "2025/26")
    # »ohne« is known: the school has none.
    assert (profile(office, "900004").sozialindexstufe, profile(office, "900004").sozialindex_edition) == (
        None,
        "2025/26",
    )
    # What the file does not say stays, and a school that the office does not hold is not made of it.
    assert office.get(Organisation, "schule-900001").email == "900001@schule.example"
    assert [finding.value for finding in result.left_out] == ["1"]
    assert result.created == ()


def test_importing_twice_changes_nothing(office, put):
    for name, data in (("index.csv", INDEX), ("anzahlen.csv", PUPILS)):
        path = put(name, data)
        first = office.import_file(path, edition="2025/26")
        before = office.store.cursor()
        second = office.import_file(path, edition="2025/26")
        assert (len(first.updated), len(second.updated), len(second.unchanged)) == (2, 0, 2)
        assert office.store.cursor() == before


def test_the_schuljahr_is_taken_from_the_name_of_the_file_and_that_is_told(office, put):
    result = office.import_file(put("schulsozialindex_sj_2025-26.csv", INDEX))
    assert profile(office).sozialindex_edition == "2025/26"
    assert any("dem Namen der Datei entnommen" in finding.message for finding in result.findings)


@pytest.mark.parametrize("name", ["index.csv", "index-2025-09.csv", "stand_2025-27.csv", "12025-26.csv"])
def test_without_a_schuljahr_nothing_is_taken(office, put, name):
    result = office.import_file(put(name, INDEX))
    assert [finding.rule for finding in result.refused] == ["schulzahlen.ausgabe"]
    assert "--schuljahr 2025/26" in result.refused[0].message
    assert profile(office).sozialindexstufe is None


def test_numbers_of_pupils_without_their_own_schuljahr_take_the_stated_one(office, put):
    office.import_file(put("anzahlen.csv", PUPILS), edition="2025/2026")
    assert (profile(office).pupils, profile(office).pupils_edition) == (240, "2025/26")
    assert profile(office, "900004").pupils is None
    assert profile(office, "900004").pupils_edition == "2025/26"


def test_the_schuljahr_that_a_file_tells_itself_counts(office, put):
    result = office.import_file(put("verzeichnis.csv", IT_NRW.format(year="2024/25", count=230)), edition="2025/26")
    assert (profile(office).pupils, profile(office).pupils_edition) == (230, "2024/25 (IT.NRW, gerundet)")
    assert any("diese gilt, nicht 2025/26" in finding.message for finding in result.findings)


def test_an_older_edition_overwrites_nothing_and_says_so(office, put):
    office.import_file(put("neu.csv", IT_NRW.format(year="2025/26", count=240)))
    result = office.import_file(put("alt.csv", IT_NRW.format(year="2023/24", count=99)))
    assert profile(office).pupils == 240
    assert len(result.kept) == 1
    assert any("älteren Stand" in finding.message for finding in result.findings)
    newer = office.import_file(put("neuer.csv", IT_NRW.format(year="2026/27", count=250)))
    assert (profile(office).pupils, len(newer.updated)) == (250, 1)


def test_the_two_figures_leave_one_another_alone(office, put):
    office.import_file(put("index.csv", INDEX), edition="2025/26")
    office.import_file(put("anzahlen.csv", PUPILS), edition="2024/25")
    found = profile(office)
    assert (found.sozialindexstufe, found.pupils) == (3, 240)
    assert (found.sozialindex_edition, found.pupils_edition) == ("2025/26", "2024/25")


def test_a_file_with_several_schuljahre_is_not_taken(office, put):
    both = IT_NRW.format(year="2024/25", count=230) + "2025/26,Grundschule,900004,100\n"
    result = office.import_file(put("beide.csv", both), edition="2025/26")
    assert [finding.rule for finding in result.refused] == ["schulzahlen.mehrere_schuljahre"]
    assert profile(office).pupils is None


def test_bad_rows_cost_themselves_only(office, put):
    result = office.import_file(
        put("anzahlen.csv", "Schulnummer;Anzahl\n900001;viele\n900004;120\n9;5\n"), edition="2025/26"
    )
    assert [finding.line for finding in result.refused] == [2, 4]
    assert (profile(office).pupils, profile(office, "900004").pupils) == (None, 120)


def test_a_list_with_pupils_in_it_is_refused_as_a_whole(office, put):
    result = office.import_file(put("liste.csv", "Schulnummer;Anzahl;Klasse\n900001;240;3a\n"), edition="2025/26")
    assert [finding.rule for finding in result.refused] == ["ds01.spalte"]
    assert profile(office).pupils is None


def test_a_dry_run_writes_nothing(office, put):
    result = office.import_file(put("index.csv", INDEX), edition="2025/26", dry_run=True)
    assert len(result.updated) == 2
    assert profile(office).sozialindexstufe is None


def test_a_teilstandort_with_the_number_of_its_school_gets_the_figures_too(office, put):
    branch = attrs.evolve(school("900001"), id="teil", type="teilstandort", parent_id="schule-900001")
    office.save(branch)
    office.import_file(put("anzahlen.csv", PUPILS), edition="2025/26")
    assert office.get(Organisation, "teil").school.pupils == 240


def test_an_edition_that_is_no_schuljahr_is_refused(office, put):
    with pytest.raises(WrongUse, match="»2025« ist kein Schuljahr"):
        office.import_file(put("index.csv", INDEX), edition="2025")


def test_the_command_takes_the_schuljahr(office, put, capsys):
    path = put("index.csv", INDEX)
    where = str(path.parent / "buero")
    office.close()
    assert main(["import", str(path), "--schuljahr", "2025/26", "--buero", where, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["format"] == "Schulsozialindex NRW"
    assert main(["import", str(path), "--buero", where]) == 1
    assert "--schuljahr 2025/26" in capsys.readouterr().out


@pytest.mark.shared
def test_the_genuine_files_fill_every_school_of_the_kreis_and_the_second_time_nothing_changes(tmp_path, shared):
    """Kreis Soest: 107 schools, of which 74 have a row in the Schulsozialindex (nrw-data/README.md)."""
    data = shared / "nrw-data"
    files = [
        data / "schulsozialindex_sj_2025-26.csv",
        data / "itnrw_schulverzeichnis_2024-25_mit_sozialindex.csv",
    ]
    with Office.init(tmp_path / "soest", name="Soest", ags="05974") as office:
        office.import_file(data / "schuldaten_2026-04.csv")
        first = [office.import_file(file) for file in files]
        before = office.store.cursor()
        second = [office.import_file(file) for file in files]
        schools = [found.school for found in office.records(Organisation) if found.type == "schule"]

        assert [(result.refused, result.created) for result in first] == [((), ()), ((), ())]
        assert [len(result.updated) for result in first] == [74, 107]
        assert [(len(result.updated), len(result.unchanged)) for result in second] == [(0, 74), (0, 107)]
        assert office.store.cursor() == before
        assert sum(found.sozialindex_edition == "2025/26" for found in schools) == 74
        assert {found.pupils_edition for found in schools} == {"2024/25 (IT.NRW, gerundet)"}
        # The register afterwards leaves them as they are.
        office.import_file(data / "schuldaten_2026-04.csv")
        again = [found.school for found in office.records(Organisation) if found.type == "schule"]
        assert again == schools
