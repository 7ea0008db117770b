"""The fast path: records to stored bytes and back, msgspec straight on the record classes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import msgspec

from koschuso.codec.refusal import has_nul, refuse
from koschuso.codec.schema import SCHEMA, STEPS, lift, schema_of
from koschuso.codec.soundness import soundness_of
from koschuso.codec.unknown import ENVELOPE, UNKNOWN, collect, put_back
from koschuso.errors import Corrupt, InvalidRecord, NotSupported, WrongUse
from koschuso.model import ALWAYS, RECORD_TYPES, Period, Record
from koschuso.model.shape import shape_of
from koschuso.model.values import EMPTY, FrozenMapping, freeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.codec.schema import Step
    from koschuso.model.shape import FieldShape

__all__ = ["decode", "encode", "record_type_of", "unstructure"]

R = TypeVar("R", bound=Record)

_ENCODER = msgspec.json.Encoder()
_SORTED = msgspec.json.Encoder(order="deterministic")
_NEVER = object()
_PLACE = re.compile(r"`\$\.?([^`]*)`$")


class _Form:
    """How one kind of record is written and read."""

    __slots__ = ("_doubtful", "_extras", "_plain", "decoder", "soundness")

    def __init__(self, record_type: type[Record]) -> None:
        fields = shape_of(record_type)
        # Only what says nothing is left out; a default with a meaning is written, so that a document keeps its meaning
        # when the default changes.
        defaults = [field.default if _says_nothing(field) else _NEVER for field in fields.values()]
        # A msgspec structure leaves out defaults while it writes, three times as fast as a dictionary without them.
        self._plain = msgspec.defstruct(
            record_type.__name__,
            [("schema", int), *((name, Any, default) for name, default in zip(fields, defaults, strict=True))],
            tag_field="kind",
            tag=record_type.KIND,
            omit_defaults=True,
            frozen=True,
            gc=False,
        )
        # It knows a default by its identity: what is equal without being the same is replaced by it.
        self._doubtful = tuple(
            (number, default) for number, default in enumerate(defaults) if isinstance(default, FrozenMapping | Period)
        )
        self._extras = tuple(fields).index("extras")
        self.decoder = msgspec.json.Decoder(record_type)
        cls: Any = record_type
        self.soundness = soundness_of(cls)

    def dump(self, record: Record, values: tuple[Any, ...] | None = None) -> bytes:
        if values is None:
            values = self.soundness.values(record)
        for number, default in self._doubtful:
            if values[number] is not default:
                if values[number] == default:
                    values = (*values[:number], default, *values[number + 1 :])
                elif number == self._extras:
                    if UNKNOWN in record.extras:
                        return self._dump_with_unknown(record)
                    extras = msgspec.Raw(_SORTED.encode(record.extras))
                    values = (*values[:number], extras, *values[number + 1 :])
        return _ENCODER.encode(self._plain(SCHEMA, *values))

    def _dump_with_unknown(self, record: Record) -> bytes:
        plain = msgspec.json.decode(self.dump(attrs.evolve(record, extras=EMPTY)))
        extras = msgspec.json.decode(_SORTED.encode(record.extras))
        rest = extras.pop(UNKNOWN)
        foreign = plain.pop("foreign", None)
        left = put_back(rest, plain)
        plain["schema"] = rest.get("schema", SCHEMA)
        if left:
            extras[UNKNOWN] = left
        if extras:
            plain["extras"] = msgspec.Raw(_SORTED.encode(extras))
        if foreign:
            plain["foreign"] = foreign
        return _ENCODER.encode(plain)


def encode(record: Record) -> bytes:
    """Write a record in its stored form: JSON in UTF-8, the same bytes for the same record.

    Whatever this function gives, `decode` reads as an equal record; what could not be read back is refused.

    Raises:
        InvalidRecord: A value cannot be stored: one of another type than its field's, NUL, half a character, a number
            that JSON cannot carry. The findings name the fields.
        WrongUse: This is no record of a known kind.

    >>> from koschuso.model import Goal
    >>> encode(Goal(id="z-1", title="Netzwerke stärken")).decode()
    '{"kind":"goal","schema":1,"id":"z-1","title":"Netzwerke stärken","rank":1}'
    """
    record_type: Any = type(record)
    form = _form_of(record_type)
    try:
        values = form.soundness.values(record)
        data = form.dump(record, values)
        if b"\\" in data and b"\\u0000" in data and has_nul(record):
            refuse(record)
        if form.soundness.holds(values):
            return data
        # Values that are equal but of another class (a whole number where a decimal belongs) get their one form.
        again = decode(record.KIND, data)
        if again == record:
            return form.dump(again)
    except Exception:  # noqa: BLE001, S110 - whatever is wrong, the findings say it
        pass
    return refuse(record)


def decode(kind: str, data: bytes, *, id: str = "", steps: Sequence[Step] = STEPS) -> Record:  # noqa: A002 - the record's own term
    """Read a record from its stored form, also of an older or a newer schema.

    Args:
        kind: Kind of the record.
        data: What `encode` gave, of whatever version of koschuso.
        id: Id of the record, for messages.
        steps: How older documents are lifted.

    Raises:
        Corrupt: These are not the bytes of such a record. The message holds no content.
        NotSupported: A newer koschuso wrote them in a way that this one does not understand.
        WrongUse: There is no such kind.

    >>> decode("goal", b'{"kind":"goal","schema":1,"id":"z-1","title":"Netzwerke"}').title
    'Netzwerke'
    """
    form = _form_of_kind(kind)
    if steps is STEPS:
        try:
            record: Record = form.decoder.decode(data)
            # What gives the same bytes again has lost nothing; everything else is looked at closely.
            if form.dump(record) == data:
                return record
        except Exception:  # noqa: BLE001, S110 - told below, with its place and without its content
            pass
    return _decode_closely(form, kind, data, id, steps)


def unstructure(record: Record) -> dict[str, Any]:
    """Give the stored form of a record as plain JSON data.

    Raises:
        InvalidRecord: As `encode`.
    """
    document: dict[str, Any] = msgspec.json.decode(encode(record))
    return document


def record_type_of(kind: str) -> type[Record]:
    """Find the class of a kind of record.

    Raises:
        WrongUse: There is no such kind; the message names the known ones.
    """
    record_type = RECORD_TYPES.get(kind)
    if record_type is None:
        raise WrongUse(f"Die Datenart »{kind}« gibt es nicht. Bekannt sind: {', '.join(RECORD_TYPES)}.")
    return record_type


def with_unknown(record: R, document: dict[str, Any], schema: int) -> R:
    """Add what a document holds beyond the fields of the record that was read from it."""
    rest = collect(record, document, ENVELOPE)
    if schema > SCHEMA:
        # Written back with its own number: a newer koschuso must not lift it a second time.
        rest["schema"] = schema
    if not rest:
        return record
    earlier = record.extras.get(UNKNOWN, {})
    return attrs.evolve(record, extras=FrozenMapping({**record.extras, UNKNOWN: freeze(_merged(earlier, rest))}))


def _says_nothing(field: FieldShape) -> bool:
    return not field.required and (field.default in (None, "", (), EMPTY, ALWAYS))


def _merged(earlier: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """Join what lost its place earlier with what was found now; what stands in the document is the newer."""
    if not isinstance(earlier, dict):
        return rest
    merged = {**earlier, **rest}
    for part in ("keys", "fields", "items"):
        both = earlier.get(part), rest.get(part)
        if isinstance(both[0], dict) and isinstance(both[1], dict):
            merged[part] = {**both[0], **both[1]}
    return merged


@lru_cache(maxsize=64)
def _form_of(record_type: Any) -> _Form:
    known = RECORD_TYPES.get(getattr(record_type, "KIND", ""))
    if known is None or known is not record_type:
        raise WrongUse(
            f"{record_type.__name__} ist keine Datenart von koschuso; möglich sind {', '.join(RECORD_TYPES)}."
        )
    return _Form(known)


@lru_cache(maxsize=64)
def _form_of_kind(kind: str) -> _Form:
    record_type: Any = record_type_of(kind)
    return _form_of(record_type)


def _decode_closely(form: _Form, kind: str, data: bytes, id: str, steps: Sequence[Step]) -> Record:  # noqa: A002 - the record's own term
    where = f"{kind} {id}".strip()
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _corrupt(where, "ist kein lesbares JSON") from None
    if not isinstance(document, dict) or document.get("kind", kind) != kind:
        raise _corrupt(where, "gehört nicht zu dieser Datenart")
    schema = schema_of(document)
    if schema is None:
        raise _corrupt(where, "nennt als »schema« keine Zahl ab 1")
    try:
        document = lift(kind, document, steps)
        record: Record = form.decoder.decode(_ENCODER.encode(document))
    except Exception as error:  # noqa: BLE001 - also steps may stumble over damaged documents
        what = _told(error)
        if schema > len(steps) + 1:
            raise NotSupported(
                f"{where} wurde von einer neueren Fassung von koschuso geschrieben (Schema {schema}, bekannt bis "
                f"{len(steps) + 1}) und {what}. Bitte koschuso aktualisieren; der Datensatz wurde nicht verändert."
            ) from None
        raise _corrupt(where, what) from None
    return with_unknown(record, document, schema if schema > len(steps) + 1 else 0)


def _told(error: Exception) -> str:
    """Say what is wrong without the words of the error, which may quote the content."""
    if isinstance(error, InvalidRecord):
        return "verletzt die Regel " + ", ".join(finding.rule for finding in error.findings)
    place = _PLACE.search(str(error)) if isinstance(error, msgspec.ValidationError) else None
    return f"hat einen unpassenden Wert im Feld »{place[1]}«" if place and place[1] else "hat nicht die erwartete Form"


def _corrupt(where: str, what: str) -> Corrupt:
    return Corrupt(
        f"Der gespeicherte Datensatz {where} {what}. Bitte eine Sicherung zurückspielen oder den Datensatz ersetzen."
    )
