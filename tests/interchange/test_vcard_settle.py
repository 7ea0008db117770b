"""Reading in again what koschuso itself wrote changes nothing, whatever it added to the cards."""

from datetime import UTC, date, datetime

import attrs
import pytest

from koschuso.interchange import vcard
from koschuso.interchange.format import WriteOptions
from koschuso.model import (
    Committee,
    FunctionHeld,
    Organisation,
    Period,
    Person,
    PersonStatus,
    Reference,
    Relation,
    SchoolProfile,
)

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


# -- what only koschuso writes on cards -------------------------------------------------------------------------------

SINCE_2022 = FunctionHeld(function="schulleitung", period=Period(since=date(2022, 8, 1)))
BEFORE = FunctionHeld(function="lehrkraft", period=Period.from_to(date(2019, 8, 1), date(2022, 7, 31)))
GRUNDSCHULE = Organisation(
    id="s",
    name="Schule am See",
    type="schule",
    short_name="See",
    ags="05974040",
    traegernummer="12345",
    source="import",
    school=SchoolProfile(schulnummer="123456", schulform="grundschule"),
)


def from_another_program(stored):
    """The stored record after another program gave its card back without the lines it does not know."""
    lines = vcard.write([stored], WriteOptions(stamp=STAMP)).split(b"\r\n")
    data = b"\r\n".join(line for line in lines if not line.startswith((b"X-KOSCHUSO", b"PRODID")))
    read = next(record for record in vcard.read(data).records if record.id == stored.id)
    return attrs.evolve(vcard.FORMAT.settle(stored, read), foreign=stored.foreign)


@pytest.mark.parametrize(
    "stored",
    [
        GRUNDSCHULE,
        attrs.evolve(EVA, salutation="Frau", active_since=date(2020, 2, 1), functions=(BEFORE, SINCE_2022)),
        attrs.evolve(EVA, status=PersonStatus.AUSGESCHIEDEN, functions=()),
        Committee(id="k", name="Beirat", type="fachbeirat", rhythm="halbjährlich", public=True, office_id="s"),
    ],
)
def test_a_program_that_drops_our_lines_changes_nothing(stored):
    assert from_another_program(stored) == stored


def test_a_card_for_the_network_keeps_the_days_of_functions():
    stored = attrs.evolve(EVA, functions=(BEFORE, SINCE_2022))
    read = attrs.evolve(EVA, functions=(FunctionHeld(function="schulleitung"),))
    assert vcard.FORMAT.settle(stored, read).functions == stored.functions


def test_a_function_that_the_card_names_otherwise_is_a_change():
    stored = attrs.evolve(EVA, functions=(BEFORE, SINCE_2022))
    read = attrs.evolve(EVA, functions=(FunctionHeld(function="koordination"),))
    assert vcard.FORMAT.settle(stored, read).functions == (BEFORE, FunctionHeld(function="koordination"))
    dated = attrs.evolve(EVA, functions=(FunctionHeld(function="koordination", period=SINCE_2022.period),))
    assert vcard.FORMAT.settle(stored, dated).functions == dated.functions


def test_an_organisation_that_becomes_another_type_is_no_school_any_more():
    read = attrs.evolve(GRUNDSCHULE, type="freier_traeger", school=None)
    assert vcard.FORMAT.settle(GRUNDSCHULE, read).school is None


def test_a_relation_without_days_keeps_those_that_it_has():
    stored = attrs.evolve(WORKS, period=SINCE_2022.period)
    assert vcard.FORMAT.settle(stored, WORKS) == stored


OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nUID:p\r\n"
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Eva\r\n"
    b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Eva M=C3=BCller\r\n"
    b"TEL;WORK;VOICE:1\r\nTEL;CAR:2\r\nX-OWN;WORK:a=\r\n"
    b"LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0ASoest\r\n"
    b"PHOTO;TYPE=GIF;ENCODING=BASE64:\r\n R0lGODlhAQABAA==\r\n\r\nEND:VCARD\r\n"
)


def came_back(stored, version, edit=lambda data: data):
    (read,) = vcard.read(edit(vcard.write([stored], WriteOptions(stamp=STAMP), version=version))).records
    return vcard.FORMAT.settle(stored, read)


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_a_card_of_2_1_comes_back_from_an_export_in_any_version_unchanged(version):
    (stored,) = vcard.read(OLD).records
    assert came_back(stored, version) == stored


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_card_of_4_0_comes_back_from_an_export_in_an_older_version_unchanged(version):
    (stored,) = vcard.read(
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:p\r\nN:Muster;Eva;;;\r\nFN:Eva Muster\r\nTEL;VALUE=uri;PREF=1:tel:1\r\n"
        b"LANG:de\r\nTZ:Europe/Berlin\r\nX-OWN:1\r\nEND:VCARD\r\n"
    ).records
    assert came_back(stored, version) == stored


def test_what_another_program_changed_in_another_version_is_a_change():
    (stored,) = vcard.read(OLD).records
    changed = came_back(stored, "3.0", lambda data: data.replace(b"Weg 1", b"Weg 2"))
    assert any("Weg 2" in entry for entry in changed.foreign)
    missing = came_back(stored, "3.0", lambda data: data.replace(b"X-OWN", b"X-ELSE"))
    assert not any(entry.startswith("X-OWN") for entry in missing.foreign)
