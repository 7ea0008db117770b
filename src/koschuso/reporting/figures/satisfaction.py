"""How satisfied the guests of an event were, out of the evaluation that belongs to it (R4, T1).

The first question of an evaluation that is answered on a scale counts; a note says how it was put, and which scale it has.
The rules of evaluations hold here too: few answers, and a mean that tells of single ones, are told to nobody outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.survey import QuestionType, Survey, SurveyType
from koschuso.reporting.document import Sign
from koschuso.reporting.figures.scales import MINIMUM, guarded_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.model.survey import Question
    from koschuso.reporting.document import Value
    from koschuso.reporting.view import View

__all__ = ["Satisfaction"]


class Satisfaction:
    """The evaluations of events.

    Args:
        view: What the report may see.
        event_ids: The events that the report is about.
        internal: The report is for the office itself.
        threshold: Numbers of people below it are hidden.
    """

    def __init__(self, view: View, event_ids: Iterable[str], *, internal: bool, threshold: int) -> None:
        self._internal = internal
        self._threshold = threshold
        self._found: dict[str, tuple[Survey, int, Question]] = {}
        wanted = frozenset(event_ids)
        for survey in sorted(view.records(Survey), key=lambda survey: (survey.day, survey.id)):
            if survey.type is SurveyType.EVALUATION and survey.event_id in wanted:
                for number, question in enumerate(survey.questions, 1):
                    if question.type is QuestionType.SKALA and question.answered:
                        self._found.setdefault(survey.event_id, (survey, number, question))
                        break

    @property
    def is_empty(self) -> bool:
        """Whether not one of the events was evaluated."""
        return not self._found

    def of(self, event_id: str) -> Value:
        """Give the mean of an event; an event without an evaluation is not known."""
        if event_id not in self._found:
            return Sign.UNKNOWN
        survey, number, question = self._found[event_id]
        return guarded_mean(survey, number, question, internal=self._internal, threshold=self._threshold)[1]

    def notes(self) -> tuple[str, ...]:
        """Say which questions and scales the numbers belong to, and what is not told."""
        if self.is_empty:
            return ()
        asked = dict.fromkeys(
            f"»{question.text}« (Skala {question.least} bis {question.most})" for _, _, question in self._found.values()
        )
        mixed = " Verschiedene Fragen und Skalen sind nicht ohne Weiteres vergleichbar." if len(asked) > 1 else ""
        few = "" if self._internal else f" Mittelwerte aus weniger als {MINIMUM} Antworten werden nicht veröffentlicht."
        return (f"Zufriedenheit ist der Mittelwert der Antworten auf {', '.join(asked)}.{mixed}{few}",)
