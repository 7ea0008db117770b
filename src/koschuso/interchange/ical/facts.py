"""What `Event` says beyond the standard: its kind and topics, who holds it, its workshops.

Keys travel in ``X-KOSCHUSO-*``; the labels that programs show stand in CATEGORIES, and once more as a parameter beside
the key, so that a reader needs no catalogue to tell them from the categories that somebody added elsewhere.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.contentline import format_line
from koschuso.interchange.foreign import Aspect
from koschuso.interchange.ical.aspects import CalendarAspect, texts_of
from koschuso.interchange.ical.scope import CalendarScope, X
from koschuso.interchange.textvalue import escape_text, join_text, pack_texts, unescape_text, unpack_texts
from koschuso.model import Workshop, is_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine, Head
    from koschuso.interchange.foreign import Quick

__all__ = ["attendees", "categories", "organiser", "workshops"]

# -- kind, Schwerpunkt and topics --------------------------------------------------------------------------------------

_KINDS: Final = {f"{X}ART": ("type", "veranstaltungsart"), f"{X}TAETIGKEIT": ("taetigkeit", "taetigkeitsprofil")}
_LABEL: Final = "X-LABEL"
_FOCUS: Final = "X-SCHWERPUNKT"


def _focus(taetigkeit: str) -> str:
    """The Aufgabenschwerpunkt of a key: the top of its tree."""
    return taetigkeit.partition(".")[0]


def _categories_read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
    values: dict[str, Any] = {"type": "", "taetigkeit": ""}
    themes: list[tuple[str, str]] = []
    derived: list[str] = []
    named: list[str] = []
    for line in lines:
        name = line[0].name
        if name == "CATEGORIES":
            named += texts_of(line)
            continue
        key = line[1].strip()
        if not is_key(key):
            scope.not_understood(line, "ein Schlüssel")
        elif name == f"{X}THEMA":
            themes.append((line.param(_LABEL), key))
            scope.learn_label("thema", key, line.param(_LABEL))
        else:
            field, catalogue = _KINDS[name]
            top = _focus(key) if field == "taetigkeit" else key
            label = line.param(_FOCUS if field == "taetigkeit" else _LABEL) or top
            values[field] = key
            derived.append(label)
            scope.learn_label(catalogue, top, label)
    for label in derived:
        if label in named:
            named.remove(label)
    waiting: dict[str, deque[int]] = {}
    for index, (label, _) in enumerate(themes):
        waiting.setdefault(label, deque()).append(index)
    topics: list[str] = []
    taken: set[int] = set()
    for label in named:
        indexes = waiting.get(label)
        if indexes:
            index = indexes.popleft()
            taken.add(index)
            topics.append(themes[index][1])
        else:
            topics.append(label)
    topics += [key for index, (_, key) in enumerate(themes) if index not in taken]
    return {**values, "topics": tuple(topics)}


def _categories_write(record: Any, scope: CalendarScope) -> Sequence[str]:
    labels: list[str] = []
    lines: list[str] = []
    if record.type:
        label = scope.label("veranstaltungsart", record.type)
        labels.append(label)
        lines.append(_labelled("ART", _LABEL, label, record.type, record.type))
    if record.taetigkeit:
        top = _focus(record.taetigkeit)
        label = scope.label("taetigkeitsprofil", top)
        labels.append(label)
        lines.append(_labelled("TAETIGKEIT", _FOCUS, label, record.taetigkeit, top))
    for topic in record.topics:
        label = scope.label("thema", topic)
        labels.append(label)
        if label != topic:
            lines.append(_labelled("THEMA", _LABEL, label, topic, ""))
    return [f"CATEGORIES:{join_text(labels)}", *lines] if labels else ()


def _labelled(name: str, param: str, label: str, key: str, usual: str) -> str:
    return format_line("", X + name, {param: label} if label != usual else None, key)


def categories() -> CalendarAspect:
    """Build the aspect of kind, Tätigkeit and topics: keys in X-KOSCHUSO properties, their labels in CATEGORIES."""
    return Aspect(
        fields=("type", "taetigkeit", "topics"),
        names=("CATEGORIES", *_KINDS, f"{X}THEMA"),
        read=_categories_read,
        write=_categories_write,
        several=frozenset({"CATEGORIES", f"{X}THEMA"}),
    )


# -- organisers, attendees, workshops ----------------------------------------------------------------------------------


def _organiser_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    for line in lines:
        if line[0].name != "ORGANIZER":
            return {"organiser_ids": tuple(part for part in unpack_texts(line[1]) if part)}
    return {"organiser_ids": ()}


def _organiser_write(record: Any, scope: CalendarScope) -> Sequence[str]:
    if not record.organiser_ids:
        return ()
    first = record.organiser_ids[0]
    contact = scope.contact("organisation", first)
    lines = [] if scope.public else [f"{X}VERANSTALTER:{pack_texts(record.organiser_ids)}"]
    if contact is not None and contact[1]:
        params = {"CN": contact[0]} if scope.public else {"CN": contact[0], f"{X}ID": first}
        lines.append(format_line("", "ORGANIZER", params, f"mailto:{contact[1]}"))
    return lines


def _organiser_quick(heads: Sequence[Head], places: Sequence[int]) -> Quick:
    own = next((index for index, head in enumerate(heads) if head.name != "ORGANIZER"), None)
    place = -1 if own is None else places[own]
    bare = own is not None and heads[own].text == f"{X}VERANSTALTER"

    def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], _scope: CalendarScope) -> bool:
        ids = () if own is None else tuple([part for part in unpack_texts(values[place]) if part])
        fields["organiser_ids"] = ids
        if ids and bare and pack_texts(ids) == values[place]:
            entries[place] = f"{X}VERANSTALTER"
        return True

    return _quick


def organiser() -> CalendarAspect:
    """Build the aspect of who holds the event: ids, and the functional mailbox of the first as ORGANIZER."""
    return Aspect(
        fields=("organiser_ids",),
        names=(f"{X}VERANSTALTER", "ORGANIZER"),
        read=_organiser_read,
        write=_organiser_write,
        quick=_organiser_quick,
    )


def attendees() -> CalendarAspect:
    """ATTENDEE lines are records of their own; the event only knows their places."""
    return Aspect(
        fields=(),
        names=("ATTENDEE",),
        read=lambda _lines, _scope: {},
        write=lambda _record, scope: scope.attendees,
        several=frozenset({"ATTENDEE"}),
        same=lambda _aspect, _told, _record: False,
    )


def _workshops_read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
    found = []
    for line in lines:
        seats = line.param("X-PLAETZE")
        capacity = int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 7 else None  # noqa: PLR2004 - no room is larger
        if not line.param("X-KEY"):
            scope.not_understood(line, "ein Workshop mit X-KEY")
            continue
        found.append(Workshop(key=line.param("X-KEY"), title=unescape_text(line[1]), capacity=capacity))
    return {"workshops": tuple(found)}


def _workshops_write(record: Any, _scope: CalendarScope) -> Sequence[str]:
    return [
        format_line(
            "",
            f"{X}WORKSHOP",
            {"X-KEY": item.key, **({} if item.capacity is None else {"X-PLAETZE": str(item.capacity)})},
            escape_text(item.title),
        )
        for item in record.workshops
    ]


def workshops() -> CalendarAspect:
    """Build the aspect of the parts to choose from."""
    return Aspect(
        fields=("workshops",),
        names=(f"{X}WORKSHOP",),
        read=_workshops_read,
        write=_workshops_write,
        several=frozenset({f"{X}WORKSHOP"}),
    )
