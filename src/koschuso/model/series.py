"""Series: the rhythm of a circle that meets again and again, and what it avoids."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.timespan import TimeSpan
from koschuso.model.values import check_keys

if TYPE_CHECKING:
    from koschuso.model.finding import Problems

__all__ = ["Series"]

_MOST_WEEKS = 52
_WEEKDAYS = range(7)


@attrs.frozen(kw_only=True)
class Series(Record):
    """A Reihe: a rhythm and what it avoids; its dates are materialised as events by `koschuso.planning`.

    Attributes:
        title: Title.
        rhythm: Key of the catalogue ``rhythmus``.
        type: Key of the catalogue ``veranstaltungsart``.
        taetigkeit: Key of the Tätigkeitsprofil.
        weeks: Every how many weeks, 1 to 52, for ``alle_n_wochen``.
        weekday: 0 is Monday, for the weekly and monthly rhythms.
        nth: Which weekday of the month, 1 to 5, or -1 for the last, for ``monatlich_n_ter_wochentag``.
        dates: The days of ``termine_liste``.
        begin_time: Wall time at which each date begins.
        minutes: Length of each date.
        avoid: Keys of the catalogue ``meide``: Ferien, Feiertage …
        evasion: Key of the catalogue ``ausweichregel``.
        schulformen: For whom; part series have one each.
        parent_id: Series that this is a part series of.
        committee_id: Committee that meets.
        period: From when to when dates are made.
    """

    KIND: ClassVar[str] = "series"
    LABEL: ClassVar[str] = "Reihe"

    title: str
    rhythm: str
    type: str = ""
    taetigkeit: str = ""
    weeks: int | None = None
    weekday: int | None = None
    nth: int | None = None
    dates: tuple[date, ...] = ()
    begin_time: time | None = None
    minutes: int | None = None
    avoid: tuple[str, ...] = ()
    evasion: str = "manuell"
    schulformen: tuple[str, ...] = ()
    parent_id: str = ""
    committee_id: str = ""
    period: Period = ALWAYS

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="reihe.titel", message="Eine Reihe braucht einen Titel.")
        check_keys(
            problems,
            rhythm=self.rhythm,
            type=self.type,
            taetigkeit=self.taetigkeit,
            avoid=self.avoid,
            evasion=self.evasion,
            schulformen=self.schulformen,
        )
        needs = {
            "alle_n_wochen": self.weeks is not None,
            "monatlich_n_ter_wochentag": self.weekday is not None and self.nth is not None,
            "termine_liste": bool(self.dates),
        }
        if not needs.get(self.rhythm, True):
            problems.add(
                field="rhythm",
                value=self.rhythm,
                rule="reihe.rhythmus",
                message=f"Dem Rhythmus »{self.rhythm}« fehlt eine Angabe (Wochen, Wochentag mit Zahl oder Termine).",
            )
        if not (self.weeks is None or (1 <= self.weeks <= _MOST_WEEKS and self.rhythm == "alle_n_wochen")):
            problems.add(
                field="weeks",
                value=self.weeks,
                rule="reihe.wochen",
                message="Ein Abstand in Wochen reicht von 1 bis 52 und gehört zum Rhythmus »alle_n_wochen«.",
            )
        if not (self.weekday is None or self.weekday in _WEEKDAYS):
            problems.add(
                field="weekday",
                value=self.weekday,
                rule="reihe.wochentag",
                message="Ein Wochentag reicht von 0 (Montag) bis 6 (Sonntag).",
            )
        if not (self.nth is None or self.nth in {1, 2, 3, 4, 5, -1}):
            problems.add(
                field="nth",
                value=self.nth,
                rule="reihe.n_ter",
                message="Die Zahl des Wochentags im Monat reicht von 1 bis 5; -1 ist der letzte.",
            )
        if not (self.minutes is None or self.minutes > 0):
            problems.add(
                field="minutes", value=self.minutes, rule="reihe.dauer", message="Eine Dauer ist größer als 0 Minuten."
            )

    def span_on(self, day: date) -> TimeSpan:
        """Give the span of the date on a day: all day where the series has no time."""
        if self.begin_time is None:
            return TimeSpan.days(day)
        return TimeSpan.at(datetime.combine(day, self.begin_time), minutes=self.minutes or 0)
