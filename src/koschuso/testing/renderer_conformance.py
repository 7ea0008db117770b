"""`RendererConformance`: the contract of renderers as tests; give the fixture `renderer`.

    class TestSlides(RendererConformance):
        @pytest.fixture
        def renderer(self):
            return koschuso_muster.SLIDES

For a format that is neither text nor a ZIP of XML files, override `text_of` as well.
"""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html import unescape
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile, is_zipfile

import attrs
import pytest

from koschuso.reporting.document import (
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
    TextStyle,
)
from koschuso.testing.clauses import Clause, Contract, clause, not_checkable, tell_subject
from koschuso.testing.format_samples import move_clock, todays_dates

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.reporting.rendering import Renderer

__all__ = ["RENDERER_CONTRACT", "RendererConformance", "example_document", "hostile_document"]

RENDERER_CONTRACT = Contract(
    name="renderer",
    version=1,
    title="Ausgabeform",
    document="docs/contract/renderer.md",
    clauses=(
        Clause(id="N1", title="Name, Bezeichnung, Endung und Medientyp"),
        Clause(id="E1", title="Kopf, Tabellen, Kennzahlen, Diagrammdaten und Hinweise stehen in der Datei"),
        Clause(id="E2", title="Absätze und Listen stehen in der Datei"),
        Clause(id="E3", title="was nur intern ist, ist so gekennzeichnet"),
        Clause(id="B1", title="gleiches Dokument, gleiche Bytes, ohne Uhr, Zone und Sprache der Maschine"),
        Clause(id="T1", title="feindliche Texte bleiben Text"),
        Clause(id="U1", title="Unbekanntes und Unterdrücktes ist weder leer noch 0"),
        Clause(id="V1", title="Zahlen, Tage und Schlüssel sind deutsch geschrieben und unverfälscht"),
        Clause(id="O1", title="leere Dokumente, Tabellen und Diagramme gelingen"),
    ),
)

_NAME = re.compile(r"[a-z][a-z0-9-]*:[a-z][a-z0-9_-]*")
_SUFFIX = re.compile(r"(?:\.[a-z0-9]+)+")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@]")
_AS_OF = datetime(2024, 2, 29, 22, 30, tzinfo=UTC)

HOSTILE: Final = (
    "<script>alert('x')</script>",
    '=HYPERLINK("x")',
    "]]> & &amp; <b>",
    "a | b \\ `c` *d* _e_ [f](javascript:alert(1))",
    "Zeile 1\nZeile 2\ttab",
    "\u202eumgedreht 👩🏽\u200d🏫 𝔘",
    "{{ 7*7 }} ${x} %s {0}",
)
"""Texts that break those who forget to escape."""

SCRIPT = re.compile(rb"<script>alert", re.IGNORECASE)


def example_document(**changes: Any) -> Document:
    """Give a document with every element; each has a word of its own in it."""
    document = Document(
        title="Titelwort",
        office="Stellenwort",
        scope="Gebietswort",
        period="Zeitraumwort",
        report="koschuso:beispiel",
        as_of=_AS_OF,
        created=date(2024, 3, 1),
        audience="gremium_oeffentlich",
        audience_label="Kreiswort",
        sections=(
            Section(
                title="Kapitelwort",
                blocks=(
                    Text(paragraphs=("Absatzwort eins.", "Absatzwort zwei.")),
                    Text(paragraphs=("Bemerkungswort.",), style=TextStyle.NOTE),
                    Listing(
                        items=(Item("Punktwort", lead="Leitwort", items=(Item("Unterwort"),)), Item("Schlusswort"))
                    ),
                    Listing(items=(Item("Erstens"), Item("Zweitens")), ordered=True),
                    Figures(
                        items=(
                            Figure(label="Kennwort", value=Fraction(39, 2), unit="Std.", digits=1, note="Notizwort"),
                            Figure(label="Unbekanntwort", value=Sign.UNKNOWN, unit="Std."),
                        )
                    ),
                ),
                sections=(Section(title="Unterkapitelwort", blocks=(_table(), _chart())),),
            ),
        ),
        missing=(Missing(what="Fehlwort", count=7),),
        suppressed=2,
        suppression_note="Schutzwort.",
        notes=("Zählwort.",),
    )
    return attrs.evolve(document, **changes)


def hostile_document() -> Document:
    """Give a document whose every text is hostile."""
    blocks: list[Any] = []
    for number, text in enumerate(HOSTILE):
        blocks += [
            Text(paragraphs=(text,)),
            Listing(items=(Item(text, lead=text),)),
            Figures(items=(Figure(label=text, value=number, unit=text, note=text),)),
            Table(
                key=f"tabelle-{number}",
                title=text,
                columns=(Column(title=text, header=True), Column(title=text, type=ColumnType.CODE, group=text)),
                rows=((text, text),),
                notes=(text,),
            ),
            Chart(
                key=f"bild-{number}",
                title=text,
                description=text,
                categories=(text,),
                series=(Series(name=text, values=(1,)),),
                unit=text,
            ),
        ]
    everything = " ".join(HOSTILE)
    return Document(
        title=everything,
        office=everything,
        scope=everything,
        period=everything,
        as_of=_AS_OF,
        audience_label=everything,
        sections=(Section(title=everything, blocks=tuple(blocks)),),
        missing=(Missing(what=everything, count=1),),
        suppression_note=everything,
        notes=(everything,),
    )


def _table() -> Table:
    return Table(
        key="tabelle",
        title="Tabellenwort",
        columns=(
            Column(title="Spaltenwort", header=True),
            Column(title="Schlüsselwort", type=ColumnType.CODE),
            Column(title="Anzahlwort", type=ColumnType.COUNT, group="Gruppenwort"),
            Column(title="Anteilwort", type=ColumnType.NUMBER, unit="VZÄ", group="Gruppenwort"),
            Column(title="Tagwort", type=ColumnType.DATE),
        ),
        rows=(
            ("Zeilenwort", "012345", 3417, Fraction(1, 3), date(2023, 9, 8)),
            ("Leerwort", "054321", Sign.SUPPRESSED, Sign.UNKNOWN, Sign.NOT_APPLICABLE),
        ),
        totals=("Summenwort", "", 3417, Decimal("12.5"), Sign.NOT_APPLICABLE),
        notes=("Anmerkungswort.",),
    )


def _chart() -> Chart:
    return Chart(
        key="bild",
        title="Bildwort",
        description="Beschreibungswort.",
        kind=ChartKind.STACKED_BAR,
        categories=("Kategoriewort", "Andere"),
        category_title="Achsenwort",
        series=(Series(name="Reihenwort", values=(4711, Sign.UNKNOWN)), Series(name="Zweite", values=(2, 3))),
        digits=0,
    )


_OF_TABLES = (
    "Titelwort",
    "Stellenwort",
    "Gebietswort",
    "Zeitraumwort",
    "Kreiswort",
    "Kennwort",
    "Notizwort",
    "Unbekanntwort",
    "Tabellenwort",
    "Spaltenwort",
    "Schlüsselwort",
    "Gruppenwort",
    "Anzahlwort",
    "Anteilwort",
    "Tagwort",
    "Zeilenwort",
    "Leerwort",
    "Summenwort",
    "Anmerkungswort",
    "Kategoriewort",
    "Achsenwort",
    "Reihenwort",
    "Fehlwort",
    "Schutzwort",
    "Zählwort",
)
_OF_PROSE = (
    "Kapitelwort",
    "Unterkapitelwort",
    "Absatzwort",
    "Bemerkungswort",
    "Punktwort",
    "Leitwort",
    "Unterwort",
    "Schlusswort",
    "Erstens",
    "Zweitens",
    "Bildwort",
    "Beschreibungswort",
)


class RendererConformance:
    """The contract of renderers; subclass it and give it the fixture `renderer`."""

    koschuso_contract = RENDERER_CONTRACT

    @pytest.fixture
    def renderer(self) -> Renderer:
        """Give the renderer under test."""
        raise NotImplementedError("give the Renderer to be proved")

    @pytest.fixture
    def text_of(self) -> Callable[[bytes], str]:
        """Give what makes the text that people read out of a file; by default of text and of ZIPs of XML files."""
        return readable_text

    @pytest.fixture(autouse=True)
    def _koschuso_subject(self, request: pytest.FixtureRequest, renderer: Renderer) -> None:
        tell_subject(request, name=renderer.name)

    @clause("N1")
    def test_n1_name_title_suffix_and_media_type(self, renderer: Renderer) -> None:
        """It is called ``plugin:name`` and says what it makes."""
        assert _NAME.fullmatch(renderer.name), f"{renderer.name!r} is not of the form plugin:name"
        assert renderer.title.strip(), "a renderer has a title for people"
        assert _SUFFIX.fullmatch(renderer.suffix), f"{renderer.suffix!r} is no suffix: a dot and lower case"
        assert _MEDIA_TYPE.fullmatch(renderer.media_type), f"{renderer.media_type!r} is no media type"

    @clause("E1")
    def test_e1_head_tables_figures_and_notes_are_in_the_file(
        self, renderer: Renderer, text_of: Callable[[bytes], str]
    ) -> None:
        """No figure, table, chart value or note is left out."""
        text = self._text(renderer, text_of, example_document())
        missing = [word for word in _OF_TABLES if word not in text]
        assert not missing, f"not in the file: {', '.join(missing)}"
        assert "4711" in _digits(text), "the values behind a chart belong into the file"

    @clause("E2", tier="should")
    def test_e2_paragraphs_and_lists_are_in_the_file(self, renderer: Renderer, text_of: Callable[[bytes], str]) -> None:
        """Headings, text, lists and the descriptions of charts are there."""
        text = self._text(renderer, text_of, example_document())
        missing = [word for word in _OF_PROSE if word not in text]
        assert not missing, f"not in the file: {', '.join(missing)}"

    @clause("E3")
    def test_e3_what_is_internal_says_so(self, renderer: Renderer, text_of: Callable[[bytes], str]) -> None:
        """A document without suppression is marked INTERN, every other one is not."""
        internal = self._text(renderer, text_of, example_document(internal=True, suppressed=0))
        assert "INTERN" in internal, "an internal document is not marked"
        assert "INTERN" not in self._text(renderer, text_of, example_document())

    @clause("B1")
    def test_b1_the_same_document_gives_the_same_bytes(
        self, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Clock, time zone, language, folder and chance of the machine are not in the file."""
        document = example_document()
        first = renderer.render(document)
        assert isinstance(first, bytes), f"render gives {type(first).__name__}, not bytes"
        move_clock(monkeypatch)
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        monkeypatch.setenv("LANG", "tr_TR.UTF-8")
        monkeypatch.setenv("LC_ALL", "C")
        if hasattr(time, "tzset"):
            time.tzset()
        try:
            second = renderer.render(attrs.evolve(document))
        finally:
            monkeypatch.undo()
            if hasattr(time, "tzset"):
                time.tzset()
        assert first == second, "the second rendering differs from the first"
        betrayed = [day.decode() for day in todays_dates() if day in b"".join(_members(first).values())]
        assert not betrayed, f"the file holds today's date {betrayed[0]}; what may be said stands in the document"

    @clause("T1")
    def test_t1_hostile_texts_stay_text(self, renderer: Renderer, text_of: Callable[[bytes], str]) -> None:
        """No text of a record runs as script, formula or markup, and none makes the file unreadable."""
        data = renderer.render(hostile_document())
        if renderer.media_type in {"text/html", "application/xhtml+xml", "image/svg+xml", "text/markdown"}:
            assert not SCRIPT.search(data), "a text of the data runs as a script"
        if renderer.media_type == "text/html":
            assert b"<b>" not in data, "a text of the data is taken for markup"
        if renderer.media_type in {"text/csv", "text/tab-separated-values"}:
            running = [
                cell
                for cell in _cells(data)
                if _FORMULA.match(cell) and not re.fullmatch(r'="[\w./-]+"|[-+]?[\d.,]+', cell)
            ]
            assert not running, f"a spreadsheet runs this as a formula: {running[0]!r}"
        for name, content in _members(data).items():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(content)  # noqa: S314 - the renderer's own file; malformed is what is looked for
                formulas = re.search(rb"<f[ >]", content) if "/worksheets/" in name else None
                assert formulas is None, f"{name} holds a formula"
        text = text_of(data)
        assert "umgedreht" in text, "a text was lost"
        assert "7*7" in text.replace("\\", ""), "a text was taken for a template"

    @clause("U1")
    def test_u1_unknown_and_suppressed_values_are_shown_as_such(
        self, renderer: Renderer, text_of: Callable[[bytes], str]
    ) -> None:
        """Each sign is written where its value would stand, never a blank or 0."""
        columns = (Column(title="Name", header=True), Column(title="Wert", type=ColumnType.COUNT))
        for sign in Sign:
            plain = Table(key="t", title="T", columns=columns, rows=(("Zeile", 1),))
            marked = attrs.evolve(plain, rows=(("Zeile", sign), ("Zeile", sign)), totals=("Summe", sign))
            counts = [
                self._text(
                    renderer, text_of, example_document(sections=(Section(title="S", blocks=(table,)),), missing=())
                ).count(sign.value)
                for table in (plain, marked)
            ]
            assert counts[1] - counts[0] >= 3, f"{sign.name} is not shown as »{sign.value}« in every cell"

    @clause("V1")
    def test_v1_numbers_days_and_codes_are_right(self, renderer: Renderer, text_of: Callable[[bytes], str]) -> None:
        """Codes keep their zeros; sums are those of the document; numbers and days are German where they are text."""
        data = renderer.render(example_document())
        text = text_of(data)
        assert "012345" in text, "a code has lost its leading zero"
        assert "3417" in _digits(text), "a count is not in the file"
        if renderer.media_type.startswith("text/"):
            assert "0,33" in text, "a third is written 0,33, rounded once"
            assert "12,5" in text, "the total of the document is not in the file"
            assert "08.09.2023" in text, "a day is written 08.09.2023"

    @clause("O1")
    def test_o1_what_is_empty_can_be_rendered(self, renderer: Renderer, text_of: Callable[[bytes], str]) -> None:
        """A report about nothing is a report."""
        bare = Document(title="Titelwort", office="", period="", as_of=_AS_OF)
        assert "Titelwort" in self._text(renderer, text_of, bare)
        empty = (
            Section(title="Leer"),
            Section(
                title="Auch leer",
                blocks=(
                    Text(paragraphs=()),
                    Listing(items=()),
                    Figures(items=()),
                    attrs.evolve(_table(), rows=(), totals=None, empty="Leersatzwort."),
                    Chart(key="b", title="B", description="", categories=(), series=()),
                ),
            ),
        )
        text = self._text(renderer, text_of, attrs.evolve(bare, sections=empty))
        assert "Leersatzwort" in text, "an empty table says its sentence"

    def _text(self, renderer: Renderer, text_of: Callable[[bytes], str], document: Document) -> str:
        return text_of(renderer.render(document))


def readable_text(data: bytes) -> str:
    """Give the text of a text file or of a ZIP of XML files, without tags."""
    members = _members(data)
    if list(members) == [""]:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            not_checkable("Die Datei ist weder UTF-8 noch ein ZIP; bitte überschreiben Sie die Fixture text_of.")
        return unescape(re.sub(r"<[^<>]*>", " ", text)) if text.lstrip().startswith("<") else text.replace("\\", "")
    wanted = (content.decode("utf-8", "replace") for name, content in members.items() if name.endswith(".xml"))
    return unescape(re.sub(r"<[^<>]*>", "", "\n".join(wanted)))


def _members(data: bytes) -> dict[str, bytes]:
    if not is_zipfile(io.BytesIO(data)):
        return {"": data}
    with ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def _cells(data: bytes) -> list[str]:
    import csv  # noqa: PLC0415 - for tables only

    text = data.decode("utf-8-sig")
    head = text.splitlines()[0] if text else ""
    delimiter = max(";\t,", key=head.count)
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]


def _digits(text: str) -> str:
    """Drop what groups digits."""
    return re.sub(r"(?<=\d)[.\u00a0\u202f ](?=\d{3}\b)", "", text)
