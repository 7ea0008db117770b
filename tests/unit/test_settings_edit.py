"""Changing one setting leaves the rest of koschuso.toml as somebody wrote it."""

import os

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
            '[buero]\nname = "M"\nags = "05974"\n[plugins]\naktiv = [\n  # eins\n  "a",\n] # zwei\n',
        ),
    ],
    ids=["no such section", "no such key", "a list over several lines"],
)
def test_comments_and_order_of_a_file_written_by_hand_stay(folder, written, expected):
    (folder / SETTINGS).write_text(written, encoding="utf-8")
    change_settings(folder, plugins=("a",))

    assert text(folder) == expected


HEAD = '[buero]\nname = "M"\nags = "05974"\n'

UNUSUAL = {
    "tables in braces": (
        'buero = {name = "M", ags = "05974"} # wir\nplugins = {aktiv = []}\n',
        'buero = {name = "M", ags = "05974"} # wir\nplugins = {aktiv = ["a"]}\n',
    ),
    "empty braces": (
        'plugins = { } # keine\n[buero]\nname = "M"\nags = "05974"',
        'plugins = {aktiv = ["a"]} # keine\n[buero]\nname = "M"\nags = "05974"',
    ),
    "keys with dots": (
        'buero.name = "M"\nplugins . aktiv = [] # keine\nbuero.ags = "05974"\n',
        'buero.name = "M"\nplugins . aktiv = ["a"] # keine\nbuero.ags = "05974"\n',
    ),
    "quoted names": (
        f"{HEAD}[ 'plugins' ]\n\"aktiv\"=['x'] # ja, [wirklich]\n",
        f'{HEAD}[ \'plugins\' ]\n"aktiv"=["a"] # ja, [wirklich]\n',
    ),
    "brackets in a text": (
        f'{HEAD}[plugins]\naktiv = ["x]y"]\n[speicher]\nurl = "sqlite:///[plugins].db"\n',
        f'{HEAD}[plugins]\naktiv = ["a"]\n[speicher]\nurl = "sqlite:///[plugins].db"\n',
    ),
    "a text over several lines": (
        '[buero]\nname = """M\n[plugins]\naktiv = []\n"""\nags = "05974"\n[plugins]\n  aktiv = []\n',
        '[buero]\nname = """M\n[plugins]\naktiv = []\n"""\nags = "05974"\n[plugins]\n  aktiv = ["a"]\n',
    ),
    "line ends of Windows": (
        HEAD.replace("\n", "\r\n") + "# Ende",
        HEAD.replace("\n", "\r\n") + '# Ende\r\n\r\n[plugins]\r\naktiv = ["a"]\r\n',
    ),
    "mark of the editor": ("\ufeff" + HEAD, "\ufeff" + HEAD + '\n[plugins]\naktiv = ["a"]\n'),
    "header with a note": (f"{HEAD}[plugins] # unsere\n# Ende", f'{HEAD}[plugins] # unsere\naktiv = ["a"]\n# Ende'),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_a_file_of_unusual_style_is_changed_at_the_one_place(folder, case):
    written, expected = UNUSUAL[case]
    (folder / SETTINGS).write_bytes(written.encode())
    change_settings(folder, plugins=("a",))

    assert (folder / SETTINGS).read_bytes().decode() == expected


LISTED = f"""{HEAD}[plugins]
aktiv = [ # was wir brauchen
    "x",  # für die Felder
    # früher: "alt"
    "y"   # für den Bericht
    , # so
] # Ende
"""


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        (("x", "y", "z"), [("    , # so\n", '    , # so\n    "z",\n')]),
        (("y",), [('    "x",  # für die Felder', "    # für die Felder")]),
        (("x",), [('    "y"   # für den Bericht\n    , # so', "    # für den Bericht\n     # so")]),
        ((), [('    "x",  # für die Felder', "    # für die Felder"), ('    "y"   # für den Bericht\n    , # so', "    # für den Bericht\n     # so")]),
    ],
    ids=["one more", "the first goes", "the last goes", "all go"],
)  # fmt: skip
def test_a_list_over_several_lines_keeps_its_notes(folder, wanted, changed):
    (folder / SETTINGS).write_text(LISTED, encoding="utf-8")
    change_settings(folder, plugins=wanted)

    expected = LISTED
    for before, after in changed:
        expected = expected.replace(before, after)
    assert text(folder) == expected
    change_settings(folder, plugins=(*wanted, "a"))
    assert Settings.read(folder).plugins == (*wanted, "a")
    for note in ("was wir brauchen", "für die Felder", "früher", "für den Bericht", "so", "Ende"):
        assert f"# {note}" in text(folder)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_settings_that_lie_elsewhere_stay_there(folder, tmp_path):
    real = tmp_path / "eigene.toml"
    (folder / SETTINGS).rename(real)
    (folder / SETTINGS).symlink_to(real)
    change_settings(folder, plugins=("a",))

    assert (folder / SETTINGS).is_symlink()
    assert 'aktiv = ["a"]' in real.read_text(encoding="utf-8")


def test_write_protected_settings_are_not_replaced(folder):
    before = text(folder)
    (folder / SETTINGS).chmod(0o444)

    with pytest.raises(Unavailable, match="schreibgeschützt"):
        change_settings(folder, plugins=("a",))
    assert text(folder) == before


def test_a_file_that_cannot_be_changed_safely_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr("koschuso.office.settings_edit.json.dumps", lambda *_arguments, **_options: "[1, 2]")
    written = text(folder)

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
    def full(*_arguments, **_options):
        raise Unavailable("Die Platte ist voll.")

    monkeypatch.setattr("koschuso.office.settings_edit.write_atomically", full)
    before = text(folder)

    with pytest.raises(Unavailable):
        change_settings(folder, plugins=("a",))
    assert text(folder) == before
