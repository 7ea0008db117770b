"""The times that a report can be about: Kalenderjahr, Schuljahr, Schulhalbjahr, Quartal, Förderzeitraum and Stichtag."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import InvalidRecord, WrongUse
from koschuso.model.period import Period, schuljahr_of
from koschuso.reporting.german import day_text
from koschuso.reporting.options import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SPANS", "TIMES", "PeriodKind", "ReportPeriod", "parse_day", "read_time"]

_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2100
_AUGUST = 8

_QUARTER = re.compile(
    r"(?:(?P<a>[1-4])(?:\.\s*Quartal\s*|\s*/\s*)(?P<y>\d{4})|(?P<y2>\d{4})\s*-?\s*[QqIV]*(?P<b>[1-4]))"
)
_HALF = re.compile(
    r"(?:(?P<a>[12])\.\s*(?:Halbjahr|Hj\.?)\s*(?P<s>\d{4}/\d{2,4})|(?P<s2>\d{4}/\d{2,4})\s*[-.]\s*(?P<b>[12]))"
)
_SPAN = re.compile(r"(?P<first>[\d.-]{8,10})\s*(?:–|—|bis|/|\.\.|-(?=\s*\d{1,2}\.))\s*(?P<last>[\d.-]{8,10})")


class PeriodKind(StrEnum):
    """What kind of time a report is about (domain.md 2.11)."""

    KALENDERJAHR = "kalenderjahr"
    SCHULJAHR = "schuljahr"
    SCHULHALBJAHR = "schulhalbjahr"
    QUARTAL = "quartal"
    FOERDERZEITRAUM = "foerderzeitraum"
    STICHTAG = "stichtag"

    @property
    def parameter(self) -> str:
        """By which name such a time is asked for.

        >>> PeriodKind.KALENDERJAHR.parameter, PeriodKind.STICHTAG.parameter
        ('year', 'stichtag')
        """
        return _OPTION_OF[self]

    @property
    def example(self) -> str:
        """Such a time as one writes it.

        >>> PeriodKind.SCHULHALBJAHR.example
        '2024/25-1'
        """
        return _EXAMPLES[self]


SPANS = tuple(kind for kind in PeriodKind if kind is not PeriodKind.STICHTAG)
"""The kinds of time that last: for reports of what happened, not of how things stood on a day."""


@attrs.frozen(kw_only=True)
class ReportPeriod:
    """The time that a report is about.

    Attributes:
        kind: What kind of time it is.
        period: The days, closed at either side.
        label: The time in words.
    """

    kind: PeriodKind
    period: Period
    label: str

    @property
    def first(self) -> date:
        """First day."""
        return self.period.since or date.min

    @property
    def last(self) -> date:
        """Last day; for a Stichtag the day itself."""
        return self.period.last or date.max

    @property
    def short(self) -> str:
        """The time in as few words as a heading has room for.

        >>> ReportPeriod.schuljahr("2024/25").short, ReportPeriod.stichtag(date(2025, 10, 15)).short
        ('2024/25', '15.10.2025')
        """
        return _SHORT[self.kind](self)

    @property
    def slug(self) -> str:
        """The time as the name of a folder: digits, small letters, hyphens and an underscore.

        >>> ReportPeriod.year(2025).slug, ReportPeriod.schuljahr("2024/25").slug
        ('2025', '2024-25')
        """
        return _SLUGS[self.kind](self)

    def previous(self) -> ReportPeriod | None:
        """Give the period of the same kind before this one; ``None`` where that would be before all offices.

        Of a Stichtag it is the same day of the year before, of a Förderzeitraum the span of the same length that ends
        the day before it begins.

        >>> ReportPeriod.schuljahr("2024/25").previous().label
        'Schuljahr 2023/24 (01.08.2023 – 31.07.2024)'
        """
        if self.first.year <= _EARLIEST_YEAR:
            return None
        if self.kind is PeriodKind.STICHTAG:
            return ReportPeriod.stichtag(_year_before(self.first))
        day_before = self.first - timedelta(days=1)
        if self.kind is PeriodKind.FOERDERZEITRAUM:
            return _foerderzeitraum((_begin_of_span_before(self.first, self.last), day_before))
        return TIMES[_OPTION_OF[self.kind]][1](_current(self.kind, day_before))

    @classmethod
    def stichtag(cls, day: date) -> ReportPeriod:
        """Build the period of one day."""
        return cls(kind=PeriodKind.STICHTAG, period=Period.on(day), label=f"Stichtag {day_text(day)}")

    @classmethod
    def year(cls, year: int) -> ReportPeriod:
        """Build the period of a Kalenderjahr."""
        return cls(kind=PeriodKind.KALENDERJAHR, period=Period.calendar_year(year), label=f"Kalenderjahr {year}")

    @classmethod
    def schuljahr(cls, name: str) -> ReportPeriod:
        """Build the period of a Schuljahr, 1 August to 31 July."""
        period = Period.schuljahr(name)
        year = _dates("Schuljahr", period, schuljahr_of(period.since or date.min))
        return cls(kind=PeriodKind.SCHULJAHR, period=period, label=year)


def read_time(asked: Mapping[str, object], title: str, kinds: tuple[PeriodKind, ...], today: date) -> ReportPeriod:
    """Read the one time among what is asked for.

    Args:
        asked: What is asked for, by name.
        title: Title of the report, for messages.
        kinds: Which kinds of time the report can be about.
        today: Without a time, the first of ``kinds`` that holds this day is meant.

    Raises:
        WrongUse: Two times are given, it is not understood, or the report has no such time.
    """
    times = [name for name in TIMES if name in asked]
    if len(times) > 1:
        raise WrongUse(f"Bitte geben Sie nur einen Zeitraum an, nicht zugleich {' und '.join(times)}.")
    if not times:
        return TIMES[_OPTION_OF[kinds[0]]][1](_current(kinds[0], today))
    kind, read = TIMES[times[0]]
    if kind not in kinds:
        wanted = ", ".join(f"{_OPTION_OF[kind]} (zum Beispiel {_EXAMPLES[kind]})" for kind in kinds)
        raise WrongUse(
            f"Der Bericht »{title}« lässt sich nicht für {_GERMAN_KINDS[kind]} aufstellen. Bitte geben Sie an: {wanted}.",
            parameter=times[0],
        )
    return read(asked[times[0]])


def _current(kind: PeriodKind, today: date) -> object:
    """Give the period of a kind that a day falls into."""
    half = 1 if today.month >= _AUGUST or today.month == 1 else 2
    current: Mapping[PeriodKind, object] = {
        PeriodKind.KALENDERJAHR: today.year,
        PeriodKind.SCHULJAHR: schuljahr_of(today),
        PeriodKind.SCHULHALBJAHR: f"{schuljahr_of(today)}-{half}",
        PeriodKind.QUARTAL: f"{(today.month + 2) // 3}/{today.year}",
        PeriodKind.FOERDERZEITRAUM: (date(today.year, 1, 1), date(today.year, 12, 31)),
        PeriodKind.STICHTAG: today,
    }
    return current[kind]


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _begin_of_span_before(first: date, last: date) -> date:
    """Give the first day of the span of the same length before: in months where it is made of whole months."""
    after = last + timedelta(days=1)
    if first.day == after.day == 1:
        months = (after.year - first.year) * 12 + after.month - first.month
        begin = first.year * 12 + first.month - 1 - months
        return date(begin // 12, begin % 12 + 1, 1)
    return first - (after - first)


def _half(time: ReportPeriod) -> int:
    return 1 if time.first.month == _AUGUST else 2


def _quarter(time: ReportPeriod) -> int:
    return (time.first.month + 2) // 3


def _year(value: object) -> ReportPeriod:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and _EARLIEST_YEAR <= int(text) <= _LATEST_YEAR):
        raise _not_understood("year", text, PeriodKind.KALENDERJAHR)
    return ReportPeriod.year(int(text))


def _schuljahr(value: object) -> ReportPeriod:
    text = str(value).strip()
    try:
        return ReportPeriod.schuljahr(text)
    except (InvalidRecord, ValueError):
        raise _not_understood("schuljahr", text, PeriodKind.SCHULJAHR) from None


def _schulhalbjahr(value: object) -> ReportPeriod:
    text = str(value).strip()
    match = _HALF.fullmatch(text)
    if match is None:
        raise _not_understood("schulhalbjahr", text, PeriodKind.SCHULHALBJAHR)
    half = int(match["a"] or match["b"])
    try:
        period = Period.schulhalbjahr(match["s"] or match["s2"], half)
    except (InvalidRecord, ValueError):
        raise _not_understood("schulhalbjahr", text, PeriodKind.SCHULHALBJAHR) from None
    year = schuljahr_of(period.since or date.min)
    label = _dates(f"{half}. Schulhalbjahr", period, year)
    return ReportPeriod(kind=PeriodKind.SCHULHALBJAHR, period=period, label=label)


def _quartal(value: object) -> ReportPeriod:
    text = str(value).strip()
    match = _QUARTER.fullmatch(text)
    if match is None:
        raise _not_understood("quartal", text, PeriodKind.QUARTAL)
    number, year = int(match["a"] or match["b"]), int(match["y"] or match["y2"])
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise _not_understood("quartal", text, PeriodKind.QUARTAL)
    label = f"{number}. Quartal {year}"
    return ReportPeriod(kind=PeriodKind.QUARTAL, period=Period.quarter(year, number), label=label)


def _foerderzeitraum(value: object) -> ReportPeriod:
    if isinstance(value, tuple | list) and len(value) == 2:  # noqa: PLR2004 - first and last day
        first, last = (_day("foerderzeitraum", day) for day in value)
    else:
        match = _SPAN.fullmatch(str(value).strip())
        if match is None:
            raise _not_understood("foerderzeitraum", str(value), PeriodKind.FOERDERZEITRAUM)
        first, last = (_day("foerderzeitraum", match[part]) for part in ("first", "last"))
    if last < first:
        raise WrongUse(f"Der Förderzeitraum endet ({day_text(last)}) vor seinem Beginn ({day_text(first)}).")
    period = Period.from_to(first, last)
    return ReportPeriod(kind=PeriodKind.FOERDERZEITRAUM, period=period, label=_dates("Förderzeitraum", period))


def _stichtag(value: object) -> ReportPeriod:
    return ReportPeriod.stichtag(_day("stichtag", value))


def parse_day(name: str, value: object) -> date:
    """Read a day as one writes it: 15.10.2025 or 2025-10-15.

    Args:
        name: The parameter that it is given for, for messages.
        value: The day, or its text.

    Raises:
        WrongUse: It is not understood, or there is no such day.
    """
    return _day(name, value)


def _day(name: str, value: object) -> date:
    text = str(value).strip()
    try:
        day = day_of(value)
    except ValueError:
        raise WrongUse(
            f"Den Tag »{text}« gibt es nicht; bitte prüfen Sie die Angabe »{name}«.", parameter=name
        ) from None
    # What lies a day or some years beside it must be a date too.
    if day is not None and date.min.year < day.year <= _LATEST_YEAR:
        return day
    kind = PeriodKind.FOERDERZEITRAUM if name == "foerderzeitraum" else PeriodKind.STICHTAG
    raise _not_understood(name, text, kind)


def _dates(name: str, period: Period, which: str = "") -> str:
    return f"{name} {which} ({period})".replace("  ", " ") if which else f"{name} {period}"


def _not_understood(name: str, text: str, kind: PeriodKind) -> WrongUse:
    return WrongUse(
        f"Die Angabe {name} »{text}« wird nicht verstanden; erwartet wird zum Beispiel {_EXAMPLES[kind]}.",
        parameter=name,
    )


TIMES: Mapping[str, tuple[PeriodKind, Callable[[object], ReportPeriod]]] = {
    "stichtag": (PeriodKind.STICHTAG, _stichtag),
    "year": (PeriodKind.KALENDERJAHR, _year),
    "schuljahr": (PeriodKind.SCHULJAHR, _schuljahr),
    "schulhalbjahr": (PeriodKind.SCHULHALBJAHR, _schulhalbjahr),
    "quartal": (PeriodKind.QUARTAL, _quartal),
    "foerderzeitraum": (PeriodKind.FOERDERZEITRAUM, _foerderzeitraum),
}
"""By which name each kind of time is asked for, and what reads it."""

_OPTION_OF = {kind: name for name, (kind, _) in TIMES.items()}
_EXAMPLES = {
    PeriodKind.KALENDERJAHR: "2025",
    PeriodKind.SCHULJAHR: "2024/25",
    PeriodKind.SCHULHALBJAHR: "2024/25-1",
    PeriodKind.QUARTAL: "1/2025",
    PeriodKind.FOERDERZEITRAUM: "01.08.2024–31.07.2025",
    PeriodKind.STICHTAG: "15.10.2025",
}
_SHORT: Mapping[PeriodKind, Callable[[ReportPeriod], str]] = {
    PeriodKind.KALENDERJAHR: lambda time: f"{time.first.year}",
    PeriodKind.SCHULJAHR: lambda time: schuljahr_of(time.first),
    PeriodKind.SCHULHALBJAHR: lambda time: f"{_half(time)}. Halbjahr {schuljahr_of(time.first)}",
    PeriodKind.QUARTAL: lambda time: f"{_quarter(time)}. Quartal {time.first.year}",
    PeriodKind.FOERDERZEITRAUM: lambda time: f"{day_text(time.first)} – {day_text(time.last)}",
    PeriodKind.STICHTAG: lambda time: day_text(time.first),
}
_SLUGS: Mapping[PeriodKind, Callable[[ReportPeriod], str]] = {
    PeriodKind.KALENDERJAHR: lambda time: f"{time.first.year:04d}",
    PeriodKind.SCHULJAHR: lambda time: schuljahr_of(time.first).replace("/", "-"),
    PeriodKind.SCHULHALBJAHR: lambda time: f"{schuljahr_of(time.first).replace('/', '-')}-{_half(time)}",
    PeriodKind.QUARTAL: lambda time: f"{time.first.year:04d}-q{_quarter(time)}",
    PeriodKind.FOERDERZEITRAUM: lambda time: f"{time.first.isoformat()}_{time.last.isoformat()}",
    PeriodKind.STICHTAG: lambda time: time.first.isoformat(),
}
_GERMAN_KINDS = {
    PeriodKind.KALENDERJAHR: "ein Kalenderjahr",
    PeriodKind.SCHULJAHR: "ein Schuljahr",
    PeriodKind.SCHULHALBJAHR: "ein Schulhalbjahr",
    PeriodKind.QUARTAL: "ein Quartal",
    PeriodKind.FOERDERZEITRAUM: "einen Förderzeitraum",
    PeriodKind.STICHTAG: "einen Stichtag",
}
