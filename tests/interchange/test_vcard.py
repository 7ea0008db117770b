"""Cards of every kind, as programs write them and as koschuso writes them."""

from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import pytest

from koschuso.errors import WrongUse
from koschuso.interchange import vcard
from koschuso.interchange.format import ReadOptions, WriteOptions, recognise
from koschuso.interchange.vcard.notes import CARD_RULES
from koschuso.model import (
    Address,
    Committee,
    Consent,
    Event,
    FunctionHeld,
    Organisation,
    Period,
    Person,
    PersonStatus,
    Reference,
    Relation,
    SchoolProfile,
    TimeSpan,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
STAMP = WriteOptions(stamp=datetime(2025, 10, 15, 8, 30, tzinfo=UTC))


def card(*lines: str, version: str = "3.0") -> bytes:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def one(*lines: str, version: str = "3.0"):
    reading = vcard.read(card(*lines, version=version))
    (record,) = reading.records
    return record


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")[:-1]


def relation(type_: str, source, target, **values) -> Relation:
    return Relation(
        id=f"{type_}-{source.id}",
        type=type_,
        source=Reference(source.KIND, source.id),
        target=Reference(target.KIND, target.id),
        origin="import",
        **values,
    )


@pytest.fixture
def address_book():
    school = Organisation(
        id="schule-999901",
        type="schule",
        name="Grundschule am Muster\N{EN DASH}Weg",
        short_name="GS Muster",
        address=Address(street="Musterweg 1", postal_code="59494", locality="Soest"),
        phones=("02921 0000-1",),
        fax="02921 0000-2",
        email="gs-muster@schule.example",
        homepage="https://gs-muster.example",
        ags="05974040",
        school=SchoolProfile(schulnummer="999901", schulform="grundschule"),
        source="import",
    )
    district = Organisation(
        id="kreis-05974", type="kreis", name="Kreis Muster; Amt, Team", ags="05974", source="import"
    )
    worker = Person(
        id="4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
        salutation="Frau",
        title="Dr.",
        given_name="Erika Lisa",
        family_name="von Beispiel, geb. Test",
        email="erika.beispiel@kreis.example",
        phones=("+49 2921 30-1", "02921 30-2"),
        mobile="+49 170 0000000",
        address=Address(street="Hoher Weg 1", postal_code="59494", locality="Soest", extra="Raum 3, 2. OG"),
        functions=(
            FunctionHeld(function="fachkraft_schulsozialarbeit", period=Period(since=date(2021, 8, 1))),
            FunctionHeld(function="koordination"),
        ),
        active_since=date(2016, 8, 1),
        source="import",
    )
    head = Person(
        id="p-2",
        given_name="Jörg",
        family_name="Übungsmann",
        status=PersonStatus.PAUSIERT,
        functions=(FunctionHeld(function="schulleitung"),),
        source="import",
    )
    circle = Committee(
        id="lenkungskreis",
        type="lenkungskreis",
        name="Lenkungskreis",
        rhythm="zweimal im Jahr",
        public=False,
        office_id="kreis-05974",
        email="lenkungskreis@kreis.example",
    )
    return [
        school,
        district,
        worker,
        head,
        circle,
        relation("angestellt_bei", worker, district, period=Period(since=date(2021, 8, 1))),
        relation("arbeitet_an", head, school),
        relation("mitglied_in", worker, circle, role="vorsitz"),
        relation("mitglied_in", district, circle),
    ]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_the_address_book_is_written_as_it_was_agreed(address_book, version):
    expected = (GOLDEN / f"kontakte-{version}.vcf").read_bytes()
    assert vcard.writing(address_book, STAMP, version=version).data == expected


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_the_address_book_comes_back_equal_with_its_relations(address_book, version):
    reading = vcard.read(vcard.write(address_book, STAMP, version=version))
    assert list(reading.records[:5]) == address_book[:5]
    assert set(reading.records[5:]) == set(address_book[5:])
    assert reading.findings == reading.left_out == ()


def test_both_versions_give_the_same_records(address_book):
    assert set(vcard.read(vcard.write(address_book, version="4.0")).records) == set(
        vcard.read(vcard.write(address_book)).records
    )


def test_vobject_reads_our_address_book_with_the_same_names_addresses_and_numbers(address_book):
    import vobject

    cards = list(vobject.readComponents(vcard.write(address_book, STAMP).decode()))
    assert [entry.fn.value for entry in cards] == [record.name for record in address_book[:5]]
    for entry in cards:
        entry.validate()
    school, _, worker, head, circle = cards
    assert (worker.n.value.family, worker.n.value.given) == ("von Beispiel, geb. Test", "Erika Lisa")
    assert worker.email.value == "erika.beispiel@kreis.example"
    assert [tel.value for tel in worker.tel_list] == ["+49 2921 30-1", "02921 30-2", "+49 170 0000000"]
    assert worker.adr.value.street == "Hoher Weg 1"
    assert worker.adr.value.extended == "Raum 3, 2. OG"
    assert worker.org.value == ["Kreis Muster; Amt, Team"]
    assert head.org.value == [address_book[0].name]
    assert head.title.value == "Schulleitung"
    assert school.contents["x-koschuso-schulnummer"][0].value == "999901"
    assert [line.value for line in circle.contents["x-addressbookserver-member"]] == [
        "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
        "urn:uuid:kreis-05974",
    ]


def test_an_import_of_our_own_file_changes_nothing_the_second_time(address_book):
    once = vcard.read(vcard.write(address_book, STAMP)).records
    later = attrs.evolve(STAMP, stamp=datetime(2026, 1, 1, tzinfo=UTC))
    assert set(vcard.read(vcard.write(once, later)).records) == set(once)


def test_other_versions_than_the_three_are_refused():
    with pytest.raises(WrongUse, match=r"5\.0"):
        vcard.write([], version="5.0")


# -- what a card is about ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "kind", "name"),
    [
        (("N:Muster;Eva;;;", "FN:Eva Muster"), "person", "Eva Muster"),
        (("FN:Dr. Eva von Muster",), "person", "Dr. Eva von Muster"),
        (("N:Muster;Eva;;;",), "person", "Eva Muster"),
        (("NICKNAME:Evi",), "person", "Evi"),
        (("N:Muster;;;;", "FN:Muster", "ORG:Muster GmbH"), "person", "Muster"),
        (("N:Muster;;;;", "FN:Muster", "ORG:Muster"), "organisation", "Muster"),
        (("N:Muster;Eva;;;", "FN:Muster", "ORG:Muster"), "person", "Eva Muster"),
        (("N:;;;;", "FN:Verein", "ORG:Verein;Jugend"), "organisation", "Verein"),
        (("N:;;;;", "FN:Verein", "X-ABShowAs:COMPANY"), "organisation", "Verein"),
        (("FN:info@kreis.example", "EMAIL:info@kreis.example"), "organisation", "info@kreis.example"),
        (("ORG:Kreis;Amt",), "organisation", "Kreis"),
        (("EMAIL:info@kreis.example",), "organisation", "info@kreis.example"),
        (("TEL;TYPE=WORK:1",), "organisation", "1"),
        (("NOTE:nichts",), "organisation", "Ohne Namen"),
        (("KIND:org", "FN:Eva Muster", "N:Muster;Eva;;;"), "organisation", "Eva Muster"),
        (("KIND:location", "FN:Aula"), "organisation", "Aula"),
        (("KIND:group", "FN:Kreis"), "committee", "Kreis"),
        (("X-ADDRESSBOOKSERVER-KIND:group", "N:Kreis;;;;", "FN:Kreis"), "committee", "Kreis"),
        (("KIND:individual", "FN:info@kreis.example"), "person", "info@kreis.example"),
    ],
)
def test_a_card_tells_what_it_is_about(lines, kind, name):
    record = one(*lines)
    assert (record.KIND, record.name) == (kind, name)
    assert vcard.read(vcard.write([record])).records == (record,)


def test_a_school_is_recognised_by_its_number():
    school = one("FN:GS Muster", "ORG:GS Muster", "X-KOSCHUSO-SCHULNUMMER:012345", "X-KOSCHUSO-SCHULFORM:grundschule")
    assert school.type == "schule"
    assert school.school == SchoolProfile(schulnummer="012345", schulform="grundschule")


def test_a_title_that_the_catalogue_knows_is_a_function_and_another_one_stays_a_line():
    assert one("N:Muster;Eva;;;", "TITLE:Schulleiter").functions == (FunctionHeld(function="schulleitung"),)
    caretaker = one("N:Muster;Eva;;;", "TITLE:Hausmeisterin")
    assert caretaker.functions == ()
    assert "TITLE:Hausmeisterin" in caretaker.foreign


# -- DS-02: private things are no fields ---------------------------------------------------------------------------------


def test_private_numbers_addresses_and_mail_are_kept_as_lines_but_are_no_fields():
    private = (
        "TEL;TYPE=HOME:1",
        "TEL;TYPE=CELL:2",
        "ADR;TYPE=HOME:;;Privatweg 1;Soest;;59494;",
        "EMAIL;TYPE=HOME:eva@privat.example",
        "BDAY:1980-01-01",
        "item1.TEL:3",
        "item1.X-ABLabel:_$!<Home>!$_",
    )
    person = one("N:Muster;Eva;;;", "FN:Eva Muster", *private)
    assert (person.phones, person.mobile, person.address, person.email) == ((), "", None, "")
    assert set(unfolded(vcard.write([person]))) >= set(private)


def test_official_contact_data_are_found_among_others():
    person = one(
        "N:Muster;Eva;;;",
        "EMAIL;TYPE=INTERNET,PREF:a@kreis.example",
        "EMAIL;TYPE=WORK:b@kreis.example",
        "TEL;TYPE=VOICE:1",
        "TEL;TYPE=WORK,PREF:2",
        "TEL;TYPE=FAX,WORK:3",
        "TEL;TYPE=PAGER:4",
        "TEL;TYPE=CELL,WORK:5",
        "ADR:;;Postweg 1;Soest;;59494;",
        "ADR;TYPE=WORK:;;Dienstweg 1;Soest;;59494;Deutschland",
    )
    assert person.email == "b@kreis.example"
    assert (person.phones, person.mobile) == (("2", "1"), "5")
    assert person.address == Address(street="Dienstweg 1", postal_code="59494", locality="Soest")


# -- versions ------------------------------------------------------------------------------------------------------------

OUTLOOK = b"""BEGIN:VCARD\r
VERSION:2.1\r
N;LANGUAGE=de;CHARSET=Windows-1252:Gro\xdfk\xf6tter;J\xf6rg;;Herr Dr.\r
FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:Dr. J=F6rg Gro=DFk=F6tter\r
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Verein =3B Gr=C3=BCn;Jugend\r
TEL;WORK;VOICE:+49 (2921) 30-1\r
TEL;CELL;WORK:+49 170 1\r
EMAIL;PREF;INTERNET:joerg@verein.example\r
ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;H=C3=A4userstra=C3=9Fe 5;Soest;;59494;Deu=\r
tschland\r
NOTE;ENCODING=QUOTED-PRINTABLE:Zeile 1=0D=0AZeile, 2\r
URL;WORK:http://verein.example/a,b\r
PHOTO;TYPE=JPEG;ENCODING=BASE64:\r
 /9j/4AAQSkZJRgABAQ\r
 AAAQABAAD=\r
\r
AGENT:\r
BEGIN:VCARD\r
VERSION:2.1\r
N:Muster;Max\r
END:VCARD\r
X-MS-OL-DEFAULT-POSTAL-ADDRESS:2\r
UID:u-1\r
END:VCARD\r
"""


def test_outlooks_2_1_is_read_with_its_character_sets():
    (person,) = vcard.read(OUTLOOK).records
    assert (person.salutation, person.title, person.given_name, person.family_name) == (
        "Herr",
        "Dr.",
        "Jörg",
        "Großkötter",
    )
    assert person.address == Address(street="Häuserstraße 5", postal_code="59494", locality="Soest")
    assert (person.email, person.phones, person.mobile) == ("joerg@verein.example", ("+49 (2921) 30-1",), "+49 170 1")


def test_what_came_as_2_1_is_written_as_valid_3_0_without_losing_a_property():
    records = vcard.read(OUTLOOK).records
    lines = unfolded(vcard.write(records))
    assert lines == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N;LANGUAGE=de:Großkötter;Jörg;;Herr Dr.",
        "FN:Dr. Jörg Großkötter",
        "ORG:Verein \\; Grün;Jugend",
        "TEL;TYPE=WORK,VOICE:+49 (2921) 30-1",
        "TEL;TYPE=CELL,WORK:+49 170 1",
        "EMAIL;TYPE=PREF,INTERNET:joerg@verein.example",
        "ADR;TYPE=WORK,PREF:;;Häuserstraße 5;Soest;;59494;Deutschland",
        "NOTE:Zeile 1\\nZeile\\, 2",
        "URL;TYPE=WORK:http://verein.example/a,b",
        "PHOTO;TYPE=JPEG;ENCODING=b:/9j/4AAQSkZJRgABAQAAAQABAAD=",
        "AGENT:BEGIN:VCARD\\nVERSION:2.1\\nN:Muster\\;Max\\nEND:VCARD",
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2",
        "UID:u-1",
        "END:VCARD",
    ]
    import vobject

    (parsed,) = vobject.readComponents("\n".join(lines))
    assert parsed.n.value.family == "Großkötter"


def test_a_picture_and_a_preference_change_their_spelling_between_3_0_and_4_0():
    lines = (
        "FN:Eva Muster",
        "N:Muster;Eva;;;",
        "UID:p-1",
        "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=",
        "IMPP;TYPE=WORK,PREF:xmpp:a@b.example",
        "GEO:51.5;8.1",
    )
    person = one(*lines)
    written = unfolded(vcard.write([person], version="4.0"))
    assert written[5:8] == [
        "PHOTO:data:image/png;base64,iVBORw0KGgo=",
        "IMPP;TYPE=WORK;PREF=1:xmpp:a@b.example",
        "GEO:geo:51.5,8.1",
    ]
    (again,) = vcard.read(vcard.write([person], version="4.0")).records
    assert unfolded(vcard.write([again]))[5:8] == [
        "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=",
        "IMPP;TYPE=WORK,pref:xmpp:a@b.example",
        "GEO:51.5;8.1",
    ]


def test_tel_uris_of_4_0_are_numbers():
    person = one("FN:Eva Muster", 'TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+49-2921-30;ext=1', version="4.0")
    assert person.phones == ("+49-2921-30 Durchwahl 1",)
    assert "TEL;TYPE=work,voice,pref:+49-2921-30 Durchwahl 1" in unfolded(vcard.write([person]))


# -- nothing is lost -----------------------------------------------------------------------------------------------------

KEPT = (
    "PRODID:-//Apple Inc.//iPhone OS 17.5.1//EN",
    "N:Muster;Eva,Maria;;Dr.;M.Sc.;Zusatz",
    "FN:Eva Muster",
    "FN;LANGUAGE=en:Eva Sample",
    "ORG:Kreis\\, Amt;Abteilung;",
    "item1.EMAIL;type=INTERNET;type=pref:eva@kreis.example",
    "item1.X-ABLabel:_$!<Work>!$_",
    'ADR;LABEL="Weg 1^nSoest";TYPE=work:;;Weg 1;Soest;NRW;59494;Deutschland;;Raum 3',
    "PHOTO;VALUE=URI:data:image/png;base64\\,iVBORw0KGgo=",
    "URL;type=pref:https\\://kreis.example",
    "X-SOCIALPROFILE;type=mastodon;x-user=eva:https://social.example/@eva",
    "NOTE;ALTID=1;LANGUAGE=de:a, b; c",
    "CATEGORIES:a,b\\,c",
    "GENDER:O;es ist anders",
    "X-Büro/Raum:1",
    "UID:p-1",
    "REV:20240611T093000Z",
)


def test_a_card_of_another_program_goes_back_line_by_line():
    person = one(*KEPT)
    assert person.email == "eva@kreis.example"
    assert unfolded(vcard.write([person], STAMP)) == ["BEGIN:VCARD", "VERSION:3.0", *KEPT, "END:VCARD"]


def test_a_line_that_nobody_can_read_is_wrapped_on_writing_and_unwrapped_on_reading():
    reading = vcard.read(card("FN:Eva Muster", "N:Muster;Eva;;;", "kein Doppelpunkt; hier", "UID:1"))
    assert [(finding.rule, finding.line) for finding in reading.findings] == [("zeile.ohne_doppelpunkt", 5)]
    written = vcard.write(reading.records)
    assert "X-KOSCHUSO-ZEILE:kein Doppelpunkt\\; hier" in unfolded(written)
    assert vcard.read(written).records == reading.records


def test_a_hostile_line_cannot_end_the_card_when_it_is_written_back():
    record = one("FN:Eva Muster", "X-KOSCHUSO-ZEILE:END:VCARD", "NOTE:danach", "UID:1")
    assert len(vcard.read(vcard.write([record])).records) == 1
    attacker = attrs.evolve(record, foreign=(":END:VCARD",))
    assert len(vcard.read(vcard.write([attacker])).records) == 1


def test_cards_without_an_id_get_the_same_one_each_time_and_it_is_written():
    data = card("FN:Eva Muster", "N:Muster;Eva;;;", "NOTE:a") + card("FN:Eva Muster", "N:Muster;Eva;;;", "NOTE:b")
    reading = vcard.read(data)
    first, second = reading.records
    assert second.id == f"{first.id}-2"
    assert [finding.rule for finding in reading.findings] == [
        "karte.ohne_kennung",
        "karte.ohne_kennung",
        "karte.kennung_doppelt",
    ]
    assert vcard.read(data).records == reading.records
    assert vcard.read(vcard.write(reading.records)).records == reading.records


def test_something_that_is_no_card_is_left_out_with_its_lines_kept():
    reading = vcard.read(b"BEGIN:VLIST\nUID:1\nEND:VLIST\n" + card("FN:Eva Muster", "UID:1"))
    assert len(reading.records) == 1
    assert [(finding.rule, finding.line) for finding in reading.left_out] == [("karte.keine_karte", 1)]
    assert reading.header == ("BEGIN:VLIST", "UID:1", "END:VLIST")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("EMAIL:keine Adresse", "karte.email"),
        ("ADR;TYPE=WORK:;;Weg;Soest;;1234;", "karte.postleitzahl"),
        ("PHOTO;ENCODING=b:%%%", "karte.base64"),
        ("TEL;WORK:1", "karte.parameter_ohne_namen"),
        ("X-KOSCHUSO-STATUS:weg", "karte.schluessel"),
        ("X-KOSCHUSO-FUNKTION:Große Fachkraft", "karte.schluessel"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=F6rg", "karte.zeichensatz"),
    ],
)
def test_a_doubtful_line_is_named_and_kept(line, rule):
    reading = vcard.read(card("FN:Eva Muster", "N:Muster;Eva;;;", "UID:1", line))
    assert [(finding.rule, finding.line) for finding in reading.findings] == [(rule, 6)]
    assert line in unfolded(vcard.write(reading.records))
    assert "Eva" not in reading.findings[0].message


# -- relations -----------------------------------------------------------------------------------------------------------


def test_members_outside_the_file_stay_lines_and_those_inside_become_relations():
    data = card("FN:Eva Muster", "N:Muster;Eva;;;", "UID:p-1") + card(
        "X-ADDRESSBOOKSERVER-KIND:group",
        "FN:Verteiler",
        "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-1",
        "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-9",
        "UID:g-1",
    )
    person, group, membership = vcard.read(data).records
    assert (membership.source.id, membership.target.id, membership.type) == ("p-1", "g-1", "mitglied_in")
    assert ":X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-9" in group.foreign
    assert vcard.write([person, group, membership]) == data
    without = unfolded(vcard.write([person, group]))
    assert "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-9" in without
    assert "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:p-1" not in without


def test_org_names_the_place_of_work_when_exactly_one_organisation_of_the_file_is_called_so():
    school = card("FN:GS Muster", "ORG:GS Muster", "X-ABShowAs:COMPANY", "UID:s-1")
    person = card("FN:Eva Muster", "N:Muster;Eva;;;", "ORG:GS Muster;Team", "UID:p-1")
    *_, work = vcard.read(school + person).records
    assert (work.type, work.source.id, work.target.id) == ("arbeitet_an", "p-1", "s-1")
    assert vcard.write(vcard.read(school + person).records) == school + person
    twice = vcard.read(school + school.replace(b"UID:s-1", b"UID:s-2") + person)
    assert all(record.KIND != "relation" for record in twice.records)


def test_a_changed_employer_changes_org():
    data = card("FN:Eva Muster", "N:Muster;Eva;;;", "ORG:GS Muster;Team", "UID:p-1")
    (person,) = vcard.read(data).records
    school = Organisation(id="s-2", type="rbb", name="RBB Muster", source="import")
    lines = unfolded(vcard.write([person, school, relation("angestellt_bei", person, school)]))
    assert "ORG:RBB Muster" in lines
    assert not any(line.startswith("ORG:GS Muster") for line in lines)


# -- loss report and format ----------------------------------------------------------------------------------------------


def test_the_loss_report_names_what_a_card_cannot_hold(address_book):
    person = Person(
        id="p-3",
        family_name="Muster",
        extras={"soest:raum": "1"},
        consents=(Consent(purpose="veroeffentlichung", text_version="1", given_on=date(2024, 1, 1)),),
    )
    event = Event(
        id="e-1",
        title="Fachtag",
        type="fachtag",
        span=TimeSpan(begin=datetime(2025, 10, 15, 9), end=datetime(2025, 10, 15, 16)),
    )
    away = relation("arbeitet_an", person, Organisation(id="weg", type="rbb", name="RBB"))
    writing = vcard.writing([*address_book, person, event, away], STAMP)
    assert [(finding.rule, finding.kind) for finding in writing.findings] == [
        ("vcard.art", "event"),
        ("vcard.beziehung", "relation"),
        ("vcard.feld", "person"),
        ("vcard.fassung", ""),
    ]
    assert b"veroeffentlichung" not in writing.data
    assert not any("Muster" in finding.message for finding in writing.findings)


def test_the_format_is_recognised_by_content():
    assert recognise(card("FN:Eva"), [vcard.FORMAT]) is vcard.FORMAT
    assert vcard.recognise("\ufeff\n begin:vcard\n".encode())
    assert vcard.recognise("BEGIN:VCARD\r\n".encode("utf-16"))
    assert not vcard.recognise(b"BEGIN:VCALENDAR\r\n")
    assert vcard.FORMAT.read is not None
    assert vcard.FORMAT.read(card("FN:Eva Muster"), ReadOptions()).records


def test_every_rule_of_the_reader_has_a_german_sentence_without_gaps():
    for rule in CARD_RULES:
        assert "{" not in rule.sentence.format(line=1, name="TEL", limit=1)
