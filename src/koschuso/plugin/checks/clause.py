"""The clauses of the contract of plugins, and what a check says about them.

Normative text: ``docs/contract/plugin.md``; a test binds the two lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CLAUSES", "CheckReport", "Clause", "Shortfall", "Tier", "Verdict"]


class Tier(StrEnum):
    """How much a clause binds."""

    MUST = "must"
    """Whoever breaks it is no koschuso plugin; `koschuso plugins --check` ends with 1."""
    SHOULD = "should"
    """Breaking it needs a reason."""
    ADVISORY = "advisory"
    """Good advice, and new clauses for one minor version before they bind."""


class Verdict(StrEnum):
    """What became of a clause."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """The plugin has nothing that the clause speaks about, or it could not be looked at; the reason says which."""


@attrs.frozen(kw_only=True)
class Clause:
    """A numbered clause.

    Attributes:
        id: Letter and number.
        tier: How much it binds.
        title: What it asks, as German half-sentence for people.
    """

    id: str
    tier: Tier
    title: str


def _clauses() -> Mapping[str, Clause]:
    must, should, advisory = Tier.MUST, Tier.SHOULD, Tier.ADVISORY
    listed = (
        Clause(id="R1", tier=must, title="Bedarf an koschuso mit unterer und oberer Grenze"),
        Clause(id="R2", tier=must, title="passt zur vorhandenen Version von koschuso"),
        Clause(id="N1", tier=must, title="Namen des Plugins und seiner Angebote"),
        Clause(id="N2", tier=should, title="Namen von Paket und Modul"),
        Clause(id="I1", tier=must, title="nur öffentliche Module von koschuso"),
        Clause(id="I2", tier=must, title="lädt beim Import nichts Schweres"),
        Clause(id="I3", tier=should, title="lädt beim Import nichts Fremdes und ist schnell da"),
        Clause(id="H1", tier=must, title="lässt sich laden, anmelden und abfragen"),
        Clause(id="H2", tier=must, title="gibt auf dieselbe Frage dieselbe Antwort"),
        Clause(id="H3", tier=must, title="verändert beim Laden und Abfragen nichts"),
        Clause(id="H4", tier=must, title="antwortet in endlicher Zeit und beendet das Programm nicht"),
        Clause(id="L1", tier=must, title="Bezeichnung für Menschen an jedem Angebot"),
        Clause(id="L2", tier=advisory, title="Erläuterung an jedem Feld und Bericht"),
        Clause(id="D1", tier=must, title="Schutzklasse an jedem Feld ausdrücklich angegeben"),
        Clause(id="D2", tier=must, title="Auskunft und Löschung für eigene personenbezogene Daten"),
        Clause(id="D3", tier=must, title="Auskunft und Löschung antworten richtig"),
        Clause(id="F1", tier=must, title="Felder gehören zu vorhandenen Arten und Katalogen"),
        Clause(id="C1", tier=should, title="eigene Einträge zählen unter gemeinsamen Schlüsseln"),
        Clause(id="B1", tier=must, title="Regeln laufen auf leerem und vollem Bestand"),
        Clause(id="B2", tier=must, title="Berichte entstehen aus leerem und vollem Bestand"),
    )
    return MappingProxyType({clause.id: clause for clause in listed})


CLAUSES: Final = _clauses()
"""The clauses by id, in the order in which they are checked."""


@attrs.frozen(kw_only=True)
class Shortfall:
    """One thing that does not meet a clause.

    Attributes:
        clause: Id of the clause.
        message: One German sentence or two: what, where and what to do.
        offer: Name of the offer that is meant, empty where the whole plugin is.
        place: File and line, where it is known.
    """

    clause: str
    message: str
    offer: str = ""
    place: str = ""

    @property
    def tier(self) -> Tier:
        """How much the clause binds."""
        return CLAUSES[self.clause].tier

    def to_json(self) -> dict[str, str]:
        """Give it as a JSON object without its empty parts."""
        values = {"clause": self.clause, "tier": str(self.tier), **attrs.asdict(self)}
        return {name: str(value) for name, value in values.items() if value}


@attrs.frozen(kw_only=True)
class CheckReport:
    """What the checks say about one plugin.

    Attributes:
        plugin: Entry-point name.
        distribution: Name of the distribution, empty where none is known.
        version: Version of the distribution.
        shortfalls: What does not meet the contract, in the order of the clauses.
        skipped: Clauses that were not applied, with the German reason.
        measured: Figures of the import budget: new modules, foreign ones, milliseconds.
    """

    plugin: str
    distribution: str = ""
    version: str = ""
    shortfalls: tuple[Shortfall, ...] = ()
    skipped: Mapping[str, str] = attrs.field(factory=dict)
    measured: Mapping[str, float] = attrs.field(factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether no clause that must be met is broken."""
        return not any(shortfall.tier is Tier.MUST for shortfall in self.shortfalls)

    def of(self, clause: str) -> tuple[Shortfall, ...]:
        """Give what does not meet one clause."""
        return tuple(shortfall for shortfall in self.shortfalls if shortfall.clause == clause)

    def verdict(self, clause: str) -> Verdict:
        """Tell what became of a clause."""
        if self.of(clause):
            return Verdict.FAILED
        return Verdict.NOT_APPLICABLE if clause in self.skipped else Verdict.PASSED

    def to_json(self) -> dict[str, Any]:
        """Give the report as a JSON object."""
        return {
            "plugin": self.plugin,
            "distribution": self.distribution,
            "version": self.version,
            "conforms": self.conforms,
            "clauses": [
                {
                    "id": clause.id,
                    "tier": str(clause.tier),
                    "title": clause.title,
                    "verdict": str(self.verdict(clause.id)),
                    **({"reason": self.skipped[clause.id]} if clause.id in self.skipped else {}),
                }
                for clause in CLAUSES.values()
            ],
            "shortfalls": [shortfall.to_json() for shortfall in self.shortfalls],
            "measured": dict(self.measured),
        }


def in_order(shortfalls: Iterable[Shortfall]) -> tuple[Shortfall, ...]:
    """Sort by clause and drop what is said twice."""
    order = list(CLAUSES)
    return tuple(sorted(dict.fromkeys(shortfalls), key=lambda found: order.index(found.clause)))
