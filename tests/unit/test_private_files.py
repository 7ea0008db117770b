"""What an office keeps for itself is made for its owner alone, whatever the umask; what it writes for others is not."""

import os
import stat
from contextlib import contextmanager

import pytest

from koschuso import Office
from koschuso.errors import Unavailable
from koschuso.files import write_atomically
from koschuso.model import Goal
from koschuso.office.keeping_safe.moving import copy
from koschuso.office.settings_edit import change_settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files")

UMASKS = [0o000, 0o022, 0o077, 0o777]


@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder):
    return {path.name: mode(path) for path in folder.iterdir()}


@pytest.mark.parametrize("value", UMASKS, ids=oct)
def test_an_office_is_for_its_owner_alone(tmp_path, value):
    place = tmp_path / "buero"
    with umask(value):
        with Office.init(place, name="Muster", ags="05974") as office:
            office.save(Goal(id="z", title="Ziel"))
            assert set(modes(place)) >= {"koschuso.toml", "koschuso.db", "koschuso.db-wal", "koschuso.db.lock"}
            assert set(modes(place).values()) == {0o600}
            saved = office.backup(tmp_path / "a.zip").path
        restored = Office.restore(saved, tmp_path / "neu").folder
        copy(str(place), str(tmp_path / "kopie.db"))
    assert mode(place) == mode(restored) == 0o700
    assert set(modes(restored).values()) == {0o600}
    assert mode(saved) == mode(tmp_path / "kopie.db") == 0o600


def test_what_somebody_has_opened_to_colleagues_stays_open(tmp_path):
    place = tmp_path / "buero"
    place.mkdir(0o750)
    place.chmod(0o750)
    with umask(0o022):
        Office.init(place, name="Muster", ags="05974").close()
        for path in place.iterdir():
            path.chmod(0o660)
        for path in place.glob("*.lock*"):
            path.unlink()
        with Office.open(place) as office:
            office.save(Goal(id="z", title="Ziel"))
            assert set(modes(place).values()) == {0o660}
        change_settings(place, plugins=("muster",))
        saved = tmp_path / "a.zip"
        with Office.open(place) as office:
            office.backup(saved)
        (tmp_path / "neu").mkdir()
        (tmp_path / "neu").chmod(0o770)
        Office.restore(saved, tmp_path / "neu")
    assert mode(place / "koschuso.toml") == 0o660
    assert mode(place) == 0o750
    assert mode(tmp_path / "neu") == 0o770


def test_settings_that_get_a_password_are_closed(tmp_path):
    Office.init(tmp_path / "buero", name="Muster", ags="05974").close()
    settings = tmp_path / "buero" / "koschuso.toml"
    settings.chmod(0o644)
    change_settings(tmp_path / "buero", store="postgresql://a:geheim@db.example/x")
    assert mode(settings) == 0o600


@pytest.mark.parametrize(("value", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_what_is_written_for_others_follows_the_umask(tmp_path, value, expected):
    with umask(value), Office.open("memory:") as office:
        office.save(Goal(id="z", title="Ziel"))
        office.export(tmp_path / "ziele.csv", kinds=["goal"])
    assert mode(tmp_path / "ziele.csv") == expected


def test_a_file_that_is_replaced_keeps_mode_and_link(tmp_path):
    (tmp_path / "oeffentlich").mkdir()
    real = tmp_path / "oeffentlich" / "termine.ics"
    real.write_bytes(b"alt")
    real.chmod(0o640)
    link = tmp_path / "termine.ics"
    link.symlink_to(real)
    write_atomically(link, b"neu")
    assert link.is_symlink()
    assert real.read_bytes() == b"neu"
    assert mode(real) == 0o640
    assert modes(tmp_path / "oeffentlich") == {"termine.ics": 0o640}


def test_a_write_protected_file_is_not_replaced(tmp_path):
    path = tmp_path / "fertig.html"
    path.write_bytes(b"alt")
    path.chmod(0o444)
    with pytest.raises(Unavailable, match="schreibgeschützt"):
        write_atomically(path, b"neu")
    assert path.read_bytes() == b"alt"
