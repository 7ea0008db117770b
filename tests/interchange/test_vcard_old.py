"""vCard 2.1 for old Outlook, and what the versions of vCard say of each other's lines."""

import pytest

from koschuso.interchange import vcard
from koschuso.interchange.format import WriteOptions
from koschuso.model import Committee, Organisation, Person, Reference, Relation


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def old(*lines, version="3.0", **options):
    """The physical lines of a card in 2.1, without what is around its properties."""
    data = vcard.write(vcard.read(card(*lines, version=version)), version="2.1", **options)
    return data.decode().split("\r\n")[2:-2]


def unfolded(data):
    return data.decode().replace("\r\n ", "").split("\r\n")[:-1]


# -- the spelling of 2.1 -------------------------------------------------------------------------------------------------


def test_a_person_as_old_outlook_reads_it():
    person = Person(
        id="p-1", given_name="Jörg", family_name="Muster; geb. Test", email="muster@kreis.example", phones=("02921 30",)
    )
    assert vcard.write([person], version="2.1").decode().split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:2.1",
        "PRODID:-//koschuso//koschuso//DE",
        "UID:p-1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Muster\\; geb. Test;J=C3=B6rg;;;",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg Muster; geb. Test",
        "EMAIL;INTERNET;WORK;PREF:muster@kreis.example",
        "TEL;WORK;VOICE:02921 30",
        "END:VCARD",
        "",
    ]


def test_line_breaks_and_long_texts_are_quoted_printable_and_commas_are_bare():
    assert old("UID:1", "FN:Eva Muster", "N:Muster;Eva;;;", r"NOTE:a\, b\nc")[3:] == [
        "NOTE;ENCODING=QUOTED-PRINTABLE:a, b=0D=0Ac"
    ]
    long = old("UID:1", "FN:Eva Muster", "N:Muster;Eva;;;", "NOTE:" + "wort " * 20 + "ende")[3:]
    assert all(len(line) <= 76 for line in long)
    assert long[0].endswith("=")


def test_nothing_but_base64_is_folded_and_a_blank_line_follows_it():
    lines = old("UID:1", "FN:Eva Muster", "N:Muster;Eva;;;", "PHOTO;ENCODING=b;TYPE=JPEG:" + "R0lG" * 40, "ROLE:x")
    photo = lines.index("ROLE:x")
    assert lines[photo - 1] == ""
    assert lines[3].startswith("PHOTO;ENCODING=BASE64;TYPE=JPEG:R0lG")
    assert "".join(line.removeprefix(" ") for line in lines[3 : photo - 1]).endswith("R0lG" * 40)


@pytest.mark.parametrize("written", ["PHOTO:data:image/png;base64,R0lG", "PHOTO;VALUE=uri:data:image/png;base64,R0lG"])
def test_a_picture_of_4_0_becomes_base64(written):
    assert "PHOTO;ENCODING=BASE64;TYPE=PNG:R0lG" in [
        line.replace("TYPE=PNG;ENCODING=BASE64", "ENCODING=BASE64;TYPE=PNG")
        for line in old("UID:1", "FN:Eva Muster", "N:Muster;Eva;;;", written, version="4.0")
    ]


def test_a_card_that_came_in_2_1_goes_as_it_came():
    lines = (
        "N;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCl;J=F6r",
        "FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:J=F6r M=FCl",
        "TEL;WORK;VOICE:02921 30",
        "LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0ASoest",
        "EMAIL;PREF;INTERNET:mueller@kreis.example",
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2",
        "REV:20250101T080000Z",
    )
    assert old(*lines, version="2.1") == [*lines, "UID:" + vcard.read(card(*lines, version="2.1")).records[0].id]


def test_eight_bit_text_is_written_in_the_character_set_that_the_line_names():
    data = card("UID:1", "N;CHARSET=ISO-8859-1:Müller;Jörg", "FN:x", version="2.1").decode().encode("latin-1")
    reading = vcard.read(data)
    written = vcard.write(reading, version="2.1")
    assert written.isascii()
    assert b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg" in written
    assert vcard.read(written).records[0].family_name == "Müller"


def test_an_edited_card_of_2_1_has_its_new_line_in_2_1():
    import attrs

    (person,) = vcard.read(
        card("UID:1", "N:Muster;Eva", "FN:Eva Muster", "TEL;WORK:1", "NOTE:a, b", version="2.1")
    ).records
    lines = vcard.write([attrs.evolve(person, family_name="Müller")], version="2.1").decode().split("\r\n")
    assert "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Eva;;;" in lines
    assert "TEL;WORK:1" in lines
    assert "NOTE:a, b" in lines


def test_a_card_inside_a_card_stays_inside():
    lines = (
        "UID:1",
        "N:Muster;Eva",
        "FN:Eva Muster",
        "AGENT:",
        "BEGIN:VCARD",
        "VERSION:2.1",
        "N:Test;Tom",
        "END:VCARD",
    )
    assert old(*lines, version="2.1") == list(lines)


def test_old_outlook_gets_no_groups_and_others_do():
    lines = ("UID:1", "N:Muster;Eva;;;", "FN:Eva Muster", "item1.TEL;TYPE=WORK:1", "item1.X-ABLabel:Zimmer")
    reading = vcard.read(card(*lines))
    from datetime import UTC, datetime

    outlook = WriteOptions(stamp=datetime(2025, 10, 15, tzinfo=UTC), target="outlook")
    with_groups = vcard.writing(reading, version="2.1")
    without = vcard.writing(reading, outlook, version="2.1")
    assert b"item1.TEL;WORK:1\r\nitem1.X-ABLabel:Zimmer\r\n" in with_groups.data
    assert b"\r\nTEL;WORK:1\r\n" in without.data
    assert b"item1" not in without.data
    assert "vcard.gruppe" not in {finding.rule for finding in with_groups.findings}
    assert "vcard.gruppe" in {finding.rule for finding in without.findings}


# -- what a version cannot say ------------------------------------------------------------------------------------------


def test_the_loss_report_names_what_is_younger_than_the_version():
    reading = vcard.read(
        card("UID:urn:x", "FN:Eva Muster", "GENDER:F", "N:Muster;Eva,Maria;;;", "TEL;PREF=2:1", version="4.0")
    )
    said = {finding.rule: finding.message for finding in vcard.writing(reading, version="2.1").findings}
    assert "Geschlecht (GENDER, 1)" in said["vcard.fassung"]
    assert "1 Angabe hat eine Rangfolge" in said["vcard.rangfolge"]
    assert "1 Name oder Anschrift" in said["vcard.mehrere_werte"]
    assert {finding.rule for finding in vcard.writing(reading).findings} == {"vcard.fassung", "vcard.rangfolge"}
    assert vcard.writing(reading, version="4.0").findings == ()


# -- between the versions -----------------------------------------------------------------------------------------------


def test_a_telephone_uri_that_says_more_than_a_number_stays_one():
    uri = "TEL;VALUE=uri;TYPE=work:tel:0863-1234;phone-context=+1-914-555"
    written = unfolded(vcard.write(vcard.read(card("FN:Eva Muster", uri, version="4.0")).records))
    assert "TEL;VALUE=uri;TYPE=work:tel:0863-1234;phone-context=+1-914-555" in written


@pytest.mark.parametrize("record_id", ["kreis-05974", "urn:beispiel:1", "mailto:a@b.example", "Kreis, Amt; 1"])
def test_in_3_0_an_id_that_is_no_uuid_stands_as_it_is_and_comes_back(record_id):
    body = Organisation(id=record_id, type="rbb", name="RBB", source="import")
    person = Person(id="p-1", given_name="Eva", family_name="Muster", source="import")
    circle = Committee(id="kreis", type="", name="Kreis")
    ties = [
        Relation(
            id="b-1",
            type="angestellt_bei",
            source=Reference("person", "p-1"),
            target=Reference("organisation", record_id),
            origin="import",
        ),
        Relation(
            id="b-2",
            type="mitglied_in",
            source=Reference("organisation", record_id),
            target=Reference("committee", "kreis"),
            origin="import",
        ),
    ]
    data = vcard.write([body, person, circle, *ties])
    assert set(ties) <= set(vcard.read(data).records)
    assert all("urn:uuid:" not in line for line in unfolded(data) if line.startswith(("RELATED", "MEMBER")))


def test_groups_of_4_0_are_said_in_apples_way_too_when_they_become_3_0():
    reading = vcard.read(
        card(
            "UID:urn:uuid:a", "FN:Runde", "KIND:group", "MEMBER:urn:uuid:b", "MEMBER:mailto:c@d.example", version="4.0"
        )
        + card("UID:urn:uuid:e", "FN:Amt", "KIND:org", version="4.0")
    )
    written = unfolded(vcard.write(reading))
    for line in ("KIND:group", "X-ADDRESSBOOKSERVER-KIND:group", "MEMBER:urn:uuid:b", "KIND:org", "X-ABSHOWAS:COMPANY"):
        assert line in written
    assert "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b" in written
    assert [type(record) for record in vcard.read("\r\n".join(written).encode()).records] == [Committee, Organisation]


def test_a_whole_reading_is_written_with_what_was_no_card():
    data = card("UID:1", "N:Muster;Eva;;;", "FN:Eva Muster") + b"BEGIN:VLIST\r\nUID:2\r\nEND:VLIST\r\n"
    reading = vcard.read(data)
    assert vcard.write(reading) == data
    assert vcard.write(reading.records) == data[: data.index(b"BEGIN:VLIST")]
