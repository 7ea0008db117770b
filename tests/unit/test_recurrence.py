"""Recurrences: what RFC 5545 says, the same as dateutil for sound rules, and bounds for the others."""

import time
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from effort import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from koschuso.errors import Refused, WrongUse
from koschuso.interchange import ical
from koschuso.interchange.limits import MAX_OCCURRENCES
from koschuso.interchange.recurrence import occurrences
from koschuso.interchange.recurrence.check import check_recurrence, check_rule, export_warnings, is_plain
from koschuso.interchange.recurrence.expand import Budget, expand
from koschuso.interchange.recurrence.move import move_series
from koschuso.interchange.recurrence.rule import WEEKDAYS, Rule, read_rule
from koschuso.model import Event, EventStatus, TimeSpan

BERLIN = "TZID=Europe/Berlin"
START = datetime(2025, 10, 15, 9)  # a Wednesday


def series(*lines, begin=START, hours=1.0, zone="Europe/Berlin", **facts):
    return Event(id="s", title="Serie", span=TimeSpan.at(begin, hours=hours, zone=zone), recurrence=lines, **facts)


def exception(at, begin, *, zone="Europe/Berlin", **facts):
    return Event(
        id=f"s#{at}",
        title="Ausnahme",
        occurrence_of="s",
        occurrence_at=at,
        span=TimeSpan.at(begin, hours=1, zone=zone),
        **facts,
    )


def begins(found):
    return [item.span.begin.isoformat(timespec="minutes") for item in found.items]


# -- what is worked out ------------------------------------------------------------------------------------------------


def test_an_event_without_rules_takes_place_once():
    found = occurrences(series())
    assert begins(found) == ["2025-10-15T09:00"]
    assert found.complete
    assert found.findings == ()


def test_an_idea_without_a_time_takes_place_never():
    found = occurrences(Event(id="i", title="Idee", status=EventStatus.IDEE))
    assert found.items == ()
    assert [finding.rule for finding in found.findings] == ["serie.ohne_zeit"]


def test_a_series_keeps_its_time_on_the_clock_when_the_clocks_change():
    found = occurrences(series("RRULE:FREQ=WEEKLY;COUNT=3"))
    assert begins(found) == ["2025-10-15T09:00", "2025-10-22T09:00", "2025-10-29T09:00"]
    assert {item.span.duration for item in found.items} == {timedelta(hours=1)}
    assert [item.span.begin_instant().hour for item in found.items] == [7, 7, 8]


def test_a_time_that_the_clocks_leave_out_is_no_occurrence_and_is_not_counted():
    found = occurrences(series("RRULE:FREQ=DAILY;COUNT=3", begin=datetime(2025, 3, 29, 2, 30)))
    assert begins(found) == ["2025-03-29T02:30", "2025-03-31T02:30", "2025-04-01T02:30"]


def test_an_occurrence_lasts_as_long_as_the_first_one_also_over_the_change_of_the_clocks():
    night = occurrences(series("RRULE:FREQ=DAILY;COUNT=3", begin=datetime(2025, 10, 24, 23), hours=8)).items
    assert [item.span.end.hour for item in night] == [7, 6, 7]


def test_the_begin_takes_place_also_where_the_rule_does_not_hit_it():
    found = occurrences(series("RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2"))
    assert begins(found) == ["2025-10-15T09:00", "2025-10-17T09:00", "2025-10-24T09:00"]


def test_several_rules_and_dates_are_one_series_and_each_moment_comes_once():
    found = occurrences(
        series(
            "RRULE:FREQ=WEEKLY;COUNT=2",
            "RRULE:FREQ=DAILY;INTERVAL=7;COUNT=3",
            f"RDATE;{BERLIN}:20251015T090000,20251020T150000",
        )
    )
    assert begins(found) == ["2025-10-15T09:00", "2025-10-20T15:00", "2025-10-22T09:00", "2025-10-29T09:00"]


def test_excluded_dates_are_understood_in_every_form():
    rule = "RRULE:FREQ=DAILY;COUNT=5"
    left = ["2025-10-15T09:00", "2025-10-19T09:00"]
    assert begins(occurrences(series(rule, f"EXDATE;{BERLIN}:20251016T090000,20251017T090000,20251018T090000"))) == left
    assert (
        begins(occurrences(series(rule, "EXDATE:20251016T070000Z,20251017T070000Z", "EXDATE:20251018T070000Z"))) == left
    )
    assert begins(occurrences(series(rule, "EXDATE;VALUE=DATE:20251016,20251017,20251018"))) == left
    assert begins(occurrences(series(rule, "EXRULE:FREQ=DAILY;COUNT=3;BYDAY=TH,FR,SA"))) == left
    assert (
        begins(
            occurrences(
                series(rule, "EXDATE;TZID=W. Europe Standard Time:20251016T090000,20251017T090000,20251018T090000")
            )
        )
        == left
    )


def test_all_day_floating_and_utc_series_are_worked_out_on_their_own_clock():
    days = Event(
        id="s", title="x", span=TimeSpan.days(date(2025, 3, 29)), recurrence=("RRULE:FREQ=DAILY;UNTIL=20250331",)
    )
    assert begins(occurrences(days)) == ["2025-03-29T00:00", "2025-03-30T00:00", "2025-03-31T00:00"]
    floating = series("RRULE:FREQ=DAILY;UNTIL=20251016T090000", zone=None)
    assert begins(occurrences(floating)) == ["2025-10-15T09:00", "2025-10-16T09:00"]
    utc = series("RRULE:FREQ=WEEKLY;COUNT=3", zone="UTC")
    assert [item.span.local_begin.hour for item in occurrences(utc).items] == [11, 11, 10]


def test_the_last_day_counts_whole_when_until_is_a_date():
    assert len(occurrences(series("RRULE:FREQ=DAILY;UNTIL=20251017")).items) == 3
    assert len(occurrences(series("RRULE:FREQ=DAILY;UNTIL=20251017T065959Z")).items) == 2
    assert len(occurrences(series("RRULE:FREQ=DAILY;UNTIL=20251017T070000Z")).items) == 3


def test_a_period_among_the_dates_has_a_length_of_its_own():
    found = occurrences(series(f"RDATE;VALUE=PERIOD;{BERLIN}:20251020T150000/PT3H,20251021T150000/20251021T153000"))
    assert [item.span.duration for item in found.items] == [
        timedelta(hours=1), timedelta(hours=3), timedelta(minutes=30),
    ]  # fmt: skip


def test_an_exception_takes_the_place_of_its_occurrence():
    moved = exception("RECURRENCE-ID:20251022T070000Z", datetime(2025, 10, 23, 14))
    found = occurrences(series("RRULE:FREQ=WEEKLY;COUNT=3"), [moved])
    assert begins(found) == ["2025-10-15T09:00", "2025-10-23T14:00", "2025-10-29T09:00"]
    assert [item.is_exception for item in found.items] == [False, True, False]
    assert found.items[1].at == datetime(2025, 10, 22, 9)


def test_a_cancelled_occurrence_is_told_as_such():
    off = exception(f"RECURRENCE-ID;{BERLIN}:20251022T090000", datetime(2025, 10, 22, 9), status=EventStatus.ABGESAGT)
    found = occurrences(series("RRULE:FREQ=WEEKLY;COUNT=3"), [off])
    assert [item.cancelled for item in found.items] == [False, True, False]


def test_an_exception_for_this_and_future_moves_the_later_ones():
    later = exception(f"RECURRENCE-ID;RANGE=THISANDFUTURE;{BERLIN}:20251029T090000", datetime(2025, 10, 30, 10))
    once = exception(f"RECURRENCE-ID;{BERLIN}:20251105T090000", datetime(2025, 11, 4, 8))
    found = occurrences(series("RRULE:FREQ=WEEKLY;COUNT=5"), [once, later])
    assert begins(found) == [
        "2025-10-15T09:00",
        "2025-10-22T09:00",
        "2025-10-30T10:00",
        "2025-11-04T08:00",
        "2025-11-13T10:00",
    ]
    assert [item.event.id for item in found.items[-1:]] == [later.id]


def test_an_exception_from_outside_is_found_in_the_window_it_was_moved_to():
    moved = exception(f"RECURRENCE-ID;{BERLIN}:20251022T090000", datetime(2026, 3, 2, 9))
    found = occurrences(series("RRULE:FREQ=WEEKLY;COUNT=3"), [moved], begin=date(2026, 3, 1), end=date(2026, 4, 1))
    assert begins(found) == ["2026-03-02T09:00"]


def test_of_two_exceptions_for_one_occurrence_the_newer_counts_and_a_stranger_is_passed_over():
    at = f"RECURRENCE-ID;{BERLIN}:20251022T090000"
    new, old = (
        exception(at, datetime(2025, 10, 23, 9), sequence=2),
        exception(at, datetime(2025, 10, 24, 9), sequence=1),
    )
    strange = Event(id="x", title="x", occurrence_of="other", occurrence_at=at, span=TimeSpan.at(START, hours=1))
    assert begins(occurrences(series("RRULE:FREQ=WEEKLY;COUNT=2"), [new, old, strange])) == [
        "2025-10-15T09:00",
        "2025-10-23T09:00",
    ]


def test_a_window_gives_what_overlaps_it():
    lecture = series("RRULE:FREQ=DAILY", hours=2)
    found = occurrences(lecture, begin=datetime(2030, 1, 1, 10), end=datetime(2030, 1, 2, 9))
    assert begins(found) == ["2030-01-01T09:00"]
    assert found.complete
    tokyo = series("RRULE:FREQ=DAILY", zone="Asia/Tokyo")
    assert begins(occurrences(tokyo, begin=date(2030, 1, 1), end=date(2030, 1, 2))) == ["2030-01-01T09:00"]


def test_what_cannot_be_read_excludes_and_adds_nothing_and_is_told():
    found = occurrences(
        series("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:gestern", "RDATE:x,20251101T090000", "RRULE:FREQ=OFT", "oops")
    )
    assert begins(found) == ["2025-10-15T09:00", "2025-10-16T09:00", "2025-11-01T09:00"]
    assert {(finding.rule, finding.field) for finding in found.findings} == {
        ("serie.regel_unlesbar", name) for name in ("EXDATE", "RDATE", "RRULE", "")
    }


# -- the same as dateutil ----------------------------------------------------------------------------------------------


@st.composite
def rules(draw):
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts = [f"FREQ={frequency}"]
    few = lambda values: st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)  # noqa: E731 - a local word

    def maybe(name, values):
        if draw(st.booleans()):
            parts.append(f"{name}={','.join(map(str, draw(few(values))))}")

    maybe("BYMONTH", list(range(1, 13)))
    if frequency != "WEEKLY":
        maybe("BYMONTHDAY", [1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -31])
    if frequency in {"YEARLY", "MONTHLY"} and draw(st.booleans()):
        maybe("BYDAY", [f"{number}{day}" for number in (1, 2, 4, 5, -1, -2) for day in WEEKDAYS])
    else:
        maybe("BYDAY", list(WEEKDAYS))
        if frequency == "YEARLY":
            maybe("BYYEARDAY", [1, 59, 60, 200, 365, 366, -1, -366])
            maybe("BYWEEKNO", [1, 2, 20, 51, 52, -1, -2])
    maybe("BYHOUR", [0, 8, 23])
    maybe("BYMINUTE", [0, 30])
    if frequency != "WEEKLY" and len(parts) > 1:
        maybe("BYSETPOS", [1, 2, 5, -1, -3])
    parts.append(f"INTERVAL={draw(st.sampled_from([1, 1, 2, 3, 7]))}")
    parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


@given(rules(), st.datetimes(datetime(1995, 1, 1), datetime(2030, 1, 1)))
@settings(max_examples=examples(150))
def test_sound_rules_give_what_dateutil_gives(text, start):
    start = start.replace(microsecond=0)
    rule = read_rule(text)
    assert isinstance(rule, Rule)
    budget = Budget(200_000)
    last = start.replace(year=start.year + 12, day=min(start.day, 28))
    mine = list(islice(expand(rule, start, budget, last=last), 50))
    assume(budget.left >= 0)
    assume(mine)  # dateutil searches up to the year 9999 for a rule that never occurs
    enough = len(mine) if len(mine) == 50 or rule.count else len(mine) + 1
    theirs = [moment for moment in islice(rrulestr(text, dtstart=start), enough) if moment <= last]
    assert mine == theirs


@pytest.mark.parametrize("frequency", ["HOURLY", "MINUTELY", "SECONDLY"])
@pytest.mark.parametrize(
    "rest", ["", ";INTERVAL=7", ";BYDAY=MO", ";BYHOUR=3,22", ";BYMINUTE=5;BYMONTHDAY=20", ";INTERVAL=11;BYSECOND=0,30"]
)
def test_rules_by_the_clock_give_what_dateutil_gives(frequency, rest):
    text = f"FREQ={frequency}{rest};COUNT=60"
    assert list(expand(read_rule(text), START, Budget(200_000))) == list(rrulestr(text, dtstart=START))


def test_days_of_both_sorts_are_all_meant_and_the_first_week_is_a_whole_one():
    # RFC 5545, 3.3.10; dateutil gives none, and counts positions in a first week that begins with DTSTART
    both = read_rule("FREQ=MONTHLY;BYDAY=1MO,TU;COUNT=4")
    assert [day.day for day in expand(both, datetime(2025, 9, 1, 9), Budget(999))] == [1, 2, 9, 16]
    third = read_rule("FREQ=WEEKLY;BYDAY=WE,SA,SU;BYSETPOS=3;COUNT=1")
    assert list(expand(third, datetime(2024, 12, 19), Budget(999))) == [datetime(2024, 12, 22)]


def test_a_day_that_a_month_lacks_is_left_out_or_taken_near_by():
    assert [day.day for day in expand(read_rule("FREQ=MONTHLY;COUNT=2"), datetime(2025, 1, 31), Budget(999))] == [
        31,
        31,
    ]
    back = read_rule("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=2")
    assert list(expand(back, datetime(2025, 1, 31), Budget(999)))[1] == datetime(2025, 2, 28)
    forth = read_rule("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=2")
    assert list(expand(forth, datetime(2025, 1, 31), Budget(999)))[1] == datetime(2025, 3, 1)


# -- bounds ------------------------------------------------------------------------------------------------------------

EVERY = ";BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60)))
EVERY += ";BYSECOND=" + ",".join(map(str, range(60)))
BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=HOURLY",
    "FREQ=SECONDLY;COUNT=1000000000",
    "FREQ=DAILY;COUNT=1000000000",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;COUNT=0",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6,9,11",
    "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2;BYDAY=1MO",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6",
    "FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 367))) + EVERY,
    "FREQ=DAILY" + EVERY,
    "FREQ=SECONDLY;INTERVAL=7;BYSECOND=59;BYDAY=MO;BYMONTHDAY=13",
    "FREQ=MINUTELY;UNTIL=99991231T235959Z",
    "FREQ=WEEKLY;BYDAY=99XX,-00MO",
    "FREQ=" + "A" * 100_000,
    "BYDAY=" + "MO," * 100_000,
]


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda text: text[:40])
@pytest.mark.parametrize("begin", [datetime(1900, 1, 1), START])
def test_a_bomb_is_answered_within_bounds_by_a_finding(bomb, begin):
    event = series(f"RRULE:{bomb}", begin=begin)
    windows = ({}, {"limit": 10}, {"begin": date(2025, 11, 3), "end": date(2025, 11, 4)}, {"begin": date(2025, 1, 1)})
    for window in windows:
        before = time.process_time()
        found = occurrences(event, **window)
        assert time.process_time() - before < 5, "measured 0.2 s at most; the bound allows for busy machines"
        assert found.findings
        assert len(found.items) <= MAX_OCCURRENCES
    assert export_warnings([event])


def test_a_rule_by_the_minute_since_1601_is_entered_where_the_window_begins():
    rule = read_rule("FREQ=MINUTELY")
    budget = Budget(1000)
    found = list(expand(rule, datetime(1601, 1, 1), budget, not_before=START, last=START + timedelta(minutes=5)))
    assert len(found) == 6
    assert budget.left > 900


def test_a_hundred_thousand_dates_are_looked_at_in_part_and_told():
    moments = [(START + timedelta(minutes=number)).strftime("%Y%m%dT%H%M%S") for number in range(100_000)]
    lines = [f"RDATE;{BERLIN}:{','.join(moments[at : at + 20_000])}" for at in range(0, 100_000, 20_000)]
    before = time.process_time()
    found = occurrences(series(*lines))
    assert time.process_time() - before < 5
    assert not found.complete
    assert "serie.zu_viele_termine" in {finding.rule for finding in found.findings}
    assert [finding.rule for finding in check_recurrence(lines)] == ["serie.zu_viele_termine"]
    assert [finding.rule for finding in occurrences(series("RDATE:" + ",".join(moments))).findings] == [
        "serie.regel_unlesbar"
    ]


def test_a_limit_of_the_caller_is_no_finding_but_the_answer_is_not_complete():
    found = occurrences(series("RRULE:FREQ=DAILY"), limit=50)
    assert len(found.items) == 50
    assert not found.complete
    assert found.findings == ()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20301231T235959Z",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=HOURLY;COUNT=10",
        "FREQ=MINUTELY;INTERVAL=15;UNTIL=20251020",
        "FREQ=DAILY;BYHOUR=8,9,10;BYMINUTE=0,30",
        "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2",
        "freq=weekly;byday=mo",
        "FREQ=DAILY;X-FREMD=1;",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=MO;BYMONTHDAY=13",
    ],
)
def test_a_sound_rule_is_no_finding(rule):
    assert check_rule(f"RRULE:{rule}", start=START) is None


def test_a_glance_never_takes_a_bad_rule_for_a_sound_one():
    assert not any(is_plain(bomb) for bomb in BOMBS)
    assert is_plain("FREQ=WEEKLY;BYDAY=MO")
    assert not is_plain("FREQ=YEARLY;BYMONTH=2")  # never for a begin on the 30th


def test_a_bomb_is_told_when_it_is_read_and_when_it_is_written_and_stays_as_it_is():
    data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250101T000000Z\r\n"
    data += b"DTSTART:20250101T090000Z\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    reading = ical.read(data)
    assert [(finding.rule, finding.line) for finding in reading.findings] == [("serie.regel_uebermaessig", 8)]
    written = ical.writing(reading.records)
    assert b"\r\nRRULE:FREQ=SECONDLY\r\n" in written.data
    assert [finding.rule for finding in written.findings] == ["serie.regel_uebermaessig"]


# -- moving ------------------------------------------------------------------------------------------------------------


def test_what_was_called_off_and_what_was_moved_stays_so_when_the_series_moves():
    event = series("RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20251112T080000Z", "EXDATE:20251022T070000Z", begin=START)
    special = exception(f"RECURRENCE-ID;{BERLIN}:20251029T090000", datetime(2025, 10, 31, 15))
    retitled = exception("RECURRENCE-ID:20251105T080000Z", datetime(2025, 11, 5, 9))
    before = occurrences(event, [special, retitled])
    assert begins(before) == ["2025-10-15T09:00", "2025-10-31T15:00", "2025-11-05T09:00", "2025-11-12T09:00"]
    moved = move_series(event, [special, retitled], by=timedelta(days=1, hours=2))
    assert moved.findings == ()
    after = occurrences(moved.event, moved.exceptions)
    assert begins(after) == ["2025-10-16T11:00", "2025-10-31T15:00", "2025-11-06T11:00", "2025-11-13T11:00"]
    back = move_series(moved.event, moved.exceptions, by=-timedelta(days=1, hours=2))
    assert back.event == event
    assert back.exceptions == (special, retitled)


def test_a_series_may_move_into_another_zone():
    event = series("RRULE:FREQ=DAILY;COUNT=3", f"EXDATE;{BERLIN}:20251016T090000")
    to = TimeSpan.at(datetime(2025, 10, 15, 10), hours=2, zone="Europe/London")
    moved = move_series(event, to=to)
    assert moved.event.recurrence[1] == "EXDATE;TZID=Europe/London:20251016T100000"
    assert begins(occurrences(moved.event)) == ["2025-10-15T10:00", "2025-10-17T10:00"]


def test_a_rule_of_certain_days_is_told_when_it_cannot_follow():
    monthly = series("RRULE:FREQ=MONTHLY;BYDAY=3WE;COUNT=3")
    assert move_series(monthly, by=timedelta(hours=1)).findings == ()
    assert [finding.rule for finding in move_series(monthly, by=timedelta(days=1)).findings] == [
        "serie.regel_passt_nicht"
    ]
    by_date = series("RRULE:FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3")
    moved = move_series(by_date, by=timedelta(days=2))
    assert moved.event.recurrence == ("RRULE:FREQ=MONTHLY;BYMONTHDAY=17;COUNT=3",)
    assert moved.findings == ()


def test_days_move_by_days():
    event = Event(
        id="s", title="x", span=TimeSpan.days(date(2025, 10, 15)),
        recurrence=("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20251022"),
    )  # fmt: skip
    moved = move_series(event, by=timedelta(days=-1)).event
    assert moved.recurrence[1] == "EXDATE;VALUE=DATE:20251021"
    assert begins(occurrences(moved)) == ["2025-10-14T00:00", "2025-10-28T00:00"]


def test_a_move_needs_to_know_where_to():
    with pytest.raises(WrongUse):
        move_series(series())
    with pytest.raises(Refused):
        move_series(series(), to=TimeSpan.days(date(2025, 1, 1)))
    with pytest.raises(Refused):
        move_series(Event(id="i", title="x", status=EventStatus.IDEE), by=timedelta(1))


@given(
    st.text(st.sampled_from("FREQ=DAILYWKMONTHSBUCI;,0123456789-+TZ XÄ"), max_size=60),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
)
@settings(max_examples=examples(200))
def test_no_text_makes_the_expansion_raise(text, begin):
    begin = begin.replace(microsecond=0)
    event = series(f"RRULE:{text}", f"EXDATE:{text}", f"RDATE:{text}", begin=min(begin, datetime(2199, 1, 1)))
    occurrences(event, limit=20)
    move_series(event, by=timedelta(hours=1))


# -- zones that only the file describes --------------------------------------------------------------------------------

_ISLAND = """BEGIN:VTIMEZONE
TZID:Insel
BEGIN:STANDARD
TZOFFSETFROM:+034152
TZOFFSETTO:+0400
DTSTART:19110601T000000
END:STANDARD
END:VTIMEZONE
"""
_NOWHERE = """BEGIN:VTIMEZONE
TZID:Nirgendwo
BEGIN:STANDARD
TZOFFSETFROM:+0730
TZOFFSETTO:+0230
DTSTART:20001105T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
TZOFFSETFROM:+0230
TZOFFSETTO:+0730
DTSTART:20000305T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=1SU
END:DAYLIGHT
END:VTIMEZONE
"""


def read_events(zones, *events):
    bodies = "".join(f"BEGIN:VEVENT\nUID:s\n{event}\nEND:VEVENT\n" for event in events)
    return ical.read(f"BEGIN:VCALENDAR\nVERSION:2.0\n{zones}{bodies}END:VCALENDAR\n".encode()).records


_OF_THE_SERIES = "SUMMARY:QZ\nDTSTART;TZID=Europe/Berlin:20251015T090000\nDURATION:PT1H"


def test_a_single_date_in_a_zone_of_the_file_is_brought_onto_the_clock_of_the_series():
    [event] = read_events(_ISLAND, f"{_OF_THE_SERIES}\nRDATE;TZID=Insel:20251016T113000")
    assert begins(occurrences(event)) == ["2025-10-15T09:00", "2025-10-16T09:30"]


def test_a_zone_like_no_official_one_is_reckoned_by_what_the_file_says():
    [event] = read_events(
        _NOWHERE, f"{_OF_THE_SERIES}\nRDATE;TZID=Nirgendwo:20251016T150000\nRDATE;TZID=Nirgendwo:20251210T150000"
    )
    assert begins(occurrences(event)) == ["2025-10-15T09:00", "2025-10-16T09:30", "2025-12-10T13:30"]


def test_an_excluded_date_and_an_exception_in_a_zone_of_the_file_hit_their_occurrences():
    events = read_events(
        _ISLAND,
        f"{_OF_THE_SERIES}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Insel:20251016T110000",
        "SUMMARY:Woanders\nRECURRENCE-ID;TZID=Insel:20251017T110000\n"
        "DTSTART;TZID=Europe/Berlin:20251017T140000\nDURATION:PT1H",
    )
    assert begins(occurrences(events[0], events[1:])) == ["2025-10-15T09:00", "2025-10-17T14:00"]


def test_a_series_in_a_zone_like_no_official_one_finds_its_excluded_dates_in_utc():
    [event] = read_events(
        _NOWHERE,
        "SUMMARY:QZ\nDTSTART;TZID=Nirgendwo:20251015T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\n"
        "EXDATE:20251016T013000Z",
    )
    assert begins(occurrences(event)) == ["2025-10-15T09:00"]


def test_a_moved_series_brings_dates_in_a_zone_of_the_file_onto_its_clock():
    [event] = read_events(_ISLAND, f"{_OF_THE_SERIES}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Insel:20251016T110000")
    moved = move_series(event, by=timedelta(hours=1)).event
    assert begins(occurrences(moved)) == ["2025-10-15T10:00", "2025-10-17T10:00"]
