"""How values are written for people who read German: decimal comma, TT.MM.JJJJ, rounded once and half up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from koschuso.model.timespan import BERLIN
from koschuso.model.workload import german_decimal, round_vzae
from koschuso.reporting.document import Column, ColumnType, Sign

if TYPE_CHECKING:
    from koschuso.reporting.document import Cell, Figure

__all__ = ["berlin_day", "cell_text", "day_text", "figure_text", "moment_text", "number_text", "sort_key"]

# German style parts thousands from five digits on, so that years and four-digit counts stay in one piece.
_GROUPED_FROM = 10_000
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


def number_text(value: int | Decimal | Fraction, digits: int, *, grouped: bool = True) -> str:
    """Write a number.

    >>> number_text(Fraction(1, 8), 2), number_text(12345, 0), number_text(Decimal("-12345.5"), 1, grouped=False)
    ('0,13', '12.345', '-12345,5')
    """
    if isinstance(value, int) and digits == 0:
        text = str(value)
    elif isinstance(value, Fraction):
        text = german_decimal(round_vzae(value, digits) or Decimal(), digits)
    else:
        text = german_decimal(Decimal(value), digits)
    whole, comma, rest = text.partition(",")
    if not grouped or abs(int(whole)) < _GROUPED_FROM:
        return text
    return f"{int(whole):,}".replace(",", ".") + comma + rest


def cell_text(value: Cell, column: Column, *, grouped: bool = True) -> str:
    """Write the value of a cell as its column asks for, without unit; a whole number is exact and gets no decimals.

    Args:
        value: The value.
        column: Its column.
        grouped: For people, who read thousands in groups and a growth with its sign; programs read the bare number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Sign):
        return value.value
    if isinstance(value, date):
        return day_text(value)
    exact = isinstance(value, int) or column.type is not ColumnType.NUMBER
    text = number_text(value, 0 if exact else column.digits, grouped=grouped)
    # What is rounded to nothing has not grown.
    grown = column.change and grouped and value > 0 and text.strip("0,")
    return f"+{text}" if grown else text


def figure_text(figure: Figure) -> str:
    """Write a summary figure without its unit."""
    return cell_text(figure.value, Column(title="", type=ColumnType.NUMBER, digits=figure.digits))


def day_text(day: date) -> str:
    """Write a day.

    >>> day_text(date(2025, 10, 5))
    '05.10.2025'
    """
    return f"{day:%d.%m.}{day.year:04d}"


def moment_text(moment: datetime) -> str:
    """Write a moment as the clock in NRW showed it.

    >>> from datetime import timezone
    >>> moment_text(datetime(2025, 10, 15, 12, 30, tzinfo=timezone.utc))
    '15.10.2025, 14:30 Uhr'
    """
    local = _local(moment)
    return f"{day_text(local.date())}, {local:%H:%M} Uhr"


def berlin_day(moment: datetime) -> date:
    """Give the day that it was in NRW."""
    return _local(moment).date()


def sort_key(text: str) -> tuple[str, str]:
    """Order as a German list is ordered: umlauts beside their base letters, capitals do not matter.

    >>> sorted(["Zülpich", "Ärzte", "Anröchte", "Öde", "Olpe"], key=sort_key)
    ['Anröchte', 'Ärzte', 'Öde', 'Olpe', 'Zülpich']
    """
    return text.casefold().translate(_UMLAUTS), text


def _local(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(BERLIN))
