"""What renderers make of a document: safe, complete, readable, and the same every time."""

import csv
import io
import os
import re
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import attrs
import pytest

from koschuso.errors import Unavailable, WrongUse
from koschuso.model.workload import round_vzae
from koschuso.reporting import (
    BUILTIN_RENDERERS,
    BUILTIN_REPORTS,
    GESCHICHTE,
    KENNZAHLEN,
    STELLENUEBERSICHT,
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
    Renderer,
    Section,
    Series,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import cell_text
from koschuso.reporting.renderers import delimited, html, plots

GOLDEN = Path(__file__).parents[2] / "golden" / "reporting"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>{{ 7*7 }}</style>]]>--><svg onload=z>"


def a_document(*blocks, **more):
    given = {"title": "Probe", "office": "Stelle", "period": "Stichtag 15.10.2025", **more}
    given.setdefault("as_of", datetime(2025, 10, 15, 12, 0, tzinfo=UTC))
    given.setdefault("renderers", BUILTIN_RENDERERS)
    return Document(**{"sections": (Section(title="Teil", blocks=blocks),), **given})


COLUMNS = (Column(title="Wer", header=True), Column(title="VZÄ", type=ColumnType.NUMBER))


def a_table(*rows, columns=COLUMNS, **more):
    return Table(**{"key": "t", "title": "Tabelle", "columns": columns, "rows": rows, **more})


class Tags(HTMLParser):
    """The elements, attributes and text of a page."""

    VOID = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def names(self):
        return [tag for tag, _ in self.tags]

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


# -- safe --------------------------------------------------------------------------------------------------------------


def hostile_document():
    value = HOSTILE
    table = a_table(
        (value, Fraction(1)),
        title=value,
        columns=(
            Column(title=value, header=True),
            Column(title=value, type=ColumnType.NUMBER, unit=value, group=value),
        ),
        totals=(value, Fraction(1)),
        notes=(value,),
    )
    chart = Chart(
        key="c",
        title=value,
        description=value,
        kind=ChartKind.STACKED_BAR,
        categories=(value, "$a$ _b 🏫"),
        category_title=value,
        series=(Series(name=value, values=(1, 2)), Series(name="_unterstrich $x$", values=(1, Sign.UNKNOWN))),
        unit=value,
    )
    return a_document(
        Text(paragraphs=(value,)),
        Text(paragraphs=(value,), style=TextStyle.NOTE),
        Listing(items=(Item(value, lead=value, items=(Item(value),)),)),
        Figures(items=(Figure(label=value, value=value, unit=value, note=value),)),
        table,
        chart,
        Table(key="leer", title=value, columns=table.columns, rows=(), empty=value),
        title=value,
        office=value,
        period=value,
        scope=value,
        audience_label=value,
        internal=True,
        missing=(Missing(what=value, count=1),),
        suppression_note=value,
        notes=(value,),
    )


def test_nothing_from_records_becomes_markup():
    page = Tags(hostile_document().render(".html").decode())
    assert page.open == []
    assert {"img", "link", "iframe"}.isdisjoint(page.names())
    assert page.all("script") == [{}]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert page.names().count("style") == 1
    assert page.names().count("svg") == 1
    assert HOSTILE in page.text


def test_a_page_asks_for_nothing_from_elsewhere_and_allows_only_its_own_style_and_script():
    text = hostile_document().render(".html").decode()
    page = Tags(text)
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert "unsafe" not in policy
    links = [
        value for _, attributes in page.tags for name, value in attributes.items() if name in {"href", "src", "data"}
    ]
    assert all(link.startswith("#") for link in links)
    assert "url(" not in re.sub(r"url\(#c-", "", text)
    assert "@import" not in text


def test_every_id_is_there_once_and_every_reference_has_one():
    page = Tags(hostile_document().render(".html").decode())
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {
        name
        for _, attributes in page.tags
        for key in ("aria-labelledby", "href")
        for name in (attributes.get(key) or "").replace("#", "").split()
    }
    assert named <= set(ids)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n=", " =", "＝", "\ufeff="])
def test_no_text_becomes_a_formula_in_a_spreadsheet(start):
    evil = f"{start}cmd|' /C calc'!A0"
    document = a_document(
        a_table(
            (evil, Fraction(1)), title=evil, notes=(evil,), columns=(Column(title=evil), Column(title="x", unit=evil))
        ),
        Figures(items=(Figure(label=evil, value=evil, unit=evil, note=evil),)),
        title=evil,
        office=evil,
        missing=(Missing(what=evil, count=1),),
        notes=(evil,),
    )
    for row in csv.reader(io.StringIO(document.render(".csv").decode("utf-8-sig"), newline=""), delimiter=";"):
        for cell in row:
            assert not re.match(r"[\s\ufeff]*[=+\-@＝]|[\t\r\n]", cell)


def test_a_negative_number_is_no_formula():
    assert b"a;-0,50\r\n" in delimited.render_table(a_table(("a", Fraction(-1, 2))))


def test_markdown_keeps_text_from_becoming_markup():
    document = a_document(
        a_table(("a|b\n<i>c</i>", Fraction(1))),
        Text(paragraphs=("# kein Titel", "1. kein Punkt", "- keine Liste", "*nicht* `fett` [x](y) &amp;")),
    )
    text = document.render(".md").decode()
    assert r"| a\|b \<i\>c\</i\> | 1,00 |" in text
    for line in (r"\# kein Titel", r"1\. kein Punkt", r"\- keine Liste", r"\*nicht\* \`fett\` \[x\](y) &amp;amp;"):
        assert line in text.splitlines()


# -- complete and accessible -------------------------------------------------------------------------------------------


def test_a_page_has_the_structure_that_a_reader_without_eyes_needs(view):
    page = Tags(STELLENUEBERSICHT.run(view, stichtag="15.10.2025").render(".html").decode())
    assert page.all("html") == [{"lang": "de"}]
    assert page.names().count("h1") == 1
    levels = [int(name[1]) for name in page.names() if re.fullmatch(r"h[1-6]", name)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.names().count("caption") == page.names().count("table") > 8
    assert all("scope" in attributes for attributes in page.all("th"))
    assert {"header", "main", "footer", "nav"} <= set(page.names())
    skip = next(attributes for attributes in page.all("a") if attributes.get("class") == "skip")
    assert skip["href"] == "#" + page.all("main")[0]["id"]
    for drawing in page.all("svg"):
        assert drawing["role"] == "img"
        assert len(drawing["aria-labelledby"].split()) == 2
    # What scrolls can be reached with the keyboard.
    regions = [attributes for attributes in page.all("div") if "scroll" in (attributes.get("class") or "").split()]
    assert all(region["tabindex"] == "0" and region["role"] == "region" for region in regions)


def test_every_report_states_office_time_data_and_what_is_missing(view):
    for report in (STELLENUEBERSICHT, KENNZAHLEN, GESCHICHTE):
        document = report.run(view, created=date(2025, 12, 2))
        for suffix in (".html", ".csv", ".md"):
            text = document.render(suffix).decode()
            for fact in ("Koordinierungsstelle Musterkreis", "01.12.2025, 09:00 Uhr", "02.12.2025", document.period):
                assert fact in text
            assert "Fehlende Angaben" in text
            for gap in document.missing:
                assert gap.what in text


def test_signs_are_explained():
    for suffix in (".html", ".csv", ".md"):
        text = a_document().render(suffix).decode()
        for sign in Sign:
            assert sign.meaning in text


def test_a_chart_has_title_description_and_its_values_as_a_table():
    values = (Fraction(7, 3), Sign.UNKNOWN)
    chart = Chart(
        key="c",
        title="Titel",
        description="Beschreibung",
        categories=("A", "B"),
        series=(Series(name="S", values=values),),
        unit="VZÄ",
    )
    text = a_document(chart).render(".html").decode()
    assert '<title id="c-titel">Titel</title><desc id="c-text">Beschreibung</desc>' in text
    assert "<summary>Werte als Tabelle</summary>" in text
    assert '<td class="num">2,33</td>' in text
    assert '<td class="sign num">k. A.</td>' in text
    for suffix in (".csv", ".md"):
        assert "2,33" in a_document(chart).render(suffix).decode()


@pytest.mark.parametrize("kind", list(ChartKind))
def test_every_kind_of_chart_is_drawn_with_text_as_text(kind):
    series = (
        Series(name="Land", values=(Fraction(3, 2), 2, Sign.UNKNOWN)),
        Series(name="Kreis", values=(1, Sign.SUPPRESSED, 0)),
    )
    drawn = plots.svg(
        Chart(key="c", title="T", description="D", kind=kind, categories=("A", "B", "C"), series=series, unit="VZÄ")
    )
    assert re.search(r">Land\b", drawn)
    assert kind is ChartKind.HEAT_GRID or ">VZÄ</text>" in drawn
    assert 'class="' in drawn
    assert "style=" not in drawn
    assert drawn.count("<svg") == drawn.count("</svg>") == 1


def test_a_chart_without_values_is_no_error():
    for kind in ChartKind:
        empty = Chart(key="c", title="T", description="D", kind=kind, categories=(), series=())
        assert "<svg" not in a_document(empty).render(".html").decode()
        assert plots.svg(empty)


def test_without_matplotlib_the_values_stand_there_with_a_hint(monkeypatch):
    monkeypatch.setattr(plots, "is_available", lambda: False)
    chart = Chart(key="c", title="T", description="D", categories=("A",), series=(Series(name="S", values=(1,)),))
    text = a_document(chart).render(".html").decode()
    assert "<svg" not in text
    assert '<details class="table narrow short" open>' in text
    assert "koschuso[berichte]" in text


def test_numbers_are_german_and_rounded_once():
    table = a_table(("a", Fraction(1, 8)), ("b", Decimal("12345.675")), ("c", 1234567), ("d", Sign.SUPPRESSED))
    text = a_document(table).render(".html").decode()
    for shown in ("0,13", "12.345,68", "1.234.567", "•"):
        assert f">{shown}</td>" in text
    assert b"b;12345,68\r\n" in delimited.render_table(table)


def test_codes_stay_text_in_a_spreadsheet():
    columns = (Column(title="Nummer", type=ColumnType.CODE),)
    table = Table(
        key="t",
        title="T",
        columns=columns,
        rows=(("05974",), ("184494",), ("03/2025",), ("1E5",), ("=1",), ("2. Fassung",)),
    )
    rows = list(csv.reader(io.StringIO(delimited.render_table(table).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ['="05974"', "184494", '="03/2025"', '="1E5"', "'=1", "2. Fassung"]


def test_csv_is_what_a_german_excel_expects():
    data = a_document(a_table(("Müller; „Schule“", Fraction(1, 2)))).render(".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert '"Müller; „Schule“";0,50\r\n'.encode() in data


def test_column_groups_get_a_line_of_headings_of_their_own():
    columns = (
        Column(title="A", header=True),
        Column(title="x", group="G"),
        Column(title="y", group="G"),
        Column(title="z"),
    )
    text = a_document(a_table(("a", "b", "c", "d"), columns=columns)).render(".html").decode()
    assert '<tr><td colspan="1"></td><th scope="colgroup" colspan="2">G</th><td colspan="1"></td></tr>' in text


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_document_is_saved_by_its_suffix_and_nothing_else_is_left(tmp_path):
    for suffix in (".html", ".CSV", ".md"):
        path = a_document().save(tmp_path / f"bericht{suffix}")
        assert path.stat().st_size > 100
    assert len(list(tmp_path.iterdir())) == 3


def test_an_unknown_suffix_names_the_possible_ones(tmp_path):
    with pytest.raises(
        WrongUse, match=r"»\.pdf« gibt es keine Ausgabe. Möglich sind: \.html, \.docx, \.xlsx, \.csv, \.md"
    ):
        a_document().save(tmp_path / "bericht.pdf")
    assert not list(tmp_path.iterdir())


def test_a_plugin_adds_a_suffix(tmp_path):
    renderer = Renderer(
        name="x:txt",
        title="Text",
        suffix=".txt",
        media_type="text/plain",
        render=lambda document: document.title.encode(),
    )
    assert a_document().save(tmp_path / "a.txt", renderers=(renderer,)).read_bytes() == b"Probe"
    assert attrs.evolve(a_document(), renderers=(renderer,)).save(tmp_path / "b.txt").read_bytes() == b"Probe"


def test_a_target_that_cannot_be_written_is_one_sentence_and_keeps_the_old_file(tmp_path):
    with pytest.raises(Unavailable, match=r"bericht\.md lässt sich nicht schreiben: Den Ordner .*fehlt gibt es nicht"):
        a_document().save(tmp_path / "fehlt" / "bericht.md")
    folder = tmp_path / "bericht.md"
    folder.mkdir()
    with pytest.raises(Unavailable):
        a_document().save(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["bericht.md"]


def test_a_renderer_that_fails_leaves_the_old_file(tmp_path):
    def fail(_document):
        raise ZeroDivisionError

    target = tmp_path / "a.txt"
    target.write_text("alt")
    broken = Renderer(name="x:txt", title="Text", suffix=".txt", media_type="text/plain", render=fail)
    with pytest.raises(ZeroDivisionError):
        a_document().save(target, renderers=(broken,))
    assert target.read_text() == "alt"


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    (tmp_path / "vergleich").write_text("")
    saved = a_document().save(tmp_path / "a.md")
    assert saved.stat().st_mode == (tmp_path / "vergleich").stat().st_mode


# -- well-formed documents ---------------------------------------------------------------------------------------------


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(WrongUse, match="hat in Zeile 1 1 Werte für 2 Spalten"):
        a_table(("a",))


def test_a_series_of_the_wrong_length_is_refused():
    with pytest.raises(WrongUse, match="hat die Reihe »S« 1 Werte für 2 Kategorien"):
        Chart(key="c", title="T", description="D", categories=("a", "b"), series=(Series(name="S", values=(1,)),))


def test_a_key_that_could_be_no_anchor_is_refused():
    with pytest.raises(WrongUse, match="nicht möglich"):
        a_table(key='"><script>')


def test_a_table_that_is_not_there_names_those_that_are():
    with pytest.raises(WrongUse, match=r"keine Tabelle »x«\. Vorhanden sind: t"):
        a_document(a_table()).table("x")


# -- the same bytes ----------------------------------------------------------------------------------------------------

_CHILD = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import conftest
from koschuso.errors import KoschusoError
from koschuso.reporting import BUILTIN_RENDERERS, BUILTIN_REPORTS
view = conftest.make_view([*conftest.organisations(), *conftest.staff(), *conftest.work()])
chosen = sys.argv[2].split(",")
for report in BUILTIN_REPORTS:
    if report.name not in chosen:
        continue
    try:
        document = report.run(view)
    except KoschusoError:
        continue  # about one event that has to be named
    for renderer in BUILTIN_RENDERERS:
        print(report.name, renderer.name, hashlib.sha256(renderer.render(document)).hexdigest())
"""


@pytest.mark.parametrize(
    "chosen",
    [
        ("koschuso:stellenuebersicht", "koschuso:kennzahlen"),
        pytest.param([report.name for report in BUILTIN_REPORTS], marks=pytest.mark.slow),
    ],
    ids=["two", "all"],
)
def test_another_process_on_another_day_in_another_zone_gives_the_same_bytes(chosen):
    def run(seed, zone):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, str(Path(__file__).parent), ",".join(chosen)],
            env=environment,
            capture_output=True,
            check=True,
            text=True,
        )
        return child.stdout

    first = run("1", "UTC")
    assert first.count("koschuso:docx") >= min(4, len(chosen))
    assert first == run("2", "Pacific/Auckland")


@pytest.mark.parametrize(
    ("name", "report", "given"),
    [
        ("stellenuebersicht", STELLENUEBERSICHT, {"stichtag": "15.10.2025"}),
        ("kennzahlen", KENNZAHLEN, {"year": 2025}),
        ("geschichte", GESCHICHTE, {"stichtag": "15.10.2025"}),
    ],
)
def test_reports_of_the_small_office_stay_as_they_were_read_and_approved(view, name, report, given):
    """Set KOSCHUSO_UPDATE_GOLDEN=1 to write them anew, and read the difference before you keep it."""
    document = report.run(view, **given)
    # Without pictures: how matplotlib draws is its own affair, what is drawn stands in the tables.
    page = re.sub(
        rb"sha256-[\w+/=]+|(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)",
        b"",
        html.render(document, pictures=False),
        flags=re.DOTALL,
    )
    rendered = {
        "html": page,
        "csv": document.render(".csv"),
        "md": document.render(".md"),
    }
    for suffix, data in rendered.items():
        path = GOLDEN / f"{name}.{suffix}"
        if os.environ.get("KOSCHUSO_UPDATE_GOLDEN"):
            path.write_bytes(data)
        assert path.read_bytes() == data


# -- fast --------------------------------------------------------------------------------------------------------------


def test_a_value_is_rounded_as_the_model_rounds():
    number = Column(title="x", type=ColumnType.NUMBER)
    for value in (Fraction(1, 8), Fraction(1, 3), Fraction(-1, 8), Fraction(5, 1000)):
        assert cell_text(value, number) == f"{round_vzae(value):f}".replace(".", ",")


def test_five_thousand_rows_are_rendered_within_seconds():
    """The aim is a second; the limit leaves room for a busy machine. bench/ measures."""
    columns = (
        Column(title="Schule", header=True),
        *(Column(title=f"Spalte {n}", type=ColumnType.NUMBER) for n in range(11)),
    )
    rows = tuple(
        (f"Schule {number}", *(Fraction(number, 7 + column) for column in range(11))) for number in range(5_000)
    )
    document = a_document(Table(key="t", title="Groß", columns=columns, rows=rows))
    before = time.process_time()
    assert document.render(".html").count(b"<tr>") == 5_001
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    ("value", "told", "bare"),
    [
        (63, "+63", "63"),
        (0, "0", "0"),
        (-5, "-5", "-5"),
        (Fraction(1, 50), "0,0", "0,0"),
        (Decimal("12345.5"), "+12.345,5", "12345,5"),
    ],
)
def test_a_growth_has_its_sign_for_people_and_none_for_programs(value, told, bare):
    column = Column(title="Veränderung", type=ColumnType.NUMBER, digits=1, change=True)

    assert (cell_text(value, column), cell_text(value, column, grouped=False)) == (told, bare)
