"""Storage in plain files: ``files:///ordner``, with calendars and contacts that khal, khard and vdirsyncer read and edit.

The journal in ``.koschuso`` is the truth; one ``.ics``, ``.vcf`` or ``.json`` per record is its public face, and what
other programs change there is taken in. See README.md for the layout on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.plugin import Capability, StoreBackend, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from koschuso.store.driver import StoreDriver
    from koschuso.store.url import StoreUrl

__all__ = ["KEEPS_PERSONAL_DATA", "koschuso_stores"]

KEEPS_PERSONAL_DATA = False
"""What lies in the folder is the office's own store, which koschuso itself asks and erases."""


@hookimpl
def koschuso_stores() -> Iterable[StoreBackend]:
    """Offer the scheme ``files``."""
    return [
        StoreBackend(
            name="files:files",
            schemes=("files",),
            open=_open,
            capabilities=frozenset(Capability),
            sibling=_beside,
            discard=_discard,
            content=_content,
        )
    ]


def _open(url: StoreUrl) -> StoreDriver:
    from koschuso_files.driver import open_files  # noqa: PLC0415 - loaded on use only

    return open_files(url)


def _beside(url: StoreUrl, token: str) -> str:
    """Name another folder beside this one: ``files:///buero`` -> ``files:///buero-token``."""
    from urllib.parse import quote  # noqa: PLC0415 - loaded on use only

    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in url.options.items())
    return f"files:///{quote(url.path.rstrip('/'), safe='/:')}-{token}{'?' if query else ''}{query}"


def _discard(url: StoreUrl) -> None:
    import shutil  # noqa: PLC0415 - loaded on use only
    from pathlib import Path  # noqa: PLC0415 - as above

    if Path(url.path).is_dir():
        shutil.rmtree(url.path)


def _content(url: StoreUrl) -> Iterator[bytes]:
    from pathlib import Path  # noqa: PLC0415 - loaded on use only

    for path in sorted(Path(url.path).rglob("*")):
        if path.is_file():
            yield path.name.encode(errors="surrogateescape") + b"\n" + path.read_bytes()
