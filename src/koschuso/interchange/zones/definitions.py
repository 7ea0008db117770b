"""The zones of one calendar file: what its VTIMEZONEs say, and which IANA zone each of its TZIDs means.

A `Zones` belongs to one file and is thrown away with it, so a bad zone in one file never reaches another. How a TZID
is understood (`Zones.resolve`):

1. its name is an IANA name: that zone, whatever the VTIMEZONE says (a VTIMEZONE is often out of date); if the file's
   offsets cannot be those of the zone, that is a finding;
2. its name is known by another way (`koschuso.interchange.zones.names`) and the VTIMEZONE, if there is one, has the same
   offsets: that zone;
3. the file has a VTIMEZONE whose changes of the clocks are those of an IANA zone in the years around: that zone;
4. the file has a VTIMEZONE of its own kind: the name stays, wall times stay, and the VTIMEZONE is kept with the record;
5. otherwise the default zone is taken, with a finding.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import attrs

from koschuso.interchange.calendar_values import read_moment
from koschuso.interchange.zones.names import iana_name, is_iana
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.interchange.component import Component
    from koschuso.interchange.notes import Notes

__all__ = ["Observance", "Zone", "Zones", "matching_zone", "observances"]

_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?").fullmatch
_BYDAY: Final = re.compile(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)").fullmatch
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARS: Final = range(1996, 2036)
_MOST_RULES: Final = 400
_MOST_DATES: Final = 2000
_DECEMBER: Final = 12
# Tried in this order; the first whose clocks agree is taken. Fixed offsets come after all places.
_CANDIDATES: Final = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Europe/Chisinau",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Asia/Jerusalem",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Pacific/Auckland",
    "Pacific/Honolulu",
    "Africa/Johannesburg",
    "UTC",
)


@attrs.frozen
class Observance:
    """One STANDARD or DAYLIGHT of a VTIMEZONE.

    Attributes:
        start: First onset, wall time before the change.
        before: Offset from UTC before the change.
        after: Offset from UTC from then on.
        rule: RRULE as a mapping, empty without one.
        dates: Further onsets, wall time.
    """

    start: datetime
    before: timedelta
    after: timedelta
    rule: tuple[tuple[str, str], ...] = ()
    dates: tuple[datetime, ...] = ()

    def onsets(self, year: int) -> Iterator[datetime]:
        """The moments in that year at which it begins, in UTC without zone.

        Raises:
            ValueError: The rule is of a kind that no zone has.
        """
        for onset in (self.start, *self.dates):
            if onset.year == year:
                yield onset - self.before
        if self.rule and year >= self.start.year:
            ruled = self._by_rule(year)
            if ruled is not None and ruled > self.start:
                yield ruled - self.before

    def _by_rule(self, year: int) -> datetime | None:
        rule = dict(self.rule)
        if rule.get("FREQ") != "YEARLY" or rule.get("INTERVAL", "1") != "1" or "COUNT" in rule:
            raise ValueError("no yearly rule")
        month = int(rule.get("BYMONTH", self.start.month))
        weekday = _BYDAY(rule.get("BYDAY", ""))
        if weekday and weekday[1]:
            day = _nth_weekday(year, month, _WEEKDAYS.index(weekday[2]), int(weekday[1]))
        elif weekday and "BYMONTHDAY" in rule:
            days = sorted(int(text) for text in rule["BYMONTHDAY"].split(","))
            index = _WEEKDAYS.index(weekday[2])
            day = next(found for found in (datetime(year, month, day) for day in days) if found.weekday() == index)
        elif "BYDAY" in rule:
            raise ValueError("no day of the month")
        else:
            day = datetime(year, month, int(rule.get("BYMONTHDAY", self.start.day)))
        onset = day.replace(hour=self.start.hour, minute=self.start.minute, second=self.start.second)
        until = rule.get("UNTIL", "")
        if until:
            last = _wall(until)
            if (onset - self.before if until.endswith("Z") else onset) > last:
                return None
        return onset


@attrs.frozen(kw_only=True)
class Zone:
    """What a TZID means.

    Attributes:
        name: Name of the zone of the times: an IANA name, or the TZID where there is none.
        known: Whether the name is an IANA name.
        by_name: Whether the TZID alone says so, without the file's VTIMEZONE.
    """

    name: str
    known: bool = True
    by_name: bool = True


class Zones:
    """The zones of one file.

    Attributes:
        default: Zone of times whose own zone cannot be found out.
        blocks: The lines of the VTIMEZONE of each TZID, BEGIN and END included.
    """

    __slots__ = ("_components", "_lines", "_notes", "_resolved", "blocks", "default")

    def __init__(self, notes: Notes, default: str) -> None:
        self.default = default
        self.blocks: dict[str, tuple[str, ...]] = {}
        self._components: dict[str, Component] = {}
        self._resolved: dict[str, Zone] = {}
        self._lines: dict[str, int] = {}
        self._notes = notes

    def declare(self, component: Component) -> None:
        """Take a VTIMEZONE; of two with the same name the first one counts."""
        line = component.first("TZID")
        tzid = line.value.strip() if line else ""
        if not tzid:
            self._note(
                "ical.zone_ohne_namen",
                f"Die Zeitzone ab Zeile {component.number} hat keinen Namen (TZID); sie wurde nicht verwendet.",
                component.number,
            )
        elif tzid not in self.blocks:
            self._components[tzid] = component
            self.blocks[tzid] = tuple(component.texts())
            self._resolved.pop(tzid, None)

    def resolve(self, tzid: str, number: int | None = None) -> Zone:
        """Find out what a TZID means; tells each doubt once.

        Args:
            tzid: The parameter's value.
            number: Line in which it stands.
        """
        zone = self._resolved.get(tzid)
        if zone is None:
            zone = self._resolved[tzid] = self._resolve(tzid, number)
        return zone

    def resolved(self, tzid: str) -> Zone | None:
        """What a TZID means if that was found out before; never makes a finding."""
        return self._resolved.get(tzid)

    def needed(self, tzids: Iterable[tuple[str, int | None]], said: Iterable[str | None]) -> list[str]:
        """The VTIMEZONEs that must stay with a record because nothing else can say what they mean.

        Args:
            tzids: The TZIDs of its lines, with the numbers of the lines.
            said: Names of zones that the record's fields say themselves.
        """
        kept: dict[str, tuple[str, ...]] = {}
        for tzid, number in tzids:
            if tzid not in self.blocks or tzid in kept:
                continue
            zone = self.resolve(tzid, number)
            spoken_for = zone.by_name or (zone.name in said and iana_name(tzid) is None)
            if not (zone.known and spoken_for):
                kept[tzid] = self.blocks[tzid]
        return [text for block in kept.values() for text in block]

    def _resolve(self, tzid: str, number: int | None) -> Zone:
        tzid = tzid.strip()
        component = self._components.get(tzid)
        declared = list(observances(component)) if component is not None else []
        if is_iana(tzid):
            if declared and not _offsets_fit(declared, tzid):
                self._note(
                    "ical.zone_abweichend",
                    f"Die Datei beschreibt die Zeitzone in Zeile {component.number if component else 0} anders, als sie "
                    "amtlich ist; es gilt die amtliche. Bitte prüfen Sie die Uhrzeiten.",
                    component.number if component else number,
                    tzid,
                )
            return Zone(name=tzid)
        named = iana_name(tzid)
        if named is not None and (not declared or _offsets_fit(declared, named)):
            if component is None and not tzid.startswith("/"):
                self._note(
                    "ical.zone_gedeutet",
                    f"Die Zeitzone in Zeile {number} ist in der Datei nicht beschrieben; ihrem Namen nach wurde sie als "
                    f"{named} gelesen.",
                    number,
                    tzid,
                    Severity.INFO,
                )
            return Zone(name=named)
        if declared:
            matching = matching_zone(declared, self.default)
            if matching is not None:
                return Zone(name=matching, by_name=False)
            self._note(
                "ical.zone_eigene",
                "Die Datei verwendet eine eigene Zeitzone, die keiner amtlichen entspricht; Uhrzeiten und Zone bleiben, "
                "wie sie sind. Bitte prüfen Sie die Termine.",
                number,
                tzid,
            )
            return Zone(name=tzid, known=False, by_name=False)
        self._note(
            "ical.zone_unbekannt",
            f"Die Zeitzone in Zeile {number} ist nicht bekannt und in der Datei nicht beschrieben; angenommen wird "
            f"{self.default}. Bitte prüfen Sie die Uhrzeiten.",
            number,
            tzid,
        )
        return Zone(name=self.default, by_name=False)

    def _note(
        self, rule: str, message: str, number: int | None, value: str = "", severity: Severity = Severity.WARNING
    ) -> None:
        self._notes.add(Finding(rule=rule, message=message, severity=severity, field="TZID", value=value, line=number))


def observances(component: Component) -> Iterator[Observance]:
    """Read the STANDARD and DAYLIGHT of a VTIMEZONE; what cannot be read is passed over."""
    for part in component.children[:_MOST_RULES]:
        found = {line[0].name: line[1].strip() for line in reversed(part.lines)}
        try:
            rule = tuple(
                (key.strip().upper(), value.strip().upper())
                for key, _, value in (item.partition("=") for item in found.get("RRULE", "").split(";") if item)
            )
            dates = [
                _wall(date.partition("/")[0])
                for line in part.lines
                if line[0].name == "RDATE"
                for date in line[1].split(",")[:_MOST_DATES]
            ]
            yield Observance(
                _wall(found["DTSTART"]),
                _offset(found["TZOFFSETFROM"]),
                _offset(found["TZOFFSETTO"]),
                rule,
                tuple(dates),
            )
        except (KeyError, ValueError, OverflowError):
            continue


def matching_zone(declared: list[Observance], preferred: str = "") -> str | None:
    """Find the IANA zone whose clocks change as the observances say, in the years from 1996 to 2035.

    >>> hour = timedelta(hours=1)
    >>> summer = Observance(datetime(1601, 3, 25, 2), hour, 2 * hour, (("FREQ", "YEARLY"), ("BYMONTH", "3"), ("BYDAY", "-1SU")))
    >>> winter = Observance(datetime(1601, 10, 28, 3), 2 * hour, hour, (("FREQ", "YEARLY"), ("BYMONTH", "10"), ("BYDAY", "-1SU")))
    >>> matching_zone([summer, winter])
    'Europe/Berlin'
    """
    try:
        changes = list(_changes(declared))
    except (ValueError, OverflowError, StopIteration, RuntimeError):
        return None
    if not changes:
        latest = max(declared, key=lambda observance: observance.start)
        return _fixed_zone(latest.after)
    years = {moment.year for moment, _ in changes}
    if len(changes) == 1:
        return None
    first, last = min(years), max(years)
    candidates = dict.fromkeys(((preferred,) if preferred and is_iana(preferred) else ()) + _CANDIDATES)
    return next((name for name in candidates if _agrees(changes, first, last, name)), None)


def _changes(declared: Iterable[Observance]) -> Iterator[tuple[datetime, timedelta]]:
    """The changes of the clocks in the years that are compared: moment in UTC, offset from then on."""
    found: dict[datetime, timedelta] = {}
    for observance in declared:
        for year in _YEARS:
            for onset in observance.onsets(year):
                found[onset] = observance.after
    offset: timedelta | None = None
    for moment in sorted(found):
        if found[moment] != offset:
            offset = found[moment]
            yield moment, offset


def _agrees(changes: list[tuple[datetime, timedelta]], first: int, last: int, name: str) -> bool:
    """Whether the zone has the same offsets in every month, and right before and after each change."""
    zone = ZoneInfo(name)
    minute = timedelta(minutes=1)
    for index, (moment, offset) in enumerate(changes):
        if _utc_offset(zone, moment) != offset:
            return False
        if index and _utc_offset(zone, moment - minute) != changes[index - 1][1]:
            return False
    position = 0
    for year in range(first, last + 1):
        for month in range(1, _DECEMBER + 1):
            moment = datetime(year, month, 15)
            while position + 1 < len(changes) and changes[position + 1][0] <= moment:
                position += 1
            if changes[position][0] <= moment and _utc_offset(zone, moment) != changes[position][1]:
                return False
    return True


def _offsets_fit(declared: list[Observance], name: str) -> bool:
    """Whether the latest offsets that a VTIMEZONE names are those of the zone; its rules may be out of date."""
    zone = ZoneInfo(name)
    latest = max(observance.start for observance in declared)
    offsets = {observance.after for observance in declared}
    years = {2015, 2024, min(max(latest.year, 1970), 2036)}
    real = {_utc_offset(zone, datetime(year, month, 15)) for year in years for month in range(1, _DECEMBER + 1)}
    return bool(offsets & real) if len(declared) > 2 else offsets <= real or real <= offsets  # noqa: PLR2004 - histories


def _utc_offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()


def _fixed_zone(offset: timedelta) -> str | None:
    """The zone of a place, or of no place, whose clocks never change."""
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    if not rest:
        name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
        return name if is_iana(name) else None
    moments = [datetime(year, month, 15) for year in (2000, 2012, 2024) for month in (1, 7)]
    return next(
        (name for name in _CANDIDATES if all(_utc_offset(ZoneInfo(name), moment) == offset for moment in moments)), None
    )


def _offset(text: str) -> timedelta:
    match = _OFFSET(text)
    if match is None:
        raise ValueError("no offset")
    amount = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -amount if match[1] == "-" else amount


def _wall(text: str) -> datetime:
    moment = read_moment(text)
    if moment is None:
        raise ValueError("no time")
    return moment.wall


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> datetime:
    if nth > 0:
        first = datetime(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))
