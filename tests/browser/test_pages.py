"""Reports in a real browser: accessible, readable on any screen, sortable, and whole without scripts."""

import pytest
from samples import a_document, everything, sorting_table

from koschuso.plugin.registry import Registry
from koschuso.reporting import Section
from koschuso.testing.renderer_conformance import hostile_document

pytestmark = [pytest.mark.programs, pytest.mark.slow]

OPEN_ALL = {"do": "evaluate", "script": "document.querySelectorAll('details').forEach((one) => (one.open = true))"}
SIDEWAYS = {"do": "evaluate", "script": "document.documentElement.scrollWidth - window.innerWidth"}
SCREENS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
REPORTS = sorted(Registry.load().reports)


def look_at(browser, path, **more):
    """Open a page on every screen; every step but those asked for must find nothing to object to."""
    steps = [OPEN_ALL, {"do": "axe"}, SIDEWAYS]
    pages = [
        {"file": str(path), "width": width, "scheme": scheme, "bypass": True, "steps": steps, **more}
        for width, scheme in SCREENS
    ]
    for (width, scheme), result in zip(SCREENS, browser(*pages), strict=True):
        _, axe, sideways = result["steps"]
        screen = f"{path.name} at {width} pixels, {scheme}"
        assert axe["violations"] == [], screen
        assert axe["passes"] > 15
        assert sideways <= 0, f"{screen} scrolls sideways"
        assert result["said"] == [], screen
        assert len(result["asked"]) == 1, f"{screen} fetches something"


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_accessible_on_every_screen(browser, demo_report, tmp_path, name):
    document = demo_report(name)
    look_at(browser, document.save(tmp_path / f"{name.partition(':')[2]}.html"))


def test_everything_that_a_report_can_hold_is_accessible(browser, tmp_path):
    look_at(browser, everything().save(tmp_path / "alles.html"))


def test_hostile_texts_run_nowhere_and_break_nothing(browser, tmp_path):
    path = tmp_path / "feindlich.html"
    path.write_bytes(a_document().renderers[0].render(hostile_document()))
    plain = {
        "file": str(path),
        "width": 360,
        "steps": [SIDEWAYS, {"do": "evaluate", "script": "document.scripts.length"}],
    }
    (result,) = browser(plain)
    assert result["steps"][0] <= 0
    assert result["steps"][1] == 1
    assert result["said"] == []


ROWS = """[...document.querySelectorAll('#sortiert tbody tr')].map((row) => row.cells[0].textContent)"""
STATES = (
    """[...document.querySelectorAll('#sortiert thead tr:last-child th')].map((th) => th.getAttribute('aria-sort'))"""
)


@pytest.fixture
def sorted_page(tmp_path):
    return str(a_document(Section(title="T", blocks=(sorting_table(),))).save(tmp_path / "sortiert.html"))


def rows():
    return {"do": "evaluate", "script": ROWS}


def click(column):
    return {"do": "click", "at": f"#sortiert thead tr:last-child th:nth-child({column}) button"}


def test_tables_are_sorted_by_click_as_german_values_and_signs_stay_last(browser, sorted_page):
    steps = [rows()]
    for column in range(1, 6):
        steps += [click(column), rows(), click(column), rows(), click(column), rows()]
    steps.append({"do": "evaluate", "script": "document.querySelector('#sortiert tfoot th').textContent"})
    (result,) = browser({"file": sorted_page, "steps": steps})
    shown = [step for step in result["steps"] if isinstance(step, list)]
    original = ["Öde", "Zülpich", "Ahlen", "Olpe"]
    assert shown[0::3] == [original] * 6
    assert shown[1::3] == [
        ["Ahlen", "Öde", "Olpe", "Zülpich"],
        ["Olpe", "Ahlen", "Öde", "Zülpich"],
        ["Öde", "Zülpich", "Olpe", "Ahlen"],
        ["Zülpich", "Olpe", "Öde", "Ahlen"],
        ["Olpe", "Ahlen", "Zülpich", "Öde"],
    ]
    assert shown[2::3] == [
        ["Zülpich", "Olpe", "Öde", "Ahlen"],
        ["Öde", "Ahlen", "Olpe", "Zülpich"],
        ["Olpe", "Zülpich", "Öde", "Ahlen"],
        ["Öde", "Olpe", "Zülpich", "Ahlen"],
        ["Öde", "Zülpich", "Ahlen", "Olpe"],
    ]
    assert result["steps"][-1] == "Summe"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_tables_are_sorted_by_keyboard_and_say_so(browser, sorted_page, key):
    focus = {"do": "focus", "at": "#sortiert thead tr:last-child th:nth-child(2) button"}
    press, states = {"do": "press", "key": key}, {"do": "evaluate", "script": STATES}
    (result,) = browser({"file": sorted_page, "steps": [focus, press, rows(), states, press, states, press, states]})
    _, _, order, first, _, second, _, third = result["steps"]
    assert order == ["Olpe", "Ahlen", "Öde", "Zülpich"]
    assert first == [None, "ascending", None, None, None]
    assert second == [None, "descending", None, None, None]
    assert third == [None] * 5


def test_without_scripts_nothing_is_lost_and_nothing_is_dead(browser, tmp_path):
    path = str(everything().save(tmp_path / "alles.html"))
    count = {
        "do": "evaluate",
        "script": """({buttons: document.querySelectorAll('button').length,
            rows: document.querySelectorAll('tr').length, text: document.querySelector('main').textContent})""",
    }
    with_scripts, without = browser(
        {"file": path, "steps": [count]}, {"file": path, "scripts": False, "steps": [count, SIDEWAYS]}
    )
    assert with_scripts["steps"][0]["buttons"] > 10
    assert without["steps"][0]["buttons"] == 0
    assert without["steps"][0]["rows"] == with_scripts["steps"][0]["rows"]
    hint = " Die Schaltflächen im Tabellenkopf sortieren die Zeilen."
    assert without["steps"][0]["text"] == with_scripts["steps"][0]["text"].replace(hint, "")
