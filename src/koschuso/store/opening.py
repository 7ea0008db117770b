"""Open a store by its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.store.backends import CORE_BACKENDS, open_driver
from koschuso.store.copying import refuse_unfinished_copy
from koschuso.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from koschuso.store.driver import StoreBackend

__all__ = ["open_store"]


def open_store(url: str | Path, *, backends: Iterable[StoreBackend] | None = None) -> Store:
    """Open the store that a URL or the path of a database file names; it is made if there is none.

    Args:
        url: ``memory:``, ``sqlite:///path`` or what else a backend opens; or the path of a SQLite file.
        backends: The backends to choose from; by default those of koschuso itself.

    Raises:
        WrongUse: Unknown scheme; the message names the known ones.
        Unavailable: The place cannot be used now.
        UnsafeLocation: The place would damage the data.
        Refused: A copy into this store is not complete yet.
    """
    driver = open_driver(url, CORE_BACKENDS if backends is None else backends)
    try:
        refuse_unfinished_copy(driver)
    except BaseException:
        driver.close()
        raise
    return Store(driver)
