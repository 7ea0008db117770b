"""The patient path: mappings that others wrote to records, with everything that is wrong told at once.

It carries archives, tables and plugins. cattrs walks the classes and collects the errors; every single value is judged
by msgspec as on the fast path, so that both paths take and refuse the same. Nothing is converted silently: ``"12"`` is
no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs
import msgspec
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn
from cattrs.preconf.msgspec import make_converter

from koschuso.codec.form import with_unknown
from koschuso.codec.refusal import described
from koschuso.codec.schema import SCHEMA, lift, schema_of
from koschuso.codec.unknown import ENVELOPE
from koschuso.errors import InvalidRecord
from koschuso.model.finding import Finding, Severity
from koschuso.model.record import Record
from koschuso.model.shape import FieldShape, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cattrs import Converter

__all__ = ["Structured", "structure"]

R = TypeVar("R", bound=Record)

_LEAVES = (str, int, bool, float, Decimal, date, datetime, time)


@attrs.frozen(kw_only=True)
class Structured(Generic[R]):
    """What became of a mapping.

    Attributes:
        record: The record, ``None`` when something is wrong.
        findings: Everything that is wrong, each naming field, value and rule.
    """

    record: R | None
    findings: tuple[Finding, ...] = ()


def structure(record_type: type[R], data: Mapping[str, Any], *, keep_unknown: bool = True) -> Structured[R]:
    """Make a record of plain JSON data; it never raises for what is wrong in them.

    Args:
        record_type: Class of the record.
        data: The stored form (`unstructure`), or a mapping that somebody else made. ``kind`` and ``schema`` may be
            missing.
        keep_unknown: Whether keys that are no fields are kept, as an archive of a newer koschuso needs it; otherwise
            each is a finding, as it is right for mappings that people wrote.

    >>> from koschuso.model import Goal
    >>> outcome = structure(Goal, {"id": "z-1", "rank": "zwei", "titel": "Netzwerke"}, keep_unknown=False)
    >>> [(finding.field, finding.rule) for finding in outcome.findings]
    [('title', 'feld.fehlt'), ('rank', 'feld.art'), ('titel', 'feld.unbekannt')]
    """
    told = _Told(record_type.KIND, str(data.get("id", "")))
    if data.get("kind", record_type.KIND) != record_type.KIND:
        told.add("kind", data["kind"], "feld.wert", f"Das ist keine Angabe der Art »{record_type.KIND}«.")
        return Structured(record=None, findings=told.findings())
    schema = schema_of(data)
    if schema is None:
        told.add("schema", data["schema"], "feld.wert", "Als »schema« steht eine Zahl ab 1.")
        return Structured(record=None, findings=told.findings())
    document = lift(record_type.KIND, dict(data))
    try:
        record: R | None = _converter().structure(document, record_type)
    except Exception as error:  # noqa: BLE001 - cattrs raises groups of whatever went wrong
        told.walk(error, "", document)
        record = None
    if not keep_unknown:
        for path, value in _unknown_keys(record_type, document, ""):
            told.add(path, value, "feld.unbekannt", f"Das Feld {path} gibt es nicht.")
    findings = told.findings()
    if record is None or findings:
        return Structured(record=None, findings=findings)
    return Structured(record=with_unknown(record, document, schema if schema > SCHEMA else 0))


class _Misfit(Exception):
    """One value that does not fit its field."""

    def __init__(self, value: object, rule: str, wanted: str) -> None:
        super().__init__(rule)
        self.value = value
        self.rule = rule
        self.wanted = wanted


class _Told:
    """Turns the errors of cattrs into findings."""

    def __init__(self, kind: str, id: str) -> None:  # noqa: A002 - the record's own term
        self._kind = kind
        self._id = id
        self._findings: list[Finding] = []

    def add(self, path: str, value: object, rule: str, message: str) -> None:
        self._findings.append(
            Finding(
                rule=rule,
                message=message,
                severity=Severity.ERROR,
                kind=self._kind,
                id=self._id,
                field=path,
                value="" if value is None else str(value),
            )
        )

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    def walk(self, error: BaseException, path: str, value: Any) -> None:
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                here, there = path, value
                for note in getattr(inner, "__notes__", ()):
                    if isinstance(note, AttributeValidationNote):
                        here = f"{path}.{note.name}" if path else note.name
                        there = value.get(note.name, msgspec.UNSET) if isinstance(value, dict) else None
                    elif isinstance(note, IterableValidationNote):
                        here = f"{path}[{note.index}]"
                        there = value[int(note.index)] if isinstance(value, list | tuple) else None
                self.walk(inner, here, there)
        elif isinstance(error, InvalidRecord):
            for finding in error.findings:
                inner_path = ".".join(part for part in (path, finding.field) if part)
                self.add(inner_path, getattr(finding, "value", ""), finding.rule, finding.message)
        elif isinstance(error, _Misfit):
            self.add(path, error.value, error.rule, f"In {path} steht nicht, was dort hingehört: {error.wanted}.")
        elif isinstance(error, KeyError) and value is msgspec.UNSET:
            self.add(path, "", "feld.fehlt", f"Die Angabe {path} fehlt.")
        else:
            self.add(path, "", "feld.art", f"Die Angabe {path or 'insgesamt'} hat nicht die erwartete Form.")


@lru_cache(maxsize=1)
def _converter() -> Converter:
    """Build the converter; hooks decide by class, so one serves all records."""
    converter = make_converter(detailed_validation=True)
    for leaf in _LEAVES:
        converter.register_structure_hook(leaf, _strict)
    converter.register_structure_hook_func(lambda cls: isinstance(cls, type) and issubclass(cls, Enum), _strict)
    converter.register_structure_hook_func(lambda cls: getattr(cls, "__origin__", None) is Mapping, _mapping)

    def values(cls: type[Any]) -> Callable[[Any, Any], Any]:
        inner = make_dict_structure_fn(cls, converter, _cattrs_detailed_validation=True)

        def value_of(value: Any, expected: Any) -> Any:
            if not isinstance(value, dict):
                raise _Misfit(value, "feld.art", "eine Angabe mit eigenen Feldern")
            return inner(value, expected)

        return value_of

    def tuples(cls: Any) -> Callable[[Any, Any], Any]:
        inner = converter.get_structure_hook(list[cls.__args__[0]])

        def tuple_of(value: Any, _expected: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise _Misfit(value, "feld.art", "eine Liste")
            return tuple(inner(value, list))

        return tuple_of

    converter.register_structure_hook_factory(attrs.has, values)
    converter.register_structure_hook_factory(lambda cls: getattr(cls, "__origin__", None) is tuple, tuples)
    return converter


def _strict(value: Any, expected: type[Any]) -> Any:
    try:
        return msgspec.convert(value, expected, strict=True)
    except (msgspec.ValidationError, ValueError, OverflowError):
        if issubclass(expected, Enum) and isinstance(value, str):
            raise _Misfit(value, "feld.wert", "einer der Werte " + ", ".join(map(str, expected))) from None
        raise _Misfit(value, "feld.art", described(FieldShape(name="", value_type=expected))) from None


def _mapping(value: Any, _expected: Any) -> Any:
    if not isinstance(value, dict):
        raise _Misfit(value, "feld.art", "eine Zuordnung")
    try:
        # What JSON cannot carry is refused here already, not only when the record is stored.
        carried = msgspec.json.decode(msgspec.json.encode(value)) == msgspec.to_builtins(value)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        carried = False
    if not carried:
        raise _Misfit("", "wert.json", "Werte, die JSON tragen kann")
    return value


def _unknown_keys(cls: type[Any], document: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    shape = shape_of(cls)
    for key, value in document.items():
        here = f"{path}.{key}" if path else str(key)
        if key not in shape:
            if path or key not in ENVELOPE:
                yield here, value
        elif shape[key].is_nested:
            if shape[key].many and isinstance(value, list | tuple):
                for number, item in enumerate(value):
                    if isinstance(item, dict):
                        yield from _unknown_keys(shape[key].value_type, item, f"{here}[{number}]")
            elif isinstance(value, dict):
                yield from _unknown_keys(shape[key].value_type, value, here)
