"""An attacker reads finished reports and solves them for what is hidden (domain.md DS-11 to DS-13).

The attacker knows what any reader knows: how the tables are built, which numbers are the same, that people are whole,
that a sign is at least 1, and every number that is shown. For each hidden small number scipy finds the least and the
greatest value that fits to all of it. Nothing in here uses what the protection itself thinks.
"""

import re
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from attacker import Attacker, assert_protected
from effort import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from koschuso.reporting import (
    Chart,
    Column,
    ColumnType,
    Count,
    Difference,
    Figure,
    Figures,
    Mean,
    OfficeInfo,
    Parameters,
    RecordsView,
    ReportPeriod,
    Section,
    Sentence,
    Series,
    Share,
    Sign,
    Table,
    Text,
    Total,
    make_document,
)

VIEW = RecordsView([], office=OfficeInfo(name="Stelle"), as_of=datetime(2025, 12, 1, tzinfo=UTC))
COUNT = ColumnType.COUNT


def published(blocks, *, threshold=3, audience="oeffentlich", totals=()):
    parameters = Parameters(time=ReportPeriod.year(2025), threshold=threshold, audience=audience)
    sections = (Section(title="Alles", blocks=tuple(blocks)),)
    return make_document("test:bericht", VIEW, parameters, title="Bericht", sections=sections, totals=totals)


def grid(key, values, keys, *, total_row=True, total_column=True):
    """A table of counts with names for rows and columns; ``keys(row, column)`` names each number, ``None`` is a total."""
    height, width = len(values), len(values[0])

    def line(row, numbers):
        cells = [Count(number, key=keys(row, column)) for column, number in enumerate(numbers)]
        return (*cells, Count(sum(numbers), key=keys(row, None))) if total_column else tuple(cells)

    sums = [sum(values[row][column] for row in range(height)) for column in range(width)]
    columns = [Column(title=f"Spalte {column}", type=COUNT) for column in range(width)]
    if total_column:
        columns.append(Column(title="Summe", type=COUNT, total=True))
    return Table(
        key=key,
        title=key,
        columns=(Column(title="Zeile", header=True), *columns),
        rows=tuple((f"Zeile {row}", *line(row, values[row])) for row in range(height)),
        totals=("Summe", *line(None, sums)) if total_row else None,
    )


def attack_grid(attacker, document, key, height, width, keys, *, total_row=True, total_column=True):
    table = document.table(key)
    rows = [*range(height), *([None] if total_row else [])]
    columns = [*range(width), *([None] if total_column else [])]
    for row in rows:
        shown = table.totals if row is None else table.rows[row]
        for place, column in enumerate(columns, start=1):
            attacker.sees(keys(row, column), shown[place])
    if total_column:
        for row in rows:
            attacker.sum(keys(row, None), [keys(row, column) for column in range(width)])
    if total_row:
        for column in columns:
            attacker.sum(keys(None, column), [keys(row, column) for row in range(height)])


small = st.sampled_from([0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 7, 12, 30])
thresholds = st.sampled_from([2, 3, 3, 3, 5, 10])


@st.composite
def tables(draw, *, most=5):
    height, width = draw(st.integers(1, most)), draw(st.integers(1, most))
    return [[draw(small) for _ in range(width)] for _ in range(height)]


@given(tables(), thresholds, st.booleans(), st.booleans())
@settings(deadline=None, max_examples=examples(150))
def test_no_cell_of_a_table_can_be_worked_out(values, threshold, total_row, total_column):
    def keys(row, column):
        return ("zahl", str(row), str(column))

    options = {"total_row": total_row, "total_column": total_column}
    document = published([grid("t", values, keys, **options)], threshold=threshold)
    attacker = Attacker()
    attack_grid(attacker, document, "t", len(values), len(values[0]), keys, **options)
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            assert_protected(attacker, keys(row, column), value, threshold)
            shown = document.table("t").rows[row][column + 1]
            assert shown is Sign.SUPPRESSED if 0 < value < threshold else shown in {value, Sign.SUPPRESSED}
            assert value or shown == 0


@st.composite
def offices(draw):
    """Contacts by topic, form and group, with minutes, last year's numbers, and who came how often."""
    topics, forms, groups = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    cube = [[[draw(small) for _ in range(groups)] for _ in range(forms)] for _ in range(topics)]
    before = [draw(small) for _ in range(topics)]
    minutes = [Fraction(draw(st.integers(1, 600)), 60) for _ in range(topics)]
    return cube, before, minutes


@given(offices(), thresholds, st.booleans(), st.booleans())
@settings(deadline=None, max_examples=examples(100))
def test_tables_figures_charts_and_sentences_of_one_report_do_not_betray_each_other(  # noqa: C901, PLR0915 - one report and its attack
    office, threshold, falls, with_shares
):
    cube, before, minutes = office
    if falls:
        cube = sorted(cube, key=lambda forms: -sum(map(sum, forms)))
    topics, forms, groups = len(cube), len(cube[0]), len(cube[0][0])
    by_form = [[sum(form) for form in topic] for topic in cube]
    by_group = [[sum(form[group] for form in topic) for group in range(groups)] for topic in cube]
    topic_sums = [sum(line) for line in by_form]
    everything = sum(topic_sums)
    hours = [amount if count else Fraction(0) for amount, count in zip(minutes, topic_sums, strict=True)]

    def form_keys(row, column):
        return ("kontakte", "form", f"{row}", f"{column}") if column is not None else ("kontakte", f"{row}")

    def group_keys(row, column):
        return ("kontakte", "gruppe", f"{row}", f"{column}") if column is not None else ("kontakte", f"{row}")

    topic = [Count(value, key=form_keys(row, None)) for row, value in enumerate(topic_sums)]
    whole = Count(everything, key=form_keys(None, None))
    earlier = [Count(value, key=("zuvor", f"{row}")) for row, value in enumerate(before)]
    time = [
        Count(amount, key=("stunden", f"{row}"), people=count)
        for row, (amount, count) in enumerate(zip(hours, topic_sums, strict=True))
    ]
    all_time = Count(sum(hours, Fraction(0)), key=("stunden", "alle"), people=everything)
    third = Table(
        key="themen",
        title="Themen",
        columns=(
            Column(title="Thema", header=True),
            Column(title="Kontakte", type=COUNT),
            Column(title="Anteil", type=ColumnType.NUMBER),
            Column(title="Vorjahr", type=COUNT),
            Column(title="Änderung", type=COUNT),
            Column(title="Stunden", type=ColumnType.NUMBER),
        ),
        rows=tuple(
            (
                f"Thema {row}",
                topic[row],
                Share(topic[row], whole) if with_shares else "",
                earlier[row],
                Difference(topic[row], earlier[row]),
                time[row],
            )
            for row in range(topics)
        ),
        totals=(
            "Summe",
            whole,
            Share(whole, whole),
            Count(sum(before), key=("zuvor", "alle")),
            Difference(whole, Count(sum(before), key=("zuvor", "alle"))),
            all_time,
        ),
    )
    document = published(
        [
            Figures(
                items=(
                    Figure(label="Kontakte", value=whole),
                    Figure(label="Stunden je Kontakt", value=Mean(all_time, whole)),
                    Figure(label="Anteil des ersten Themas", value=Share(topic[0], whole)),
                )
            ),
            Text(paragraphs=(Sentence("Zum letzten Thema gab es {} Kontakte.", (topic[-1],)),)),
            grid("formen", by_form, form_keys),
            grid("gruppen", by_group, group_keys),
            third,
            Chart(
                key="bild",
                title="Themen",
                description=Sentence("Am Anfang stehen {}.", (topic[0],)),
                categories=tuple(f"Thema {row}" for row in range(topics)),
                series=(Series(name="Kontakte", values=topic),),
                digits=0,
            ),
        ],
        threshold=threshold,
    )
    attacker = Attacker()
    attack_grid(attacker, document, "formen", topics, forms, form_keys)
    attack_grid(attacker, document, "gruppen", topics, groups, group_keys)
    figures, text, _, _, table, chart = list(document.blocks())
    name = form_keys(None, None)
    attacker.sees(name, figures.items[0].value)
    mean = figures.items[1].value
    attacker.number(("stunden", "alle"), whole=False)
    attacker.sees_ratio(("stunden", "alle"), name, mean)
    if everything:
        attacker.sees_share(form_keys(0, None), name, figures.items[2].value)
    said = re.search(r"es ([\d.]+|•) Kontakte", text.paragraphs[0])[1]
    attacker.sees(form_keys(topics - 1, None), Sign.SUPPRESSED if said == "•" else int(said.replace(".", "")))
    described = re.search(r"stehen ([\d.]+|•)\.", chart.description)[1]
    attacker.sees(form_keys(0, None), Sign.SUPPRESSED if described == "•" else int(described.replace(".", "")))
    for row, line in enumerate(table.rows):
        attacker.sees(form_keys(row, None), line[1])
        attacker.sees(form_keys(row, None), chart.series[0].values[row])
        if with_shares and everything:
            attacker.sees_share(form_keys(row, None), name, line[2])
        attacker.sees(("zuvor", f"{row}"), line[3])
        attacker.sees_change(form_keys(row, None), ("zuvor", f"{row}"), line[4])
        attacker.sees(("stunden", f"{row}"), line[5], whole=False)
    attacker.sees(("zuvor", "alle"), table.totals[3])
    attacker.sees_change(name, ("zuvor", "alle"), table.totals[4])
    attacker.sees(("stunden", "alle"), table.totals[5], whole=False)
    attacker.sum(("zuvor", "alle"), [("zuvor", f"{row}") for row in range(topics)])
    attacker.sum(("stunden", "alle"), [("stunden", f"{row}") for row in range(topics)])
    if falls:
        for more, less in pairwise(range(topics)):
            if topics > 2:
                attacker.at_most(form_keys(less, None), form_keys(more, None))

    for row in range(topics):
        assert_protected(attacker, form_keys(row, None), topic_sums[row], threshold)
        assert_protected(attacker, ("zuvor", f"{row}"), before[row], threshold)
        assert_protected(attacker, ("stunden", f"{row}"), hours[row], threshold, people=topic_sums[row])
        for column in range(forms):
            assert_protected(attacker, form_keys(row, column), by_form[row][column], threshold)
        for column in range(groups):
            assert_protected(attacker, group_keys(row, column), by_group[row][column], threshold)
    if everything and with_shares and 0 < everything - topic_sums[0] < threshold:
        # Who is not among a share is as few as who is.
        attacker.sum(name, [form_keys(0, None), "others"])
        assert_protected(attacker, "others", everything - topic_sums[0], threshold)


@st.composite
def visits(draw):
    """Who (of up to twelve people) came how often to what, from where."""
    events, places = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    return [
        [draw(st.lists(st.integers(0, 11), max_size=draw(st.sampled_from([1, 3, 9])))) for _ in range(places)]
        for _ in range(events)
    ]


@example([[[], [0], [4]], [[], [], [1, 2, 3]]], 3)
@given(visits(), thresholds)
@settings(deadline=None, max_examples=examples(100))
def test_different_people_and_their_visits_do_not_betray_each_other(came, threshold):  # noqa: C901 - one report and its attack
    """Teilnehmende are counted once in each sum, so their sums are no sums; and they are never more than Teilnahmen."""
    height, width = len(came), len(came[0])

    def name(what, row, column):
        return (what, f"{row}", f"{column}")

    def who(row, column):
        rows = range(height) if row is None else [row]
        columns = range(width) if column is None else [column]
        return [person for r in rows for c in columns for person in came[r][c]]

    def count(row, column, *, people):
        found = who(row, column)
        if people:
            key, within = name("teilnehmende", row, column), name("teilnahmen", row, column)
            return Count(len(set(found)), key=key, within=within, distinct=True)
        return Count(len(found), key=name("teilnahmen", row, column))

    def table(key, *, people):
        columns = [*range(width), None]
        return Table(
            key=key,
            title=key,
            columns=(
                Column(title="Art", header=True),
                *(Column(title=f"{column}", type=COUNT, total=column is None) for column in columns),
            ),
            rows=tuple((f"{r}", *(count(r, c, people=people) for c in columns)) for r in range(height)),
            totals=("Summe", *(count(None, c, people=people) for c in columns)),
        )

    document = published([table("besuche", people=False), table("personen", people=True)], threshold=threshold)
    attacker = Attacker()
    attack_grid(attacker, document, "besuche", height, width, lambda r, c: name("teilnahmen", r, c))
    people = document.table("personen")
    rows, columns = [*range(height), None], [*range(width), None]
    for row in rows:
        for place, column in enumerate(columns, start=1):
            shown = (people.totals if row is None else people.rows[row])[place]
            attacker.sees(name("teilnehmende", row, column), shown)
            attacker.at_most(name("teilnehmende", row, column), name("teilnahmen", row, column))
        attacker.union(name("teilnehmende", row, None), [name("teilnehmende", row, c) for c in range(width)])
    for column in columns:
        attacker.union(name("teilnehmende", None, column), [name("teilnehmende", r, column) for r in range(height)])
    for row in rows:
        for column in columns:
            found = who(row, column)
            assert_protected(attacker, name("teilnahmen", row, column), len(found), threshold)
            assert_protected(attacker, name("teilnehmende", row, column), len(set(found)), threshold)


@given(st.lists(small, min_size=3, max_size=8), thresholds)
@settings(deadline=None, max_examples=examples(100))
def test_the_order_of_rows_tells_nothing_about_what_is_hidden(values, threshold):
    """Sorted by the report itself, or by `ranked_by`, with a total below."""
    rows = [(f"Thema {number}", Count(value)) for number, value in enumerate(values)]
    columns = (Column(title="Thema", header=True), Column(title="Kontakte", type=COUNT))
    totals = ("Summe", Count(sum(values)))
    ranked = published(
        [Table(key="t", title="t", columns=columns, rows=rows, totals=totals, ranked_by=1)], threshold=threshold
    ).table("t")
    shown = [value for _, value in ranked.rows if not isinstance(value, Sign)]
    assert shown == sorted(shown, reverse=True)
    hidden = [label for label, value in ranked.rows if isinstance(value, Sign)]
    assert hidden == sorted(hidden)
    assert [label for label, _ in ranked.rows[len(shown) :]] == hidden
    rows.sort(key=lambda row: -row[1].value)
    document = published([Table(key="t", title="t", columns=columns, rows=rows, totals=totals)], threshold=threshold)
    attacker = Attacker()
    for number, (_, value) in enumerate(document.table("t").rows):
        attacker.sees(number, value)
    attacker.sees("summe", document.table("t").totals[1])
    attacker.sum("summe", range(len(values)))
    for more, less in pairwise(range(len(values))):
        attacker.at_most(less, more)
    for number, value in enumerate(sorted(values, reverse=True)):
        assert_protected(attacker, number, value, threshold)


@given(tables(most=4), thresholds)
@settings(deadline=None, max_examples=examples(50))
def test_the_same_numbers_give_the_same_report_and_the_office_itself_sees_all(values, threshold):
    def keys(row, column):
        return ("zahl", str(row), str(column))

    blocks = [grid("t", values, keys)]
    document = published(blocks, threshold=threshold)
    assert document == published(blocks, threshold=threshold)
    signs = sum(
        isinstance(cell, Sign) for line in (*document.table("t").rows, document.table("t").totals) for cell in line
    )
    assert document.suppressed == signs
    inside = published(blocks, threshold=threshold, audience="intern")
    assert [list(row[1:-1]) for row in inside.table("t").rows] == values
    assert (inside.suppressed, inside.internal) == (0, True)


def test_what_is_small_beyond_the_tables_is_protected_where_the_report_says_so():
    """8 visits, 7 of them without a name: the difference is one person."""
    every, unnamed = Count(8, key=("besuche",)), Count(7, key=("besuche", "ohne"))
    named = Count(1, key=("besuche", "mit"))
    figures = Figures(items=(Figure(label="Besuche", value=every), Figure(label="ohne Namen", value=unnamed)))
    document = published([figures], totals=[Total(every, (named, unnamed))])
    assert [item.value for item in next(document.blocks()).items].count(Sign.SUPPRESSED) == 1


@pytest.mark.parametrize(("contributors", "largest"), [(2, None), (5, 26), (5, 30)])
def test_a_number_that_nearly_one_body_stands_for_is_hidden(contributors, largest):
    counts = [Count(30, contributors=contributors, largest=largest), Count(40, contributors=6, largest=10)]
    table = Table(
        key="t",
        title="t",
        columns=(Column(title="Träger", header=True), Column(title="Kontakte", type=COUNT)),
        rows=tuple((f"Gruppe {number}", count) for number, count in enumerate(counts)),
        totals=("Summe", Count(70)),
    )
    document = published([table])
    assert document.table("t").rows[0][1] is Sign.SUPPRESSED
    attacker = Attacker()
    for number, (_, value) in enumerate(document.table("t").rows):
        attacker.sees(number, value)
    attacker.sees("summe", document.table("t").totals[1])
    attacker.sum("summe", [0, 1])
    least, most = attacker.bounds(0)
    assert least <= 30 * 0.75
    assert most >= 30 * 1.25


@example(part=1, others=0, threshold=3, public=True, with_part=True)
@example(part=0, others=1, threshold=3, public=True, with_part=False)
@example(part=2, others=1, threshold=3, public=True, with_part=True)
@example(part=97, others=1, threshold=3, public=False, with_part=False)
@given(
    part=st.integers(0, 40),
    others=st.integers(0, 40),
    threshold=thresholds,
    public=st.booleans(),
    with_part=st.booleans(),
)
@settings(deadline=None, max_examples=examples(100))
def test_a_percentage_does_not_betray_those_in_it_or_the_others(part, others, threshold, public, with_part):
    """Of a whole that is a number about people, and of one that everybody knows, such as the number of Fachkräfte."""
    whole = part + others
    counted, every = Count(part, key=("teil",)), Count(whole, key=("alle",))
    figures = [
        Figure(label="Anteil", value=Share(counted, whole if public else every)),
        *([] if public else [Figure(label="alle", value=every)]),
        *([Figure(label="Teil", value=counted)] if with_part else []),
    ]
    document = published([Figures(items=figures)], threshold=threshold)
    shown = [item.value for item in next(document.blocks()).items]
    if not whole:
        assert shown[0] in {Sign.NOT_APPLICABLE, Sign.SUPPRESSED}
        return
    attacker = Attacker()
    attacker.number("teil")
    if public:
        attacker.knows({"alle": 1}, whole, whole)
    else:
        attacker.sees("alle", shown[1])
    attacker.sum("alle", ["teil", "andere"])
    attacker.sees_share("teil", "alle", shown[0])
    if with_part:
        attacker.sees("teil", shown[-1])
    if public and whole < threshold:
        assert shown[0] is Sign.SUPPRESSED
        return
    assert_protected(attacker, "teil", part, threshold)
    assert_protected(attacker, "andere", others, threshold)


def test_time_is_hidden_with_the_people_whose_time_it_is():
    """Who knows that an event took two hours reads the Teilnahmen from the person-hours."""
    visits = [Count(number, key=("teilnahmen", f"{row}")) for row, number in enumerate((30, 1, 12))]
    hours = [Count(Fraction(2 * one.value), people=one.people, beside=one) for one in visits]
    whole = Count(43, key=("teilnahmen",))
    table = Table(
        key="t",
        title="t",
        columns=(
            Column(title="Art", header=True),
            Column(title="Teilnahmen", type=COUNT),
            Column(title="Personenstunden", unit="Std.", type=ColumnType.NUMBER),
        ),
        rows=tuple((f"{row}", *both) for row, both in enumerate(zip(visits, hours, strict=True))),
        totals=("Summe", whole, Count(Fraction(86), people=43, beside=whole)),
    )
    rows = published([table]).table("t").rows
    assert [value for _, value, _ in rows].count(Sign.SUPPRESSED) == 2
    assert all(isinstance(value, Sign) == isinstance(time, Sign) for _, value, time in rows)
