"""Contact lists of a German Outlook: headings, formulas, private columns, and the way there and back."""

from datetime import UTC, datetime

import attrs
import pytest

from koschuso.interchange import outlook
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.outlook.columns import COLUMNS, MARK, WRITTEN
from koschuso.interchange.outlook.delimited import guarded, read_rows, unguarded, write_rows
from koschuso.model import (
    Address,
    FunctionHeld,
    Organisation,
    Person,
    Reference,
    Relation,
)
from koschuso.privacy import refuse_case_columns, strip_private

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 1, tzinfo=UTC))
EVA = Person(
    id="p-1",
    salutation="Frau",
    title="Dr.",
    given_name="Eva",
    family_name="Müßig",
    name_suffix="M. A.",
    email="muessig@kreis.example",
    phones=("+49 2921 30-1", "02921 302"),
    mobile="0171 1",
    address=Address(street="Hoher Weg 1", postal_code="01069", locality="Soest", extra="Raum 3"),
    functions=(FunctionHeld(function="koordination"),),
)
HAUS = Organisation(
    id="o-1",
    type="koordinierungsstelle",
    name="Kreis Soest, Schulamt",
    phones=("02921 30",),
    fax="02921 31",
    email="post@kreis.example",
    homepage="https://kreis.example/a,b;c",
)
WORKS = Relation(
    id="r-1", type="angestellt_bei", source=Reference("person", "p-1"), target=Reference("organisation", "o-1")
)


def rows(data):
    text = data.decode("utf-8-sig") if data.startswith(b"\xef\xbb\xbf") else data.decode("cp1252")
    heading, *others = read_rows(text)
    return [dict(zip(heading.fields, row.fields, strict=True)) for row in others]


def table(*lines):
    return "\r\n".join(lines).encode()


def rules(reading):
    return sorted({finding.rule for finding in (*reading.findings, *reading.left_out)})


def test_what_is_written_has_the_headings_of_outlook():
    data = outlook.write([EVA, HAUS, WORKS], OPTIONS).data

    assert data.startswith(b'"Anrede","Vorname"')
    assert data.endswith(b'"\r\n')
    assert set(WRITTEN) <= set(COLUMNS)
    eva, haus = rows(data)
    assert {name: value for name, value in eva.items() if value} == {
        "Anrede": "Frau Dr.",
        "Vorname": "Eva",
        "Nachname": "Müßig",
        "Suffix": "M. A.",
        "Firma": "Kreis Soest, Schulamt",
        "Position": "Koordinator:in Schulsozialarbeit",
        "Straße geschäftlich": "Hoher Weg 1",
        "Straße geschäftlich 2": "Raum 3",
        "Ort geschäftlich": "Soest",
        "Postleitzahl geschäftlich": "01069",
        "Telefon geschäftlich": "+49 2921 30-1",
        "Telefon geschäftlich 2": "02921 302",
        "Mobiltelefon": "0171 1",
        MARK: "koschuso:person/p-1 angestellt_bei/r-1/o-1",
        "E-Mail-Adresse": "muessig@kreis.example",
        "Kategorien": "Koordinierungsstelle Schulsozialarbeit",
    }
    assert haus["Firma"] == "Kreis Soest, Schulamt"
    assert haus["Webseite"] == "https://kreis.example/a,b;c"
    assert haus["Nachname"] == ""


def test_the_office_gets_its_own_list_back():
    reading = outlook.read(outlook.write([EVA, HAUS, WORKS], OPTIONS).data)

    eva, haus, works = reading.records
    for field in outlook.CARRIES["person"]:
        assert getattr(eva, field) == getattr(EVA, field), field
    for field in outlook.CARRIES["organisation"]:
        assert getattr(haus, field) == getattr(HAUS, field), field
    assert (eva.id, haus.id, works.id) == ("p-1", "o-1", "r-1")
    assert (works.type, works.source, works.target) == (WORKS.type, WORKS.source, WORKS.target)


def test_who_is_listed_without_the_firm_still_shows_it():
    references = {Reference(record.KIND, record.id): record for record in (EVA, HAUS, WORKS)}
    data = outlook.write([EVA], attrs.evolve(OPTIONS, references=references)).data

    (eva,) = rows(data)
    assert eva["Firma"] == "Kreis Soest, Schulamt"
    assert [record.KIND for record in outlook.read(data).records] == ["person"]


def test_a_firm_that_was_changed_in_outlook_does_not_change_the_old_relation():
    data = outlook.write([EVA, HAUS, WORKS], OPTIONS).data.replace(
        b'"M. A.","Kreis Soest, Schulamt"', b'"M. A.","Stadt Lippstadt"'
    )

    assert not [record for record in outlook.read(data).records if record.KIND == "relation"]


def test_what_has_no_column_is_told():
    many = attrs.evolve(
        EVA, phones=("1", "2", "3"), foreign=("VERSION:3.0", "N", "FN", "EMAIL", "TEL", "ADR", "X-OTHER:1")
    )
    findings = outlook.write([many, attrs.evolve(HAUS, short_name="KS")], OPTIONS).findings

    assert {finding.rule for finding in findings} >= {
        "kontaktliste.telefonnummern",
        "kontaktliste.angaben",
        "kontaktliste.zeilen",
    }
    assert not any("Visitenkarte" in finding.message for finding in findings)


def test_text_that_windows_1252_cannot_write_makes_the_list_utf_8_and_is_told():
    writing = outlook.write([attrs.evolve(EVA, family_name="Şahin")], OPTIONS)

    assert writing.data.startswith(b"\xef\xbb\xbf")
    assert "kontaktliste.utf8" in {finding.rule for finding in writing.findings}
    assert outlook.read(writing.data).records[0].family_name == "Şahin"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''+x"])
def test_no_cell_is_a_formula_and_reading_takes_the_guard_off(text):
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["+49 2921 30-1", "+49 (0)171/1", "02921", "Soest", "'s Hertogenbosch", "", "a=b"])
def test_telephone_numbers_and_usual_text_stay(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_a_note_with_a_formula_comes_back():
    person = attrs.evolve(EVA, foreign=("VERSION:3.0", "N", "FN", 'NOTE:=HYPERLINK("x")\\nzweite Zeile'))
    data = outlook.write([person], OPTIONS).data

    assert b'"\'=HYPERLINK(""x"")' in data
    (back,) = outlook.read(data).records
    assert 'NOTE:=HYPERLINK("x")\\nzweite Zeile' in back.foreign


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_lists_are_read_in_every_usual_form(separator, encoding, ends):
    lines = [
        ["Vorname", "Nachname", "Straße geschäftlich", "E-Mail-Adresse", "Telefon geschäftlich"],
        ["Jörg", "Muster", "Weg 1", "muster@kreis.example", "'+49 2921"],
    ]
    data = ends.join(separator.join(line) for line in lines).encode(encoding)

    assert outlook.recognise(data)
    (person,) = outlook.read(data).records
    assert (person.name, person.email, person.phones) == ("Jörg Muster", "muster@kreis.example", ("+49 2921",))
    assert person.address == Address(street="Weg 1")


def test_a_whole_export_of_outlook_is_read_and_private_columns_are_left_to_the_filter():
    values = dict.fromkeys(COLUMNS, "") | {
        "Vorname": "Eva",
        "Nachname": "Muster",
        "E-Mail-Adresse": "muster@kreis.example",
        "E-Mail-Typ": "SMTP",
        "E-Mail: Angezeigter Name": "Eva Muster (muster@kreis.example)",
        "Geburtstag": "1.2.1980",
        "Jahrestag": "0.0.00",
        "Geschlecht": "Keine Angabe",
        "Kinder": "Max",
        "Straße privat": "Gasse 2",
        "Telefon (privat)": "02921 99",
        "Mobiltelefon": "0171 99",
        "Priorität": "Normal",
        "Privat": "Falsch",
        "Vertraulichkeit": "Normal",
        "Notizen": "Zeile 1\r\nZeile 2",
        "Sozialversicherungsnr.": "12",
    }
    data = write_rows([COLUMNS, [values[name] for name in COLUMNS]]).encode("cp1252")

    assert outlook.columns(data) == ()
    reading = outlook.read(data)
    assert sorted(finding.field for finding in reading.left_out) == ["Kinder", "Sozialversicherungsnr."]
    stripped = strip_private(reading)
    assert {finding.field for finding in stripped.left_out} >= {"BDAY", "NOTE", "ADR", "TEL", "Kinder"}
    (person,) = stripped.records
    assert (person.phones, person.mobile, person.address) == ((), "", None)
    assert not any("1980" in line or "Gasse" in line or "02921 99" in line for line in person.foreign)
    kept = strip_private(reading, keep=("BDAY",)).records[0]
    assert "BDAY:1.2.1980" in kept.foreign


def test_columns_about_cases_are_for_the_import_to_refuse():
    data = table("Vorname;Nachname;Firma;E-Mail-Adresse;Klasse;Diagnose", "Eva;Muster;;;8b;x")

    assert outlook.columns(data) == ("Klasse", "Diagnose")
    assert len(refuse_case_columns(outlook.columns(data))) == 2


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Vorname;Nachname;Firma;E-Mail-Adresse", True),
        ("Strasse geschaeftlich,Ort geschäftlich,Nachname,Vorname", True),
        ("Schulnummer;Schulform;Strasse;PLZ;Ort", False),
        ("Vorname;Nachname;Klasse;Geburtstag", False),
        ("Betreff;Beginnt am;Beginnt um;Ort", False),
        ("", False),
        ("BEGIN:VCARD", False),
        ("\x00\x01\x02", False),
    ],
)
def test_a_list_is_recognised_by_its_headings(heading, expected):
    assert outlook.recognise(heading.encode()) is expected


def test_rows_without_a_name_are_firms_and_empty_ones_nothing():
    reading = outlook.read(
        table(
            "Vorname;Nachname;Firma;E-Mail-Adresse", ";;Haus;", ";;;post@kreis.example", ";;;", "", "Eva;Muster;Haus;"
        )
    )

    assert [(record.KIND, getattr(record, "name", "")) for record in reading.records] == [
        ("organisation", "Haus"),
        ("organisation", "post@kreis.example"),
        ("person", "Eva Muster"),
        ("relation", ""),
    ]
    assert rules(reading) == ["karte.ohne_namen", "kontaktliste.ohne_kennung"]


def test_findings_name_the_line_of_the_list():
    reading = outlook.read(
        table(
            "Vorname;Nachname;Firma;E-Mail-Adresse;Notizen", 'Eva;Muster;;;"a\r\nb"', "", "Ina;Muster;;keine Adresse;"
        )
    )

    (finding,) = [found for found in reading.findings if found.rule == "karte.email"]
    assert finding.line == 5
    assert "Zeile 5 " in finding.message


def test_importing_twice_gives_the_same_ids():
    data = table("Vorname;Nachname;Firma;E-Mail-Adresse", "Eva;Muster;Haus;muster@kreis.example")

    assert outlook.read(data).records == outlook.read(data).records


def test_what_a_list_has_no_room_for_stays_in_the_store():
    held = attrs.evolve(EVA, phones=("1", "2", "3"), salutation="Divers", title="")
    found = outlook.read(outlook.write([held], OPTIONS).data).records[0]

    settled = outlook.settle(held, attrs.evolve(found, mobile=""))
    assert (settled.phones, settled.mobile) == (("1", "2", "3"), "0171 1")
    assert (settled.salutation, settled.title) == ("Divers", "")
    assert outlook.settle(held, attrs.evolve(found, phones=("9",))).phones == ("9",)
    assert outlook.settle(HAUS, HAUS) == HAUS


@pytest.mark.parametrize(
    "text",
    ['"', '"a', '"a"b,c', 'a,b\n"c', ",,,", "\n\n", '"a\n', "a\0b,c", '"' * 9, "\r", '"a" ,b', "\ufeff"],
)
def test_no_table_is_too_broken_to_be_divided(text):
    assert all(row.fields for row in read_rows(text))


def test_unclosed_quotes_take_linear_time():
    text = "\n".join(['"a,b', "c"] * 10_000)

    assert len(read_rows(text)) > 1
    assert len(read_rows('"' + "x," * 20_000)) == 1
    assert len(read_rows('"a"b,' * 10_000)) == 1


def test_line_ends_in_a_cell_make_no_lines_of_a_card():
    data = write_rows(
        [
            ["Vorname", "Nachname", "Webseite", "E-Mail-Adresse", MARK],
            [
                "Eva\rX-KOSCHUSO-STATUS:ausgeschieden",
                "Muster\nKIND:group",
                "https://x\r\nUID:9",
                "",
                "koschuso:person/a%0D%0AUID:b",
            ],
        ]
    ).encode()

    (person,) = outlook.read(data).records
    assert person.status.value == "aktiv"
    assert person.KIND == "person"
    assert "UID:9" not in person.foreign
