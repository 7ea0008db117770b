"""Surveys: a Bedarfsabfrage or an evaluation as counted answers, question by question.

There is no place for who answered, nor for what one sheet of answers says: a survey holds counts, and words that were
written freely stand in the order of the alphabet, without what else the same person ticked (domain.md DS-01, DS-03).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.record import Record
from koschuso.model.values import check_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AnswerCount", "Question", "QuestionType", "Survey", "SurveyType"]


class SurveyType(StrEnum):
    """What a survey is for."""

    BEDARFSABFRAGE = "bedarfsabfrage"
    EVALUATION = "evaluation"


class QuestionType(StrEnum):
    """How a question is answered."""

    SKALA = "skala"
    EINFACHAUSWAHL = "einfachauswahl"
    MEHRFACHAUSWAHL = "mehrfachauswahl"
    FREITEXT = "freitext"


@attrs.frozen
class AnswerCount:
    """How often an answer was given.

    Attributes:
        label: The answer; a step of a scale is its number.
        count: How often.
    """

    label: str
    count: int


@attrs.frozen(kw_only=True)
class Question:
    """A question and how it was answered, counted.

    Attributes:
        text: The question as it was asked.
        type: How it is answered.
        answered: How many sheets have an answer to it.
        counts: How often each answer was given; empty for a question that is answered in own words.
        texts: What was written freely, in the order of the alphabet; for the office itself only.
        least: Lowest step of a scale.
        most: Highest step of a scale.
    """

    text: str
    type: QuestionType
    answered: int
    counts: tuple[AnswerCount, ...] = ()
    texts: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        problems = Problems("question")
        for field, message in self._faults():
            problems.add(field=field, value=None, rule="befragung.frage", message=message)
        problems.raise_if_any()

    def _faults(self) -> Iterator[tuple[str, str]]:
        if not self.text:
            yield "text", "Eine Frage braucht ihren Wortlaut."
        if self.answered < 0 or any(answer.count < 0 for answer in self.counts):
            yield "counts", "Eine Zahl von Antworten ist nicht negativ."
        if len({answer.label for answer in self.counts}) != len(self.counts):
            yield "counts", "Eine Antwort steht doppelt in der Auszählung."
        if self.type is QuestionType.FREITEXT:
            if self.counts:
                yield "counts", "Freie Antworten werden nicht ausgezählt."
        else:
            yield from self._count_faults()

    def _count_faults(self) -> Iterator[tuple[str, str]]:
        numbers = [answer.count for answer in self.counts]
        if self.texts:
            yield "texts", "Freie Antworten gehören zu einer Frage der Art »freitext«."
        if self.type is QuestionType.MEHRFACHAUSWAHL:
            if any(number > self.answered for number in numbers):
                yield "counts", "Eine Antwort wurde öfter gezählt, als es Antwortende gibt."
        elif sum(numbers) != self.answered:
            yield "counts", "Die gezählten Antworten ergeben zusammen nicht die Zahl der Antwortenden."
        if self.type is QuestionType.SKALA:
            yield from self._scale_faults()

    def _scale_faults(self) -> Iterator[tuple[str, str]]:
        if self.least is None or self.most is None or self.least >= self.most:
            yield "least", "Eine Skala nennt ihre unterste und ihre oberste Stufe."
            return
        steps = {str(step) for step in range(self.least, self.most + 1)}
        if any(answer.label not in steps for answer in self.counts):
            yield "counts", f"Auf einer Skala von {self.least} bis {self.most} gibt es nur ganze Stufen."

    @property
    def points(self) -> int:
        """The sum of the steps that were chosen on a scale, 0 for other questions."""
        if self.type is not QuestionType.SKALA:
            return 0
        return sum(int(answer.label) * answer.count for answer in self.counts)

    @property
    def mean(self) -> Fraction | None:
        """The mean of a scale, exact; ``None`` without answers and for other questions.

        >>> Question(text="Wie war es?", type=QuestionType.SKALA, answered=3, least=1, most=5,
        ...          counts=(AnswerCount("4", 1), AnswerCount("5", 2))).mean
        Fraction(14, 3)
        """
        if self.type is not QuestionType.SKALA or not self.answered:
            return None
        return Fraction(self.points, self.answered)


@attrs.frozen(kw_only=True)
class Survey(Record):
    """A Befragung: what was asked, and how often each answer was given.

    Attributes:
        title: Title.
        day: Last day of the survey; it decides which report it belongs to.
        type: Whether needs were asked for or an event was evaluated.
        event_id: The event that was evaluated.
        taetigkeit: Key of the Tätigkeitsprofil.
        target_groups: Keys of the catalogue ``zielgruppe``: who was asked. Pupils and parents are none.
        invited: How many were asked, where it is known.
        answers: How many sheets came back.
        questions: The questions in their order.
    """

    KIND: ClassVar[str] = "survey"
    LABEL: ClassVar[str] = "Befragung"

    title: str
    day: date
    type: SurveyType = SurveyType.BEDARFSABFRAGE
    event_id: str = ""
    taetigkeit: str = ""
    target_groups: tuple[str, ...] = ()
    invited: int | None = None
    answers: int = 0
    questions: tuple[Question, ...] = ()

    def _check(self, problems: Problems) -> None:
        if not self.title:
            problems.add(field="title", value="", rule="befragung.titel", message="Eine Befragung braucht einen Titel.")
        check_keys(problems, taetigkeit=self.taetigkeit, target_groups=self.target_groups)
        if self.answers < 0:
            problems.add(
                field="answers",
                value=self.answers,
                rule="befragung.antworten",
                message="Eine Zahl von Antworten ist nicht negativ.",
            )
        if self.invited is not None and self.invited < max(self.answers, 1):
            problems.add(
                field="invited",
                value=self.invited,
                rule="befragung.befragte",
                message=f"Es kamen {self.answers} Antworten zurück; gefragt waren aber nur {self.invited}.",
            )
        if any(question.answered > self.answers for question in self.questions):
            problems.add(
                field="questions",
                value=self.answers,
                rule="befragung.mehr_antworten",
                message="Eine Frage hat mehr Antworten, als Bögen zurückkamen.",
            )
        if len({question.text for question in self.questions}) != len(self.questions):
            problems.add(
                field="questions",
                value=len(self.questions),
                rule="befragung.doppelte_frage",
                message="Zwei Fragen haben denselben Wortlaut.",
            )
