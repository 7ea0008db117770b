"""Both editions of the official register through the office, whole and twice."""

from collections import Counter

import pytest

from koschuso import Office, Settings
from koschuso.catalogues import load
from koschuso.model import Organisation

pytestmark = pytest.mark.shared

CODES = {entry.key: entry.attributes["code"] for entry in load("schulform").entries if "code" in entry.attributes}


def independent_count(path):
    """Schools per code of the Schulform, counted without our reader."""
    lines = path.read_text(encoding="utf-8").splitlines()[2:]
    codes = Counter(line.split('";"')[1] for line in lines)
    return {code: number for code, number in codes.items() if code not in {"0A", "50", "51", "52", "53", "56", "58"}}


@pytest.fixture
def office(tmp_path):
    with Office.open(f"sqlite:///{tmp_path / 'nrw.db'}", settings=Settings(name="NRW", ags="05")) as opened:
        yield opened


@pytest.mark.parametrize(
    "edition", [pytest.param("schuldaten_2021-09.csv", marks=pytest.mark.slow), "schuldaten_2026-04.csv"]
)
def test_every_school_of_an_edition_arrives_and_the_second_time_nothing_changes(office, shared, edition):
    path = shared / "nrw-data" / edition

    first = office.import_file(path)
    second = office.import_file(path)

    schools = [found for found in office.records(Organisation) if found.school is not None]
    assert Counter(CODES[found.school.schulform] for found in schools) == independent_count(path)
    assert first.refused == ()
    assert (second.created, second.updated, len(second.unchanged)) == ((), (), len(first.created))


def test_the_next_edition_changes_what_changed_and_keeps_the_rest(office, shared):
    old = office.import_file(shared / "nrw-data" / "schuldaten_2021-09.csv")
    new = office.import_file(shared / "nrw-data" / "schuldaten_2026-04.csv")

    created = [reference for reference in new.created if reference.id.startswith("schule-")]
    # The editions differ by 103 new schools; what left the register stays in the office until somebody decides.
    assert len(created) == 103
    assert {str(reference) for reference in old.created} <= {
        f"{kind}/{stored.value.id}"
        for kind in ("organisation", "relation")
        for reference in old.created
        if reference.kind == kind
        for stored in office.find(str(reference))
    }


def test_an_office_takes_the_schools_of_its_own_kreis(tmp_path, shared):
    with Office.init(tmp_path / "soest", name="Soest", ags="05974") as office:
        office.import_file(shared / "nrw-data" / "schuldaten_2026-04.csv")
        schools = [found for found in office.records(Organisation) if found.school is not None]
        authorities = [found for found in office.records(Organisation) if found.type == "schulamt"]

    assert (len(schools), len(authorities)) == (107, 1)
    assert Counter(school.school.private for school in schools)[True] == 16
