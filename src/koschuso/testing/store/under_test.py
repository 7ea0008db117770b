"""What the storage contract needs to know about a driver, and how a URL alone becomes that.

A URL names many stores here: each test opens fresh ones. They are made through `StoreBackend.sibling`; without it by
a ``{name}`` in the URL, or by a token put into its path. Any other URL is opened as it is, and each opening is taken
for a store of its own. Whatever stood under the URL itself before is never touched.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

import attrs

from koschuso.errors import WrongUse
from koschuso.store.driver import Capability, StoreBackend, StoreDriver
from koschuso.store.url import StoreUrl, parse_store_url

__all__ = ["StoreUnderTest"]

# Another process reads: opening a live SQLite file in this one would drop SQLite's locks.
_READ_FILES = """
import pathlib, sys
for name in sys.argv[1:]:
    place = pathlib.Path(name)
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.is_file():
            sys.stdout.buffer.write(str(path).encode(errors="replace") + b"\\n" + path.read_bytes() + b"\\n")
"""
_AUTHORITY = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?:[^/?#]*@)?(?P<rest>[^/?#]+.*)", re.DOTALL | re.IGNORECASE)


def _nothing() -> None:
    """There is nothing to clean up."""


@attrs.frozen(kw_only=True)
class StoreUnderTest:
    """A driver as the tests see it; `of` makes one from a backend and a URL.

    Attributes:
        open: Opens the store under test; for a store without ``shared`` it may always give the same driver.
        other: Opens another, empty store of the same make.
        open_with_secret: Opens, or tries to open, a URL that contains the given secret.
        more_secrets: Further ways to open a URL with a secret, for example one that must fail.
        content: Returns all bytes of the driver's files; ``None`` where they cannot be looked at, and then the report
            says so.
        alter: Replaces a text by another of the same length in the driver's files, while it is closed, and tells how
            often; ``None`` where nobody can. Proves that `StoreDriver.verify` finds what is not what was written.
        golden: Opens a copy of a store that the previous minor version wrote by
            `koschuso.testing.store.write_golden`; ``None`` where there is none.
        golden_cursor: The cursor that `write_golden` returned then.
        restored: Opens what `StoreDriver.backup` wrote; ``None`` where that needs more than a path.
        capabilities: What the backend declares, for the report.
        disturb: Makes the store unable to write for a while, as on a full disk: within this context a put or
            `put_many` of some megabytes raises `Unavailable`; ``None`` where that cannot be brought about.
        outlives: Whether the store is still there when its driver was closed.
        scheme: URL scheme, for the report.
        backend: Name of the backend, for the report.
        distribution: Distribution that brings it, for the report.
        version: Version of the distribution, for the report.
        clean: Closes what is open and deletes what was made.
    """

    open: Callable[[], StoreDriver]
    other: Callable[[], StoreDriver]
    open_with_secret: Callable[[str], StoreDriver]
    more_secrets: tuple[Callable[[str], StoreDriver], ...] = ()
    content: Callable[[], bytes] | None = None
    alter: Callable[[bytes, bytes], int] | None = None
    golden: Callable[[], StoreDriver] | None = None
    golden_cursor: str | None = None
    restored: Callable[[Path], StoreDriver] | None = None
    disturb: Callable[[StoreDriver], AbstractContextManager[object]] | None = None
    outlives: bool = True
    capabilities: frozenset[Capability] = frozenset()
    scheme: str = ""
    backend: str = ""
    distribution: str = ""
    version: str = ""
    clean: Callable[[], None] = _nothing

    @classmethod
    def of(
        cls, backend: StoreBackend, url: str | Path, *, distribution: str = "", version: str = "", **facts: object
    ) -> StoreUnderTest:
        """Make fresh stores from one URL; call `clean` at the end.

        Args:
            backend: What opens the URL.
            url: Where stores may be made: beside what it names.
            distribution: What brings the backend, for the report; guessed from where its code lies.
            version: Version of the distribution, for the report.
            facts: Further attributes, for example ``golden``.

        Raises:
            WrongUse: When the backend does not open the URL's scheme.
        """
        parsed = parse_store_url(url, backend.schemes)
        fresh = _FreshStores(backend, parsed)
        if not distribution:
            distribution, version = _origin_of(getattr(backend.open, "__module__", "").partition(".")[0])
        known: dict[str, object] = {
            "open": fresh.open,
            "other": fresh.other,
            "open_with_secret": fresh.open_with_option,
            "more_secrets": (fresh.open_with_user,) if fresh.takes_user else (),
            "content": fresh.content if fresh.shows_content else None,
            "alter": fresh.alter if fresh.on_disk else None,
            "restored": fresh.restored if fresh.on_disk else None,
            "outlives": not fresh.opaque,
            "capabilities": backend.capabilities,
            "scheme": parsed.scheme,
            "backend": backend.name,
            "distribution": distribution,
            "version": version,
            "clean": fresh.clean,
        }
        return cls(**(known | facts))  # type: ignore[arg-type]  # attributes by name, as documented

    def facts(self) -> dict[str, object]:
        """Tell for the report who is proved."""
        return {
            "name": self.backend,
            "scheme": self.scheme,
            "distribution": self.distribution,
            "version": self.version,
            "capabilities": sorted(capability.value for capability in self.capabilities),
        }


class _FreshStores:
    """Makes stores beside the one that a URL names, and takes them away again."""

    def __init__(self, backend: StoreBackend, url: StoreUrl) -> None:
        self._backend = backend
        self._url = url
        self._path_like = _is_path(url)
        self._opened: list[StoreDriver] = []
        self._made: dict[str, str] = {}
        self._main = self._fresh()
        self._driver: StoreDriver | None = None

    @property
    def opaque(self) -> bool:
        """Whether each opening is a store of its own."""
        return self._main == self._url.secret_text

    @property
    def takes_user(self) -> bool:
        """Whether the URL has a place for user and password."""
        return not self._path_like and _AUTHORITY.fullmatch(self._main) is not None

    @property
    def on_disk(self) -> bool:
        """Whether the URL names a path."""
        return self._path_like and not self.opaque

    @property
    def shows_content(self) -> bool:
        """Whether the files of the driver can be looked at."""
        return self._backend.content is not None or self.on_disk

    def open(self) -> StoreDriver:
        """Open the store under test."""
        if not self.opaque:
            return self._open(self._main)
        if self._driver is None:
            self._driver = self._open(self._main)
        return self._driver

    def other(self) -> StoreDriver:
        """Open one more store."""
        return self._open(self._fresh())

    def open_with_option(self, secret: str) -> StoreDriver:
        """Open a URL with a secret among its options; most drivers refuse it."""
        url = self._fresh()
        return self._open(f"{url}{'&' if '?' in url else '?'}passwort={secret}")

    def open_with_user(self, secret: str) -> StoreDriver:
        """Open a URL with a secret as password."""
        found = _AUTHORITY.fullmatch(self._fresh())
        if found is None:
            raise WrongUse("Die Speicher-URL hat keinen Platz für ein Kennwort.")
        return self._open(f"{found['scheme']}nutzer:{secret}@{found['rest']}")

    def restored(self, target: Path) -> StoreDriver:
        """Open a backup: what the backend's URL names when its path is that of the backup."""
        _, question, options = self._main.partition("?")
        return self._open(f"{self._url.scheme}:///{quote(os.fspath(target), safe='/:')}{question}{options}")

    def content(self) -> bytes:
        """Return all bytes that the store under test keeps on disk, with the names of its files."""
        parsed = self._parsed(self._main)
        if self._backend.content is not None:
            return b"".join(self._backend.content(parsed))
        return subprocess.run(  # noqa: S603 - this very Python, and paths that were made here
            [sys.executable, "-I", "-c", _READ_FILES, *map(str, _files_of(parsed, self._made.get(self._main, "")))],
            check=True,
            capture_output=True,
        ).stdout

    def alter(self, text: bytes, other: bytes) -> int:
        """Replace a text in the files of the closed store under test, and tell how often it was there."""
        found = 0
        for place in _files_of(self._parsed(self._main), self._made.get(self._main, "")):
            for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
                content = path.read_bytes() if path.is_file() else b""
                if text in content:
                    found += content.count(text)
                    path.write_bytes(content.replace(text, other))
        return found

    def clean(self) -> None:
        """Close what is open and delete what was made; what cannot be deleted stays."""
        for driver in self._opened:
            with suppress(Exception):
                driver.close()
        for text, token in self._made.items():
            with suppress(Exception):
                self._delete(self._parsed(text), token)

    def _delete(self, url: StoreUrl, token: str) -> None:
        if self._backend.discard is not None:
            self._backend.discard(url)
        elif self._path_like:
            for path in _files_of(url, token):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _fresh(self) -> str:
        token = f"k{secrets.token_hex(6)}"
        text = self._url.secret_text
        if "{name}" in text or "%7Bname%7D" in text:
            fresh = text.replace("{name}", token).replace("%7Bname%7D", token)
        elif self._backend.sibling is not None:
            fresh = self._backend.sibling(self._url, token)
        elif self._path_like:
            fresh = _with_token(text, token)
        else:
            return text
        if fresh != text:
            self._made[fresh] = token
        return fresh

    def _open(self, text: str) -> StoreDriver:
        driver = self._backend.open(self._parsed(text))
        self._opened.append(driver)
        return driver

    def _parsed(self, text: str) -> StoreUrl:
        return parse_store_url(text, self._backend.schemes)


def _is_path(url: StoreUrl) -> bool:
    """Tell whether a URL names a place in the file system: three slashes, no host."""
    return url.secret_text.partition(":")[2].startswith("///")


def _with_token(text: str, token: str) -> str:
    """Name another place in the same folder: ``box:///a/b.json?x=1`` -> ``box:///a/b-token.json?x=1``."""
    place, question, options = text.partition("?")
    stem, suffix = os.path.splitext(place.rstrip("/"))  # noqa: PTH122 - this is a URL
    return f"{stem}-{token}{suffix}{question}{options}"


def _files_of(url: StoreUrl, token: str) -> list[Path]:
    """List what bears the name of a fresh store, in the folder where its path has the token; never anything else."""
    parts = Path(url.path).parts
    place = next((number for number, part in enumerate(parts) if token and token in part), None)
    if place is None:
        return []
    folder = Path(*parts[:place])
    return sorted(found for found in folder.iterdir() if token in found.name)


@cache
def _origin_of(package: str) -> tuple[str, str]:
    """Tell which distribution brings a package, and its version; empty where nobody knows."""
    from importlib import metadata  # noqa: PLC0415 - looked up for the report only

    for name in metadata.packages_distributions().get(package, (package.replace("_", "-"),)):
        with suppress(metadata.PackageNotFoundError, ValueError):
            return name, metadata.version(name)
    return "", ""
