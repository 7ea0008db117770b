"""The live file belongs to one SQLite library and to nobody who opens it by hand."""

import subprocess
import sys
import textwrap
import types

import pytest
from tests.durability.scripts import PROJECT

from koschuso.errors import UnsafeLocation, WrongUse
from koschuso.model import Goal
from koschuso.store import ANY, open_store
from koschuso.store.sqlite_libraries import OTHER_LIBRARIES
from koschuso.store.url import sqlite_url


@pytest.mark.parametrize("library", OTHER_LIBRARIES)
def test_a_second_sqlite_library_is_refused_before_anything_is_made(tmp_path, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, types.ModuleType(library))
    with pytest.raises(UnsafeLocation, match=f"»{library}«.*zweite SQLite-Bibliothek"):
        open_store(tmp_path / "koschuso.db")
    assert list(tmp_path.iterdir()) == []


def test_a_second_library_that_comes_later_stops_writing_but_not_reading(tmp_path, monkeypatch):
    with open_store(tmp_path / "koschuso.db") as store:
        store.put(Goal(id="z", title="Vorher"), expect=ANY)
        with monkeypatch.context() as later:
            later.setitem(sys.modules, "apsw", types.ModuleType("apsw"))
            with pytest.raises(UnsafeLocation):
                store.put(Goal(id="z", title="Nachher"), expect=ANY)
            assert store.get(Goal, "z").value.title == "Vorher"
        store.put(Goal(id="z", title="Nachher"), expect=ANY)


def test_whoever_has_checked_the_library_may_go_on(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "apsw", types.ModuleType("apsw"))
    with open_store(sqlite_url(tmp_path / "koschuso.db", bibliothek="geprueft")) as store:
        store.put(Goal(id="z", title="Ja"), expect=ANY)
    with pytest.raises(WrongUse, match="bibliothek"):
        open_store(sqlite_url(tmp_path / "koschuso.db", bibliothek="egal"))


LIFE = """
    import sys
    from pathlib import Path

    opened = []

    def watch(event, arguments):
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)

    from koschuso import Office
    from koschuso.model import Organisation
    from tests.bench.interchange_data import calendar

    folder = Path(sys.argv[1])
    file = folder / "kalender.ics"
    file.write_bytes(calendar(20, frozenset()))
    with Office.init(folder / "buero", name="Muster", ags="05974") as office:
        office.import_file(file)
        office.save(Organisation(id="o", type="sonstige", name="Haus"))
        office.export(folder / "ausfuhr.ics")
        for name in office.registry.reports:
            try:
                office.report(name)
            except Exception:  # a report may want more than is there; what counts is what it opens
                pass
        office.check()
        office.store.backup(folder / "sicherung.db")
        assert not office.store.verify().damages
        live = [path for path in opened if Path(path).name.startswith("koschuso.db") and "buero" in path]
    assert any("kalender.ics" in path for path in opened), "the watch saw nothing"
    print(*live)
"""


def test_nothing_of_koschuso_opens_the_live_file_by_hand(tmp_path):
    """A whole office life: only SQLite itself, whose opening Python does not see, and the lock files beside it."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIFE), tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    by_hand = [path for path in done.stdout.split() if not path.endswith((".lock", ".lock.q"))]
    assert by_hand == []
    assert "koschuso.db.lock" in done.stdout
