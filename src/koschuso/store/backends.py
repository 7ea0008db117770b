"""The storages of the core, and how a URL finds its backend."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from koschuso.errors import WrongUse
from koschuso.store.driver import Capability, StoreBackend, StoreDriver
from koschuso.store.url import StoreUrl, parse_store_url, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["CORE_BACKENDS", "open_driver"]


def _open_memory(url: StoreUrl) -> StoreDriver:
    from koschuso.store.memory import MemoryDriver  # noqa: PLC0415 - loaded on use only

    url.require_options(())
    return MemoryDriver()


def _open_sqlite(url: StoreUrl) -> StoreDriver:
    from koschuso.store.sqlite import open_sqlite  # noqa: PLC0415 - loaded on use only

    return open_sqlite(url)


def _another_memory(url: StoreUrl, _token: str) -> str:
    """Every opening of ``memory:`` is a store of its own."""
    return url.secret_text


def _no_content(_url: StoreUrl) -> tuple[bytes, ...]:
    """``memory:`` keeps nothing on disk."""
    return ()


def _sqlite_beside(url: StoreUrl, token: str) -> str:
    """Name another file in the same folder: ``koschuso.db`` -> ``koschuso-token.db``."""
    stem, suffix = os.path.splitext(url.path)  # noqa: PTH122 - a Path would tidy what stands before it
    return sqlite_url(f"{stem}-{token}{suffix}", **url.options)


CORE_BACKENDS = (
    StoreBackend(
        name="koschuso:memory",
        schemes=("memory",),
        open=_open_memory,
        capabilities=frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY}),
        sibling=_another_memory,
        content=_no_content,
    ),
    StoreBackend(
        name="koschuso:sqlite",
        schemes=("sqlite",),
        open=_open_sqlite,
        capabilities=frozenset(Capability),
        sibling=_sqlite_beside,
    ),
)
"""The backends that koschuso brings: ``memory:`` and ``sqlite:///path``."""


def open_driver(url: str | Path, backends: Iterable[StoreBackend] = CORE_BACKENDS) -> StoreDriver:
    """Open the store that a URL or a path names.

    Args:
        url: URL, or path of a SQLite file.
        backends: The backends to choose from; a scheme belongs to the first that claims it.

    Raises:
        WrongUse: For an unknown scheme, naming the known ones.
        KoschusoError: Whatever the backend has to say.
    """
    by_scheme: dict[str, StoreBackend] = {}
    for backend in backends:
        for scheme in backend.schemes:
            by_scheme.setdefault(scheme, backend)
    parsed = parse_store_url(url, by_scheme)
    if parsed.scheme not in by_scheme:
        raise WrongUse(f"Einen Speicher mit dem Schema »{parsed.scheme}« gibt es nicht.")
    return by_scheme[parsed.scheme].open(parsed)
