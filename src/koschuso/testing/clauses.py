"""Clauses, tiers and contracts: how every test of the kit says what it proves.

A contract is a numbered list of clauses; a conformance class is a plain class of tests to subclass, and each of its
tests is decorated with the clause that it proves. The docstring's first line is the title of the test::

    CONTRACT = Contract(
        name="format", version=1, title="Format", document="docs/contract/format.md",
        clauses=(Clause(id="R1", title="Was geschrieben wird, kommt gleich zurück"),),
    )

    class FormatConformance:
        koschuso_contract = CONTRACT

        @pytest.fixture(autouse=True)
        def _koschuso_subject(self, request, format):
            tell_subject(request, name=format.name)          # who is being proved; shown in report and summary

        @clause("R1")                                        # tier "must"; or clause("R1", tier="should", new_in="0.2")
        def test_r1_everything_comes_back(self, format):
            '''Every full record comes back equal.'''
            if …: not_applicable("Das Format schreibt nicht.")        # the subject does not offer this
            if …: not_checkable("Ohne Beispieldatei nicht prüfbar.")  # it might be wrong, but cannot be looked at here

Everything else (exemptions, summary, ``--koschuso-report``) is done by the pytest plugin for every class that has a
`koschuso_contract`. This module imports no pytest until a test says `not_checkable` or `not_applicable`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import attrs

from koschuso import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "NOT_APPLICABLE",
    "NOT_CHECKABLE",
    "SUBJECT",
    "Clause",
    "ClauseTest",
    "Contract",
    "Tier",
    "clause",
    "clause_of",
    "clause_tests",
    "not_applicable",
    "not_checkable",
    "tell_subject",
]

F = TypeVar("F", bound="Callable[..., Any]")

SUBJECT = "koschuso_subject"
"""Name of the attribute of a pytest item that holds what `tell_subject` told."""

NOT_CHECKABLE = "hier nicht prüfbar: "
"""Beginning of the reason of a skip that leaves a clause open."""

NOT_APPLICABLE = "nicht angeboten: "
"""Beginning of the reason of a skip that leaves nothing open."""

_ATTRIBUTE = "koschuso_clause"


class Tier(StrEnum):
    """How much hangs on a test; see "Tiers" in ``docs/contract/store.md``."""

    MUST = "must"
    """Data may be lost or told to the wrong people otherwise: a failure means *not conformant*."""
    SHOULD = "should"
    """Good service: a failure needs a reason, stated as an exemption."""
    ADVISORY = "advisory"
    """Told, never counted: also every new test for one minor release."""


def _tupled(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    return tuple(clauses)


@attrs.frozen(kw_only=True)
class Clause:
    """One promise of a contract.

    Attributes:
        id: A letter and a number, for example ``"T1"``.
        title: The promise in a few German words, for summaries and reports.
    """

    id: str
    title: str


@attrs.frozen(kw_only=True)
class Contract:
    """A numbered list of promises.

    Attributes:
        name: Short lower-case name, for example ``"store"``; the table of exemptions has it too.
        version: Counts up with every change that can make a conformant subject fail.
        title: German name of what is proved, for example ``"Speicher"``.
        document: Where the normative text stands, below koschuso's folder.
        clauses: The promises, in the order of the document.
    """

    name: str
    version: int
    title: str
    document: str
    clauses: tuple[Clause, ...] = attrs.field(converter=_tupled)

    def title_of(self, id: str) -> str:  # noqa: A002 - the clause's own term
        """Give the title of a clause; empty for an unknown one.

        >>> Contract(name="a", version=1, title="A", document="", clauses=[Clause(id="T1", title="Gleich")]).title_of("T1")
        'Gleich'
        """
        return next((known.title for known in self.clauses if known.id == id), "")


@attrs.frozen(kw_only=True)
class ClauseTest:
    """What a test proves.

    Attributes:
        id: The clause.
        tier: How much hangs on it.
        new_in: Minor version in which the test was added; empty for those of the first release.
    """

    id: str
    tier: Tier = attrs.field(default=Tier.MUST, converter=Tier)
    new_in: str = ""

    def tier_in(self, version: str = __version__) -> Tier:
        """Tell the tier that is in force: a test is advisory during the minor release in which it enters.

        >>> ClauseTest(id="T1", new_in="0.2").tier_in("0.2.7"), ClauseTest(id="T1", new_in="0.2").tier_in("0.3.0")
        (<Tier.ADVISORY: 'advisory'>, <Tier.MUST: 'must'>)
        """
        if self.new_in and _minor(version) <= _minor(self.new_in):
            return Tier.ADVISORY
        return self.tier


def clause(id: str, *, tier: str = Tier.MUST, new_in: str = "") -> Callable[[F], F]:  # noqa: A002 - the clause's own term
    """Say which clause a test proves.

    Args:
        id: The clause, for example ``"T1"``.
        tier: ``"must"``, ``"should"`` or ``"advisory"``.
        new_in: Minor version in which the test is added, for example ``"0.2"``: until the next one it is advisory.
    """
    proved = ClauseTest(id=id, tier=Tier(tier), new_in=new_in)

    def mark(function: F) -> F:
        setattr(function, _ATTRIBUTE, proved)
        return function

    return mark


def clause_of(function: object) -> ClauseTest | None:
    """Give what `clause` said about a test, also a bound one; ``None`` for any other function."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, ClauseTest) else None


def clause_tests(conformance: type) -> dict[str, ClauseTest]:
    """List the tests of a conformance class by name, each with its clause."""
    tests = ((name, clause_of(getattr(conformance, name))) for name in dir(conformance) if name.startswith("test_"))
    return {name: proved for name, proved in tests if proved is not None}


def not_checkable(reason: str) -> NoReturn:
    """End a test whose clause cannot be looked at here; report and summary name it as open.

    Args:
        reason: One German sentence: what is missing.
    """
    import pytest  # noqa: PLC0415 - this module is read by those who only want to know the clauses

    pytest.skip(f"{NOT_CHECKABLE}{reason}")


def not_applicable(reason: str) -> NoReturn:
    """End a test about something that the subject does not offer.

    Args:
        reason: One German sentence: what is not offered.
    """
    import pytest  # noqa: PLC0415 - as above

    pytest.skip(f"{NOT_APPLICABLE}{reason}")


def tell_subject(request: Any, **facts: Any) -> None:
    """Tell report and summary who is being proved.

    Args:
        request: pytest's fixture ``request`` of the test.
        facts: JSON values, for example ``name``, ``scheme``, ``distribution``, ``version``, ``capabilities``. No
            secrets and no paths: they stand in the report.
    """
    setattr(request.node, SUBJECT, facts)


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
