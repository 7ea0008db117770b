"""Changing one setting leaves the rest of koschuso.toml as somebody wrote it."""

import pytest

from koschuso.errors import Refused, Unavailable
from koschuso.office.settings import SETTINGS, Settings
from koschuso.office.settings_edit import change_settings

BASE = Settings(name="Büro »Muster«", ags="05974")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / SETTINGS).write_text(BASE.to_toml(), encoding="utf-8")
    return tmp_path


def text(folder):
    return (folder / SETTINGS).read_text(encoding="utf-8")


def test_only_the_line_of_the_setting_changes(folder):
    before = text(folder).splitlines()

    assert change_settings(folder, plugins=("muster", "soest")).plugins == ("muster", "soest")
    changed = [(old, new) for old, new in zip(before, text(folder).splitlines(), strict=True) if old != new]
    assert changed == [("aktiv = []", 'aktiv = ["muster", "soest"]')]
    assert Settings.read(folder).plugins == ("muster", "soest")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '[buero]\nname = "M" # wir\nags = "05974"',
            '[buero]\nname = "M" # wir\nags = "05974"\n\n[plugins]\naktiv = ["a"]\n',
        ),
        (
            '[plugins]\n# noch leer\n[buero]\nname = "M"\nags = "05974"\n',
            '[plugins]\naktiv = ["a"]\n# noch leer\n[buero]\nname = "M"\nags = "05974"\n',
        ),
        (
            '[buero]\nname = "M"\nags = "05974"\n[plugins]\naktiv = [\n  "x", # eins\n  "y",\n] # zwei\n',
            '[buero]\nname = "M"\nags = "05974"\n[plugins]\naktiv = ["a"] # zwei\n',
        ),
    ],
    ids=["no such section", "no such key", "a list over several lines"],
)
def test_comments_and_order_of_a_file_written_by_hand_stay(folder, written, expected):
    (folder / SETTINGS).write_text(written, encoding="utf-8")
    change_settings(folder, plugins=("a",))

    assert text(folder) == expected


def test_a_file_that_cannot_be_changed_safely_is_left_alone(folder):
    written = 'buero = {name = "M", ags = "05974"}\nplugins = {aktiv = []}\n'
    (folder / SETTINGS).write_text(written, encoding="utf-8")

    with pytest.raises(Refused, match=r"\[plugins\] aktiv von Hand"):
        change_settings(folder, plugins=("a",))
    assert text(folder) == written


def test_an_impossible_value_changes_nothing(folder):
    before = text(folder)

    with pytest.raises(Refused):
        change_settings(folder, threshold=1)
    assert text(folder) == before


def test_texts_with_quotes_and_backslashes_come_back(folder):
    url = 'sqlite:///C:\\Daten\\"neu".db'
    change_settings(folder, store=url)
    change_settings(folder, store=url + "2")

    assert Settings.read(folder).store == url + "2"
    assert Settings.read(folder).name == BASE.name


def test_a_folder_that_cannot_be_written_says_so(folder, monkeypatch):
    def full(*_arguments):
        raise Unavailable("Die Platte ist voll.")

    monkeypatch.setattr("koschuso.office.settings_edit.write_atomically", full)
    before = text(folder)

    with pytest.raises(Unavailable):
        change_settings(folder, plugins=("a",))
    assert text(folder) == before
