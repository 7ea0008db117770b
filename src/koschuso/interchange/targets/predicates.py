"""What the facts about targets ask of a file: how much of it is affected; see `koschuso.interchange.targets.rules`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from koschuso.interchange.targets import ExportedFile

__all__ = [
    "above",
    "dates_after_the_end",
    "dates_without_rule",
    "further_cards",
    "more_cards_than",
    "of_kinds",
    "rules_not_for_outlook",
    "several_events",
    "umlauts_without_charset",
    "with_lines",
]

# What an Outlook pattern has no place for ([MS-OXCICAL] knows daily, weekly, monthly and yearly patterns only).
_OUTLOOK_FOREIGN_PARTS: Final = re.compile(
    r"FREQ=(?:SECONDLY|MINUTELY|HOURLY)|BY(?:SECOND|MINUTE|HOUR|YEARDAY|WEEKNO)=", re.IGNORECASE
)
_ORDINAL_DAYS: Final = re.compile(r"BYDAY=([^;]*)", re.IGNORECASE)
_ORDINAL: Final = re.compile(r"[+-]?\d")
_SEVERAL_VALUES: Final = re.compile(r"(?:BYMONTHDAY|BYMONTH|BYSETPOS)=[^;]*,", re.IGNORECASE)
_UNTIL: Final = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE)
_DAY: Final = re.compile(r"(?<!\d)\d{8}(?!\d)")


def of_kinds(*kinds: str) -> Callable[[ExportedFile], int]:
    """Count the records of these kinds."""
    return lambda file: file.of_kind(*kinds)


def with_lines(start: str) -> Callable[[ExportedFile], int]:
    """Count the components that have a line which begins so."""
    return lambda file: file.with_lines(start)[1]


def above(size: int) -> Callable[[ExportedFile], int]:
    """Count the files larger than so many bytes."""
    return lambda file: sum(len(text) > size for text in file.texts)


def _recurring(file: ExportedFile) -> Iterator[tuple[list[str], list[str]]]:
    """Give RRULE and RDATE lines of every event that has any."""
    for record in file.records:
        if isinstance(record, Event) and record.recurrence:
            names = [(line.upper().partition(":")[0].partition(";")[0], line) for line in record.recurrence]
            yield [line for name, line in names if name == "RRULE"], [line for name, line in names if name == "RDATE"]


def dates_without_rule(file: ExportedFile) -> int:
    """Count the series that are single dates only (RDATE without RRULE)."""
    return sum(bool(dates) and not rules for rules, dates in _recurring(file))


def _not_for_outlook(rule: str) -> bool:
    if _OUTLOOK_FOREIGN_PARTS.search(rule) or _SEVERAL_VALUES.search(rule):
        return True
    days = _ORDINAL_DAYS.search(rule)
    # »second and fourth Tuesday« is no pattern of Outlook's
    return days is not None and "," in days[1] and _ORDINAL.search(days[1]) is not None


def rules_not_for_outlook(file: ExportedFile) -> int:
    """Count the series whose rule is none of the patterns of Outlook."""
    return sum(len(rules) > 1 or any(map(_not_for_outlook, rules)) for rules, _dates in _recurring(file))


def dates_after_the_end(file: ExportedFile) -> int:
    """Count the series with single dates behind the end of their rule."""
    return sum(
        any(day > until[1] for until in map(_UNTIL.search, rules) if until for line in dates for day in _days(line))
        for rules, dates in _recurring(file)
    )


def _days(line: str) -> Sequence[str]:
    return _DAY.findall(line.partition(":")[2].replace("T", " "))


def several_events(file: ExportedFile) -> int:
    """Count the events of a file that has more than one, unless it is a feed."""
    events = file.lines("BEGIN:VEVENT")
    # a feed is subscribed to: a calendar of its own is what people want then
    return 0 if file.packaged or file.lines("REFRESH-INTERVAL") or events <= 1 else events


def further_cards(file: ExportedFile) -> int:
    """Count the cards behind the first one of a file."""
    cards = file.lines("BEGIN:VCARD")
    return 0 if file.packaged or cards <= 1 else cards - 1


def more_cards_than(most: int) -> Callable[[ExportedFile], int]:
    """Count the cards of a file that has more than a program takes."""

    def count(file: ExportedFile) -> int:
        cards = file.lines("BEGIN:VCARD")
        return cards if not file.packaged and cards > most else 0

    return count


def umlauts_without_charset(file: ExportedFile) -> int:
    """Cards of 3.0 or 4.0 that hold more than ASCII: 2.1 says its character set line by line."""
    if file.lines("VERSION:2.1"):
        return 0
    return sum(not text.isascii() for text in file.texts)
