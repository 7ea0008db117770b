"""One card as lines: divided quickly where another card of the file had the same heads, line by line otherwise.

Dividing a card at its line ends and first colons is all the parsing that most cards need, because their heads are those
of a card before (see `koschuso.interchange.vcard.shape`). Whatever is unusual about a card (cards inside, lines without
a colon, damage, bytes that are not UTF-8, a new shape) goes through `koschuso.interchange.component` instead; what
comes out is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.component import Parser
from koschuso.interchange.contentline import UNPARSED, ContentLine
from koschuso.interchange.limits import DEFAULT_LIMITS
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import unescape_text
from koschuso.interchange.unfolding import FOLD_MARK, marked_text
from koschuso.interchange.vcard.notes import gathered
from koschuso.interchange.vcard.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import Head
    from koschuso.interchange.segment import Segment
    from koschuso.interchange.vcard.census import CardBook
    from koschuso.interchange.vcard.shape import Plan

__all__ = ["Card", "CardParser"]

_MAX_SHAPES: Final = 1024
_MAX_KEPT_HEADS: Final = 100_000
_ORPHAN: Final = f"\n{FOLD_MARK}"


class Card:
    """One card on its way to a record.

    Attributes:
        number: Physical line number of its BEGIN.
        shape: Its heads.
        values: The value of each line, verbatim.
        entries: The lines as they will be kept; a line that is not to be interpreted begins with a colon.
        marked: The text that it was divided from, with a mark for each fold.
        component: The card as it was parsed, where it was not simply divided.
        plan: What its lines may give.
        same: Places of the lines that koschuso would write exactly so.
        wanting: Whether koschuso would write more lines than the card has.
        plain_id: What stands in UID, when koschuso would write this id exactly so; else empty.
        own: Whether koschuso wrote the card.
        stem: Its id before it got a number.
        record: What was made of it.
        refused: Whether only its name could be taken.
        renamed: Whether the name of the record is none that the card says.
        book: Its relations, if it has any.
        taken: Places of the lines that gave values of plugins' fields.
        view: The record together with these.
    """

    __slots__ = (
        "_numbers",
        "book",
        "component",
        "entries",
        "marked",
        "number",
        "own",
        "plain_id",
        "plan",
        "record",
        "refused",
        "renamed",
        "same",
        "shape",
        "stem",
        "taken",
        "values",
        "view",
        "wanting",
    )

    plan: Plan
    record: Any
    stem: str
    view: Any

    def __init__(
        self,
        number: int,
        shape: Shape,
        values: Sequence[str],
        entries: list[str],
        *,
        marked: str = "",
        component: Component | None = None,
    ) -> None:
        self.number = number
        self.shape = shape
        self.values = values
        self.entries = entries
        self.component = component
        self.same: list[int] = []
        self.wanting = self.own = self.refused = self.renamed = False
        self.plain_id = ""
        self._numbers: list[int] | None = None
        self.book: CardBook | None = None
        self.marked = marked
        self.taken: frozenset[int] = frozenset()

    def line(self, index: int) -> ContentLine:
        """A line with its number."""
        return ContentLine(self.shape.heads[index], self.values[index], self.line_number(index))

    def line_number(self, index: int) -> int:
        """Physical number of a line; looked for only where something is to be said about it."""
        if self.component is not None:
            return self.component.lines[index][2]
        if self._numbers is None:
            number = self.number
            self._numbers = []
            for text in self.marked.split("\n"):  # the first one is BEGIN
                number += 1 + text.count(FOLD_MARK)
                self._numbers.append(number)
        return self._numbers[index]

    def first(self, name: str) -> ContentLine | None:
        """The first line of a property."""
        at = self.shape.first.get(name)
        return None if at is None else self.line(at)

    def set_apart(self, index: int) -> None:
        """Keep a line without interpreting it."""
        entry = self.entries[index]
        if not entry.startswith(":"):
            self.entries[index] = f":{entry}"

    def is_apart(self, index: int) -> bool:
        """Whether a line is kept without being interpreted."""
        return self.entries[index].startswith(":")


class CardParser:
    """Turns the segments of one file into cards.

    Attributes:
        notes: Takes what was wrong.
    """

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self._parser = Parser(Notes())
        self._unusual = Notes()
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._kept_heads = 0
        self._longest = DEFAULT_LIMITS.line_length

    def component(self, segment: Segment) -> Component:
        """Parse what is no card, or a card that is not like others."""
        parser = self._parser
        parser.notes = Notes()
        component = parser.component(segment)
        if parser.notes.findings:
            self.notes.extend(gathered(parser.notes.findings))
        return component

    def card(self, segment: Segment) -> Card:
        """Parse a card."""
        card = self._divided(segment) or self._parsed(segment)
        if card.shape.wrapped:
            card = self._unwrapped(card)
        return card

    def _divided(self, segment: Segment) -> Card | None:
        """Divide a card whose heads are known, as long as there is nothing unusual about it."""
        raw = segment.raw
        if not segment.closed or len(raw) > self._longest:
            return None
        unusual = self._unusual
        marked = marked_text(raw, segment.number, unusual)
        if unusual.findings:
            self._unusual = Notes()
            return None
        if _ORPHAN in marked:
            return None
        entries = (marked.replace(FOLD_MARK, "") if FOLD_MARK in marked else marked).split("\n")
        del entries[-2:]  # END and what is behind the last line end
        del entries[0]
        if not entries:
            return None
        names, colons, values = zip(*[entry.partition(":") for entry in entries], strict=True)
        shape = self._shapes.get(names)
        if shape is None or not shape.quick or "" in colons:
            return None
        return Card(segment.number, shape, values, entries, marked=marked)

    def _parsed(self, segment: Segment) -> Card:
        component = self.component(segment)
        lines = component.lines
        shape = self._shape([line[0] for line in lines])
        return Card(segment.number, shape, [line[1] for line in lines], _entries(lines), component=component)

    def _shape(self, heads: list[Head]) -> Shape:
        names = tuple(head.text for head in heads)
        shape = self._shapes.get(names)
        if shape is None:
            shape = Shape(heads)
            if len(self._shapes) >= _MAX_SHAPES or self._kept_heads > _MAX_KEPT_HEADS:
                self._shapes.clear()
                self._kept_heads = 0
            self._shapes[names] = shape
            self._kept_heads += len(names)
        return shape

    def _unwrapped(self, card: Card) -> Card:
        """Take the lines that nobody can read out of the property in which koschuso wrote them."""
        lines = [card.line(index) for index in range(len(card.values))]
        for index in card.shape.wrapped:
            text = unescape_text(card.values[index])
            if not Parser().line(text).parsed:
                lines[index] = ContentLine(UNPARSED, text, lines[index].number)
        component = card.component
        shape = self._shape([line[0] for line in lines])
        values = [line[1] for line in lines]
        if component is None:
            return Card(card.number, shape, values, _entries(lines), marked=card.marked)
        component.lines = lines
        return Card(card.number, shape, values, _entries(lines), component=component)


def _entries(lines: Sequence[ContentLine]) -> list[str]:
    return [line.text if line[0].name else f":{line[1]}" for line in lines]
