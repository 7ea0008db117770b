"""Reports on paper: printed from the browser, and opened in LibreOffice, whole and with nothing cut."""

import re
from zipfile import ZipFile

import pytest
from samples import a_document, charts, everything, long_table, wide_table

from koschuso.reporting import Section
from koschuso.testing.renderer_conformance import HOSTILE, hostile_document

pytestmark = [pytest.mark.programs, pytest.mark.slow]


def paper(browser, path, **more):
    target = path.with_suffix(".pdf")
    browser({"file": str(path), "steps": [{"do": "pdf", "to": str(target)}], **more})
    return target


def check_rows(pages, rows):
    """Each row stands on one page as a whole, and each page with rows has the headings."""
    found = []
    for page in pages:
        begins, ends = set(re.findall(r"Anfang(\d+)", page.text)), set(re.findall(r"Ende(\d+)", page.text))
        assert begins == ends, "a row is cut"
        if begins:
            assert "Kopfzeilenwort" in page.text, "a page has no headings"
        found += sorted(begins)
    assert found == [f"{row:03}" for row in range(rows)]


def test_printed_rows_are_never_cut_and_headings_are_repeated(browser, printed, tmp_path):
    path = a_document(Section(title="T", blocks=(long_table(),))).save(tmp_path / "lang.html")
    pages = printed(paper(browser, path))
    assert len(pages) > 5
    check_rows(pages, 120)


@pytest.mark.parametrize("columns", [5, 9, 12, 18, 24])
def test_a_printed_table_fits_onto_the_paper_however_many_columns_it_has(browser, printed, tmp_path, columns):
    path = a_document(Section(title="T", blocks=(wide_table(columns),))).save(tmp_path / "breit.html")
    pages = printed(paper(browser, path))
    assert all(page.outside() == [] for page in pages)
    assert f" {columns - 1} " in " ".join(page.text for page in pages)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_values_behind_charts_are_printed_where_the_picture_does_not_say_them_all(
    browser, printed, tmp_path, scripts
):
    path = a_document(Section(title="T", blocks=tuple(charts()))).save(tmp_path / "bilder.html")
    text = " ".join(page.text for page in printed(paper(browser, path, scripts=scripts)))
    # What is written in the pictures of bars and heat grids is not printed a second time.
    assert text.count("Daten zum Diagramm") == 2


@pytest.mark.parametrize("internal", [True, False])
def test_each_printed_page_has_its_number_and_says_where_it_is_internal(browser, printed, tmp_path, internal):
    sections = (
        Section(title="Lang", blocks=(long_table(40),)),
        Section(title="Breit", blocks=(wide_table(24),)),
        Section(title="Ende"),
    )
    pages = printed(paper(browser, a_document(*sections, internal=internal).save(tmp_path / "seiten.html")))
    assert {page.width > page.height for page in pages} == {True, False}
    for number, page in enumerate(pages, 1):
        assert f"Seite {number} von {len(pages)}" in page.text
        assert ("INTERN" in page.text) == internal


def test_dark_screens_print_on_white(browser, tmp_path):
    path = a_document(Section(title="T", blocks=(long_table(3),))).save(tmp_path / "dunkel.html")
    colour = {"do": "print-colours"}
    (result,) = browser({"file": str(path), "scheme": "dark", "steps": [colour]})
    assert result["steps"][0] == {"paper": "rgb(255, 255, 255)", "ink": "rgb(0, 0, 0)"}


def test_libreoffice_opens_a_word_document_with_everything_in_it(office_suite, printed, tmp_path):
    path = everything().save(tmp_path / "alles.docx")
    pages = printed(office_suite(path))
    text = " ".join(page.text for page in pages)
    for words in (
        "INTERN", "Tätigkeitsbericht", "Inhalt", "Worte", "Darunter", "Wir danken allen", "1. Erstens", "März 2025 Punkt",
        "Tabelle 1: Zum Sortieren", "Zülpich • 9,50 31.12.2024 100", "Abbildung 1: Diagramm bar", "k. A.",
        "Dazu liegen keine Angaben vor.", "Angaben fehlen", "Kleine Zahlen werden ersetzt.", f"von {len(pages)}",
    ):  # fmt: skip
        assert words in text, words
    assert all(page.outside() == [] for page in pages)
    assert all("Datenstand 01.08.2025, 12:00 Uhr" in page.text for page in pages)
    assert all("INTERN" in page.text for page in pages)


def test_rows_in_a_word_document_are_never_cut_and_headings_are_repeated(office_suite, printed, tmp_path):
    path = a_document(Section(title="T", blocks=(long_table(),))).save(tmp_path / "lang.docx")
    check_rows(printed(office_suite(path)), 120)


def test_libreoffice_opens_a_workbook_with_everything_in_it(office_suite, printed, tmp_path):
    path = everything().save(tmp_path / "alles.xlsx")
    text = " ".join(page.text for page in printed(office_suite(path)))
    for words in (
        "INTERN",
        "Tätigkeitsbericht",
        "Zum Sortieren",
        "Zülpich",
        "05974",
        "Daten zum Diagramm: Diagramm bar",
    ):
        assert words in text, words


def test_no_cell_of_a_workbook_is_a_formula_for_libreoffice(office_suite, tmp_path):
    """What LibreOffice saves again has formulas where it took a cell for one."""
    path = tmp_path / "feindlich.xlsx"
    renderer = next(one for one in a_document().renderers if one.suffix == ".xlsx")
    path.write_bytes(renderer.render(hostile_document()))
    again = office_suite(path, "xlsx", tmp_path / "wieder")
    with ZipFile(again) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert len(sheets) > 10
    assert not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)
    assert HOSTILE[1].replace('"', "&quot;") in texts
