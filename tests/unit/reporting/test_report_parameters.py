"""What a report can be asked for, and how it says no."""

from datetime import UTC, date, datetime

import pytest

from koschuso.errors import WrongUse
from koschuso.reporting import Option, PeriodKind
from koschuso.reporting.parameters import parse

AS_OF = datetime(2025, 10, 15, 12, 0, tzinfo=UTC)
ALL = tuple(PeriodKind)


def ask(**given):
    return parse(given, title="Probe", kinds=ALL, as_of=AS_OF)


@pytest.mark.parametrize(
    ("given", "first", "last", "label"),
    [
        ({"year": 2025}, date(2025, 1, 1), date(2025, 12, 31), "Kalenderjahr 2025"),
        ({"year": "2025"}, date(2025, 1, 1), date(2025, 12, 31), "Kalenderjahr 2025"),
        ({"schuljahr": "2024/25"}, date(2024, 8, 1), date(2025, 7, 31), "Schuljahr 2024/25 (01.08.2024 – 31.07.2025)"),
        (
            {"schuljahr": "2024/2025"},
            date(2024, 8, 1),
            date(2025, 7, 31),
            "Schuljahr 2024/25 (01.08.2024 – 31.07.2025)",
        ),
        (
            {"schulhalbjahr": "2024/25-1"},
            date(2024, 8, 1),
            date(2025, 1, 31),
            "1. Schulhalbjahr 2024/25 (01.08.2024 – 31.01.2025)",
        ),
        (
            {"schulhalbjahr": "2. Halbjahr 2024/25"},
            date(2025, 2, 1),
            date(2025, 7, 31),
            "2. Schulhalbjahr 2024/25 (01.02.2025 – 31.07.2025)",
        ),
        ({"quartal": "1/2025"}, date(2025, 1, 1), date(2025, 3, 31), "1. Quartal 2025"),
        ({"quartal": "2025-Q4"}, date(2025, 10, 1), date(2025, 12, 31), "4. Quartal 2025"),
        ({"quartal": "2. Quartal 2025"}, date(2025, 4, 1), date(2025, 6, 30), "2. Quartal 2025"),
        (
            {"foerderzeitraum": "01.08.2024–31.07.2025"},
            date(2024, 8, 1),
            date(2025, 7, 31),
            "Förderzeitraum 01.08.2024 – 31.07.2025",
        ),
        (
            {"foerderzeitraum": "2024-08-01/2025-07-31"},
            date(2024, 8, 1),
            date(2025, 7, 31),
            "Förderzeitraum 01.08.2024 – 31.07.2025",
        ),
        (
            {"foerderzeitraum": (date(2024, 8, 1), date(2024, 8, 1))},
            date(2024, 8, 1),
            date(2024, 8, 1),
            "Förderzeitraum 01.08.2024 – 01.08.2024",
        ),
        ({"stichtag": "15.10.2025"}, date(2025, 10, 15), date(2025, 10, 15), "Stichtag 15.10.2025"),
        ({"stichtag": "2025-10-15"}, date(2025, 10, 15), date(2025, 10, 15), "Stichtag 15.10.2025"),
        ({"stichtag": date(2025, 10, 5)}, date(2025, 10, 5), date(2025, 10, 5), "Stichtag 05.10.2025"),
        ({"stichtag": datetime(2025, 10, 5, 9)}, date(2025, 10, 5), date(2025, 10, 5), "Stichtag 05.10.2025"),
    ],
)
def test_every_kind_of_time_is_understood(given, first, last, label):
    time = ask(**given).time
    assert (time.first, time.last, time.label) == (first, last, label)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"year": "25"}, "year »25« wird nicht verstanden; erwartet wird zum Beispiel 2025"),
        ({"year": "²⁰²⁵"}, "year"),
        ({"schuljahr": "2024/26"}, "schuljahr »2024/26« wird nicht verstanden; erwartet wird zum Beispiel 2024/25"),
        ({"schuljahr": "0000/01"}, "schuljahr"),
        ({"schulhalbjahr": "2024/25"}, "2024/25-1"),
        ({"schulhalbjahr": "2024/26-1"}, "2024/25-1"),
        ({"quartal": "5/2025"}, "1/2025"),
        ({"quartal": "1/0000"}, "1/2025"),
        ({"foerderzeitraum": "2024"}, "01.08.2024–31.07.2025"),
        ({"foerderzeitraum": "31.07.2025–01.08.2024"}, "vor seinem Beginn"),
        ({"foerderzeitraum": "31.02.2025–01.08.2025"}, "gibt es nicht"),
        ({"stichtag": "30.02.2025"}, "Den Tag »30.02.2025« gibt es nicht"),
        ({"stichtag": "31.12.9999"}, "stichtag »31.12.9999« wird nicht verstanden"),
        ({"foerderzeitraum": "01.08.2024–31.12.9999"}, "01.08.2024–31.07.2025"),
        ({"foerderzeitraum": "01.01.0001–31.12.2025"}, "01.08.2024–31.07.2025"),
        ({"stichtag": "gestern"}, "stichtag »gestern« wird nicht verstanden; erwartet wird zum Beispiel 15.10.2025"),
        ({"year": 2025, "stichtag": "15.10.2025"}, "nur einen Zeitraum"),
        ({"jahr": 2025}, "kennt die Angabe »jahr« nicht. Möglich sind: audience"),
        ({"audience": "alle"}, "Empfängerkreis »alle« gibt es nicht"),
        ({"threshold": 1}, "Schwelle »1« ist nicht möglich"),
        ({"threshold": "viele"}, "Schwelle"),
        ({"created": "morgen"}, "15.10.2025"),
    ],
)
def test_what_is_not_understood_is_refused_with_an_example(given, sentence):
    with pytest.raises(WrongUse) as refused:
        ask(**given)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (PeriodKind.KALENDERJAHR, "Kalenderjahr 2025"),
        (PeriodKind.SCHULJAHR, "Schuljahr 2025/26 (01.08.2025 – 31.07.2026)"),
        (PeriodKind.SCHULHALBJAHR, "1. Schulhalbjahr 2025/26 (01.08.2025 – 31.01.2026)"),
        (PeriodKind.QUARTAL, "4. Quartal 2025"),
        (PeriodKind.FOERDERZEITRAUM, "Förderzeitraum 01.01.2025 – 31.12.2025"),
        (PeriodKind.STICHTAG, "Stichtag 15.10.2025"),
    ],
)
def test_without_a_time_the_current_one_of_the_data_is_meant(kind, label):
    assert parse({}, title="Probe", kinds=(kind,), as_of=AS_OF).time.label == label


def test_what_is_none_is_not_given():
    assert ask(year=None, stichtag="15.10.2025").time.kind is PeriodKind.STICHTAG


def test_a_report_gets_its_own_options_with_their_defaults():
    options = (Option(name="gruppe", title="Wonach", default="gemeinde"),)
    asked = parse({"gruppe": "traeger"}, title="Probe", kinds=ALL, as_of=AS_OF, options=options)
    assert asked.options == {"gruppe": "traeger"}
    assert parse({}, title="Probe", kinds=ALL, as_of=AS_OF, options=options).options == {"gruppe": "gemeinde"}


@pytest.mark.parametrize(
    ("given", "short", "slug", "before"),
    [
        ({"year": 2025}, "2025", "2025", "Kalenderjahr 2024"),
        ({"schuljahr": "2024/25"}, "2024/25", "2024-25", "Schuljahr 2023/24 (01.08.2023 – 31.07.2024)"),
        (
            {"schulhalbjahr": "2024/25-1"},
            "1. Halbjahr 2024/25",
            "2024-25-1",
            "2. Schulhalbjahr 2023/24 (01.02.2024 – 31.07.2024)",
        ),
        (
            {"schulhalbjahr": "2024/25-2"},
            "2. Halbjahr 2024/25",
            "2024-25-2",
            "1. Schulhalbjahr 2024/25 (01.08.2024 – 31.01.2025)",
        ),
        ({"quartal": "1/2025"}, "1. Quartal 2025", "2025-q1", "4. Quartal 2024"),
        (
            {"foerderzeitraum": "01.08.2024–31.12.2025"},
            "01.08.2024 – 31.12.2025",
            "2024-08-01_2025-12-31",
            "Förderzeitraum 01.03.2023 – 31.07.2024",
        ),
        (
            {"foerderzeitraum": "10.01.2025–19.01.2025"},
            "10.01.2025 – 19.01.2025",
            "2025-01-10_2025-01-19",
            "Förderzeitraum 31.12.2024 – 09.01.2025",
        ),
        ({"stichtag": "29.02.2024"}, "29.02.2024", "2024-02-29", "Stichtag 28.02.2023"),
    ],
)
def test_a_time_has_a_short_name_a_folder_and_one_before(given, short, slug, before):
    time = ask(**given).time
    assert (time.short, time.slug, time.previous().label) == (short, slug, before)
    assert time.previous().kind is time.kind


def test_before_all_offices_there_is_no_time():
    assert ask(year=1990).time.previous() is None
