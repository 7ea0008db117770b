"""The drivers of the core keep the contract."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from koschuso.store.backends import CORE_BACKENDS, open_driver
from koschuso.store.memory import MemoryDriver
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import sqlite_url
from koschuso.testing import StoreConformance, StoreUnderTest

GOLDEN = Path(__file__).parents[1] / "golden" / "store-v1.sql"
MEMORY, SQLITE = CORE_BACKENDS


def golden_sqlite(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(GOLDEN.read_text(encoding="utf-8"))
    return SqliteDriver(path)


@contextmanager
def full_disk(driver):
    """Let the file not grow any more: SQLite answers as on a full disk."""
    with driver.transaction(write=False) as transaction:
        connection = transaction._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 10}").fetchone()
    yield
    connection.execute("PRAGMA max_page_count = 4294967294").fetchone()


class TestSqlite(StoreConformance):
    @pytest.fixture
    def store(self, tmp_path):
        (tmp_path / "store").mkdir()
        store = StoreUnderTest.of(
            SQLITE,
            sqlite_url(tmp_path / "store" / "koschuso.db", ort="geprueft"),
            disturb=full_disk,
            golden=lambda: golden_sqlite(tmp_path / "golden.db"),
            golden_cursor="0123456789abcdef.3-393741c43555",
        )
        yield store
        store.clean()
        assert list((tmp_path / "store").iterdir()) == []


class TestMemory(StoreConformance):
    @pytest.fixture
    def store(self):
        return StoreUnderTest.of(MEMORY, "memory:")


class TestMemoryWithoutAbilities(StoreConformance):
    """A driver that offers nothing beyond the contract is proved by the same tests."""

    @pytest.fixture
    def store(self):
        driver = MemoryDriver(capabilities=frozenset())
        return StoreUnderTest(
            open=lambda: driver,
            other=lambda: MemoryDriver(capabilities=frozenset()),
            open_with_secret=lambda secret: open_driver(f"memory:?passwort={secret}"),
            outlives=False,
        )


def test_backends_declare_what_their_drivers_offer(tmp_path):
    urls = {"koschuso:memory": "memory:", "koschuso:sqlite": str(tmp_path / "a.db")}
    for backend in CORE_BACKENDS:
        with open_driver(urls[backend.name]) as driver:
            assert driver.capabilities == backend.capabilities
