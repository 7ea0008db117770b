"""The quick way of reading calendars: what components of the same shape have in common is found out once.

The components of one calendar are written by one program: the same properties with the same parameters in the same order
come again from event to event. From these *heads* alone follows which line belongs to which aspect, what koschuso does
not model, which lines have to be checked, which zones are named. An `Outline` holds it; a component that has it is read
from its values alone, and an aspect that has a quick way of its own (`koschuso.interchange.foreign.Quick`) takes that.

The quick way gives exactly what the way line by line (`koschuso.interchange.ical.reader`) gives, or nothing: whatever would
make a finding, or takes more than a look, is left to that. What is remembered is bounded, and thrown away with the file.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import InvalidRecord
from koschuso.interchange.contentline import ContentLine, split_quoted
from koschuso.interchange.foreign import set_foreign
from koschuso.interchange.ical.attendee import AttendeeReader, read_attendee
from koschuso.interchange.ical.checks import check_of
from koschuso.interchange.ical.outline import Memory, Outline, own_places
from koschuso.interchange.ical.records import NECESSARY, TABLES, modelled_names, record_type_of
from koschuso.interchange.ical.rules import is_well_formed
from koschuso.interchange.ical.scope import WITHOUT_UID, CalendarScope, X
from koschuso.interchange.ical.task import RECORD
from koschuso.interchange.segment import component_name
from koschuso.interchange.unfolding import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.contentline import Head, LineParser
    from koschuso.interchange.foreign import AspectTable
    from koschuso.interchange.zones.definitions import Zones
    from koschuso.model import Participation, Record

__all__ = ["Shapes"]

_MOST_TOKENS: Final = 4096
_MOST_SHAPES: Final = 512
_LONGEST_SHAPE: Final = 512  # lines
_LARGEST: Final = 256 * 1024  # bytes; one that is larger costs its time elsewhere
_BOUNDARIES: Final = frozenset({"BEGIN", "END"})
_ZONE: Final = "TZID"


class _UnusualError(Exception):
    """Something is unusual: the component has to be read line by line."""


class _PlainScope(CalendarScope):
    """A scope in which nothing may be wrong."""

    __slots__ = ()

    def note(self, *_args: object, **_kwargs: object) -> None:
        raise _UnusualError


class Shapes:
    """The shapes of the components of one file.

    Attributes:
        zones: The zones of the calendar that is read.
        own_stamp: DTSTAMP that koschuso added to each component of this calendar; empty when it is not koschuso's own.

    Args:
        parser: Parses heads; shared with the way line by line.
        ids: How often each id was met so far; shared likewise.
        default_zone: Zone whose days count where a time in UTC becomes a day.
    """

    def __init__(self, parser: LineParser, ids: dict[str, int], zones: Zones, *, default_zone: str) -> None:
        self.zones = zones
        self.own_stamp = ""
        self._parser = parser
        self._ids = ids
        self._scope = _PlainScope(parser.notes, self._resolve, default_zone=default_zone)
        self._attendees = AttendeeReader(parser)
        self._tables: dict[type[Record], AspectTable[CalendarScope]] = {}
        self._tokens: dict[str, str] = {}
        self._layouts: dict[tuple[str | None, ...], _Layout] = {}
        self._shapes = 0
        self._memory = Memory()

    def read(self, raw: bytes) -> list[Record] | None:
        """Make the record of a component, with the participations behind it; ``None`` for an unusual component."""
        divided = _divided(raw)
        if divided is None:
            return None
        entries, heads, values = divided
        find = self._tokens.get
        tokens = tuple(map(find, heads))
        if None in tokens:
            if not self._name_new(entries, heads, values):
                return None
            tokens = tuple(map(find, heads))
        try:
            outline = self._outline(tokens, heads, values)
            return None if outline is None else self._records(outline, entries, heads, values)
        except (_UnusualError, InvalidRecord):
            return None

    def _resolve(self, tzid: str, _name: str, _number: int | None) -> str:
        zone = self.zones.resolved(tzid)
        if zone is None:
            raise _UnusualError
        return zone.name

    # -- shapes --------------------------------------------------------------------------------------------------------

    def _name_new(self, entries: list[str], heads: list[str], values: list[str]) -> bool:
        """Give tokens to the heads that have none, and put right those that were cut at a colon in quotes."""
        if len(self._tokens) > _MOST_TOKENS:
            self._tokens.clear()
        for place, text in enumerate(heads):
            head = text
            if head in self._tokens:
                continue
            if head.count('"') % 2:
                parted = split_quoted(entries[place])
                if parted is None:
                    return False
                head, value = parted
                heads[place], values[place] = head, value
            token = self._token(head)
            if not token:
                return False
            self._tokens[head] = token
        return True

    def _token(self, text: str) -> str:
        """What a head stands for in a shape: itself, or its name where the parameters change nothing."""
        if text.startswith("ATTENDEE;") and _ZONE not in text:
            return "ATTENDEE"  # what it says is found out by the reader of attendees
        head = self._parser.head(text)
        if head is None or not head.name:
            return ""
        name = head.name
        if name in _BOUNDARIES or _ZONE in head.params:
            return text
        if name == "ATTENDEE" or (name == "ORGANIZER" and f"{X}ID" not in head.params):
            return name
        return text if name in modelled_names() or check_of(head) is not None else name

    def _outline(self, tokens: tuple[str | None, ...], heads: Sequence[str], values: Sequence[str]) -> Outline | None:
        layout = self._layouts.get(tokens)
        if layout is None:
            if len(tokens) > _LONGEST_SHAPE or tokens[0] != "BEGIN" or tokens[-1] != "END":
                return None
            deciding = [
                place
                for place, token in enumerate(tokens)
                if token in _BOUNDARIES or (token is not None and RECORD in token.upper())
            ]
            self._count()
            self._layouts[tokens] = _Layout(deciding)
            return None  # a shape that does not come again is not worth an outline
        decided = layout.decided(values)
        try:
            return layout.outlines[decided]
        except KeyError:
            self._count()
            outline = layout.outlines[decided] = self._new_outline(heads, values)
            return outline

    def _count(self) -> None:
        """Forget all shapes before they become too many."""
        self._shapes += 1
        if self._shapes > _MOST_SHAPES:
            self._shapes = 0
            self._layouts.clear()
            self._memory.forget()

    def _new_outline(self, texts: Sequence[str], values: Sequence[str]) -> Outline | None:
        heads = [head for head in map(self._parser.head, texts) if head is not None]
        if len(heads) != len(texts):
            return None
        own = own_places(heads, values, self._parser.limits.depth)
        if own is None:
            return None
        told = next((values[place] for place in own if heads[place].name == RECORD), None)
        record_type = record_type_of(values[0], told)
        if record_type is None:
            return None
        table = self._tables.get(record_type)
        if table is None:
            table = self._tables[record_type] = TABLES[record_type]()
        if not is_well_formed(_parts(heads, values)):
            return None
        outline = Outline(record_type, self._memory)
        return outline if outline.draw(heads, own, table, self._scope) else None

    # -- components ----------------------------------------------------------------------------------------------------

    def _records(
        self, outline: Outline, entries: list[str], heads: Sequence[str], values: Sequence[str]
    ) -> list[Record]:
        scope = self._scope
        scope.renew()
        fields, complete = self._fields(outline, entries, heads, values)
        record_type = outline.record_type
        key = f"{record_type.KIND}/{fields['id']}"
        if key in self._ids:
            raise _UnusualError
        attendees = self._participations(outline.attendees, entries, heads, values, fields["id"])
        zones = self._needed_zones(outline.tzids, fields) if outline.tzids and self.zones.blocks else []
        dropped = outline.dropped
        if self.own_stamp and outline.stamp and values[outline.stamp] == self.own_stamp:
            dropped = (*dropped, outline.stamp)
        if outline.has_verbatim(entries, dropped):
            fields["foreign"] = (*zones, *_kept(entries, dropped))
            record = record_type(**fields)
        else:
            record = record_type(**fields)
            if not (complete and outline.is_complete(record, scope)):
                zones += _kept(entries, dropped)
            set_foreign(record, tuple(zones))
        self._ids[key] = 1
        return [record, *attendees]

    def _fields(
        self, outline: Outline, entries: list[str], heads: Sequence[str], values: Sequence[str]
    ) -> tuple[dict[str, Any], bool]:
        """The fields, and whether koschuso would write nothing more, as far as is told without the record."""
        scope = self._scope
        uid = values[outline.uid]
        if not uid or uid.isspace() or uid.startswith(WITHOUT_UID) or not outline.is_sound(values, scope):
            raise _UnusualError
        for place in outline.others:
            if self._parser.head(heads[place]) is None:
                raise _UnusualError
        fields = dict(outline.absent)
        complete = True
        for quick, step in outline.steps:
            if quick is None or not quick(values, fields, entries, scope):
                complete &= step.read(values, fields, entries, scope)
        for name in NECESSARY[outline.record_type]:
            if fields.get(name) is None:
                raise _UnusualError
        return fields, complete

    def _participations(
        self,
        places: Sequence[int],
        entries: list[str],
        heads: Sequence[str],
        values: Sequence[str],
        event_id: str,
    ) -> list[Participation]:
        found: list[Participation] = []
        read = self._attendees.read
        for place in places:
            participation = read(heads[place], values[place], event_id)
            if participation is None:
                head = self._parser.head(heads[place])
                if head is None or ":" not in values[place]:
                    raise _UnusualError
                participation = read_attendee(ContentLine(head, values[place]), event_id, self._scope)
                if participation is None:
                    raise _UnusualError
            found.append(participation)
            entries[place] = "ATTENDEE"
        if len(found) > 1 and len({participation.id for participation in found}) != len(found):
            raise _UnusualError
        return found

    def _needed_zones(self, tzids: Sequence[str], fields: Mapping[str, Any]) -> list[str]:
        for tzid in tzids:
            if tzid in self.zones.blocks and self.zones.resolved(tzid) is None:
                raise _UnusualError
        span = fields.get("span")
        said = () if span is None else (span.zone, span.end_zone)
        return self.zones.needed([(tzid, None) for tzid in tzids], said)


def _divided(raw: bytes) -> tuple[list[str], list[str], list[str]] | None:
    """The lines of a component, and what stands before and behind their first colons; ``None`` if one has none."""
    text = plain_text(raw) if len(raw) <= _LARGEST else None
    if text is None:
        return None
    entries = text.split("\n")
    if entries.pop() or not entries:
        return None
    heads, colons, values = map(list, zip(*[entry.partition(":") for entry in entries], strict=True))
    return None if "" in colons else (entries, heads, values)


def _kept(entries: list[str], dropped: Sequence[int]) -> list[str]:
    """The entries without BEGIN, END and what is left out."""
    kept = entries[1:-1]
    for place in sorted(dropped, reverse=True):
        del kept[place - 1]
    return kept or [""]


def _parts(heads: Sequence[Head], values: Sequence[str]) -> list[tuple[str, list[str], list[str]]]:
    """Kind, properties and kinds inside of a component and of each one in it."""
    parts: list[tuple[str, list[str], list[str]]] = []
    opened: list[tuple[str, list[str], list[str]]] = []
    for head, value in zip(heads, values, strict=True):
        if head.name == "BEGIN":
            part: tuple[str, list[str], list[str]] = (component_name(value), [], [])
            if opened:
                opened[-1][2].append(part[0])
            opened.append(part)
            parts.append(part)
        elif head.name == "END":
            opened.pop()
        elif opened:
            opened[-1][1].append(head.name)
    return parts


class _Layout:
    """A shape, with the outlines of the components that have it; what kinds of components they are, values tell."""

    __slots__ = ("decided", "outlines")

    def __init__(self, deciding: Sequence[int]) -> None:
        self.decided: Callable[[Sequence[str]], object] = itemgetter(*deciding)
        self.outlines: dict[object, Outline | None] = {}
