"""The office's own words: what of Markdown is read, what is refused, and how the files come about."""

import os
from datetime import UTC, datetime

import pytest

from koschuso.errors import Refused, Unavailable, WrongUse
from koschuso.reporting import (
    OfficeInfo,
    Paragraph,
    Parameters,
    Points,
    Prose,
    RecordsView,
    ReportPeriod,
    Section,
    Slot,
    Span,
    Text,
    make_document,
)
from koschuso.reporting.texts import DRAFT, LARGEST, TextFolder, read_markdown

REPORT = "koschuso:taetigkeitsbericht"
YEAR = ReportPeriod.year(2025)
OUTLOOK = Slot(key="ausblick", title="Ausblick", hint="Was steht an?")
INTRODUCTION = Slot(key="einleitung", title="Einleitung")


def document(words=None, *, audience="oeffentlich"):
    view = RecordsView(
        [],
        office=OfficeInfo(name="Stelle"),
        as_of=datetime(2025, 12, 1, tzinfo=UTC),
        texts={} if words is None else {(REPORT, "2025", "ausblick"): words},
    )
    sections = (Section(title="Ausblick", blocks=(OUTLOOK,)),)
    return make_document(REPORT, view, Parameters(time=YEAR, audience=audience), title="Bericht", sections=sections)


# -- Markdown ----------------------------------------------------------------------------------------------------------


def test_paragraphs_lists_emphasis_and_links_are_read():
    prose = read_markdown(
        "Wir **planen** *viel*,\nauch [mehr](https://example.org/a).\n\n1. eins\n   - darunter\n2. zwei\n"
    )
    first, points = prose.parts
    assert first.spans == (
        Span("Wir "),
        Span("planen", strong=True),
        Span(" "),
        Span("viel", emphasis=True),
        Span(", auch "),
        Span("mehr", link="https://example.org/a"),
        Span("."),
    )
    assert points == Points(
        ((Paragraph([Span("eins")]), Points(((Paragraph([Span("darunter")]),),))), (Paragraph([Span("zwei")]),)),
        ordered=True,
    )
    assert [paragraph.text for paragraph in prose.paragraphs()][1:] == ["eins", "darunter", "zwei"]


def test_what_only_looks_like_markup_stays_text():
    assert read_markdown("    eingerückt\n\nPreis < 5 & mehr_als_das").parts == (
        Paragraph([Span("eingerückt")]),
        Paragraph([Span("Preis < 5 & mehr_als_das")]),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Gut.\n\n<script>alert(1)</script>", "Ab Zeile 3 steht HTML"),
        ("Ein <b>Wort</b>", "Ab Zeile 1 steht HTML"),
        ("# Überschrift", "eine Überschrift; die Kapitel gibt der Bericht vor"),
        ("Gut.\n\nÜberschrift\n====", "Ab Zeile 3 steht eine Überschrift"),
        ("Gut.\n\n| Jahr | Zahl |\n| --- | --- |\n| 2025 | 3 |", "Ab Zeile 3 steht eine Tabelle"),
        ("- Jahr | Zahl\n  --- | ---", "Ab Zeile 1 steht eine Tabelle"),
        ("![Bild](https://example.org/x.png)", "ein Bild"),
        ("```\nx\n```", "ein Code-Block"),
        ("> Zitat", "ein Zitatblock"),
        ("[klick](javascript:alert(1))", "führt ein Verweis nicht auf eine Adresse"),
        ("[klick](www.example.org)", "führt ein Verweis nicht auf eine Adresse"),
        ("Wort\x07", "In Zeile 1 steht ein Steuerzeichen"),
        ("".join(f"{'  ' * depth}- {depth}\n" for depth in range(12)), "zu tief geschachtelt"),
    ],
)
def test_everything_else_is_named_with_its_line(text, said):
    with pytest.raises(WrongUse, match=said.replace("(", r"\(").replace(")", r"\)")):
        read_markdown(text)


# -- in the report -----------------------------------------------------------------------------------------------------


def test_the_words_stand_where_the_slot_was():
    (prose,) = document("Es geht weiter.").blocks()
    assert prose == Prose(parts=[Paragraph([Span("Es geht weiter.")])], key="ausblick")
    assert not document("Es geht weiter.").missing


def test_a_missing_text_is_told_outside_and_asked_for_inside():
    for words in (None, "", " \n\n"):
        outside, inside = document(words), document(words, audience="intern")
        assert not list(outside.blocks())
        assert [gap.what for gap in outside.missing] == ["Text der Koordinierungsstelle: »Ausblick«"]
        (hint,) = inside.blocks()
        assert isinstance(hint, Text)
        assert "»Ausblick« (ausblick.md). Was steht an?" in hint.paragraphs[0]


def test_a_draft_is_only_for_the_office():
    words = f"{DRAFT}: Text vom vorigen Mal.\n\nAltes Ziel."
    assert not list(document(words).blocks())
    assert [gap.count for gap in document(words).missing] == [1]
    note, prose = document(words, audience="intern").blocks()
    assert "noch nicht geprüft" in note.paragraphs[0]
    assert prose.parts[0].text == "Altes Ziel."


def test_a_broken_text_is_one_sentence_that_names_it():
    with pytest.raises(
        Refused,
        match=r"Der Text »Ausblick« \(texte/taetigkeitsbericht/2025/ausblick.md\) lässt sich nicht verwenden. Ab Zeile 1",
    ):
        document("<p>x</p>")


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_new_year_begins_with_the_words_of_the_last_one(tmp_path):
    texts = TextFolder(tmp_path / "texte")
    last = texts.place(REPORT, ReportPeriod.year(2024))
    assert last == tmp_path / "texte" / "taetigkeitsbericht" / "2024"
    last.mkdir(parents=True)
    (last / "ausblick.md").write_text("Unser Ziel.\n", encoding="utf-8")
    made = texts.prepare(REPORT, YEAR, (INTRODUCTION, OUTLOOK))
    assert (made.copied, made.empty, made.kept) == (("ausblick",), ("einleitung",), ())
    draft = texts.read(REPORT, YEAR, "ausblick")
    assert draft.startswith(DRAFT)
    assert draft.endswith("\n\nUnser Ziel.\n")
    assert texts.read(REPORT, YEAR, "einleitung") == ""
    guide = (made.folder / "LIESMICH.txt").read_text(encoding="utf-8")
    assert "ausblick.md: Ausblick\n  Was steht an?" in guide


def test_a_draft_of_a_draft_has_one_mark(tmp_path):
    texts = TextFolder(tmp_path)
    place = texts.place(REPORT, ReportPeriod.year(2024))
    place.mkdir(parents=True)
    (place / "ausblick.md").write_text(f"{DRAFT}: alt\n\nZiel.", encoding="utf-8")
    texts.prepare(REPORT, YEAR, (OUTLOOK,))
    assert texts.read(REPORT, YEAR, "ausblick").count(DRAFT) == 1


def test_what_the_office_wrote_is_never_changed(tmp_path):
    texts = TextFolder(tmp_path)
    place = texts.place(REPORT, YEAR)
    place.mkdir(parents=True)
    (place / "ausblick.md").write_bytes(b"Meins.\r\n")
    (place / "LIESMICH.txt").write_bytes(b"Meine Notiz")
    assert texts.prepare(REPORT, YEAR, (OUTLOOK,)).kept == ("ausblick",)
    assert (place / "ausblick.md").read_bytes() == b"Meins.\r\n"
    assert (place / "LIESMICH.txt").read_bytes() == b"Meine Notiz"


def test_a_report_of_a_plugin_has_a_folder_of_its_own(tmp_path):
    assert TextFolder(tmp_path).place("soest:jahr", YEAR) == tmp_path / "soest.jahr" / "2025"


def test_files_that_are_no_texts_are_one_sentence_each(tmp_path):
    texts = TextFolder(tmp_path)
    place = texts.place(REPORT, YEAR)
    place.mkdir(parents=True)
    assert texts.read(REPORT, YEAR, "ausblick") is None
    (place / "ausblick.md").write_bytes("gut\ngrün".encode("latin-1"))
    with pytest.raises(Refused, match="in Zeile 2 nicht als UTF-8"):
        texts.read(REPORT, YEAR, "ausblick")
    (place / "ausblick.md").write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(Refused, match="ist zu groß; möglich sind 200 Kilobyte"):
        texts.read(REPORT, YEAR, "ausblick")
    (place / "ausblick.md").unlink()
    (place / "ausblick.md").mkdir()
    with pytest.raises(Unavailable, match="kann nicht gelesen werden"):
        texts.read(REPORT, YEAR, "ausblick")


@pytest.mark.skipif(os.name == "nt", reason="other names are impossible there")
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "taetigkeitsbericht").write_text("eine Datei")
    with pytest.raises(Unavailable, match=r"kann nicht (angelegt|gelesen) werden"):
        TextFolder(tmp_path).prepare(REPORT, YEAR, (OUTLOOK,))
