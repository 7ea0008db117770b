"""The words of the demonstration's Tätigkeitsbericht: one for each chapter, never over somebody's own."""

from importlib import resources

import pytest

from koschuso.demo.surveys import records
from koschuso.demo.texts import REPORT, lay_out
from koschuso.reporting.figures.scales import may_show_distribution
from koschuso.reporting.reports.taetigkeitsbericht import SLOTS
from koschuso.reporting.texts import read_markdown

TEXTS = sorted((resources.files("koschuso.demo") / "data" / "texte").iterdir(), key=lambda file: file.name)


def test_every_chapter_has_its_words():
    assert {file.name for file in TEXTS} == {f"{slot.key}.md" for slot in SLOTS}


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_text_can_be_read(file):
    assert read_markdown(file.read_text(encoding="utf-8")).parts


def test_a_text_that_is_there_stays_as_it_is(tmp_path):
    own = tmp_path / REPORT / "2024-25" / "ausblick.md"
    own.parent.mkdir(parents=True)
    own.write_text("Mein Ausblick.", encoding="utf-8")
    assert len(lay_out(tmp_path, "2024-25")) == len(SLOTS) - 1
    assert own.read_text(encoding="utf-8") == "Mein Ausblick."
    assert lay_out(tmp_path, "2024-25") == ()


def test_the_invented_answers_fit_together():
    fachtag, needs = records()
    assert fachtag.event_id == "demo-fachtag-2024-11-13"
    assert needs.answers <= needs.invited
    assert may_show_distribution(needs.questions[0], 3)
