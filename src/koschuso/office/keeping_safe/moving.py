"""Moving an office's data to another store, or keeping a copy of them there."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse
from koschuso.office.keeping_safe.passwords import holds_password
from koschuso.office.places import Place, database_file, find_place, local_path, scheme_of, with_plugin
from koschuso.office.settings import Settings
from koschuso.office.settings_edit import change_settings
from koschuso.store import CopyResult, copy_store
from koschuso.store.backends import open_driver
from koschuso.store.url import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MoveResult", "copy"]


@attrs.frozen(kw_only=True)
class MoveResult:
    """What a copy between two places did.

    Attributes:
        copy: What was copied and compared.
        source: The source without its secrets.
        target: The target without its secrets.
        settings_entry: What ``koschuso.toml`` must say under ``[speicher] url`` to use the target.
        plugins: The plugins that must be switched on there.
        switched: Whether the office's settings name the target now.
        password: Whether the target's URL holds a password, which the settings then hold too.
    """

    copy: CopyResult
    source: str
    target: str
    settings_entry: str = attrs.field(repr=False)
    plugins: tuple[str, ...]
    switched: bool
    password: bool = False


def copy(
    source: str, target: str, *, switch: bool = False, progress: Callable[[int, int], None] | None = None
) -> MoveResult:
    """Copy everything from one store into another and compare both; see `koschuso.store.copy_store`.

    Args:
        source: Folder of an office, URL of a store or path of a database file.
        target: The same; a store that is empty, does not exist yet, or holds an earlier copy of the source.
        switch: Whether the office in the source's folder is to use the target from now on. Its settings are changed
            while nobody can write to the source; the source itself stays as it is.
        progress: Is told now and then how many of how many steps are done.

    Raises:
        NotFound: There is no such source.
        Refused: The target holds something else.
        Corrupt: The target does not hold what was copied to it.
        WrongUse: A place is named wrongly, both are the same, or there are no settings to change.
        Unavailable: One of the two cannot be read or written now; call again to go on.
    """
    origin = find_place(source, new=False)
    destination = find_place(target, new=True)
    if destination.url == "memory:" or destination.url.startswith("memory:"):
        raise WrongUse("Der Speicher »memory:« vergeht mit diesem Befehl. Bitte ein Ziel nennen, das bleibt.")
    if _same(origin, destination):
        raise WrongUse("Quelle und Ziel sind derselbe Speicher. Bitte als Ziel einen anderen, leeren Speicher nennen.")
    folder = origin.folder
    if switch and folder is None:
        raise WrongUse("Umstellen lässt sich nur ein Büro: Bitte als Quelle seinen Ordner nennen.")
    settings = None if folder is None else Settings.read(folder)
    entry = _entry(destination, folder)
    additions = {} if settings is None else with_plugin(settings, destination.plugin)

    def make_switch() -> None:
        if folder is not None:
            change_settings(folder, store=entry, **additions)

    with ExitStack() as stack:
        reading = stack.enter_context(open_driver(origin.url, origin.backends))
        writing = stack.enter_context(open_driver(destination.url, destination.backends))
        result = copy_store(reading, writing, progress=progress, switch=make_switch if switch else None)
    return MoveResult(
        copy=result,
        source=origin.shown,
        target=destination.shown,
        settings_entry=entry,
        plugins=additions.get("plugins", () if settings is None else settings.plugins),
        switched=switch,
        password=holds_password(destination.url),
    )


def _same(one: Place, other: Place) -> bool:
    first, second = database_file(one.url), database_file(other.url)
    if first is not None and second is not None:
        return os.path.realpath(first) == os.path.realpath(second)
    return one.url == other.url


def _entry(place: Place, folder: Path | None) -> str:
    """Write a store's URL for the settings of an office: relative where it lies in its folder, so that this can move."""
    path = local_path(place.url)
    if path is None or folder is None:
        return place.url
    # Not resolve(), which would follow symbolic links.
    whole, inside = Path(os.path.abspath(path)), Path(os.path.abspath(folder))  # noqa: PTH100 - as said above
    if inside not in whole.parents:
        return place.url
    _, mark, query = place.url.partition("?")
    name = sqlite_url(whole.relative_to(inside).as_posix()).removeprefix("sqlite")
    return f"{scheme_of(place.url)}{name}{mark}{query}"
