"""Backups are whole or not there, restoring makes what was there, and damage is found and told."""

import errno
import io
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import (
    Corrupt,
    KoschusoError,
    NotFound,
    NotSupported,
    Refused,
    Unavailable,
    UnsafeLocation,
    WrongUse,
)
from koschuso.model import Event, Goal, Organisation
from koschuso.office.keeping_safe.moving import copy
from koschuso.office.keeping_safe.rotation import Rotation, surplus
from koschuso.office.keeping_safe.safekeeping import verify_backup
from koschuso.office.places import absolute_store
from koschuso.store import ANY, open_store
from koschuso.store.digest import digest_of
from koschuso.store.url import parse_store_url

TOML_NOTE = "# Von Hand dazugeschrieben.\n"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "buero"
    with Office.init(place, name="Muster", ags="05974") as office:
        office.save(Organisation(id="schule-1", type="sonstige", name="Stelle am Beispiel"))
        office.save(Organisation(id="schule-1", type="sonstige", name="Stelle am neuen Beispiel"))
        office.save(*(Goal(id=f"z-{number}", title=f"Ziel {number}") for number in range(30)))
        office.store.remove(Goal, "z-3", expect=ANY)
        office.store.remember("einlesen/ics", {"n": 1})
    settings = place / "koschuso.toml"
    settings.write_text(TOML_NOTE + settings.read_text(encoding="utf-8"), encoding="utf-8")
    return place


def state(place):
    with Office.open(place) as office:
        assert office.verify().damages == ()
        with office.store.driver.transaction(write=False) as transaction:
            steps = [(step.change._replace(cursor=""), step.body, step.index) for step in transaction.steps()]
            return digest_of(transaction), steps, office.settings


def backup(place, target, **options):
    with Office.open(place) as office:
        return office.backup(target, **options).path


# --- the drill


def test_what_was_backed_up_comes_back_whole(folder, tmp_path):
    before = state(folder)
    toml = (folder / "koschuso.toml").read_bytes()
    saved = backup(folder, tmp_path)
    shutil.rmtree(folder)

    result = Office.restore(saved, folder)

    assert state(result.folder) == before
    assert (folder / "koschuso.toml").read_bytes() == toml
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with Office.open(folder) as office:
        assert office.get(Organisation, "schule-1").name == "Stelle am neuen Beispiel"
        assert len(office.store.history(Organisation, "schule-1")) == 2
        assert {change.reason for change in office.store.changes()} >= {"Bearbeitung"}


def test_a_restored_office_lives_in_its_own_folder_whatever_its_settings_say(folder, tmp_path):
    elsewhere = tmp_path / "woanders.db"
    copy(str(folder), str(elsewhere), switch=True)
    assert str(elsewhere) in (folder / "koschuso.toml").read_text(encoding="utf-8")
    saved = backup(folder, tmp_path)
    restored = Office.restore(saved, tmp_path / "neu").folder
    settings = (restored / "koschuso.toml").read_text(encoding="utf-8")
    assert 'url = "sqlite:///koschuso.db"' in settings
    assert settings.startswith(TOML_NOTE)
    assert state(restored)[0] == state(folder)[0]
    with Office.open(restored) as office:
        office.save(Goal(id="nur-hier", title="Nur hier"))
    with open_store(elsewhere) as store:
        assert store.find(Goal, "nur-hier") is None


def test_positions_of_after_the_backup_are_refused_in_the_restored_office(folder, tmp_path):
    with Office.open(folder) as office:
        known = office.store.cursor()
        saved = office.backup(tmp_path).path
        office.save(Goal(id="spaeter", title="Später"))
        lost = office.store.cursor()
    restored = Office.restore(saved, tmp_path / "neu").folder
    with Office.open(restored) as office:
        assert list(office.store.changes(known)) == []
        with pytest.raises(Refused):
            list(office.store.changes(lost))
        # Other changes of the same number do not make it valid.
        office.save(Goal(id="anders", title="Anders"))
        with pytest.raises(Refused):
            list(office.store.changes(lost))
        assert office.verify(stand=known).damages == ()
        assert "kommt im Änderungsprotokoll nicht vor" in office.verify(stand=lost).damages[0].message


def test_a_store_that_is_no_file_is_backed_up_all_the_same(tmp_path):
    with Office.open("memory:") as office:
        office.save(*(Goal(id=f"z-{number}", title=f"Ziel {number}") for number in range(30)))
        office.save(Goal(id="z-1", title="Anders"))
        office.store.remove(Goal, "z-3", expect=ANY)
        with office.store.driver.transaction(write=False) as transaction:
            before = digest_of(transaction)
        result = office.backup(tmp_path, keep="1 Tag")
        assert result.manifest.copied
        assert result.manifest.scheme == "memory"
    restored = Office.restore(result.path, tmp_path / "neu").folder
    assert state(restored)[0] == before


def test_a_backup_goes_into_another_store_too(folder, tmp_path):
    saved = backup(folder, tmp_path)
    target = tmp_path / "andere.db"
    restored = Office.restore(saved, tmp_path / "neu", store=f"sqlite:///{target}").folder
    assert sorted(path.name for path in restored.iterdir()) == ["koschuso.toml"]
    assert state(restored)[0] == state(folder)[0]
    with pytest.raises(Refused, match="nicht leer"):
        Office.restore(backup(folder, tmp_path), tmp_path / "dritter", store=f"sqlite:///{folder / 'koschuso.db'}")
    assert not (tmp_path / "dritter").exists()


# --- names


def test_nothing_is_overwritten(folder, tmp_path):
    taken = tmp_path / "da.zip"
    taken.write_bytes(b"wichtig")
    with pytest.raises(Refused, match="gibt es schon"):
        backup(folder, taken)
    assert taken.read_bytes() == b"wichtig"
    assert backup(folder, tmp_path) != backup(folder, tmp_path)
    with pytest.raises(Unavailable, match="Den Ordner"):
        backup(folder, tmp_path / "fehlt" / "a.zip")
    saved = backup(folder, tmp_path)
    with pytest.raises(Refused, match="ist schon ein Büro"):
        Office.restore(saved, folder)
    with pytest.raises(Refused, match="gibt es schon"):
        Office.restore(saved, taken)
    with pytest.raises(Refused, match="nicht leer"):
        Office.restore(saved, tmp_path)
    (tmp_path / "leer").mkdir()
    assert state(Office.restore(saved, tmp_path / "leer").folder) == state(folder)


def test_the_current_folder_is_not_replaced(folder, tmp_path, monkeypatch):
    saved = backup(folder, tmp_path)
    here = tmp_path / "hier"
    here.mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(Refused, match="gerade sind"):
        Office.restore(saved, ".")
    assert Office.restore(saved, "neu").folder.is_dir()
    assert state(here / "neu") == state(folder)


@pytest.mark.parametrize("scheme", ["sqlite", "files"])
def test_a_relative_path_counts_from_the_office_s_folder(tmp_path, scheme):
    place = tmp_path / "Büro 50%"
    url = absolute_store(f"{scheme}:///a%20b.db?ort=geprueft", place)
    assert parse_store_url(url, [scheme]).path == str(place / "a b.db")
    assert url.endswith("?ort=geprueft")
    assert absolute_store(url, tmp_path) == url
    assert absolute_store(f"{scheme}:///a", None) == f"{scheme}:///a"
    assert absolute_store("postgresql://a@b/c", place) == "postgresql://a@b/c"


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(folder, tmp_path, monkeypatch):
    target = tmp_path / "a.zip"
    link = os.link

    def late(source, final):
        target.write_bytes(b"jemand war schneller")
        link(source, final)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(Refused, match="inzwischen"):
        backup(folder, target)
    assert target.read_bytes() == b"jemand war schneller"


def test_a_folder_without_second_names_takes_backups_too(folder, tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", none)
    saved = backup(folder, tmp_path)
    assert verify_backup(saved)[1].damages == ()


def test_a_synchronised_folder_may_hold_backups_but_no_office(folder, tmp_path):
    cloud = tmp_path / "Nextcloud"
    cloud.mkdir()
    saved = backup(folder, cloud)
    with pytest.raises(UnsafeLocation, match="Nextcloud"):
        Office.restore(saved, cloud / "buero")
    assert list(cloud.iterdir()) == [saved]


def test_a_store_is_copied_from_code(folder, tmp_path):
    with Office.open(folder) as office, open_store(tmp_path / "a.db") as target:
        result = office.store.copy_to(target)
        assert result.documents == sum(result.counts.values())
        assert target.counts() == office.store.counts()
        with office.store.transaction(), pytest.raises(WrongUse):
            office.store.copy_to(target)


# --- others write meanwhile


def test_a_backup_is_one_state_while_two_others_write(folder, tmp_path):
    stop = threading.Event()

    def write(name):
        with Office.open(folder) as office:
            for number in itertools.count():
                office.save(Goal(id=f"{name}-1", title=str(number)), Goal(id=f"{name}-2", title=str(number)))
                if stop.is_set():
                    return

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    try:
        saved = [backup(folder, tmp_path) for _ in range(5)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    for number, path in enumerate(saved):
        assert verify_backup(path)[1].damages == ()
        with Office.open(Office.restore(path, tmp_path / f"neu-{number}").folder) as office:
            titles = {goal.id: goal.title for goal in office.records(Goal) if goal.id[:1] in "ab"}
            for name in "ab":
                assert titles.get(f"{name}-1") == titles.get(f"{name}-2")


# --- damage


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_every_changed_byte_of_a_backup_is_found_or_means_nothing(folder, tmp_path, step):
    saved = backup(folder, tmp_path)
    content = saved.read_bytes()
    manifest, _ = verify_backup(saved)
    changed = tmp_path / "veraendert.zip"
    places = [
        *range(0, 1500, step),
        *range(1500, len(content) - 400, 99 * step),
        *range(len(content) - 400, len(content), step),
    ]
    found = 0
    for place in places:
        data = bytearray(content)
        data[place] ^= 1 << place % 8
        changed.write_bytes(data)
        try:
            told, verification = verify_backup(changed)
        except KoschusoError:
            found += 1
        else:
            # In a date or a version of the ZIP itself: what is in it is the same.
            assert told == manifest
            assert verification.damages == ()
    assert found > len(places) * 0.8


@pytest.mark.parametrize("size", [0, 10, 1000, -1])
def test_a_cut_backup_is_refused(folder, tmp_path, size):
    saved = backup(folder, tmp_path)
    content = saved.read_bytes()
    saved.write_bytes(content[:size])
    with pytest.raises(Corrupt):
        Office.restore(saved, tmp_path / "neu")
    assert not (tmp_path / "neu").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


CHANGED = {
    "link": ("koschuso.db", lambda _: b"/etc/passwd"),
    "newer": ("manifest.json", lambda data: data.replace(b'"version": 1', b'"version": 2')),
    "count": ("manifest.json", lambda data: data.replace(b'"goal": 29', b'"goal": 30')),
    "older": ("manifest.json", lambda data: data.replace(b'"created": "20', b'"created": "19')),
    "newer day": ("manifest.json", lambda data: data.replace(b'"created": "20', b'"created": "30')),
    "foreign": ("manifest.json", lambda _: b"{}"),
}
ADDED = {"extra": "mehr.txt", "twice": "koschuso.db", "traversal": "../../boese.txt"}


def repacked(source, target, change):
    """Write a backup anew with something changed."""
    packed = zipfile.ZIP_DEFLATED if change == "packed" else zipfile.ZIP_STORED
    name, alter = CHANGED.get(change, ("", None))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", packed) as new:
        for info in old.infolist():
            written = zipfile.ZipInfo(info.filename, info.date_time)
            written.compress_type, written.external_attr = packed, info.external_attr
            content = alter(old.read(info)) if info.filename == name else old.read(info)
            if change == "link" and info.filename == name:
                written.external_attr = 0o120777 << 16
            if change == "rename" and info.filename == "koschuso.db":
                written.filename = "../../koschuso.db"
            new.writestr(written, content)
        if change in ADDED:
            new.writestr(ADDED[change], b"x")
    return target


HOSTILE = ["link", "rename", "extra", "twice", "traversal", "packed", "foreign", "count", "newer"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("change", HOSTILE)
def test_hostile_and_foreign_archives_are_refused(folder, tmp_path, change):
    inner = tmp_path / "tief" / "innen"
    inner.mkdir(parents=True)
    bad = repacked(backup(folder, tmp_path), inner / "boese.zip", change)
    expected = NotSupported if change == "newer" else Corrupt
    with pytest.raises(expected):
        Office.restore(bad, inner / "neu")
    if change != "count":
        with pytest.raises(expected):
            verify_backup(bad)
    else:
        assert any("Zahl der Datensätze" in damage.message for damage in verify_backup(bad)[1].damages)
    assert sorted(path.name for path in inner.iterdir()) == ["boese.zip"]
    assert sorted(path.name for path in inner.parent.iterdir()) == ["innen"]


def test_what_is_no_backup_is_told_so(tmp_path):
    other = tmp_path / "text.zip"
    other.write_text("kein ZIP")
    with pytest.raises(Corrupt, match="keine Sicherung"):
        Office.restore(other, tmp_path / "neu")
    with pytest.raises(Refused, match="gibt es nicht"):
        Office.restore(tmp_path / "fehlt.zip", tmp_path / "neu")
    with pytest.raises(Refused, match="ist ein Ordner"):
        Office.restore(tmp_path, tmp_path / "neu")


def damage(folder, statement="UPDATE record SET body = replace(body, 'Ziel 7', 'Ziel 8') WHERE id = 'z-7'"):
    with closing(sqlite3.connect(folder / "koschuso.db")) as connection, connection:
        connection.execute(statement)


def test_a_damaged_office_is_not_backed_up(folder, tmp_path):
    saved = backup(folder, tmp_path)
    damage(folder)
    with pytest.raises(Corrupt, match=r"goal z-7: Der Inhalt .* keine Sicherung|keine Sicherung angelegt.*goal z-7"):
        backup(folder, tmp_path / "zweite.zip")
    assert [path for path in tmp_path.iterdir() if path.suffix == ".zip"] == [saved]


# --- rotation


def moments(*days_ago):
    return [datetime(2025, 10, 15, 18, tzinfo=UTC) - timedelta(days=days) for days in days_ago]


def test_the_newest_of_each_day_week_and_month_stays():
    daily = moments(*range(400))
    gone = surplus(daily, Rotation.parse("7 Tage, 5 Wochen, 12 Monate"))
    kept = [position for position in range(400) if position not in gone]
    assert kept[:7] == [0, 1, 2, 3, 4, 5, 6]
    # The last days of the weeks before, and of the months before.
    assert (
        kept[7:] == [10, 15, 17, 24, 45, 76, 106, 137, 167, 198, 228, 259, 287, 318][: len(kept) - 7] or len(kept) <= 24
    )
    assert len(kept) <= 7 + 5 + 12
    assert surplus([], Rotation.parse("1 Tag")) == []
    assert surplus(moments(500), Rotation.parse("1 Tag")) == []
    assert surplus(moments(0, 0, 0), Rotation.parse("3 Tage")) == [1, 2]


@pytest.mark.parametrize("text", ["", "alle", "7", "0 Tage", "7 Tage, 3 Tage", "-1 Tage", "7 Tage; 5 Wochen"])
def test_a_rule_that_cannot_be_understood_is_refused(text):
    with pytest.raises(WrongUse):
        Rotation.parse(text)


def test_only_sound_backups_of_this_store_are_removed(folder, tmp_path):
    backups = tmp_path / "sicherungen"
    backups.mkdir()
    other = tmp_path / "anderes"
    Office.init(other, name="Anderes", ags="05974").close()
    first = backup(folder, backups)
    foreign = backup(other, backups)
    foreign = foreign.rename(foreign.with_name("koschuso-sicherung-05974-2020-01-01-000000.zip"))
    named = first.with_name("von-hand.zip")
    shutil.copy(first, named)
    text = backups / "koschuso-sicherung-05974-2021-01-01-000000.zip"
    text.write_text("nur der Name")
    with Office.open(folder) as office:
        result = office.backup(backups, keep="1 Tag")
    assert result.removed == (first,)
    assert sorted(backups.iterdir()) == sorted([foreign, named, text, result.path])


def test_a_damaged_backup_that_should_stay_stops_the_clearing(folder, tmp_path, capsys):
    today = backup(folder, tmp_path)
    early = repacked(today, tmp_path / "koschuso-sicherung-05974-1926-01-01-000000.zip", "older")
    content = early.read_bytes()
    early.write_bytes(content.replace(b"Ziel 9", b"Ziel 8"))
    arguments = ["backup", str(tmp_path), "--buero", str(folder), "--behalte", "2 Tage"]
    assert main(arguments) == 1
    assert "ist beschädigt; deshalb wurde nichts abgeräumt" in capsys.readouterr().err
    assert today.exists()
    early.write_bytes(content)
    assert main(arguments) == 0
    assert not today.exists()
    assert early.exists()


def test_the_new_backup_stays_even_if_the_clock_went_back(folder, tmp_path):
    future = repacked(
        backup(folder, tmp_path), tmp_path / "koschuso-sicherung-05974-2099-01-01-000000.zip", "newer day"
    )
    with Office.open(folder) as office:
        result = office.backup(tmp_path, keep="1 Tag")
    assert result.path.exists()
    assert future.exists()
    assert len(result.removed) == 1


def test_clearing_needs_a_folder(folder, tmp_path):
    with pytest.raises(WrongUse, match="Ordner"):
        backup(folder, tmp_path / "a.zip", keep="1 Tag")
    assert not (tmp_path / "a.zip").exists()


# --- the n-th call fails


class Faults:
    """Lets the n-th call to the system or to SQLite fail, within a folder."""

    def __init__(self, monkeypatch, root, nth):
        self.left, self._root, self.armed = nth, str(root), False
        for name in ("fsync", "link", "rename", "mkdir", "replace", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name)))
        real_open = io.open

        def opened(file, *args, **kwargs):
            if not self.armed or not str(file).startswith(self._root):
                return real_open(file, *args, **kwargs)
            self.hit()
            return _FailingFile(real_open(file, *args, **kwargs), self)

        monkeypatch.setattr(io, "open", opened)
        real_connect = sqlite3.connect
        faults = self

        class Connection(sqlite3.Connection):
            def execute(self, *args):
                faults.hit(database=True)
                return super().execute(*args)

            def backup(self, *args, **kwargs):
                faults.hit(database=True)
                return super().backup(*args, **kwargs)

        def connected(database, *args, **kwargs):
            faults.hit(database=True)
            return real_connect(database, *args, factory=Connection, **kwargs)

        monkeypatch.setattr(sqlite3, "connect", connected)

    def hit(self, *, database=False):
        if not self.armed:
            return
        self.left -= 1
        if self.left == 0:
            if not database:
                raise OSError(errno.ENOSPC, "full")
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise error

    def _wrapped(self, function):
        def counted(*args, **kwargs):
            self.hit()
            return function(*args, **kwargs)

        return counted


class _FailingFile:
    def __init__(self, file, faults):
        self._file, self._faults = file, faults

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()

    def write(self, data):
        self._faults.hit()
        return self._file.write(data)

    def flush(self):
        self._faults.hit()
        self._file.flush()

    def __getattr__(self, name):
        return getattr(self._file, name)


def each_fault(root, act, step):
    """Do something with the first call failing, then the second (or the one a step later), until none fails."""
    for nth in itertools.count(1, step):
        with pytest.MonkeyPatch.context() as monkeypatch:
            faults = Faults(monkeypatch, root, nth)
            try:
                act(nth, faults)
            except KoschusoError:
                faults.armed = False
                yield nth, True
            else:
                faults.armed = False
                yield nth, False
        if faults.left > 0:
            assert nth > 15
            return


faulty = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
# By default every seventh call, in the long tests every one.
steps = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])


@faulty
@steps
def test_whatever_call_fails_a_backup_is_whole_or_not_there(folder, tmp_path, step):
    before = state(folder)

    def act(nth, faults):
        with Office.open(folder) as office:
            faults.armed = True
            office.backup(tmp_path / f"{nth}.zip")
            faults.armed = False

    for nth, failed in each_fault(tmp_path, act, step):
        target = tmp_path / f"{nth}.zip"
        assert failed or target.exists()
        if target.exists():
            assert verify_backup(target)[1].damages == ()
        assert state(folder) == before


@faulty
@steps
def test_whatever_call_fails_a_restored_office_is_whole_or_not_there(folder, tmp_path, step):
    before = state(folder)
    saved = backup(folder, tmp_path)
    content = saved.read_bytes()

    def act(nth, faults):
        faults.armed = True
        Office.restore(saved, tmp_path / f"neu-{nth}")
        faults.armed = False

    for nth, failed in each_fault(tmp_path, act, step):
        target = tmp_path / f"neu-{nth}"
        assert failed or target.exists()
        if target.exists():
            assert state(target) == before
            shutil.rmtree(target)
    assert saved.read_bytes() == content


@faulty
@steps
def test_whatever_call_fails_a_copy_goes_on_from_there(folder, tmp_path, step):
    before = state(folder)[0]

    def act(nth, faults):
        faults.armed = True
        copy(str(folder), str(tmp_path / f"{nth}.db"))
        faults.armed = False

    for nth, failed in each_fault(tmp_path, act, step):
        if failed:
            copy(str(folder), str(tmp_path / f"{nth}.db"))
        with open_store(tmp_path / f"{nth}.db") as store, store.driver.transaction(write=False) as reading:
            assert digest_of(reading) == before


# --- killed


def kill_during(arguments, after):
    process = subprocess.Popen([sys.executable, "-m", "koschuso", *arguments], stdout=subprocess.DEVNULL)
    time.sleep(after)
    process.kill()
    return process.wait()


def kill_trials(folder, tmp_path, trials, records):
    with Office.open(folder) as office:
        office.store.put_all(Goal(id=f"viel-{number:06}", title="x" * 300) for number in range(records))
    whole = state(folder)
    saved = backup(folder, tmp_path / "ganz.zip")
    for trial in range(trials):
        after = 0.25 + 1.6 * trial / trials
        target = tmp_path / f"k-{trial}.zip"
        kill_during(["backup", str(target), "--buero", str(folder)], after)
        if target.exists():
            assert verify_backup(target)[1].damages == ()
            target.unlink()
        restored = tmp_path / f"r-{trial}"
        kill_during(["restore", str(saved), str(restored)], after)
        if restored.exists():
            assert state(restored) == whole
            shutil.rmtree(restored)
    assert state(folder) == whole


def test_a_killed_backup_or_restore_leaves_nothing_unusable(folder, tmp_path):
    kill_trials(folder, tmp_path, 1, 2_000)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_many_killed_backups_and_restores_leave_nothing_unusable(folder, tmp_path):
    kill_trials(folder, tmp_path, 12, 20_000)


def test_what_a_killed_backup_left_is_removed_a_day_later(folder, tmp_path):
    old, young = folder / f".koschuso-sicherung-{'a' * 16}", folder / f".koschuso-sicherung-{'b' * 16}"
    file = tmp_path / f".alt.zip.{'c' * 8}.unfertig"
    foreign = tmp_path / ".fremd.unfertig"
    for path in (old, young):
        path.mkdir()
        (path / "koschuso.db").write_bytes(b"x")
    file.write_bytes(b"x")
    foreign.write_bytes(b"x")
    for path in (old, file, foreign):
        os.utime(path, (time.time() - 2 * 86400,) * 2)
    backup(folder, tmp_path)
    assert not old.exists()
    assert not file.exists()
    assert young.exists()
    assert foreign.exists()


# --- moving


def test_an_office_is_moved_and_switched(folder, tmp_path):
    before = state(folder)[0]
    result = copy(str(folder), str(tmp_path / "neu.db"), switch=True)
    assert result.switched
    assert state(folder)[0] == before
    text = (folder / "koschuso.toml").read_text(encoding="utf-8")
    assert text.startswith(TOML_NOTE)
    assert f'url = "sqlite:///{tmp_path}/neu.db"' in text
    with Office.open(folder) as office:
        office.save(Goal(id="neu", title="Neu"))
    with open_store(folder / "koschuso.db") as old:
        assert old.find(Goal, "neu") is None


EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Beispiel//DE\r\nBEGIN:VEVENT\r\nUID:fachtag\r\nSEQUENCE:{0}\r\n"
    "DTSTAMP:20250901T08000{0}Z\r\nDTSTART:20251015T0{1}0000Z\r\nDTEND:20251015T120000Z\r\nSUMMARY:{2}\r\n"
    "LOCATION:Soest\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_an_import_into_a_moved_office_merges_as_it_would_have_before(folder, tmp_path):
    calendar = tmp_path / "kalender.ics"

    def read_in(place, *edition):
        calendar.write_text(EVENT.format(*edition), encoding="utf-8", newline="")
        with Office.open(place) as office:
            return office.import_file(calendar)

    def edited(place, **changes):
        with Office.open(place) as office:
            office.save(attrs.evolve(office.get(Event, "fachtag"), **changes))

    def event(place):
        with Office.open(place) as office:
            return office.get(Event, "fachtag")

    read_in(folder, 0, 7, "Fachtag")
    edited(folder, title="Unser Fachtag")
    read_in(folder, 1, 8, "Fachtag")
    assert event(folder).title == "Unser Fachtag"
    moved = shutil.copytree(folder, tmp_path / "umgezogen")
    copy(str(moved), str(tmp_path / "neu.db"), switch=True)
    again = shutil.copytree(moved, tmp_path / "noch-einmal")
    for place in (folder, moved):
        read_in(place, 2, 9, "Fachtag")
    assert event(folder).title == "Unser Fachtag"
    assert event(moved) == event(folder)
    copy(str(again), str(tmp_path / "dritter.db"), switch=True)
    assert event(again).title == "Unser Fachtag"


def test_places_that_make_no_sense_are_told_so(folder, tmp_path):
    with pytest.raises(NotFound):
        copy(str(tmp_path / "fehlt"), str(tmp_path / "a.db"))
    with pytest.raises(NotFound):
        copy(str(tmp_path / "fehlt.db"), str(tmp_path / "a.db"))
    with pytest.raises(WrongUse, match="nennt keinen Speicher"):
        copy(str(folder), str(tmp_path / "ohne-endung"))
    with pytest.raises(WrongUse, match="derselbe"):
        copy(str(folder), str(folder / "koschuso.db"))
    with pytest.raises(WrongUse, match="bekannt sind"):
        copy(str(folder), "unbekannt://geheim@host/x")
    with pytest.raises(WrongUse, match="memory"):
        copy(str(folder), "memory:")
    with pytest.raises(WrongUse, match="Ordner"):
        copy(str(folder / "koschuso.db"), str(tmp_path / "a.db"), switch=True)
    with pytest.raises(Refused, match="liegt kein Büro"):
        copy(str(tmp_path), str(tmp_path / "a.db"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["buero"]


def test_an_office_in_a_folder_with_special_characters(tmp_path):
    place = tmp_path / "Büro 50% ?#ä"
    Office.init(place, name="Muster", ags="05974").close()
    with Office.open(place) as office:
        office.save(Goal(id="z", title="Ziel"))
    saved = backup(place, tmp_path)
    assert state(Office.restore(saved, tmp_path / "neu 7% ?").folder) == state(place)
    copy(str(place), str(tmp_path / "k %41.db"))
    assert (tmp_path / "k %41.db").is_file()


# --- the command line


def test_the_commands_from_backup_to_switch(folder, tmp_path, capsys):
    arguments = ["--buero", str(folder)]
    assert main(["backup", str(tmp_path / "a.zip"), *arguments]) == 0
    out = capsys.readouterr().out
    assert "Datensätze gesichert und nachgelesen" in out
    stand = out.partition("Stand: ")[2].strip()
    assert main(["verify", *arguments, "--stand", stand]) == 0
    assert "In Ordnung" in capsys.readouterr().out
    assert main(["verify", *arguments, "--stand", "0.1-aaaa"]) == 1
    out = capsys.readouterr().out
    # A slip of the pen must not send anybody to restore a backup over sound data.
    assert "Nicht bestätigt" in out
    assert "falsch abgeschrieben" in out
    assert "Beschädigt" not in out
    assert "restore" not in out
    capsys.readouterr()
    assert main(["verify", "--datei", str(tmp_path / "a.zip"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["whole"]
    assert told["stand"] == stand
    assert main(["restore", str(tmp_path / "a.zip"), str(tmp_path / "neu")]) == 0
    assert "alle geprüft" in capsys.readouterr().out
    assert main(["copy", str(tmp_path / "neu"), str(tmp_path / "k.db"), "--umstellen", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["switched"]
    assert main(["restore", str(tmp_path / "a.zip"), str(folder), "--json"]) == 1
    assert "neuen Ordner" in json.loads(capsys.readouterr().out)["error"]
    assert main(["verify", *arguments, "--datei", str(tmp_path / "a.zip")]) == 2


def test_verify_names_the_record_and_what_to_do(folder, capsys):
    damage(folder)
    assert main(["verify", "--buero", str(folder)]) == 1
    out = capsys.readouterr().out
    assert ": 1 Stelle.\n" in out
    assert "goal/z-7: Der Inhalt" in out
    assert "koschuso restore SICHERUNG NEUER-ORDNER" in out
    assert main(["verify", "--buero", str(folder), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["whole"]
    assert told["damages"][0]["id"] == "z-7"


def test_an_office_that_moved_into_a_folder_of_its_own_can_be_moved_as_a_whole(folder, tmp_path):
    (folder / "daten").mkdir()
    moved = copy(str(folder), str(folder / "daten" / "neu 1.db"), switch=True)
    assert moved.settings_entry == "sqlite:///daten/neu%201.db"
    before = state(folder)

    shutil.move(folder, tmp_path / "anderswo")

    assert state(tmp_path / "anderswo") == before


def test_names_with_blanks_are_told_as_a_command_line_takes_them(folder, tmp_path, capsys):
    place = tmp_path / "Büro 100 %"
    shutil.move(folder, place)
    assert main(["copy", str(place), str(tmp_path / "neu.db")]) == 0
    assert f'koschuso copy "{place}" ZIEL --umstellen' in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "heute"), "--buero", str(place)]) == 0
    assert "heute ist eine Datei (ZIP)" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "heute"), str(tmp_path / "ein Büro")]) == 0
    assert f'--buero "{tmp_path / "ein Büro"}"' in capsys.readouterr().out
