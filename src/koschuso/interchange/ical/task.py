"""Which properties of a VTODO or VJOURNAL say which fields of a `Task`, an `Activity`, a `Milestone`.

Plans are as fuzzy as offices plan ("08/2016", "März"): the standard property holds the day that programs need (the
first day of a begin, the last of a due date), ``X-KOSCHUSO-*`` beside it the words. A VJOURNAL is an activity or a
milestone only where ``X-KOSCHUSO-DATENSATZ`` says so; a journal entry of another program is neither.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from koschuso.errors import InvalidRecord
from koschuso.interchange.calendar_values import read_moment, write_date
from koschuso.interchange.contentline import format_line
from koschuso.interchange.foreign import Aspect, AspectTable
from koschuso.interchange.ical import aspects
from koschuso.interchange.ical.aspects import CalendarAspect, texts_of
from koschuso.interchange.ical.event import same_id
from koschuso.interchange.ical.scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.textvalue import escape_text, join_text, unescape_text
from koschuso.interchange.zones.names import is_iana
from koschuso.model import FuzzyDate, TaskStatus, is_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine

__all__ = [
    "NO_TITLE",
    "RECORD",
    "TASK_STATUS",
    "USUAL_TASK_STATUS",
    "activity_table",
    "day_of",
    "milestone_table",
    "task_table",
]

TASK_STATUS: Final = {
    TaskStatus.GEPLANT: "NEEDS-ACTION",
    TaskStatus.IN_ARBEIT: "IN-PROCESS",
    TaskStatus.WARTET: "NEEDS-ACTION",
    TaskStatus.ERLEDIGT: "COMPLETED",
    TaskStatus.VERWORFEN: "CANCELLED",
}
"""STATUS of a VTODO for each status, as in the catalogue ``aufgabenstatus``."""

NO_TITLE: Final = "(ohne Titel)"
"""Title of a task whose VTODO has no SUMMARY."""

RECORD: Final = f"{X}DATENSATZ"
"""The property that says which kind of record a VJOURNAL is."""

USUAL_TASK_STATUS: Final = {
    "NEEDS-ACTION": TaskStatus.GEPLANT,
    "IN-PROCESS": TaskStatus.IN_ARBEIT,
    "COMPLETED": TaskStatus.ERLEDIGT,
    "CANCELLED": TaskStatus.VERWORFEN,
}
_NOON: Final = time(12)
_FOCUS: Final = "X-SCHWERPUNKT"


def _identity() -> CalendarAspect:
    """Build the aspect of an id; a RECURRENCE-ID beside it is kept as it is."""

    def _read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
        found = {line[0].name: line for line in lines}
        uid = unescape_text(found["UID"].value).strip() if "UID" in found else ""
        at = found.get("RECURRENCE-ID")
        return {"id": f"{uid}#{at.value.strip()}" if uid and at else uid}

    def _same(_aspect: CalendarAspect, told: Mapping[str, Any], record: Any) -> bool:
        return same_id(told["id"], record.id)

    def _write(record: Any, _scope: CalendarScope) -> Sequence[str]:
        return () if record.id.startswith(WITHOUT_UID) else (f"UID:{escape_text(record.id)}",)

    return Aspect(
        fields=("id",),
        names=("UID", "RECURRENCE-ID"),
        read=_read,
        write=_write,
        same=_same,
        quick=aspects.quick_uid,
    )


def _local_day(line: ContentLine, scope: CalendarScope) -> date | None:
    """The day of a DATE or DATE-TIME, on the clock of its own zone; of a time in UTC on that of the office."""
    moment = read_moment(line.value)
    if moment is None:
        scope.not_understood(line, "ein Datum wie 20251015")
        return None
    if not moment.is_utc or not is_iana(scope.default_zone):
        return moment.wall.date()
    try:
        return moment.wall.replace(tzinfo=UTC).astimezone(ZoneInfo(scope.default_zone)).date()
    except OverflowError:
        return moment.wall.date()


def day_of(value: FuzzyDate, *, last: bool) -> date | None:
    """Give the day that stands for a fuzzy date in a standard property, ``None`` where its year is not known."""
    if not value.has_year:
        return None
    return value.latest() if last else value.earliest()


def _words(line: ContentLine, scope: CalendarScope) -> FuzzyDate | None:
    try:
        return FuzzyDate(unescape_text(line.value))
    except InvalidRecord:
        scope.not_understood(line, "ein Datum wie 15.10.2025, 08/2016 oder März")
        return None


def _fuzzy(field: str, name: str, own: str, *, last: bool, required: bool = False) -> CalendarAspect:
    """Build the aspect of a fuzzy date.

    Args:
        field: Name of the field.
        name: The standard property.
        own: The property of the words.
        last: Whether the last possible day stands in the standard property, not the first.
        required: Whether the words are always written, as the standard property alone would not be found again.
    """

    def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
        day: date | None = None
        words: FuzzyDate | None = None
        for line in lines:
            if line[0].name == name:
                day = _local_day(line, scope)
            else:
                words = _words(line, scope)
        if words is not None and day == day_of(words, last=last):
            return {field: words}
        # whoever moves the task in another program changes only the standard property
        return {field: words if day is None else FuzzyDate.of(day)}

    def _write(record: Any, _scope: CalendarScope) -> Sequence[str]:
        value: FuzzyDate | None = getattr(record, field)
        if value is None:
            return ()
        day = day_of(value, last=last)
        lines = [] if day is None else [f"{name};VALUE=DATE:{write_date(day)}"]
        if required or day is None or value != FuzzyDate.of(day):
            lines.append(f"{own}:{escape_text(value.text)}")
        return lines

    return Aspect(fields=(field,), names=(name, own), read=_read, write=_write)


def _status() -> CalendarAspect:
    """Build the aspect of a task's status and of the day on which it was finished."""

    def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
        found = {line[0].name: line for line in lines}
        completed = _local_day(found["COMPLETED"], scope) if "COMPLETED" in found else None
        standard = found["STATUS"].value.strip().upper() if "STATUS" in found else ""
        if standard and standard not in USUAL_TASK_STATUS:
            scope.not_understood(found["STATUS"], "NEEDS-ACTION, IN-PROCESS, COMPLETED oder CANCELLED")
            standard = ""
        own = found[f"{X}STATUS"].value.strip() if f"{X}STATUS" in found else ""
        status = USUAL_TASK_STATUS.get(standard, TaskStatus.GEPLANT if completed is None else TaskStatus.ERLEDIGT)
        if own in set(TaskStatus) and (not standard or TASK_STATUS[TaskStatus(own)] == standard):
            status = TaskStatus(own)
        return {"status": status, "completed_on": completed if status is TaskStatus.ERLEDIGT else None}

    def _write(record: Any, _scope: CalendarScope) -> Sequence[str]:
        lines = [f"STATUS:{TASK_STATUS[record.status]}"]
        if record.status is TaskStatus.WARTET:
            lines.append(f"{X}STATUS:{record.status.value}")
        if record.completed_on is not None:
            # COMPLETED must be a time in UTC (RFC 5545, 3.8.2.1); at noon it is the same day in all of Europe
            moment = datetime.combine(record.completed_on, _NOON)
            lines.append(f"COMPLETED:{write_date(moment)}T{moment:%H%M%S}Z")
        return lines

    return Aspect(
        fields=("status", "completed_on"), names=("STATUS", f"{X}STATUS", "COMPLETED"), read=_read, write=_write
    )


def _taetigkeit() -> CalendarAspect:
    """Build the aspect of the Tätigkeit: its key, and the label of its Schwerpunkt in CATEGORIES."""

    def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
        for line in lines:
            if line[0].name == "CATEGORIES":
                continue
            key = line.value.strip()
            if is_key(key):
                top = key.partition(".")[0]
                scope.learn_label("taetigkeitsprofil", top, line.param(_FOCUS) or top)
                return {"taetigkeit": key}
            scope.not_understood(line, "ein Schlüssel")
        return {"taetigkeit": ""}

    def _write(record: Any, scope: CalendarScope) -> Sequence[str]:
        if not record.taetigkeit:
            return ()
        top = record.taetigkeit.partition(".")[0]
        label = scope.label("taetigkeitsprofil", top)
        own = format_line("", f"{X}TAETIGKEIT", {_FOCUS: label} if label != top else None, record.taetigkeit)
        return f"CATEGORIES:{escape_text(label)}", own

    return Aspect(
        fields=("taetigkeit",),
        names=("CATEGORIES", f"{X}TAETIGKEIT"),
        read=_read,
        write=_write,
        several=frozenset({"CATEGORIES"}),
    )


def _record(kind: str) -> CalendarAspect:
    """Build the aspect of the line that says what a VJOURNAL is."""
    return Aspect(
        fields=(),
        names=(RECORD,),
        read=lambda lines, _scope: {"": bool(lines)},
        write=lambda _record, _scope: (f"{RECORD}:{kind}",),
        same=lambda _aspect, told, _record: bool(told[""]),
    )


def _day() -> CalendarAspect:
    """Build the aspect of the day of an activity."""

    def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
        return {"day": _local_day(lines[0], scope) if lines else None}

    return Aspect(
        fields=("day",),
        names=("DTSTART",),
        read=_read,
        write=lambda record, _scope: (f"DTSTART;VALUE=DATE:{write_date(record.day)}",) if record.day else (),
    )


def _topics() -> CalendarAspect:
    """Build the aspect of topics in words."""
    return Aspect(
        fields=("topics",),
        names=("CATEGORIES",),
        read=lambda lines, _scope: {"topics": tuple(text for line in lines for text in texts_of(line))},
        write=lambda record, _scope: (f"CATEGORIES:{join_text(record.topics)}",) if record.topics else (),
        several=frozenset({"CATEGORIES"}),
    )


def _parent() -> CalendarAspect:
    """Build the aspect of the larger task; relations of other sorts are kept as they are."""

    def _read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
        for line in lines:
            if line.param("RELTYPE", "PARENT").upper() == "PARENT":
                return {"parent_id": unescape_text(line.value).strip()}
        return {"parent_id": ""}

    return Aspect(
        fields=("parent_id",),
        names=("RELATED-TO",),
        read=_read,
        write=lambda record, _scope: (f"RELATED-TO:{escape_text(record.parent_id)}",) if record.parent_id else (),
        several=frozenset({"RELATED-TO"}),
    )


def task_table() -> AspectTable[CalendarScope]:
    """Build the table of everything that a VTODO says about a `Task`."""
    return AspectTable(
        (
            _identity(),
            aspects.stamp(),
            _fuzzy("begin", "DTSTART", f"{X}BEGINN", last=False),
            _fuzzy("due", "DUE", f"{X}FAELLIG", last=True),
            aspects.text("SUMMARY", "title", absent=NO_TITLE),
            _status(),
            aspects.number("PERCENT-COMPLETE", "percent", most=100),
            aspects.text("DESCRIPTION", "description"),
            _taetigkeit(),
            _parent(),
            aspects.keys("FOERDERZIEL", "foerderziele"),
            aspects.number(f"{X}MINUTEN", "minutes", public=False),
            aspects.text(f"{X}ERGEBNIS", "result", public=False),
            aspects.key("KOSTENART", "cost_category", public=False),
            aspects.ids("ZUSTAENDIG", "responsible_ids"),
            aspects.references("BETEILIGT", "involved"),
            aspects.reference("BEZUG", "subject"),
        )
    )


def activity_table() -> AspectTable[CalendarScope]:
    """Build the table of everything that a VJOURNAL says about an `Activity`."""
    return AspectTable(
        (
            _identity(),
            aspects.stamp(),
            _record("activity"),
            _day(),
            aspects.text("SUMMARY", "title"),
            _taetigkeit(),
            aspects.number(f"{X}MINUTEN", "minutes"),
            aspects.text(f"{X}PERSON", "person_id", public=False),
            aspects.reference("BEZUG", "subject"),
            aspects.key("REICHWEITE", "reach"),
            aspects.number(f"{X}ERREICHTE", "reached"),
            aspects.keys("FOERDERZIEL", "foerderziele"),
        )
    )


def milestone_table() -> AspectTable[CalendarScope]:
    """Build the table of everything that a VJOURNAL says about a `Milestone`."""
    return AspectTable(
        (
            _identity(),
            aspects.stamp(),
            _record("milestone"),
            _fuzzy("when", "DTSTART", f"{X}ZEIT", last=False, required=True),
            aspects.text("SUMMARY", "title"),
            _topics(),
            aspects.references("BETEILIGT", "actors", public=True),
        )
    )
