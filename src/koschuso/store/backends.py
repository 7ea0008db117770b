"""The storages of the core, and how a URL finds its backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import WrongUse
from koschuso.store.driver import Capability, StoreBackend, StoreDriver
from koschuso.store.url import StoreUrl, parse_store_url

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


CORE_BACKENDS = (
    StoreBackend(
        name="koschuso:memory",
        schemes=("memory",),
        open=_open_memory,
        capabilities=frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY}),
    ),
    StoreBackend(
        name="koschuso:sqlite",
        schemes=("sqlite",),
        open=_open_sqlite,
        capabilities=frozenset(Capability),
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
