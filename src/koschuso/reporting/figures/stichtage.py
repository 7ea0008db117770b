"""Several Stichtage beside each other (T7 of R1), and what is told of a Stichtag before anything was recorded.

Records tell when a position and an Einsatz began and ended, so that the past can be counted from them. Of a day before
the first of them nothing is known: it is told as such, never as 0.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.model.period import Period
from koschuso.model.position import Position
from koschuso.reporting.document import Cell, Chart, ChartKind, Column, ColumnType, Series, Sign, Table
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staffing import Amount, Place, Share, Staffing, Work, heads, total
from koschuso.reporting.german import day_text, number_text
from koschuso.reporting.parameters import Option, parse_day
from koschuso.reporting.view import office_begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from koschuso.reporting.figures.saeulen import Saeulen
    from koschuso.reporting.view import View

__all__ = ["STICHTAGE_OPTION", "DayCount", "TimeSeries", "is_before_records", "refuse_before_records", "stichtage"]

_MOST_DAYS: Final = 30
_DEFAULT: Final = "3"
_LEAP: Final = (2, 29)

STICHTAGE_OPTION: Final = Option(
    name="stichtage",
    title="Zeitreihe: weitere Stichtage mit Komma, oder die Zahl der Jahre mit demselben Tag (1 für keine Zeitreihe)",
    example="15.10.2023,15.10.2024,15.10.2025",
    default=_DEFAULT,
)
"""The option of a report that puts several Stichtage beside each other."""


def stichtage(text: str, day: date) -> tuple[date, ...]:
    """Read which days a time series is about; the day of the report itself always belongs to it.

    Args:
        text: Days parted by commas, or a number of years that go back from the day of the report.
        day: Stichtag of the report.

    Returns:
        The days, the earliest first, each once.

    Raises:
        WrongUse: A day is not understood, or there are too many.

    >>> [found.year for found in stichtage("3", date(2024, 2, 29))]
    [2022, 2023, 2024]
    """
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    if len(parts) == 1 and parts[0].isascii() and parts[0].isdigit():
        years = int(parts[0])
        if not 1 <= years <= _MOST_DAYS:
            raise WrongUse(
                f"Eine Zeitreihe von {parts[0]} Jahren ist nicht möglich; erlaubt sind 1 bis {_MOST_DAYS}.",
                parameter=STICHTAGE_OPTION.name,
            )
        return tuple(_years_before(day, years - 1 - number) for number in range(years) if day.year - years >= 1)
    days = sorted({day, *(parse_day(STICHTAGE_OPTION.name, part) for part in parts)})
    if len(days) > _MOST_DAYS:
        raise WrongUse(
            f"Eine Zeitreihe hat höchstens {_MOST_DAYS} Stichtage, angegeben sind {len(days)}.",
            parameter=STICHTAGE_OPTION.name,
        )
    return tuple(days)


def _years_before(day: date, years: int) -> date:
    """Give the same day of an earlier year; of the 29 February the 28."""
    if (day.month, day.day) == _LEAP and not _is_leap(day.year - years):
        return date(day.year - years, 2, 28)
    return day.replace(year=day.year - years)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def is_before_records(view: View, day: date) -> bool:
    """Tell whether a day lies before everything that is recorded of positions and of the office.

    That is so when no position exists yet on the day although some are recorded, or when the only ones that do are those
    whose begin nobody entered and the office itself had not begun.
    """
    positions = view.records(Position)
    if any(position.period.since is not None and position.period.since <= day for position in positions):
        return False
    open_begin = any(position.period.since is None for position in positions)
    begin = office_begin(view)
    if begin is not None and day < begin.earliest():
        return True
    return bool(positions) and not open_begin


def refuse_before_records(view: View, day: date) -> None:
    """Refuse a Stichtag of which nothing can be known.

    Raises:
        Refused: The day lies before everything that is recorded.
    """
    if not is_before_records(view, day):
        return
    begin = office_begin(view)
    first = min((p.period.since for p in view.records(Position) if p.period.since is not None), default=None)
    told = [
        *([] if begin is None else [f"die Koordinierungsstelle begann {begin.text}"]),
        *([] if first is None else [f"die erste erfasste Stelle am {day_text(first)}"]),
    ]
    raise Refused(
        f"Zum Stichtag {day_text(day)} ist nichts erfasst: {', '.join(told)}. Bitte wählen Sie einen späteren Stichtag.",
        stichtag=day.isoformat(),
    )


@attrs.frozen(kw_only=True)
class DayCount:
    """What is counted of one Stichtag: Schulsozialarbeit at schools of the region.

    Attributes:
        day: The Stichtag.
        schools: Open schools.
        served: Those of them with Schulsozialarbeit, vacant positions included.
        people: Fachkräfte, each once.
        shares: The shares of positions at them.
    """

    day: date
    schools: int
    served: int
    people: int
    shares: tuple[Share, ...]

    @property
    def volume(self) -> Amount:
        """What there is in all."""
        return total(self.shares)

    @property
    def unknown(self) -> frozenset[tuple[str, str]]:
        """Position and place of each share whose volume is not known."""
        return frozenset(
            (share.position.id, "" if share.organisation is None else share.organisation.id)
            for share in self.shares
            if share.vzae is None
        )

    def of(self, saeule: str) -> Amount:
        """What there is of a Säule."""
        return total(share for share in self.shares if share.saeule == saeule)


class TimeSeries:
    """The Stichtage of a report beside each other.

    Args:
        view: What the report may see.
        days: The days, the earliest first.
    """

    def __init__(self, view: View, days: Sequence[date]) -> None:
        self._view = view
        self._days = tuple(days)
        self._known = {day: _counted(view, day) for day in days if not is_before_records(view, day)}

    @property
    def shares(self) -> tuple[Share, ...]:
        """The shares of all days, for the Säulen that become columns."""
        return tuple(share for found in self._known.values() for share in found.shares)

    def before(self, day: date) -> DayCount | None:
        """Give the Stichtag before a day, ``None`` where nothing is known of one."""
        return next((found for found in reversed(self._known.values()) if found.day < day), None)

    def table(self, saeulen: Saeulen) -> Table:
        """Build the table: a row for each Stichtag."""
        unknown_begin = sum(position.period.since is None for position in self._view.records(Position))
        return Table(
            key="t7",
            title="Schulsozialarbeit an Schulen der Region im Zeitvergleich",
            columns=(
                Column(title="Stichtag", type=ColumnType.DATE, header=True),
                *(
                    Column(title=saeulen.heading(key), type=ColumnType.NUMBER, group="VZÄ nach Säule")
                    for key in saeulen.keys
                ),
                Column(title="VZÄ gesamt", type=ColumnType.NUMBER),
                Column(title="Veränderung", unit="VZÄ", type=ColumnType.NUMBER, change=True),
                Column(title="davon vakant", unit="VZÄ", type=ColumnType.NUMBER),
                Column(title="Umfang k.\N{NO-BREAK SPACE}A.", unit="Anteile", type=ColumnType.COUNT),
                Column(title="Fachkräfte", type=ColumnType.COUNT),
                Column(title="Schulen", type=ColumnType.COUNT),
                Column(title="mit Schulsozialarbeit", unit="Schulen", type=ColumnType.COUNT),
            ),
            rows=tuple(self._rows(saeulen)),
            notes=(
                (
                    "Gezählt ist nach Beginn und Ende, die zu Stellen und Einsätzen erfasst sind; Schulen nach ihrem heutigen "
                    "Eintrag im Schulverzeichnis. Die Veränderung ist die zum Stichtag davor."
                ),
                *([_open_begins(unknown_begin)] if unknown_begin else []),
                *(
                    ["Zu Stichtagen vor der ersten erfassten Stelle steht »k. A.«."]
                    if len(self._known) < len(self._days)
                    else []
                ),
            ),
        )

    def _rows(self, saeulen: Saeulen) -> Iterable[tuple[Cell, ...]]:
        before: DayCount | None = None
        for day in self._days:
            found = self._known.get(day)
            if found is None:
                yield (day, *[Sign.UNKNOWN] * (len(saeulen.keys) + 7))
                before = None
                continue
            yield (
                day,
                *(found.of(key).cell for key in saeulen.keys),
                found.volume.cell,
                _change(before, found),
                total(share for share in found.shares if share.vacant).cell,
                found.volume.unknown,
                found.people,
                found.schools,
                found.served,
            )
            before = found

    def chart(self, saeulen: Saeulen) -> Chart:
        """Build the chart: a line for each Säule and one for all."""
        found = [self._known.get(day) for day in self._days]
        series = [
            Series(
                name=saeulen.heading(key),
                values=tuple(Sign.UNKNOWN if one is None else one.of(key).cell for one in found),
            )
            for key in saeulen.keys
        ]
        whole = tuple(Sign.UNKNOWN if one is None else one.volume.cell for one in found)
        return Chart(
            key="zeitreihe",
            title="Stellenanteile an Schulen der Region im Zeitvergleich",
            description=self._description(),
            kind=ChartKind.LINE,
            category_title="Stichtag",
            categories=tuple(day_text(day) for day in self._days),
            series=(*(series if len(series) > 1 else []), Series(name="VZÄ gesamt", values=whole)),
            unit="VZÄ",
        )

    def _description(self) -> str:
        known = list(self._known.values())
        if len(known) < 2:  # noqa: PLR2004 - a development needs a begin and an end
            return "Zu den früheren Stichtagen liegen keine Angaben vor."
        first, last = known[0], known[-1]
        return (
            f"Linien für {len(self._days)} Stichtage. Am {day_text(first.day)} waren es {number_text(first.volume.known, 2)} "
            f"VZÄ, am {day_text(last.day)} {number_text(last.volume.known, 2)} VZÄ."
        )


def _counted(view: View, day: date) -> DayCount:
    schools = Schools(view, day)
    shares = Staffing(view, Period.on(day), schools).of(Work.SCHULSOZIALARBEIT, Place.SCHULE)
    served = {schools.main(share.organisation).id for share in shares if share.organisation is not None}
    return DayCount(
        day=day,
        schools=len(schools.all),
        served=sum(school.id in served for school in schools.all),
        people=heads(shares).count,
        shares=shares,
    )


def _change(before: DayCount | None, now: DayCount) -> Fraction | Sign:
    if before is None:
        return Sign.NOT_APPLICABLE
    # The same positions may be unknown on both days; any other one could be the difference itself.
    return Sign.UNKNOWN if before.unknown != now.unknown else now.volume.known - before.volume.known


def _open_begins(number: int) -> str:
    many = number > 1
    return (
        f"Zu {number} Stelle{'n' if many else ''} ist kein Beginn erfasst; sie {'zählen' if many else 'zählt'} an jedem "
        "früheren Stichtag mit."
    )
