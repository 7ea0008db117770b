"""Where offices and their stores lie: from what somebody names to an open driver."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import attrs

from koschuso.errors import NotFound, Refused, WrongUse
from koschuso.office.settings import SETTINGS, Settings
from koschuso.store.backends import CORE_BACKENDS
from koschuso.store.driver import StoreBackend
from koschuso.store.url import parse_store_url, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Place",
    "absolute_store",
    "backends_for",
    "database_file",
    "find_place",
    "local_path",
    "scheme_of",
    "simple_database",
    "with_plugin",
]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SQLITE = "sqlite:///"
_LOCAL = ("sqlite", "files")  # schemes whose URLs name a path
_SIMPLE = re.compile(r"[\w-][\w .-]{0,100}\.(?:db|sqlite|sqlite3)", re.IGNORECASE)
_DATABASE_ENDINGS = (".db", ".sqlite", ".sqlite3")


@attrs.frozen(kw_only=True)
class Place:
    """A store that somebody has named.

    Attributes:
        url: The store's URL, with a whole path.
        folder: The office's folder; ``None`` where only a store was named.
        backends: The backends among which is the one that opens it.
        plugin: The plugin that brings the backend; empty for koschuso's own.
    """

    url: str = attrs.field(repr=False)
    folder: Path | None
    backends: tuple[StoreBackend, ...] = attrs.field(repr=False)
    plugin: str

    @property
    def shown(self) -> str:
        """The URL without its secrets."""
        schemes = [scheme for backend in self.backends for scheme in backend.schemes]
        return str(parse_store_url(self.url, schemes))


def find_place(text: str, *, new: bool) -> Place:
    """Find the store that an office's folder, a URL or the path of a database file names.

    Args:
        text: What was named.
        new: Whether it may be made: a lost database is not taken for an empty one where something is to be read.

    Raises:
        NotFound: There is nothing of this name.
        Refused: A folder is no office, or its settings are wrong.
        WrongUse: The scheme of a URL is unknown, or a name says too little.
    """
    folder: Path | None = None
    plugins: tuple[str, ...] = ()
    path = Path(text)
    if _is_url(text):
        url = absolute_store(text, Path.cwd())
    elif path.is_dir():
        if not (path / SETTINGS).exists():
            raise Refused(
                f"In {path} liegt kein Büro ({SETTINGS} fehlt). Bitte den Ordner eines Büros oder eine URL nennen."
            )
        settings = Settings.read(path)
        folder, plugins = path, settings.plugins
        url = absolute_store(settings.store, path)
    elif path.exists() or path.suffix.lower() in _DATABASE_ENDINGS:
        url = sqlite_url(path.absolute())
    elif new:
        raise WrongUse(
            f"»{text}« nennt keinen Speicher. Bitte eine Datenbankdatei (.db), den Ordner eines Büros oder eine URL wie "
            "postgresql://… nennen."
        )
    else:
        raise NotFound(f"{text} gibt es nicht. Bitte den Ordner eines Büros, eine Datenbankdatei oder eine URL nennen.")
    backends, plugin = backends_for(url, plugins)
    local = local_path(url)
    if not new and local is not None and not (local.is_dir() or (local.is_file() and local.stat().st_size)):
        raise NotFound(f"{local} fehlt oder ist leer. Bitte den Namen prüfen.")
    return Place(url=url, folder=folder, backends=backends, plugin=plugin)


def backends_for(url: str, enabled: Iterable[str] = ()) -> tuple[tuple[StoreBackend, ...], str]:
    """Give the backends that can open a URL, and the plugin that brings the one that does.

    Naming a URL is switching its plugin on for this one time: where no enabled plugin knows the scheme, all installed
    ones are asked.

    Args:
        url: A store's URL.
        enabled: Plugins that the office has switched on.

    Raises:
        WrongUse: Nobody knows the scheme; the message names the known ones and the plugins that were left out.
    """
    scheme = scheme_of(url)
    if any(scheme in backend.schemes for backend in CORE_BACKENDS):
        return CORE_BACKENDS, ""
    from koschuso.plugin.discovery import installed_plugins  # noqa: PLC0415 - only other stores need plugins
    from koschuso.plugin.registry import BUILTIN, Registry  # noqa: PLC0415 - as above

    registry = Registry.load(enabled=enabled)
    for attempt in (0, 1):
        for name, backend in registry.stores.items():
            if scheme in backend.schemes:
                plugin = registry.stores.origin(name).plugin
                return tuple(registry.stores.values()), "" if plugin == BUILTIN else plugin
        if not attempt:
            registry = Registry.load(enabled=[plugin.name for plugin in installed_plugins() if plugin.name != BUILTIN])
    known = sorted({scheme for backend in registry.stores.values() for scheme in backend.schemes})
    left_out = "".join(f" Ausgelassen wurde {failure.plugin}: {failure.cause}" for failure in registry.failures)
    raise WrongUse(
        f"Einen Speicher mit dem Schema »{scheme}« gibt es nicht; bekannt sind: {', '.join(known)}. Bitte das Plugin dafür "
        f"installieren.{left_out}"
    )


def absolute_store(url: str, folder: Path | None) -> str:
    """Resolve the relative path of a store's URL against the office's folder; other URLs stay as they are."""
    scheme = scheme_of(url)
    prefix = f"{scheme}:///"
    if folder is None or scheme not in _LOCAL or not url.startswith(prefix):
        return url
    path, mark, query = url.removeprefix(prefix).partition("?")
    whole = sqlite_url((folder / unquote(path)).absolute()).removeprefix(_SQLITE)
    return f"{prefix}{whole}{mark}{query}"


def database_file(url: str) -> Path | None:
    """Give the path of a SQLite store; ``None`` for any other."""
    return local_path(url) if scheme_of(url) == "sqlite" else None


def local_path(url: str) -> Path | None:
    """Give the path that a store's URL names; ``None`` for a store that is no file and no folder."""
    scheme = scheme_of(url)
    return Path(parse_store_url(url, [scheme]).path) if scheme in _LOCAL else None


def simple_database(url: str) -> str:
    """Give the name of a SQLite file that lies directly in the office's folder; empty for any other store."""
    if not url.startswith(_SQLITE):
        return ""
    name = url.removeprefix(_SQLITE).partition("?")[0]
    return name if _SIMPLE.fullmatch(name) and name.casefold() != SETTINGS else ""


def scheme_of(url: str) -> str:
    """Give the scheme of a store's URL; a text without one is the path of a SQLite file."""
    found = _SCHEME.match(url)
    return found[1].lower() if found else "sqlite"


def with_plugin(settings: Settings, plugin: str) -> dict[str, tuple[str, ...]]:
    """Give the change of settings that switches a plugin on; none where it is on already."""
    return {"plugins": (*settings.plugins, plugin)} if plugin and plugin not in settings.plugins else {}


def _is_url(text: str) -> bool:
    return "://" in text or text == "memory:"
