"""Strategies for surveys: counted answers that fit together."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from koschuso.model import AnswerCount, Question, QuestionType, Record, Survey, SurveyType
from koschuso.testing.strategies.parts import common, many, maybe
from koschuso.testing.strategies.values import days, ids, keys, texts

__all__ = ["surveys"]

_MOST_ANSWERS = 200


def surveys() -> st.SearchStrategy[Record]:
    """Make surveys with questions of every type."""
    return _surveys()


@st.composite
def _surveys(draw: Any) -> Survey:
    questions = draw(st.lists(_questions(), max_size=4, unique_by=lambda question: question.text))
    answers = max([question.answered for question in questions], default=0) + draw(st.integers(0, 5))
    invited = draw(maybe(st.integers(max(answers, 1), max(answers, 1) + _MOST_ANSWERS)))
    return Survey(
        **{name: draw(strategy) for name, strategy in common().items()},
        title=draw(texts(min_size=1)),
        day=draw(days()),
        type=draw(st.sampled_from(SurveyType)),
        event_id=draw(st.just("") | ids()),
        taetigkeit=draw(keys()),
        target_groups=draw(many(keys(required=True))),
        invited=invited,
        answers=answers,
        questions=tuple(questions),
    )


@st.composite
def _questions(draw: Any) -> Question:
    type_ = draw(st.sampled_from(QuestionType))
    text = draw(texts(min_size=1))
    if type_ is QuestionType.FREITEXT:
        written = tuple(sorted(draw(st.lists(texts(min_size=1), max_size=4))))
        return Question(text=text, type=type_, answered=len(written), texts=written)
    number = st.integers(0, _MOST_ANSWERS)
    if type_ is QuestionType.SKALA:
        least, most = draw(st.sampled_from([(1, 5), (1, 4), (0, 10), (1, 6)]))
        counts = tuple(AnswerCount(str(step), draw(number)) for step in range(least, most + 1))
        total = sum(count.count for count in counts)
        return Question(text=text, type=type_, answered=total, counts=counts, least=least, most=most)
    labels = draw(st.lists(texts(min_size=1), max_size=5, unique=True))
    counts = tuple(AnswerCount(label, draw(number)) for label in labels)
    numbers = [count.count for count in counts]
    answered = sum(numbers) if type_ is QuestionType.EINFACHAUSWAHL else max(numbers, default=0)
    return Question(text=text, type=type_, answered=answered, counts=counts)
