"""From the name of an office to its store: where it lies, what opens it, and how a new one is founded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound, Refused, Unavailable
from koschuso.files import make_private_folder, reason, write_atomically
from koschuso.office.places import absolute_store, backends_for, database_file, local_path, scheme_of, with_plugin
from koschuso.office.settings import SETTINGS, Settings
from koschuso.store import open_store

if TYPE_CHECKING:
    from os import PathLike

    from koschuso.plugin.registry import Registry
    from koschuso.store import Store

__all__ = ["connect", "found", "locate"]

_NAMELESS = Settings(name="Koordinierungsstelle Schulsozialarbeit", ags="05")


def locate(place: str | PathLike[str], settings: Settings | None = None) -> tuple[Settings, Path | None]:
    """Find an office that somebody names: its settings, with its store, and its folder where it has one.

    Args:
        place: Its folder, its database file, or a store URL.
        settings: For a store that has no settings beside it.

    Raises:
        NotFound: There is nothing of this name.
        Refused: There is no office, or its settings are wrong.
        WrongUse: No installed plugin knows the scheme of the URL.
        Unavailable: The office is there and its data are not.
    """
    text = str(place)
    if "://" in text or text == "memory:":
        decided = attrs.evolve(settings or _NAMELESS, store=text)
        _, plugin = backends_for(text, decided.plugins)
        return attrs.evolve(decided, plugins=with_plugin(decided, plugin).get("plugins", decided.plugins)), None
    path = Path(place)
    if path.is_dir():
        decided = settings or Settings.read(path)
        _require_database(decided.store, path)
        return decided, path
    if not path.exists():
        raise NotFound(f"{path} gibt es nicht; legen Sie ein Büro an mit: koschuso init {path} --ags SCHLUESSEL")
    folder = path.parent
    if settings is None and (folder / SETTINGS).exists():
        settings = Settings.read(folder)
    decided = attrs.evolve(settings or _NAMELESS, store=f"sqlite:///{path.name}")
    _require_database(decided.store, folder)
    return decided, folder


def connect(settings: Settings, folder: Path | None) -> tuple[Registry, Store]:
    """Load an office's plugins and open its store.

    Raises:
        Refused: The plugin for its store is not switched on.
        WrongUse: No installed plugin knows the scheme of the store.
        Unavailable: The store cannot be opened.
    """
    from koschuso.plugin.registry import Registry  # noqa: PLC0415 - `import koschuso` stays cheap

    registry = Registry.load(enabled=settings.plugins)
    scheme = scheme_of(settings.store)
    if not any(scheme in backend.schemes for backend in registry.stores.values()):
        _, plugin = backends_for(settings.store, settings.plugins)  # tells where nobody knows the scheme
        raise Refused(
            f"Der Speicher dieses Büros ({scheme}) braucht das Plugin »{plugin}«. Es ist installiert, aber nicht "
            f"eingeschaltet: koschuso plugins {plugin} --ein"
        )
    return registry, open_store(absolute_store(settings.store, folder), backends=registry.stores.values())


def found(folder: Path, settings: Settings) -> tuple[Registry, Store]:
    """Make the folder of a new office with an empty store and its settings; where that fails nothing is left of it.

    Raises:
        Refused: The store cannot be in this place.
        Unavailable: The folder cannot be written.
    """
    existed = folder.exists()
    try:
        if not existed:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                make_private_folder(folder)
    except OSError as error:
        raise Unavailable(f"Der Ordner {folder} lässt sich nicht anlegen: {reason(error)}.") from error
    # The store comes first: a folder that it refuses (network share, full disk) must not look like an office.
    try:
        registry, store = connect(settings, folder)
    except BaseException:
        if not existed:
            with suppress(OSError):
                folder.rmdir()
        raise
    try:
        write_atomically(folder / SETTINGS, settings.to_toml().encode(), private=True)
    except BaseException:
        store.close()
        raise
    return registry, store


def _require_database(url: str, folder: Path) -> None:
    """Refuse to take a lost database, or a lost folder of files, for a new, empty one."""
    whole = absolute_store(url, folder)
    place = local_path(whole)
    if place is not None and scheme_of(whole) != "sqlite" and not place.exists():
        raise Unavailable(
            f"Den Ordner {place} mit den Daten gibt es nicht. Wurde er verschoben oder umbenannt, geben Sie ihm seinen Namen "
            "zurück; ist er verloren, nehmen Sie eine Sicherung: koschuso restore SICHERUNG NEUER-ORDNER. Soll dort neu "
            "begonnen werden, legen Sie ihn leer an."
        )
    path = database_file(whole)
    if path is not None and (not path.is_file() or path.stat().st_size == 0):
        raise Unavailable(
            f"Die Datenbank {path} fehlt oder ist leer, obwohl hier schon ein Büro angelegt wurde. "
            "Legen Sie sie aus Ihrer Sicherung zurück: koschuso restore SICHERUNG NEUER-ORDNER"
        )
