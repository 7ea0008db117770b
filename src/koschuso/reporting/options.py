"""What a report asks beyond period and audience: its options, with a type that is checked for it."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Option", "OptionType", "day_of"]

_NAME: Final = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_GERMAN_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)


class OptionType(StrEnum):
    """What may be entered for an option."""

    TEXT = "text"
    NUMBER = "number"
    """A whole number, between `Option.least` and `Option.most` where they are given."""
    DAY = "day"
    """A day: 15.10.2025 or 2025-10-15; the report gets the latter."""
    CHOICE = "choice"
    """One of `Option.choices`."""


@attrs.frozen(kw_only=True)
class Option:
    """An option that a report has beyond period and audience.

    Attributes:
        name: Name: letters, digits, hyphens and underscores. On the command line an underscore is a hyphen:
            ``mit_entwuerfen`` is ``--mit-entwuerfen``.
        title: What it decides, in German.
        example: A value as one would write it; one that is required has an example.
        default: Value where the caller says nothing.
        type: What may be entered; other values are refused before the report begins.
        least: Smallest possible number.
        most: Greatest possible number.
        choices: What can be chosen from.
        required: Whether the report cannot be made without it.
    """

    name: str
    title: str
    example: str = ""
    default: str = ""
    type: OptionType = OptionType.TEXT
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    def __attrs_post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise WrongUse(
                f"Die Angabe »{self.name}« kann nicht so heißen: erlaubt sind Buchstaben, Ziffern, »_« und »-«, am Anfang "
                "ein Buchstabe."
            )
        if (self.type is OptionType.CHOICE) != bool(self.choices):
            raise WrongUse(f"Die Angabe »{self.name}« braucht den Typ CHOICE und »choices«, beides oder keines davon.")
        if self.required and not self.example:
            raise WrongUse(f"Die Angabe »{self.name}« ist nötig und braucht deshalb ein Beispiel (example).")
        for value in (self.default, self.example):
            if value:
                self.read(value)

    @property
    def flag(self) -> str:
        """How it is called on the command line.

        >>> Option(name="mit_entwuerfen", title="Auch Entwürfe").flag
        '--mit-entwuerfen'
        """
        return "--" + self.name.replace("_", "-")

    @property
    def expected(self) -> str:
        """What may be entered, in German.

        >>> Option(name="leerzeilen", title="Leere Zeilen", type=OptionType.NUMBER, least=0, most=100).expected
        'eine ganze Zahl von 0 bis 100'
        """
        if self.type is OptionType.CHOICE:
            return f"eines von {', '.join(self.choices)}"
        if self.type is OptionType.DAY:
            return "ein Tag wie 15.10.2025"
        if self.type is OptionType.TEXT:
            return "ein Text"
        if self.least is None:
            return "eine ganze Zahl" if self.most is None else f"eine ganze Zahl bis {self.most}"
        return (
            f"eine ganze Zahl ab {self.least}"
            if self.most is None
            else f"eine ganze Zahl von {self.least} bis {self.most}"
        )

    def read(self, value: object) -> str:
        """Check a value and write it the way the report gets it; an empty one stands for the default.

        >>> Option(name="seit", title="Seit wann", type=OptionType.DAY).read("1.8.2025")
        '2025-08-01'

        Raises:
            WrongUse: The value is not possible.
        """
        text = str(value).strip()
        if not text:
            return self.default
        found = _READERS[self.type](self, value if isinstance(value, date) else text)
        if found is None:
            raise WrongUse(
                f"Die Angabe {self.name} »{text}« wird nicht verstanden; erwartet wird {self.expected}.",
                parameter=self.name,
            )
        return found


def _text(_option: Option, value: object) -> str:
    return str(value)


def _number(option: Option, value: object) -> str | None:
    text = str(value)
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    fits = (option.least is None or number >= option.least) and (option.most is None or number <= option.most)
    return str(number) if fits else None


def _day(_option: Option, value: object) -> str | None:
    try:
        day = day_of(value)
    except ValueError:
        return None
    return None if day is None else day.isoformat()


def _choice(option: Option, value: object) -> str | None:
    wanted = str(value).casefold()
    return next((choice for choice in option.choices if choice.casefold() == wanted), None)


_READERS: Mapping[OptionType, Callable[[Option, object], str | None]] = {
    OptionType.TEXT: _text,
    OptionType.NUMBER: _number,
    OptionType.DAY: _day,
    OptionType.CHOICE: _choice,
}


def day_of(value: object) -> date | None:
    """Read a day as one writes it: 15.10.2025 or 2025-10-15; ``None`` for anything else.

    Raises:
        ValueError: It is written like a day, but there is no such day.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if german := _GERMAN_DAY.fullmatch(text):
        return date(int(german[3]), int(german[2]), int(german[1]))
    if iso := _ISO_DAY.fullmatch(text):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    return None
