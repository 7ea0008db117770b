"""Keeping an office safe: backups, restoring them, and checking that everything is still as it was written.

A backup is one file (see `koschuso.office.backup_file`) with everything of the office: all that the store holds, and the
settings. It is made while others write, from one consistent state, and has its final name only once it was read back and
found right. Restoring works into a new folder only and gives it its name only once everything in it was checked.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso import __version__
from koschuso.errors import Corrupt, Refused, Unavailable, WrongUse
from koschuso.files import give_name, reason, synchronise_folder
from koschuso.office.backup_file import (
    DATA,
    SETTINGS_NAME,
    BackupManifest,
    OpenBackup,
    fingerprint,
    open_backup,
    write_backup,
)
from koschuso.office.places import absolute_store, backends_for, scheme_of, simple_database, with_plugin
from koschuso.office.rotation import Rotation, rotate
from koschuso.office.settings import DATABASE, Settings
from koschuso.office.settings_edit import change_settings
from koschuso.office.unfinished import clear_leftovers, unfinished_name, working_folder
from koschuso.store import copy_store
from koschuso.store.backends import open_driver
from koschuso.store.digest import COPY_KIND
from koschuso.store.driver import Damage, Verification
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.office.facade import Office
    from koschuso.store.driver import StoreDriver

    Progress = Callable[[int, int], None]

__all__ = ["STAND_MISSING", "BackupResult", "RestoreResult", "backup", "restore", "verify", "verify_backup"]

STAND_MISSING = Damage(
    message="Der genannte Stand kommt im Änderungsprotokoll nicht vor: Er ist falsch abgeschrieben oder gehört zu einem anderen "
    "Speicher (nach einem Umzug beginnt eine neue Zählung), oder Einträge fehlen oder wurden ersetzt."
)
"""What `verify` tells of a position that is not in the record of changes."""


@attrs.frozen(kw_only=True)
class BackupResult:
    """What a backup holds.

    Attributes:
        path: The file.
        manifest: What the file says about itself.
        removed: Older backups that the rotation has removed.
        damaged: Older backups that it should have kept but found damaged; then it has removed none.
    """

    path: Path
    manifest: BackupManifest
    removed: tuple[Path, ...] = ()
    damaged: tuple[Path, ...] = ()


@attrs.frozen(kw_only=True)
class RestoreResult:
    """What was restored.

    Attributes:
        folder: The new office's folder; `Office.open` opens it.
        manifest: What the backup said about itself.
        store: The store's URL as it stands in the settings now.
    """

    folder: Path
    manifest: BackupManifest
    store: str = attrs.field(repr=False)


def backup(office: Office, target: Path, *, keep: str = "", progress: Progress | None = None) -> BackupResult:
    """Write a backup of an office; see `Office.backup`."""
    rotation = Rotation.parse(keep) if keep else None
    if rotation is not None and not target.is_dir():
        raise WrongUse("Alte Sicherungen lassen sich nur in einem Ordner abräumen: Bitte als Ziel einen Ordner nennen.")
    final = _final_name(target, office.settings)
    unfinished = unfinished_name(final)
    tell = _counting(progress)
    with _reporting(f"Die Sicherung {final} lässt sich nicht schreiben"), working_folder(office.folder) as work:
        clear_leftovers(final.parent)
        data, settings = work / DATA, work / SETTINGS_NAME
        try:
            stand, copied = _take_snapshot(office.store.driver, data)
        except Unavailable as error:
            raise Unavailable(f"Es wurde keine Sicherung angelegt: {error.message}") from error
        settings.write_bytes(_settings_of(office))
        verification, counts = _verified_snapshot(data)
        size = data.stat().st_size + settings.stat().st_size
        tell.total = 3 * size
        manifest = BackupManifest(
            created=datetime.now().astimezone(),
            koschuso=__version__,
            office_name=office.settings.name,
            ags=office.settings.ags,
            scheme=scheme_of(office.settings.store),
            copied=copied,
            documents=sum(counts.values()),
            changes=verification.changes,
            counts=counts,
            head=verification.head,
            stand=stand,
            files={DATA: fingerprint(data, tell), SETTINGS_NAME: fingerprint(settings, tell)},
        )
        try:
            write_backup(unfinished, manifest, {DATA: data, SETTINGS_NAME: settings}, tell)
            with open_backup(unfinished) as written:
                written.check(tell)
            try:
                give_name(unfinished, final)
            except FileExistsError as error:
                raise Refused(f"{final} gibt es inzwischen schon. Bitte einen anderen Namen wählen.") from error
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
    if rotation is None:
        return BackupResult(path=final, manifest=manifest)
    # The new backup stands, whatever becomes of the old ones.
    with _reporting(f"Die Sicherung {final} steht, aber ältere ließen sich nicht abräumen"):
        removed, damaged = rotate(final, rotation, office.store.driver)
    return BackupResult(path=final, manifest=manifest, removed=removed, damaged=damaged)


def restore(source: Path, folder: Path, *, store: str = "", progress: Progress | None = None) -> RestoreResult:
    """Make an office of a backup; see `Office.restore`."""
    given, folder = folder, Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow symbolic links
    _require_new(folder, given)
    tell = _counting(progress)
    unfinished = unfinished_name(folder)
    with _reporting(f"Die Sicherung lässt sich nicht nach {folder} zurückspielen"), open_backup(source) as archive:
        manifest = archive.manifest
        tell.total = sum(file.size for file in manifest.files.values())
        folder.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder.parent)
        unfinished.mkdir()
        try:
            archive.unpack(SETTINGS_NAME, unfinished / SETTINGS_NAME, tell)
            settings = _checked_settings(unfinished, archive)
            name = simple_database(settings.store) if not manifest.copied else ""
            data = unfinished / (name or DATABASE)
            archive.unpack(DATA, data, tell)
            url = settings.store if name else sqlite_url(DATABASE)
            _verify_restored(data, url, manifest, source.name)
            if store:
                url = _restore_elsewhere(data, store, unfinished, settings, progress)
            elif not name:
                change_settings(unfinished, store=url)
            synchronise_folder(unfinished)
            _name_folder(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return RestoreResult(folder=given, manifest=manifest, store=url)


def verify(store_driver: StoreDriver, stand: str = "") -> Verification:
    """Compare everything stored with its fingerprints; see `Office.verify`."""
    verification = store_driver.verify()
    if not stand or stand == verification.head:
        return verification
    with store_driver.transaction(write=False) as reading:
        try:
            reading.changes(stand)
        except Refused:
            return attrs.evolve(verification, damages=(*verification.damages, STAND_MISSING))
    return verification


def verify_backup(path: Path, *, progress: Progress | None = None) -> tuple[BackupManifest, Verification]:
    """Check a backup without restoring it: its files, its manifest, and every record and change in its store.

    Raises:
        Refused: There is no such file.
        Corrupt: It is damaged as a file, or no backup.
        Unavailable: It cannot be read, or there is no room to unpack it.
    """
    tell = _counting(progress)
    with _reporting(f"Die Sicherung {path} lässt sich nicht prüfen"), open_backup(path) as archive:
        manifest = archive.manifest
        tell.total = sum(file.size for file in manifest.files.values())
        archive.text(SETTINGS_NAME)
        with working_folder(None) as work:
            archive.unpack(DATA, work / DATA, tell)
            with SqliteDriver(work / DATA) as driver:
                verification = driver.verify()
                counts = _counts_of(driver)
    damages = [*verification.damages, *_differences(manifest, verification, counts)]
    return manifest, attrs.evolve(verification, damages=tuple(damages))


# -- making ----------------------------------------------------------------------------------------------------------


def _final_name(target: Path, settings: Settings) -> Path:
    if target.is_dir():
        moment = datetime.now().astimezone()
        stem = f"koschuso-sicherung-{settings.ags}-{moment:%Y-%m-%d-%H%M%S}"
        final = target / f"{stem}.zip"
        number = 1
        while os.path.lexists(final):
            number += 1
            final = target / f"{stem}-{number}.zip"
        return final
    if os.path.lexists(target):
        raise Refused(f"{target} gibt es schon. Bitte für die Sicherung einen anderen Namen oder einen Ordner nennen.")
    if not target.parent.is_dir():
        raise Unavailable(
            f"Den Ordner {target.parent} gibt es nicht. Bitte legen Sie ihn an oder nennen Sie einen anderen."
        )
    return target


def _settings_of(office: Office) -> bytes:
    """Give the settings as the folder has them, else as they are."""
    if office.folder is not None and (office.folder / SETTINGS_NAME).is_file():
        return (office.folder / SETTINGS_NAME).read_bytes()
    return office.settings.to_toml().encode()


def _take_snapshot(driver: StoreDriver, target: Path) -> tuple[str, bool]:
    """Write the store as a SQLite file; give its position in the feed, and whether it had to be copied."""
    if isinstance(driver, SqliteDriver):
        driver.backup(target)
        with SqliteDriver(target) as snapshot, snapshot.transaction(write=False) as reading:
            return reading.cursor(), False
    with SqliteDriver(target) as snapshot:
        result = copy_store(driver, snapshot)
    return result.cursor, True


def _verified_snapshot(path: Path) -> tuple[Verification, dict[str, int]]:
    with SqliteDriver(path) as snapshot:
        verification = snapshot.verify()
        counts = _counts_of(snapshot)
    if verification.damages:
        first = verification.damages[0]
        raise Corrupt(
            f"Der Bestand ist beschädigt ({len(verification.damages)} Stellen); es wurde keine Sicherung angelegt. "
            f"Zuerst gefunden: {_shown(first)} Bitte mit »koschuso verify« ansehen und die letzte gute Sicherung zurückspielen."
        )
    return verification, counts


def _counts_of(driver: StoreDriver) -> dict[str, int]:
    with driver.transaction(write=False) as reading:
        return {kind: count for kind, count in sorted(reading.counts().items()) if kind != COPY_KIND}


# -- restoring -------------------------------------------------------------------------------------------------------


def _require_new(folder: Path, given: Path) -> None:
    if folder == Path.cwd():
        what = "ist der Ordner, in dem Sie gerade sind"
    elif folder.is_dir() and not folder.is_symlink():
        if next(folder.iterdir(), None) is None:
            return
        what = "ist schon ein Büro" if (folder / SETTINGS_NAME).exists() else "ist nicht leer"
    elif os.path.lexists(folder):
        what = "gibt es schon"
    else:
        return
    raise Refused(
        f"{given} {what}. Eine Sicherung wird nur in einen neuen Ordner zurückgespielt: Bitte einen anderen Namen nennen; "
        "danach können Sie den alten Ordner umbenennen oder löschen."
    )


def _checked_settings(folder: Path, archive: OpenBackup) -> Settings:
    try:
        return Settings.read(folder)
    except Refused as error:
        raise Refused(
            f"Die Einstellungen in {archive.path.name} lassen sich nicht lesen: {error.message.partition(': ')[2] or error}"
        ) from error


def _verify_restored(data: Path, url: str, manifest: BackupManifest, name: str) -> None:
    """Open the unpacked store as the office will, in its new place, and compare all of it."""
    options = url.partition("?")[2]
    here = sqlite_url(data.absolute()) + (f"?{options}" if options else "")
    with open_driver(here) as driver:
        verification = driver.verify()
        damages = [*verification.damages, *_differences(manifest, verification, _counts_of(driver))]
    if damages:
        raise Corrupt(
            f"Die Sicherung {name} ist beschädigt ({len(damages)} Stellen); es wurde nichts zurückgespielt. "
            f"Zuerst gefunden: {_shown(damages[0])} Bitte eine andere Sicherung nehmen."
        )


def _differences(manifest: BackupManifest, found: Verification, counts: dict[str, int]) -> Iterator[Damage]:
    if counts != manifest.counts or sum(counts.values()) != manifest.documents:
        yield Damage(message="Die Zahl der Datensätze ist eine andere als bei der Sicherung.")
    if (found.changes, found.head) != (manifest.changes, manifest.head):
        yield Damage(message="Das Änderungsprotokoll ist ein anderes als bei der Sicherung.")


def _restore_elsewhere(data: Path, store: str, folder: Path, settings: Settings, progress: Progress | None) -> str:
    """Copy the unpacked store into another one and leave only the settings that name it."""
    store = absolute_store(store, Path.cwd())
    backends, plugin = backends_for(store, settings.plugins)
    with SqliteDriver(data) as source, open_driver(store, backends) as target:
        copy_store(source, target, progress=progress)
    for file in folder.iterdir():
        if file.name != SETTINGS_NAME:
            file.unlink()
    change_settings(folder, store=store, **with_plugin(settings, plugin))
    return store


def _name_folder(unfinished: Path, folder: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    unfinished.chmod(0o777 & ~umask)
    if folder.is_dir():
        folder.rmdir()  # empty, as was required at the beginning; otherwise the system refuses
    unfinished.rename(folder)
    synchronise_folder(folder.parent)


# -- inside ----------------------------------------------------------------------------------------------------------


class _Counting:
    """Adds up bytes for a progress bar."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self.total = 0

    def __call__(self, size: int) -> None:
        self._done += size
        if self._progress is not None:
            self._progress(min(self._done, self.total), self.total)


def _counting(progress: Progress | None) -> _Counting:
    return _Counting(progress)


@contextmanager
def _reporting(what: str) -> Iterator[None]:
    """Say in one sentence what the system refused; nothing half-done is left under a final name."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{what}: {reason(error)}. Was vorher da war, ist unverändert.") from error


def _shown(damage: Damage) -> str:
    return f"{damage.kind} {damage.id}: {damage.message}" if damage.id else damage.message
