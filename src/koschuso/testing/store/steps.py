"""The small steps that the tests of the storage contract consist of."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import pytest

from koschuso.store.driver import ANY, Capability
from koschuso.testing.clauses import not_applicable
from koschuso.testing.store.samples import EMPTY, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from koschuso.store.conditions import Condition, Index
    from koschuso.store.driver import Change, Document, DriverTransaction, Expected, StoreDriver, Version

__all__ = [
    "all_at_once",
    "changes",
    "everything",
    "get",
    "history",
    "ids",
    "in_thread",
    "killed_process",
    "put",
    "remove",
    "required",
    "requires",
    "rolled_back",
    "scan",
]

T = TypeVar("T")

_PATIENCE = 60


def put(
    driver: StoreDriver,
    id_: str = "a",
    body: bytes = PLAIN,
    index: Index = EMPTY,
    *,
    expect: Expected = ANY,
    kind: str = "person",
) -> str:
    """Put one document in a transaction of its own."""
    with driver.transaction(write=True) as transaction:
        return transaction.put(kind, id_, body, index, expect=expect)


def remove(driver: StoreDriver, id_: str = "a", expect: Expected = ANY, kind: str = "person") -> str | None:
    """Remove one document in a transaction of its own."""
    with driver.transaction(write=True) as transaction:
        return transaction.remove(kind, id_, expect=expect)


def rolled_back(
    driver: StoreDriver,
    change: Callable[[DriverTransaction], T],
    error: type[BaseException] = ZeroDivisionError,
) -> T:
    """Do something in a write transaction that is then left by an exception."""
    results: list[T] = []
    try:
        with driver.transaction(write=True) as transaction:
            results.append(change(transaction))
            raise error  # noqa: TRY301 - leaving the block like this is the point
    except error:
        return results[0]
    pytest.fail("the transaction swallowed an exception")


def get(driver: StoreDriver, id_: str = "a", kind: str = "person") -> Document | None:
    """Read one document in a transaction of its own."""
    with driver.transaction(write=False) as transaction:
        return transaction.get(kind, id_)


def required(driver: StoreDriver, id_: str = "a", kind: str = "person") -> Document:
    """Read one document that has to be there."""
    document = get(driver, id_, kind)
    assert document is not None, f"{kind} {id_} is missing"
    return document


def scan(driver: StoreDriver, *conditions: Condition, kind: str = "person", after: str | None = None) -> list[Document]:
    """Read all that a scan yields; `contents` must give the same."""
    with driver.transaction(write=False) as transaction:
        documents = list(transaction.scan(kind, conditions, after=after))
        contents = list(transaction.contents(kind, conditions, after=after))
    assert contents == [(document.id, document.revision, document.body) for document in documents]
    return documents


def ids(documents: Iterable[Document | Change]) -> list[str]:
    """Give the ids alone."""
    return [document.id for document in documents]


def changes(driver: StoreDriver, since: str | None = None) -> list[Change]:
    """Read the feed from a position on."""
    with driver.transaction(write=False) as transaction:
        return list(transaction.changes(since))


def history(driver: StoreDriver, id_: str = "a", kind: str = "person") -> tuple[Version, ...]:
    """Read the steps of a document."""
    with driver.transaction(write=False) as transaction:
        return transaction.history(kind, id_)


def everything(
    driver: StoreDriver,
) -> tuple[list[Document], dict[str, int], list[Change], str, list[tuple[Version, ...]]]:
    """Take down all that a reader can see."""
    with driver.transaction(write=False) as transaction:
        counts = {kind: count for kind, count in transaction.counts().items() if count}
        documents = [document for kind in sorted(counts) for document in transaction.scan(kind)]
        feed = list(transaction.changes())
        steps = []
        if Capability.HISTORY in driver.capabilities:
            keys = dict.fromkeys((change.kind, change.id) for change in feed)
            steps = [transaction.history(kind, id_) for kind, id_ in keys]
        return documents, counts, feed, transaction.cursor(), steps


def in_thread(function: Callable[[], T]) -> T:
    """Run in another thread and hand on its result or exception."""
    return all_at_once([function])[0]


def all_at_once(functions: Iterable[Callable[[], T]]) -> list[T]:
    """Run each in a thread of its own, beginning together; hand on the results or the first exception."""
    todo = list(functions)
    start = threading.Barrier(len(todo))
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(number: int, function: Callable[[], T]) -> None:
        start.wait()
        try:
            results[number] = function()
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=(number, function), daemon=True) for number, function in enumerate(todo)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_PATIENCE)
    if errors:
        raise errors[0]
    assert len(results) == len(todo), "a thread hangs"
    return [results[number] for number in range(len(todo))]


def killed_process(function: Callable[[], object]) -> bool | None:
    """Run in a forked process that ends right afterwards, without closing or tidying up anything.

    Returns:
        Whether it got to the end; ``None`` when it was still at work after a minute.
    """
    with warnings.catch_warnings():
        # pytest-xdist has threads; the child needs none of their locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            with suppress(BaseException):  # whatever it is, this copy of pytest must not go on
                _kept = function()  # what it opened and returns is not even given back to Python
                status = 0
        finally:
            os._exit(status)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def requires(driver: StoreDriver, *capabilities: Capability) -> None:
    """End the test where the driver does not offer an ability."""
    for capability in capabilities:
        if capability not in driver.capabilities:
            not_applicable(f"Der Speicher bietet »{capability.value}« nicht an.")
