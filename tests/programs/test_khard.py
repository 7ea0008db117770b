"""khard takes our address books and lists the same people, organisations and committees."""

import ast
import io
import re
import zipfile

import pytest

from koschuso.interchange import vcard
from koschuso.model import Committee, Organisation, Person

pytestmark = [pytest.mark.slow, pytest.mark.programs]

CONFIG = """
[addressbooks]
[[office]]
path = {book}
[general]
default_action = list
[contact table]
show_uids = yes
show_kinds = yes
localize_dates = no
[vcard]
search_in_source_files = no
skip_unparsable = no
"""
FIELDS = (
    "uid", "kind", "formatted_name", "first_name", "last_name",
    "emails", "phone_numbers", "organisations", "post_addresses",
)  # fmt: skip


def cards_of(data):
    """The cards of an address book, each as the file that khard's folder holds."""
    return re.findall(rb"BEGIN:VCARD\r\n.*?END:VCARD\r\n", data, re.DOTALL)


@pytest.fixture
def listed(programs):
    """Gives what khard lists of an address book: the fields of each card by its UID."""
    khard = programs("khard")

    def read(data):
        book = khard.home / "book"
        book.mkdir()
        if zipfile.is_zipfile(io.BytesIO(data)):
            # a folder with a file for each card is what khard keeps
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(book)
        else:
            for number, card in enumerate(cards_of(data)):
                (book / f"{number:05d}.vcf").write_bytes(card)
        config = khard.home / "khard.conf"
        config.write_text(CONFIG.format(book=book), encoding="utf-8")
        found = {}
        for line in khard.run("-c", config, "list", "-p", "-F", ",".join(FIELDS)).splitlines():
            row = dict(zip(FIELDS, line.split("\t"), strict=True))
            uid = row["uid"].removeprefix("urn:x-koschuso:")
            assert uid not in found
            found[uid] = row
        return found

    return read


def literal(written):
    return ast.literal_eval(written) if written else {}


def numbers(person):
    return sorted(filter(None, (*person.phones, person.mobile)))


def values(written):
    """The values of a field with types, without the types."""
    return sorted(value for several in literal(written).values() for value in several)


@pytest.mark.parametrize("name", ["kontakte.vcf", "kontakte.vcf.zip"])
def test_khard_lists_every_card_of_the_example_office(listed, demo, office, tmp_path, name):
    office.export(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    one_file = (demo / "kontakte.vcf").read_bytes()
    people = {person.id: person for person in office.records(Person)}
    bodies = {body.id: body for kind in (Organisation, Committee) for body in office.records(kind)}
    schools = [body for body in bodies.values() if getattr(body, "school", None) is not None]

    found = listed(data)

    assert len(found) == len(cards_of(one_file)) > 200
    assert found.keys() - people.keys() == bodies.keys()
    for key, row in found.items():
        if key in people:
            person = people[key]
            assert row["formatted_name"] == person.name
            assert (row["first_name"], row["last_name"]) == (person.given_name, person.family_name)
            assert values(row["emails"]) == ([person.email] if person.email else [])
            assert values(row["phone_numbers"]) == numbers(person)
        else:
            assert row["formatted_name"] == bodies[key].name
    assert len(schools) > 100
    for school in schools:
        row = found[school.id]
        assert values(row["emails"]) == ([school.email] if school.email else [])
        assert set(school.phones) <= set(values(row["phone_numbers"]))
        (address,) = literal(row["post_addresses"])["WORK"]
        assert (address["street"], address["code"], address["city"]) == (
            school.address.street,
            school.address.postal_code,
            school.address.locality,
        )
        assert literal(row["organisations"]) == [[school.name]]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_khard_lists_names_whatever_is_in_them(listed, odd_people, stamped, version):
    found = listed(vcard.write(odd_people, stamped, version=version))

    assert found.keys() == {person.id for person in odd_people}
    for person in odd_people:
        row = found[person.id]
        assert row["formatted_name"] == person.name
        assert (row["first_name"], row["last_name"]) == (person.given_name, person.family_name)
        assert values(row["emails"]) == ([person.email] if person.email else [])
        assert values(row["phone_numbers"]) == numbers(person)


def test_khard_tells_organisations_and_groups_from_people_in_vcard_4(listed, office, stamped):
    bodies = [*office.records(Organisation), *office.records(Committee)]

    found = listed(vcard.write(bodies, stamped, version="4.0"))

    assert {key: (row["formatted_name"], row["kind"]) for key, row in found.items()} == {
        body.id: (body.name, "group" if isinstance(body, Committee) else "org") for body in bodies
    }
