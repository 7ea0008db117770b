"""The file that a backup is: a ZIP with the office's store, settings and words, and a manifest that vouches for them.

The store is in it as a SQLite file, and the words are the Markdown files that the office writes for its reports. Nothing in it is compressed, so no small file can unpack to a huge one, and every byte is under the manifest's SHA-256 or
a CRC of the ZIP. Reading trusts nothing: exactly the known names and plain ones below ``texte/``, each once, no links, no
encryption, sizes as declared; what is unpacked gets a name that the reader chooses.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

import attrs
import msgspec

from koschuso.errors import Corrupt, NotSupported, Refused
from koschuso.files import new_private
from koschuso.reporting.texts import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from pathlib import Path

__all__ = [
    "DATA",
    "MANIFEST",
    "SETTINGS_NAME",
    "TEXTS",
    "BackupManifest",
    "OpenBackup",
    "PackedFile",
    "fingerprint",
    "is_text_name",
    "open_backup",
    "write_backup",
]

DATA: Final = "koschuso.db"
"""Name of the SQLite file in a backup, whatever the store's own make is."""

SETTINGS_NAME: Final = "koschuso.toml"
"""Name of the settings in a backup, byte for byte as in the office's folder."""

TEXTS: Final = FOLDER
"""Name of the folder with the office's words for its reports, in a backup as beside the settings."""

MANIFEST: Final = "manifest.json"
"""Name of what tells about the others."""

_FORMAT: Final = "koschuso-backup"
_VERSION: Final = 1
_LARGEST_TEXT: Final = 1024 * 1024
_LARGEST_MANIFEST: Final = 16 * _LARGEST_TEXT
_LONGEST_PART: Final = 255
_UNUSUAL: Final = re.compile(r"[\x00-\x1f\x7f\\:\ud800-\udfff]")
_PIECE: Final = 1024 * 1024
_ENCRYPTED: Final = 0x1


@attrs.frozen(kw_only=True)
class PackedFile:
    """A file of a backup: its size in bytes and its SHA-256 in hexadecimal digits."""

    size: int
    sha256: str


@attrs.frozen(kw_only=True)
class BackupManifest:
    """What a backup says about itself.

    Attributes:
        created: When it was made, with time zone.
        koschuso: Version of koschuso that made it.
        office_name: Name of the office.
        ags: Kreis or municipality of the office.
        scheme: Scheme of the store's URL, such as ``sqlite`` or ``postgresql``.
        copied: Whether the SQLite file is a copy made change by change, because the store is none itself.
        documents: How many documents it holds, those of koschuso's own bookkeeping included.
        changes: How many changes the record of changes tells.
        counts: Documents by kind.
        head: Fingerprint of the newest change in the SQLite file.
        stand: Position in the store's record of changes that the backup was made of: `Office.verify` tells later
            whether the store still holds everything up to it.
        files: The other files by name.
        password_removed: Whether the settings lack the password that stood in the store's URL: none leaves in a backup.
        format: Always the same, to be told from other ZIP files.
        version: Version of the form of backups.
    """

    created: datetime
    koschuso: str
    office_name: str
    ags: str
    scheme: str
    copied: bool
    documents: int
    changes: int
    counts: dict[str, int]
    head: str
    stand: str
    files: dict[str, PackedFile]
    password_removed: bool = False
    format: str = _FORMAT
    version: int = _VERSION


class OpenBackup:
    """A backup that is being read; see `open_backup`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise Refused(f"Die Sicherung {path} gibt es nicht. Bitte den Namen prüfen.") from None
        except IsADirectoryError:
            raise Refused(f"{path} ist ein Ordner. Bitte die Sicherungsdatei darin nennen.") from None
        except OSError:
            raise
        except Exception as error:  # damaged files make zipfile raise many kinds of errors
            raise Corrupt(
                f"{path.name} ist keine Sicherung von koschuso, oder sie ist unvollständig. Bitte eine andere nehmen."
            ) from error
        try:
            self.manifest = self._checked_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._zip.close()

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of the office's words for its reports, each a plain path below ``texte/``."""
        return tuple(name for name in self.manifest.files if is_text_name(name))

    def unpack(self, name: str, target: Path, progress: Callable[[int], None] = lambda _size: None) -> None:
        """Write a file of the backup under a new name, on the disk and checked.

        Raises:
            Corrupt: It is not what the manifest says; what was written is to be thrown away.
        """
        with new_private(target) as file:

            def take(piece: bytes) -> None:
                file.write(piece)
                progress(len(piece))

            self._stream(name, take)
            file.flush()
            os.fsync(file.fileno())

    def check(self, progress: Callable[[int], None] = lambda _size: None, *, without: Container[str] = ()) -> None:
        """Compare every file with the manifest.

        Args:
            progress: Is told how many bytes were read.
            without: Names of files that somebody else compares.

        Raises:
            Corrupt: One is not what it says.
        """
        for name in self.manifest.files:
            if name not in without:
                self._stream(name, lambda piece: progress(len(piece)))

    def _checked_manifest(self) -> BackupManifest:
        infos = {info.filename: info for info in self._zip.infolist()}
        if len(infos) != len(self._zip.infolist()):
            raise self._hostile("ein Name kommt doppelt vor")
        texts = {name for name in infos if is_text_name(name)}
        if infos.keys() - texts != {DATA, SETTINGS_NAME, MANIFEST}:
            raise self._hostile("es enthält andere Dateien als eine Sicherung")
        if not all(map(_is_plain, infos.values())):
            raise self._hostile("eine Datei darin ist gepackt, verschlüsselt oder eine Verknüpfung")
        if sum(info.file_size for info in infos.values()) > self.path.stat().st_size:
            raise self._hostile("die Größen darin stimmen nicht")
        if infos[MANIFEST].file_size > _LARGEST_MANIFEST:
            raise self._hostile("die Angaben zur Sicherung sind zu groß")
        if infos[SETTINGS_NAME].file_size > _LARGEST_TEXT:
            raise self._hostile("die Einstellungen darin sind zu groß")
        manifest = self._read_manifest()
        sizes = {name: infos[name].file_size for name in (DATA, SETTINGS_NAME, *texts)}
        if {name: file.size for name, file in manifest.files.items()} != sizes:
            raise self._damaged("die Größen stimmen nicht mit den Angaben zur Sicherung überein")
        return manifest

    def _read_manifest(self) -> BackupManifest:
        try:
            data = self._zip.read(MANIFEST)
            head = msgspec.json.decode(data)
        except OSError:
            raise
        except Exception as error:
            raise self._damaged("die Angaben zur Sicherung sind nicht lesbar") from error
        if not isinstance(head, dict) or head.get("format") != _FORMAT:
            raise self._hostile("die Angaben zur Sicherung fehlen")
        version = head.get("version")
        if isinstance(version, int) and version > _VERSION:
            raise NotSupported(
                f"{self.path.name} wurde von einer neueren Fassung von koschuso gemacht. Bitte koschuso aktualisieren."
            )
        try:
            return msgspec.json.decode(data, type=BackupManifest)
        except msgspec.DecodeError as error:
            raise self._damaged("die Angaben zur Sicherung sind unvollständig") from error

    def _stream(self, name: str, take: Callable[[bytes], object]) -> None:
        """Read a file in pieces and compare its fingerprint at the end; never more than the declared size."""
        wanted = self.manifest.files[name]
        hasher = sha256()
        left = wanted.size
        try:
            file = self._zip.open(name)
        except Exception as error:
            raise self._damaged(f"{name} ist nicht lesbar") from error
        with file:
            while left:
                try:
                    piece = file.read(min(left, _PIECE))
                except OSError:
                    raise
                except Exception as error:
                    raise self._damaged(f"{name} ist nicht lesbar") from error
                if not piece:
                    break
                left -= len(piece)
                hasher.update(piece)
                take(piece)
        if left or hasher.hexdigest() != wanted.sha256:
            raise self._damaged(f"{name} ist nicht mehr so, wie es gesichert wurde")

    def _damaged(self, what: str) -> Corrupt:
        return Corrupt(f"Die Sicherung {self.path.name} ist beschädigt: {what}. Bitte eine andere Sicherung nehmen.")

    def _hostile(self, what: str) -> Corrupt:
        return Corrupt(f"{self.path.name} ist keine Sicherung von koschuso: {what}. Es wurde nichts daraus übernommen.")


def open_backup(path: Path) -> OpenBackup:
    """Open a backup to read it; its form and manifest are checked, its contents when they are read.

    Raises:
        Refused: There is no such file.
        Corrupt: It is no backup, or it is damaged.
        NotSupported: A newer koschuso made it.
    """
    return OpenBackup(path)


def write_backup(
    path: Path,
    manifest: BackupManifest,
    files: Mapping[str, Path],
    progress: Callable[[int], None] = lambda _size: None,
) -> None:
    """Write a backup under a new name and bring it to the disk.

    Args:
        path: Must not exist.
        manifest: Tells about the files.
        files: Where the content of each comes from, by its name in the backup.
        progress: Is told how many bytes were written.
    """
    with new_private(path) as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(_entry(MANIFEST, manifest), msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            for name, source in files.items():
                size = manifest.files[name].size
                with source.open("rb") as content, archive.open(_entry(name, manifest, size), "w") as member:
                    while piece := content.read(_PIECE):
                        member.write(piece)
                        progress(len(piece))
        out.flush()
        os.fsync(out.fileno())


def is_text_name(name: str) -> bool:
    """Tell whether a name in a backup is that of one of the office's texts, and leads nowhere else on any system.

    >>> is_text_name("texte/taetigkeitsbericht/2025/ausblick.md"), is_text_name("texte/../koschuso.db")
    (True, False)
    """
    first, *parts = name.split("/")
    return (
        first == TEXTS
        and bool(parts)
        and not _UNUSUAL.search(name)
        and all(part not in {"", ".", ".."} and len(part.encode()) <= _LONGEST_PART for part in parts)
    )


def fingerprint(path: Path, progress: Callable[[int], None] = lambda _size: None) -> PackedFile:
    """Take size and SHA-256 of a file."""
    hasher = sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hasher.update(piece)
            size += len(piece)
            progress(len(piece))
    return PackedFile(size=size, sha256=hasher.hexdigest())


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Tell whether a file is stored as it is: not packed, not encrypted, no link and no folder."""
    mode = info.external_attr >> 16
    as_it_is = info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size
    return as_it_is and not info.flag_bits & _ENCRYPTED and (not mode or stat.S_ISREG(mode))


def _entry(name: str, manifest: BackupManifest, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, manifest.created.timetuple()[:6])
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    info.file_size = size  # tells early whether the long form of ZIP is needed
    return info
