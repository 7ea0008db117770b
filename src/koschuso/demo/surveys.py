"""What the demonstration office asked: needs for Fortbildungen, and how the Fachtag was. All answers are invented."""

from __future__ import annotations

from datetime import date

from koschuso.model import AnswerCount, Question, QuestionType, Survey, SurveyType

__all__ = ["records"]

_FACHTAG_ID = "demo-fachtag-2024-11-13"


def records() -> tuple[Survey, ...]:
    """Build the two surveys of the Schuljahr 2024/25."""
    return (
        Survey(
            id="demo-befragung-fachtag-2024",
            title="Auswertung des Fachtags 2024",
            day=date(2024, 11, 22),
            type=SurveyType.EVALUATION,
            event_id=_FACHTAG_ID,
            taetigkeit="konzept.evaluation",
            target_groups=("fachkraefte", "multiprofessionell"),
            invited=77,
            answers=52,
            questions=(
                _scale("Wie zufrieden sind Sie mit dem Fachtag insgesamt?", 0, 0, 6, 24, 22),
                _scale("Wie gut lässt sich das Gelernte an Ihrer Schule umsetzen?", 0, 4, 13, 23, 11),
                _scale("Wie zufrieden sind Sie mit der Organisation?", 0, 0, 3, 17, 32),
                Question(
                    text="Was nehmen Sie mit?",
                    type=QuestionType.FREITEXT,
                    answered=3,
                    texts=(
                        "Den Bogen zur Auftragsklärung",
                        "Dass wir mit dem Ganztag anders planen müssen",
                        "Neue Kontakte im eigenen Ort",
                    ),
                ),
            ),
        ),
        Survey(
            id="demo-befragung-bedarf-2024",
            title="Bedarfsabfrage zu Fortbildungen 2025",
            day=date(2024, 12, 17),
            taetigkeit="qualifizierung.bedarf",
            target_groups=("fachkraefte",),
            invited=88,
            answers=64,
            questions=(
                _scale("Wie zufrieden sind Sie mit dem Fortbildungsangebot?", 0, 3, 11, 31, 19),
                Question(
                    text="Welche Themen brauchen Sie im kommenden Jahr?",
                    type=QuestionType.MEHRFACHAUSWAHL,
                    answered=63,
                    counts=_counted(
                        ("Demokratiebildung und Beteiligung", 17),
                        ("Elternarbeit", 33),
                        ("Kinderschutz", 29),
                        ("Kollegiale Beratung", 24),
                        ("Psychische Gesundheit", 41),
                        ("Schulabsentismus", 38),
                        ("Soziale Medien", 21),
                        ("Sucht und Konsum", 19),
                    ),
                ),
                Question(
                    text="Welche Form passt Ihnen am besten?",
                    type=QuestionType.EINFACHAUSWAHL,
                    answered=62,
                    counts=_counted(("ganzer Tag", 28), ("halber Tag", 23), ("zwei Stunden online", 11)),
                ),
            ),
        ),
    )


def _scale(text: str, *counts: int) -> Question:
    return Question(
        text=text,
        type=QuestionType.SKALA,
        answered=sum(counts),
        counts=tuple(AnswerCount(str(step), count) for step, count in enumerate(counts, 1)),
        least=1,
        most=len(counts),
    )


def _counted(*answers: tuple[str, int]) -> tuple[AnswerCount, ...]:
    return tuple(AnswerCount(label, count) for label, count in answers)
