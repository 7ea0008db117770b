"""Quality of plugins' fields: values are what their declaration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound
from koschuso.model import RECORD_TYPES, ExtraField, FieldType, Finding, Record, Severity
from koschuso.rules.rule import Rule, View
from koschuso.rules.timeline import group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["extras_rule"]


def extras_rule(fields: Iterable[ExtraField]) -> Rule:
    """Make the rule that checks the values of declared fields.

    Values of fields that nobody declares (a plugin that is switched off) are no finding: they are kept as they are.

    Args:
        fields: The declared fields, such as ``registry.fields.values()``.
    """
    by_kind = group(fields, lambda field: field.record_kind)

    def check(view: View) -> Iterator[Finding]:
        for kind, declared in by_kind.items():
            if kind not in RECORD_TYPES:
                continue
            for record in view.records(RECORD_TYPES[kind]):
                for field in declared:
                    finding = field.check(record.extras) or _unknown_key(view, field, record)
                    if finding is not None:
                        yield attrs.evolve(finding, id=record.id)

    return Rule(
        name="koschuso:zusatzfelder",
        title="Zusatzfelder entsprechen ihrer Erklärung",
        severity=Severity.ERROR,
        source="Erklärung des Plugins",
        check=check,
    )


def _unknown_key(view: View, field: ExtraField, record: Record) -> Finding | None:
    value = record.extras.get(field.name)
    if field.type is not FieldType.KEY or value is None:
        return None
    try:
        catalogue = view.catalogue(field.catalogue)
    except NotFound:
        return None
    if value in catalogue:
        return None
    return Finding(
        rule="zusatzfeld.schluessel",
        message=f"Der Wert im Feld »{field.label}« steht nicht im Katalog »{catalogue.title}«. Bitte wählen Sie einen vorhandenen Eintrag.",
        severity=Severity.WARNING,
        kind=field.record_kind,
        field=field.name,
        value=str(value),
    )
