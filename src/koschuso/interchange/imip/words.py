"""What a scheduling mail says in words: German subject and text for people whose program shows no calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from koschuso.model import Event, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from koschuso.interchange.itip.message import Item
    from koschuso.model import TimeSpan

__all__ = ["subject_of", "text_of", "when"]

_NO_TITLE: Final = "Termin"
_SUBJECTS: Final = {
    "PUBLISH": "Termin",
    "REQUEST": "Einladung",
    "ADD": "Weiterer Termin",
    "CANCEL": "Absage",
    "REFRESH": "Bitte um den aktuellen Stand",
    "COUNTER": "Terminvorschlag",
    "DECLINECOUNTER": "Vorschlag nicht angenommen",
}
_ANSWERS: Final = {
    "ACCEPTED": "Zusage",
    "TENTATIVE": "Zusage unter Vorbehalt",
    "DECLINED": "Abmeldung",
    "DELEGATED": "Vertretung",
}
_SENTENCES: Final = {
    "PUBLISH": "wir weisen Sie auf einen Termin hin.",
    "REQUEST": "wir laden Sie herzlich ein. Bitte antworten Sie mit Zusage oder Absage.",
    "ADD": "zu dieser Reihe kommt ein weiterer Termin.",
    "CANCEL": "dieser Termin findet leider nicht statt.",
    "REFRESH": "bitte schicken Sie den aktuellen Stand dieses Termins.",
    "COUNTER": "zu diesem Termin wird etwas anderes vorgeschlagen:",
    "DECLINECOUNTER": "der Vorschlag zu diesem Termin wird nicht aufgenommen; es bleibt dabei, wie eingeladen wurde.",
}
_ANSWER_SENTENCES: Final = {
    "ACCEPTED": "die Einladung wird angenommen.",
    "TENTATIVE": "die Einladung wird unter Vorbehalt angenommen.",
    "DECLINED": "an diesem Termin ist die Teilnahme leider nicht möglich.",
    "DELEGATED": "eine Vertretung nimmt an diesem Termin teil.",
}


def subject_of(item: Item, title: str = "") -> str:
    """Give the subject: what it is about, and the title on one line."""
    if item.method == "REPLY":
        word = _ANSWERS.get(_partstat(item), "Antwort")
    elif item.method == "CANCEL" and item.status != "CANCELLED":
        word = "Ausladung"
    elif item.method == "REQUEST" and isinstance(item.record, Task):
        word = "Aufgabe"
    elif item.method == "REQUEST" and item.sequence:
        word = "Geänderte Einladung"
    else:
        word = _SUBJECTS.get(item.method, "Termin")
    return f"{word}: {' '.join((title or _title(item)).split())}"


def text_of(item: Item, title: str = "") -> str:
    """Give the text: what is asked or told, when and where, the comment and the description."""
    lines = ["Guten Tag,", "", _sentence(item), "", title or _title(item), *_facts(item)]
    if item.comment:
        lines += ["", item.comment]
    description = getattr(item.record, "description", "")
    if description and item.method in {"PUBLISH", "REQUEST", "ADD", "COUNTER"}:
        lines += ["", description]
    return "\n".join(lines) + "\n"


def _sentence(item: Item) -> str:
    if item.method == "REPLY":
        return _ANSWER_SENTENCES.get(_partstat(item), "hier ist die Antwort auf die Einladung.")
    if item.method == "CANCEL" and item.status != "CANCELLED":
        return "Ihre Einladung zu diesem Termin gilt nicht mehr."
    if item.method == "REQUEST" and isinstance(item.record, Task):
        return "bitte übernehmen Sie diese Aufgabe."
    if item.method == "REQUEST" and item.sequence:
        return "bei diesem Termin hat sich etwas geändert. Bitte antworten Sie noch einmal mit Zusage oder Absage."
    return _SENTENCES.get(item.method, "hier ist ein Termin.")


def _facts(item: Item) -> Iterator[str]:
    record = item.record
    if isinstance(record, Task) and record.due is not None:
        yield f"Fällig: {record.due.text}"
    if not isinstance(record, Event):
        return
    if record.span is not None:
        again = " (erster Termin einer Reihe)" if record.recurrence else ""
        yield f"Wann: {when(record.span)}{again}"
    if record.location is not None and str(record.location):
        yield f"Wo: {record.location}"
    if record.online_url:
        yield f"Online: {record.online_url}"


def when(span: TimeSpan) -> str:
    """Write a span as people say it.

    >>> from datetime import datetime
    >>> from koschuso.model import TimeSpan
    >>> when(TimeSpan.at(datetime(2025, 10, 15, 9), hours=3))
    '15.10.2025, 9:00–12:00 Uhr'
    """
    if span.all_day:
        last = span.end - timedelta(days=1)
        return f"{span.begin:%d.%m.%Y}" if last == span.begin else f"{span.begin:%d.%m.%Y} bis {last:%d.%m.%Y}"
    begin, end = span.local_begin, span.local_end
    if begin == end:
        return f"{begin:%d.%m.%Y}, {_clock(begin)} Uhr"
    if begin.date() == end.date():
        return f"{begin:%d.%m.%Y}, {_clock(begin)}–{_clock(end)} Uhr"
    return f"{begin:%d.%m.%Y}, {_clock(begin)} Uhr bis {end:%d.%m.%Y}, {_clock(end)} Uhr"


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment:%M}"


def _title(item: Item) -> str:
    return getattr(item.record, "title", "") or _NO_TITLE


def _partstat(item: Item) -> str:
    return item.attendees[0].param("PARTSTAT").upper() if len(item.attendees) == 1 else ""
