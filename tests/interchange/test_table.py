"""Tables as people keep them: headings, Excel's habits, bad cells, and what an import changes and leaves alone."""

import io
import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import openpyxl
import pytest

from koschuso import Office
from koschuso.errors import Refused, WrongUse
from koschuso.interchange import outlook, table
from koschuso.interchange.format import Format, ReadOptions, WriteOptions, recognise
from koschuso.interchange.table.columns import parts_of
from koschuso.interchange.table.delimited import header_of
from koschuso.interchange.table.headings import layout_of
from koschuso.model import (
    RECORD_TYPES,
    Activity,
    Address,
    Consent,
    Event,
    ExtraField,
    FunctionHeld,
    Goal,
    LegalBasis,
    Organisation,
    Period,
    Person,
    Position,
    Reading,
    SchoolProfile,
    Severity,
    TimeSpan,
    Workload,
)
from koschuso.office import exporting
from koschuso.privacy import refuse_case_columns
from koschuso.testing.examples import full_records

STAMP = datetime(2025, 1, 1, tzinfo=UTC)
OPTIONS = WriteOptions(stamp=STAMP)
EVA = Person(
    id="p-1",
    given_name="Eva",
    family_name="Müßig",
    email="muessig@kreis.example",
    phones=("+49 2921 30-1", "02921 302"),
    address=Address(street="Hoher Weg 1", postal_code="01069", locality="Soest"),
    functions=(FunctionHeld(function="koordination", period=Period(since=date(2022, 8, 1))),),
    consents=(Consent(purpose="veranstaltung", text_version="1", given_on=date(2024, 1, 2)),),
    foreign=("X-OWN:1",),
)
SCHULE = Organisation(
    id="schule-123456",
    type="schule",
    name="Grundschule am Wiedehopf",
    ags="05974040",
    school=SchoolProfile(schulnummer="123456", schulform="grundschule"),
)


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        yield opened


def take(office, tmp_path, text, name="liste.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return office.import_file(file)


def rules(findings):
    return [finding.rule for finding in findings]


def workbook(*rows, title="Tabelle1"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


# -- columns -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_headings_are_german_unique_and_never_about_cases(kind):
    columns = [column for part in parts_of(kind) for column in part.columns]
    headings = [column.heading for column in columns]

    assert len({*headings}) == len(headings)
    assert not refuse_case_columns(headings)
    # every field has a label of its own: no name of a program's field stands in a heading
    words = {column.heading.rpartition(": ")[2] for column in columns if not column.path.endswith((".von", ".bis"))}
    assert not words & {step for column in columns for step in column.path.split(".")}


def test_full_records_of_every_kind_come_back_from_csv_and_xlsx():
    for kind in RECORD_TYPES:
        given = [attrs.evolve(record, foreign=(), extras={}) for record in full_records() if kind == record.KIND]
        assert given
        for write, read in ((table.write_csv, table.read_csv), (table.write_xlsx, table.read_xlsx)):
            reading = read(write(given, OPTIONS).data)
            assert list(reading.records) == given
            assert not reading.findings


def test_csv_is_what_a_german_excel_opens():
    data = table.write_csv([attrs.evolve(SCHULE, name='Zeile 1\nZeile "2"; =x')], OPTIONS).data

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    heading, row = data.decode("utf-8-sig").split("\r\n")[:2]
    assert heading.startswith("Kennung (Organisation);Art;Name;")
    assert row.startswith('schule-123456;schule;"Zeile 1\nZeile ""2""; =x";')
    assert ";05974040;" in row


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1", "'=1"])
def test_formulas_are_guarded_in_csv_and_are_texts_in_xlsx(text):
    person = attrs.evolve(EVA, foreign=(), salutation=text)

    written = table.write_csv([person], OPTIONS).data
    assert f"'{text}".encode() in written
    book = openpyxl.load_workbook(io.BytesIO(table.write_xlsx([person], OPTIONS).data))
    cell = next(cell for row in book.active.iter_rows(min_row=2) for cell in row if cell.value and cell.column == 2)
    assert cell.data_type == "s"
    assert cell.quotePrefix or cell.style_id
    for read, data in ((table.read_csv, written), (table.read_xlsx, table.write_xlsx([person], OPTIONS).data)):
        assert read(data).records == (person,)


def test_a_workbook_has_a_sheet_for_each_kind_with_typed_cells():
    activity = Activity(id="a", day=date(2025, 10, 15), taetigkeit="beratung", minutes=90)
    position = Position(id="s", name="Stelle", workload=Workload.of_hours("19.5"))
    book = openpyxl.load_workbook(io.BytesIO(table.write_xlsx([activity, SCHULE, position], OPTIONS).data))

    assert book.sheetnames == ["Organisation", "Stelle", "Tätigkeit"]
    schools, positions, activities = (next(sheet.iter_rows(min_row=2)) for sheet in book)
    assert book["Organisation"].freeze_panes == "A2"
    heads = [cell.value for cell in book["Organisation"][1]]
    ags = schools[heads.index("Gemeindeschlüssel")]
    assert (ags.value, ags.number_format) == ("05974040", "@")
    assert activities[1].value == datetime(2025, 10, 15)
    assert activities[1].is_date
    assert activities[3].value == 90
    hours = [cell.value for cell in book["Stelle"][1]].index("Umfang: Std./Woche")
    assert positions[hours].value == 19.5
    assert book["Organisation"].column_dimensions["C"].width > 20


def test_the_same_records_give_the_same_bytes():
    for write in (table.write_csv, table.write_xlsx):
        first = write([SCHULE], OPTIONS).data
        time.sleep(0.01)
        assert write([SCHULE], OPTIONS).data == first


def test_csv_takes_one_kind_and_says_so(office, tmp_path):
    office.save(EVA, SCHULE)

    with pytest.raises(WrongUse, match="--kind"):
        office.export(tmp_path / "alles.csv")
    assert office.export(tmp_path / "menschen.csv", kinds=["person"]).written == 1


# -- there and back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tabelle.csv", "tabelle.xlsx", "archiv.jsonl"])
def test_reading_the_own_file_changes_nothing(office, tmp_path, name):
    office.save(EVA)
    office.export(tmp_path / name, kinds=["person"])

    for _ in range(2):
        result = office.import_file(tmp_path / name)
        assert (len(result.created), len(result.updated), len(result.unchanged)) == (0, 0, 1)
        assert not result.refused
    assert office.get(Person, "p-1") == EVA


def test_a_changed_cell_changes_its_field_and_nothing_else(office, tmp_path):
    office.save(EVA)
    text = table.write_csv([EVA], OPTIONS).data.decode("utf-8-sig").replace("Müßig", "Neumann")

    result = take(office, tmp_path, text)

    (fields,) = result.fields.values()
    assert fields == ("family_name",)
    assert office.get(Person, "p-1") == attrs.evolve(EVA, family_name="Neumann")


def test_an_emptied_cell_of_the_own_table_empties_the_field_and_a_missing_column_does_not(office, tmp_path):
    office.save(EVA)

    take(office, tmp_path, "Kennung (Person);E-Mail\np-1;\n")

    assert office.get(Person, "p-1") == attrs.evolve(EVA, email="")


def test_an_empty_cell_of_somebody_elses_list_says_nothing(office, tmp_path):
    office.save(EVA)

    result = take(
        office, tmp_path, "Vorname;Nachname;E-Mail;Mobil (dienstlich);Titel\nEva;Müßig;muessig@kreis.example;;Dr.\n"
    )

    assert len(result.updated) == 1
    assert office.get(Person, "p-1") == attrs.evolve(EVA, title="Dr.")


def test_a_list_without_ids_gets_ids_that_stay(office, tmp_path):
    text = "Tag;Tätigkeit;Personenminuten\n15.10.2025;beratung;30\n15.10.2025;beratung;30\n16.10.2025;beratung;45\n"

    first = take(office, tmp_path, text)
    second = take(office, tmp_path, text)
    third = take(office, tmp_path, text.replace("45", "50"))

    assert len(first.created) == 3
    assert len(second.unchanged) == 3
    assert not second.created
    assert (len(third.created), len(third.updated)) == (0, 1)


def test_schools_are_known_by_their_number_and_labels_are_understood(office, tmp_path):
    office.save(SCHULE)
    text = (
        "Schulnummer;Name;Schulform;PLZ;Ort\n"
        "123456;Grundschule am Wiedehopf;Grundschule;59494;Soest\n"
        "123457;Gesamtschule am Moor;Gesamtschule;59494;Soest\n"
    )

    result = take(office, tmp_path, text)

    assert (len(result.created), len(result.updated)) == (1, 1)
    assert office.get(Organisation, "schule-123456").address.locality == "Soest"
    assert office.get(Organisation, "schule-123457").school.schulform == "gesamtschule"


def test_two_people_of_one_name_are_never_mixed_up(office, tmp_path):
    office.save(EVA, attrs.evolve(EVA, id="p-2", email="andere@kreis.example"))

    result = take(office, tmp_path, "Vorname;Nachname;Titel\nEva;Müßig;Dr.\n")

    assert rules(result.refused) == ["tabelle.mehrdeutig"]
    assert office.get(Person, "p-1") == EVA


def test_somebody_with_another_address_is_somebody_else(office, tmp_path):
    office.save(EVA)

    result = take(office, tmp_path, "Vorname;Nachname;E-Mail;Titel\nEva;Müßig;eva@schule.example;Dr.\n")

    assert len(result.created) == 1
    assert office.get(Person, "p-1") == EVA


def test_an_older_workbook_overwrites_nothing(office, tmp_path):
    office.save(EVA)
    office.export(tmp_path / "alt.xlsx", kinds=["person"])
    time.sleep(1.1)
    office.save(attrs.evolve(EVA, title="Dr."))

    result = office.import_file(tmp_path / "alt.xlsx")

    assert len(result.kept) == 1
    assert office.get(Person, "p-1").title == "Dr."


# -- what Excel does ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_charsets_and_line_ends(separator, encoding, end):
    lines = [["Kennung (Person)", "Nachname", "Titel"], ["p-1", "Müßig", '"Dr."'], [], ["p-2", "Öz", ""]]
    text = end.join(separator.join(line) for line in lines) + end

    reading = table.read_csv(text.encode(encoding))

    assert [person.family_name for person in reading.records] == ["Müßig", "Öz"]
    assert rules(reading.findings) == (["tabelle.zeichensatz"] if encoding == "cp1252" else [])


def test_line_breaks_in_quotation_marks_and_the_line_that_names_the_separator():
    reading = table.read_csv('sep=;\r\nKennung (Person);Nachname;Titel\r\np-1;"Mü\r\nßig";\r\np-2;;\r\n'.encode())

    assert reading.records[0].family_name == "Mü\r\nßig"
    assert [finding.line for finding in reading.findings] == [5]


def test_an_unclosed_quotation_mark_swallows_nothing():
    rows = "".join(f"p-{number};Muster;\n" for number in range(2000))
    for bad in ('p-x;"Offen;\n', 'p-x;"Offen;\n' * 20):
        reading = table.read_csv(f"Kennung (Person);Nachname;Titel\n{bad}{rows}".encode())
        assert len({person.id for person in reading.records} - {"p-x"}) == 2000


@pytest.mark.parametrize("text", ["15.10.2025", "2025-10-15", "15.10.25", "45945", "15.10.2025 00:00", "15. 10. 2025"])
def test_days_in_every_spelling(text):
    reading = table.read_csv(f"Kennung (Tätigkeit);Tag;Tätigkeit;Personenminuten\na;{text};beratung;30\n".encode())

    assert reading.records[0].day == date(2025, 10, 15)


@pytest.mark.parametrize(
    ("text", "number"), [("1234,5", "1234.5"), ("1.234,50", "1234.5"), ("1234.5", "1234.5"), ("12,5 €", "12.5")]
)
def test_numbers_in_every_spelling(text, number):
    reading = table.read_csv(
        f'Kennung (Finanzierung);Stelle;Quelle der Mittel;Betrag in €\nf;s;land;"{text}"\n'.encode()
    )

    assert reading.records[0].amount == Decimal(number)


@pytest.mark.parametrize("text", ["1.234", "vier", "12/3", "1,2,3", "#REF!"])
def test_a_bad_cell_is_a_finding_with_row_and_column_and_the_rest_is_taken(text):
    reading = table.read_csv(
        f'Kennung (Finanzierung);Stelle;Quelle der Mittel;Betrag in €\nf;s;land;"{text}"\n'.encode()
    )

    (finding,) = reading.findings
    assert (finding.rule, finding.line, finding.field, finding.severity) == (
        "tabelle.zelle",
        2,
        "amount",
        Severity.ERROR,
    )
    assert "Zeile 2, Spalte »Betrag in €«" in finding.message
    assert text not in finding.message
    assert reading.records[0].amount is None
    assert reading.records[0].position_id == "s"


def test_a_bad_cell_leaves_the_stored_value(office, tmp_path):
    office.save(attrs.evolve(EVA, active_since=date(2020, 1, 1)))

    result = take(office, tmp_path, "Kennung (Person);Tätig seit;Titel\np-1;31.02.2020;Dr.\n")

    assert len(result.refused) == 1
    assert office.get(Person, "p-1") == attrs.evolve(EVA, active_since=date(2020, 1, 1), title="Dr.")


def test_lost_leading_zeros_are_mended_and_told():
    text = (
        "Kennung (Organisation);Art;Name;PLZ;Gemeindeschlüssel;Telefon;Schulnummer;Schulform\n"
        "o;schule;Schule;1069;5974040;2921300;23456;grundschule\n"
    )
    reading = table.read_csv(text.encode())

    (school,) = reading.records
    assert (school.address.postal_code, school.ags, school.school.schulnummer) == ("01069", "05974040", "023456")
    assert sorted(rules(reading.findings)) == [*["tabelle.fuehrende_null"] * 3, "tabelle.telefon_ohne_null"]


def test_typed_cells_of_a_workbook():
    data = workbook(
        ["Kennung (Tätigkeit)", "Tag", "Tätigkeit", "Personenminuten", "Titel"],
        [None, datetime(2025, 10, 15), "beratung", 30.0, 2025],
        [],
        ["a", "15.10.2025", "beratung", "60", None],
    )
    reading = table.read_xlsx(data)

    assert [(activity.day, activity.minutes, activity.title) for activity in reading.records] == [
        (date(2025, 10, 15), 30, "2025"),
        (date(2025, 10, 15), 60, ""),
    ]


def test_a_sheet_named_after_a_kind_needs_no_heading_for_it():
    reading = table.read_xlsx(
        workbook(["Titel", "Beginn"], ["Fachtag", datetime(2025, 10, 15, 9, 30)], title="Veranstaltung")
    )

    assert reading.records[0].span == TimeSpan(begin=datetime(2025, 10, 15, 9, 30), end=datetime(2025, 10, 15, 9, 30))


def test_unknown_columns_are_left_out_and_told(office, tmp_path):
    result = take(office, tmp_path, "Kennung (Person);Nachname;Lieblingstee\np-1;Müßig;Minze\n")

    assert rules(result.left_out) == ["tabelle.spalte_unbekannt"]
    assert "»Lieblingstee«" in result.left_out[0].message
    assert len(result.created) == 1


@pytest.mark.parametrize("name", ["liste.csv", "liste.xlsx"])
def test_a_list_about_pupils_is_refused(office, tmp_path, name):
    rows = [["Vorname", "Nachname", "E-Mail", "Klasse"], ["Kim", "Muster", "", "5b"]]
    data = workbook(*rows) if name.endswith("xlsx") else "\n".join(";".join(row) for row in rows).encode()

    result = take(office, tmp_path, data, name)

    assert rules(result.refused) == ["ds01.fallbezogene_spalte"]
    assert not list(office.records(Person))


def test_a_table_of_nothing_known_is_refused_with_advice(office, tmp_path):
    result = take(office, tmp_path, workbook(["Menge", "Preis"], [1, 2]), "liste.xlsx")

    assert rules(result.refused) == ["tabelle.art_unklar"]
    assert "Kennung (Person)" in result.refused[0].message


def test_a_missing_required_cell_refuses_the_row_and_only_it():
    reading = table.read_csv(b"Kennung (Ziel);Titel;Anlass\nz1;;weil\nz2;Netzwerke;\n")

    assert [goal.id for goal in reading.records] == ["z2"]
    assert [(finding.rule, finding.line) for finding in reading.findings] == [("ziel.titel", 2)]


def test_the_same_record_twice_is_told():
    reading = table.read_csv(b"Kennung (Ziel);Titel\nz1;Eins\nz1;Zwei\n")

    assert rules(reading.findings) == ["tabelle.doppelt"]
    assert "Zeile 3" in reading.findings[0].message


# -- people outside ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.jsonl"])
def test_the_public_gets_nothing_that_is_not_public(office, tmp_path, name):
    office.save(EVA)

    result = office.export(tmp_path / name, kinds=["person"], audience="oeffentlich")

    assert result.written == 0
    assert result.omitted
    assert b"muessig" not in (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", ["netz.csv", "netz.xlsx"])
def test_an_extract_for_others_names_nothing_internal_and_changes_nothing_at_home(office, tmp_path, name):
    shown = attrs.evolve(
        EVA,
        legal_bases=(LegalBasis(purpose="netzwerkverteiler", basis="aufgabe"),),
        qualification="sozialarbeit_staatl_anerkannt",
    )
    office.save(shown)

    assert office.export(tmp_path / name, kinds=["person"], audience="netzwerk").written == 1
    with Office.init(tmp_path / "andere", name="Andere", ags="05974") as other:
        assert len(other.import_file(tmp_path / name).created) == 1
        assert other.get(Person, "p-1").email == EVA.email
    result = office.import_file(tmp_path / name)

    assert rules(result.findings) == ["tabelle.auszug"]
    assert office.get(Person, "p-1") == shown
    if name.endswith("csv"):
        heading = (tmp_path / name).read_text(encoding="utf-8-sig").splitlines()[0]
        assert heading.startswith("Kennung (Auszug: Person);")
        assert not {"Rechtsgrundlagen", "Einwilligungen", "Status", "Veröffentlichung"} & set(heading.split(";"))


def test_what_may_be_private_in_a_list_of_people_is_left_out_and_told(office, tmp_path):
    text = "Vorname;Nachname;Titel;Straße;Handy;Dienstanschrift: Ort\nEva;Muster;;Am Bach 1;0171 1;Soest\n"

    result = take(office, tmp_path, text)

    assert rules(result.left_out) == ["ds02.vielleicht_privat"] * 2
    (person,) = office.records(Person)
    assert (person.address, person.mobile) == (Address(locality="Soest"), "")


FIELD = ExtraField(name="muster:raum", record_kind="organisation", label="Name", help="Raum")


def test_a_plugins_field_whose_label_is_taken_is_told_apart():
    room = attrs.evolve(SCHULE, extras={"muster:raum": "12"})
    data = table.write_csv([room], attrs.evolve(OPTIONS, fields=(FIELD,))).data

    assert "Name (muster:raum)" in data.decode()
    assert table.read_csv(data, ReadOptions(fields=(FIELD,))).records == (room,)
    # without the plugin the column is unknown and nothing else suffers
    assert table.read_csv(data).records == (SCHULE,)
    assert rules(table.read_csv(data).left_out) == ["tabelle.spalte_unbekannt"]


def test_values_of_a_missing_plugin_and_kept_lines_are_told_and_survive(office, tmp_path):
    stored = attrs.evolve(EVA, extras={"fort:wert": 7})
    office.store.put_all([stored])

    result = office.export(tmp_path / "p.csv", kinds=["person"])
    office.import_file(tmp_path / "p.csv")

    assert rules(result.lost) == ["tabelle.uebernommene_zeilen", "tabelle.zusatzfelder"]
    assert office.get(Person, "p-1") == stored


# -- size --------------------------------------------------------------------------------------------------------------------


def test_many_rows_are_read_in_portions():
    lines = [f"a-{number};15.10.2025;beratung;{number % 60 + 1}\n" for number in range(5000)]
    data = ("Kennung (Tätigkeit);Tag;Tätigkeit;Personenminuten\n" + "".join(lines)).encode()

    portions = list(table.csv_portions(io.BytesIO(data), ReadOptions()))

    assert max(len(portion.records) for portion in portions) <= 1000
    assert sum(len(portion.records) for portion in portions) == 5000
    assert portions[-1].position <= len(data)


# -- archive -----------------------------------------------------------------------------------------------------------------


def test_an_archive_restores_the_whole_office(office, tmp_path):
    everything = full_records()
    office.store.put_all(everything)
    office.export(tmp_path / "alles.jsonl", audience="vertraulich")

    with Office.init(tmp_path / "neu", name="Neu", ags="05974") as other:
        result = other.import_file(tmp_path / "alles.jsonl")
        assert len(result.created) == len({(record.KIND, record.id) for record in everything})
        for record in office.records(Event):
            assert other.get(Event, record.id) == record
        assert len(other.import_file(tmp_path / "alles.jsonl").unchanged) == len(result.created)


def test_an_archive_that_was_reduced_for_others_changes_nothing_at_home(office, tmp_path):
    shown = attrs.evolve(SCHULE, source="amtliches_register", checked_on=date(2025, 1, 1))
    office.save(shown)
    office.export(tmp_path / "netz.jsonl", audience="netzwerk")

    result = office.import_file(tmp_path / "netz.jsonl")

    assert office.get(Organisation, shown.id) == shown
    assert rules(result.findings) == ["archiv.gekuerzt"]


def test_what_is_wrong_in_an_archive_is_told_with_its_line(tmp_path, office):
    good = '{"kind":"goal","schema":1,"id":"z-1","title":"Netzwerke"}'
    head = json.dumps({"koschuso": "archiv", "fassung": 1, "anzahl": 5})
    lines = [head, good, '{"kind":"goal","id":"z-2"}', '{"kind":"unbekannt","id":"x"}', good[:30], ""]

    result = take(office, tmp_path, "\n".join(lines), "archiv.jsonl")

    assert len(result.created) == 1
    assert [finding.line for finding in result.refused] == [3, 4, 5, None]
    assert rules(result.refused)[-1] == "archiv.unvollstaendig"


# -- beside other formats ----------------------------------------------------------------------------------------------------


def test_a_format_that_knows_the_file_goes_before_the_general_table():
    own = Format(name="muster:liste", title="Liste", suffixes=(".csv",), recognise=bool, read=lambda *_: Reading())
    data = b"Kennung (Ziel);Titel\nz1;Netzwerke\n"

    assert recognise(data, [table.CSV, own]) is own
    assert recognise(data, [table.CSV]) is table.CSV


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_no_table_is_written_with_a_column_about_cases(office, tmp_path, name, monkeypatch):
    field = ExtraField(name="muster:fall", record_kind="person", label="Diagnose")
    office.save(EVA)
    monkeypatch.setattr(exporting, "_fields", lambda *_: (field,))

    with pytest.raises(Refused, match="»Diagnose«"):
        office.export(tmp_path / name, kinds=["person"])

    assert not (tmp_path / name).exists()


def test_many_findings_of_one_sort_are_cut_off():
    rows = "".join(f"f{number};s;land;vier\n" for number in range(3000))
    reading = table.read_csv(f"Kennung (Finanzierung);Stelle;Quelle der Mittel;Betrag in €\n{rows}".encode())

    assert len(reading.records) == 3000
    assert len(reading.findings) == 1001
    assert "Weitere Zeilen" in reading.findings[-1].message


def test_a_file_of_a_person_stays_a_table_and_outlooks_list_its_own():
    ours = table.write_csv([EVA], OPTIONS).data
    theirs = b"Vorname;Nachname;Firma;E-Mail-Adresse\nEva;Muster;Kreis;eva@kreis.example\n"

    assert (outlook.recognise(ours), table.CSV.recognise(ours)) == (False, True)
    assert outlook.recognise(theirs)
    assert recognise(theirs, [table.CSV, outlook.FORMAT]) is outlook.FORMAT


@pytest.mark.parametrize("text", ["#DIV/0!", "#REF!", "1,5E+10", "'#NV", " #NV", "#Vernetzung", "E"])
def test_a_text_that_looks_like_an_error_is_a_text(text):
    goal = Goal(id="z1", title="Ziel", reason=text)

    assert table.read_csv(table.write_csv([goal], OPTIONS).data).records == (goal,)
    assert table.read_xlsx(table.write_xlsx([goal], OPTIONS).data).records == (goal,)


@pytest.mark.parametrize("text", ["#REF!", "1,23E+11"])
def test_an_error_of_the_spreadsheet_is_no_text(text):
    reading = table.read_csv(f"Kennung (Ziel);Titel;Anlass\nz1;Ziel;{text}\n".encode())

    assert rules(reading.findings) == ["tabelle.zelle"]
    assert reading.records[0].reason == ""


def test_schools_are_found_by_their_number_alone(office, tmp_path):
    office.save(SCHULE)
    before = len(list(office.records(Organisation)))

    result = take(office, tmp_path, "Schulnummer;E-Mail\n123456;post@schule.example\n654321;neu@schule.example\n")

    assert office.get(Organisation, SCHULE.id) == attrs.evolve(SCHULE, email="post@schule.example")
    assert rules(result.refused)[-1] == "tabelle.angabe_fehlt"
    assert len(list(office.records(Organisation))) == before


def test_own_fields_of_schools_come_in_beside_the_number_alone():
    field = ExtraField(name="muster:sozialraum", record_kind="organisation", label="Sozialraum")
    data = "Schulnummer;Sozialraum;Sozialraun\n123456;Nord;Süd\n".encode()

    assert table.CSV.recognise(data)
    layout = layout_of(header_of(data), (field,))
    assert layout is not None
    assert layout.kind == "organisation"
    assert set(layout.places) == {"school.schulnummer", "muster:sozialraum"}
    assert [heading for _, heading in layout.unknown] == ["Sozialraun"]


def test_the_number_of_a_school_does_not_make_a_list_of_people_one_of_schools():
    reading = table.read_csv("Schulnummer;Nachname;Telefon\n123456;Müßig;02921 301\n".encode())

    assert [record.KIND for record in reading.records] == ["person"]


def test_a_csv_file_of_nothing_known_is_refused_with_advice(office, tmp_path):
    with pytest.raises(Refused, match=r"Kennung \(Person\)"):
        take(office, tmp_path, "Menge;Preis\n1;2\n", "liste.csv")
