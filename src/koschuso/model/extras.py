"""Extension fields: one declaration by a plugin drives validation, storage, export column, label and privacy class."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from koschuso.errors import InvalidRecord
from koschuso.model.extra_values import VALUE_FORMS, FieldType, raw_text
from koschuso.model.finding import Finding, Problems, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ExtraField", "FieldType", "PrivacyClass", "property_name", "visible_classes"]

_NAME = re.compile(r"[a-z][a-z0-9-]*:[a-z][a-z0-9_]*")


class PrivacyClass(StrEnum):
    """How far a value may travel; each audience sees its own class and those before it."""

    OEFFENTLICH = "oeffentlich"
    NETZWERK = "netzwerk"
    INTERN = "intern"
    VERTRAULICH = "vertraulich"


_PUBLIC: Final = frozenset({PrivacyClass.OEFFENTLICH})
_NETWORK: Final = _PUBLIC | {PrivacyClass.NETZWERK}
_SEEN: Final[Mapping[str, frozenset[PrivacyClass]]] = {
    "vertraulich": frozenset(PrivacyClass),
    "intern": frozenset(PrivacyClass) - {PrivacyClass.VERTRAULICH},
    "netzwerk": _NETWORK,
    "traeger": _NETWORK,
}


def visible_classes(audience: str) -> frozenset[PrivacyClass]:
    """Give the classes of values that an audience may see; who is not named sees what everybody may.

    Args:
        audience: Key of the catalogue ``audience``, or ``"vertraulich"`` for the office's own complete copy.

    Examples:
        >>> sorted(visible_classes("netzwerk"))
        [<PrivacyClass.NETZWERK: 'netzwerk'>, <PrivacyClass.OEFFENTLICH: 'oeffentlich'>]
    """
    return _SEEN.get(audience, _PUBLIC)


class Labels(Protocol):
    """The catalogue of a field, as far as its values need it; `koschuso.model.Catalogue` is the implementation."""

    @property
    def title(self) -> str: ...
    def __contains__(self, key: object, /) -> bool: ...
    def label(self, key: str, /) -> str: ...
    def key_of(self, text: str, /) -> str: ...


def property_name(name: str) -> str:
    """Give the name of the iCalendar and vCard property that carries a field.

    >>> property_name("soest:anzahl_plaetze")
    'X-KOSCHUSO-SOEST-ANZAHL-PLAETZE'
    """
    return "X-KOSCHUSO-" + name.replace(":", "-").replace("_", "-").upper()


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
        privacy_stated: Whether the declaration names `privacy`; plugins must (contract of plugins, D1).

    Raises:
        InvalidRecord: The declaration contradicts itself.

    Examples:
        >>> field = ExtraField(name="soest:plaetze", record_kind="event", label="Plätze", type=FieldType.INTEGER)
        >>> field.from_text("1.200"), field.show(1200), field.property
        (1200, '1200', 'X-KOSCHUSO-SOEST-PLAETZE')
    """

    name: str
    record_kind: str
    label: str
    type: FieldType = FieldType.TEXT
    catalogue: str = ""
    # A factory, because for one attrs hands NOTHING to __attrs_pre_init__ where the caller says nothing.
    privacy: PrivacyClass = attrs.field(factory=lambda: PrivacyClass.INTERN)
    required: bool = False
    help: str = ""
    privacy_stated: bool = attrs.field(init=False, eq=False, repr=False)

    def __attrs_pre_init__(self, *, privacy: Any = attrs.NOTHING, **_others: Any) -> None:
        object.__setattr__(self, "privacy_stated", privacy is not attrs.NOTHING)

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

    @property
    def plugin(self) -> str:
        """Name of the plugin that the field belongs to."""
        return self.name.partition(":")[0]

    @property
    def expected(self) -> str:
        """What a value has to be, in German: »ein Datum wie 15.10.2025«."""
        return VALUE_FORMS[self.type].expected

    @property
    def property(self) -> str:
        """Name of the iCalendar and vCard property that carries the field."""
        return property_name(self.name)

    # -- the forms of a value ----------------------------------------------------------------------------------------

    def to_text(self, value: Any) -> str:
        """Give a value as exact text that depends on no language: for files that programs read.

        A value that contradicts the declaration is given as it is: a text unchanged, everything else as JSON.

        >>> place = ExtraField(name="a:b", record_kind="event", label="Barrierefrei", type=FieldType.BOOLEAN)
        >>> place.to_text(True)
        'true'
        """
        form = VALUE_FORMS[self.type]
        return form.text(value) if form.accepts(value) else raw_text(value)

    def from_text(self, text: str, catalogue: Labels | None = None) -> Any:
        """Read a value from text, in the exact form or as people write it in German.

        Args:
            text: ``2025-10-15`` or ``15.10.2025``, ``19.5`` or ``19,5``, ``true`` or ``ja`` …; a key is also found by
                label and alias where its catalogue is given.
            catalogue: The catalogue of a field with keys.

        Raises:
            InvalidRecord: The text is no value of this field; with one finding.

        Examples:
            >>> field = ExtraField(name="a:b", record_kind="event", label="Beginn", type=FieldType.DATE)
            >>> field.from_text("15.10.2025"), field.from_text("2025-10-15")
            ('2025-10-15', '2025-10-15')
            >>> field.from_text("31.2.2025")
            Traceback (most recent call last):
            koschuso.errors.InvalidRecord: Der Wert im Feld »Beginn« (a:b) passt nicht; erwartet wird ein Datum wie 15.10.2025.
        """
        value = VALUE_FORMS[self.type].parse(text)
        if self.type is FieldType.KEY and catalogue is not None and (value is None or value not in catalogue):
            value = catalogue.key_of(text) or value
        finding = self._contradiction(text) if value is None else self.contradiction(value, catalogue)
        if finding is not None:
            raise InvalidRecord(finding.message, [finding])
        return value

    def show(self, value: Any, catalogue: Labels | None = None) -> str:
        """Give a value as people read it in German; one that contradicts the declaration as it is.

        Args:
            value: The JSON value.
            catalogue: The catalogue of a field with keys, for the label.

        Examples:
            >>> field = ExtraField(name="a:b", record_kind="position", label="Stunden", type=FieldType.DECIMAL)
            >>> field.show("19.5"), field.show(["?"])
            ('19,5', '["?"]')
        """
        form = VALUE_FORMS[self.type]
        if not form.accepts(value):
            return raw_text(value)
        if catalogue is not None and self.type is FieldType.KEY:
            return catalogue.label(value)
        return form.show(value)

    # -- checks ------------------------------------------------------------------------------------------------------

    def contradiction(self, value: Any, catalogue: Labels | None = None) -> Finding | None:
        """Tell what is wrong with a value, ``None`` when nothing is.

        Args:
            value: The JSON value; ``None`` is no value and contradicts nothing.
            catalogue: The catalogue of a field with keys; without it only the form of a key is checked.

        Examples:
            >>> field = ExtraField(name="soest:sozialraum", record_kind="organisation", label="Sozialraum")
            >>> field.contradiction(7).rule, field.contradiction("Nord")
            ('zusatzfeld.wert', None)
        """
        if value is None:
            return None
        if not VALUE_FORMS[self.type].accepts(value):
            return self._contradiction(raw_text(value))
        if self.type is FieldType.KEY and catalogue is not None and value not in catalogue:
            return self._finding(
                value,
                f"Der Wert im Feld »{self.label}« ({self.name}) steht nicht im Katalog »{catalogue.title}«. "
                "Bitte wählen Sie einen vorhandenen Eintrag.",
                "zusatzfeld.schluessel",
            )
        return None

    def check(self, extras: Mapping[str, Any], catalogue: Labels | None = None) -> Finding | None:
        """Check the value of this field among a record's extras; a required one must be there.

        >>> field = ExtraField(name="soest:sozialraum", record_kind="organisation", label="Sozialraum", required=True)
        >>> field.check({"soest:sozialraum": 7}).rule, field.check({}).rule
        ('zusatzfeld.wert', 'zusatzfeld.fehlt')
        """
        value = extras.get(self.name)
        if value is None or value == "":
            if not self.required:
                return None
            return self._finding(
                "", f"Das Feld »{self.label}« ({self.name}) fehlt. {self.help}".strip(), "zusatzfeld.fehlt"
            )
        return self.contradiction(value, catalogue)

    def _contradiction(self, text: str) -> Finding:
        return self._finding(
            text,
            f"Der Wert im Feld »{self.label}« ({self.name}) passt nicht; erwartet wird {self.expected}.",
            "zusatzfeld.wert",
        )

    def _finding(self, value: str, message: str, rule: str) -> Finding:
        return Finding(
            rule=rule,
            message=message,
            severity=Severity.ERROR,
            kind=self.record_kind,
            field=self.name,
            value=value,
        )
