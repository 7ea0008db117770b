"""Quality of plugins' fields: values are what their declaration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound
from koschuso.model import RECORD_TYPES, Catalogue, ExtraField, Finding, Severity
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
                    finding = field.check(record.extras, _catalogue(view, field))
                    if finding is not None:
                        # A key may have been taken out of its catalogue since; then the value is old, not wrong.
                        outdated = finding.rule == "zusatzfeld.schluessel"
                        severity = Severity.WARNING if outdated else finding.severity
                        yield attrs.evolve(finding, id=record.id, severity=severity)

    return Rule(
        name="koschuso:zusatzfelder",
        title="Zusatzfelder entsprechen ihrer Erklärung",
        severity=Severity.ERROR,
        source="Erklärung des Plugins",
        check=check,
    )


def _catalogue(view: View, field: ExtraField) -> Catalogue | None:
    """The catalogue of a field's keys; ``None`` where its plugin left it out: then only their form can be checked."""
    if not field.catalogue:
        return None
    try:
        return view.catalogue(field.catalogue)
    except NotFound:
        return None
