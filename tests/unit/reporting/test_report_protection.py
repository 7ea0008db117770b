"""Numbers about people in a report: what is refused, what is written, and what the rules hide."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from koschuso.errors import WrongUse
from koschuso.reporting import (
    Chart,
    Column,
    ColumnType,
    Count,
    Difference,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Mean,
    Missing,
    Section,
    Sentence,
    Series,
    Share,
    Sign,
    Slot,
    Table,
    Text,
    Total,
    protect,
)

AS_OF = datetime(2025, 12, 1, tzinfo=UTC)
COLUMNS = (Column(title="Form", header=True), Column(title="Zahl", type=ColumnType.COUNT))


def shown(*blocks, **more):
    return protect([Section(title="Teil", blocks=blocks)], **more)


def first(*blocks, **more):
    return shown(*blocks, **more).sections[0].blocks[0]


@pytest.mark.parametrize(
    "block",
    [
        Figures(items=(Figure(label="x", value=Count(5, key=("x",))),)),
        Figures(items=(Figure(label="x", value=1, note=Sentence("{}", (1,))),)),
        Text(paragraphs=(Sentence("{}", (Count(1, key=("x",)),)),)),
        Listing(items=(Item("a", items=(Item(Sentence("{}", (1,))),)),)),
        Table(key="t", title="t", columns=COLUMNS, rows=(("a", Share(Count(1), Count(2))),)),
        Table(key="t", title="t", columns=COLUMNS, rows=(), totals=("a", Mean(Count(1), 2))),
        Chart(key="c", title="c", description="d", categories=("a",), series=(Series(name="s", values=(Count(1),)),)),
        Slot(key="x", title="x"),
    ],
)
def test_a_document_refuses_what_nobody_has_decided_about(block):
    with pytest.raises(WrongUse, match="über deren Schutz noch nicht entschieden ist"):
        Document(title="x", office="x", period="x", as_of=AS_OF, sections=(Section(title="s", blocks=(block,)),))


def test_a_document_refuses_undecided_gaps():
    with pytest.raises(WrongUse, match="ungeschützt"):
        Document(title="x", office="x", period="x", as_of=AS_OF, missing=(Missing(what="x", count=Count(2)),))


@pytest.mark.parametrize(("value", "more"), [(-1, {}), (1.5, {}), (True, {}), (Fraction(1, 2), {})])
def test_a_count_is_an_exact_number_of_known_people(value, more):
    with pytest.raises(WrongUse):
        Count(value, **more)


def test_numbers_outside_of_tables_need_a_key():
    with pytest.raises(WrongUse, match="braucht einen Schlüssel"):
        shown(Figures(items=(Figure(label="x", value=Count(5)),)))


def test_one_number_has_one_value():
    figures = [Figure(label="x", value=Count(value, key=("x",))) for value in (5, 6)]
    with pytest.raises(WrongUse, match="der Zahl x zwei Werte"):
        shown(Figures(items=figures))


def test_a_total_smaller_than_a_part_is_named():
    table = Table(key="t", title="t", columns=COLUMNS, rows=(("a", Count(9)),), totals=("Summe", Count(8)))
    with pytest.raises(WrongUse, match="kleiner als einer ihrer Teile"):
        shown(table)


def test_what_a_table_leaves_out_is_protected_too():
    """Of 21 contacts 20 stand in the table: the one that does not is the difference."""
    rows = (("a", Count(12)), ("b", Count(8)))
    table = first(Table(key="t", title="t", columns=COLUMNS, rows=rows, totals=("Summe", Count(21))))
    values = [*(value for _, value in table.rows), table.totals[1]]
    assert values.count(Sign.SUPPRESSED) == 1


def test_a_plain_total_leaves_its_parts_room_or_is_refused():
    rows = (("a", Count(1)), ("b", Count(8)))
    table = first(Table(key="t", title="t", columns=COLUMNS, rows=rows, totals=("Summe", 9)))
    assert [value for _, value in table.rows] == [Sign.SUPPRESSED, Sign.SUPPRESSED]
    with pytest.raises(WrongUse, match="lässt sich nicht verdecken"):
        shown(Table(key="t", title="t", columns=COLUMNS, rows=(("a", Count(1)),), totals=("Summe", 1)))


def test_zero_small_and_large():
    rows = tuple((f"{value}", Count(value)) for value in (0, 1, 2, 3))
    result = shown(Table(key="t", title="t", columns=COLUMNS, rows=rows))
    assert [value for _, value in result.sections[0].blocks[0].rows] == [0, Sign.SUPPRESSED, Sign.SUPPRESSED, 3]
    assert result.hidden == 2
    assert "von 1 bis 2 werden durch »•« ersetzt" in result.note


def test_values_are_exact_when_nothing_is_hidden():
    part, whole = Count(9, key=("a",)), Count(30, key=("b",))
    figures = Figures(
        items=(
            Figure(label="Anteil", value=Share(part, whole)),
            Figure(label="Mittel", value=Mean(whole, 4)),
            Figure(label="Änderung", value=Difference(part, whole)),
            Figure(label="von nichts", value=Share(Count(0, key=("c",)), Count(0, key=("d",)))),
        )
    )
    values = [item.value for item in first(figures).items]
    assert values == [30, Fraction(15, 2), -21, Sign.NOT_APPLICABLE]


def test_sentences_say_something_else_or_show_the_sign():
    few, many, name = Count(2, key=("a",)), Count(12345, key=("b",)), "{Name}"
    text = Text(
        paragraphs=(
            Sentence("{}: {} Kontakte.", (name, many)),
            Sentence("Es gab {} Anfragen.", (few,), hidden="Es gab einzelne Anfragen."),
            Sentence("{} von {}.", (few, many)),
            Sentence("Im Mittel {}.", (Mean(many, 2),)),
        )
    )
    assert first(text).paragraphs == (
        "{Name}: 12.345 Kontakte.",
        "Es gab einzelne Anfragen.",
        "• von 12.345.",
        "Im Mittel 6172,5.",
    )
    with pytest.raises(WrongUse, match="nicht so viele Stellen"):
        Sentence("{}", ())


def test_the_same_number_is_hidden_everywhere_or_nowhere():
    key = ("thema", "kinderschutz")
    table = Table(key="t", title="t", columns=COLUMNS, rows=(("a", Count(2, key=key)), ("b", Count(9))))
    chart = Chart(
        key="c",
        title="c",
        description="d",
        categories=("a",),
        series=(Series(name="s", values=(Count(2, key=key),)),),
        ranked=True,
    )
    blocks = shown(table, chart).sections[0].blocks
    assert blocks[0].rows[0][1] is blocks[1].series[0].values[0] is Sign.SUPPRESSED


def test_gaps_of_few_become_a_note_and_others_stay():
    gaps = (Missing(what="Kontakte ohne Dauer", count=Count(2)), Missing(what="Kontakte ohne Form", count=Count(7)))
    result = protect([], missing=gaps)
    assert [(gap.what, gap.count) for gap in result.missing] == [("Kontakte ohne Form", 7)]
    assert result.notes == ("Zum Schutz kleiner Zahlen ohne Zahl: Kontakte ohne Dauer.",)
    assert [gap.count for gap in protect([], missing=gaps, internal=True).missing] == [2, 7]


def test_a_chart_is_ranked_by_what_is_shown():
    values = [Count(value, key=(f"{value}",)) for value in (5, 1, 9, 2)]
    chart = Chart(
        key="c",
        title="c",
        description="d",
        categories=("fünf", "eins", "neun", "zwei"),
        series=(Series(name="s", values=values),),
        ranked=True,
    )
    assert first(chart).categories == ("neun", "fünf", "eins", "zwei")


def test_a_report_without_numbers_about_people_needs_no_solver_and_says_nothing():
    result = shown(Table(key="t", title="t", columns=COLUMNS, rows=(("VZÄ", 1),)))
    assert (result.note, result.hidden) == ("", 0)


def test_who_is_not_among_a_share_of_different_people_is_protected_as_well():
    """Each of them is either in the share or not, whatever else is counted once only: 2 of 3 leaves one."""
    every = Count(3, key=("alle",), distinct=True)
    part = Count(2, key=("teil",), distinct=True)
    figures = Figures(
        items=(
            Figure(label="alle", value=every),
            Figure(label="Teil", value=part),
            Figure(label="Anteil", value=Share(part, every)),
        )
    )
    values = [item.value for item in first(figures, threshold=2).items]
    assert values[2] is Sign.SUPPRESSED
    assert values[:2].count(Sign.SUPPRESSED) >= 1


def test_a_weighted_total_gives_its_parts_away_where_nothing_else_is_open():
    """2 people of three hours and 8 of five: 10 people and 46 hours have one solution."""
    few, many = Count(2, key=("a",)), Count(8, key=("b",))
    people, hours = Count(10, key=("c",)), Count(Fraction(46), key=("d",), people=10)
    rows = (("a", few), ("b", many))
    table = Table(key="t", title="t", columns=COLUMNS, rows=rows, totals=("Summe", people))
    time = Figures(items=(Figure(label="Stunden", value=hours),))
    known = [Total(hours, (few, many), (3, 5))]
    shown_table, shown_time = shown(table, time, totals=known).sections[0].blocks
    values = [*(value for _, value in shown_table.rows), shown_table.totals[1], shown_time.items[0].value]
    assert values[0] is Sign.SUPPRESSED
    assert values[1:].count(Sign.SUPPRESSED) >= 2
    with pytest.raises(WrongUse, match="wie oft er zählt"):
        Total(hours, (few, many), (3,))
