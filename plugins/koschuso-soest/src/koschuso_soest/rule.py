"""A rule: who has worked in the field for a year should have finished the Einstiegsqualifizierung (an example)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from koschuso.plugin import Finding, Person, PersonStatus, Rule, Severity
from koschuso_soest.fields import BAUSTEIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any

__all__ = ["RULES"]

_FUNCTION: Final = "fachkraft_schulsozialarbeit"
_FIRST_YEAR: Final = timedelta(days=365)


def _without_baustein(view: Any) -> Iterator[Finding]:
    as_of: datetime = view.as_of
    today = as_of.date()
    for person in view.records(Person):
        new = person.active_since is None or person.active_since + _FIRST_YEAR > today
        if new or person.status is PersonStatus.AUSGESCHIEDEN or not person.has_function(_FUNCTION, today):
            continue
        if not person.extras.get(BAUSTEIN.name):
            yield Finding(
                rule="soest:baustein_fehlt",
                message="Seit mehr als einem Jahr tätig, aber der Qualifikationsbaustein ist nicht eingetragen. Bitte tragen "
                "Sie den Tag nach oder laden Sie zur nächsten Einstiegsqualifizierung ein.",
                severity=Severity.INFO,
                kind=person.KIND,
                id=person.id,
                field=BAUSTEIN.name,
            )


RULES: Final = (
    Rule(
        name="soest:baustein_fehlt",
        title="Fachkräfte haben nach einem Jahr den Qualifikationsbaustein",
        severity=Severity.INFO,
        source="Beispiel im Plugin koschuso-soest, 2026",
        check=_without_baustein,
    ),
)
"""All of them."""
