"""Faulty drivers whose store is a file that another process can open: T1, F5 and V1. See `faults`."""

import pickle
from contextlib import contextmanager, suppress
from pathlib import Path

from faults import fault

from koschuso.errors import NotSupported
from koschuso.store.driver import Capability
from koschuso.store.memory import MemoryDriver
from koschuso.testing import StoreUnderTest


class FileDriver(MemoryDriver):
    """Keeps its whole state in one file, written anew with every commit."""

    def __init__(self, path):
        super().__init__(capabilities=frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY}))
        self.path = Path(path)
        if self.path.exists():
            self.load()
        else:
            self.save()

    def load(self):
        try:
            self._store_id, self._state, start = pickle.loads(self.path.read_bytes())  # noqa: S301 - written by `save`
        except Exception:  # noqa: BLE001 - whatever it says, it is no file of ours
            raise NotSupported("Diese Datei gehört nicht zu diesem Speicher.") from None
        self._numbers = iter(range(start, 2**63))

    def save(self):
        start = next(self._numbers)
        self.path.write_bytes(pickle.dumps((self._store_id, self._state, start)))

    @contextmanager
    def transaction(self, *, write):
        with super().transaction(write=write) as transaction:
            yield transaction
        if write:
            self.save()

    def purge(self, keys):
        super().purge(keys)
        self.save()


def in_file(make):
    """Make a store of a driver with a file; every further one has a file beside it."""

    def store(folder):
        place = Path(folder) / "store"
        place.mkdir(exist_ok=True)
        for path in place.iterdir():
            path.unlink()
        return StoreUnderTest(
            open=lambda: make(place / "a.box"),
            other=lambda: make(place / f"{len(list(place.iterdir()))}.box"),
            open_with_secret=lambda _: make(place / "secret.box"),
            content=(place / "a.box").read_bytes,
            restored=make,
        )

    return store


@fault("T1", whole=True)
def only_closing_saves(folder):
    class Late(FileDriver):
        def save(self):
            if not self.path.exists():
                super().save()

        def close(self):
            super().close()
            super().save()

    return in_file(Late)(folder)


@fault("T1", whole=True)
def nothing_is_ever_saved(folder):
    class Forgetful(FileDriver):
        def save(self):
            if not self.path.exists():
                super().save()

    return in_file(Forgetful)(folder)


@fault("F5", whole=True)
def the_time_is_forgotten_with_closing(folder):
    class Forgetful(FileDriver):
        def load(self):
            super().load()
            self.known = self._state.length

        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                original = transaction.changed_at
                known = getattr(self, "known", 0)
                transaction.changed_at = lambda: original() if self._state.length > known else None
                yield transaction

    return in_file(Forgetful)(folder)


@fault("V1", whole=True)
def a_foreign_file_is_begun_anew(folder):
    class Careless(FileDriver):
        def load(self):
            with suppress(NotSupported):
                super().load()

    return in_file(Careless)(folder)
