"""Extension fields: one declaration by a plugin drives validation, storage, export column, label and privacy class."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.model.finding import Finding, Problems, Severity
from koschuso.model.values import is_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ExtraField", "FieldType", "PrivacyClass"]

_NAME = re.compile(r"[a-z][a-z0-9-]*:[a-z][a-z0-9_]*")
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")


class FieldType(StrEnum):
    """What a value of an extension field may be; every type has one JSON form."""

    TEXT = "text"
    INTEGER = "ganzzahl"
    DECIMAL = "dezimalzahl"
    BOOLEAN = "ja_nein"
    DATE = "datum"
    KEY = "schluessel"


class PrivacyClass(StrEnum):
    """How far a value may travel; each audience sees its own class and those before it."""

    OEFFENTLICH = "oeffentlich"
    NETZWERK = "netzwerk"
    INTERN = "intern"
    VERTRAULICH = "vertraulich"


@attrs.frozen(kw_only=True)
class ExtraField:
    """A field that a municipality adds to a kind of record.

    Attributes:
        name: ``"plugin:field"``, the key in a record's ``extras``.
        record_kind: Kind of record that it belongs to, for example ``"person"``.
        label: German label for columns, forms and reports.
        type: What a value may be.
        catalogue: Catalogue that the value is a key of; with `FieldType.KEY` only.
        privacy: How far a value may travel; the default is the narrow one.
        required: Whether a missing value is a finding.
        help: One German sentence that tells what to enter.
    """

    name: str
    record_kind: str
    label: str
    type: FieldType = FieldType.TEXT
    catalogue: str = ""
    privacy: PrivacyClass = PrivacyClass.INTERN
    required: bool = False
    help: str = ""

    def __attrs_post_init__(self) -> None:
        problems = Problems("extrafield", self.name)
        if not _NAME.fullmatch(self.name):
            problems.add(
                field="name",
                value=self.name,
                rule="zusatzfeld.name",
                message=f"»{self.name}« ist kein Feldname der Form plugin:feld.",
            )
        if not self.label:
            problems.add(
                field="label",
                value="",
                rule="zusatzfeld.bezeichnung",
                message="Ein Zusatzfeld braucht eine Bezeichnung.",
            )
        if bool(self.catalogue) is (self.type is not FieldType.KEY):
            problems.add(
                field="catalogue",
                value=self.catalogue,
                rule="zusatzfeld.katalog",
                message="Ein Katalog gehört zu einem Feld vom Typ Schlüssel und nur zu ihm.",
            )
        problems.raise_if_any()

    def check(self, extras: Mapping[str, Any]) -> Finding | None:
        """Check the value of this field among a record's extras.

        >>> field = ExtraField(name="soest:sozialraum", record_kind="organisation", label="Sozialraum")
        >>> field.check({"soest:sozialraum": 7}).rule
        'zusatzfeld.wert'
        """
        value = extras.get(self.name)
        if value is None:
            if not self.required:
                return None
            return self._finding("", f"Das Feld »{self.label}« fehlt.", "zusatzfeld.fehlt")
        if _ACCEPTS[self.type](value):
            return None
        return self._finding(
            value, f"Der Wert im Feld »{self.label}« ist keine Angabe der Art {self.type}.", "zusatzfeld.wert"
        )

    def _finding(self, value: object, message: str, rule: str) -> Finding:
        return Finding(
            rule=rule,
            message=message,
            severity=Severity.ERROR,
            kind=self.record_kind,
            field=self.name,
            value=str(value),
        )


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_ACCEPTS: dict[FieldType, Callable[[Any], bool]] = {
    FieldType.TEXT: lambda value: isinstance(value, str),
    FieldType.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    FieldType.DECIMAL: lambda value: isinstance(value, str) and _DECIMAL.fullmatch(value) is not None,
    FieldType.BOOLEAN: lambda value: isinstance(value, bool),
    FieldType.DATE: _is_date,
    FieldType.KEY: lambda value: isinstance(value, str) and is_key(value),
}
