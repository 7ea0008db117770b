"""The declared fields of an office: what a record's ``extras`` mean, whether new values fit, and how people read them."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.model.extra_values import raw_text
from koschuso.model.extras import ExtraField, visible_classes
from koschuso.model.finding import Finding, Severity
from koschuso.model.folding import fold
from koschuso.model.values import FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.model.catalogue import Catalogue
    from koschuso.model.record import Record

__all__ = ["DeclaredFields", "ShownExtra"]

_RESERVED: Final = "koschuso:"
_NO_CATALOGUES: Final[Mapping[str, Catalogue]] = MappingProxyType({})
_INTERNAL: Final = "intern"


@attrs.frozen(kw_only=True)
class ShownExtra:
    """A value of an extension field, as people read it.

    Attributes:
        name: Name of the field, ``"plugin:field"``.
        label: Its German label; the name where nobody declares the field.
        text: The value for people: 15.10.2025, ja, 19,5, the label of a key.
        value: The value as it is stored.
        field: The declaration, ``None`` where its plugin is missing.
    """

    name: str
    label: str
    text: str = attrs.field(repr=False)
    value: Any = attrs.field(repr=False)
    field: ExtraField | None = None


class DeclaredFields:
    """All fields that the enabled plugins declare, with the catalogues that their keys are from.

    Examples:
        >>> from koschuso.model import Goal
        >>> raum = ExtraField(name="soest:raum", record_kind="goal", label="Raum")
        >>> declared = DeclaredFields([raum])
        >>> [(extra.label, extra.text) for extra in declared.shown(Goal(id="1", title="Z", extras={"soest:raum": "A"}))]
        [('Raum', 'A')]
        >>> declared.problems(Goal(id="1", title="Z", extras={"soest:raun": "A"}))[0].rule
        'zusatzfeld.unbekannt'
    """

    def __init__(self, fields: Iterable[ExtraField] = (), catalogues: Mapping[str, Catalogue] = _NO_CATALOGUES) -> None:
        self._by_kind: dict[str, dict[str, ExtraField]] = {}
        self._catalogues = catalogues
        for field in fields:
            self._by_kind.setdefault(field.record_kind, {})[field.name] = field

    # -- the declarations --------------------------------------------------------------------------------------------

    def of(self, kind: str, audience: str = _INTERNAL) -> tuple[ExtraField, ...]:
        """Give the fields of a kind of record whose values an audience may see, in the order of their declaration."""
        classes = visible_classes(audience)
        return tuple(field for field in self._by_kind.get(kind, {}).values() if field.privacy in classes)

    def get(self, kind: str, name: str) -> ExtraField | None:
        """Give the field of this name for a kind of record, ``None`` where nobody declares it."""
        return self._by_kind.get(kind, {}).get(name)

    def find(self, kind: str, text: str) -> ExtraField | None:
        """Find the field that somebody means: by its name, with ``extras.`` before it or not, or by its label.

        ``None`` where the text means no field or several.
        """
        name = text.removeprefix("extras.")
        found = self.get(kind, name)
        if found is not None:
            return found
        meant = [field for field in self._by_kind.get(kind, {}).values() if fold(field.label) == fold(text)]
        return meant[0] if len(meant) == 1 else None

    def catalogue(self, field: ExtraField) -> Catalogue | None:
        """Give the catalogue of a field's keys; ``None`` where it has none or its plugin left it out."""
        return self._catalogues.get(field.catalogue) if field.catalogue else None

    # -- values for people -------------------------------------------------------------------------------------------

    def shown(self, record: Record, audience: str = _INTERNAL) -> tuple[ShownExtra, ...]:
        """Give a record's values that an audience may see: those of declared fields, then the others by name.

        A value without a declaration counts as internal, as in `koschuso.privacy`.
        """
        if not record.extras:
            return ()
        declared = self._by_kind.get(record.KIND, {})
        classes = visible_classes(audience)
        known = [
            ShownExtra(name=name, label=field.label, text=self.text(field, value), value=value, field=field)
            for name, field in declared.items()
            if field.privacy in classes and (value := record.extras.get(name)) not in (None, "")
        ]
        if audience == _INTERNAL:
            known += [
                ShownExtra(name=name, label=name, text=raw_text(value), value=value)
                for name, value in sorted(record.extras.items())
                if name not in declared and not name.startswith(_RESERVED)
            ]
        return tuple(known)

    def text(self, field: ExtraField, value: Any) -> str:
        """Give a value of a field for people."""
        return "" if value is None else field.show(value, self.catalogue(field))

    # -- checks ------------------------------------------------------------------------------------------------------

    def problems(self, record: Record, before: Record | None = None) -> list[Finding]:
        """Tell which new values of a record do not fit the declarations.

        Values that were stored before pass whatever they are: a plugin that is missing or has changed costs nothing.

        Args:
            record: The record as it is to be stored.
            before: The record as it is stored, ``None`` for a new one.
        """
        found = (self._problem(record, name, value) for name, value in _new_values(record, before))
        return [finding for finding in found if finding is not None]

    def accepted(self, record: Record, before: Record | None = None) -> tuple[Record, list[Finding]]:
        """Leave out the new values that contradict their declaration, and tell of them.

        For records that come from a file: values of fields that nobody declares are kept, as their plugin may only be
        switched off; a finding of severity *info* tells of each. ``None`` stands for no value.
        """
        wrong: set[str] = set()
        findings: list[Finding] = []
        for name, value in _new_values(record, before):
            finding = self._problem(record, name, value)
            if finding is None:
                continue
            if finding.rule == _UNKNOWN_RULE:
                findings.append(attrs.evolve(finding, severity=Severity.INFO, message=_KEPT.format(name=name)))
                continue
            wrong.add(name)
            findings.append(
                attrs.evolve(
                    finding, severity=Severity.WARNING, message=f"{finding.message} Der Wert wurde nicht übernommen."
                )
            )
        kept = {name: value for name, value in record.extras.items() if name not in wrong}
        if before is not None:
            kept |= {name: before.extras[name] for name in wrong if name in before.extras}
        return (attrs.evolve(record, extras=FrozenMapping(kept)) if wrong else record), findings

    def _problem(self, record: Record, name: str, value: Any) -> Finding | None:
        field = self.get(record.KIND, name)
        if field is None:
            return Finding(
                rule=_UNKNOWN_RULE,
                message=self._unknown(record, name),
                severity=Severity.ERROR,
                kind=record.KIND,
                id=record.id,
                field=name,
                value=raw_text(value),
            )
        finding = field.contradiction(value, self.catalogue(field))
        return None if finding is None else attrs.evolve(finding, id=record.id)

    def _unknown(self, record: Record, name: str) -> str:
        plugin = name.partition(":")[0]
        elsewhere = next((kind for kind, fields in self._by_kind.items() if name in fields), "")
        if elsewhere:
            return (
                f"Das Zusatzfeld »{name}« gehört zu Datensätzen der Art »{elsewhere}«, nicht zu »{record.KIND}«. "
                "Bitte tragen Sie den Wert dort ein."
            )
        names = list(self._by_kind.get(record.KIND, {}))
        near = get_close_matches(name, names, n=1, cutoff=0.8)
        if near:
            label = self._by_kind[record.KIND][near[0]].label
            return f"Das Zusatzfeld »{name}« gibt es nicht; meinten Sie »{near[0]}« ({label})?"
        return (
            f"Das Zusatzfeld »{name}« erklärt kein eingeschaltetes Plugin. Bitte prüfen Sie die Schreibweise, oder "
            f"schalten Sie das Plugin »{plugin}« ein; »koschuso plugins« zeigt alle."
        )


_UNKNOWN_RULE: Final = "zusatzfeld.unbekannt"
_KEPT: Final = (
    "Das Zusatzfeld »{name}« erklärt kein eingeschaltetes Plugin; seine Werte bleiben unverändert erhalten und gelten "
    "wieder, sobald das Plugin eingeschaltet ist."
)


def _new_values(record: Record, before: Record | None) -> list[tuple[str, Any]]:
    held: Mapping[str, Any] = {} if before is None else before.extras
    return [
        (name, value)
        for name, value in record.extras.items()
        if value is not None
        and not name.startswith(_RESERVED)
        and not (name in held and held[name] == value and type(held[name]) is type(value))
    ]
