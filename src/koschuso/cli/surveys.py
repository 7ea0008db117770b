"""The command that takes in the answers of a survey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from koschuso.cli.common import command, office_option, open_office
from koschuso.cli.filtering import day
from koschuso.cli.output import finding_as_json, print_findings, print_json
from koschuso.errors import WrongUse
from koschuso.model import QuestionType, SurveyType

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["befragung"]

_SCALE = re.compile(r"(\d{1,2})\s*(?:-|–|bis|\.\.)\s*(\d{1,2})")
_OUTCOMES = {"created": "neu", "updated": "geändert", "unchanged": "unverändert"}
_MOST_INVITED = 1_000_000


@command("befragung")
@click.argument("datei")
@office_option
@click.option("--titel", required=True, metavar="TEXT", help="Wie die Befragung heißt.")
@click.option("--am", "on", required=True, metavar="TAG", help="Letzter Tag der Befragung: 17.12.2025 oder 2025-12-17.")
@click.option(
    "--art",
    "kind",
    type=click.Choice([one.value for one in SurveyType]),
    default=SurveyType.BEDARFSABFRAGE.value,
    show_default=True,
    help="Bedarfsabfrage oder Auswertung einer Veranstaltung.",
)
@click.option("--kennung", default="", metavar="ID", help="Kennung der Befragung; sonst aus Tag und Titel gebildet.")
@click.option("--veranstaltung", "event_id", default="", metavar="ID", help="Veranstaltung, die ausgewertet wurde.")
@click.option(
    "--befragte",
    "invited",
    type=click.IntRange(1, _MOST_INVITED),
    help="Wie viele gefragt wurden; ergibt den Rücklauf.",
)
@click.option(
    "--zielgruppe", "groups", multiple=True, metavar="SCHLUESSEL", help="Wer gefragt wurde; mehrfach möglich."
)
@click.option(
    "--skala", "scale", default="", metavar="VON-BIS", help="Unterste und oberste Stufe der Skalen, etwa 1-5."
)
@click.option(
    "--frage",
    "questions",
    multiple=True,
    metavar="FRAGE=ART",
    help="Art einer Frage, wenn sie nicht erkannt wird: skala, einfachauswahl, mehrfachauswahl, freitext; mehrfach möglich.",
)
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschähe; nichts schreiben.")
def befragung(
    *,
    datei: str,
    buero: str | None,
    titel: str,
    on: str,
    kind: str,
    kennung: str,
    event_id: str,
    invited: int | None,
    groups: tuple[str, ...],
    scale: str,
    questions: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Zählt die Antworten einer Befragung aus (CSV: je Zeile ein Bogen, je Spalte eine Frage) und bewahrt nur die Zahlen auf."""
    with open_office(buero) as office:
        result = office.import_survey(
            datei,
            title=titel,
            day=day(on),
            id=kennung,
            type=SurveyType(kind),
            event_id=event_id,
            invited=invited,
            target_groups=groups,
            types=dict(_types(questions)),
            scale=_scale(scale),
            dry_run=dry_run,
        )
    survey = result.survey
    if as_json:
        print_json(
            {
                "id": survey.id,
                "outcome": result.outcome,
                "answers": survey.answers,
                "questions": [
                    {"text": question.text, "type": question.type.value, "answered": question.answered}
                    for question in survey.questions
                ],
                "findings": [finding_as_json(finding) for finding in result.findings],
            }
        )
        return
    would = " (nichts geschrieben)" if dry_run else ""
    click.echo(f"{survey.title}: {survey.answers} Antworten, {_OUTCOMES[result.outcome]}{would}. Kennung: {survey.id}")
    for question in survey.questions:
        click.echo(f"  {question.type.value:<16} {question.answered:>4}  {question.text}")
    print_findings(result.findings)


def _types(given: Iterable[str]) -> Iterable[tuple[str, QuestionType]]:
    for text in given:
        heading, _sign, kind = text.rpartition("=")
        if not heading.strip() or kind.strip() not in set(QuestionType):
            known = ", ".join(QuestionType)
            raise WrongUse(
                f"Die Angabe --frage »{text}« wird nicht verstanden; erwartet wird FRAGE=ART mit der Art {known}."
            )
        yield heading.strip(), QuestionType(kind.strip())


def _scale(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    match = _SCALE.fullmatch(text.strip())
    if match is None or int(match[1]) >= int(match[2]):
        raise WrongUse(f"Die Angabe --skala »{text}« wird nicht verstanden; erwartet wird etwa 1-5.")
    return int(match[1]), int(match[2])
