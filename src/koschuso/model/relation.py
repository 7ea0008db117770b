"""Relations: who works where, who employs whom, what is docked to what, each typed, directed and dated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.values import Reference, check_keys

if TYPE_CHECKING:
    from koschuso.model.finding import Problems

__all__ = ["Relation"]


@attrs.frozen(kw_only=True)
class Relation(Record):
    """A typed, directed, dated relation between two records.

    Attributes:
        type: Key of the catalogue ``beziehungsart``; it says which kinds may stand at either end.
        source: Where the relation starts: in ``angestellt_bei`` the person.
        target: Where it points: in ``angestellt_bei`` the employer.
        role: Key of the catalogue ``mitgliedsrolle`` for ``mitglied_in``.
        scope: Key that narrows ``zustaendig_fuer`` (a Schulform, an AGS) where the target is not enough.
        period: When it holds.
        origin: Where the data come from (catalogue ``datenquelle``).
    """

    KIND: ClassVar[str] = "relation"
    LABEL: ClassVar[str] = "Beziehung"

    type: str
    source: Reference
    target: Reference
    role: str = ""
    scope: str = ""
    period: Period = ALWAYS
    origin: str = "selbstauskunft"

    def _check(self, problems: Problems) -> None:
        check_keys(problems, type=self.type, role=self.role, scope=self.scope, origin=self.origin)
        if self.source == self.target:
            problems.add(
                field="target",
                value=self.target,
                rule="beziehung.auf_sich_selbst",
                message="Eine Beziehung verbindet zwei verschiedene Datensätze.",
            )
        if not (not self.role or self.type == "mitglied_in"):
            problems.add(
                field="role",
                value=self.role,
                rule="beziehung.rolle",
                message=f"Eine Rolle gibt es nur bei »mitglied_in«, nicht bei »{self.type}«.",
            )
