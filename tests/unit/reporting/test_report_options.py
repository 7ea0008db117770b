"""The options of reports: what may be entered, what is refused, and what a report cannot ask for."""

from datetime import UTC, date, datetime

import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.model import (
    CoordinationProfile,
    Event,
    FuzzyDate,
    Organisation,
    Period,
    Person,
    Position,
    Task,
    TaskStatus,
    TimeSpan,
)
from koschuso.reporting import OfficeInfo, Option, RecordsView, Report, make_document
from koschuso.reporting.options import OptionType

NUMBER = Option(name="zahl", title="Zahl", type=OptionType.NUMBER, least=3, most=10, default="5")
DAY = Option(name="seit", title="Seit", type=OptionType.DAY)
CHOICE = Option(name="nach", title="Wonach", type=OptionType.CHOICE, choices=("Ort", "Art"))


@pytest.mark.parametrize(
    ("option", "given", "read"),
    [
        (NUMBER, "7", "7"),
        (NUMBER, 7, "7"),
        (NUMBER, " 07 ", "7"),
        (NUMBER, "", "5"),
        (Option(name="x", title="X", type=OptionType.NUMBER), "-3", "-3"),
        (DAY, "1.8.2025", "2025-08-01"),
        (DAY, "2025-08-01", "2025-08-01"),
        (DAY, date(2025, 8, 1), "2025-08-01"),
        (DAY, datetime(2025, 8, 1, 9), "2025-08-01"),
        (CHOICE, "ort", "Ort"),
        (Option(name="x", title="X"), "  ein Text ", "ein Text"),
    ],
)
def test_a_value_reaches_the_report_in_one_form(option, given, read):
    assert option.read(given) == read


@pytest.mark.parametrize(
    ("option", "given", "expected"),
    [
        (NUMBER, "2", "eine ganze Zahl von 3 bis 10"),
        (NUMBER, "11", "eine ganze Zahl von 3 bis 10"),
        (NUMBER, "4,5", "eine ganze Zahl"),
        (NUMBER, "²", "eine ganze Zahl"),
        (Option(name="x", title="X", type=OptionType.NUMBER, least=1), "0", "eine ganze Zahl ab 1"),
        (Option(name="x", title="X", type=OptionType.NUMBER, most=1), "2", "eine ganze Zahl bis 1"),
        (DAY, "gestern", "ein Tag wie 15.10.2025"),
        (DAY, "31.02.2025", "ein Tag wie 15.10.2025"),
        (CHOICE, "Farbe", "eines von Ort, Art"),
    ],
)
def test_another_value_is_refused_with_what_is_expected(option, given, expected):
    with pytest.raises(
        WrongUse, match=f"Angabe {option.name} »{given}« wird nicht verstanden; erwartet wird {expected}"
    ):
        option.read(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "zwei worte"},
        {"name": ""},
        {"name": "-o"},
        {"name": "x", "choices": ("a",)},
        {"name": "x", "type": OptionType.CHOICE},
        {"name": "x", "type": OptionType.NUMBER, "default": "viele"},
        {"name": "x", "type": OptionType.NUMBER, "example": "viele"},
        {"name": "x", "required": True},
    ],
)
def test_an_option_that_cannot_be_is_refused_where_it_is_declared(wrong):
    with pytest.raises(WrongUse):
        Option(title="X", **wrong)


def report(*options, about=()):
    def build(view, parameters):
        return make_document("muster:probe", view, parameters, title=str(dict(parameters.options)), sections=())

    return Report(name="muster:probe", title="Probe", build=build, parameters=options, about=about)


@pytest.mark.parametrize("name", ["year", "stichtag", "audience", "output", "buero", "json", "texte"])
def test_a_report_cannot_ask_under_a_name_that_means_something_else(name):
    with pytest.raises(WrongUse, match=f"kann keine Angabe »{name}« haben"):
        report(Option(name=name, title="X"))


def test_two_options_cannot_be_the_same_on_the_command_line():
    with pytest.raises(WrongUse, match="mit-ort"):
        report(Option(name="mit_ort", title="X"), Option(name="mit-ort", title="Y"))


def test_a_required_option_has_to_be_there():
    asked = report(Option(name="ort", title="Kennung des Orts", example="aula", required=True))
    assert asked.run(view(), ort="x").title == "{'ort': 'x'}"
    for given in ({}, {"ort": ""}, {"ort": None}):
        with pytest.raises(WrongUse, match="»Probe« braucht die Angabe »ort«: Kennung des Orts"):
            asked.run(view(), **given)


# -- a time of which nothing is recorded -----------------------------------------------------------------------------------


def view(*records):
    office = Organisation(
        id="stelle",
        type="koordinierungsstelle",
        name="Stelle",
        coordination=CoordinationProfile(started=FuzzyDate("2020")),
    )
    return RecordsView(
        (office, *records), office=OfficeInfo(name="Stelle", id="stelle"), as_of=datetime(2025, 12, 1, tzinfo=UTC)
    )


MEETING = Event(id="e", title="Treffen", span=TimeSpan(begin=datetime(2024, 3, 1, 9), end=datetime(2024, 3, 1, 10)))
SINCE_2023 = Position(
    id="p", name="SSA", employer_id="t", period=Period(since=date(2023, 8, 1), until=date(2024, 1, 1))
)
ALWAYS = Position(id="p", name="SSA", employer_id="t")
OPEN_TASK = Task(id="a", title="Konzept")
DATED_TASK = Task(id="a", title="Konzept", begin=FuzzyDate("2022"), due=FuzzyDate("03/2024"))


@pytest.mark.parametrize(
    ("about", "record", "there", "not_there"),
    [
        (Event, MEETING, (2024,), (2023, 2025)),
        (Position, SINCE_2023, (2023,), (2022, 2024)),
        (Position, ALWAYS, (2020, 2024), (2019,)),
        (Task, OPEN_TASK, (2025, 2026), (2024,)),
        (Task, DATED_TASK, (2022, 2023, 2024), (2021, 2025)),
        (Task, Task(id="a", title="Konzept", status=TaskStatus.ERLEDIGT), (), (2025,)),
    ],
)
def test_a_report_is_there_for_times_of_which_something_is_recorded(about, record, there, not_there):
    asked, seen = report(about=(about,)), view(record)
    for year in there:
        asked.require_presence(seen, year=year)
    for year in not_there:
        with pytest.raises(Refused, match=f"Zum Zeitraum Kalenderjahr {year} sind keine "):
            asked.require_presence(seen, year=year)


@pytest.mark.parametrize(
    ("records", "year", "said"),
    [
        ((), 2024, "keine Veranstaltungen oder Stellen erfasst, auch sonst keine; bitte erfassen"),
        ((MEETING, SINCE_2023), 2021, "erfasst; die erste Angabe ist vom 01.08.2023."),
        ((MEETING, SINCE_2023), 2025, "erfasst; die letzte Angabe ist vom 01.03.2024."),
    ],
)
def test_the_refusal_says_of_what_time_something_is_recorded(records, year, said):
    with pytest.raises(Refused, match=said):
        report(about=(Event, Position)).require_presence(view(*records), year=year)


def test_a_gap_between_two_times_is_told_as_one():
    later = Event(id="f", title="Treffen", span=TimeSpan(begin=datetime(2022, 3, 1, 9), end=datetime(2022, 3, 1, 10)))
    with pytest.raises(Refused, match="davor und danach gibt es Angaben"):
        report(about=(Event,)).require_presence(view(MEETING, later), year=2023)


def test_a_report_about_nothing_in_particular_is_there_for_every_time():
    report().require_presence(view(), year=1999)


def test_a_report_cannot_be_about_what_has_no_time():
    with pytest.raises(WrongUse, match="nennt bei »about« Person; möglich sind: Activity"):
        report(about=(Person,))
