"""What holds of reports and renderers whatever an office holds."""

import csv
import io
from datetime import UTC, date, datetime
from fractions import Fraction

from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.model import Assignment, Occupancy, Organisation, Position, SchoolProfile, Workload
from koschuso.reporting import (
    BUILTIN_RENDERERS,
    STELLENUEBERSICHT,
    Column,
    ColumnType,
    Document,
    Item,
    Listing,
    OfficeInfo,
    RecordsView,
    Section,
    Sign,
    Table,
    Text,
)
from koschuso.reporting.renderers.delimited import guarded

AS_OF = datetime(2025, 10, 15, 12, 0, tzinfo=UTC)
SCHOOLS = [
    Organisation(
        id=f"schule-{number}",
        type="schule",
        name=f"Schule {number}",
        ags=ags,
        school=SchoolProfile(schulnummer=f"{100000 + number}", schulform=form),
    )
    for number, (ags, form) in enumerate(
        [
            ("05974040", "grundschule"),
            ("05974028", "grundschule"),
            ("05974040", "gymnasium"),
            ("05978004", "realschule"),
        ]
    )
]
PLACES = [*(school.id for school in SCHOOLS), "nirgends"]

hours = st.sampled_from(["19.5", "39", "10", "15", "7.25", "29.25", "1"])


@st.composite
def positions(draw):
    """Positions of whom nobody is sure to hold anything, cut into Einsätze that never exceed them."""
    records = []
    for number in range(draw(st.integers(0, 8))):
        whole = draw(st.none() | hours)
        holder = draw(st.sampled_from([None, "a", "b", "c"]))
        occupancy = Occupancy.BESETZT if holder else draw(st.sampled_from(list(Occupancy)))
        basis = draw(st.sampled_from([2340, 2390]))
        workload = None if whole is None else Workload.of_hours(whole, full_time_minutes=basis)
        if workload is not None and workload.vzae > 1:
            workload = None
        records.append(
            Position(
                id=f"p{number}",
                name="Stelle",
                workload=workload,
                holder_id=holder,
                occupancy=occupancy,
                saeule=draw(st.sampled_from(["", "landesdienst", "kommunale_jugendhilfe", "x:eigene"])),
                is_coordination=draw(st.sampled_from([False, False, True])),
            )
        )
        parts = draw(st.integers(0, 3))
        for part in range(parts):
            share = None
            if workload is not None and draw(st.booleans()):
                share = Workload(minutes=workload.minutes / parts, full_time_minutes=basis)
            records.append(
                Assignment(
                    id=f"a{number}-{part}",
                    position_id=f"p{number}",
                    place_id=draw(st.sampled_from(PLACES)),
                    workload=share,
                    duty=draw(st.sampled_from(["schulsozialarbeit", "mpt", "koordination", "x:neu"])),
                )
            )
    return records


def overview(records):
    view = RecordsView([*SCHOOLS, *records], office=OfficeInfo(name="Stelle", ags="05974"), as_of=AS_OF)
    return STELLENUEBERSICHT.run(view, stichtag=date(2025, 10, 15))


def known(value):
    return Fraction(0) if isinstance(value, Sign) else Fraction(value)


@given(positions())
@settings(max_examples=examples(30), deadline=None)
def test_no_volume_is_lost_and_none_is_counted_twice(records):
    document = overview(records)
    shown = known(document.table("verbleib").totals[3]) + sum(known(row[3]) for row in document.table("weitere").rows)
    expected = Fraction(0)
    einsaetze = [record for record in records if isinstance(record, Assignment)]
    for position in (record for record in records if isinstance(record, Position)):
        own = [einsatz.workload for einsatz in einsaetze if einsatz.position_id == position.id]
        complete = position.workload is not None and all(own) and own
        if complete or (not own and position.workload is not None):
            expected += position.workload.vzae
        else:
            expected += sum((workload.vzae for workload in own if workload), Fraction(0))
    # Three equal parts of a workload are rounded by Decimal in its 28th digit.
    assert abs(shown - expected) < Fraction(1, 10**20)


@given(positions())
@settings(max_examples=examples(30), deadline=None)
def test_all_tables_about_schools_tell_the_same_sum(records):
    document = overview(records)
    sums = [document.table("verbleib").rows[0][3]]
    for key, column in (("t1", 7),):
        totals = document.table(key).totals
        sums.append(Fraction(0) if totals is None else totals[column])
    for key in ("t2a", "t3", "t4"):
        table = document.table(key)
        place = [column.title for column in table.columns].index("VZÄ gesamt")
        assert sum((known(row[place]) for row in table.rows), Fraction(0)) == known(sums[0])
        sums.append(Fraction(0) if table.totals is None else table.totals[place])
    assert len({known(value) for value in sums}) == 1


@given(positions())
@settings(max_examples=examples(30), deadline=None)
def test_schools_with_and_without_are_all_schools(records):
    document = overview(records)
    table = document.table("t3")
    titles = [column.title for column in table.columns]
    schools, with_ = (table.totals[titles.index(title)] for title in ("Schulen", "mit Schulsozialarbeit"))
    assert with_ + len(document.table("t5").rows) == schools == 3


@given(positions())
@settings(max_examples=examples(30), deadline=None)
def test_nobody_is_two_heads(records):
    people = {record.holder_id for record in records if isinstance(record, Position) and record.holder_id}
    unnamed = [
        r for r in records if isinstance(r, Position) and r.holder_id is None and r.occupancy is Occupancy.BESETZT
    ]
    document = overview(records)
    totals = document.table("t2b").totals
    assert totals is None or totals[-1] <= len(people) + len(unnamed)


texts = st.text(max_size=30)


def document_of(text):
    table = Table(
        key="t",
        title=text,
        columns=(Column(title=text, header=True), Column(title="Zahl", type=ColumnType.NUMBER)),
        rows=((text, Fraction(1, 3)),),
    )
    blocks = (Text(paragraphs=(text,)), Listing(items=(Item(text, lead=text),)), table)
    return Document(
        title=text,
        office=text,
        period=text,
        as_of=AS_OF,
        sections=(Section(title=text, blocks=blocks),),
        notes=(text,),
        renderers=BUILTIN_RENDERERS,
    )


@given(texts)
@settings(max_examples=examples(50), deadline=None)
def test_every_text_can_be_rendered_and_is_escaped(text):
    document = document_of(f"<b>{text}")
    page = document.render(".html").decode()
    assert "<b>" not in page
    assert "<b>" not in document.render(".md").decode().replace(r"\<b\>", "")


@given(texts)
@settings(max_examples=examples(60), deadline=None)
def test_csv_gives_back_what_was_written_apart_from_the_guard(text):
    data = document_of(text).render(".csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline=""), delimiter=";"))
    assert [guarded(text), "0,33"] in rows
    assert rows[0] == ["Bericht", guarded(text)]
