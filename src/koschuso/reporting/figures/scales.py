"""What the mean of a scale gives away: with few answers, number and mean alone may tell how single people answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.reporting.guarded import Count, Mean

if TYPE_CHECKING:
    from koschuso.model.survey import Question, Survey

__all__ = ["MINIMUM", "guarded_mean", "has_mean", "may_show_distribution", "may_show_mean"]

MINIMUM: Final = 5
"""Fewer answers to a question than these are told to nobody outside; domain.md recommends 5 for evaluations."""


def has_mean(question: Question, *, internal: bool, threshold: int, minimum: int = MINIMUM) -> bool:
    """Tell whether the mean of a scale may be told."""
    if internal:
        return True
    safe = may_show_distribution(question, threshold) or may_show_mean(question, threshold)
    return safe and question.answered >= minimum


def guarded_mean(
    survey: Survey, number: int, question: Question, *, internal: bool, threshold: int, minimum: int = MINIMUM
) -> tuple[Count, Mean]:
    """Give how many answered a question on a scale, and their mean.

    A number that must not be told is handed over as one that stands for a single person: protection hides it.

    Args:
        survey: The survey.
        number: Number of the question in it, from 1 on.
        question: The question, with at least one answer.
        internal: The report is for the office itself.
        threshold: Numbers of people below it are hidden.
        minimum: Fewer answers are told to nobody outside.
    """
    key = ("befragung", survey.id, str(number))
    few = not internal and question.answered < minimum
    answered = Count(question.answered, key=key, people=1 if few else question.answered)
    shown = has_mean(question, internal=internal, threshold=threshold, minimum=minimum)
    points = Count(question.points, key=(*key, "punkte"), people=question.answered if shown else 1)
    return answered, Mean(points, answered)


def may_show_distribution(question: Question, threshold: int) -> bool:
    """Tell whether each step was chosen by nobody or by enough people.

    A distribution is shown whole or not at all: beside the mean, a hidden step could be computed from the others.
    """
    return all(answer.count == 0 or answer.count >= threshold for answer in question.counts)


def may_show_mean(question: Question, threshold: int) -> bool:
    """Tell whether number and mean leave it open which step only few people chose.

    >>> from koschuso.model import AnswerCount, Question, QuestionType
    >>> def asked(*counts):
    ...     answers = tuple(AnswerCount(str(step), count) for step, count in enumerate(counts, 1))
    ...     return Question(text="?", type=QuestionType.SKALA, least=1, most=5, answered=sum(counts), counts=answers)
    >>> may_show_mean(asked(0, 0, 0, 1, 4), 3), may_show_mean(asked(1, 1, 1, 1, 1), 3)
    (False, True)
    """
    if question.least is None or question.most is None or not question.answered:
        return False
    steps = range(question.least, question.most + 1)
    return not any(_is_betrayed(question, step, steps, threshold) for step in steps)


def _is_betrayed(question: Question, step: int, steps: range, threshold: int) -> bool:
    """Tell whether everybody could work out that a step was chosen by somebody, and by fewer than the threshold."""
    reachable = _reachable(tuple(other for other in steps if other != step), question.answered)
    points = question.points
    possible = [
        count
        for count in range(question.answered + 1)
        if points >= count * step and reachable[question.answered - count] >> (points - count * step) & 1
    ]
    return bool(possible) and min(possible) > 0 and max(possible) < threshold


def _reachable(steps: tuple[int, ...], most: int) -> list[int]:
    """Give, for each number of people, the sums that they can reach, as the bits of a number."""
    sums = [1]
    for _people in range(most):
        before = sums[-1]
        after = 0
        for step in steps:
            after |= before << step
        sums.append(after)
    return sums
