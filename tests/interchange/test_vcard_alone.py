"""A card that is imported alone says nothing new with what the office holds, and loses nothing of it."""

import zipfile
from io import BytesIO

import attrs
import pytest

from koschuso.model import Committee, Organisation, Person, Reference, Relation
from koschuso.office import Office

TOWN = Organisation(id="stadt", name="Stadt Soest", type="kommune", source="import")
HOUSE = Organisation(id="haus", name="Haus am See", type="freier_traeger", source="import")
EVA = Person(id="eva", given_name="Eva", family_name="Muster", source="import")
CIRCLE = Committee(id="kreis", name="Qualitätszirkel", type="")


def relation(type_, source, target, **facts):
    return Relation(
        id=f"{type_}-{source.id}-{target.id}",
        type=type_,
        source=Reference(source.KIND, source.id),
        target=Reference(target.KIND, target.id),
        origin="import",
        **facts,
    )


FUNDS = relation("leitet_foerderung_weiter_an", TOWN, HOUSE)
WORKS = relation("angestellt_bei", EVA, TOWN)
MEMBER = relation("mitglied_in", EVA, CIRCLE)
RELATIONS = (FUNDS, WORKS, MEMBER)


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        opened.save(TOWN, HOUSE, EVA, CIRCLE, *RELATIONS)
        yield opened


@pytest.fixture
def cards(office, tmp_path):
    """The office's own export, one card per file, by id."""
    office.export(tmp_path / "karten.vcf.zip")
    with zipfile.ZipFile(BytesIO((tmp_path / "karten.vcf.zip").read_bytes())) as archive:
        found = [archive.read(name) for name in archive.namelist()]
    return {data.partition(b"\r\nUID:")[2].partition(b"\r\n")[0].decode(): data for data in found}


@pytest.fixture
def take(office, tmp_path):
    def taken(data):
        file = tmp_path / "karte.vcf"
        file.write_bytes(data)
        return office.import_file(file)

    return taken


@pytest.mark.parametrize("record", [TOWN, HOUSE, EVA, CIRCLE])
def test_a_card_of_the_own_export_alone_changes_nothing(office, cards, take, record):
    before = office.get(type(record), record.id)
    result = take(cards[record.id])
    assert (len(result.updated), len(result.created), len(result.unchanged)) == (0, 0, 1)
    assert office.get(type(record), record.id) == before
    assert [office.get(Relation, held.id) for held in RELATIONS] == list(RELATIONS)


def test_a_card_that_another_program_edited_changes_only_what_was_edited(office, cards, take):
    result = take(cards["stadt"].replace(b"FN:Stadt", b"TEL;TYPE=WORK,VOICE:02921 1\r\nFN:Stadt"))
    assert [*result.fields.values()] == [("phones",)]
    assert office.get(Organisation, "stadt").foreign == ()


@pytest.mark.parametrize(
    ("id_", "before", "after"),
    [
        ("kreis", b"MEMBER;", b"MEMBER;X-KOSCHUSO-ROLLE=leitung;"),
        ("kreis", b":eva", b":jemand"),
        ("eva", b"ORG:Stadt Soest", b"ORG:Stadt Lippstadt"),
        ("stadt", b":haus", b":anderes-haus"),
    ],
)
def test_a_line_that_says_something_else_is_a_change_and_stays(office, cards, take, id_, before, after):
    data = cards[id_].replace(b"\r\n ", b"")
    assert before in data
    result = take(data.replace(before, after))
    assert len(result.updated) == 1
    record = next(found.value for found in office.find(id_) if found.value.KIND != "relation")
    assert any(after.decode().strip(":") in entry for entry in record.foreign)


def test_a_line_for_a_relation_that_the_office_does_not_hold_is_kept(office, cards, take):
    office.save(attrs.evolve(FUNDS, target=Reference("organisation", "eva-verein")))
    take(cards["stadt"])
    assert any(entry.lstrip(":").startswith("RELATED") for entry in office.get(Organisation, "stadt").foreign)
