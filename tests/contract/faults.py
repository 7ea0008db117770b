"""How a faulty driver is written down: the clause that it breaks, and how the kit gets to see it."""

from contextlib import contextmanager

import attrs

from koschuso.store.memory import MemoryDriver
from koschuso.testing import StoreUnderTest

FAULTS = {}


@attrs.frozen
class Fault:
    """A driver that is wrong in one way.

    Attributes:
        clause: The clause whose tests must notice.
        make: Makes the driver, or with `whole` a `StoreUnderTest` in a folder.
        whole: Whether `make` takes a folder and gives a `StoreUnderTest`.
    """

    clause: str
    make: object
    whole: bool = False

    def store(self, folder):
        return self.make(folder) if self.whole else store_of(self.make)


def store_of(make):
    """Take each opening for a store of its own, as the kit does with ``memory:``."""
    driver = make()
    return StoreUnderTest(open=lambda: driver, other=make, open_with_secret=lambda _: make(), outlives=False)


def fault(clause, *, whole=False):
    """Register a faulty driver for a clause."""

    def register(make):
        FAULTS[f"{clause}-{make.__name__}"] = Fault(clause, make, whole)
        return make

    return register


def with_transaction(**methods):
    """Make a driver whose transactions have other methods; each is called with the original as second argument."""

    class FaultyDriver(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                for name, method in methods.items():
                    setattr(transaction, name, _bound(transaction, method, getattr(transaction, name)))
                yield transaction

    return FaultyDriver(patience=0.5)


def changed_put(change):
    """Make a driver whose put changes what it is given, in put and put_many alike."""

    def put(_transaction, original, kind, id_, body, index, **options):
        return original(*change(kind, id_, body, index), **options)

    return with_transaction(put=put)


def with_transactions(around, **options):
    """Make a driver each of whose transactions runs inside `around(driver, transaction, write)`, which yields it."""

    class FaultyDriver(MemoryDriver):
        @contextmanager
        def transaction(self, *, write):
            with super().transaction(write=write) as transaction:
                yield from around(self, transaction, write)

    return FaultyDriver(**options)


def _bound(transaction, method, original):
    return lambda *arguments, **options: method(transaction, original, *arguments, **options)


def shared_file(_folder, reopened, *, numbers_go_on=True):
    """Make a store that outlives its driver; what a new opening finds is made of the old state by `reopened`."""
    first = MemoryDriver()
    kept = {"state": first._state, "id": first._store_id, "numbers": first._numbers}

    class Reopening(MemoryDriver):
        def __init__(self, *, fresh=False):
            super().__init__()
            if not fresh:
                self._store_id = kept["id"]
                self._state = reopened(kept["state"])
                if numbers_go_on:
                    self._numbers = kept["numbers"]
            self._fresh = fresh

        def close(self):
            if not self._closed and not self._fresh:
                kept["state"] = self._state
            super().close()

    return StoreUnderTest(
        open=Reopening, other=lambda: Reopening(fresh=True), open_with_secret=lambda _: Reopening(), outlives=True
    )
