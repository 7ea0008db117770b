"""koschuso in PostgreSQL: ``postgresql://`` URLs for many users at once and beyond one machine.

Public are the hook, `BACKEND`, `open_postgres` and `sibling`; everything else may change. Stability: provisional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.errors import Unavailable
from koschuso.plugin import hookimpl
from koschuso.store.driver import Capability, StoreBackend
from koschuso_postgres.address import sibling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.store.driver import StoreDriver
    from koschuso.store.url import StoreUrl

__all__ = ["BACKEND", "koschuso_stores", "open_postgres", "sibling"]


def open_postgres(url: StoreUrl) -> StoreDriver:
    """Open the office that a URL names; README.md lists the options.

    Raises:
        Unavailable: The server cannot be reached, or psycopg is not installed.
        NotSupported: A newer koschuso wrote the tables, or the server is too old.
        Refused: The schema belongs to another program, or the role may not use it.
        WrongUse: For unknown or impossible options.
    """
    try:
        from koschuso_postgres.opening import open_driver  # noqa: PLC0415 - loaded on use only
    except ImportError:
        raise Unavailable(
            "Für PostgreSQL fehlt die Bibliothek psycopg oder die PostgreSQL-Bibliothek libpq. "
            "Bitte »pip install 'koschuso-postgres[binary]'« ausführen."
        ) from None
    return open_driver(url)


def _discard(url: StoreUrl) -> None:
    from koschuso_postgres.opening import discard  # noqa: PLC0415 - loaded on use only

    discard(url)


def _content(url: StoreUrl) -> Iterable[bytes]:
    from koschuso_postgres.opening import content  # noqa: PLC0415 - loaded on use only

    return content(url)


BACKEND = StoreBackend(
    name="postgres:postgresql",
    schemes=("postgresql", "postgres"),
    open=open_postgres,
    capabilities=frozenset({Capability.HISTORY, Capability.PURGE, Capability.VERIFY, Capability.SHARED}),
    sibling=sibling,
    discard=_discard,
    content=_content,
)
"""What the plugin offers; a consistent copy is made with ``koschuso copy`` or PostgreSQL's own ``pg_dump``."""


@hookimpl
def koschuso_stores() -> list[StoreBackend]:
    """Offer PostgreSQL."""
    return [BACKEND]
