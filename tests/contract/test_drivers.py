"""The drivers of the core keep the contract."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from driver_contract import DriverCase, DriverContract

from koschuso.store.backends import CORE_BACKENDS, open_driver
from koschuso.store.memory import MemoryDriver
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import sqlite_url

GOLDEN = Path(__file__).parents[1] / "golden" / "store-v1.sql"
READ_ALL = "import pathlib, sys; [sys.stdout.buffer.write(p.read_bytes()) for p in pathlib.Path(sys.argv[1]).iterdir()]"


def golden_sqlite(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(GOLDEN.read_text(encoding="utf-8"))
    return SqliteDriver(path)


def sqlite_case(folder):
    (folder / "store").mkdir()
    url = sqlite_url(folder / "store" / "koschuso.db", ort="geprueft")

    def content():
        # Another process reads: opening the live file in this one would drop SQLite's locks.
        return subprocess.run(
            [sys.executable, "-c", READ_ALL, folder / "store"], check=True, capture_output=True
        ).stdout

    return DriverCase(
        open=lambda: open_driver(url),
        other=lambda: SqliteDriver(folder / "other.db"),
        content=content,
        golden=lambda: golden_sqlite(folder / "golden.db"),
        open_with_secret=lambda secret: open_driver(f"{url}&passwort={secret}"),
    )


def memory_case(**options):
    driver = MemoryDriver(**options)
    return DriverCase(
        open=lambda: driver,
        other=MemoryDriver,
        open_with_secret=lambda secret: open_driver(f"memory:?passwort={secret}"),
    )


class TestSqlite(DriverContract):
    @pytest.fixture
    def case(self, tmp_path):
        return sqlite_case(tmp_path)


class TestMemory(DriverContract):
    @pytest.fixture
    def case(self):
        return memory_case()


class TestMemoryWithoutAbilities(DriverContract):
    """A driver that offers nothing beyond the contract is proved by the same tests."""

    @pytest.fixture
    def case(self):
        return memory_case(capabilities=frozenset())


def test_backends_declare_what_their_drivers_offer(tmp_path):
    urls = {"koschuso:memory": "memory:", "koschuso:sqlite": str(tmp_path / "a.db")}
    for backend in CORE_BACKENDS:
        with open_driver(urls[backend.name]) as driver:
            assert driver.capabilities == backend.capabilities
