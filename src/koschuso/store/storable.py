"""What may be stored: one set for every driver, so that a store can be copied from any driver to any other.

SQLite takes a NUL in text and miscounts it, PostgreSQL refuses it, file systems cannot carry it; lone surrogates have
no UTF-8 form. Drivers therefore refuse the same things with the same error, and mend nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from koschuso.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.store.conditions import Index
    from koschuso.store.driver import Write

__all__ = [
    "LONGEST_BODY",
    "LONGEST_TEXT",
    "instant_from_microseconds",
    "microseconds",
    "require_all_storable",
    "require_key",
    "require_storable",
]

LONGEST_TEXT = 1000
"""Most UTF-8 bytes of an id or an index value: what every known database can index."""

LONGEST_BODY = 64 * 1024 * 1024
"""Most bytes of a body."""

_KIND = re.compile(r"[a-z][a-z0-9_.:-]{0,63}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def require_key(kind: str, id: str) -> None:  # noqa: A002 - the record's own term
    """Refuse a key that not every driver can carry.

    Args:
        kind: Lower-case ASCII name of at most 64 characters.
        id: One to `LONGEST_TEXT` UTF-8 bytes without control characters.

    Raises:
        Refused: Naming what is wrong with which part of the key.
    """
    if not _KIND.fullmatch(kind):
        raise Refused(
            f"Die Datenart {kind[:70]!r} ist nicht zulässig. Bitte Kleinbuchstaben, Ziffern und _ . : - verwenden, "
            "höchstens 64 Zeichen, mit einem Buchstaben am Anfang."
        )
    if not id:
        raise Refused(f"Ein Datensatz der Art {kind} hat keine Kennung. Bitte eine Kennung vergeben.")
    _require_text(kind, id, "die Kennung", id)


def require_storable(kind: str, id: str, body: bytes, index: Index) -> None:  # noqa: A002 - the record's own term
    r"""Refuse what not every driver can give back unchanged.

    A body is a JSON text in UTF-8. Not accepted are NUL, raw or as ``\u0000``, lone surrogates, raw or escaped, and
    bytes that are not UTF-8. Whether the text is well-formed JSON is the codec's promise; drivers do not parse it.

    Raises:
        Refused: Naming the record and what is wrong, never the content.
    """
    require_key(kind, id)
    for name, value in zip(index._fields, index, strict=True):
        if value is not None:
            _require_text(kind, id, f"der Suchwert »{name}«", value)
    if type(body) is not bytes:
        raise Refused(f"Der Inhalt von {kind} {id} muss als bytes übergeben werden, nicht als {type(body).__name__}.")
    if not body or len(body) > LONGEST_BODY:
        raise Refused(f"Der Inhalt von {kind} {id} ist leer oder größer als {LONGEST_BODY // 1024**2} MiB.")
    if b"\\u" in body:
        _require_escapes(kind, id, body)
    if b"\0" in body:
        raise _nul(kind, id)
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            # The cause is cut off on purpose: it carries the body.
            raise Refused(f"Der Inhalt von {kind} {id} ist kein UTF-8. Bitte die Quelle neu einlesen.") from None


def require_all_storable(writes: Sequence[Write]) -> None:
    """Do what `require_storable` does for many writes: nearly always one look at everything together is enough.

    Raises:
        Refused: For the first write that cannot be stored.
    """
    if len(writes) <= 1 or not _plainly_storable(writes):
        for kind, id_, body, index, *_ in writes:
            require_storable(kind, id_, body, index)


def microseconds(at: datetime) -> int:
    """Count the microseconds since 1970-01-01T00:00Z.

    Raises:
        Refused: When the moment has no time zone.
    """
    if at.tzinfo is None:
        raise Refused("Der Zeitpunkt einer Änderung braucht eine Zeitzone, zum Beispiel UTC.")
    return (at - _EPOCH) // _MICROSECOND


def instant_from_microseconds(count: int) -> datetime:
    """Give back the moment that `microseconds` counted, in UTC."""
    return _EPOCH + count * _MICROSECOND


def _plainly_storable(writes: Sequence[Write]) -> bool:
    kinds, ids, bodies, indices, *_ = zip(*writes, strict=True)
    texts = [*ids, *filter(None, chain.from_iterable(indices))]
    together = "".join(texts)
    if not (together.isascii() and together.isprintable() and all(ids) and max(map(len, texts)) <= LONGEST_TEXT):
        return False
    if not all(map(_KIND.fullmatch, set(kinds))) or set(map(type, bodies)) != {bytes}:
        return False
    # The separator keeps the end of one body from completing a character with the beginning of the next.
    content = b"\n".join(bodies)
    # A single byte is found many times faster than two.
    if (b"\\" in content and b"\\u" in content) or b"\0" in content or not all(bodies) or len(content) > LONGEST_BODY:
        return False
    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError:
            return False
    return True


def _require_text(kind: str, id: str, what: str, text: str) -> None:  # noqa: A002 - the record's own term
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_TEXT:
        return
    if _CONTROL.search(text):
        raise Refused(f"{kind} {id[:80]!r}: {what} enthält Steuerzeichen. Bitte diese Zeichen entfernen.")
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise Refused(
            f"{kind} {id[:80]!r}: {what} enthält ein halbes Zeichen (Surrogat). Bitte die Quelle neu einlesen."
        ) from None
    if length > LONGEST_TEXT:
        raise Refused(f"{kind} {id[:80]!r}: {what} ist länger als {LONGEST_TEXT} Bytes. Bitte kürzen.")


def _require_escapes(kind: str, id: str, body: bytes) -> None:  # noqa: A002 - the record's own term
    # Two backslashes are one literal backslash and begin no escape; same length keeps neighbours apart.
    plain = body.replace(b"\\\\", b"__")
    if b"\\u0000" in plain:
        raise _nul(kind, id)
    if _SURROGATE.search(_PAIR.sub(b"_", plain)):
        raise Refused(
            f"Der Inhalt von {kind} {id} enthält ein halbes Zeichen (Surrogat). Bitte die Quelle neu einlesen."
        )


def _nul(kind: str, id: str) -> Refused:  # noqa: A002 - the record's own term
    return Refused(f"Der Inhalt von {kind} {id} enthält ein NUL-Zeichen. Bitte dieses Zeichen entfernen.")
