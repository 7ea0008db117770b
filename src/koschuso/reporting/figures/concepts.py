"""Concept papers in reports: title, version, state, and who adopted them when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.actor import Committee, Organisation
from koschuso.model.event import Event
from koschuso.reporting.document import Cell, Column, ColumnType, Sign, Table
from koschuso.reporting.view import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model.concept import Adoption, Concept
    from koschuso.model.values import Reference
    from koschuso.reporting.view import View

__all__ = ["body_name", "concept_table"]


def body_name(view: View, reference: Reference | None) -> str:
    """Give the name of a committee, organisation or event; empty for everything else, persons above all (DS-10)."""
    if reference is None:
        return ""
    if reference.kind == Organisation.KIND:
        organisation = view.get(Organisation, reference.id)
        return "" if organisation is None else organisation.name
    if reference.kind == Committee.KIND:
        committee = view.get(Committee, reference.id)
        return "" if committee is None else committee.name
    event = view.get(Event, reference.id) if reference.kind == Event.KIND else None
    return "" if event is None else event.title


def concept_table(view: View, concepts: Sequence[Concept], *, title: str, key: str = "konzepte") -> Table:
    """Build a table of concept papers, the oldest first."""
    return Table(
        key=key,
        title=title,
        columns=(
            Column(title="Titel", header=True),
            Column(title="Art"),
            Column(title="Fassung", type=ColumnType.CODE),
            Column(title="Stand"),
            # A code and no text: Excel would take 03/2025 for a day.
            Column(title="Datum", type=ColumnType.CODE),
            Column(title="Beschlossen"),
            Column(title="Herausgegeben von"),
        ),
        rows=tuple(_row(view, concept) for concept in sorted(concepts, key=_order)),
        empty="Konzepte sind nicht erfasst.",
    )


def _order(concept: Concept) -> tuple[str, str, str]:
    when = concept.dated or (concept.adoptions[0].on if concept.adoptions else None)
    day = when.earliest().isoformat() if when is not None and when.has_year else "9999"
    return day, concept.title, concept.id


def _row(view: View, concept: Concept) -> tuple[Cell, ...]:
    adoptions = "; ".join(_adoption(view, adoption) for adoption in concept.adoptions)
    return (
        concept.title,
        label(view, "dokumentart", concept.type) or Sign.UNKNOWN,
        concept.version or Sign.UNKNOWN,
        label(view, "konzeptstatus", concept.status),
        Sign.UNKNOWN if concept.dated is None else str(concept.dated),
        adoptions or Sign.NOT_APPLICABLE,
        body_name(view, concept.issued_by) or Sign.UNKNOWN,
    )


def _adoption(view: View, adoption: Adoption) -> str:
    by = body_name(view, adoption.by)
    return f"{adoption.on}{f' durch {by}' if by else ''}{f' ({adoption.decision})' if adoption.decision else ''}"
