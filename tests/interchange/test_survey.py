"""Answers as survey tools export them, counted on the way in; nothing that tells who answered is kept."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import Refused
from koschuso.interchange.survey import read_answers, read_headings
from koschuso.model import QuestionType, Severity

SKALA, EINFACH, MEHRFACH, FREI = QuestionType


def read(text, **more):
    return read_answers(BytesIO(text if isinstance(text, bytes) else text.encode()), **more)


def counts(question):
    return {answer.label: answer.count for answer in question.counts}


def only(text, **more):
    (question,) = read(text, **more).questions
    return question


def test_a_scale_counts_every_step_also_those_that_nobody_chose():
    question = only("Wie war es?\n4\n5\n5\n\n3\n")
    assert (question.type, question.least, question.most, question.answered) == (SKALA, 1, 5, 4)
    assert counts(question) == {"1": 0, "2": 0, "3": 1, "4": 1, "5": 2}


def test_a_step_may_have_words_behind_it():
    assert counts(only("Wie?\n1 (sehr gut)\n2 - gut\n2\n"))["2"] == 2


@pytest.mark.parametrize(
    ("answers", "bounds"), [("0\n10", (0, 10)), ("1\n6", (1, 6)), ("2\n7", (1, 7)), ("3\n8", (1, 10))]
)
def test_the_usual_scale_is_taken_that_holds_all_answers(answers, bounds):
    question = only(f"Wie?\n{answers}\n")
    assert (question.least, question.most) == bounds


def test_the_scale_can_be_told():
    assert (only("Wie?\n2\n3\n", scale=(1, 4)).most) == 4
    with pytest.raises(Refused, match="Skala von 1 bis 4 keinen Platz"):
        read("Wie?\n2\n5\n", scale=(1, 4))


def test_one_of_several_answers_is_counted():
    question = only("Schulform\nGrundschule\nGrundschule\nGesamtschule\nGesamtschule\nGesamtschule\n")
    assert (question.type, counts(question)) == (EINFACH, {"Gesamtschule": 3, "Grundschule": 2})


@pytest.mark.parametrize("cells", ["a;b;\nb;\na;b;c;\nc;\n", "a|b\nb\na|b|c\nc\n", '"a, b"\nb\n"a, b, c"\nc\n'])
def test_several_answers_in_one_cell_are_taken_apart(cells):
    """Microsoft Forms ends each answer with a semicolon, Google Forms puts commas between."""
    lines = "\n".join(f'"{line}"' if ";" in line else line for line in cells.splitlines())
    question = only(f"Themen\n{lines}\n")
    assert (question.type, question.answered) == (MEHRFACH, 4)
    assert counts(question) == {"a": 2, "b": 3, "c": 2}


def test_a_column_for_each_option_is_one_question():
    """LimeSurvey: »Frage [Antwort]« with Ja and Nein. Two sheets ticked something; one said something else."""
    answers = read("Themen [Sucht];Themen [Mobbing];Wie?\nJa;Nein;4\nJa;Ja;4\nNein;;5\n")
    topics, scale = answers.questions
    assert (topics.text, topics.type, topics.answered) == ("Themen", MEHRFACH, 2)
    assert counts(topics) == {"Mobbing": 1, "Sucht": 2}
    assert scale.answered == 3


def test_rows_of_a_matrix_stay_questions_of_their_own():
    found = read("Wie war? [Raum];Wie war? [Essen]\n4;2\n5;3\n").questions
    assert [(question.text, question.type) for question in found] == [
        ("Wie war? [Raum]", SKALA),
        ("Wie war? [Essen]", SKALA),
    ]


def test_own_words_stand_in_the_order_of_the_alphabet_not_of_the_sheets():
    question = only("Was fehlt?\nZeit\nÄpfel\n=Raum\n")
    assert (question.type, question.texts) == (FREI, ("Äpfel", "=Raum", "Zeit"))


def test_in_doubt_it_is_own_words_which_stay_inside():
    assert only("Was?\nMehr Zeit\nMehr Raum\nMehr Zeit\n").type is FREI


def test_the_type_can_be_told():
    text = "Was?\nMehr Zeit\nMehr Raum\nMehr Zeit\n"
    assert counts(only(text, types={"was ?": EINFACH})) == {"Mehr Raum": 1, "Mehr Zeit": 2}
    with pytest.raises(Refused, match="steht nicht in der Datei"):
        read(text, types={"Wer?": EINFACH})


def test_who_answered_is_left_out_and_named():
    answers = read("Zeitstempel;E-Mail-Adresse;Name;IP-Adresse;Wie?\n1.1.2025;a@x.example;A. Beispiel;10.0.0.1;4\n")
    assert [question.text for question in answers.questions] == ["Wie?"]
    told = {finding.field: finding.severity for finding in answers.findings}
    assert told == {
        "Zeitstempel": Severity.INFO,
        "E-Mail-Adresse": Severity.WARNING,
        "Name": Severity.WARNING,
        "IP-Adresse": Severity.WARNING,
    }
    assert "Beispiel" not in repr(answers)


def test_a_name_cannot_be_asked_for_by_telling_its_type():
    assert "Name" not in [question.text for question in read("Name;Wie?\nA;4\n", types={"Name": FREI}).questions]


@pytest.mark.parametrize("nothing", ["k. A.", "keine Angabe", "N/A", "-", " "])
def test_no_answer_is_no_answer(nothing):
    assert only(f"Wie?\n4\n{nothing}\n5\n").answered == 2


def test_two_questions_of_one_wording_are_told_apart():
    assert [question.text for question in read("Wie?;Wie?;\n4;5;3\n").questions] == ["Wie?", "Wie? (2)", "Spalte 3"]


@pytest.mark.parametrize(
    "data",
    [
        "Schulform,Zufrieden\nFörderschule,4\nFörderschule,5\n".encode("utf-16"),
        "Schulform;Zufrieden\r\nFörderschule;4\r\nFörderschule;5\r\n".encode("cp1252"),
        "sep=;\r\nSchulform;Zufrieden\r\nFörderschule;4\r\nFörderschule;5\r\n".encode("utf-8-sig"),
        "Schulform\tZufrieden\nFörderschule\t4\nFörderschule\t5".encode(),
    ],
)
def test_files_of_all_usual_kinds_are_read(data):
    form, satisfied = read(data).questions
    assert counts(form) == {"Förderschule": 2}
    assert satisfied.answered == 2
    assert read_headings(BytesIO(data)) == ("Schulform", "Zufrieden")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "keine Überschriften"),
        ("Wie?\n", "keine Antworten"),
        ("Wie?\n\n\n", "keine Antworten"),
        ("Name\nBeispiel\n", "keine Antworten"),
        ("Wie?;Was?\n4;5;6\n", "Zeile 2 hat mehr Zellen"),
    ],
)
def test_what_holds_no_answers_is_refused_in_one_sentence(text, words):
    with pytest.raises(Refused, match=words):
        read(text)


@given(st.lists(st.sampled_from(["4", "5", "", "3"]), min_size=1).filter(any), st.randoms())
def test_the_order_of_the_sheets_tells_nothing(answers, random):
    shuffled = answers[:]
    random.shuffle(shuffled)
    first, second = (read("Wie?;Nr\n" + "".join(f"{one};1\n" for one in order)) for order in (answers, shuffled))
    assert first.questions == second.questions


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=6))
def test_whatever_a_file_holds_it_is_counted_or_refused(rows):
    lines = ["Eins;Zwei;Drei", *(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
    try:
        answers = read("\n".join(lines).encode("utf-8", "surrogatepass"))
    except Refused:
        return
    assert all(question.answered <= answers.sheets for question in answers.questions)
