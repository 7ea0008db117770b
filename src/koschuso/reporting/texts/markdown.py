"""Markdown as far as an office's texts need it: paragraphs, lists, emphasis and links, read into `Prose`.

Everything else is refused with a sentence that says where it stands, never dropped: what somebody wrote is either in the
report or named. Raw HTML is refused too, so that no text can bring markup into a published page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import WrongUse
from koschuso.reporting.document.prose import Paragraph, Points, Prose, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_markdown"]

_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
_DEEPEST: Final = 6
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNDERLINED: Final = re.compile(r"\n=+[ \t]*(?:\n|$)")
# What may stand in a text; of the rest it is said what it is.
_REFUSED: Final = {
    "heading_open": "eine Überschrift; die Kapitel gibt der Bericht vor",
    "html_block": "HTML",
    "html_inline": "HTML",
    "image": "ein Bild",
    "code_inline": "eine Code-Stelle (`…`)",
    "fence": "ein Code-Block",
    "blockquote_open": "ein Zitatblock (>)",
    "hr": "eine Trennlinie",
    "table_open": "eine Tabelle",
}


def read_markdown(text: str, *, key: str = "") -> Prose:
    """Read a text.

    >>> [(span.text, span.strong) for span in read_markdown("Ein **neuer** Anfang.").parts[0].spans]
    [('Ein ', False), ('neuer', True), (' Anfang.', False)]

    Args:
        text: Markdown (CommonMark) with paragraphs, lists, emphasis and links only.
        key: Key of the slot that it fills.

    Raises:
        WrongUse: The text holds something else; the message says what and in which line.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only reports with texts need it

    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        raise WrongUse(f"In Zeile {line} steht ein Steuerzeichen; das ist kein lesbarer Text.", line=line)
    # Lines that are indented are meant as text, and a line of dashes below a text is no heading.
    # Tables are read only so that they can be refused: as a paragraph their bars would stand in the report.
    reader = MarkdownIt("commonmark", {"maxNesting": 40}).disable(["code", "lheading"]).enable("table")
    # Our own check of addresses below says what is wrong with one; this one would leave its brackets as text.
    reader.validateLink = _anything  # type: ignore[method-assign]
    tokens = reader.parse(text)
    return Prose(parts=_Reading(tokens).parts(""), key=key)


def _anything(url: str) -> bool:  # noqa: ARG001 - the signature is that of markdown-it
    return True


class _Reading:
    """Turns the flat list of tokens into parts."""

    def __init__(self, tokens: Sequence[Any]) -> None:
        self._tokens = tokens
        self._next = 0
        self._line = 1
        self._depth = 0

    def parts(self, end: str) -> tuple[Paragraph | Points, ...]:
        """Read parts up to a token that ends them."""
        found: list[Paragraph | Points] = []
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            self._next += 1
            if token.map:
                self._line = token.map[0] + 1
            if token.type == end:
                break
            if token.type == "inline":
                if _UNDERLINED.search(token.content):
                    raise self._refused("heading_open")
                if spans := self._spans(token.children or ()):
                    found.append(Paragraph(spans))
            elif token.type in {"bullet_list_open", "ordered_list_open"}:
                found.append(self._points(ordered=token.type.startswith("ordered")))
            elif token.type not in {"paragraph_open", "paragraph_close"}:
                raise self._refused(token.type)
        return tuple(found)

    def _points(self, *, ordered: bool) -> Points:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise WrongUse(f"Ab Zeile {self._line} sind die Listen zu tief geschachtelt.", line=self._line)
        items = []
        while self._tokens[self._next].type == "list_item_open":
            self._next += 1
            items.append(self.parts("list_item_close"))
        self._next += 1
        self._depth -= 1
        return Points(items, ordered=ordered)

    def _spans(self, tokens: Sequence[Any]) -> tuple[Span, ...]:
        strong = emphasis = 0
        link = ""
        spans: list[Span] = []
        for token in tokens:
            if token.type in {"text", "softbreak", "hardbreak", "text_special"}:
                text = token.content if token.type.startswith("text") else " "
                span = Span(text, strong=strong > 0, emphasis=emphasis > 0, link=link)
                spans = [*spans[:-1], _joined(spans[-1], span)] if spans and _alike(spans[-1], span) else [*spans, span]
            elif token.type.startswith("strong_"):
                strong += token.nesting
            elif token.type.startswith("em_"):
                emphasis += token.nesting
            elif token.type == "link_open":
                link = self._address(str(token.attrs.get("href", "")))
            elif token.type == "link_close":
                link = ""
            else:
                raise self._refused(token.type)
        return tuple(span for span in spans if span.text)

    def _address(self, address: str) -> str:
        if not _LINK.fullmatch(address):
            raise WrongUse(
                f"Im Absatz ab Zeile {self._line} führt ein Verweis nicht auf eine Adresse mit https://, http:// oder "
                "mailto:. Bitte ergänzen Sie die vollständige Adresse.",
                line=self._line,
            )
        return address

    def _refused(self, kind: str) -> WrongUse:
        what = _REFUSED.get(kind, "etwas, das in Berichten nicht möglich ist")
        return WrongUse(
            f"Ab Zeile {self._line} steht {what}. Möglich sind Absätze, Listen, *Hervorhebung*, **Fettdruck** und "
            "[Verweise](https://…).",
            line=self._line,
        )


def _alike(one: Span, other: Span) -> bool:
    return (one.strong, one.emphasis, one.link) == (other.strong, other.emphasis, other.link)


def _joined(one: Span, other: Span) -> Span:
    return Span(one.text + other.text, strong=one.strong, emphasis=one.emphasis, link=one.link)
