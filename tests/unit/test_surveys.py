"""Surveys in an office: taken in twice they change nothing, and nothing about who answered is kept."""

import json
import os
import sqlite3
from datetime import date

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import InvalidRecord, NotFound, Refused, Unavailable, WrongUse
from koschuso.model import AnswerCount, Question, QuestionType, Survey

ANSWERS = (
    "Zeitstempel;E-Mail-Adresse;Wie zufrieden sind Sie?;Welche Themen?;Was fehlt?\n"
    "1;eins@schule.example;4;Kinderschutz;Zeit\n"
    "2;zwei@schule.example;5;Kinderschutz;\n"
    "3;drei@schule.example;5;Sucht;Raum\n"
    "4;vier@schule.example;3;Sucht;\n"
)
DAY = date(2024, 12, 17)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    Office.init(tmp_path / "buero", name="Muster", ags="05974").close()
    monkeypatch.chdir(tmp_path / "buero")
    (tmp_path / "buero" / "antworten.csv").write_text(ANSWERS, encoding="utf-8")
    return tmp_path / "buero"


def take(folder, file="antworten.csv", **more):
    with Office.open(folder) as office:
        return office.import_survey(folder / file, **{"title": "Bedarf Öffnung", "day": DAY, **more})


def held(folder):
    with Office.open(folder) as office:
        return list(office.records(Survey))


# -- the record ------------------------------------------------------------------------------------------------------------


def question(type_=QuestionType.EINFACHAUSWAHL, **more):
    return Question(**{"text": "Wie?", "type": type_, "answered": 2, "counts": (AnswerCount("ja", 2),), **more})


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"answered": 3},
        {"counts": (AnswerCount("ja", 3), AnswerCount("nein", -1))},
        {"counts": (AnswerCount("ja", 1), AnswerCount("ja", 1))},
        {"texts": ("Zeit",)},
        {"type_": QuestionType.FREITEXT},
        {"type_": QuestionType.MEHRFACHAUSWAHL, "answered": 1},
        {"type_": QuestionType.SKALA},
        {"type_": QuestionType.SKALA, "least": 5, "most": 1},
        {"type_": QuestionType.SKALA, "least": 1, "most": 5},
    ],
)
def test_a_question_whose_counts_do_not_fit_is_no_record(wrong):
    with pytest.raises(InvalidRecord):
        question(**wrong)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"title": ""}, "befragung.titel"),
        ({"answers": -1}, "befragung.antworten"),
        ({"answers": 5, "invited": 4}, "befragung.befragte"),
        ({"invited": 0}, "befragung.befragte"),
        ({"answers": 1, "questions": (question(),)}, "befragung.mehr_antworten"),
        ({"answers": 2, "questions": (question(), question())}, "befragung.doppelte_frage"),
    ],
)
def test_a_survey_that_contradicts_itself_is_no_record(wrong, rule):
    with pytest.raises(InvalidRecord) as caught:
        Survey(**{"id": "b", "title": "Befragung", "day": DAY, **wrong})
    assert rule in [finding.rule for finding in caught.value.findings]


# -- taking it in ----------------------------------------------------------------------------------------------------------


def test_answers_are_counted_and_kept_as_one_record(folder):
    result = take(folder, invited=10)
    assert result.outcome == "created"
    (survey,) = held(folder)
    assert survey == result.survey
    assert survey.id == "befragung-2024-12-17-bedarf-oeffnung"
    assert (survey.answers, survey.invited, survey.taetigkeit) == (4, 10, "qualifizierung.bedarf")
    assert [one.type.value for one in survey.questions] == ["skala", "einfachauswahl", "freitext"]


def test_taking_it_in_twice_changes_nothing(folder):
    take(folder)
    assert take(folder).outcome == "unchanged"
    assert len(held(folder)) == 1


def test_a_later_export_takes_the_place_of_the_earlier_one(folder):
    take(folder)
    (folder / "antworten.csv").write_text(ANSWERS + "5;a@b.example;1;Sucht;\n", encoding="utf-8")
    assert take(folder).outcome == "updated"
    assert [survey.answers for survey in held(folder)] == [5]


def test_who_answered_is_nowhere_in_the_store(folder):
    take(folder)
    with sqlite3.connect(folder / "koschuso.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "Bedarf" in dump
    assert "schule.example" not in dump


def test_a_dry_run_writes_nothing(folder):
    assert take(folder, dry_run=True).outcome == "created"
    assert held(folder) == []
    take(folder)
    assert take(folder, dry_run=True).outcome == "unchanged"
    assert take(folder, dry_run=True, invited=20).outcome == "updated"


@pytest.mark.parametrize(
    "heading", ["Name der Schülerin", "Klasse", "Geburtsdatum", "Fall-Nr.", "Erziehungsberechtigte", "Diagnose"]
)
def test_a_column_about_pupils_or_cases_is_refused(folder, heading):
    (folder / "antworten.csv").write_text(ANSWERS.replace("Was fehlt?", heading), encoding="utf-8")
    with pytest.raises(Refused, match="Schülerinnen, Schüler, Eltern oder Fälle"):
        take(folder)
    assert held(folder) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"event_id": "gibt-es-nicht"}, "Eine Veranstaltung mit der Kennung"),
        ({"invited": 3}, "gefragt waren aber nur 3"),
        ({"title": " "}, "braucht einen Titel"),
        ({"target_groups": ("Nicht erlaubt",)}, "Schlüssel"),
    ],
)
def test_a_wrong_statement_is_refused_in_one_sentence(folder, more, words):
    with pytest.raises(WrongUse, match=words) as caught:
        take(folder, **more)
    assert "\n" not in str(caught.value)
    assert held(folder) == []


def test_a_file_that_cannot_be_read_is_said(folder):
    with pytest.raises(NotFound, match=r"fehlt\.csv gibt es nicht"):
        take(folder, "fehlt.csv")
    with pytest.raises(Unavailable, match="lässt sich nicht lesen"):
        take(folder, "")
    (folder / "leer.csv").touch()
    with pytest.raises(Refused, match="ist leer"):
        take(folder, "leer.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_at_once(folder):
    os.mkfifo(folder / "leitung.csv")
    with pytest.raises(Refused, match="keine gewöhnliche Datei"):
        take(folder, "leitung.csv")


def test_free_answers_leave_the_office_in_no_export_but_its_own(folder):
    take(folder)
    with Office.open(folder) as office:
        for audience in ("oeffentlich", "netzwerk"):
            office.export(folder / f"{audience}.jsonl", audience=audience)
            assert "Raum" not in (folder / f"{audience}.jsonl").read_text(encoding="utf-8")
        office.export(folder / "alles.jsonl")
        assert "Raum" in (folder / "alles.jsonl").read_text(encoding="utf-8")


# -- the command -----------------------------------------------------------------------------------------------------------

ASKED = ["befragung", "antworten.csv", "--titel", "Bedarf", "--am", "17.12.2024"]


@pytest.mark.usefixtures("folder")
def test_the_command_says_what_was_counted_and_left_out(capsys):
    assert main([*ASKED, "--befragte", "10"]) == 0
    out = capsys.readouterr().out
    assert "Bedarf: 4 Antworten, neu. Kennung: befragung-2024-12-17-bedarf" in out
    assert "»E-Mail-Adresse« sagt, wer geantwortet hat; sie wurde weggelassen." in out
    assert main([*ASKED, "--befragte", "10", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["answers"], len(told["questions"])) == ("unchanged", 4, 3)


def test_the_command_takes_scale_and_types(folder, capsys):
    given = ["--skala", "1-6", "--frage", "Welche Themen?=freitext", "--art", "evaluation", "--dry-run"]
    assert main([*ASKED, *given]) == 0
    out = capsys.readouterr().out
    assert "(nichts geschrieben)" in out
    assert "freitext            4  Welche Themen?" in out
    assert held(folder) == []


@pytest.mark.parametrize(
    "wrong",
    [["--skala", "fünf"], ["--skala", "5-1"], ["--frage", "Was?"], ["--frage", "Was?=quatsch"], ["--am", "gestern"]],
)
@pytest.mark.usefixtures("folder")
def test_a_wrong_option_is_one_sentence_and_exit_2(capsys, wrong):
    assert main([*ASKED, *wrong]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_refused_file_is_exit_1(folder, capsys):
    (folder / "antworten.csv").write_text(ANSWERS.replace("Was fehlt?", "Klasse"), encoding="utf-8")
    assert main(ASKED) == 1
    assert "Klasse" in capsys.readouterr().err
