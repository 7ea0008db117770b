"""Answers of a survey, as survey tools export them: one row for each sheet, one column for each question; counted at once.

What a column holds is recognised by its answers: steps of a scale, one of several answers, several of several, or own
words. In doubt it is own words, which stay inside. Columns that tell who answered, when and from where are left out and
named, so that no link to a person is ever made (domain.md DS-03); rows of answers are nowhere kept.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO, Final

import attrs

from koschuso.errors import Refused
from koschuso.interchange.table.cells import unguarded
from koschuso.interchange.table.delimited import DelimitedFile
from koschuso.model import AnswerCount, Finding, Question, QuestionType, Severity
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Answers", "read_answers", "read_headings"]

_PERSONAL: Final = frozenset(
    [
        "name",
        "vorname",
        "nachname",
        "email",
        "emailadresse",
        "mail",
        "mailadresse",
        "benutzer",
        "benutzername",
        "username",
        "ip",
        "ipadresse",
        "ipaddr",
        "ipaddress",
        "telefon",
        "telefonnummer",
        "zugangsschluessel",
        "zugangscode",
        "token",
        "teilnehmer",
        "teilnehmerin",
        "teilnehmende",
        "befragteperson",
        "kontakt",
        "kontaktdaten",
        "ihrname",
        "ihreemail",
        "ihreemailadresse",
        "unterschrift",
    ]
)
_TECHNICAL: Final = frozenset(
    [
        "id",
        "antwortid",
        "responseid",
        "antwortnummer",
        "nr",
        "nummer",
        "lfdnr",
        "laufendenummer",
        "zeitstempel",
        "timestamp",
        "datumabgesendet",
        "submitdate",
        "startdate",
        "datestamp",
        "startzeit",
        "starttime",
        "fertigstellungszeit",
        "completiontime",
        "enddate",
        "endzeit",
        "startdatum",
        "enddatum",
        "datum",
        "letzteseite",
        "lastpage",
        "startsprache",
        "startlanguage",
        "sprache",
        "language",
        "seed",
        "refurl",
        "gesamtzeit",
        "interviewtime",
        "dauer",
        "zeitpunktderletztenaenderung",
        "lastmodifiedtime",
        "datumderletztenaktivitaet",
        "datumderletztenaktion",
    ]
)
_NO_ANSWER: Final = frozenset({"", "ka", "keineangabe", "na", "nan", "keineantwort", "keineangaben"})
_OPTION: Final = re.compile(r"(?P<stem>.*\S)\s*\[(?P<item>[^\[\]]+)\]\s*", re.DOTALL)
_STEP: Final = re.compile(r"(?P<step>\d{1,2})(?:\s*(?:[-–=:(]|\.(?!\d)).*)?", re.DOTALL)
_TICKED: Final = frozenset({"ja", "y", "yes", "1", "x", "true", "wahr", "ausgewaehlt", "checked"})
_NOT_TICKED: Final = frozenset({"", "nein", "n", "no", "0", "false", "falsch", "nichtausgewaehlt", "unchecked"})
_SCALES: Final = (5, 6, 7, 10)
_MOST_OPTIONS: Final = 30
_LONGEST_OPTION: Final = 100
_TIMES_REPEATED: Final = 2
_BLANKS: Final = re.compile(r"\s+")


@attrs.frozen(kw_only=True)
class Answers:
    """What a file of answers says, counted.

    Attributes:
        sheets: How many rows hold at least one answer.
        questions: The questions in the order of their columns.
        findings: What was left out.
    """

    sheets: int
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...] = ()


def read_headings(stream: BinaryIO) -> tuple[str, ...]:
    """Give the headings of a file of answers; the stream is at its beginning again afterwards."""
    first: Sequence[str] = next((cells for _number, cells in DelimitedFile(stream).rows()), ())
    stream.seek(0)
    return tuple(_tidy(cell) for cell in first)


def read_answers(
    stream: BinaryIO,
    *,
    types: Mapping[str, QuestionType] | None = None,
    scale: tuple[int, int] | None = None,
) -> Answers:
    """Read and count the answers of a CSV file.

    Args:
        stream: The file, at its beginning; seekable.
        types: For single questions what they are, by their headings, where it is not to be guessed.
        scale: Lowest and highest step of all scales; otherwise from 1 (or 0) to the next usual highest step.

    Raises:
        Refused: There are no answers, a row has more cells than there are headings, an answer fits no scale, or a
            heading of ``types`` is none of the file.
    """
    rows = DelimitedFile(stream).rows()
    _number, first = next(rows, (0, ()))
    headings = _headings(first)
    if not headings:
        raise Refused("Die Datei enthält keine Überschriften; in der ersten Zeile stehen die Fragen, je Spalte eine.")
    wanted = {fold(heading): type_ for heading, type_ in (types or {}).items()}
    _refuse_unknown(wanted, headings)
    kept, findings = _kept(headings, wanted)
    columns: dict[int, list[str]] = {index: [] for index in kept}
    for number, cells in rows:
        if any(cell.strip() for cell in cells[len(headings) :]):
            raise Refused(
                f"Zeile {number} hat mehr Zellen, als es Überschriften gibt; bitte prüfen Sie das Trennzeichen."
            )
        values = {index: _value(cells[index]) if index < len(cells) else "" for index in kept}
        if any(values.values()):
            for index, value in values.items():
                columns[index].append(value)
    sheets = max((len(values) for values in columns.values()), default=0)
    if not sheets:
        raise Refused("Die Datei enthält keine Antworten; je Zeile steht ein ausgefüllter Bogen.")
    questions = tuple(_questions({headings[index]: values for index, values in columns.items()}, wanted, scale))
    if any(question.type is QuestionType.FREITEXT for question in questions):
        findings.append(
            Finding(
                rule="befragung.freitext",
                severity=Severity.INFO,
                message="Freie Antworten stehen nur in der internen Fassung des Berichts; bitte prüfen Sie, dass sie niemanden nennen.",
            )
        )
    return Answers(sheets=sheets, questions=questions, findings=tuple(findings))


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", unguarded(text).removeprefix("\0")).strip()


def _headings(cells: Sequence[str]) -> tuple[str, ...]:
    """Tidy the headings; one that stands twice gets a number behind it."""
    found: list[str] = []
    for number, cell in enumerate(cells, 1):
        heading = _tidy(cell) or f"Spalte {number}"
        name, again = heading, 1
        while name in found:
            again += 1
            name = f"{heading} ({again})"
        found.append(name)
    return tuple(found)


def _refuse_unknown(wanted: Mapping[str, QuestionType], headings: Sequence[str]) -> None:
    known = {fold(heading) for heading in headings}
    if any(heading not in known for heading in wanted):
        raise Refused(
            f"Eine der genannten Fragen steht nicht in der Datei. Ihre Überschriften sind: {'; '.join(headings)}."
        )


def _kept(headings: Sequence[str], wanted: Mapping[str, QuestionType]) -> tuple[list[int], list[Finding]]:
    """Tell which columns are questions, and say what is left out."""
    kept, findings = [], []
    for index, heading in enumerate(headings):
        name = fold(heading)
        who = name in _PERSONAL
        if not who and (name in wanted or name not in _TECHNICAL):
            kept.append(index)
            continue
        findings.append(
            Finding(
                rule="befragung.ohne_person" if who else "befragung.technisch",
                severity=Severity.WARNING if who else Severity.INFO,
                field=heading,
                message=f"Die Spalte »{heading}« sagt, wer geantwortet hat; sie wurde weggelassen."
                if who
                else f"Die Spalte »{heading}« ist keine Frage; sie wurde weggelassen.",
            )
        )
    return kept, findings


def _value(cell: str) -> str:
    text = _tidy(cell)
    return "" if fold(text) in _NO_ANSWER else text


def _questions(
    columns: Mapping[str, list[str]], wanted: Mapping[str, QuestionType], scale: tuple[int, int] | None
) -> Iterator[Question]:
    """Make questions of the columns; columns that are the options of one question become one."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for heading, values in columns.items():
        match = _OPTION.fullmatch(heading)
        if match and all(fold(value) in _TICKED | _NOT_TICKED for value in values) and fold(heading) not in wanted:
            grouped.setdefault(match["stem"].rstrip(" :"), {})[match["item"].strip()] = values
    written: set[str] = set()
    for heading, values in columns.items():
        match = _OPTION.fullmatch(heading)
        stem = match["stem"].rstrip(" :") if match else ""
        if match and _is_option(grouped, stem, match["item"].strip(), values):
            if stem not in written:
                written.add(stem)
                yield _ticked(stem, grouped[stem])
            continue
        yield _question(heading, [value for value in values if value], wanted.get(fold(heading)), scale)


def _is_option(grouped: Mapping[str, Mapping[str, list[str]]], stem: str, item: str, values: list[str]) -> bool:
    """Tell whether a column is one of the options that were gathered under a question."""
    return grouped.get(stem, {}).get(item) is values


def _ticked(text: str, options: Mapping[str, list[str]]) -> Question:
    """Count a question of which each option has a column of its own."""
    ticks = {option: [fold(value) in _TICKED for value in values] for option, values in options.items()}
    answered = sum(any(row) for row in zip(*ticks.values(), strict=True))
    return Question(
        text=text,
        type=QuestionType.MEHRFACHAUSWAHL,
        answered=answered,
        counts=_counts({option: sum(row) for option, row in ticks.items()}),
    )


def _question(text: str, values: list[str], type_: QuestionType | None, scale: tuple[int, int] | None) -> Question:
    type_ = type_ or _recognised(values)
    if type_ is QuestionType.SKALA:
        return _scale(text, values, scale)
    if type_ is QuestionType.FREITEXT:
        return Question(text=text, type=type_, answered=len(values), texts=tuple(sorted(values, key=_alphabet)))
    if type_ is QuestionType.MEHRFACHAUSWAHL:
        sheets = [_parts(value, _separator(values)) for value in values]
        counted = Counter(part for parts in sheets for part in set(parts))
        return Question(text=text, type=type_, answered=sum(map(bool, sheets)), counts=_counts(counted))
    return Question(text=text, type=type_, answered=len(values), counts=_counts(Counter(values)))


def _scale(text: str, values: list[str], scale: tuple[int, int] | None) -> Question:
    steps = [int(match["step"]) for value in values if (match := _STEP.fullmatch(value))]
    least, most = scale or _bounds(steps)
    if len(steps) != len(values) or any(not least <= step <= most for step in steps):
        raise Refused(
            f"Die Frage »{text}« hat Antworten, die auf einer Skala von {least} bis {most} keinen Platz haben."
        )
    counted = Counter(steps)
    return Question(
        text=text,
        type=QuestionType.SKALA,
        answered=len(steps),
        counts=tuple(AnswerCount(str(step), counted[step]) for step in range(least, most + 1)),
        least=least,
        most=most,
    )


def _bounds(steps: Sequence[int]) -> tuple[int, int]:
    """Give the usual scale that holds all steps; an 11-step scale begins at 0."""
    if 0 in steps:
        return 0, _SCALES[-1]
    highest = max(steps, default=1)
    return 1, next((most for most in _SCALES if highest <= most), highest)


def _recognised(values: Sequence[str]) -> QuestionType:
    if values and all((match := _STEP.fullmatch(value)) and int(match["step"]) <= _SCALES[-1] for value in values):
        return QuestionType.SKALA
    if separator := _separator(values):
        parts = [part for value in values for part in _parts(value, separator)]
        if _are_options(parts):
            return QuestionType.MEHRFACHAUSWAHL
    return QuestionType.EINFACHAUSWAHL if _are_options(values) else QuestionType.FREITEXT


def _separator(values: Sequence[str]) -> str:
    """Find what stands between several answers in one cell; empty where each cell holds one."""
    for separator in (";", "|", ", "):
        if any(separator in value for value in values):
            return separator
    return ""


def _parts(value: str, separator: str) -> list[str]:
    parts = value.split(separator) if separator else [value]
    return [tidy for part in parts if (tidy := part.strip())]


def _are_options(values: Sequence[str]) -> bool:
    """Tell whether texts are answers to choose from: few, short, and chosen more than once."""
    different = set(values)
    return (
        bool(values)
        and len(different) <= _MOST_OPTIONS
        and len(values) >= _TIMES_REPEATED * len(different)
        and all(len(value) <= _LONGEST_OPTION for value in different)
    )


def _counts(counted: Mapping[str, int]) -> tuple[AnswerCount, ...]:
    return tuple(AnswerCount(option, counted[option]) for option in sorted(counted, key=_alphabet))


def _alphabet(text: str) -> tuple[str, str]:
    return fold(text), text
