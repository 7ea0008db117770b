"""Records as people read them: one row of a list, or all that is known about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.model import FuzzyDate, Period, Record, Reference, TimeSpan, Workload, field_label, german_decimal

if TYPE_CHECKING:
    from koschuso.office import Office

__all__ = ["as_row", "as_text", "columns_of", "title_of"]

# The fields that a list shows beside the id, by kind of record.
_COLUMNS = {
    "organisation": ("name", "type", "ags"),
    "person": ("name", "email", "status"),
    "committee": ("name", "type", "rhythm"),
    "relation": ("type", "source", "target", "period"),
    "position": ("name", "workload", "saeule", "occupancy"),
    "assignment": ("position_id", "place_id", "workload", "duty"),
    "funding": ("position_id", "funding_source", "percent", "amount"),
    "series": ("title", "rhythm", "type"),
    "event": ("title", "span", "type", "status"),
    "participation": ("event_id", "person_id", "status"),
    "task": ("title", "due", "status"),
    "activity": ("day", "taetigkeit", "minutes", "title"),
    "consultation": ("day", "target_group", "form", "count"),
    "concept": ("title", "dated", "status"),
    "milestone": ("when", "title"),
    "goal": ("rank", "title"),
    "cooperation": ("title", "partner_ids"),
    "survey": ("title", "day", "type", "answers"),
}


_EMPTY = "—"


def columns_of(record_type: type[Record]) -> list[str]:
    """Give the headings of a list of this kind."""
    kind = record_type.KIND
    return ["Kennung", *("Name" if name == "name" else field_label(kind, name) for name in _COLUMNS[kind])]


def as_row(record: Record, office: Office) -> list[str]:
    """Give one row of a list."""
    return [record.id, *(_words(record, name, getattr(record, name), office) for name in _COLUMNS[record.KIND])]


def title_of(record: Record) -> str:
    """Give what a person would call the record."""
    # A person's title is an academic one: the name comes first.
    return str(getattr(record, "name", "") or getattr(record, "title", "") or record.id)


def as_text(record: Record, office: Office) -> str:
    """Give everything that is known about a record, one line for each field that is not empty."""
    lines = [f"{record.LABEL}: {title_of(record)}"]
    for field in attrs.fields(type(record)):
        value = getattr(record, field.name)
        if field.name in {"foreign", "extras"} or value in (None, "", (), {}):
            continue
        lines.append(f"  {field_label(record.KIND, field.name)}: {_words(record, field.name, value, office)}")
    lines += _extras(record, office)
    if record.foreign:
        lines.append(f"  Aus einer Datei übernommen und erhalten: {len(record.foreign)} Zeilen")
    return "\n".join(lines)


def _extras(record: Record, office: Office) -> Iterator[str]:
    """Give the form of plugins' fields: all that are declared, also empty ones with what to enter, then the others."""
    declared = office.registry.declared
    shown = {extra.name: extra.text for extra in declared.shown(record, "vertraulich")}
    plugin = ""
    for field in sorted(declared.of(record.KIND, "vertraulich"), key=lambda field: field.plugin):
        if field.plugin != plugin:
            plugin = field.plugin
            yield f"  Zusatzfelder ({plugin}):"
        text = shown.get(field.name)
        if text is None:
            text = f"{_EMPTY} ({field.help or f'{field.label} eintragen: {field.expected}.'})"
        yield f"    {field.label}: {text}"
    others = [extra for extra in declared.shown(record) if extra.field is None]
    if others:
        yield "  Zusatzfelder ohne eingeschaltetes Plugin, unverändert erhalten:"
        yield from (f"    {extra.name}: {extra.text}" for extra in others)


def _words(record: Record, field: str, value: Any, office: Office) -> str:
    catalogue = office.registry.catalogue_of(record.KIND, field)
    return _value(value, lambda key: office.label(catalogue, key) if catalogue else key)


def _value(value: Any, label: Callable[[str], str]) -> str:
    if value is None:
        return ""
    for types, words in _WORDS:
        if isinstance(value, types):
            return words(value)
    if isinstance(value, str):
        return label(str(value)) if value else ""
    if isinstance(value, tuple | list):
        return "; ".join(_value(item, label) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(item, str)}" for name, item in value.items())
    parts = (getattr(value, field.name) for field in attrs.fields(type(value)))
    return ", ".join(shown for part in parts if (shown := _value(part, label)))


# The first fitting type counts: a truth value is also a number, a moment also a day.
_WORDS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "ja" if value else "nein"),
    (int, str),
    (Decimal, german_decimal),
    (float, lambda value: german_decimal(Decimal(str(value)))),
    (datetime, lambda value: f"{value:%d.%m.%Y, %H:%M} Uhr"),
    (date, lambda value: f"{value:%d.%m.%Y}"),
    (time, lambda value: f"{value:%H:%M} Uhr"),
    (FuzzyDate | Period | TimeSpan | Workload | Reference, str),
)
