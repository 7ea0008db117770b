"""vobject reads our vCard 2.1: none of the real programs of CI reads this version, and Outlook cannot be installed there."""

import vobject

from koschuso.interchange import vcard
from koschuso.model import Address, Committee, Organisation, Person
from koschuso.testing.examples import full_records

PEOPLE = (
    Person(id="p-1", given_name="Çiğdem", family_name="Öztürk-Muster", email="c@kreis.example"),
    Person(
        id="p-2",
        title="Dr.",
        given_name="Jörg; Karl",
        family_name="von, zu Beispiel",
        name_suffix="M.A.",
        email="joerg@schule.example",
        phones=("+49 2921 555-1", "+49 2921 555-2"),
        mobile="+49 170 5550002",
    ),
    Person(id="p-3", family_name="Großmann"),
    Person(id="p-4", given_name="=C3=A4", family_name="100 % = alles", email="gleich=zeichen@schule.example"),
    Person(id="p-5", given_name="ä" * 60, family_name="ß" * 60 + " Ende", phones=("0 " * 39 + "0",)),
    Person(id="p-6", given_name="Back\\slash", family_name="quoted-printable="),
)
BODIES = (
    Organisation(
        id="o-1",
        type="schulamt",
        name="Schulamt Süd, Haus B; Anbau",
        email="süd@kreis.example",
        phones=("02921 1",),
        address=Address(street="Große Straße 1", postal_code="59494", locality="Köln"),
    ),
    Committee(id="g-1", type="arbeitskreis", name="Arbeitskreis »Übergänge«"),
)


def read_by_vobject(records):
    data = vcard.write(records, version="2.1")
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 76 or b"X-KOSCHUSO" in data
    return list(vobject.readComponents(data.decode("ascii"), allowQP=True))


def values(card, name):
    return [str(line.value) for line in card.contents.get(name, [])]


def whole(part):
    """A part of a name; vobject takes a comma in it for a list, which 2.1 does not have there."""
    return ",".join(part) if isinstance(part, list) else part


def cut(text):
    """A text as vobject gives it: it ends at a comma that 2.1 does not escape."""
    return text.partition(",")[0]


def judged(records):
    records = [record for record in records if record.KIND in vcard.FORMAT.kinds]
    cards = {card.uid.value: card for card in read_by_vobject(records)}
    assert len(cards) >= len([record for record in records if record.KIND != "relation"])
    for record in records:
        if record.KIND == "relation":
            continue
        card = cards[record.id]
        assert card.version.value == "2.1"
        assert values(card, "email") == ([record.email] if getattr(record, "email", "") else [])
        if isinstance(record, Person):
            assert (whole(card.n.value.family), whole(card.n.value.given)) == (record.family_name, record.given_name)
            assert card.fn.value == cut(record.name)
            assert sorted(values(card, "tel")) == sorted(filter(None, (*record.phones, record.mobile)))
        else:
            assert card.fn.value == cut(record.name)
        address = getattr(record, "address", None)
        if address is not None:
            (told,) = [line.value for line in card.contents["adr"]]
            assert (told.street, told.code, told.city) == (address.street, address.postal_code, address.locality)
    return cards


def test_names_numbers_and_addresses_are_read_as_they_are():
    cards = judged([*PEOPLE, *BODIES])

    assert [whole(part) for part in cards["o-1"].org.value] == [BODIES[0].name]


def test_records_with_every_field_are_read_whole():
    judged(full_records())


def test_what_has_umlauts_names_its_charset():
    for card in read_by_vobject([*PEOPLE, *BODIES]):
        for line in card.getChildren():
            assert (line.params.get("CHARSET") == ["UTF-8"]) == (not str(line.value).isascii()), line.name
