"""The official school register: both editions without a wrong or missing row, and what happens to broken ones."""

import csv
import re
from collections import Counter
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.catalogues import load
from koschuso.errors import NotFound
from koschuso.model.finding import Severity
from koschuso.nrw import municipalities, register, school_figures
from koschuso.nrw.school_names import join_name

EDITIONS = ("2021-09", "2026-04")
OTHER_FORMS = {"0A", "50", "51", "52", "53", "56", "58"}
HEAD = (
    "sep=;\nSchulnummer;Schulform;Schulbezeichnung_1;Schulbezeichnung_2;Schulbezeichnung_3;Kurzbezeichnung;"
    "Bezirksregierung;PLZ;Ort;Strasse;Telefonvorwahl;Telefon;Faxvorwahl;Fax;E-Mail;Homepage;Rechtsform;Traegernummer;"
    "Gemeindeschluessel;Schulbetriebsschluessel;Schulbetriebsdatum;EPSG;UTMRechtswert;UTMHochwert;\n"
)
ROW = {
    "Schulnummer": "100001",
    "Schulform": "02",
    "Schulbezeichnung_1": "Beispielschule",
    "Schulbezeichnung_2": "",
    "Schulbezeichnung_3": "",
    "Kurzbezeichnung": "Soest, GG Beispielschule",
    "Bezirksregierung": "9",
    "PLZ": "59494",
    "Ort": "Soest",
    "Strasse": "Beispielweg 1",
    "Telefonvorwahl": "02921",
    "Telefon": "1234",
    "Faxvorwahl": "",
    "Fax": "",
    "E-Mail": "100001@schule.nrw.de",
    "Homepage": "https://schule.example",
    "Rechtsform": "1",
    "Traegernummer": "10017",
    "Gemeindeschluessel": "05974040",
    "Schulbetriebsschluessel": "1",
    "Schulbetriebsdatum": "01.08.2001",
    "EPSG": "EPSG:25832",
    "UTMRechtswert": "438623",
    "UTMHochwert": "5713000",
}


def _file(*rows, head=HEAD, quote=True):
    lines = []
    for changes in rows:
        values = {**ROW, **changes}.values()
        lines.append(";".join('"' + value.replace('"', '""') + '"' if quote else value for value in values) + "\n")
    return (head + "".join(lines)).encode()


def _one(**changes):
    reading = register.read(_file({name.replace("__", "-"): value for name, value in changes.items()}))
    schools = [record for record in reading.records if record.type == "schule"]
    return (schools[0] if schools else None), reading


@pytest.fixture(scope="module", params=[pytest.param(EDITIONS[0], marks=pytest.mark.slow), *EDITIONS[1:]])
def edition(request, shared):
    data = (shared / "nrw-data" / f"schuldaten_{request.param}.csv").read_bytes()
    # An independent count: the csv module alone, columns by name.
    rows = list(csv.DictReader(data.decode("utf-8").splitlines()[1:], delimiter=";"))
    return request.param, data, rows, register.read(data)


@pytest.fixture(scope="module")
def readme(shared):
    return (shared / "nrw-data" / "README.md").read_text(encoding="utf-8")


def _schools(reading):
    return {record.school.schulnummer: record for record in reading.records if record.type == "schule"}


def _authorities(reading):
    return [record for record in reading.records if record.type in {"schulamt", "bezirksregierung", "ministerium"}]


@pytest.mark.shared
def test_every_row_ends_in_exactly_one_place(edition):
    _, _, rows, reading = edition
    taken = [*_schools(reading), *(record.id.rsplit("-", 1)[1] for record in _authorities(reading))]
    left_out = [finding.value for finding in reading.left_out]
    assert Counter(taken + left_out) == Counter(row["Schulnummer"] for row in rows)
    assert not [finding for finding in reading.findings if finding.severity is Severity.ERROR]


@pytest.mark.shared
def test_counts_per_schulform_are_those_of_the_dossier(edition, readme):
    name, _, _, reading = edition
    codes = {entry.key: entry.attributes["code"] for entry in load("schulform").entries}
    found = Counter(codes[school.school.schulform] for school in _schools(reading).values())
    found["0A"] = len(_authorities(reading))
    expected = {
        row[0]: int(row[3] if name == "2021-09" else row[4])
        for row in re.findall(r"^\| (\w\w) \| ([^|]+) \| (ja|nein) \| (\d+) \| (\d+) \|", readme, re.MULTILINE)
    }
    assert len(expected) == 27
    others = {code: expected.pop(code) for code in OTHER_FORMS - {"0A"}}
    assert sum(others.values()) == len(reading.left_out)
    assert +found == +Counter(expected)


@pytest.mark.shared
def test_counts_per_kreis_are_those_of_the_dossier(edition, readme):
    name, data, rows, reading = edition
    table = re.findall(r"^\| (05\d{6}) \| [^|]+ \| \w+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", readme, re.MULTILINE)
    assert len(table) == 53
    taken = Counter(record.ags[:5] for record in [*_schools(reading).values(), *_authorities(reading)])
    skipped = Counter(row["Gemeindeschluessel"][:5] for row in rows if row["Schulform"] in OTHER_FORMS - {"0A"})
    schools = Counter(record.ags[:5] for record in _schools(reading).values())
    operating = Counter(record.ags[:5] for record in _schools(register.read(data, operating_only=True)).values())
    for ags, rows_2021, rows_2026, schools_2026, operating_2026 in table:
        kreis = ags[:5]
        assert taken[kreis] + skipped[kreis] == int(rows_2021 if name == "2021-09" else rows_2026)
        if name == "2026-04":
            assert (schools[kreis], operating[kreis]) == (int(schools_2026), int(operating_2026))


@pytest.mark.shared
def test_every_value_of_every_school_is_that_of_its_row(edition):
    _, _, rows, reading = edition
    statuses = {entry.key: entry.attributes["code"] for entry in load("schulbetriebsstatus").entries}
    schools = _schools(reading)
    owners = {relation.target.id: relation.source.id for relation in reading.records if relation.type == "traeger_von"}
    places = {relation.source.id: relation.target.id for relation in reading.records if relation.type == "liegt_in"}
    for row in rows:
        if row["Schulform"] in OTHER_FORMS:
            continue
        school = schools[row["Schulnummer"]]
        profile = school.school
        assert school.name == join_name(*(row[f"Schulbezeichnung_{number}"] for number in (1, 2, 3)))
        assert school.short_name == row["Kurzbezeichnung"]
        address = school.address
        assert (address.street, address.postal_code, address.locality) == (row["Strasse"], row["PLZ"], row["Ort"])
        for number, area, rest in (
            (school.phones[0] if school.phones else "", "Telefonvorwahl", "Telefon"),
            (school.fax, "Faxvorwahl", "Fax"),
        ):
            assert re.sub(r"\D", "", number).replace("49", "0", 1) == row[area] + row[rest]
        assert (school.email, school.homepage) == (row["E-Mail"], row["Homepage"])
        assert profile.private is (row["Rechtsform"] == "2")
        assert school.traegernummer == row["Traegernummer"]
        assert owners[school.id] == f"traeger-{row['Traegernummer']}"
        assert school.ags == row["Gemeindeschluessel"]
        assert places[school.id] == f"ags-{row['Gemeindeschluessel']}"
        assert statuses[profile.status] == row["Schulbetriebsschluessel"]
        if row["Schulbetriebsdatum"] == "01.08.1973":
            assert profile.status_since is None
        else:
            assert f"{profile.status_since:%d.%m.%Y}" == row["Schulbetriebsdatum"]
        position = profile.coordinates
        assert (position.easting, position.northing) == (int(row["UTMRechtswert"]), int(row["UTMHochwert"]))
        assert position.epsg == 25832
        assert position.epsg_stated is (row["EPSG"] != "null")


@pytest.mark.shared
def test_no_relation_points_at_nothing_and_no_id_comes_twice(edition):
    _, _, _, reading = edition
    ids = [(record.KIND, record.id) for record in reading.records]
    assert len(set(ids)) == len(ids)
    organisations = {identity for kind, identity in ids if kind == "organisation"}
    for relation in (record for record in reading.records if record.KIND == "relation"):
        assert {relation.source.id, relation.target.id} <= organisations


@pytest.mark.shared
def test_reading_the_same_edition_twice_gives_equal_records(edition):
    _, data, _, reading = edition
    assert register.read(data).records == reading.records


@pytest.mark.shared
def test_types_and_relations_are_in_the_catalogues(edition):
    _, _, _, reading = edition
    known = {entry.key for name in ("organisationsart", "beziehungsart") for entry in load(name).entries}
    sources = {entry.key for entry in load("datenquelle").entries}
    assert {record.type for record in reading.records} <= known
    assert {getattr(record, "origin", "open_data") for record in reading.records} <= sources


@pytest.mark.shared
def test_the_two_gross_errors_of_2026_are_told_and_nothing_else_is_suspected(edition):
    name, _, _, reading = edition
    suspected = {finding.id for finding in reading.findings if finding.rule == "schulverzeichnis.lage"}
    assert suspected == ({"schule-115990", "schulamt-600358"} if name == "2026-04" else set())


@pytest.mark.shared
def test_names_with_quotes_are_whole(shared):
    schools = _schools(register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes()))
    names = {number: schools[number].name for number in ("100138", "121654", "170306", "185863")}
    assert names["100138"].startswith(
        'Freie Christliche Schule Siegen "An der Weiß", Evang. Bekenntnisgrundsch.,Ersatzschule'
    )
    assert "Auf der Morgenröthe" in names["170306"]
    assert all(name.count('"') == 2 and '""' not in name for name in names.values())


@pytest.mark.shared
def test_traeger_that_are_newer_than_the_table_get_a_neutral_name_and_one_finding_each(shared):
    reading = register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes())
    unknown = [finding for finding in reading.findings if finding.rule == "schulverzeichnis.traeger_unbekannt"]
    owners = {record.id: record.name for record in reading.records if record.type == "schultraeger"}
    assert (len(owners), len(unknown)) == (766, 57)
    assert {owners[finding.id] for finding in unknown} == {f"Schulträger {finding.id[-5:]}" for finding in unknown}


@pytest.mark.shared
def test_the_kreis_soest_is_as_the_dossier_counts_it(shared):
    reading = register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes(), ags="05974")
    schools = _schools(reading)
    codes = {entry.key: entry.attributes["code"] for entry in load("schulform").entries}
    assert len(schools) == 107
    assert [record.id for record in _authorities(reading)] == ["schulamt-600974"]
    assert Counter(school.school.private for school in schools.values()) == {False: 91, True: 16}
    assert Counter(codes[school.school.schulform] for school in schools.values()) == {
        "02": 50, "20": 15, "08": 11, "14": 9, "10": 6, "30": 6, "15": 4, "88": 2, "04": 1, "17": 1, "25": 1, "83": 1,
    }  # fmt: skip
    assert Counter(school.school.status for school in schools.values()) == {
        "in_betrieb": 105,
        "aufloesung_spaeter": 1,
        "aufloesung_schuljahresende": 1,
    }
    assert schools["199370"].school.status_since == date(2026, 7, 31)
    assert len({school.ags for school in schools.values()}) == 14
    assert [finding.value for finding in reading.left_out] == [str(5637 - 108)]


@pytest.mark.shared
def test_the_example_data_are_the_rows_of_the_kreis_soest_byte_for_byte(shared):
    example = resources.files("koschuso").joinpath("demo", "data", "schuldaten_kreis_soest.csv").read_bytes()
    whole = (shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes()
    lines = whole.splitlines(keepends=True)
    kept = [line for line in lines[2:] if b'"05974' in line]
    assert example == b"".join(lines[:2] + kept)
    assert len(kept) == 108
    assert register.recognises(example)
    records = {record.id: record for record in register.read(whole, ags="05974").records}
    assert {record.id: record for record in register.read(example).records} == records


@pytest.mark.shared
def test_a_changed_edition_changes_only_what_changed(shared):
    older, newer = (
        _schools(register.read((shared / "nrw-data" / f"schuldaten_{name}.csv").read_bytes())) for name in EDITIONS
    )
    common = older.keys() & newer.keys()
    assert len(newer.keys() - older.keys()) == 103
    assert all(older[number].school.schulform == newer[number].school.schulform for number in common)


@pytest.mark.shared
@pytest.mark.parametrize(("ags", "schools"), [("059", None), ("05974028", 30), ("05911", 100), ("05334", 169)])
def test_any_unit_can_be_chosen(shared, ags, schools):
    reading = register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes(), ags=ags)
    prefix = ags if len(ags) < 8 else ags[:8]
    found = _schools(reading)
    assert {school.ags[: len(prefix)] for school in found.values()} == {prefix}
    assert schools is None or len(found) == schools


def test_an_unknown_unit_is_the_callers_mistake():
    with pytest.raises(NotFound):
        register.read(_file({}), ags="05999")


def test_a_good_row_makes_a_school_its_place_its_traeger_and_their_relations():
    school, reading = _one()
    assert not reading.findings
    assert not reading.left_out
    assert [record.id for record in reading.records] == [
        "ags-05974000",
        "ags-05974040",
        "liegt_in-05974040",
        "traeger-10017",
        "schule-100001",
        "liegt_in-100001",
        "traeger_von-100001",
    ]
    assert school.phones == ("+49 2921 1234",)
    assert school.school.status_since == date(2001, 8, 1)


@pytest.mark.parametrize(
    ("changes", "rule", "attribute", "value"),
    [
        ({"Schulform": "99"}, "schulverzeichnis.schulform", "school.schulform", "unbekannt_99"),
        ({"Gemeindeschluessel": "05974041"}, "schulverzeichnis.ags", "ags", ""),
        ({"Gemeindeschluessel": "Soest"}, "schulverzeichnis.ags", "ags", ""),
        ({"Schulbetriebsdatum": "31.02.2020"}, "schulverzeichnis.datum", "school.status_since", None),
        ({"Schulbetriebsdatum": "2020-08-01"}, "schulverzeichnis.datum", "school.status_since", None),
        ({"Schulbetriebsschluessel": "7"}, "schulverzeichnis.status", "school.status", ""),
        ({"Rechtsform": "3"}, "schulverzeichnis.rechtsform", "school.private", None),
        ({"PLZ": "5949"}, "schulverzeichnis.plz", "address.postal_code", ""),
        ({"E__Mail": "siehe Homepage"}, "schulverzeichnis.email", "email", ""),
        ({"UTMRechtswert": "438.623"}, "schulverzeichnis.koordinaten", "school.coordinates", None),
        ({"EPSG": "Gauß"}, "schulverzeichnis.koordinaten", "school.coordinates", None),
        ({"Traegernummer": "Stadt"}, "schulverzeichnis.traegernummer", "traegernummer", ""),
        (
            {"Homepage": "https://a.example/".ljust(80, "x")},
            "schulverzeichnis.homepage_gekuerzt",
            "email",
            ROW["E-Mail"],
        ),
    ],
)
def test_a_bad_value_costs_only_itself_and_is_told_with_its_line(changes, rule, attribute, value):
    school, reading = _one(**changes)
    found = [finding for finding in reading.findings if finding.rule == rule]
    assert [finding.line for finding in found] == [3]
    assert "Zeile 3" in found[0].message
    target = school
    for name in attribute.split("."):
        target = getattr(target, name)
    assert target == value


@pytest.mark.parametrize("number", ["", "12345", "1234567", "10000A", "١٢٣٤٥٦"])
def test_a_row_without_a_schulnummer_is_refused(number):
    school, reading = _one(Schulnummer=number)
    assert school is None
    assert [(finding.rule, finding.line) for finding in reading.findings] == [("schulnummer.form", 3)]


def test_a_row_without_any_name_is_refused():
    school, reading = _one(Schulbezeichnung_1="", Kurzbezeichnung="")
    assert school is None
    assert [(finding.rule, finding.severity) for finding in reading.findings] == [("organisation.name", Severity.ERROR)]


def test_a_schulnummer_that_comes_twice_is_taken_once():
    reading = register.read(_file({}, {"Ort": "Anderswo"}))
    assert [record.address.locality for record in reading.records if record.type == "schule"] == ["Soest"]
    assert [(finding.rule, finding.line) for finding in reading.findings] == [("schulverzeichnis.doppelt", 4)]
    assert "Zeile 3" in reading.findings[0].message


def test_a_row_with_a_wrong_number_of_columns_or_a_broken_quotation_costs_only_itself():
    good = _file({}).decode().splitlines()[-1]
    text = HEAD + '"100002";"02"\n' + '"100003;"02"x;\n' + '"100004\n' + good + ";\n"
    reading = register.read(text.encode())
    assert [(finding.rule, finding.line) for finding in reading.findings] == [
        ("csv.spaltenzahl", 3),
        ("csv.zeile", 4),
        ("csv.zeile", 5),
    ]
    assert [record.id for record in reading.records if record.type == "schule"] == ["schule-100001"]


def test_the_placeholder_date_is_a_date_where_the_status_gives_it_another_meaning():
    assert _one(Schulbetriebsdatum="01.08.1973")[0].school.status_since is None
    closed = _one(Schulbetriebsdatum="01.08.1973", Schulbetriebsschluessel="9")[0]
    assert closed.school.status_since == date(1973, 8, 1)


def test_rows_that_are_no_schools_become_authorities_or_are_left_out():
    reading = register.read(
        _file(
            {"Schulnummer": "600974", "Schulform": "0A", "Schulbezeichnung_1": "Schulamt", "Traegernummer": "0"},
            {"Schulnummer": "600000", "Schulform": "0A", "Schulbezeichnung_1": "Ministerium", "Traegernummer": "0"},
            {"Schulnummer": "600001", "Schulform": "0A", "Schulbezeichnung_1": "Amt", "Traegernummer": "0"},
            {"Schulnummer": "500001", "Schulform": "50", "Schulbezeichnung_1": "Zentrum"},
            {"Schulnummer": "500002", "Schulform": "58", "Schulbezeichnung_1": "Seminar"},
        )
    )
    authorities = [
        (record.id, record.type) for record in reading.records if record.id.rsplit("-", 1)[-1].startswith("6")
    ]
    assert authorities == [
        ("schulamt-600974", "schulamt"),
        ("ministerium-600000", "ministerium"),
        ("behoerde-600001", "sonstige"),
    ]
    assert [(finding.value, finding.rule) for finding in reading.left_out] == [
        ("500001", "schulverzeichnis.keine_schule"),
        ("500002", "schulverzeichnis.keine_schule"),
    ]
    assert [finding.rule for finding in reading.findings] == ["schulverzeichnis.behoerde"]


@pytest.mark.parametrize(
    ("status", "taken"), [("0", 1), ("1", 1), ("2", 1), ("6", 1), ("7", 1), ("3", 0), ("4", 0), ("5", 0), ("9", 0)]
)
def test_only_operating_schools_on_request(status, taken):
    reading = register.read(_file({"Schulbetriebsschluessel": status}), operating_only=True)
    assert len(_schools(reading)) == taken
    assert len(reading.left_out) == 1 - taken


def test_a_file_saved_by_a_spreadsheet_is_mended_and_told():
    lines = _file({}, quote=False).decode().splitlines()
    saved = "\r\n".join(
        line.rstrip(";").replace(";05974040;", ";5974040;").replace(";02;", ";2;") for line in lines[1:]
    )
    school, reading = None, register.read(saved.encode("utf-8-sig"))
    school = next(iter(_schools(reading).values()))
    assert (school.ags, school.school.schulform) == ("05974040", "grundschule")
    assert {finding.field for finding in reading.findings} == {"Gemeindeschluessel", "Schulform"}
    assert {finding.rule for finding in reading.findings} == {"schulverzeichnis.fuehrende_null"}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_file_in_the_windows_encoding_is_read_and_told(encoding):
    reading = register.read(_file({"Ort": "Möhnesee"}).decode().encode(encoding))
    assert next(iter(_schools(reading).values())).address.locality == "Möhnesee"
    assert [finding.rule for finding in reading.findings] == ["csv.zeichensatz"]


def test_another_delimiter_and_another_order_of_columns_make_no_difference():
    header, row = list(reversed(ROW)), list(reversed(ROW.values()))
    data = ("\t".join(header) + "\n" + "\t".join(row) + "\n").encode()
    names = [name for name in ROW if name != "Bezirksregierung"]
    assert register.recognises(data)
    assert register.read(data).records == register.read(_file({})).records
    without = (";".join(names) + "\n" + ";".join(ROW[name] for name in names) + "\n").encode()
    assert register.read(without).records == register.read(_file({})).records


def test_a_missing_optional_column_is_told_once():
    names = [name for name in ROW if name != "Homepage"]
    reading = register.read((";".join(names) + "\n" + ";".join(ROW[name] for name in names) + "\n").encode())
    assert [(finding.rule, finding.field) for finding in reading.findings] == [("csv.spalte_fehlt", "Homepage")]
    assert len(_schools(reading)) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"sep=;\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"Schulnummer;Anzahl\n1;2\n",
        b"\x00\xff\xfe",
        b"PK\x03\x04",
    ],
)
def test_a_file_that_is_not_the_register_is_refused_with_a_sentence(data):
    assert not register.recognises(data)
    reading = register.read(data)
    assert not reading.records
    assert [(finding.rule, finding.severity) for finding in reading.findings if finding.severity is Severity.ERROR] == [
        ("csv.fremde_datei", Severity.ERROR)
    ]
    assert "Schulverzeichnis" in reading.findings[-1].message


@pytest.mark.parametrize(
    "column", ["Schüler", "SCHUELERNAME", "Klasse", "Geburtsdatum", "Erziehungsberechtigte", "Diagnose", "Fall-Nr"]
)
def test_a_file_with_data_about_pupils_is_refused_as_a_whole(column):
    reading = register.read(_file({}, head=HEAD.replace(";Homepage;", f";{column};")))
    assert not reading.records
    assert [finding.rule for finding in reading.findings] == ["ds01.spalte"]
    assert column in reading.findings[0].message


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(tail):
    register.recognises(tail)
    assert register.read(tail) is not None
    assert register.read(HEAD.encode() + tail) is not None


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=20), max_size=5))
def test_no_values_make_the_reader_raise_or_lose_the_row_silently(changes):
    reading = register.read(
        _file({name: value.replace("\n", " ").replace("\r", " ") for name, value in changes.items()})
    )
    assert _schools(reading) or reading.findings or reading.left_out or _authorities(reading)


@pytest.mark.shared
def test_the_sozialindex_is_put_into_the_schools_with_its_edition(shared):
    data = (shared / "nrw-data" / "schulsozialindex_sj_2025-26.csv").read_bytes()
    assert school_figures.recognises_sozialindex(data)
    assert not register.recognises(data)
    figures = school_figures.read_sozialindex(data, edition="2025/26")
    assert not figures.findings
    assert Counter(figures.values.values()) == {
        None: 15, 1: 389, 2: 970, 3: 786, 4: 601, 5: 444, 6: 327, 7: 212, 8: 203, 9: 210,
    }  # fmt: skip
    soest = register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes(), ags="05974")
    organisations = [record for record in soest.records if record.KIND == "organisation"]
    reading = school_figures.apply(figures, organisations)
    assert len(reading.records) == 74
    assert {record.school.sozialindex_edition for record in reading.records} == {"2025/26"}
    assert [finding.value for finding in reading.left_out] == [str(4157 - 74)]
    assert not school_figures.apply(figures, reading.records).records


@pytest.mark.shared
def test_numbers_of_pupils_are_put_into_the_schools_with_their_edition(shared):
    data = (shared / "nrw-data" / "itnrw_schulverzeichnis_2024-25_mit_sozialindex.csv").read_bytes()
    assert school_figures.recognises_pupils(data)
    figures = school_figures.read_pupils(data)
    assert (figures.edition, len(figures.values), figures.findings) == ("2024/25 (IT.NRW, gerundet)", 5407, ())
    whole = register.read((shared / "nrw-data" / "schuldaten_2026-04.csv").read_bytes(), with_places=False)
    changed = school_figures.apply(figures, [record for record in whole.records if record.KIND == "organisation"])
    assert {record.school.schulnummer: record.school.pupils for record in changed.records}["100020"] == 220


def test_bad_figures_are_told_and_not_taken():
    data = b"Schulnummer;Anzahl\n100020;220\n100021;viele\n10002;5\n100020;7\n100022;\n"
    figures = school_figures.read_pupils(data, edition="2024/25")
    assert dict(figures.values) == {"100020": 220, "100022": None}
    assert [finding.line for finding in figures.findings] == [3, 4, 5]
    index = school_figures.read_sozialindex(b"Schulnummer;Sozialindexstufe\n100020;10\n100021;ohne\n", edition="x")
    assert dict(index.values) == {"100021": None}
    assert [finding.line for finding in index.findings] == [2]


def test_numbers_of_pupils_without_a_year_are_doubtful_and_a_foreign_file_gives_nothing():
    figures = school_figures.read_pupils(b"Schulnummer;Anzahl\n100020;220\n")
    assert [finding.rule for finding in figures.findings] == ["schulzahlen.ausgabe"]
    foreign = school_figures.read_sozialindex(b"a;b\n1;2\n", edition="2025/26")
    assert not foreign.values
    assert [finding.rule for finding in foreign.findings] == ["csv.fremde_datei"]


def test_every_place_that_is_built_for_a_school_is_the_one_of_the_key():
    _, reading = _one(Gemeindeschluessel="05911000")
    places = [record for record in reading.records if record.id.startswith("ags-")]
    assert [(place.name, place.type) for place in places] == [("Stadt Bochum", "kreisfreie_stadt")]
    assert municipalities.by_ags("05911").ags == places[0].ags
