"""The values of extension fields: for every type one JSON form, one exact text form, and one form for people.

The JSON form is what a record holds and a store keeps: texts, keys, days (``"2025-10-15"``) and decimal numbers
(``"19.5"``) are JSON strings, whole numbers JSON numbers, yes and no JSON truth values. Decimals are strings so that no
binary rounding touches them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.model.values import is_key
from koschuso.model.workload import german_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VALUE_FORMS", "FieldType", "ValueForm", "raw_text"]


class FieldType(StrEnum):
    """What a value of an extension field may be; every type has one JSON form."""

    TEXT = "text"
    INTEGER = "ganzzahl"
    DECIMAL = "dezimalzahl"
    BOOLEAN = "ja_nein"
    DATE = "datum"
    KEY = "schluessel"


@attrs.frozen(kw_only=True)
class ValueForm:
    """The forms of the values of one type.

    Attributes:
        expected: What a value has to be, in German, as it continues »erwartet wird …«.
        accepts: Whether a JSON value is one of this type.
        text: Gives the exact text of a value.
        parse: Gives the value of a text, ``None`` where it is none of this type.
        show: Gives a value as people read it.
    """

    expected: str
    accepts: Callable[[Any], bool]
    text: Callable[[Any], str]
    parse: Callable[[str], Any]
    show: Callable[[Any], str]


_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+")
_NO_FRACTION: Final = re.compile(r"([+-]?[0-9]{1,19})[.,]0+")
_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GERMAN_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+")
_GERMAN_DATE: Final = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_ISO_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_LARGEST: Final = 2**63 - 1

_YES_OR_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "ja", "j", "wahr", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "nein", "n", "falsch", "no", "0"), False),
}


def raw_text(value: Any) -> str:
    """Give a value of no known type as text: a text as it is, everything else as JSON.

    >>> raw_text("Nord"), raw_text([1, True])
    ('Nord', '[1, true]')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST - 1 <= value <= _LARGEST


def _is_decimal(value: Any) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and _day(value) == value


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _parse_integer(text: str) -> int | None:
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(".", "")
    elif whole := _NO_FRACTION.fullmatch(text):
        text = whole[1]
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if _is_integer(number) else None


def _parse_decimal(text: str) -> str | None:
    text = text.strip()
    if _GERMAN_DECIMAL.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    text = text.removeprefix("+")
    return text if _is_decimal(text) else None


def _parse_boolean(text: str) -> bool | None:
    return _YES_OR_NO.get(text.strip().casefold())


def _parse_date(text: str) -> str | None:
    text = text.strip()
    if german := _GERMAN_DATE.fullmatch(text):
        return _day(f"{german[3]}-{german[2]:0>2}-{german[1]:0>2}")
    iso = _ISO_DATE.fullmatch(text)
    return None if iso is None else _day(iso[1])


def _parse_key(text: str) -> str | None:
    text = text.strip()
    return text if is_key(text) else None


VALUE_FORMS: Final[Mapping[FieldType, ValueForm]] = {
    FieldType.TEXT: ValueForm(
        expected="ein Text",
        accepts=lambda value: isinstance(value, str),
        text=str,
        parse=str,
        show=str,
    ),
    FieldType.INTEGER: ValueForm(
        expected="eine ganze Zahl wie 12",
        accepts=_is_integer,
        text=str,
        parse=_parse_integer,
        show=str,
    ),
    FieldType.DECIMAL: ValueForm(
        expected="eine Zahl wie 19,5",
        accepts=_is_decimal,
        text=str,
        parse=_parse_decimal,
        show=lambda value: german_decimal(Decimal(value)),
    ),
    FieldType.BOOLEAN: ValueForm(
        expected="ja oder nein",
        accepts=lambda value: isinstance(value, bool),
        text=lambda value: "true" if value else "false",
        parse=_parse_boolean,
        show=lambda value: "ja" if value else "nein",
    ),
    FieldType.DATE: ValueForm(
        expected="ein Datum wie 15.10.2025",
        accepts=_is_date,
        text=str,
        parse=_parse_date,
        show=lambda value: f"{value[8:]}.{value[5:7]}.{value[:4]}",
    ),
    FieldType.KEY: ValueForm(
        expected="ein Eintrag des Katalogs",
        accepts=lambda value: isinstance(value, str) and is_key(value),
        text=str,
        parse=_parse_key,
        show=str,
    ),
}
"""What values of each type look like."""
