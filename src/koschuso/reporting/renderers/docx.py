"""DOCX: a report as a Word document with real headings, lists, tables and captions, to be edited and sent on.

Opens in Word and LibreOffice. The table of contents is a field that is filled already; its page numbers are fields
that LibreOffice fills when it opens the file, and Word when it prints, saves as PDF or updates them (F9). The moments that the file names are those of the data, so the same document gives the same bytes. Needs
python-docx, and matplotlib for the pictures of charts, both of the extra ``berichte``.
"""

from __future__ import annotations

import io
from datetime import UTC
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import docx as word
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Emu, Mm

from koschuso.reporting.document import (
    Chart,
    Figures,
    Listing,
    Paragraph,
    Points,
    Prose,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.german import moment_text
from koschuso.reporting.renderers import plots
from koschuso.reporting.renderers.packing import repacked
from koschuso.reporting.renderers.paper import turns_its_page
from koschuso.reporting.renderers.stated import (
    INTERNAL,
    INTERNAL_NOTE,
    NOTHING_MISSING,
    clean,
    count_text,
    facts,
    protection_text,
)
from koschuso.reporting.renderers.word_xml import (
    NAMESPACES,
    bookmark,
    cards,
    contents_entry,
    field,
    paragraph,
    run,
    spans,
    table,
    tiles,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.reporting.document import Block, Document, Item, Section

__all__ = ["render"]

_MARGIN_SIDE, _MARGIN_TOP, _MARGIN_BOTTOM = Mm(20), Mm(22), Mm(20)
_SHORT, _LONG = Mm(210), Mm(297)  # A4
_DEEPEST: Final = 6
_DEEPEST_LIST: Final = 3
_IN_CONTENTS: Final = 2
_BEHIND: Final = "Daten zu den Diagrammen"
_NUMBERED: Final = 2  # the list of templates/word-numbering.xml that is numbered
_HIGHEST, _HIGHEST_IN_LANDSCAPE = Mm(190), Mm(115)  # pictures
_EMU_PER_TWIP: Final = 635


def render(document: Document) -> bytes:
    """Render a document as DOCX."""
    return _Writer(document).write()


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._word: Any = word.Document()
        self._end: Any = self._word.element.body.sectPr
        self._bookmarks = 0
        self._pictures = 0
        self._contents: list[tuple[int, str, str]] = []
        self._counted = {"Tabelle": 0, "Abbildung": 0}
        self._behind: list[Table] = []
        """Tables behind charts that were drawn; they stand together behind the chapters."""

    def write(self) -> bytes:
        self._prepare()
        self._cover()
        body = self._document.sections
        self._list_contents(body)
        for section in body:
            self._turn(landscape=turns_its_page(section))
            self._section(section, 1)
        self._turn(landscape=False)
        if self._behind:
            self._heading(_BEHIND, 1)
            for data in self._behind:
                self._table(data)
        self._closing()
        out = io.BytesIO()
        self._word.save(out)
        return repacked(out.getvalue())

    # -- the frame -------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        part = self._word.part
        _replace(self._word.styles.element, "word-styles.xml")
        _replace(part.numbering_part.element, "word-numbering.xml")
        _replace(self._word.settings.element, "word-settings.xml")
        package = part.package
        for key, relation in list(package.rels.items()):
            if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
                del package.rels[key]
        properties = self._word.core_properties
        recorded = self._document.as_of
        moment = recorded.astimezone(UTC).replace(tzinfo=None) if recorded.tzinfo else recorded
        properties.title = clean(self._document.title)[:255]
        properties.subject = clean(self._document.period)[:255]
        properties.author = clean(self._document.office)[:255]
        properties.last_modified_by = clean(self._document.office)[:255]
        properties.comments = INTERNAL_NOTE if self._document.internal else ""
        properties.language = "de-DE"
        properties.created = properties.modified = moment.replace(microsecond=0)
        section = self._word.sections[0]
        section.page_width, section.page_height = _SHORT, _LONG
        section.left_margin = section.right_margin = _MARGIN_SIDE
        section.top_margin, section.bottom_margin = _MARGIN_TOP, _MARGIN_BOTTOM
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True  # the first page has its title instead of a head
        self._frame_pages(section)

    def _frame_pages(self, section: Any) -> None:
        """Write the head and the foot of the pages of a section."""
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        right = _text_width(section)
        tab = f'<w:tabs><w:tab w:val="clear" w:pos="9638"/><w:tab w:val="right" w:pos="{right}"/></w:tabs>'
        mark = run(f"\t{INTERNAL}", style="Strong") if self._document.internal else run(f"\t{self._document.title}")
        head = f"{run(self._document.office)}{mark}"
        stand = f"{self._document.period} · Datenstand {moment_text(self._document.as_of)}".lstrip(" ·")
        foot = f"{run(stand)}{run(f'{chr(9)}Seite ')}{field('PAGE', '1')}{run(' von ')}{field('NUMPAGES', '1')}"
        framed = [(section.header, "Header", head), (section.footer, "Footer", foot)]
        if section.different_first_page_header_footer:
            section.first_page_header.is_linked_to_previous = section.first_page_footer.is_linked_to_previous = False
            framed += [(section.first_page_header, "HeaderFirst", ""), (section.first_page_footer, "Footer", foot)]
        for place, style, inner in framed:
            element = place._element  # noqa: SLF001 - python-docx has no public way to put XML into a header
            for child in list(element):
                element.remove(child)
            element.append(parse_xml(f'<w:p {NAMESPACES}><w:pPr><w:pStyle w:val="{style}"/>{tab}</w:pPr>{inner}</w:p>'))

    def _turn(self, *, landscape: bool) -> None:
        """Begin a new page in the other direction, where it is not the present one."""
        present = self._word.sections[-1]
        if (present.orientation == WD_ORIENT.LANDSCAPE) == landscape:
            return
        section = self._word.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
        self._end = self._word.element.body.sectPr
        self._frame_pages(section)

    # -- blocks ----------------------------------------------------------------------------------------------------------

    def _put(self, xml: str) -> None:
        self._end.addprevious(parse_xml(xml))

    def _paragraph(
        self,
        inner: str,
        style: str,
        *,
        numbering: tuple[int, int] | None = None,
        keep: bool = False,
        page: bool = False,
    ) -> None:
        written = paragraph(inner, style=style, numbering=numbering, keep=keep, page=page)
        self._put(written.replace("<w:p>", f"<w:p {NAMESPACES}>", 1))

    def _cover(self) -> None:
        document = self._document
        if document.internal:
            self._paragraph(f"{run(INTERNAL, style='Strong')}{run(f' {INTERNAL_NOTE}')}", "Intern")
        if document.office:
            self._paragraph(run(document.office), "Stelle")
        self._paragraph(run(document.title), "Title")
        if document.period:
            self._paragraph(run(document.period), "Subtitle")
        for name, value in facts(document):
            if name not in {"Stelle", "Zeitraum"}:
                self._paragraph(run(f"{name}\t{value}"), "Angaben")

    def _list_contents(self, sections: Sequence[Section]) -> None:
        """Write the table of contents as a field that is filled already."""
        behind = [(1, _BEHIND)] if self._draws() else []
        entries = [*_entries(sections), *behind, (1, "Hinweise")]
        if len(sections) < _IN_CONTENTS or any(section.page for section in sections):
            return  # single sheets are no chapters to be looked up
        self._paragraph(run("Inhalt"), "TOCHeading")
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
            f'TOC \\o "1-{_IN_CONTENTS}" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        for number, (level, title) in enumerate(entries, start=1):
            last = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if number == len(entries) else ""
            first = begin if number == 1 else ""
            self._paragraph(f"{first}{contents_entry(f'_Toc{number:06}', title)}{last}", f"TOC{level}")

    def _draws(self) -> bool:
        return plots.is_available() and any(
            isinstance(block, Chart) and block.categories for block in self._document.blocks()
        )

    def _heading(self, text: str, level: int, *, page: bool = False) -> None:
        inner = run(text)
        if level <= _IN_CONTENTS:
            self._bookmarks += 1
            inner = bookmark(self._bookmarks, f"_Toc{self._bookmarks:06}", inner)
        self._paragraph(inner, f"Heading{min(level, _DEEPEST)}", page=page)

    def _section(self, section: Section, level: int) -> None:
        self._heading(section.title, level, page=section.page)
        for block in section.blocks:
            self._block(block)
        for part in section.sections:
            self._section(part, level + 1)

    def _block(self, block: Block) -> None:
        if isinstance(block, Text):
            for text in block.paragraphs:
                self._paragraph(run(text), "Anmerkung" if block.style is TextStyle.NOTE else "BodyText")
        elif isinstance(block, Prose):
            for part in block.parts:
                self._prose(part)
        elif isinstance(block, Listing):
            self._items(block.items, 0, self._list_number(ordered=block.ordered), ordered=block.ordered)
        elif isinstance(block, Figures):
            if block.items and block.cards:
                self._put(cards(block))
            elif block.items:
                self._put(tiles(block, width=_text_width(self._word.sections[-1])))
                self._paragraph("", "Anmerkung")
        elif isinstance(block, Table):
            self._table(block)
        else:
            self._chart(block)

    def _prose(self, part: Paragraph | Points, level: int = 0) -> None:
        if isinstance(part, Paragraph):
            self._paragraph(spans(part, self._link_to), "BodyText")
            return
        number = self._list_number(ordered=part.ordered)
        for item in part.items:
            for place, inner in enumerate(item):
                if isinstance(inner, Points):
                    self._prose(inner, level + 1)
                else:
                    style = _list_style(level, ordered=part.ordered)
                    numbering = (min(level, _DEEPEST_LIST - 1), number) if place == 0 else (min(level, 2), 0)
                    self._paragraph(spans(inner, self._link_to), style, numbering=numbering)

    def _items(self, items: Sequence[Item], level: int, number: int, *, ordered: bool = False) -> None:
        for item in items:
            lead = f"{run(item.lead, style='Strong')}{run(' ')}" if item.lead else ""
            self._paragraph(
                lead + run(item.text),
                _list_style(level, ordered=ordered),
                numbering=(min(level, _DEEPEST_LIST - 1), number),
            )
            self._items(item.items, level + 1, 1)

    def _list_number(self, *, ordered: bool) -> int:
        """Give the number of a list: all with dots share one, each numbered one begins at 1."""
        if not ordered:
            return 1
        numbered = self._word.part.numbering_part.element.add_num(_NUMBERED)
        for level in range(_DEEPEST_LIST):
            numbered.add_lvlOverride(ilvl=level).add_startOverride(1)
        return int(numbered.numId)

    def _link_to(self, target: str) -> str:
        return str(self._word.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))

    def _caption(self, kind: str, text: str) -> None:
        self._counted[kind] += 1
        number = field(f"SEQ {kind} \\* ARABIC", str(self._counted[kind]))
        self._paragraph(f"{run(f'{kind} ')}{number}{run(f': {text}')}", "Caption", keep=True)

    def _table(self, data: Table) -> None:
        self._caption("Tabelle", data.title)
        if data.rows:
            self._put(table(data, width=_text_width(self._word.sections[-1])))
        else:
            self._paragraph(run(data.empty), "Anmerkung")
        for note in data.notes:
            self._paragraph(run(note), "Anmerkung")
        if data.rows and not data.notes:
            self._paragraph("", "Anmerkung")

    def _chart(self, chart: Chart) -> None:
        self._caption("Abbildung", chart.title)
        drawn = bool(chart.categories) and plots.is_available()
        if drawn:
            self._picture(chart)
            self._behind.append(chart.table())
        where = f"Werte: Tabelle {len(self._document.tables()) + len(self._behind)}." if drawn else ""
        if chart.description or where:
            self._paragraph(run(f"{chart.description} {where}".strip()), "Anmerkung")
        if chart.categories and not drawn:
            self._table(chart.table())

    def _picture(self, chart: Chart) -> None:
        self._pictures += 1
        landscape = self._word.sections[-1].orientation == WD_ORIENT.LANDSCAPE
        wide = Emu(min(_text_width(self._word.sections[-1]) * _EMU_PER_TWIP, Mm(170)))
        picture = self._word.add_picture(io.BytesIO(plots.png(chart)), width=wide)
        highest = _HIGHEST_IN_LANDSCAPE if landscape else _HIGHEST
        if picture.height > highest:
            picture.width, picture.height = (
                int(picture.width * highest / picture.height),
                highest,
            )
        named = picture._inline.docPr  # noqa: SLF001 - python-docx has no public way to set the alternative text
        named.set("id", str(self._pictures))
        named.set("name", f"Abbildung {self._pictures}")
        named.set("title", clean(chart.title))
        named.set("descr", clean(chart.description or chart.title))
        self._word.paragraphs[-1].style = self._word.styles["Bild"]

    # -- the end ---------------------------------------------------------------------------------------------------------

    def _closing(self) -> None:
        document = self._document
        self._heading("Hinweise", 1, page=any(section.page for section in document.sections[-1:]))
        self._heading_below("Fehlende Angaben")
        if document.missing:
            for gap in document.missing:
                self._paragraph(run(f"{count_text(gap)} {gap.what}"), "ListBullet", numbering=(0, 1))
        else:
            self._paragraph(run(NOTHING_MISSING), "BodyText")
        self._heading_below("Schutz kleiner Zahlen")
        self._paragraph(run(protection_text(document)), "BodyText")
        if document.notes:
            self._heading_below("Zur Zählweise")
            for note in document.notes:
                self._paragraph(run(note), "ListBullet", numbering=(0, 1))
        self._heading_below("Zeichen")
        for sign in Sign:
            self._paragraph(f"{run(sign.value, style='Strong')}{run(f'{chr(9)}{sign.meaning}')}", "Angaben")

    def _heading_below(self, text: str) -> None:
        self._paragraph(run(text), "Heading3")


def _replace(element: Any, name: str) -> None:
    """Give an element of python-docx the content of one of our files."""
    ours = parse_xml(resources.files("koschuso.reporting.renderers").joinpath("templates", name).read_bytes())
    for child in list(element):
        element.remove(child)
    element.extend(list(ours))


def _text_width(section: Any) -> int:
    """Give the width between the margins in twentieths of a point."""
    return int((section.page_width - section.left_margin - section.right_margin) // _EMU_PER_TWIP)


def _entries(sections: Sequence[Section], level: int = 1) -> list[tuple[int, str]]:
    if level > _IN_CONTENTS:
        return []
    found: list[tuple[int, str]] = []
    for section in sections:
        found += [(level, section.title), *_entries(section.sections, level + 1)]
    return found


def _list_style(level: int, *, ordered: bool) -> str:
    depth = min(level + 1, _DEEPEST_LIST)
    return f"{'ListNumber' if ordered else 'ListBullet'}{'' if depth == 1 else depth}"
