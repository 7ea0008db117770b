"""Refuse places that damage a database: network shares and folders that are synchronised.

SQLite needs file locks and ordered writes. Network file systems often promise both and keep neither, and a sync client
copies database and write-ahead log at different moments. An office that has checked its place may say so in the URL
(``?ort=geprueft``). Drivers of plugins that keep files of their own may use `refuse_unsafe_location`.

Known limit: on macOS network volumes are not recognised, because their type is not readable without a program.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from koschuso.errors import UnsafeLocation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["network_file_system", "refuse_unsafe_location", "sync_service"]

_NETWORK_TYPES = frozenset({
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "prl_fs", "pvfs2", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav",
})  # fmt: skip
_NETWORK_FUSE = frozenset({
    "ceph", "davfs", "davfs2", "glusterfs", "gvfsd-fuse", "onedriver", "rclone", "s3fs", "smbnetfs", "sshfs",
    "vmhgfs-fuse",
})  # fmt: skip
_SYNC_FOLDERS = {
    "cloudstorage": "einem Cloud-Dienst",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "hidrive": "HiDrive",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "magentacloud": "MagentaCLOUD",
    "mobile documents": "iCloud",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pcloud": "pCloud",
    "sciebo": "sciebo",
    "seafile": "Seafile",
    "sharepoint": "SharePoint",
}
_SYNC_MARKS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".stfolder": "Syncthing",
}
_ONEDRIVE = re.compile(r"onedrive(?:$| ?[-–] )")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MOUNTINFO = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


def network_file_system(path: PurePath, mountinfo: str) -> str | None:
    """Return the type of the network file system that holds a path, or ``None`` for a local one.

    Args:
        path: Absolute path without symbolic links.
        mountinfo: Content of ``/proc/self/mountinfo`` (proc(5)): the longest mount point above the path counts, and
            of two on the same point the later.
    """
    best, longest = None, -1
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields, types = before.split(" "), after.split(" ")
        if not separator or len(fields) < 5:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = PurePath(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= longest:
            best, longest = types[0].lower(), len(point.parts)
    if best is None:
        return None
    name, _, inner = best.partition(".")
    remote = inner in _NETWORK_FUSE if name in {"fuse", "fuseblk"} else best in _NETWORK_TYPES
    return best if remote else None


def sync_service(
    path: PurePath, environment: Mapping[str, str], exists: Callable[[PurePath], bool] = os.path.lexists
) -> str | None:
    """Return the name of the service that synchronises the folder of a path, or ``None``.

    Args:
        path: Absolute path of the database file.
        environment: Windows names the OneDrive folders in ``OneDrive``, ``OneDriveCommercial``, ``OneDriveConsumer``.
        exists: Whether a path is there; sync clients leave files of their own in the folder.
    """
    for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        folder = environment.get(name)
        if folder and _folded(path).is_relative_to(_folded(type(path)(folder))):
            return "OneDrive"
    for part in path.parts[:-1]:
        folder = part.casefold()
        if _ONEDRIVE.match(folder):
            return "OneDrive"
        if folder in _SYNC_FOLDERS:
            return _SYNC_FOLDERS[folder]
    for parent in path.parents:
        for mark, service in _SYNC_MARKS.items():
            if exists(parent / mark):
                return service
    return None


def refuse_unsafe_location(path: Path, *, folder: bool = False) -> None:
    """Refuse a database file on a network share or in a synchronised folder.

    Args:
        path: The database file.
        folder: The path is a folder that holds the data, and may be the synchronised one itself.

    Raises:
        UnsafeLocation: Saying what was recognised and what to do.
    """
    place = Path(os.path.realpath(path))
    inside = place / "daten" if folder else place
    advice = (
        "Bitte einen Ordner auf einer eigenen Platte dieses Rechners wählen. "
        "Wer den Ort geprüft hat, ergänzt in der URL »?ort=geprueft«."
    )
    # The home folder may carry a sync client's mark of its own settings; only the folders below it count.
    service = sync_service(inside, os.environ, lambda mark: _below_home(mark) and os.path.lexists(mark))
    if service is None and not path.is_absolute():
        given = path / "daten" if folder else path
        service = sync_service(Path(os.path.abspath(given)), os.environ)  # noqa: PTH100 - keeps symbolic links
    if service is not None:
        raise UnsafeLocation(
            f"Der Ordner von {place.name} wird mit {service} abgeglichen; das würde die Datenbank beschädigen. {advice}"
        )
    if _on_network(place):
        raise UnsafeLocation(
            f"{place.name} liegt auf einem Netzlaufwerk; das würde die Datenbank beschädigen. {advice}"
        )


def _on_network(place: Path) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - loaded on use only

        drive = place.drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    if not _MOUNTINFO.exists():
        return False
    return network_file_system(place, _MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")) is not None


def _below_home(mark: PurePath) -> bool:
    try:
        return mark.parent != Path.home()
    except RuntimeError:
        return True


def _folded(path: PurePath) -> PurePath:
    return type(path)(str(path).casefold())
