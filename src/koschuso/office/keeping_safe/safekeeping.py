"""Keeping an office safe: backups, restoring them, and checking that everything is still as it was written.

A backup is one file (see `koschuso.office.keeping_safe.backup_file`) with everything of the office that cannot be made again: all that
the store holds, the office's words for its reports, and the settings without passwords. It is made while others write, from one consistent state, and has its final name only once it was read back and
found right. Restoring works into a new folder only and gives it its name only once everything in it was checked.
"""

from __future__ import annotations

import os
import shutil
import stat
import tomllib
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso import __version__
from koschuso.errors import Corrupt, Refused, Unavailable, WrongUse
from koschuso.files import give_name, make_private_folder, reason, synchronise_folder
from koschuso.office.keeping_safe.backup_file import (
    DATA,
    SETTINGS_NAME,
    TEXTS,
    BackupManifest,
    OpenBackup,
    fingerprint,
    open_backup,
    write_backup,
)
from koschuso.office.keeping_safe.backup_texts import gather_texts
from koschuso.office.keeping_safe.passwords import holds_password, without_password, without_passwords
from koschuso.office.keeping_safe.rotation import Rotation, rotate
from koschuso.office.keeping_safe.unfinished import clear_leftovers, unfinished_name, working_folder
from koschuso.office.places import absolute_store, backends_for, scheme_of, simple_database, with_plugin
from koschuso.office.settings import DATABASE, Settings
from koschuso.office.settings_edit import change_settings
from koschuso.store import copy_store
from koschuso.store.backends import open_driver
from koschuso.store.digest import COPY_KIND
from koschuso.store.driver import Damage, Verification
from koschuso.store.sqlite import SqliteDriver
from koschuso.store.url import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.office.core import OpenOffice
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
        left_out: One German sentence for each file in the folder ``texte`` that could not come along.
    """

    path: Path
    manifest: BackupManifest
    removed: tuple[Path, ...] = ()
    damaged: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RestoreResult:
    """What was restored.

    Attributes:
        folder: The new office's folder; `Office.open` opens it.
        manifest: What the backup said about itself.
        store: The store's URL as it stands in the settings now.
        password: Whether it holds a password.
    """

    folder: Path
    manifest: BackupManifest
    store: str = attrs.field(repr=False)
    password: bool = False


def backup(office: OpenOffice, target: Path, *, keep: str = "", progress: Progress | None = None) -> BackupResult:
    """Write a backup of an office; see `Office.backup`."""
    rotation = Rotation.parse(keep) if keep else None
    if rotation is not None and not target.is_dir():
        raise WrongUse("Alte Sicherungen lassen sich nur in einem Ordner abräumen: Bitte als Ziel einen Ordner nennen.")
    final = _final_name(target, office.settings)
    unfinished = unfinished_name(final)
    tell = _counting(progress)
    with _reporting(f"Die Sicherung {final} lässt sich nicht schreiben"), working_folder(office.folder) as work:
        clear_leftovers(final.parent)
        data = work / DATA
        try:
            stand, copied = _take_snapshot(office.store.driver, data)
        except Unavailable as error:
            raise Unavailable(f"Es wurde keine Sicherung angelegt: {error.message}") from error
        verification, counts = _verified_snapshot(data)
        password_removed = _lay_out_settings(office, work)
        texts, left_out = ({}, ()) if office.folder is None else gather_texts(office.folder, work)
        files = {DATA: data, SETTINGS_NAME: work / SETTINGS_NAME, **texts}
        tell.total = 3 * sum(file.stat().st_size for file in files.values())
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
            files={name: fingerprint(file, tell) for name, file in files.items()},
            password_removed=password_removed,
        )
        try:
            write_backup(unfinished, manifest, files, tell)
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
        return BackupResult(path=final, manifest=manifest, left_out=left_out)
    # The new backup stands, whatever becomes of the old ones.
    with _reporting(f"Die Sicherung {final} steht, aber ältere ließen sich nicht abräumen"):
        removed, damaged = rotate(final, rotation, office.store.driver)
    return BackupResult(path=final, manifest=manifest, removed=removed, damaged=damaged, left_out=left_out)


def restore(source: Path, folder: Path, *, store: str = "", progress: Progress | None = None) -> RestoreResult:
    """Make an office of a backup; see `Office.restore`."""
    if store and scheme_of(store) == "memory":
        raise WrongUse("Der Speicher »memory:« vergeht mit diesem Befehl. Bitte einen Speicher nennen, der bleibt.")
    given, folder = folder, Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow symbolic links
    _require_new(folder, given)
    tell = _counting(progress)
    unfinished = unfinished_name(folder)
    with _reporting(f"Die Sicherung lässt sich nicht nach {folder} zurückspielen"), open_backup(source) as archive:
        manifest = archive.manifest
        tell.total = sum(file.size for file in manifest.files.values())
        folder.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder.parent)
        make_private_folder(unfinished)
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
            _unpack_texts(archive, unfinished, tell)
            synchronise_folder(unfinished)
            _name_folder(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return RestoreResult(folder=given, manifest=manifest, store=url, password=holds_password(url))


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
        archive.check(tell, without={DATA})
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


def _lay_out_settings(office: OpenOffice, work: Path) -> bool:
    """Write the settings for a backup as the folder has them, else as they are; tell whether a password was taken out."""
    path = work / SETTINGS_NAME
    if office.folder is not None and (office.folder / SETTINGS_NAME).is_file():
        path.write_bytes((office.folder / SETTINGS_NAME).read_bytes())
    else:
        path.write_bytes(office.settings.to_toml().encode())
    written = Settings.read(work)
    if not holds_password(written.store):
        return False
    wanted = attrs.evolve(written, store=without_password(written.store))
    path.write_bytes(_without_passwords(path.read_text(encoding="utf-8-sig"), written, wanted, path).encode())
    return True


def _without_passwords(text: str, written: Settings, wanted: Settings, path: Path) -> str:
    """Take the passwords out of the text of settings; where that is not surely done, it is written anew, without notes."""
    text = without_passwords(text, written.store)
    try:
        done = Settings.parse(tomllib.loads(text), path) == wanted
    except (tomllib.TOMLDecodeError, Refused):
        done = False
    return text if done else wanted.to_toml()


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


def _unpack_texts(archive: OpenBackup, folder: Path, tell: _Counting) -> None:
    """Write the office's words for its reports; their names were found to lead nowhere else."""
    made = set()
    for name in archive.texts:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        archive.unpack(name, target, tell)
        made.add(target.parent)
    for inner in made:
        synchronise_folder(inner)
    if made:
        synchronise_folder(folder / TEXTS)


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
    if folder.is_dir():
        with suppress(OSError):  # where the system knows modes, the one that somebody gave stays
            unfinished.chmod(stat.S_IMODE(folder.stat().st_mode))
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
