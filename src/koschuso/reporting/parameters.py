"""What a report is asked for: a period or Stichtag, for whom, and its own options (`koschuso.reporting.options`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from koschuso.errors import WrongUse
from koschuso.model.values import EMPTY
from koschuso.reporting.german import berlin_day
from koschuso.reporting.guarded import DEFAULT_THRESHOLD, LEAST_THRESHOLD
from koschuso.reporting.options import Option
from koschuso.reporting.times import SPANS, TIMES, PeriodKind, ReportPeriod, parse_day, read_time

__all__ = [
    "AUDIENCES",
    "COMMON",
    "INTERNAL",
    "SPANS",
    "Option",
    "Parameters",
    "PeriodKind",
    "ReportPeriod",
    "parse",
    "parse_day",
]

INTERNAL = "intern"
"""The one audience that sees unsuppressed figures."""

AUDIENCES = (INTERNAL, "netzwerk", "traeger", "gremium_oeffentlich", "foerdergeber", "oeffentlich")
"""Keys of the catalogue ``audience`` that a report can be made for."""

_DEFAULT_AUDIENCE = "gremium_oeffentlich"
_MOST_THRESHOLD = 100

COMMON = (*TIMES, "audience", "threshold", "created")
"""What every report is asked for by the same names; a report's own options cannot be called so."""


@attrs.frozen(kw_only=True)
class Parameters:
    """What a report is asked for.

    Attributes:
        time: The period or Stichtag.
        audience: Key of the catalogue ``audience``; every audience but ``intern`` gets suppressed figures.
        threshold: Counts of people's behaviour from 1 up to below this number are suppressed (domain.md DS-11).
        created: Day on which the report is made, where the caller states it; never taken from the clock.
        options: Values of the report's own options.
    """

    time: ReportPeriod
    audience: str = _DEFAULT_AUDIENCE
    threshold: int = DEFAULT_THRESHOLD
    created: date | None = None
    options: Mapping[str, str] = EMPTY

    @property
    def internal(self) -> bool:
        """Whether the report is for the office itself."""
        return self.audience == INTERNAL

    def number(self, option: Option) -> int:
        """Give the value of an option of the type number; `parse` has checked it."""
        return int(self.options.get(option.name) or option.default)


def parse(
    given: Mapping[str, object],
    *,
    title: str,
    kinds: tuple[PeriodKind, ...],
    as_of: datetime,
    options: tuple[Option, ...] = (),
    audiences: tuple[str, ...] = (),
) -> Parameters:
    """Read what a caller or a command line asks a report for.

    Args:
        given: ``year``, ``schuljahr``, ``schulhalbjahr``, ``quartal``, ``foerderzeitraum`` or ``stichtag`` (one of
            them or none), ``audience``, ``threshold``, ``created`` and the report's own options; ``None`` is not given.
            Without a time, the first of ``kinds`` that holds the day of ``as_of`` is meant.
        title: Title of the report, for messages.
        kinds: Which kinds of time the report can be about.
        as_of: Moment up to which the data were recorded.
        options: The report's own options.
        audiences: Whom the report can be made for, the usual one first; empty is everybody.

    Raises:
        WrongUse: A name is unknown, a value is not understood, two times are given, or the report has no such time or
            is not for this audience.
    """
    asked = {name: value for name, value in given.items() if value is not None}
    own = {option.name for option in options}
    known = {*COMMON, *own}
    for name in asked:
        if name not in known:
            raise WrongUse(
                f"Der Bericht »{title}« kennt die Angabe »{name}« nicht. Möglich sind: {', '.join(sorted(known))}.",
                parameter=name,
            )
    return Parameters(
        time=read_time(asked, title, kinds, berlin_day(as_of)),
        audience=_audience(asked.get("audience", (audiences or (_DEFAULT_AUDIENCE,))[0]), title, audiences),
        threshold=_threshold(asked.get("threshold", DEFAULT_THRESHOLD)),
        created=None if "created" not in asked else parse_day("created", asked["created"]),
        options={option.name: option.read(asked.get(option.name, "")) for option in options},
    )


def _audience(value: object, title: str, audiences: tuple[str, ...]) -> str:
    if value not in AUDIENCES:
        raise WrongUse(
            f"Den Empfängerkreis »{value}« gibt es nicht. Möglich sind: {', '.join(AUDIENCES)}.", parameter="audience"
        )
    if audiences and value not in audiences:
        raise WrongUse(
            f"»{title}« gibt es nicht für den Empfängerkreis »{value}«, nur für: {', '.join(audiences)}.",
            parameter="audience",
        )
    return str(value)


def _threshold(value: object) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and LEAST_THRESHOLD <= int(text) <= _MOST_THRESHOLD):
        raise WrongUse(
            f"Die Schwelle »{text}« ist nicht möglich; erlaubt sind ganze Zahlen von {LEAST_THRESHOLD} bis "
            f"{_MOST_THRESHOLD}. Unterdrückt werden Zahlen von 1 bis unter der Schwelle.",
            parameter="threshold",
        )
    return int(text)
