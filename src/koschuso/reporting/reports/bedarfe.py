"""Bedarfsabfragen and evaluations: how often each answer was given, means with their n, topics by their rank (R9).

Below the minimum number of answers nothing of a question is told; what was written freely stays inside (domain.md DS-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.errors import NotFound
from koschuso.model.event import Event
from koschuso.model.survey import QuestionType, Survey, SurveyType
from koschuso.reporting.document import (
    Chart,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Section,
    Series,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.figures.scales import MINIMUM, guarded_mean, has_mean, may_show_distribution
from koschuso.reporting.german import day_text
from koschuso.reporting.guarded import Count, Share
from koschuso.reporting.options import Option, OptionType
from koschuso.reporting.parameters import SPANS
from koschuso.reporting.presence import require_presence
from koschuso.reporting.report import Report, make_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.model.period import Period
    from koschuso.model.survey import Question
    from koschuso.reporting.document import Block, Value
    from koschuso.reporting.parameters import Parameters
    from koschuso.reporting.view import View

__all__ = ["BEDARFE", "MINIMUM", "survey_section", "surveys_in"]

_NAME: Final = "koschuso:bedarfe"
_TITLE: Final = "Bedarfsabfragen und Evaluationen"

_SURVEY: Final = Option(
    name="befragung",
    title="Kennung einer einzelnen Befragung (koschuso list survey); sonst alle des Zeitraums",
    example="",
)
_LEAST: Final = Option(
    name="mindestzahl",
    title="Wie viele Antworten eine Frage mindestens hat, um gezeigt zu werden",
    example="10",
    default=str(MINIMUM),
    type=OptionType.NUMBER,
    least=3,
    most=1000,
)
_MOST_BARS: Final = 12
_TYPES: Final = {SurveyType.BEDARFSABFRAGE: "Bedarfsabfrage", SurveyType.EVALUATION: "Evaluation"}


def surveys_in(view: View, period: Period) -> tuple[Survey, ...]:
    """Give the surveys that ended in a period, in the order of time."""
    found = [survey for survey in view.records(Survey) if survey.day in period]
    return tuple(sorted(found, key=lambda survey: (survey.day, survey.title, survey.id)))


def survey_section(
    view: View, survey: Survey, number: int, *, parameters: Parameters, minimum: int = MINIMUM, short: bool = False
) -> Section:
    """Build the chapter about one survey.

    Args:
        view: What the report sees.
        survey: The survey.
        number: Its number in the document, for the keys of tables.
        parameters: For whom the report is.
        minimum: Fewer answers to a question are told to nobody outside.
        short: Whether means and ranked topics are enough, without the distribution of single answers.
    """
    return _Chapter(view, survey, number, parameters, minimum).section(short=short)


class _Chapter:
    """What is told of one survey."""

    def __init__(self, view: View, survey: Survey, number: int, parameters: Parameters, minimum: int) -> None:
        self._view = view
        self._survey = survey
        self._number = number
        self._internal = parameters.internal
        self._threshold = parameters.threshold
        self._minimum = minimum

    def section(self, *, short: bool) -> Section:
        survey = self._survey
        few = not self._internal and survey.answers < self._minimum
        return Section(
            title=survey.title,
            blocks=(
                Text(paragraphs=(self._introduction(),)),
                *(
                    (self._too_few("Zu dieser Befragung kamen"),)
                    if few
                    else (self._figures(), *self._results(short=short))
                ),
            ),
        )

    def _introduction(self) -> str:
        survey = self._survey
        event = self._view.get(Event, survey.event_id) if survey.event_id else None
        about = f" zur Veranstaltung »{event.title}«" if event is not None else ""
        return f"{_TYPES[survey.type]}{about}, Stand {day_text(survey.day)}."

    def _too_few(self, words: str) -> Text:
        return Text(
            paragraphs=(f"{words} weniger als {self._minimum} Antworten; sie werden deshalb nicht veröffentlicht.",),
            style=TextStyle.NOTE,
        )

    def _figures(self) -> Figures:
        survey = self._survey
        answers = self._count(survey.answers, "antworten")
        items = [Figure(label="Antworten", value=answers, note="ausgefüllte Bögen")]
        if survey.invited is not None:
            asked = self._count(survey.invited, "befragte")
            items.append(Figure(label="Befragte", value=asked))
            items.append(Figure(label="Rücklauf", value=Share(answers, asked), unit="%", digits=0))
        return Figures(items=tuple(items))

    def _count(self, value: int, *key: str) -> Count:
        return Count(value, key=("befragung", self._survey.id, *key))

    def _results(self, *, short: bool) -> Iterator[Block]:
        numbered = list(enumerate(self._survey.questions, 1))
        scales = [(number, question) for number, question in numbered if question.type is QuestionType.SKALA]
        if scales:
            yield self._means(scales)
        for number, question in numbered:
            if question.type is QuestionType.FREITEXT:
                if not short:
                    yield from self._words(question)
            elif question.type is not QuestionType.SKALA or not short:
                yield from self._question(number, question, short=short)

    def _means(self, questions: Sequence[tuple[int, Question]]) -> Table:
        return Table(
            key=f"befragung-{self._number}-mittelwerte",
            title=f"Mittelwerte: {self._survey.title}",
            columns=(
                Column(title="Frage", header=True),
                Column(title="Skala", type=ColumnType.CODE),
                Column(title="n", type=ColumnType.COUNT),
                Column(title="Mittelwert", type=ColumnType.NUMBER, digits=1),
            ),
            rows=tuple(self._mean_row(number, question) for number, question in questions),
            notes=(
                "n ist die Zahl der Antworten auf die Frage.",
                *self._hidden_means([question for _number, question in questions]),
            ),
        )

    def _mean_row(self, number: int, question: Question) -> tuple[Value, ...]:
        scale = f"{question.least} bis {question.most}"
        if not question.answered:
            return question.text, scale, 0, Sign.NOT_APPLICABLE
        answered, mean = guarded_mean(
            self._survey,
            number,
            question,
            internal=self._internal,
            threshold=self._threshold,
            minimum=self._minimum,
        )
        return question.text, scale, answered, mean

    def _hidden_means(self, questions: Sequence[Question]) -> Sequence[str]:
        if all(not question.answered or self._has_mean(question) for question in questions):
            return ()
        return (
            (
                f"Mittelwerte aus weniger als {self._minimum} Antworten und solche, aus denen sich einzelne Antworten errechnen "
                "ließen, werden nicht veröffentlicht."
            ),
        )

    def _is_few(self, question: Question) -> bool:
        return not self._internal and question.answered < self._minimum

    def _has_mean(self, question: Question) -> bool:
        return has_mean(question, internal=self._internal, threshold=self._threshold, minimum=self._minimum)

    def _question(self, number: int, question: Question, *, short: bool) -> Iterator[Block]:
        if self._is_few(question):
            if question.answered:
                yield self._too_few(f"Auf die Frage »{question.text}« kamen")
            return
        scale = question.type is QuestionType.SKALA
        if scale and not self._internal and not may_show_distribution(question, self._threshold):
            return
        answered = self._count(question.answered, str(number))
        several = question.type is QuestionType.MEHRFACHAUSWAHL
        counted = [
            (
                answer.label,
                Count(answer.count, key=("befragung", self._survey.id, str(number), answer.label), within=answered.key),
            )
            for answer in question.counts
        ]
        if several and 1 < len(counted) <= _MOST_BARS:
            yield Chart(
                key=f"befragung-{self._number}-bild-{number}",
                title=question.text,
                description="Die häufigsten Nennungen stehen zuerst; mehrere Antworten waren möglich.",
                categories=tuple(text for text, _count in counted),
                category_title="Antwort",
                series=(Series(name="Nennungen", values=tuple(count for _text, count in counted)),),
                digits=0,
                ranked=True,
            )
            if short:
                return  # a chart has its figures with it
        yield Table(
            key=f"befragung-{self._number}-frage-{number}",
            title=question.text,
            columns=(
                Column(
                    title="Stufe" if scale else "Antwort",
                    header=True,
                    type=ColumnType.CODE if scale else ColumnType.TEXT,
                ),
                Column(title="Nennungen", type=ColumnType.COUNT),
            ),
            rows=tuple(counted),
            # Several answers of one person add up to nothing.
            totals=None if several else ("Summe (n)", answered),
            notes=("Mehrere Antworten waren möglich.",) if several else (),
            empty="Auf diese Frage kam keine Antwort.",
            ranked_by=None if scale else 1,
        )

    def _words(self, question: Question) -> Iterator[Block]:
        if not question.texts:
            return
        if not self._internal:
            yield Text(
                paragraphs=(f"Freie Antworten auf die Frage »{question.text}« werden nicht veröffentlicht.",),
                style=TextStyle.NOTE,
            )
            return
        yield Text(paragraphs=(f"{question.text} ({question.answered})",))
        yield Listing(items=tuple(Item(text) for text in question.texts))


def _build(view: View, parameters: Parameters) -> Document:
    minimum = parameters.number(_LEAST)
    wanted = parameters.options.get(_SURVEY.name, "").strip()
    if not wanted:
        require_presence(view, parameters.time, (Survey,))
    surveys = (_survey(view, wanted),) if wanted else surveys_in(view, parameters.time.period)
    sections = [
        survey_section(view, survey, number, parameters=parameters, minimum=minimum)
        for number, survey in enumerate(surveys, 1)
    ]
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE if not wanted else f"{_TYPES[surveys[0].type]}: {surveys[0].title}",
        period=f"Stand {day_text(surveys[0].day)}" if wanted else "",
        sections=sections,
        suppression_note=" ".join(_minimum_note(parameters, minimum)),
        notes=(
            (
                "Aufbewahrt ist nur, wie oft jede Antwort gegeben wurde, nie, wer geantwortet hat oder was auf einem einzelnen "
                "Bogen zusammen stand."
            ),
            *_minimum_note(parameters, minimum),
        ),
    )


def _minimum_note(parameters: Parameters, minimum: int) -> Sequence[str]:
    if parameters.internal:
        return ()
    return (f"Fragen mit weniger als {minimum} Antworten werden nicht ausgewertet.",)


def _survey(view: View, wanted: str) -> Survey:
    survey = view.get(Survey, wanted.removeprefix(f"{Survey.KIND}/"))
    if survey is None:
        raise NotFound(
            f"Eine Befragung mit der Kennung »{wanted}« gibt es nicht; »koschuso list survey« zeigt die Kennungen.",
            parameter=_SURVEY.name,
        )
    return survey


BEDARFE: Final = Report(
    name=_NAME,
    title=_TITLE,
    description="Antworten auf Bedarfsabfragen und Evaluationen: Mittelwerte, Rangfolgen, Auszählungen; ohne Namen.",
    build=_build,
    kinds=SPANS,
    parameters=(_SURVEY, _LEAST),
)
"""R9 of domain.md."""
