"""Values that stand in several cells, or that one cell lists: periods, workloads, spans, lists, references."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from koschuso.errors import InvalidRecord
from koschuso.interchange.table.cells import BadCell, Cell, german, read_day, read_decimal, read_moment
from koschuso.model import BERLIN, FunctionHeld, LegalBasis, Period, Reference, TimeSpan, Workload, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from koschuso.model.shape import FieldShape

__all__ = [
    "read_items",
    "read_json",
    "read_period",
    "read_reference",
    "read_span",
    "read_workload",
    "write_items",
    "write_json",
    "write_period",
    "write_reference",
    "write_span",
    "write_workload",
]

_DAY: Final = timedelta(days=1)
_FLOATING: Final = "ohne"
_MINUTES: Final = re.compile(r"(\d+(?:,\d+)?) Min\.", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,5}:[0-5]\d", re.ASCII)
_BARE: Final = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_HELD: Final = re.compile(r"([^()]+?)(?:\s*\(\s*(?:([\d.]+))?\s*[–-]\s*(?:([\d.]+))?\s*\))?")
_MOST_PLACES: Final = 6
_MOST_MINUTES: Final = 10**7

# -- JSON ------------------------------------------------------------------------------------------------------------------


def write_json(value: Any) -> str:
    """Write a value as JSON, as it stands in the stored form."""
    return msgspec.json.encode(value).decode()


def read_json(shape: FieldShape, text: str) -> Any:
    """Read a value that `write_json` gave.

    Raises:
        BadCell: It is none.
    """
    inner: Any = shape.value_type
    expected: Any = tuple[inner, ...] if shape.many else inner
    try:
        return msgspec.json.decode(text, type=expected)
    except (msgspec.DecodeError, InvalidRecord, ValueError, TypeError, RecursionError):
        raise BadCell(0, "Die Angabe in geschweiften oder eckigen Klammern wird nicht verstanden.") from None


# -- lists -----------------------------------------------------------------------------------------------------------------


def write_items(cls: Any, items: Any, write_one: Callable[[Any], Cell] | None) -> Cell:
    """Write a list with semicolons between; as JSON where the items have no short form of their own."""
    if not items:
        return None
    if cls is FunctionHeld:
        return "; ".join(_held(item) for item in items)
    if cls is LegalBasis:
        return "; ".join(f"{item.purpose}: {item.basis}" for item in items)
    if write_one is None:
        return write_json(items)
    return "; ".join(german(write_one(item)) for item in items)


def read_items(cls: Any, text: str, read_one: Callable[[str], Any] | None) -> Any:
    """Read a list; semicolons or line breaks stand between its items.

    Raises:
        BadCell: An item is not understood.
    """
    items = [item for part in text.splitlines() for item in map(str.strip, part.split(";")) if item]
    if cls is FunctionHeld:
        return tuple(map(_read_held, items))
    if cls is LegalBasis:
        return tuple(map(_read_basis, items))
    if read_one is None:
        raise BadCell(
            0, "Diese Angabe hat mehrere Teile und wird nur in der Form verstanden, in der koschuso sie schreibt."
        )
    return tuple(map(read_one, items))


def _held(item: FunctionHeld) -> str:
    since, last = (_short(cell) for cell in write_period(item.period))
    return f"{item.function} ({since}–{last})" if since or last else item.function


def _short(cell: Cell) -> str:
    return f"{cell.day:02}.{cell.month:02}.{cell.year:04}" if isinstance(cell, date) else ""


def _read_held(text: str) -> FunctionHeld:
    match = _HELD.fullmatch(text)
    if match is None:
        raise BadCell(
            0, "Diese Funktion wird nicht verstanden; erwartet wird etwa koordination (01.08.2022–31.07.2024)."
        )
    return FunctionHeld(function=match[1], period=read_period((match[2] or "", match[3] or "")))


def _read_basis(text: str) -> LegalBasis:
    purpose, colon, basis = text.partition(":")
    if not (colon and purpose.strip() and basis.strip()):
        raise BadCell(0, "Diese Rechtsgrundlage wird nicht verstanden; erwartet wird etwa netzwerkverteiler: aufgabe.")
    return LegalBasis(purpose=purpose.strip(), basis=basis.strip())


def write_reference(value: Reference) -> str:
    """Write a reference as kind/id."""
    return str(value)


def read_reference(text: str) -> Reference:
    """Read a reference.

    Raises:
        BadCell: It is none.
    """
    kind, slash, record_id = text.partition("/")
    if not (kind and slash and record_id):
        raise BadCell(0, "Hier steht kein Verweis; erwartet wird Art und Kennung, etwa organisation/schule-123456.")
    return Reference(kind, record_id)


# -- periods ---------------------------------------------------------------------------------------------------------------


def write_period(value: Period) -> tuple[Cell, ...]:
    """Write a period: its first and its last day."""
    # The last day of a period that ends on the first of all days cannot be written; it comes back by JSON.
    return (value.since, value.until - _DAY if value.until is not None and value.until > date.min else value.until)


def read_period(cells: Sequence[str]) -> Period:
    """Read a period of its first and its last day.

    Raises:
        BadCell: One of them is none, or they stand in the wrong order.
    """
    days: list[date | None] = []
    for number, text in enumerate(cells):
        try:
            days.append(read_day(text) if text else None)
        except BadCell as error:
            raise BadCell(number, error.message) from None
    try:
        return Period.from_to(days[0], days[1])
    except (InvalidRecord, OverflowError):
        raise BadCell(1, "Der Zeitraum endet vor seinem Beginn.") from None


# -- workloads -------------------------------------------------------------------------------------------------------------


def write_workload(value: Workload) -> tuple[Cell, ...]:
    """Write a workload: hours per week, the full-time basis, measure months, and the words in which it was given."""
    basis: Cell = clock(value.full_time_minutes)
    return (None if value.minutes is None else _hours(value.minutes), basis, value.months, value.stated)


def _hours(minutes: Decimal) -> Cell:
    """Write minutes as hours where that comes out even."""
    if minutes > _MOST_MINUTES:
        return f"{minutes:f} Min.".replace(".", ",", 1)
    hours = minutes / 60
    if hours * 60 == minutes and hours == round(hours, _MOST_PLACES):
        return round(hours, _MOST_PLACES).normalize() + Decimal(0)
    if minutes == minutes.to_integral_value():
        return clock(minutes)
    whole, _, rest = f"{minutes:f}".partition(".")
    return f"{whole},{rest} Min."


def read_workload(cells: Sequence[str]) -> Workload:
    """Read a workload.

    Raises:
        BadCell: A cell is not understood.
    """
    hours, basis, months, stated = cells
    full_time = _full_time(basis)
    kind: dict[str, Any] = {} if full_time is None else {"full_time_minutes": full_time}
    try:
        minutes = _weekly(hours, kind) if hours else None
        amount = read_decimal(months) if months else None
    except BadCell as error:
        raise BadCell(error.column or (2 if months else 0), error.message) from None
    try:
        return Workload(minutes=minutes, months=amount, stated=stated, **kind)
    except InvalidRecord as error:
        raise BadCell(0, str(error.findings[0].message)) from None


def _weekly(text: str, kind: dict[str, Any]) -> Decimal:
    """Read minutes per week; a bare number is hours."""
    exact = _MINUTES.fullmatch(text)
    if exact is not None:
        return Decimal(exact[1].replace(",", "."))
    if _CLOCK.fullmatch(text):
        whole, _, rest = text.partition(":")
        return Decimal(int(whole) * 60 + int(rest))
    if _BARE.fullmatch(text):
        return Decimal(text.replace(",", ".")) * 60
    try:
        minutes = Workload.parse(text, **kind).minutes
    except InvalidRecord as error:
        raise BadCell(0, str(error.findings[0].message)) from None
    if minutes is None:
        raise BadCell(0, "Hier stehen keine Wochenstunden; erwartet wird etwa 19,5 oder 19:30.")
    return minutes


def _full_time(text: str) -> int | None:
    if not text:
        return None
    try:
        minutes = _weekly(text, {})
    except BadCell:
        minutes = Decimal("0.5")
    if minutes != minutes.to_integral_value():
        raise BadCell(1, "Hier steht keine Vollzeitwoche; erwartet wird etwa 39:00 oder 39:50.")
    return int(minutes)


# -- spans -----------------------------------------------------------------------------------------------------------------


def write_span(value: TimeSpan) -> tuple[Cell, ...]:
    """Write when an event takes place; the end of whole days is the last of them."""
    if value.all_day:
        return (value.begin.date(), (value.end - _DAY).date(), "ja", None, None)
    zone = None if value.zone == BERLIN else value.zone or _FLOATING
    return (value.begin, value.end, "nein", zone, value.end_zone)


def read_span(cells: Sequence[str]) -> TimeSpan:
    """Read when an event takes place.

    Raises:
        BadCell: A cell is not understood, or the end lies before the begin.
    """
    first, last, whole_days, zone, end_zone = cells
    if not first:
        raise BadCell(0, "Der Beginn fehlt.")
    begin = read_moment(first)
    try:
        end = read_moment(last) if last else begin
    except BadCell as error:
        raise BadCell(1, error.message) from None
    timed = isinstance(begin, datetime) or isinstance(end, datetime)
    all_day = not timed if not whole_days else whole_days.strip().casefold() in {"ja", "j", "x", "wahr", "true", "1"}
    try:
        if all_day:
            return TimeSpan.days(_date_of(begin), _date_of(end))
        wanted = None if zone == _FLOATING else zone or BERLIN
        return TimeSpan(begin=_moment_of(begin), end=_moment_of(end), zone=wanted, end_zone=end_zone or None)
    except (InvalidRecord, OverflowError) as error:
        told = error.findings[0].message if isinstance(error, InvalidRecord) else "Die Zeitangabe ist nicht möglich."
        raise BadCell(1, str(told)) from None


def _date_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _moment_of(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())
