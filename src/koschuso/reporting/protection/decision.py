"""Statistical disclosure control for a whole report: its numbers about people are decided together, and once.

A report builds its sections with `Count`, and with what follows from counts, wherever a number tells about people's
behaviour or answers. `protect` looks at all of them, in every table, chart, figure and sentence; hides the small ones;
hides what they could be computed from (`koschuso.reporting.protection.complementary`); and gives plain sections back. The same
number in two places has the same key, and is hidden in both or in neither.

Rules (domain.md DS-11 to DS-15): numbers with fewer people behind them than the threshold are hidden, and so are those
that fewer bodies contribute to, or one body nearly alone; 0 stays 0. Volumes of positions are resources, not behaviour:
reports give them as plain numbers. Offices are no body of official statistics, so § 16 BStatG does not bind them; the
rules are adopted as good practice.

What is promised: whoever solves everything that one report shows for what it hides finds that a small number may be
anything from 1 to the threshold, and one behind which only few stand may be smaller and greater by a quarter; no other
hidden number can be worked out. What two reports
show together is not looked at; publish a cut of the same figures in one report.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.reporting.document import Chart, Figures, Listing, Missing, Section, Sign, Table, Text
from koschuso.reporting.german import number_text, sort_key
from koschuso.reporting.guarded import DEFAULT_THRESHOLD, Count, Difference, Mean, Sentence, Share
from koschuso.reporting.protection.hanging_together import Census, derived, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.reporting.document import Block, Item
    from koschuso.reporting.guarded import Total
    from koschuso.reporting.protection.hanging_together import Key

__all__ = ["INTERNAL_NOTE", "Protected", "protect"]

INTERNAL_NOTE = "Interne Fassung ohne Unterdrückung kleiner Zahlen: Bitte nicht weitergeben."
"""What a report for the office itself says of suppression."""


@attrs.frozen(kw_only=True)
class Protected:
    """What may be shown to the audience.

    Attributes:
        sections: The sections with plain values and signs.
        missing: What is not known, where the number may be told.
        notes: Sentences about what is not known, where the number may not be told.
        hidden: In how many places of the sections something is hidden.
        note: The rule in a German sentence, empty where the report holds no number about people.
    """

    sections: tuple[Section, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]
    hidden: int
    note: str


def protect(
    sections: Iterable[Section],
    *,
    threshold: int = DEFAULT_THRESHOLD,
    internal: bool = False,
    missing: Iterable[Missing] = (),
    totals: Iterable[Total] = (),
) -> Protected:
    """Decide what may be shown of a whole report.

    >>> rows = (("Telefon", Count(9)), ("vor Ort", Count(1)), ("E-Mail", Count(4)))
    >>> from koschuso.reporting.document import Column
    >>> columns = (Column(title="Form"), Column(title="Zahl"))
    >>> table = Table(key="t", title="Beratungen", columns=columns, rows=rows, totals=("Summe", Count(14)))
    >>> protect([Section(title="Beratung", blocks=(table,))]).sections[0].blocks[0].rows
    (('Telefon', 9), ('vor Ort', <Sign.SUPPRESSED: '•'>), ('E-Mail', <Sign.SUPPRESSED: '•'>))

    Args:
        sections: The chapters as the report built them.
        threshold: Numbers with fewer people behind them, but at least one, are hidden.
        internal: The report is for the office itself: nothing is hidden.
        missing: What is not known, and how often.
        totals: What everybody can work out beyond the sums of the tables.

    Raises:
        WrongUse: A total does not fit its parts, two places give one number different values, or a number outside of
            tables has no key.
        Unavailable: Something has to be hidden, and the solver is not installed.
    """
    chapters, gaps = tuple(sections), tuple(missing)
    # What somebody could work out concerns nobody where everything is shown.
    census = Census(chapters, gaps, () if internal else totals)
    writer = _Writer(frozenset() if internal else census.hidden(threshold))
    shown = tuple(writer.section(section) for section in chapters)
    signs = writer.signs
    told = [(gap, writer.value(gap.count, ("missing", number))) for number, gap in enumerate(gaps)]
    few = [gap.what for gap, count in told if count is Sign.SUPPRESSED]
    return Protected(
        sections=shown,
        missing=tuple(Missing(what=gap.what, count=count) for gap, count in told if count is not Sign.SUPPRESSED),
        # Some of them may be large, and only give a small one away.
        notes=(f"Zum Schutz kleiner Zahlen ohne Zahl: {'; '.join(few)}.",) if few else (),
        hidden=signs,
        note="" if census.is_empty else _note(threshold, internal=internal),
    )


def _note(threshold: int, *, internal: bool) -> str:
    if internal:
        return INTERNAL_NOTE
    last = threshold - 1
    span = "1" if last == 1 else f"1 bis {last}"
    return (
        f"Zahlen über das Verhalten von Menschen (Teilnahmen, Beratungen, Antworten) von {span} werden durch "
        f"»{Sign.SUPPRESSED.value}« ersetzt, ebenso Zahlen, aus denen sie sich errechnen ließen; 0 bleibt 0. "
        "Stellenanteile sind Angaben über Ressourcen und werden nicht unterdrückt. Die Regel folgt guter Praxis der "
        "amtlichen Statistik."
    )


class _Writer:
    """Writes sections anew, with plain values and signs, in the order in which `Census` read them."""

    def __init__(self, hidden: frozenset[Key]) -> None:
        self._hidden = hidden
        self._number = -1
        self.signs = 0

    def section(self, section: Section) -> Section:
        """Write a chapter and those below it."""
        return attrs.evolve(
            section,
            blocks=tuple(map(self._block, section.blocks)),
            sections=tuple(map(self.section, section.sections)),
        )

    def _block(self, block: Block) -> Block:
        self._number += 1
        if not isinstance(block, Table | Figures | Chart | Text | Listing):
            return block
        values = iter([self.value(value, place) for value, place in values_of(block, self._number)])
        if isinstance(block, Table):
            return _table(block, values)
        if isinstance(block, Figures):
            items = tuple(attrs.evolve(figure, value=next(values), note=next(values)) for figure in block.items)
            return attrs.evolve(block, items=items)
        if isinstance(block, Chart):
            return _chart(block, values)
        if isinstance(block, Text):
            return attrs.evolve(block, paragraphs=tuple(values))
        return attrs.evolve(block, items=_with_texts(block.items, values))

    def value(self, value: Any, place: Key) -> Any:
        """Write a value that stands in a place."""
        if isinstance(value, Sentence):
            return self._sentence(value, place)
        if not isinstance(value, Count | Share | Mean | Difference):
            return value
        if not self._hidden.isdisjoint(derived(value, place)):
            self.signs += 1
            return Sign.SUPPRESSED
        return Sign.NOT_APPLICABLE if value.value is None else value.value

    def _sentence(self, sentence: Sentence, place: Key) -> str:
        written, hidden = [], False
        for number, one in enumerate(sentence.numbers):
            gone = not self._hidden.isdisjoint(derived(one, (*place, number)))
            hidden = hidden or gone
            written.append(Sign.SUPPRESSED.value if gone else _written(one, sentence.digits))
        self.signs += hidden
        if hidden and sentence.hidden:
            return sentence.hidden
        first, *others = sentence.text.split("{}")
        return first + "".join(number + text for number, text in zip(written, others, strict=True))


def _written(number: object, digits: int) -> str:
    value = getattr(number, "value", number)
    if isinstance(value, str):
        return value
    if isinstance(value, int | Fraction):
        return number_text(value, 0 if isinstance(value, int) else digits)
    return Sign.NOT_APPLICABLE.value


def _table(table: Table, values: Iterator[Any]) -> Table:
    rows = [tuple(next(values) for _ in table.columns) for _ in table.rows]
    totals = None if table.totals is None else tuple(next(values) for _ in table.columns)
    if table.ranked_by is not None:
        rows = [rows[place] for place in _ranking([(row[table.ranked_by], str(row[0])) for row in rows])]
    return attrs.evolve(table, rows=rows, totals=totals, notes=tuple(values))


def _chart(chart: Chart, values: Iterator[Any]) -> Chart:
    description = next(values)
    series = [tuple(next(values) for _ in one.values) for one in chart.series]
    places: Sequence[int] = range(len(chart.categories))
    if chart.ranked and series:
        places = _ranking(list(zip(series[0], chart.categories, strict=True)))
    return attrs.evolve(
        chart,
        description=description,
        categories=tuple(chart.categories[place] for place in places),
        series=tuple(
            attrs.evolve(one, values=tuple(shown[place] for place in places))
            for one, shown in zip(chart.series, series, strict=True)
        ),
    )


def _ranking(shown: Sequence[tuple[object, str]]) -> list[int]:
    """Put values in order by what is shown; what is not goes by its name, for its place must not tell its size."""

    def place(number: int) -> tuple[Any, ...]:
        value, name = shown[number]
        if isinstance(value, Sign) or not isinstance(value, int | Fraction):
            return (1, sort_key(name))
        return (0, -value)

    return sorted(range(len(shown)), key=place)


def _with_texts(items: Iterable[Item], texts: Iterator[str]) -> tuple[Item, ...]:
    # A list, because the texts come in the order of reading: an item's own before those below it.
    written = []
    for item in items:
        text = next(texts)
        written.append(attrs.evolve(item, text=text, items=_with_texts(item.items, texts)))
    return tuple(written)
