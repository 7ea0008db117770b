"""The building blocks of calendar mappings: an aspect for a text, a key, a list, a number, a day.

All read tolerantly (what is not understood becomes a finding and the default) and write strictly.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange.calendar_values import read_date, write_date
from koschuso.interchange.foreign import Aspect
from koschuso.interchange.ical.scope import CalendarScope, X
from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    escape_text,
    pack_texts,
    split_text,
    unescape_text,
    unpack_texts,
)
from koschuso.model import Reference, is_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from koschuso.interchange.contentline import ContentLine, Head
    from koschuso.interchange.foreign import Quick

__all__ = [
    "CalendarAspect",
    "day",
    "decimal",
    "flag",
    "ids",
    "key",
    "keys",
    "number",
    "quick_text",
    "quick_uid",
    "reference",
    "references",
    "simple",
    "stamp",
    "text",
    "text_of",
    "texts_of",
]

CalendarAspect = Aspect[CalendarScope]

_MOST_DIGITS: Final = 9
_LONGEST_DECIMAL: Final = 24


def text_of(line: ContentLine) -> str:
    """The value of a TEXT property, also of vCalendar 1.0."""
    head = line[0]
    if head.params and head.param("ENCODING").upper() == "QUOTED-PRINTABLE":
        return decode_quoted_printable(line[1], head.param("CHARSET"))[0]
    return unescape_text(line[1])


def texts_of(line: ContentLine) -> list[str]:
    """The values of a list of TEXT, without blanks around and without empty ones."""
    if line[0].params and line.param("ENCODING").upper() == "QUOTED-PRINTABLE":
        found = text_of(line).split(",")
    else:
        found = split_text(line[1])
    return [part for part in map(str.strip, found) if part]


def quick_uid(heads: Sequence[Head], places: Sequence[int]) -> Quick | None:
    """Give the quick way of an id that stands in UID alone."""
    if [head.text for head in heads] != ["UID"]:
        return None
    place = places[0]

    def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], _scope: CalendarScope) -> bool:
        value = values[place]
        if "\\" in value or "," in value or ";" in value:
            return False
        uid = fields["id"] = value.strip()
        if uid == value:
            entries[place] = "UID"
        return True

    return _quick


def simple(
    name: str,
    field: str,
    read: Callable[[ContentLine, CalendarScope], Any],
    write: Callable[[Any], str],
    *,
    absent: Any,
    expected: str,
    public: bool = True,
) -> CalendarAspect:
    """Build the aspect of one field in one property.

    Args:
        name: Name of the property.
        field: Name of the field.
        read: Gives the value, ``None`` when it is not understood.
        write: Gives the property's value, escaped.
        absent: What it means that the property is not there; never written.
        expected: What is expected, in German, for the finding.
        public: Whether it may be written for everybody.
    """

    def _read(lines: Sequence[ContentLine], scope: CalendarScope) -> Mapping[str, Any]:
        if not lines:
            return {field: absent}
        value = read(lines[0], scope)
        if value is None:
            scope.not_understood(lines[0], expected)
            return {field: absent}
        return {field: value}

    def _write(record: Any, scope: CalendarScope) -> Sequence[str]:
        value = getattr(record, field)
        return () if value == absent or (scope.public and not public) else (f"{name}:{write(value)}",)

    return Aspect(fields=(field,), names=(name,), read=_read, write=_write)


def text(name: str, field: str, *, absent: str = "", public: bool = True) -> CalendarAspect:
    """Build the aspect of a text."""

    def _read(line: ContentLine, _scope: CalendarScope) -> str:
        return text_of(line) or absent

    aspect = simple(name, field, _read, escape_text, absent=absent, expected="ein Text", public=public)
    return attrs.evolve(aspect, quick=quick_text(name, field, absent=absent))


def quick_text(
    name: str, field: str, *, absent: Any = "", make: Callable[[str], Any] | None = None
) -> Callable[[Sequence[Head], Sequence[int]], Quick | None]:
    """Build the quick way of a text in one property.

    Args:
        name: Name of the property.
        field: Name of the field.
        absent: What an empty text means; never written.
        make: Makes the field's value of the text; the text itself if not given.
    """

    def _prepare(heads: Sequence[Head], places: Sequence[int]) -> Quick | None:
        if len(heads) != 1 or heads[0].name != name or "ENCODING" in heads[0].params:
            return None
        place = places[0]
        bare = heads[0].text == name

        def _quick(values: Sequence[str], fields: dict[str, Any], entries: list[str], _scope: CalendarScope) -> bool:
            value = values[place]
            text = value
            if "\\" in value:
                text = unescape_text(value)
                canonical = bare and escape_text(text) == value
            else:
                canonical = bare and ";" not in value and "," not in value
            if not text or text == absent:
                fields[field] = absent
            else:
                fields[field] = text if make is None else make(text)
                if canonical:
                    entries[place] = name
            return True

        return _quick

    return _prepare


def key(name: str, field: str, *, public: bool = True) -> CalendarAspect:
    """Build the aspect of a vocabulary key."""

    def _read(line: ContentLine, _scope: CalendarScope) -> str | None:
        value = line.value.strip()
        return value if is_key(value) else None

    return simple(X + name, field, _read, str, absent="", expected="ein Schlüssel", public=public)


def keys(name: str, field: str, *, public: bool = True) -> CalendarAspect:
    """Build the aspect of a list of vocabulary keys."""

    def _read(line: ContentLine, scope: CalendarScope) -> tuple[str, ...]:
        found = unpack_texts(line[1])
        good = tuple(filter(is_key, found))
        if len(good) != len(found):
            scope.not_understood(line, "Schlüssel, durch Kommas getrennt")
        return good

    return simple(X + name, field, _read, pack_texts, absent=(), expected="Schlüssel", public=public)


def ids(name: str, field: str, *, public: bool = False) -> CalendarAspect:
    """Build the aspect of a list of record ids."""

    def _read(line: ContentLine, _scope: CalendarScope) -> tuple[str, ...]:
        return tuple(part for part in unpack_texts(line.value) if part)

    return simple(X + name, field, _read, pack_texts, absent=(), expected="Kennungen", public=public)


def number(
    name: str, field: str, *, absent: int | None = None, least: int = 0, most: int = 10**9, public: bool = True
) -> CalendarAspect:
    """Build the aspect of a whole number."""

    def _read(line: ContentLine, _scope: CalendarScope) -> int | None:
        value = line.value.strip()
        if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS and least <= int(value) <= most):
            return None
        return int(value)

    return simple(name, field, _read, str, absent=absent, expected="eine ganze Zahl", public=public)


def decimal(name: str, field: str, *, public: bool = True) -> CalendarAspect:
    """Build the aspect of a decimal number that is not negative."""

    def _read(line: ContentLine, _scope: CalendarScope) -> Decimal | None:
        try:
            value = Decimal(line.value.strip()[:_LONGEST_DECIMAL])
        except InvalidOperation:
            return None
        return value if value.is_finite() and value >= 0 else None

    return simple(X + name, field, _read, str, absent=None, expected="eine Zahl", public=public)


def day(name: str, field: str, *, public: bool = True) -> CalendarAspect:
    """Build the aspect of a day."""

    def _read(line: ContentLine, _scope: CalendarScope) -> Any:
        return read_date(line.value)

    return simple(X + name, field, _read, write_date, absent=None, expected="ein Datum wie 20251015", public=public)


def flag(name: str, field: str) -> CalendarAspect:
    """Build the aspect of a yes or no."""

    def _read(line: ContentLine, _scope: CalendarScope) -> bool | None:
        return {"TRUE": True, "FALSE": False}.get(line.value.strip().upper())

    return simple(X + name, field, _read, lambda _value: "TRUE", absent=False, expected="TRUE oder FALSE")


def _reference(written: str) -> Reference | None:
    kind, slash, id_ = written.partition("/")
    return Reference(kind, id_) if slash and is_key(kind) and id_ else None


def reference(name: str, field: str) -> CalendarAspect:
    """Build the aspect of a reference to another record."""

    def _read(line: ContentLine, _scope: CalendarScope) -> Reference | None:
        return _reference(unescape_text(line.value))

    def _write(value: Reference) -> str:
        return escape_text(str(value))

    return simple(X + name, field, _read, _write, absent=None, expected="Art/Kennung", public=False)


def references(name: str, field: str, *, public: bool = False) -> CalendarAspect:
    """Build the aspect of a list of references to other records."""

    def _read(line: ContentLine, _scope: CalendarScope) -> tuple[Reference, ...] | None:
        found = [_reference(part) for part in unpack_texts(line.value)]
        return tuple(part for part in found if part is not None) if all(found) else None

    def _write(value: Iterable[Reference]) -> str:
        return pack_texts(map(str, value))

    return simple(X + name, field, _read, _write, absent=(), expected="Art/Kennung", public=public)


def _stamp_read(lines: Sequence[ContentLine], _scope: CalendarScope) -> Mapping[str, Any]:
    return {"": bool(lines)}


def _stamp_write(_record: Any, scope: CalendarScope) -> Sequence[str]:
    return (f"DTSTAMP:{scope.stamp}",) if scope.stamp else ()


def _stamp_same(_aspect: CalendarAspect, told: Mapping[str, Any], _record: Any) -> bool:
    return bool(told[""])


def _stamp_quick(_values: Sequence[str], _fields: dict[str, Any], _entries: list[str], scope: CalendarScope) -> bool:
    return not scope.stamp  # a line that was read is none that koschuso would write


def stamp() -> CalendarAspect:
    """Build the aspect of DTSTAMP: that of a foreign component is kept, otherwise it is the moment of writing."""
    return Aspect(
        fields=(),
        names=("DTSTAMP",),
        read=_stamp_read,
        write=_stamp_write,
        same=_stamp_same,
        quick=lambda _heads, _places: _stamp_quick,
    )
