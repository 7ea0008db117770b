r"""What stands in one cell of a table, and back: German numbers and dates, and the guard against formulas.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break (CWE-1236); some programs
take the full-width forms for the same. In CSV such a text gets an apostrophe in front. Blanks at the ends of a text and
a brace at its beginning (which would read as JSON) are protected in the same way, and so are texts that look like an error of a spreadsheet. Reading takes exactly the apostrophes
off that writing puts there, so every text comes back as it was. In XLSX a text is a text by its type, so formulas need
no apostrophe there.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = [
    "SPOILED",
    "BadCell",
    "Cell",
    "german",
    "guarded",
    "moment_text",
    "protected",
    "read_day",
    "read_decimal",
    "read_integer",
    "read_moment",
    "read_time",
    "read_yes_or_no",
    "unguarded",
    "unprotected",
]

Cell = str | int | Decimal | date | datetime | None
"""What a writer puts into a cell; ``None`` is an empty one. Truth values are written as ja and nein."""

_FORMULA: Final = r"[=+\-@\t\r\n＝＋－＠]"
_BLANK: Final = r"\s"
_SPOILED: Final = (
    r"(?:#(?:NV|N/A|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NUM!|ZAHL!|NULL!)|[0-9]+[.,][0-9]+E\+?[0-9]+)\Z"
)
_GUARDED: Final = re.compile(rf"'*+(?:{_FORMULA}|{_BLANK}|.*{_BLANK}\Z|{_SPOILED})", re.DOTALL)
_IS_SPOILED: Final = re.compile(_SPOILED)
_PROTECTED: Final = re.compile(rf"'*+(?:{_BLANK}|.*{_BLANK}\Z)", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", re.ASCII)
_POINTED: Final = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_AMBIGUOUS: Final = re.compile(r"[+-]?\d{1,3}\.\d{3}", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d{1,3}", re.ASCII | re.IGNORECASE)
_DAY: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,](\d{1,12}))?", re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?(?:\s*Uhr)?", re.ASCII)
_EPOCH: Final = datetime(1899, 12, 30)
_MOST_DIGITS: Final = 40
_CENTURY: Final = 70
_YES: Final = {"ja": True, "j": True, "wahr": True, "true": True, "x": True, "1": True, "yes": True}
_NO: Final = {"nein": False, "n": False, "falsch": False, "false": False, "0": False, "no": False}


SPOILED: Final = "\0"
"""Stands before what a spreadsheet wrote instead of a value: an error, or a number that it shortened. No text begins so."""


class BadCell(Exception):
    """A cell that cannot be understood.

    Args:
        column: Which of the cells that were handed over together, from 0.
        message: German half sentence that follows »Zeile 7, Spalte »Tag«:«, with a full stop. Holds no content.
    """

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


# -- texts ---------------------------------------------------------------------------------------------------------------


def guarded(text: str) -> str:
    """Make a text of a CSV file that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("Soest"), guarded("'=x"), guarded(" Rand"), guarded("'s Hertogenbosch")
    ("'=1+1", 'Soest', "''=x", "' Rand", "'s Hertogenbosch")
    """
    return f"'{text}" if _suspicious(text) and _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """Give the text that `guarded` was given; blanks around other texts are taken off, and what is spoiled is marked.

    >>> unguarded("'=1+1"), unguarded("  Soest "), unguarded("' Rand")
    ('=1+1', 'Soest', ' Rand')
    """
    if text[:1] == "'" and _GUARDED.match(text, 1):
        return text[1:]
    bare = text.strip()
    return SPOILED + bare if ("#" in bare or "E" in bare) and _IS_SPOILED.match(bare) else bare


def protected(text: str) -> str:
    """Make a text of an XLSX file that comes back as it is.

    >>> protected("=1+1"), protected(" x")
    ('=1+1', "' x")
    """
    return f"'{text}" if _suspicious(text) and _PROTECTED.match(text) else text


def unprotected(text: str) -> str:
    """Give the text that `protected` was given; blanks around other texts are taken off."""
    return text[1:] if text[:1] == "'" and _PROTECTED.match(text, 1) else text.strip()


def _suspicious(text: str) -> bool:
    """Whether a text may need protection: a quick look that nearly all texts pass."""
    return text != "" and (not text[0].isalnum() or text[-1].isspace() or "E" in text)


# -- typed values ----------------------------------------------------------------------------------------------------------


def german(value: Cell) -> str:
    """Write a value as it stands in a German table.

    >>> german(Decimal("19.5")), german(date(2025, 10, 15)), german(datetime(2025, 10, 15, 9, 30)), german(None)
    ('19,5', '15.10.2025', '15.10.2025 09:30', '')
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year:04}"
    return str(value)


def moment_text(value: datetime) -> str:
    """Write a moment, without what is zero at its end."""
    text = f"{value.day:02}.{value.month:02}.{value.year:04} {value.hour:02}:{value.minute:02}"
    if value.second or value.microsecond:
        text += f":{value.second:02}"
    return f"{text},{value.microsecond:06}" if value.microsecond else text


def read_decimal(text: str) -> Decimal:
    """Read a number as people in Germany write it; also with a point, where that cannot mean thousands.

    Raises:
        BadCell: It is no number, or may mean two.

    >>> read_decimal("1.234,5"), read_decimal("19.5"), read_decimal("50 %"), read_decimal("12,50 €")
    (Decimal('1234.5'), Decimal('19.5'), Decimal('50'), Decimal('12.50'))
    """
    bare = text.strip().removesuffix("%").removesuffix("€").strip().replace("\u2212", "-").replace("\u00a0", "")
    if len(bare) <= _MOST_DIGITS:
        if _AMBIGUOUS.fullmatch(bare) and not bare.lstrip("+-").startswith("0."):
            raise BadCell(0, "Der Punkt kann Tausender oder ein Komma meinen; bitte ohne Punkt schreiben.")
        if _NUMBER.fullmatch(bare):
            return Decimal(bare.replace(".", "").replace(",", "."))
        if _POINTED.fullmatch(bare):
            return Decimal(bare)
        if _SCIENTIFIC.fullmatch(bare):
            return Decimal(bare.replace(",", "."))
    raise BadCell(0, "Hier steht keine Zahl; erwartet wird etwa 19,5.")


def read_integer(text: str) -> int:
    """Read a whole number.

    Raises:
        BadCell: It is none.

    >>> read_integer("1.200"), read_integer("60,0")
    (1200, 60)
    """
    bare = text.strip()
    if _NUMBER.fullmatch(bare) and "," not in bare and len(bare) <= _MOST_DIGITS:
        return int(bare.replace(".", ""))
    try:
        number = read_decimal(bare)
        if number == number.to_integral_value():
            return int(number)
    except (BadCell, InvalidOperation, OverflowError):
        pass
    raise BadCell(0, "Hier steht keine ganze Zahl.")


def read_yes_or_no(text: str) -> bool:
    """Read ja or nein.

    Raises:
        BadCell: It is neither.
    """
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell(0, "Erwartet wird ja oder nein.")


def read_day(text: str) -> date:
    """Read a day: German, as ISO 8601, or as the number that a spreadsheet shows where the column's format got lost.

    Raises:
        BadCell: It is none, or names a time of day.

    >>> read_day("15.10.2025"), read_day("2025-10-15"), read_day("45945")
    (datetime.date(2025, 10, 15), datetime.date(2025, 10, 15), datetime.date(2025, 10, 15))
    """
    moment = read_moment(text)
    if not isinstance(moment, datetime):
        return moment
    if moment.time() == time():
        return moment.date()
    raise BadCell(0, "Hier steht eine Uhrzeit; erwartet wird nur ein Tag wie 15.10.2025.")


def read_moment(text: str) -> date | datetime:
    """Read a day, or a day with a time of day.

    Raises:
        BadCell: It is neither.

    >>> read_moment("15.10.2025 09:30"), read_moment("2025-10-15T09:30"), read_moment("15.10.2025")
    (datetime.datetime(2025, 10, 15, 9, 30), datetime.datetime(2025, 10, 15, 9, 30), datetime.date(2025, 10, 15))
    """
    bare = text.strip()
    try:
        serial = _SERIAL.fullmatch(bare)
        if serial is not None:
            whole = _EPOCH + timedelta(days=int(serial[1]))
            if not serial[2]:
                return whole.date()
            seconds = round(Decimal(f"0.{serial[2]}") * 86_400)
            return whole + timedelta(seconds=int(seconds))
        match = _DAY.match(bare) or _ISO.match(bare)
        if match is not None:
            parts = [int(part) for part in match.groups()]
            day = date(*parts) if match.re is _ISO else date(_year(match[3]), parts[1], parts[0])
            rest = bare[match.end() :].removeprefix("T").lstrip(", ").strip()
            return datetime.combine(day, read_time(rest)) if rest else day
    except (ValueError, OverflowError):
        pass
    raise BadCell(0, "Hier steht kein Datum; erwartet wird ein Tag wie 15.10.2025.")


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 - digits of a whole year
        return year
    return year + (1900 if year >= _CENTURY else 2000)


def read_time(text: str) -> time:
    """Read a time of day.

    Raises:
        BadCell: It is none.

    >>> read_time("9:30"), read_time("14.00 Uhr")
    (datetime.time(9, 30), datetime.time(14, 0))
    """
    match = _CLOCK.fullmatch(text.strip())
    try:
        if match is not None:
            return time(int(match[1]), int(match[2]), int(match[3] or 0), int((match[4] or "0").ljust(6, "0")))
    except ValueError:
        pass
    raise BadCell(0, "Hier steht keine Uhrzeit; erwartet wird etwa 14:00.")
