"""Index values and the conditions over them: all that a driver knows about the content of a document.

The names are closed and the same for every kind, so a driver can lay out its columns once. The core compiles a query
to conditions, a driver delivers at least the documents that meet them (clause Q1), and the core filters again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from koschuso.errors import Refused, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CONDITION_NAMES", "INDEX_NAMES", "Condition", "Index", "OneOf", "Prefix", "Range", "meets"]


class Index(NamedTuple):
    """The values by which a document can be found; ``None`` means that it has no such value.

    Texts are compared by Unicode code point, which is also the order of their UTF-8 bytes.

    Attributes:
        type: Vocabulary key: kind of organisation, kind of event, type of relation.
        subject: Id of the record this one belongs to: position of an assignment, event of a participation, source of
            a relation.
        object: Id of the other end: place of an assignment, person of a participation, target of a relation.
        begin: First moment, as ISO 8601 date or date-time text.
        end: First moment that no longer belongs to it (half-open), as ISO 8601 text; ``None`` also means open-ended.
        place: Amtlicher Gemeindeschlüssel (AGS) of the municipality.

    Example:
        >>> Index(type="schule", place="05974040").place
        '05974040'
    """

    type: str | None = None
    subject: str | None = None
    object: str | None = None
    begin: str | None = None
    end: str | None = None
    place: str | None = None


INDEX_NAMES = Index._fields
"""The closed set of index names, in the order of `Index`."""

CONDITION_NAMES = (*INDEX_NAMES, "id")
"""What a condition may speak about: the index names, and the id of the document itself."""


_FIRST_SURROGATE = 0xD800  # code points up to U+DFFF are no characters
_AFTER_SURROGATES = 0xE000


def _known(_instance: object, _attribute: object, name: str) -> None:
    if name not in CONDITION_NAMES:
        raise WrongUse(f"Eine Bedingung über »{name}« gibt es nicht. Bekannt sind: {', '.join(CONDITION_NAMES)}.")


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise WrongUse("OneOf braucht mehrere Werte, zum Beispiel (»schule«,), nicht einen einzelnen Text.")
    return tuple(values)


def _encodable(_instance: object, _attribute: object, text: Any) -> None:
    try:
        "".join(text or "").encode()
    except UnicodeEncodeError:
        raise Refused("Ein Suchwert enthält ein halbes Zeichen (Surrogat). Bitte den Suchwert neu eingeben.") from None


@attrs.frozen
class OneOf:
    """The value is one of these texts; without any text nothing meets it.

    Attributes:
        name: One of `CONDITION_NAMES`.
        values: The accepted texts; ``OneOf("id", ids)`` reads many documents in one pass.
    """

    name: str = attrs.field(validator=_known)
    values: tuple[str, ...] = attrs.field(converter=_texts, validator=_encodable)

    def accepts(self, value: str | None) -> bool:
        """Tell whether the value of a document meets the condition."""
        return value is not None and value in self.values


@attrs.frozen
class Range:
    """The value lies in the half-open span ``low <= value < high``; a missing limit does not limit.

    Attributes:
        name: One of `CONDITION_NAMES`.
        low: First accepted text.
        high: First text that is no longer accepted.
        missing: Whether documents without the value are accepted too: an open-ended record has no ``end``.
    """

    name: str = attrs.field(validator=_known)
    low: str | None = attrs.field(default=None, validator=_encodable)
    high: str | None = attrs.field(default=None, validator=_encodable)
    missing: bool = attrs.field(default=False, kw_only=True)

    def accepts(self, value: str | None) -> bool:
        """Tell whether the value of a document meets the condition."""
        if value is None:
            return self.missing
        return (self.low is None or self.low <= value) and (self.high is None or value < self.high)


@attrs.frozen
class Prefix:
    """The value begins with this text: an AGS with that of its Kreis.

    Attributes:
        name: One of `CONDITION_NAMES`.
        text: The beginning; the empty text accepts every value that is there.
    """

    name: str = attrs.field(validator=_known)
    text: str = attrs.field(validator=_encodable)

    def accepts(self, value: str | None) -> bool:
        """Tell whether the value of a document meets the condition."""
        return value is not None and value.startswith(self.text)

    @property
    def beyond(self) -> str | None:
        """The first text after all that begin with `text`, or ``None`` when there is no such text.

        Example:
            >>> Prefix("place", "05974").beyond
            '05975'
        """
        text = self.text
        while text:
            last, text = ord(text[-1]), text[:-1]
            if last < sys.maxunicode:
                return text + chr(_AFTER_SURROGATES if last + 1 == _FIRST_SURROGATE else last + 1)
        return None


Condition = OneOf | Range | Prefix
"""What `DriverTransaction.scan` takes; several conditions are joined by *and*."""


def meets(document_id: str, index: Index, conditions: Iterable[Condition]) -> bool:
    """Tell whether a document meets all conditions: the reference meaning for every driver.

    Example:
        >>> meets("a", Index(begin="2025-08-27"), [Range("begin", "2025-01-01", "2026-01-01")])
        True
        >>> meets("a", Index(), [Range("begin", "2025-01-01", "2026-01-01")])
        False
    """
    return all(
        condition.accepts(document_id if condition.name == "id" else getattr(index, condition.name))
        for condition in conditions
    )
