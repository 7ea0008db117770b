"""The stores that are put to the test: how one is opened, what else looks into it, and how its server is stopped hard.

Any URL of a known scheme will do; tests make theirs with `fresh`. A plugin is found beside the core even where its
distribution is not installed.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from koschuso import Office, Settings
from koschuso.plugin.registry import Registry
from koschuso.store import Store, open_store
from koschuso.store.backends import CORE_BACKENDS
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import StoreUrl, parse_store_url, sqlite_url

if TYPE_CHECKING:
    from koschuso.store.driver import StoreBackend

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


@lru_cache(maxsize=1)
def backends():
    """The core's storages and those of the plugins in this project."""
    found: list[StoreBackend] = list(CORE_BACKENDS)
    for name in ("files", "postgres"):
        source = str(PLUGINS / f"koschuso-{name}" / "src")
        if source not in sys.path:
            sys.path.append(source)
        with suppress(ImportError):
            module = importlib.import_module(f"koschuso_{name}")
            offered = (
                getattr(module, "koschuso_stores", None)
                or importlib.import_module(f"koschuso_{name}.plugin").koschuso_stores
            )
            found += offered()
    return tuple(found)


@dataclass(frozen=True)
class Place:
    """A store under test.

    Attributes:
        url: Its URL, whole.
        server: What can be stopped hard and started again, where there is a server: an object with ``kill`` and
            ``start``, of which the latter returns when connections are taken.
        steps: Steps of the schema other than the delivered ones; for SQLite only.
    """

    url: str
    server: object = field(default=None, repr=False)
    steps: tuple = ()

    def __repr__(self):
        return f"Place({self.parsed})"

    @property
    def parsed(self) -> StoreUrl:
        return parse_store_url(self.url, [scheme for backend in backends() for scheme in backend.schemes])

    @property
    def path(self):
        """File or folder; ``None`` for a store behind a server."""
        return Path(self.parsed.path) if self.parsed.scheme in {"sqlite", "files"} else None

    @property
    def backend(self):
        return next(backend for backend in backends() if self.parsed.scheme in backend.schemes)

    def open(self) -> Store:
        if self.steps:
            return Store(SqliteDriver(self.path, steps=self.steps))
        return open_store(self.url, backends=backends())

    def office(self) -> Office:
        return Office(store=self.open(), registry=Registry.load(), settings=Settings(name="Probe", ags="05974"))

    def hasten(self, store):
        """Let the driver tidy up far more often than it would, so that short trials meet it in the act."""
        driver = store._driver
        if isinstance(driver, SqliteDriver):
            for connection in driver._idle:
                connection.execute("PRAGMA wal_autocheckpoint = 12")

    def damages(self, *, by_others=True):
        """What the driver itself, and whoever else knows the format, find wrong; the store must be closed."""
        with self.open() as store:
            found = [damage.message for damage in store.verify().damages]
        if not by_others:
            return found
        return found + _FOREIGN.get(self.parsed.scheme, _nothing)(self)

    def sibling(self, token):
        """Another, empty store of the same make."""
        return Place(self.backend.sibling(self.parsed, token), self.server)


def fresh(scheme, folder, name="probe"):
    """A place for an empty store below a folder; servers are asked elsewhere."""
    if scheme == "sqlite":
        # The folders of tests lie where they lie: whether the place is safe is not what they ask.
        return Place(sqlite_url(folder / f"{name}.db", ort="geprueft"))
    if scheme == "files":
        return Place(sqlite_url(folder / name, ort="geprueft").replace("sqlite:", "files:", 1))
    raise ValueError(scheme)


@contextmanager
def at(text, *, scratch=None):
    """The place that a text names: a URL, or a scheme alone for a place of our own that is removed afterwards.

    Args:
        text: URL or scheme.
        scratch: Makes the folder for one of our own; a temporary one of the system otherwise.
    """
    if ":" in text:
        yield Place(text)
    elif text == "postgresql":
        from tests.servers.postgres_server import PostgresServer

        with PostgresServer() as server:
            yield Place(server.url, server)
    else:
        with tempfile.TemporaryDirectory(prefix="koschuso-probe-") if scratch is None else scratch("probe") as folder:
            yield fresh(text, Path(folder).resolve())


@contextmanager
def folder_beside():
    """A folder for what is no store, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="koschuso-neben-") as folder:
        yield Path(folder)


def backup_place(path):
    """The store that a backup holds; opening it must not change it, so look at a copy where that matters."""
    if path.is_dir():
        return Place(sqlite_url(path, ort="geprueft").replace("sqlite:", "files:", 1))
    return Place(sqlite_url(path, ort="geprueft"))


def missing(scheme):
    """Why a scheme cannot be tried, or an empty text."""
    known = {name for backend in backends() for name in backend.schemes}
    return "" if scheme in known else f"no driver for {scheme}: here"


def _nothing(_place):
    return []


def _sqlite_damages(place):
    with closing(sqlite3.connect(place.path)) as connection:
        try:
            return [message for (message,) in connection.execute("PRAGMA integrity_check") if message != "ok"]
        except sqlite3.DatabaseError as error:
            return [str(error)]


def _file_damages(place):
    """Other programs read these files while ours does not run: each must be whole by itself."""
    found = []
    for path in place.path.rglob("*"):
        # What was set aside is kept as it was found; it is no record.
        if "konflikte" in path.parts:
            continue
        ends = {".ics": b"END:VCALENDAR", ".vcf": b"END:VCARD"}.get(path.suffix)
        if not path.is_file() or path.name.startswith(".") or any(part.startswith(".") for part in path.parts[-3:-1]):
            continue
        data = path.read_bytes()
        if ends is not None and not data.rstrip().endswith(ends):
            found.append(f"{path.name} is not whole")
        elif path.suffix == ".json":
            try:
                json.loads(data)
            except ValueError:
                found.append(f"{path.name} is no JSON")
    return found


def _server_damages(place):
    """PostgreSQL's own check of tables and indexes, as its administrator."""
    if place.server is None:
        return []
    try:
        place.server.run("pg_amcheck", "--install-missing", "--heapallindexed", "--database", place.parsed.path)
    except subprocess.CalledProcessError as error:
        return [f"{error.stdout}{error.stderr}"[:500]]
    return []


_FOREIGN = {"sqlite": _sqlite_damages, "files": _file_damages, "postgresql": _server_damages}
