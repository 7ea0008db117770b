"""Every trap of address books that was found in real files (notes on interchange, sections 2.3 and 4) has a test here.

Section 2.3, what a reader must do better than vobject:

* 4.0 has a behaviour of its own; KIND, MEMBER, RELATED; GENDER; more than five parts of N, more than seven of ADR; lists in ORG
* pictures as ``data:`` URIs, also with ENCODING beside them
* texts with bare commas, ``\\:``, extensions of telephone URIs
* several TYPEs in all three ways, quoted values, RFC 6868
* damaged lines cost themselves alone; a blank behind END, a byte order mark, lonely CR
* folds inside a UTF-8 sequence
* 2.1: soft breaks, lower-case encodings, CHARSET per line, ``=3B``, bare parameters, BASE64
* umlauts of Outlook in windows-1252; order and spelling of names are kept

Section 4: 13 Outlook, 14 Google, 15 Apple, 16 Nextcloud, 17 Open-Xchange, SOGo and GroupWise, 18 Thunderbird, KDE and
Android, 22 Apple's group properties in 3.0, 23 everything unknown goes back as it came.
"""

import pytest

from koschuso.interchange import vcard
from koschuso.model import Address, Committee, Organisation, Person, Reference, Relation


def card(*lines, version="3.0", end="END:VCARD"):
    return "\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, end, ""]).encode()


def only(data):
    (record,) = vcard.read(data).records
    return record


def unfolded(data):
    return data.decode().replace("\r\n ", "").split("\r\n")


def written(data, version="3.0"):
    return unfolded(vcard.write(vcard.read(data).records, version=version))


def rules(data):
    return [finding.rule for finding in vcard.read(data).findings]


EVA = ("UID:p-1", "N:Muster;Eva;;;", "FN:Eva Muster")


# -- 2.3: values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "GENDER:O;divers",
        "PHOTO:data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "PHOTO;ENCODING=b:data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "NOTE:a, b; c",
        "URL:https://x.example/?a=1,2;b=3",
        "X-EIGEN:a;b,c",
        "X-SITE:http\\://x.example",
        'X-EIGEN;X-A="a:b;c,d":1',
        "X-EIGEN;X-A=a^nb^'c^^:1",
        "TEL;TYPE=home:tel:+1;ext=1",
        "RELATED;TYPE=friend;VALUE=text:Max, der Große; aus Soest",
    ],
)
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_line_that_others_cut_or_escape_goes_back_as_it_came(line, version):
    assert line in written(card(*EVA, line, version=version), version)


def test_longer_names_and_addresses_of_rfc_9554_are_whole():
    name = "N:Muster;Eva;;;;de Prueba;jun."
    address = "ADR;TYPE=work:;;Weg 1;Soest;;59494;;1;2;3;;;;;;;;"
    data = card("UID:p-1", name, "FN:Eva Muster", address, version="4.0")
    assert only(data).address == Address(street="Weg 1", postal_code="59494", locality="Soest")
    assert {name, address} <= set(written(data, "4.0"))


def test_commas_in_the_units_of_org_are_no_list():
    data = card(*EVA, "ORG:Kreis Soest;Schule, Bildung;Team 1,2")
    assert "ORG:Kreis Soest;Schule, Bildung;Team 1,2" in written(data)


def test_type_is_understood_in_all_its_spellings():
    for head in ('TEL;TYPE="work,voice"', "TEL;TYPE=work,voice", "TEL;TYPE=WORK;TYPE=voice", "TEL;type=Work;voice"):
        assert only(card(*EVA, f"{head}:+49 2921 1")).phones == ("+49 2921 1",)
    assert only(card(*EVA, 'TEL;TYPE="home,voice":1')).phones == ()


def test_a_telephone_uri_loses_neither_number_nor_extension():
    data = card(*EVA, "TEL;VALUE=uri;TYPE=work:tel:+49-2921-1;ext=7", version="4.0")
    assert only(data).phones == ("+49-2921-1 Durchwahl 7",)


# -- 2.3: lines, envelopes, bytes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("EMAIL;TYPE=WORK;:eva@kreis.example", "EMAIL;TYPE=WORK;:eva@kreis.example"),
        ("X-a/b:1", "X-a/b:1"),
        ("TITEL :1", "TITEL :1"),
        ("TEL;X-Büro:1", "TEL;X-Büro:1"),
        ("GRÜSSE:1", "GRÜSSE:1"),
    ],
)
def test_a_damaged_line_costs_nothing_but_a_finding(line, kept):
    data = card(*EVA, line)
    person = only(data)
    assert person.name == "Eva Muster"
    assert kept in person.foreign or f":{kept}" in person.foreign
    assert rules(data)


@pytest.mark.parametrize(
    "data",
    [
        card(*EVA, end="END:VCARD "),
        b"\xef\xbb\xbf" + card(*EVA),
        card(*EVA).replace(b"\n", b"\r"),
        card(*EVA).replace(b"\n", b"\r\n"),
        card(*EVA).replace(b"BEGIN", b"begin").replace(b"END:VCARD", b"end:vcard").replace(b"FN:", b"fn:"),
        b"\n\n" + card(*EVA).replace(b"FN:", b"\nFN:"),
        card(*EVA).decode().encode("utf-16"),
    ],
    ids=["blank", "mark", "cr", "crlf", "lower", "blank lines", "utf-16"],
)
def test_the_envelope_may_be_unusual(data):
    assert only(data).name == "Eva Muster"


def test_a_fold_inside_a_character_does_no_harm():
    data = card("UID:p-1", "N:Grün;Jörg;;;", "FN:Jörg Grün").replace("ö".encode(), b"\xc3\n \xb6")
    assert only(data).name == "Jörg Grün"


def test_order_and_spelling_of_names_stay():
    lines = ["fn:Eva Muster", "X-ABLabel:a", "item1.X-ABLabel:b", "Nickname:Evi", "uid:p-1", "n:Muster;Eva;;;"]
    assert [line for line in written(card(*lines)) if line in lines] == lines


# -- 13 Outlook: 2.1 ---------------------------------------------------------------------------------------------------------


def test_outlook_writes_umlauts_in_windows_1252_raw_or_quoted_and_says_so_or_not():
    lines = [
        b"BEGIN:VCARD",
        b"VERSION:2.1",
        b"UID:p-1",
        b"N;LANGUAGE=de;CHARSET=Windows-1252:Gr\xfcn;J\xf6rg",
        b"FN;CHARSET=Windows-1252:J\xf6rg Gr\xfcn",
        b"ORG:B\xfcro \x84Nord\x93 \x96 \x80",
        b"TITLE;ENCODING=quoted-printable;CHARSET=ISO-8859-1:K=FCster",
        b"ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;Weg =3B 1;S=FCd=",
        b"stadt;;59494;",
        b"END:VCARD",
        b"",
    ]
    person = only(b"\r\n".join(lines))
    assert person.name == "Jörg Grün"
    assert person.address == Address(street="Weg ; 1", postal_code="59494", locality="Südstadt")
    assert any("Büro „Nord“ – €" in entry for entry in person.foreign)


def test_seven_lines_with_the_same_flaw_are_one_finding_for_a_card():
    bad = b"BEGIN:VCARD\nVERSION:3.0\nUID:%d\nN:Gr\xfcn;J\xf6rg;;;\nFN:J\xf6rg Gr\xfcn\nORG:B\xfcro\nNOTE:\xfc\nEND:VCARD\n"
    reading = vcard.read(bad % 1 + bad % 2)
    found = [finding for finding in reading.findings if finding.rule == "zeile.zeichensatz"]
    assert [finding.line for finding in found] == [4, 12]
    assert found[0].message.endswith("Das gilt auch für 3 weitere Zeilen dieser Karte.")


def test_a_picture_in_base64_ends_at_its_blank_line_and_label_has_soft_breaks():
    data = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Muster;Eva\r\nPHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n /9j/4AAQSkZJRgABAQ\r\n AAAQAB\r\n"
        b"\r\nLABEL;WORK;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0A=\r\n59494 Soest\r\nUID:p-1\r\nEND:VCARD\r\n"
    )
    person = only(data)
    assert person.id == "p-1"
    assert "PHOTO;TYPE=JPEG;ENCODING=BASE64:/9j/4AAQSkZJRgABAQAAAQAB" in person.foreign
    assert "LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0A59494 Soest" in person.foreign
    assert "karte.base64" not in rules(data)


def test_bare_parameters_are_not_dropped():
    data = card("UID:p-1", "N:Muster;Eva", "TEL;HOME;VOICE;X-EIGEN=1:1", version="2.1")
    assert "TEL;HOME;VOICE;X-EIGEN=1:1" in "".join(only(data).foreign)
    assert any("X-EIGEN=1" in line and "HOME" in line for line in written(data))


# -- 14 Google, 15 Apple -----------------------------------------------------------------------------------------------------


def test_labels_of_groups_tell_private_from_official():
    person = only(
        card(
            *EVA,
            "item1.EMAIL;TYPE=INTERNET:eva@privat.example",
            "item1.X-ABLabel:_$!<Home>!$_",
            "item2.EMAIL;TYPE=INTERNET:eva@kreis.example",
            "item2.X-ABLabel:Dienstlich",
            "item3.URL:http\\://x.example",
            "item3.X-ABLabel:Profil",
        )
    )
    assert person.email == "eva@kreis.example"
    assert "item1.X-ABLabel:_$!<Home>!$_" in person.foreign
    assert "item3.URL:http\\://x.example" in person.foreign


def test_a_company_of_apple_is_an_organisation():
    data = card("UID:o", "N:;;;;", "FN:Förderverein", "ORG:Förderverein;", "X-ABShowAs:COMPANY")
    assert isinstance(only(data), Organisation)


@pytest.mark.parametrize(
    ("kind", "member"), [("KIND", "MEMBER"), ("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER")]
)
def test_groups_have_their_members_in_both_spellings(kind, member):
    group = card(
        "UID:g", "N:Kreis;;;;", "FN:Kreis", f"{kind}:group", f"{member}:urn:uuid:p-1", f"{member}:urn:uuid:fremd"
    )
    person, committee, relation = vcard.read(card(*EVA) + group).records
    assert isinstance(person, Person)
    assert isinstance(committee, Committee)
    assert isinstance(relation, Relation)
    assert (relation.source, relation.target) == (Reference("person", "p-1"), Reference("committee", "g"))
    assert f":{member}:urn:uuid:fremd" in committee.foreign
    assert "karte.gruppe_ohne_art" in rules(group)


def test_members_are_written_for_apple_too_in_3_0_and_for_the_standard_in_4_0():
    group = card("UID:g", "FN:Kreis", "KIND:group", "MEMBER:urn:uuid:p-1")
    records = vcard.read(card(*EVA) + group).records
    three = vcard.write(records).decode()
    assert "MEMBER:" in three
    assert "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-1" in three
    assert "X-ADDRESSBOOKSERVER-KIND:group" in three
    four = vcard.write(records, version="4.0").decode()
    assert "KIND:group" in four
    assert "MEMBER:" in four


# -- 16 Nextcloud, 17 groupware, 18 others -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO;VALUE=URI:data:image/png;base64\\,iVBORw0KGgo=",
        "PHOTO:DATA:IMAGE/JPEG;BASE64\\,/9j/4AAQ",
        "NOTE;X-NC-GROUP-ID=0:Text mit \uffff darin",
        "X-OX-EIGEN;X-OX-FN=Eva:1",
        "GEO:51.57\\;8.10",
        "X-GWUSERID:eva",
        "EMAIL;NGW;HOME:eva@privat.example",
        "X-MOZILLA-HTML:FALSE",
        "X-messaging/icq-All:1",
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Evi;1;;;;;;;;;;;;;",
    ],
)
def test_habits_of_producers_go_back_as_they_came(line):
    data = card(*EVA, line)
    assert only(data).name == "Eva Muster"
    assert line in written(data)


def test_a_mailing_list_of_open_xchange_is_a_group():
    data = card("UID:g", "FN:Verteiler", "X-OPEN-XCHANGE-CTYPE:dlist", "EMAIL:a@b.example", "EMAIL:c@d.example")
    group = only(data)
    assert isinstance(group, Committee)
    assert {"EMAIL:a@b.example", "EMAIL:c@d.example"} <= set(written(data))


def test_a_list_of_sogo_is_left_out_and_told():
    data = card(*EVA) + b"BEGIN:VLIST\nUID:l\nFN:Liste\nCARD;EMAIL=eva@kreis.example:p-1.vcf\nEND:VLIST\n"
    reading = vcard.read(data)
    assert [record.id for record in reading.records] == ["p-1"]
    assert [finding.line for finding in reading.left_out] == [7]
    assert "CARD;EMAIL=eva@kreis.example:p-1.vcf" in reading.header


def test_quoted_printable_of_android_may_be_cut_inside_a_character():
    data = card(
        "UID:p-1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=47=72=C3=\n=BC=6E;=4A=C3=B6=72=67;;;",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4A=C3=B6=72=67=20=47=72=C3=BC=6E",
        version="2.1",
    )
    assert only(data).name == "Jörg Grün"


def test_everything_unknown_keeps_its_place_when_one_field_changes():
    import attrs

    lines = ["X-A;P=1:1", *EVA, "item9.X-B:2", "EMAIL;TYPE=WORK:alt@kreis.example", "X-C:3"]
    changed = attrs.evolve(only(card(*lines)), email="neu@kreis.example")
    again = unfolded(vcard.write([changed]))
    assert [line for line in again if line in lines] == [line for line in lines if not line.startswith("EMAIL")]
    assert again.index("item9.X-B:2") < next(i for i, line in enumerate(again) if "neu@" in line) < again.index("X-C:3")


# -- wording -----------------------------------------------------------------------------------------------------------------


def test_what_is_said_of_an_unreadable_line_holds_with_and_without_the_filter():
    (finding,) = [
        found for found in vcard.read(card(*EVA, "ohne Sinn")).findings if found.rule == "zeile.ohne_doppelpunkt"
    ]
    assert "Datenschutzfilter" in finding.message
    assert "erhalten" not in finding.message
