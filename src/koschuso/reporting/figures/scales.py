"""What the mean of a scale gives away: with few answers, number and mean alone may tell how single people answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koschuso.model.survey import Question

__all__ = ["may_show_distribution", "may_show_mean"]


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
