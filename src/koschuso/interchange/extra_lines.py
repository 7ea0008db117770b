r"""The properties in which calendars and address books carry the values of plugins' fields: ``X-KOSCHUSO-SOEST-RAUM``.

Only declared fields travel. A value without a declaration (its plugin is switched off) stays in the store and is told as
not written; a line without a declaration stays verbatim in ``Record.foreign`` and becomes a value when the file is read
again with the plugin. So does a line whose value contradicts its declaration; that is a finding as well.

A value is written as exact text (`ExtraField.to_text`), escaped as TEXT, and read also as people write it in German.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import InvalidRecord
from koschuso.interchange.foreign import entry_name
from koschuso.interchange.textvalue import decode_quoted_printable, escape_text, unescape_text
from koschuso.model import Finding, FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.notes import Notes
    from koschuso.model import ExtraField, Record

__all__ = ["NO_FIELDS", "ExtraLines", "Taken", "add_values"]

_NEVER_FOLDED: Final = 60
"""So many characters of a name stand in one physical line, whoever folded it."""


@attrs.frozen
class Taken:
    """What the lines of one component said about declared fields.

    Attributes:
        values: The values by the name of their field.
        places: Which of the lines said them; the record need not keep these.
    """

    values: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    places: frozenset[int] = frozenset()


_NOTHING: Final = Taken()


class ExtraLines:
    r"""The lines of the declared fields in one sort of file.

    Args:
        fields: The declared fields.
        own: Names of the properties that koschuso itself uses there; a field whose property would have one of them is
            not carried, nor is the second of two fields whose properties have the same name.

    Examples:
        >>> from koschuso.model import Event, EventStatus, ExtraField
        >>> raum = ExtraField(name="soest:raum", record_kind="event", label="Raum")
        >>> lines = ExtraLines([raum])
        >>> lines.written(Event(id="1", title="T", status=EventStatus.IDEE, extras={"soest:raum": "Saal 1, links"}))
        ['X-KOSCHUSO-SOEST-RAUM:Saal 1\\, links']
    """

    __slots__ = ("_by_kind", "_pattern")

    def __init__(self, fields: Iterable[ExtraField], own: Container[str] = ()) -> None:
        self._by_kind: dict[str, dict[str, ExtraField]] = {}
        for field in sorted(fields, key=lambda field: field.name):
            if field.property not in own:
                self._by_kind.setdefault(field.record_kind, {}).setdefault(field.property, field)
        names = {name[:_NEVER_FOLDED] for by_property in self._by_kind.values() for name in by_property}
        self._pattern = re.compile("|".join(sorted(names)).encode(), re.IGNORECASE) if names else None

    def __bool__(self) -> bool:
        """Whether there is any field to look for."""
        return self._pattern is not None

    def mentioned_in(self, raw: bytes) -> bool:
        """Whether the bytes of a component may hold a line of a declared field."""
        return self._pattern is not None and self._pattern.search(raw) is not None

    def taken(self, kind: str, lines: Sequence[ContentLine], notes: Notes, prefix: str) -> Taken:
        """Read the values among the lines of a component.

        Args:
            kind: Kind of the record that is made of it.
            lines: Its own lines, without those of components inside.
            notes: Takes what is wrong.
            prefix: How the names of rules begin: ``ical`` or ``vcard``.
        """
        declared = self._by_kind.get(kind)
        if declared is None:
            return _NOTHING
        values: dict[str, Any] = {}
        places: set[int] = set()
        for index, line in enumerate(lines):
            field = declared.get(line[0].name)
            if field is None or field.name in values or line[0].group:
                continue
            text = _text_of(line)
            if not text.strip():
                continue
            try:
                values[field.name] = field.from_text(text)
            except InvalidRecord as error:
                notes.add(
                    Finding(
                        rule=f"{prefix}.zusatzfeld",
                        message=f"Zeile {line.number}: {error.message} Die Zeile bleibt unverändert erhalten.",
                        kind=kind,
                        field=field.name,
                        value=text,
                        line=line.number or None,
                    )
                )
                continue
            places.add(index)
        return Taken(values, frozenset(places)) if places else _NOTHING

    def written(self, record: Record) -> list[str]:
        """Give the lines of a record's values, in the order of their names."""
        return [
            f"{name}:{escape_text(field.to_text(record.extras[field.name]))}"
            for name, field in self._by_kind.get(record.KIND, {}).items()
            if self._travels(record, field)
        ]

    def loses(self, record: Record) -> bool:
        """Whether a record has values that are not written."""
        declared = self._by_kind.get(record.KIND, {}).values()
        travelling = sum(self._travels(record, field) for field in declared)
        return travelling < sum(value not in (None, "") for value in record.extras.values())

    def without_stale(self, record: Record, foreign: Sequence[str]) -> Sequence[str]:
        """Leave out kept lines of fields for which the record has a value by now."""
        told = {
            name
            for name, field in self._by_kind.get(record.KIND, {}).items()
            if field.name in record.extras and self._travels(record, field)
        }
        if not told or not any(entry_name(entry) in told for entry in foreign):
            return foreign
        kept: list[str] = []
        depth = 0
        for entry in foreign:
            depth += entry.startswith("BEGIN:") - entry.startswith("END:")
            if depth or entry_name(entry) not in told:
                kept.append(entry)
        return kept

    def woven(self, record: Record, lines: list[str]) -> list[str]:
        """Add the lines of a record's values to its other lines, before components inside."""
        added = self.written(record)
        if not added:
            return lines
        until = next((index for index, line in enumerate(lines) if line[:6].upper() == "BEGIN:"), len(lines))
        return [*lines[:until], *added, *lines[until:]]

    def _travels(self, record: Record, field: ExtraField) -> bool:
        value = record.extras.get(field.name)
        return value is not None and str(value).strip() != "" and field.contradiction(value) is None


NO_FIELDS: Final = ExtraLines(())
"""Where no plugin declares anything."""


def add_values(record: Record, values: Mapping[str, Any]) -> None:
    """Put values into a record that was made a moment ago and that nobody else has seen yet."""
    object.__setattr__(record, "extras", FrozenMapping({**record.extras, **values}))


def _text_of(line: ContentLine) -> str:
    head = line[0]
    if head.params and head.param("ENCODING").upper() in {"QUOTED-PRINTABLE", "Q"}:
        return unescape_text(decode_quoted_printable(line[1], head.param("CHARSET"))[0])
    return unescape_text(line[1])
