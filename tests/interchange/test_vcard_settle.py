"""Reading in again what koschuso itself wrote changes nothing, whatever it added to the cards."""

from datetime import UTC, datetime

import attrs
import pytest

from koschuso.interchange import vcard
from koschuso.interchange.format import WriteOptions
from koschuso.model import FunctionHeld, Organisation, Person, Reference, Relation

STAMP = datetime(2025, 10, 15, tzinfo=UTC)
SCHOOL = Organisation(id="s", name="Schule am See", type="freier_traeger", source="import")
EVA = Person(
    id="p", given_name="Eva", family_name="Muster", functions=(FunctionHeld(function="schulleitung"),), source="import"
)
WORKS = Relation(
    id="r", type="arbeitet_an", source=Reference("person", "p"), target=Reference("organisation", "s"), origin="import"
)


def own_label(_catalogue, key):
    return f"Unsere {key}"


def again(stored, others=(), **options):
    """The stored record after its own export was read in."""
    data = vcard.write([stored, *others], WriteOptions(stamp=STAMP, **options))
    read = next(record for record in vcard.read(data).records if record.id == stored.id)
    return read, vcard.FORMAT.settle(stored, read)


@pytest.mark.parametrize("foreign", [(), ("VERSION:3.0", "UID", "X-A:1", "N", "FN", "NOTE:x")])
@pytest.mark.parametrize(
    ("others", "options"),
    [
        ((), {"labels": own_label}),
        ((WORKS,), {"references": {Reference("organisation", "s"): SCHOOL}}),
        ((WORKS,), {"references": {Reference("organisation", "s"): SCHOOL}, "labels": own_label}),
        ((WORKS, SCHOOL), {"labels": own_label}),
        ((WORKS, SCHOOL), {}),
    ],
)
def test_what_koschuso_added_is_no_change(foreign, others, options):
    stored = attrs.evolve(EVA, foreign=foreign)
    assert again(stored, others, **options)[1] == stored


def test_an_organisation_under_the_labels_of_the_office_does_not_change():
    assert again(SCHOOL, labels=own_label)[1] == SCHOOL


def test_somebody_else_keeps_the_employer_that_is_not_in_the_file():
    read, _ = again(EVA, (WORKS,), references={Reference("organisation", "s"): SCHOOL})
    assert "ORG:Schule am See" in read.foreign


def test_what_another_program_changed_is_a_change():
    data = vcard.write([EVA, WORKS], WriteOptions(stamp=STAMP, references={Reference("organisation", "s"): SCHOOL}))
    (read,) = vcard.read(data.replace(b"ORG:Schule am See", b"ORG:Andere")).records
    assert "ORG:Andere" in vcard.FORMAT.settle(EVA, read).foreign
    (read,) = vcard.read(data.replace(b"END:VCARD", b"NOTE:neu\r\nEND:VCARD")).records
    assert "NOTE:neu" in vcard.FORMAT.settle(EVA, read).foreign


def test_the_employer_is_written_again_when_it_is_read_back_with_its_card():
    read, _ = again(EVA, (WORKS,), references={Reference("organisation", "s"): SCHOOL})
    data = vcard.write([read])
    assert b"ORG:Schule am See" in data
    assert b"ABGELEITET" not in data
