"""One recurrence rule (RRULE, RFC 5545, 3.3.10; RFC 7529), read strictly: what it says, or what is wrong with it."""

from __future__ import annotations

import re
from typing import Final

import attrs

from koschuso.interchange.calendar_values import Moment, read_moment

__all__ = ["FREQUENCIES", "WEEKDAYS", "Rule", "read_rule"]

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The names of weekdays in rules, Monday first."""

FREQUENCIES: Final = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
"""The names of frequencies, the shortest first."""

_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII).fullmatch
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}", re.ASCII).fullmatch
_SEPARATE: Final = re.compile(r"\s*,\s*").split
_RANGES: Final[dict[str, tuple[int, int, bool]]] = {
    # smallest and largest value, and whether they may count from the end
    "BYSECOND": (0, 60, False),
    "BYMINUTE": (0, 59, False),
    "BYHOUR": (0, 23, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYMONTH": (1, 12, False),
    "BYSETPOS": (1, 366, True),
}
_SIMPLE: Final = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "WKST", "RSCALE", "SKIP"})
_KNOWN: Final = _SIMPLE | frozenset(_RANGES)
_UNKNOWN: Final = "sie enthält Angaben, die RFC 5545 nicht kennt"
_SKIPS: Final = ("OMIT", "BACKWARD", "FORWARD")
_LONGEST_RULE: Final = 8_192
_SUBDAILY: Final = frozenset(FREQUENCIES[:3])


@attrs.frozen(kw_only=True)
class Rule:
    """What a rule says.

    Attributes:
        frequency: FREQ.
        interval: INTERVAL; at least 1 in a sound rule.
        count: COUNT; ``None`` for none.
        until: UNTIL as it stands; ``None`` for none.
        week_start: WKST, 0 is Monday.
        days: BYDAY as pairs of number (0 for every one) and weekday.
        months: BYMONTH.
        month_days: BYMONTHDAY.
        year_days: BYYEARDAY.
        weeks: BYWEEKNO.
        hours: BYHOUR.
        minutes: BYMINUTE.
        seconds: BYSECOND.
        positions: BYSETPOS.
        calendar: RSCALE (RFC 7529); only GREGORIAN can be expanded.
        skip: SKIP (RFC 7529): what becomes of 30 February.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: Moment | None = None
    week_start: int = 0
    days: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    calendar: str = "GREGORIAN"
    skip: str = "OMIT"

    @property
    def is_endless(self) -> bool:
        """Whether neither COUNT nor UNTIL ends it."""
        return self.count is None and self.until is None

    @property
    def is_subdaily(self) -> bool:
        """Whether it goes by hours or less."""
        return self.frequency in _SUBDAILY

    @property
    def times_per_day(self) -> int:
        """How often it can occur on one day at most; whatever its interval is for those that go by days or more."""
        hours = len(self.hours)
        minutes = len(self.minutes)
        seconds = len(self.seconds)
        if self.frequency == "SECONDLY":
            return -(-(hours or 24) * (minutes or 60) * (seconds or 60) // self.interval)
        if self.frequency == "MINUTELY":
            return -(-(hours or 24) * (minutes or 60) // self.interval) * (seconds or 1)
        if self.frequency == "HOURLY":
            return -(-(hours or 24) // self.interval) * (minutes or 1) * (seconds or 1)
        return (hours or 1) * (minutes or 1) * (seconds or 1)


def read_rule(value: str) -> Rule | str:
    """Read the value of an RRULE or EXRULE; a text that says in German what is wrong with it where it cannot be read.

    >>> read_rule("FREQ=WEEKLY;BYDAY=MO,WE").days, read_rule("FREQ=WEEKLY;BYDAY=XX"), read_rule("FREQ=DAILY;INTERVAL=0")
    (((0, 0), (0, 2)), 'BYDAY ist keine Liste von Wochentagen wie MO,2TU,-1FR', 'INTERVAL ist 0')
    """
    if len(value) > _LONGEST_RULE:
        return f"sie ist länger als {_LONGEST_RULE} Zeichen"
    parts = _parts(value)
    for check in (
        _part_problem,
        _frequency_problem,
        _number_problem,
        _end_problem,
        _list_problem,
        _combination_problem,
    ):
        problem = check(parts)
        if problem:
            return problem
    return Rule(
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", 1)),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=read_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        days=_days(parts.get("BYDAY", "")),
        months=_numbers(parts, "BYMONTH"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        year_days=_numbers(parts, "BYYEARDAY"),
        weeks=_numbers(parts, "BYWEEKNO"),
        hours=_numbers(parts, "BYHOUR"),
        minutes=_numbers(parts, "BYMINUTE"),
        # a leap second is the last second of its minute (RFC 5545, 3.3.12)
        seconds=tuple(sorted({min(second, 59) for second in _numbers(parts, "BYSECOND")})),
        positions=_numbers(parts, "BYSETPOS"),
        calendar=parts.get("RSCALE", "GREGORIAN"),
        skip=parts.get("SKIP", "OMIT"),
    )


def _parts(value: str) -> dict[str, str]:
    """The parts of a rule; one that stands there twice under a name that none has."""
    parts: dict[str, str] = {}
    for piece in value.strip().upper().split(";"):
        name, _, text = (part.strip() for part in piece.partition("="))
        if piece.strip() and not name.startswith("X-"):
            parts[f"{name} " if name in parts else name] = text
    return parts


def _part_problem(parts: dict[str, str]) -> str:
    for name in parts:
        if name.endswith(" "):
            return f"{name.strip()} steht mehrmals darin" if name.strip() in _KNOWN else _UNKNOWN
        if name not in _KNOWN:
            return _UNKNOWN
    return ""


def _frequency_problem(parts: dict[str, str]) -> str:
    if "FREQ" not in parts:
        return "FREQ fehlt"
    return "" if parts["FREQ"] in FREQUENCIES else "FREQ ist keine Häufigkeit wie DAILY oder WEEKLY"


def _number_problem(parts: dict[str, str]) -> str:
    for name in ("INTERVAL", "COUNT"):
        text = parts.get(name)
        if text is None:
            continue
        if not _NUMBER(text) or int(text) < 0:
            return f"{name} ist keine Zahl"
        if int(text) == 0:
            return f"{name} ist 0"
    return ""


def _end_problem(parts: dict[str, str]) -> str:
    if "UNTIL" in parts and read_moment(parts["UNTIL"]) is None:
        return "UNTIL ist kein Zeitpunkt wie 20251015T093000Z"
    if parts.get("WKST", "MO") not in WEEKDAYS:
        return "WKST ist kein Wochentag"
    if parts.get("SKIP", "OMIT") not in _SKIPS:
        return "SKIP ist nicht OMIT, BACKWARD oder FORWARD"
    return ""


def _list_problem(parts: dict[str, str]) -> str:
    for name, (least, most, backwards) in _RANGES.items():
        text = parts.get(name)
        if text is None:
            continue
        # a leap month of another calendar (RFC 7529) carries an L
        pieces = [
            piece.removesuffix("L") if name == "BYMONTH" and "RSCALE" in parts else piece for piece in _SEPARATE(text)
        ]
        if not all(map(_NUMBER, pieces)):
            return f"{name} ist keine Liste von Zahlen"
        largest = most + 1 if "RSCALE" in parts and name == "BYMONTH" else most
        if not all(least <= (abs(int(piece)) if backwards else int(piece)) <= largest for piece in pieces):
            return f"{name} nennt eine Zahl, die es nicht gibt"
    days = parts.get("BYDAY")
    if days is not None:
        found = [_BYDAY(piece) for piece in _SEPARATE(days)]
        if not all(found) or any(match and match[1] and not 1 <= abs(int(match[1])) <= 53 for match in found):  # noqa: PLR2004 - weeks of a year
            return "BYDAY ist keine Liste von Wochentagen wie MO,2TU,-1FR"
    return ""


def _combination_problem(parts: dict[str, str]) -> str:
    """Combinations that RFC 5545, 3.3.10 forbids and that programs understand in different ways."""
    frequency = parts["FREQ"]
    if "BYWEEKNO" in parts and frequency != "YEARLY":
        return "BYWEEKNO gehört nur zu FREQ=YEARLY"
    if "BYYEARDAY" in parts and frequency in {"DAILY", "WEEKLY", "MONTHLY"}:
        return f"BYYEARDAY gehört nicht zu FREQ={frequency}"
    if "BYMONTHDAY" in parts and frequency == "WEEKLY":
        return "BYMONTHDAY gehört nicht zu FREQ=WEEKLY"
    if any(character.isdigit() for character in parts.get("BYDAY", "")) and frequency not in {"MONTHLY", "YEARLY"}:
        return "BYDAY mit einer Zahl gehört nur zu FREQ=MONTHLY oder YEARLY"
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        return "BYSETPOS gehört nur zu einer Regel mit einer anderen BY-Angabe"
    return ""


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    text = parts.get(name)
    if text is None:
        return ()
    return tuple(sorted({int(piece.removesuffix("L")) for piece in _SEPARATE(text)}))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    found = [_BYDAY(piece) for piece in _SEPARATE(text)] if text else []
    return tuple((int(match[1] or 0), WEEKDAYS.index(match[2])) for match in found if match)
