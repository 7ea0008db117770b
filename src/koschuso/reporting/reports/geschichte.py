"""The Geschichte of an office: how it came about, what it stands on, what it is for, and what its cooperation gives.

Persons are never named: bodies, events and papers are (domain.md DS-10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import NotFound, Refused
from koschuso.model.actor import Organisation
from koschuso.model.concept import Concept
from koschuso.model.foundation import Cooperation, Goal, Milestone
from koschuso.model.period import Period
from koschuso.model.position import Occupancy
from koschuso.model.relation import Relation
from koschuso.model.values import Reference
from koschuso.reporting.document import (
    Cell,
    Column,
    ColumnType,
    Document,
    Item,
    Listing,
    Missing,
    Section,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.figures.concepts import body_name, concept_table
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.figures.staff_facts import employer_name
from koschuso.reporting.figures.staffing import Share, Staffing, Work, hours, total
from koschuso.reporting.german import day_text, sort_key
from koschuso.reporting.parameters import Parameters, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import View, label, office_begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from koschuso.model.catalogue import Entry
    from koschuso.model.foundation import Benefit
    from koschuso.reporting.document import Block

__all__ = ["GESCHICHTE", "office_frame"]

_NAME = "koschuso:geschichte"
_TITLE = "Die Koordinierungsstelle: Entstehung, Auftrag und Kooperation"
_PROFILE = "taetigkeitsprofil"


def _build(view: View, parameters: Parameters) -> Document:
    day = parameters.time.last
    milestones = _milestones(view, day)
    begin = office_begin(view)
    known = [milestone.when for milestone in view.records(Milestone)]
    first = min((when.earliest() for when in (*known, begin) if when is not None), default=None)
    if first is not None and day < first:
        raise Refused(
            f"Zum Stichtag {day_text(day)} ist nichts erfasst: die erste Angabe zur Koordinierungsstelle ist vom "
            f"{day_text(first)}. Bitte wählen Sie einen späteren Stichtag.",
            stichtag=day.isoformat(),
        )
    shares = _coordination(view, day)
    sections = (
        Section(title="Entstehungsgeschichte", blocks=(_history(view, milestones),)),
        Section(title="Rahmenbedingungen", blocks=_frame(view, day, shares)),
        Section(title="Ziele", blocks=(_goals(view),)),
        Section(title="Aufgabenschwerpunkte", blocks=_focus(view)),
        *_cooperations(view, day),
        Section(
            title="Konzepte und Grundlagen",
            blocks=(concept_table(view, view.records(Concept), title="Konzepte, ihre Fassungen und Beschlüsse"),),
        ),
    )
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=sections,
        missing=(
            Missing(what="Stellenanteile der Koordination ohne Angabe des Umfangs", count=total(shares).unknown),
            Missing(what="Konzepte ohne Datum", count=sum(concept.dated is None for concept in view.records(Concept))),
        ),
    )


def office_frame(view: View, day: date) -> tuple[Block, ...]:
    """Say what the office is docked to and what it is made of: facts and the volumes of its positions by employer."""
    return _frame(view, day, _coordination(view, day))


def _milestones(view: View, day: date) -> list[Milestone]:
    known = [milestone for milestone in view.records(Milestone) if milestone.when.earliest() <= day]
    return sorted(known, key=lambda milestone: (milestone.when.earliest(), milestone.when.latest(), milestone.id))


def _history(view: View, milestones: Sequence[Milestone]) -> Block:
    if not milestones:
        return Text(paragraphs=("Die Entstehungsgeschichte ist nicht erfasst.",), style=TextStyle.NOTE)
    return Listing(
        items=tuple(
            Item(
                milestone.title,
                lead=f"{milestone.when}:",
                items=(
                    *([Item("; ".join(milestone.topics), lead="Themen:")] if milestone.topics else []),
                    *_named(view, "Beteiligt:", milestone.actors),
                ),
            )
            for milestone in milestones
        )
    )


def _named(view: View, lead: str, references: Iterable[Reference]) -> list[Item]:
    names = [name for reference in references if (name := body_name(view, reference))]
    return [Item(", ".join(names), lead=lead)] if names else []


def _coordination(view: View, day: date) -> tuple[Share, ...]:
    return Staffing(view, Period.on(day), Schools(view, day)).of(Work.KOORDINATION)


def _frame(view: View, day: date, shares: Sequence[Share]) -> tuple[Block, ...]:
    office = view.get(Organisation, view.office.id) if view.office.id else None
    profile = None if office is None else office.coordination
    relations = [relation for relation in view.records(Relation) if day in relation.period]
    docked = [
        relation.target
        for relation in relations
        if relation.type == "angedockt_an" and relation.source.id == view.office.id
    ]
    facts = [
        *_named(view, "Angedockt an:", docked),
        *(
            Item(text)
            for holds, text in (
                (profile and profile.traegerunabhaengig, "Das Angebot ist trägerunabhängig."),
                (profile and profile.schulformuebergreifend, "Das Angebot ist schulformübergreifend."),
                (profile and profile.modellregion, "Die Stelle begann als Modellregion."),
            )
            if holds
        ),
        *([Item(str(profile.started), lead="Beginn der Arbeit:")] if profile and profile.started else []),
    ]
    seconded = {relation.source.id for relation in relations if relation.type == "abgeordnet_zu"}
    listing = (Listing(items=tuple(facts)),) if facts else ()
    return (*listing, _positions(view, shares, seconded))


def _positions(view: View, shares: Sequence[Share], seconded: set[str]) -> Table:
    """Volumes by employer; the designation of a position may hold a name and is left out."""
    rows: list[tuple[Cell, ...]] = [
        (
            employer_name(view, share),
            hours([share]).cell,
            total([share]).cell,
            Sign.UNKNOWN if share.position.occupancy is Occupancy.UNBEKANNT else share.position.occupancy.value,
            "Abordnung" if share.position.holder_id in seconded else Sign.NOT_APPLICABLE,
        )
        for share in shares
    ]
    rows.sort(key=lambda row: sort_key(str(row[0])))
    return Table(
        key="stellen",
        title="Stellenanteile der Koordinierungsstelle",
        columns=(
            Column(title="Anstellungsträger", header=True),
            Column(title="Std./Woche", type=ColumnType.NUMBER),
            Column(title="VZÄ", type=ColumnType.NUMBER),
            Column(title="Besetzung"),
            Column(title="Besonderheit"),
        ),
        rows=tuple(rows),
        totals=("Summe", hours(shares).cell, total(shares).cell, "", "") if rows else None,
        empty="Stellenanteile der Koordinierungsstelle sind nicht erfasst.",
    )


def _goals(view: View) -> Block:
    goals = [goal for goal in view.records(Goal) if goal.office_id in {"", view.office.id}]
    if not goals:
        return Text(paragraphs=("Ziele sind nicht erfasst.",), style=TextStyle.NOTE)
    return Listing(
        ordered=True,
        items=tuple(
            Item(
                goal.title,
                items=(
                    *([Item(goal.reason, lead="Ausgangslage:")] if goal.reason else []),
                    *([Item(goal.approach, lead="Weg:")] if goal.approach else []),
                    *_named(view, "In Kooperation mit:", goal.partners),
                ),
            )
            for goal in sorted(goals, key=lambda goal: (goal.rank, goal.id))
        ),
    )


def _focus(view: View) -> tuple[Block, ...]:
    """The top of the Tätigkeitsprofil. What is only a proposal of koschuso is no Aufgabenschwerpunkt and is left out."""
    try:
        profile = view.catalogue(_PROFILE)
    except NotFound:
        return (Text(paragraphs=("Das Tätigkeitsprofil ist nicht verfügbar.",), style=TextStyle.NOTE),)
    entries = [entry for entry in profile.children() if not entry.inferred and not entry.deprecated_since]
    return (
        Listing(ordered=True, items=tuple(Item(_words(entry)) for entry in entries)),
        Text(paragraphs=(f"Fassung des Katalogs: {profile.version}. Quelle: {profile.source}.",), style=TextStyle.NOTE),
    )


def _words(entry: Entry) -> str:
    return entry.attributes.get("narrative") or entry.label


def _cooperations(view: View, day: date) -> list[Section]:
    return [
        Section(
            title=f"Kooperation: {cooperation.title}",
            blocks=(Listing(items=tuple(_named(view, "Es kooperieren:", _organisations(cooperation.partner_ids)))),),
            sections=tuple(
                Section(title=f"Vorteile für: {name}", blocks=(Listing(items=tuple(items)),))
                for partner in cooperation.partner_ids
                if (items := [_benefit(view, gain) for gain in cooperation.benefits if gain.beneficiary_id == partner])
                and (name := _organisation(view, partner))
            ),
        )
        for cooperation in view.records(Cooperation)
        if day in cooperation.period
    ]


def _benefit(view: View, benefit: Benefit) -> Item:
    return Item(
        benefit.title,
        items=(
            *(Item(aspect) for aspect in benefit.aspects),
            *([Item(label(view, _PROFILE, benefit.taetigkeit), lead="Bereich:")] if benefit.taetigkeit else []),
            *_named(view, "Zeigt sich in:", benefit.evidence),
        ),
    )


def _organisation(view: View, organisation_id: str) -> str:
    organisation = view.get(Organisation, organisation_id)
    return organisation_id if organisation is None else organisation.name


def _organisations(ids: Iterable[str]) -> list[Reference]:
    return [Reference(Organisation.KIND, organisation_id) for organisation_id in ids]


GESCHICHTE = Report(
    name=_NAME,
    title=_TITLE,
    description="Entstehung, Rahmenbedingungen, Ziele, Aufgabenschwerpunkte, Kooperation und Konzepte der Stelle.",
    build=_build,
    kinds=(PeriodKind.STICHTAG,),
)
"""What the office is and how it came about, in words."""
