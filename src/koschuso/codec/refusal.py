"""Says which field of a record cannot be stored, and why: slow, and only asked when something is wrong."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from koschuso.model.finding import Problems
from koschuso.model.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.model.record import Record
    from koschuso.model.shape import FieldShape

__all__ = ["described", "has_nul", "refuse"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_ARTEN = {
    str: "ein Text",
    int: "eine ganze Zahl",
    bool: "ja oder nein",
    Decimal: "eine Dezimalzahl",
    date: "ein Tag",
    datetime: "ein Zeitpunkt",
    time: "eine Uhrzeit",
    dict: "eine Zuordnung",
}


def refuse(record: Record) -> NoReturn:
    """Refuse a record that cannot be stored.

    Raises:
        InvalidRecord: Always; one finding for each value that cannot be stored.
    """
    # Where nothing is found although it cannot be read back: refused all the same.
    whole = ("", "wert.ablegbar", "Der Datensatz lässt sich nicht unverändert ablegen.")
    problems = Problems(record.KIND, str(record.id))
    for path, rule, message in list(_faults(record, "")) or [whole]:
        problems.add(field=path, value="", rule=rule, message=message)
    problems.raise_if_any()
    raise AssertionError  # unreachable: the line above raises


def has_nul(record: Record) -> bool:
    """Tell whether a text of the record holds NUL, which JSON could write but not every store could keep."""
    return any(rule == "text.nul" for _, rule, _ in _faults(record, ""))


def described(field: FieldShape) -> str:
    """Say in German what belongs into a field."""
    return _ARTEN.get(field.value_type) or ("eine Angabe mit eigenen Feldern" if field.is_nested else "einer der Werte")


def _faults(value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    for name, field in shape_of(type(value)).items():
        here = f"{path}.{name}" if path else name
        given = getattr(value, name)
        if given is None and field.optional:
            continue
        if field.many:
            if not isinstance(given, tuple):
                yield _wrong(here, field)
                continue
            for number, item in enumerate(given):
                yield from _field_faults(item, f"{here}[{number}]", field)
        else:
            yield from _field_faults(given, here, field)


def _field_faults(value: Any, path: str, field: FieldShape) -> Iterator[tuple[str, str, str]]:
    expected = field.value_type
    if expected is dict:
        yield from _json_faults(value, path)
    elif attrs.has(expected):
        if isinstance(value, expected):
            yield from _faults(value, path)
        else:
            yield _wrong(path, field)
    elif expected is Decimal and type(value) is int:
        return
    elif (
        not isinstance(value, expected if expected in _ARTEN else str)
        or (expected is int and isinstance(value, bool))
        or (expected is date and isinstance(value, datetime))
        or (expected not in _ARTEN and value not in expected.__members__.values())
    ):
        yield _wrong(path, field)
    else:
        yield from _json_faults(value, path)


def _json_faults(value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaf_faults(key, path) if isinstance(key, str) else [_no_json(path)]
            yield from _json_faults(item, f"{path}[{key!a}]")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _json_faults(item, f"{path}[{number}]")
    elif value is None or isinstance(value, str | int | float | Decimal | date | time):
        yield from _leaf_faults(value, path)
    else:
        yield _no_json(path)


def _leaf_faults(value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        if "\0" in value:
            yield path, "text.nul", f"Der Text in {path} enthält ein NUL-Zeichen. Bitte dieses Zeichen entfernen."
        if _SURROGATE.search(value):
            yield (
                path,
                "text.surrogat",
                f"Der Text in {path} enthält ein halbes Zeichen (Surrogat). Bitte die Quelle neu einlesen.",
            )
    elif isinstance(value, float | Decimal) and not math.isfinite(value):
        yield path, "zahl.endlich", f"Die Zahl in {path} ist unendlich oder keine Zahl."


def _no_json(path: str) -> tuple[str, str, str]:
    return path, "wert.json", f"Der Wert in {path} lässt sich nicht als JSON ablegen."


def _wrong(path: str, field: FieldShape) -> tuple[str, str, str]:
    wanted = f"ein Tupel, {described(field)} je Eintrag" if field.many else described(field)
    return path, "feld.art", f"In {path} steht nicht, was dort hingehört: {wanted}."
