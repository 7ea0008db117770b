"""The words of an office in a report: a place for them (`Slot`), and what stands there in the end (`Prose`).

Offices write their texts as Markdown files (`koschuso.reporting.texts`). Of Markdown there are paragraphs, lists,
emphasis and links; what comes out is data that any renderer can write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Paragraph", "Points", "Prose", "Slot", "Span"]

_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")


@attrs.frozen(kw_only=True)
class Slot:
    """A place in a report that the office fills with its own words.

    Reports put it where a block stands; `make_document` puts the words there. Renderers never see a slot.

    Attributes:
        key: Name of the file without its ending, for example ``"ausblick"``.
        title: What the text is about.
        hint: What belongs into it, in one or two sentences, for whoever writes it.

    Raises:
        WrongUse: The key cannot be the name of a file.
    """

    key: str
    title: str
    hint: str = ""

    def __attrs_post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise WrongUse(
                f"Der Schlüssel »{self.key}« des Textes »{self.title}« ist nicht möglich: Kleinbuchstaben, Ziffern und "
                "Bindestriche, am Anfang ein Buchstabe.",
                key=self.key,
            )


@attrs.frozen
class Span:
    """A piece of a line: plain text that may stand out or lead somewhere.

    Attributes:
        text: Plain text, without line breaks and without markup.
        strong: Whether it is stressed strongly (bold).
        emphasis: Whether it is stressed (italic).
        link: Where it leads: an address with ``http:``, ``https:`` or ``mailto:``; empty for nowhere.
    """

    text: str
    strong: bool = attrs.field(default=False, kw_only=True)
    emphasis: bool = attrs.field(default=False, kw_only=True)
    link: str = attrs.field(default="", kw_only=True)


def _spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(spans)


def _parts(parts: Iterable[Paragraph | Points]) -> tuple[Paragraph | Points, ...]:
    return tuple(parts)


def _items(items: Iterable[Iterable[Paragraph | Points]]) -> tuple[tuple[Paragraph | Points, ...], ...]:
    return tuple(map(_parts, items))


@attrs.frozen
class Paragraph:
    """A paragraph, made of spans that follow one another without anything between them."""

    spans: tuple[Span, ...] = attrs.field(converter=_spans)

    @property
    def text(self) -> str:
        """The plain text."""
        return "".join(span.text for span in self.spans)


@attrs.frozen
class Points:
    """A list.

    Attributes:
        items: For each point its paragraphs and the lists below it; the first part is usually a paragraph.
        ordered: Whether the points are numbered, from 1 on.
    """

    items: tuple[tuple[Paragraph | Points, ...], ...] = attrs.field(converter=_items)
    ordered: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen(kw_only=True)
class Prose:
    """A text of the office: paragraphs and lists. A renderer writes it as part of the chapter, without a heading.

    Attributes:
        parts: What it is made of, in the order of reading.
        key: Key of the slot that it fills, empty for none.
    """

    parts: tuple[Paragraph | Points, ...] = attrs.field(converter=_parts)
    key: str = ""

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield every paragraph, also those in lists, in the order of reading."""
        waiting: list[Paragraph | Points] = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            if isinstance(part, Paragraph):
                yield part
            else:
                waiting.extend(reversed([inner for item in part.items for inner in item]))
