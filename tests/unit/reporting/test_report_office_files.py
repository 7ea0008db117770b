"""What renderers for Word, Excel and other programs make of a document: typed, safe, complete, the same every time."""

import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zipfile import ZipFile

import attrs
import docx as word
import openpyxl
import pytest
from docx.oxml.ns import qn
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.errors import Unavailable
from koschuso.reporting import (
    BUILTIN_RENDERERS,
    Chart,
    ChartKind,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Missing,
    Section,
    Series,
    Sign,
    Table,
    Text,
    rendering,
)
from koschuso.reporting.document import Paragraph, Points, Prose, Span
from koschuso.reporting.renderers import document_json, drawing, palette, plots, xlsx
from koschuso.reporting.renderers.html import _resource

CREATED = datetime(2025, 10, 15, 12, 0, tzinfo=UTC)
EVIL = "=1+1\x00\x0b\ud800<b>&]]>\u202e" + "x" * 400
TABLE = Table(
    key="t",
    title="Schulen und ihre Stellenanteile nach Gemeinden [öffentlich]",
    columns=(
        Column(title="Schule", header=True),
        Column(title="Nummer", type=ColumnType.CODE),
        Column(title="Anzahl", type=ColumnType.COUNT, group="Umfang"),
        Column(title="VZÄ", type=ColumnType.NUMBER, unit="VZÄ", group="Umfang"),
        Column(title="Tag", type=ColumnType.DATE),
    ),
    rows=(
        ("Eins", "012345", 12345, Fraction(1, 3), date(2025, 2, 1)),
        ("=cmd|' /C calc'!A0", "1E5", Sign.SUPPRESSED, Sign.UNKNOWN, Sign.NOT_APPLICABLE),
        ("#NV", "-1", -3, Decimal("-0.125"), "März 2025"),
    ),
    totals=("Summe", "", 12342, Fraction(1, 3), ""),
    notes=("Eine Anmerkung.",),
)
CHART = Chart(
    key="c",
    title="Ein Bild",
    description="Es steigt.",
    categories=("A", "B"),
    series=(Series(name="S", values=(1, Sign.UNKNOWN)),),
    digits=0,
)


def a_document(*blocks, **more):
    given = {"title": "Probe", "office": "Stelle", "period": "Stichtag 15.10.2025", "as_of": CREATED, **more}
    return Document(**{"sections": (Section(title="Teil", blocks=blocks),), "renderers": BUILTIN_RENDERERS, **given})


def workbook(document):
    return openpyxl.load_workbook(io.BytesIO(document.render(".xlsx")))


def parts(data):
    with ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


# -- workbooks -----------------------------------------------------------------------------------------------------------


def test_cells_have_the_type_of_their_values():
    sheet = workbook(a_document(TABLE)).worksheets[1]
    assert [cell.value for cell in sheet[4]] == ["Eins", "012345", 12345, pytest.approx(1 / 3), datetime(2025, 2, 1)]
    assert [cell.number_format for cell in sheet[4]] == ["@", "@", "#,##0", "#,##0.00", "dd.mm.yyyy"]
    assert [cell.value for cell in sheet[5]][2:] == ["•", "k. A.", "–"]
    assert [cell.value for cell in sheet[6]] == ["#NV", "-1", -3, -0.125, "März 2025"]
    assert [cell.value for cell in sheet[7]][::2] == ["Summe", 12342, None]


def test_headings_stay_in_sight_and_columns_have_widths():
    sheet = workbook(a_document(TABLE)).worksheets[1]
    assert sheet.freeze_panes == "B4"
    assert [cell.value for cell in sheet[3]][2:4] == ["Umfang: Anzahl", "Umfang: VZÄ (VZÄ)"]
    assert all(9 <= sheet.column_dimensions[letter].width <= 48 for letter in "ABCDE")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "{=", "'="])
def test_no_text_is_a_formula_in_a_workbook(start):
    evil = f"{start}HYPERLINK(1)"
    table = Table(key="t", title=evil, columns=(Column(title=evil),), rows=((evil,),), totals=(evil,), notes=(evil,))
    document = a_document(
        table,
        Text(paragraphs=(evil,)),
        Figures(items=(Figure(label=evil, value=evil, unit=evil, note=evil),)),
        title=evil,
        office=evil,
        missing=(Missing(what=evil, count=1),),
        notes=(evil,),
    )
    book = workbook(document)
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    assert not any(re.search(rb"<f[ >]", part) for part in parts(document.render(".xlsx")).values())


def test_each_sheet_has_a_name_that_excel_takes():
    titles = ("A/B:C*?[]\\", "a b c", "History", "", "'", "Gleich", "GLEICH", "Lang " * 20, "Lang " * 20)
    tables = [Table(key=f"t{n}", title=title, columns=(Column(title="x"),), rows=()) for n, title in enumerate(titles)]
    names = workbook(a_document(*tables)).sheetnames
    assert len({name.casefold() for name in names}) == len(titles) + 1
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert "History" not in names


def test_the_first_sheet_states_what_the_report_is_and_leads_to_the_others():
    document = a_document(TABLE, internal=True, scope="Kreis", missing=(Missing(what="Lücken", count=7),))
    book = workbook(document)
    shown = {cell.value for row in book.worksheets[0] for cell in row}
    assert {"INTERN", "Probe", "Stelle", "Kreis", "Stichtag 15.10.2025", "7 Lücken", "k. A.", "•"} <= shown
    links = [
        cell.hyperlink.location or cell.hyperlink.ref for row in book.worksheets[0] for cell in row if cell.hyperlink
    ]
    assert len(links) == 1


def test_numbers_that_excel_cannot_hold_stay_exact_as_text():
    column = Column(title="x", type=ColumnType.COUNT)
    huge = 12345678901234567890
    sheet = workbook(a_document(Table(key="t", title="T", columns=(column,), rows=((huge,),)))).worksheets[1]
    assert sheet["A4"].value == "12.345.678.901.234.567.890"


# -- Word documents ------------------------------------------------------------------------------------------------------


def opened(document):
    return word.Document(io.BytesIO(document.render(".docx")))


def test_a_word_document_has_headings_captions_and_a_filled_table_of_contents():
    sections = (
        Section(title="Eins", blocks=(TABLE, CHART), sections=(Section(title="Eins eins"),)),
        Section(title="Zwei"),
    )
    document = opened(a_document(sections=sections))
    found = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert [text for style, text in found if style == "Heading 1"] == [
        "Eins",
        "Zwei",
        "Daten zu den Diagrammen",
        "Hinweise",
    ]
    assert [text for style, text in found if style == "Heading 2"] == ["Eins eins"]
    assert ("Title", "Probe") in found
    captions = [text for style, text in found if style == "Caption"]
    assert [caption.partition(":")[0] for caption in captions] == ["Tabelle 1", "Abbildung 1", "Tabelle 2"]
    body = document.element.body.xml
    instructions = "".join(re.findall(r"<w:instrText[^>]*>([^<]*)", body))
    assert 'TOC \\o "1-2"' in instructions
    anchors = re.findall(r'w:anchor="([^"]+)"', body)
    assert anchors == re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', body)
    contents = [link.text for link in document.element.body.iter(qn("w:hyperlink"))]
    assert [entry.strip() for entry in contents] == ["Eins", "Eins eins", "Zwei", "Daten zu den Diagrammen", "Hinweise"]
    assert instructions.count("PAGEREF") == len(contents)


def test_tables_in_word_repeat_their_headings_and_are_styled():
    document = opened(a_document(TABLE))
    (table,) = document.tables
    assert table.style.name == "Berichtstabelle"
    heads = [row for row in table._tbl.tr_lst if row.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(heads) == 2  # the groups and the columns
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in table._tbl.tr_lst)
    assert [cell.text for cell in table.rows[2].cells] == ["Eins", "012345", "12.345", "0,33", "01.02.2025"]
    assert [cell.text for cell in table.rows[5].cells][:3] == ["Summe", "", "12.342"]


def test_the_table_behind_a_chart_stands_with_the_others_at_the_end_and_the_chart_says_where():
    texts = [paragraph.text for paragraph in opened(a_document(CHART, TABLE)).paragraphs]
    assert "Es steigt. Werte: Tabelle 2." in texts
    assert texts.index("Tabelle 2: Daten zum Diagramm: Ein Bild") > texts.index("Daten zu den Diagrammen")


def test_figures_are_tiles_each_with_its_name_value_and_note_in_one_cell():
    figures = Figures(items=tuple(Figure(label=f"L{n}", value=n, unit="VZÄ", note=f"N{n}") for n in range(6)))
    (table,) = opened(a_document(figures)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["0 VZÄ\nL0\nN0", "1 VZÄ\nL1\nN1", "2 VZÄ\nL2\nN2"],
        ["3 VZÄ\nL3\nN3", "4 VZÄ\nL4\nN4", "5 VZÄ\nL5\nN5"],
    ]


def numbers_table(columns):
    return Table(
        key="z",
        title="Z",
        columns=(
            Column(title="Gemeinde", header=True),
            *(Column(title=f"Anstellungsträger {n}", type=ColumnType.COUNT) for n in range(columns)),
        ),
        rows=(("Ense", *range(columns)),),
    )


@pytest.mark.parametrize(
    ("columns", "upright", "landscape"), [(8, 0, False), (9, 9, False), (13, 13, False), (17, 17, True)]
)
def test_headings_above_many_numbers_stand_upright_before_a_page_is_turned(columns, upright, landscape):
    document = opened(a_document(numbers_table(columns)))
    assert len(list(document.element.body.iter(qn("w:textDirection")))) == upright
    assert any(section.page_width > section.page_height for section in document.sections) == landscape
    page = a_document(numbers_table(columns)).render(".html").decode()
    assert ('<section class="turned">' in page) == landscape
    assert ("upright" in page.split("</style>")[1]) == bool(upright)


def test_a_long_heading_of_a_word_table_is_broken_where_words_join_and_stays_one_word():
    document = opened(a_document(numbers_table(3)))
    assert len(list(document.element.body.iter(qn("w:softHyphen")))) == 3
    (table,) = document.tables
    assert table.rows[0].cells[1].text == "Anstellungsträger 0"


def test_a_small_table_does_not_take_the_whole_page_and_a_large_one_does():
    widths = []
    for table in (numbers_table(1), numbers_table(12)):
        (written,) = opened(a_document(table)).tables
        widths.append(int(written._tbl.tblPr.find(qn("w:tblW")).get(qn("w:w"))))
    assert widths[0] < 0.6 * widths[1]


def test_pictures_in_word_have_an_alternative_text():
    document = opened(a_document(CHART))
    (picture,) = document.element.body.iter(qn("wp:docPr"))
    assert picture.get("descr") == "Es steigt."
    assert picture.get("title") == "Ein Bild"


def test_a_word_document_is_german_and_takes_its_moments_from_the_data():
    document = opened(a_document(TABLE))
    properties = document.core_properties
    assert properties.created == properties.modified == CREATED
    assert (properties.author, properties.title, properties.language) == ("Stelle", "Probe", "de-DE")
    assert 'w:lang w:val="de-DE"' in document.styles.element.xml
    assert all(
        "python-docx" not in part.decode("utf-8", "replace") for part in parts(a_document().render(".docx")).values()
    )


def test_numbered_lists_begin_at_one_each_and_words_keep_their_emphasis_and_links():
    numbered = Listing(items=(Item("a", items=(Item("b"),)), Item("c")), ordered=True)
    link = "https://kreis.example/x?a=1&b=2"
    line = Paragraph(
        (
            Span("fett", strong=True),
            Span("und", emphasis=True),
            Span("hier", link=link),
            Span("x", link="javascript:alert(1)"),
        )
    )
    prose = Prose(parts=(line, Points(((line,), (Paragraph((Span("zwei"),)),)), ordered=True)))
    document = opened(a_document(numbered, numbered, prose))
    numbers = [
        paragraph._p.pPr.numPr.numId.val for paragraph in document.paragraphs if paragraph.style.name == "List Number"
    ]
    assert len(numbers) == 6
    assert len(set(numbers)) == 3
    targets = {relation.target_ref for relation in document.part.rels.values() if relation.is_external}
    assert targets == {link}
    styles = {run.style.name for paragraph in document.paragraphs for run in paragraph.runs}
    assert {"Strong", "Emphasis"} <= styles


def test_chapters_with_wide_tables_are_in_landscape_only():
    wide = Table(
        key="w", title="W", columns=tuple(Column(title=f"S{n}") for n in range(12)), rows=(tuple("abcdefghijkl"),)
    )
    sections = (Section(title="A"), Section(title="B", blocks=(wide,)), Section(title="C"))
    document = opened(a_document(sections=sections))
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False]


# -- JSON ----------------------------------------------------------------------------------------------------------------


def test_json_holds_exact_values_and_how_people_see_them():
    data = json.loads(a_document(TABLE, CHART).render(".json"))
    table, chart = data["sections"][0]["blocks"]
    assert data["format"] == document_json.FORMAT
    assert data["as_of"] == "2025-10-15T12:00:00+00:00"
    assert table["rows"][0] == ["Eins", "012345", 12345, {"fraction": "1/3", "shown": "0.33"}, {"date": "2025-02-01"}]
    assert table["rows"][1][2:] == [
        {"sign": "suppressed", "shown": "•"},
        {"sign": "unknown", "shown": "k. A."},
        {"sign": "not_applicable", "shown": "–"},
    ]
    assert table["rows"][2][3] == {"decimal": "-0.125", "shown": "-0.13"}
    assert chart["series"][0]["values"] == [1, {"sign": "unknown", "shown": "k. A."}]


# -- all of them ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("renderer", BUILTIN_RENDERERS, ids=lambda renderer: renderer.suffix)
def test_control_characters_and_halves_of_characters_break_no_file(renderer):
    hostile = a_document(
        attrs.evolve(TABLE, title=EVIL, rows=((EVIL, EVIL, 1, 1, EVIL),), notes=(EVIL,)),
        attrs.evolve(CHART, title=EVIL, description=EVIL, categories=(EVIL, EVIL)),
        Text(paragraphs=(EVIL,)),
        Listing(items=(Item(EVIL, lead=EVIL),)),
        Figures(items=(Figure(label=EVIL, value=EVIL, unit=EVIL, note=EVIL),)),
        Prose(parts=(Paragraph((Span(EVIL, strong=True),)),)),
        title=EVIL,
        office=EVIL,
        period=EVIL,
        notes=(EVIL,),
        missing=(Missing(what=EVIL, count=1),),
    )
    data = renderer.render(hostile)
    # CSV gives back what was written, whatever it is.
    assert renderer.suffix in {".csv", ".docx", ".xlsx"} or b"\x00" not in data
    assert data == renderer.render(hostile)


TEXTS = st.text(max_size=40)
VALUES = st.one_of(
    TEXTS,
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
    st.fractions(),
    st.dates(),
    st.sampled_from(Sign),
)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(TEXTS, VALUES, VALUES), max_size=4), TEXTS, st.sampled_from(ColumnType))
def test_whatever_stands_in_a_table_can_be_written_and_read(rows, title, kind):
    columns = (
        Column(title=title, header=True),
        Column(title=title, type=kind, unit=title),
        Column(title="x", type=kind),
    )
    document = a_document(Table(key="t", title=title, columns=columns, rows=tuple(rows)), title=title)
    assert len(workbook(document).worksheets) == 2
    assert len(opened(document).tables) == (1 if rows else 0)
    json.loads(document.render(".json"))


def test_a_missing_package_is_one_sentence_that_names_the_extra_and_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr(rendering, "find_spec", lambda _name: None)
    for suffix, name in ((".docx", "python-docx"), (".xlsx", "openpyxl")):
        with pytest.raises(Unavailable, match=rf'{name}: »pip install "koschuso\[berichte\]"« bringt es mit'):
            a_document().save(tmp_path / f"x{suffix}")
    assert not list(tmp_path.iterdir())


# -- charts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_picture_has_the_same_bytes_every_time_and_no_mark_of_its_maker(kind):
    chart = attrs.evolve(CHART, kind=kind)
    assert plots.png(chart) == plots.png(chart)
    assert plots.svg(chart) == plots.svg(chart)
    assert b"Software" not in plots.png(chart)


def test_a_bar_with_a_sign_in_it_has_no_total_that_looks_whole():
    chart = Chart(
        key="c",
        title="T",
        description="D",
        kind=ChartKind.STACKED_BAR,
        categories=("A",),
        series=(Series(name="a", values=(3,)), Series(name="b", values=(Sign.SUPPRESSED,))),
        digits=0,
    )
    assert ">3 + •</text>" in plots.svg(chart)


def luminance(colour):
    parts_ = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts_]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colours_of(block, start):
    return {**start, **dict(re.findall(r"--([a-z]+(?:-[a-z]+)?(?:-\d)?): (#[0-9a-f]{6});", block))}


def test_charts_have_enough_contrast_in_light_dark_and_print():
    style = _resource("document.css")
    light = colours_of(style[: style.index("@media (prefers-color-scheme: dark)")], {})
    dark = colours_of(style[style.index("@media (prefers-color-scheme: dark)") : style.index("* {")], light)
    print_ = colours_of(style[style.index("@media print") :], light)
    for scheme in (light, dark, print_):
        for number in range(1, palette.SERIES + 1):
            assert contrast(scheme[f"fill-{number}"], scheme[f"on-{number}"]) >= 4.5
            assert contrast(scheme[f"line-{number}"], scheme["paper"]) >= 3
        for step in range(palette.HEAT_STEPS):
            assert contrast(scheme[f"heat-{step}"], scheme[f"on-heat-{step}"]) >= 4.5
        for word_ in ("ink", "soft", "accent"):
            assert contrast(scheme[word_], scheme["paper"]) >= 4.5
            assert contrast(scheme[word_], scheme["tint"]) >= 4.5
        for one in range(1, palette.SERIES):
            # Side by side in a stack, also in grey.
            assert contrast(scheme[f"fill-{one}"], scheme[f"fill-{one + 1}"]) >= 1.7
    for role, colour in palette.LIGHT.items():
        if role not in {"ink", "grid", "paper"}:
            assert light[role] == print_[role] == colour


def test_long_names_are_cut_to_two_lines():
    assert drawing.wrapped("Kommunale Kinder- und Jugendhilfe in Trägerschaft des Kreises und der Städte", 30) == (
        "Kommunale Kinder- und\nJugendhilfe in Trägerschaft…"
    )
    assert drawing.wrapped("x" * 90, 20).count("\n") == 1


def test_a_long_title_is_cut_between_words_for_its_sheet():
    assert xlsx.sheet_name(TABLE, set()) == "Schulen und ihre…"
    assert xlsx.sheet_name(TABLE, {"schulen und ihre…"}) == "Schulen und ihre (2)"
