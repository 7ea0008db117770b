"""What components of one shape have in common: the part of `koschuso.interchange.ical.shapes` that looks at heads.

An `Outline` is drawn from the heads of one component and holds for all that have the same ones: how each aspect is read,
what has to be checked, which lines koschuso does not model, which zones are named.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from koschuso.interchange.calendar_values import read_moment
from koschuso.interchange.contentline import ContentLine
from koschuso.interchange.ical.checks import DEPENDENT, check_of
from koschuso.interchange.ical.scope import CalendarScope, X
from koschuso.interchange.segment import component_name
from koschuso.model import Event, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.contentline import Head
    from koschuso.interchange.foreign import Aspect, AspectTable, Quick

__all__ = ["Memory", "Outline", "own_places"]

_MOST_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 256  # characters; longer values will hardly come again
_ZONE: Final = "VTIMEZONE"
_BEGIN: Final = 1
_END: Final = 2


class Memory:
    """What was found out about values that may come again; a bounded number of things."""

    __slots__ = ("_count", "_memos")

    def __init__(self) -> None:
        self._memos: dict[object, dict[object, Any]] = {}
        self._count = 0

    def about(self, subject: object) -> dict[object, Any]:
        """What is remembered about one subject; to be looked up directly, and added to by `keep`."""
        return self._memos.setdefault(subject, {})

    def keep(self, memo: dict[object, Any], value: object, found: object) -> None:
        """Remember something."""
        if self._count >= _MOST_REMEMBERED:
            for other in self._memos.values():
                other.clear()
            self._count = 0
        self._count += 1
        memo[value] = found

    def forget(self) -> None:
        """Forget everything, the subjects as well."""
        self._memos.clear()
        self._count = 0


class _Step:
    """The general way of an aspect: reads, writes and compares; remembers what came of values that come again."""

    __slots__ = ("_aspect", "_heads", "_memo", "_memory", "_places")

    def __init__(
        self, aspect: Aspect[CalendarScope], heads: Sequence[Head], places: Sequence[int], memory: Memory
    ) -> None:
        self._aspect = aspect
        self._heads = heads
        self._places = places
        self._memory = memory
        # the meaning of a TZID depends on the calendar
        zoned = any("TZID" in head.params for head in heads)
        self._memo = None if zoned else memory.about((aspect, tuple(head.text for head in heads)))

    def read(self, values: Sequence[str], fields: dict[str, Any], entries: list[str], scope: CalendarScope) -> bool:
        """Put in what the lines say; tell whether koschuso would write nothing more."""
        mine = tuple([values[place] for place in self._places])
        memo = self._memo
        found = None if memo is None else memo.get(mine)
        if found is None:
            found = self._find_out(mine, entries, scope)
            if memo is not None and sum(map(len, mine)) <= _LONGEST_REMEMBERED:
                self._memory.keep(memo, mine, found)
        told, placeholders, complete = found
        fields.update(told)
        for index, name in placeholders:
            entries[self._places[index]] = name
        return complete

    def _find_out(
        self, values: Sequence[str], entries: list[str], scope: CalendarScope
    ) -> tuple[Mapping[str, Any], tuple[tuple[int, str], ...], bool]:
        aspect = self._aspect
        lines = [ContentLine(head, value) for head, value in zip(self._heads, values, strict=True)]
        told = aspect.read(lines, scope) if aspect.fields else {}
        expected = list(aspect.write(SimpleNamespace(**told), scope))
        placeholders: list[tuple[int, str]] = []
        for index, line in enumerate(lines):
            text = entries[self._places[index]]
            if text in expected:
                expected.remove(text)
                placeholders.append((index, line[0].name))
        return told, tuple(placeholders), not expected


class _Check(NamedTuple):
    """How a line is checked: by a quick look, else wholly; the values that were found to be sound are remembered."""

    place: int
    look: Callable[[str], object]
    whole: Callable[[str, bool | None, CalendarScope], bool]
    dependent: bool
    sound: dict[object, Any]


class Outline:
    """What all components with the same heads and the same components inside have in common.

    Attributes:
        record_type: What they become.
        uid: Place of UID.
        stamp: Place of DTSTAMP, 0 without one.
        attendees: Places of the attendees of an event.
        others: Places of further ATTENDEE lines; their heads differ from component to component.
        dropped: Places of lines that are left out.
        foreign: Whether some line is certainly kept verbatim.
        absent: What the absence of properties says, as far as it differs from the defaults of the fields.
        steps: How each aspect is read: its own quick way, and the general one.
        tzids: The zones that are named.
    """

    __slots__ = (
        "_absent_aspects",
        "_checks",
        "_lacks",
        "_memory",
        "_modelled",
        "_quick_aspects",
        "_start",
        "absent",
        "attendees",
        "dropped",
        "foreign",
        "others",
        "record_type",
        "stamp",
        "steps",
        "tzids",
        "uid",
    )

    def __init__(self, record_type: type[Record], memory: Memory) -> None:
        self.record_type = record_type
        self.uid = self.stamp = self._start = 0
        self.attendees: tuple[int, ...] = ()
        self.others: tuple[int, ...] = ()
        self.dropped: tuple[int, ...] = ()
        self.foreign = False
        self.absent: dict[str, Any] = {}
        self.steps: list[tuple[Quick | None, _Step]] = []
        self.tzids: tuple[str, ...] = ()
        self._memory = memory
        self._checks: list[_Check] = []
        self._modelled: list[tuple[int, str]] = []
        self._quick_aspects: list[tuple[Aspect[CalendarScope], int]] = []
        self._absent_aspects: list[Aspect[CalendarScope]] = []
        self._lacks: bool | None = None

    def draw(
        self, heads: Sequence[Head], own: Sequence[int], table: AspectTable[CalendarScope], scope: CalendarScope
    ) -> bool:
        """Draw it for the heads of a component; False when components of this shape take a closer look.

        Args:
            heads: The heads of all lines, BEGIN and END included.
            own: Places of the component's own lines.
            table: The table of its records.
            scope: A scope.
        """
        found: dict[Aspect[CalendarScope], list[int]] = {}
        first: dict[str, int] = {}
        attendees: list[int] = []
        dropped: list[int] = []
        self.foreign = len(own) != len(heads) - 2  # components inside
        for place in own:
            name = heads[place].name
            if name == "ORGANIZER" and f"{X}ID" in heads[place].params:
                dropped.append(place)
                continue
            repeated = name in first
            first.setdefault(name, place)
            aspect = table.aspect_of(name)
            if aspect is None:
                self.foreign = True
                continue
            if repeated and name not in aspect.several:
                return False
            self._modelled.append((place, name))
            if name == "ATTENDEE" and self.record_type is Event:
                attendees.append(place)
                first.setdefault(name, place)
            else:
                found.setdefault(aspect, []).append(place)
        if "UID" not in first:
            return False
        self.uid, self.stamp, self._start = first["UID"], first.get("DTSTAMP", 0), first.get("DTSTART", 0)
        self.attendees, self.dropped = tuple(attendees), tuple(dropped)
        for aspect in table.aspects:
            self._add(aspect, found.get(aspect), heads, table, scope)
        self._leave_out_defaults()
        self._look_at_all(heads, own)
        return True

    def _add(
        self,
        aspect: Aspect[CalendarScope],
        places: Sequence[int] | None,
        heads: Sequence[Head],
        table: AspectTable[CalendarScope],
        scope: CalendarScope,
    ) -> None:
        if places is None:
            if "ATTENDEE" not in aspect.names:
                self._absent_aspects.append(aspect)
            if aspect.fields:
                self.absent.update(table.without(aspect, scope))
            return
        mine = [heads[place] for place in places]
        quick = None if aspect.quick is None else aspect.quick(mine, places)
        self.steps.append((quick, _Step(aspect, mine, places, self._memory)))
        if quick is not None and aspect.fields:
            self._quick_aspects.append((aspect, len(places)))

    def _leave_out_defaults(self) -> None:
        for field in attrs.fields(self.record_type):
            if field.name in self.absent and field.default is self.absent[field.name]:
                del self.absent[field.name]

    def _look_at_all(self, heads: Sequence[Head], own: Sequence[int]) -> None:
        """See what has to be checked, and which zones are named: in the lines of the component, then of those inside."""
        within = frozenset(own)
        inside = [place for place, head in enumerate(heads) if place not in within and not head.boundary]
        others: list[int] = []
        tzids: dict[str, None] = {}
        for place in (*own, *inside):
            head = heads[place]
            if place in self.dropped:
                continue
            if "TZID" in head.params:
                tzids[head.param("TZID")] = None
            if place in self.attendees:
                continue
            if head.name == "ATTENDEE":
                others.append(place)
            check = check_of(head)
            if check is not None:
                subject = (head.name, head.text) if head.name != "ATTENDEE" else head.name
                sound = self._memory.about(subject)
                self._checks.append(_Check(place, *check, head.name in DEPENDENT, sound))
        self.others, self.tzids = tuple(others), tuple(tzids)

    def is_sound(self, values: Sequence[str], scope: CalendarScope) -> bool:
        """Whether every line of a component holds what its name promises."""
        for place, look, whole, dependent, sound in self._checks:
            value = values[place]
            if look(value):
                continue
            start_is_date = None
            if dependent and self._start:
                moment = read_moment(values[self._start])
                start_is_date = None if moment is None else moment.is_date
            subject = (value, start_is_date)
            if subject in sound:
                continue
            if not whole(value, start_is_date, scope):
                return False
            if len(value) <= _LONGEST_REMEMBERED:
                self._memory.keep(sound, subject, True)  # noqa: FBT003 - the value of a dictionary
        return True

    def has_verbatim(self, entries: Sequence[str], dropped: Sequence[int]) -> bool:
        """Whether some line is another one than koschuso would write."""
        if self.foreign:
            return True
        return any(entries[place] != name and place not in dropped for place, name in self._modelled)

    def is_complete(self, record: Record, scope: CalendarScope) -> bool:
        """Whether koschuso would write no more lines than there are, as far as the steps did not tell."""
        if self._lacks is None:
            self._lacks = any(aspect.write(record, scope) for aspect in self._absent_aspects)
        return not self._lacks and all(
            len(aspect.write(record, scope)) == count for aspect, count in self._quick_aspects
        )


def own_places(heads: Sequence[Head], values: Sequence[str], depth: int) -> list[int] | None:
    """Places of the lines that belong to a component itself; ``None`` if it is not nested as it should be."""
    opened: list[str] = []
    own: list[int] = []
    last = len(heads) - 1
    for place, head in enumerate(heads):
        if head.boundary == _BEGIN:
            name = values[place]
            if head.text != "BEGIN" or component_name(name) != name or len(opened) >= depth or name == _ZONE:
                return None
            opened.append(name)
        elif head.boundary == _END:
            if head.text != "END" or opened.pop() != values[place] or bool(opened) == (place == last):
                return None
        elif len(opened) == 1:
            own.append(place)
    return None if opened else own
