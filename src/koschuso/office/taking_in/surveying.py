"""Taking answers of a survey into an office: counted on the way in, one record for each survey, in one transaction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import InvalidRecord, NotFound, Refused, WrongUse
from koschuso.model import Event, Finding, Survey, SurveyType
from koschuso.model.folding import fold
from koschuso.office.taking_in.incoming import incoming

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from os import PathLike

    from koschuso.model import QuestionType
    from koschuso.office.core import OpenOffice

__all__ = ["SurveyResult", "take_survey"]

_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


@attrs.frozen(kw_only=True)
class SurveyResult:
    """What taking in answers did.

    Attributes:
        survey: The record as it stands in the office afterwards (or would, in a dry run).
        outcome: ``created``, ``updated`` or ``unchanged``.
        findings: What was left out of the file.
    """

    survey: Survey
    outcome: str
    findings: tuple[Finding, ...] = ()


def take_survey(
    office: OpenOffice,
    path: str | PathLike[str],
    *,
    title: str,
    day: date,
    id: str = "",  # noqa: A002 - the record's own term
    type: SurveyType = SurveyType.BEDARFSABFRAGE,  # noqa: A002 - the record's own term
    event_id: str = "",
    invited: int | None = None,
    target_groups: Sequence[str] = (),
    types: Mapping[str, QuestionType] | None = None,
    scale: tuple[int, int] | None = None,
    dry_run: bool = False,
) -> SurveyResult:
    """Count the answers of a CSV file and keep the counts; see `Office.import_survey`."""
    from koschuso.interchange.survey import read_answers, read_headings  # noqa: PLC0415 - `import koschuso` stays cheap
    from koschuso.privacy import refuse_case_columns  # noqa: PLC0415 - as above

    file = Path(path)
    with incoming(file) as (stream, _size):
        refused = refuse_case_columns(read_headings(stream))
        if refused:
            raise Refused(f"{file.name}: {refused[0].message}")
        answers = read_answers(stream, types=types, scale=scale)
    try:
        survey = Survey(
            id=id or _id_of(title, day),
            title=title.strip(),
            day=day,
            type=type,
            event_id=event_id,
            taetigkeit="qualifizierung.bedarf" if type is SurveyType.BEDARFSABFRAGE else "konzept.evaluation",
            target_groups=tuple(target_groups),
            invited=invited,
            answers=answers.sheets,
            questions=answers.questions,
        )
    except InvalidRecord as error:
        raise WrongUse(error.findings[0].message if error.findings else error.message) from error
    _require_event(office, event_id)
    return SurveyResult(
        survey=survey, outcome=_kept(office, survey, file.name, dry_run=dry_run), findings=answers.findings
    )


def _kept(office: OpenOffice, survey: Survey, file: str, *, dry_run: bool) -> str:
    if dry_run:
        try:
            held = office.get(Survey, survey.id)
        except NotFound:
            return "created"
        return "unchanged" if held == survey else "updated"
    saved = office.save(survey, reason=f"Befragung aus {file}")
    return "created" if saved.created else "updated" if saved.updated else "unchanged"


def _require_event(office: OpenOffice, event_id: str) -> None:
    if not event_id:
        return
    try:
        office.get(Event, event_id)
    except NotFound as error:
        raise WrongUse(
            f"Eine Veranstaltung mit der Kennung »{event_id}« gibt es nicht; »koschuso list event« zeigt die Kennungen."
        ) from error


def _id_of(title: str, day: date) -> str:
    """Make an id of title and day, so that the next export of the same survey takes the place of this one."""
    slug = _SLUG.sub("-", title.casefold().translate(_UMLAUTS)).strip("-") or fold(title)
    return f"befragung-{day.isoformat()}-{slug[:_LONGEST].strip('-')}"


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
