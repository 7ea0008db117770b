"""Concept papers: Rahmenkonzept, Leitbild, Tätigkeitsprofil, Qualitätsstandards, with version, state and adoption."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.fuzzydate import FuzzyDate
from koschuso.model.period import ALWAYS, Period
from koschuso.model.record import Record
from koschuso.model.values import Reference, check_keys

if TYPE_CHECKING:
    from koschuso.model.finding import Problems

__all__ = ["Adoption", "Concept"]


@attrs.frozen(kw_only=True)
class Adoption:
    """That a body adopted a paper.

    Attributes:
        on: When, as exactly as it is known.
        by: Committee or organisation; ``None`` where it is not recorded.
        decision: Reference of the decision (Vorlage, Beschluss).
    """

    on: FuzzyDate
    by: Reference | None = None
    decision: str = ""


@attrs.frozen(kw_only=True)
class Concept(Record):
    """A paper that the work rests on, in one version.

    Attributes:
        title: Title.
        type: Key of the catalogue ``dokumentart``.
        version: As the paper states it.
        status: Key of the catalogue ``konzeptstatus``.
        issued_by: Who issued it.
        dated: Date on the paper.
        adoptions: Who adopted it when, in order.
        authors: Who worked on it.
        valid: When it is in force.
        predecessor_id: Version that it replaces.
        url: Where it can be read.
        taetigkeit: Key of the Tätigkeitsprofil.
    """

    KIND: ClassVar[str] = "concept"
    LABEL: ClassVar[str] = "Konzept"

    title: str
    type: str = ""
    version: str = ""
    status: str = "entwurf"
    issued_by: Reference | None = None
    dated: FuzzyDate | None = None
    adoptions: tuple[Adoption, ...] = ()
    authors: tuple[Reference, ...] = ()
    valid: Period = ALWAYS
    predecessor_id: str = ""
    url: str = ""
    taetigkeit: str = ""

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="konzept.titel", message="Ein Konzept braucht einen Titel.")
        check_keys(problems, type=self.type, status=self.status, taetigkeit=self.taetigkeit)
        if not (not self.adoptions or self.status not in _NOT_ADOPTED):
            problems.add(
                field="status",
                value=self.status,
                rule="konzept.beschluss",
                message=f"Ein beschlossenes Konzept ist nicht mehr im Status »{self.status}«.",
            )
        if not (self.adoptions or self.status != "beschlossen"):
            problems.add(
                field="adoptions",
                value=self.status,
                rule="konzept.beschlossen_ohne_beschluss",
                message="Ein beschlossenes Konzept nennt, wann es beschlossen wurde.",
            )
        if self.predecessor_id == self.id:
            problems.add(
                field="predecessor_id",
                value=self.predecessor_id,
                rule="konzept.vorgaenger",
                message="Ein Konzept ist nicht sein eigener Vorgänger.",
            )


_NOT_ADOPTED = frozenset({"entwurf", "in_abstimmung"})
