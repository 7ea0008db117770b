"""Network shares and synchronised folders are recognised, and nothing else."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from koschuso.store.location import network_file_system, sync_service

MOUNTINFO = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:20 / /proc rw - proc proc rw
40 22 0:41 / /mnt/amt rw,relatime shared:9 master:1 - cifs //server/amt rw,vers=3.0
41 40 0:42 / /mnt/amt/lokal rw - xfs /dev/vdb rw
42 22 0:43 / /home/anna rw - nfs4 server:/home rw
43 22 0:44 / /mnt/mit\040Leerzeichen rw - fuse.sshfs anna@host: rw
44 22 0:45 / /mnt/fest rw - fuseblk /dev/sdc1 rw
45 22 0:46 / /mnt/wechsel rw - nfs server:/a rw
46 22 0:47 / /mnt/wechsel rw - ext4 /dev/sdd rw
47 22 0:48 / /mnt/c rw - 9p C:\134 rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/koschuso.db", None),
        ("/mnt/amt/koschuso.db", "cifs"),
        ("/mnt/amtlich/koschuso.db", None),
        ("/mnt/amt/lokal/koschuso.db", None),
        ("/home/anna/x/koschuso.db", "nfs4"),
        ("/mnt/mit Leerzeichen/koschuso.db", "fuse.sshfs"),
        ("/mnt/fest/koschuso.db", None),
        ("/mnt/wechsel/koschuso.db", None),
        ("/mnt/c/koschuso.db", "9p"),
    ],
)
def test_the_file_system_of_the_longest_and_latest_mount_point_counts(path, kind):
    assert network_file_system(PurePosixPath(path), MOUNTINFO) == kind


def nothing(_path):
    return False


@pytest.mark.parametrize(
    ("path", "service"),
    [
        (r"C:\Users\anna\OneDrive\koschuso.db", "OneDrive"),
        (r"C:\Users\anna\OneDrive - Kreis Musterstadt\Büro\koschuso.db", "OneDrive"),
        (r"D:\Ablage\Amt\koschuso.db", "OneDrive"),
        (r"d:\ablage\amt\unter\koschuso.db", "OneDrive"),
        (r"D:\Ablage\Amtlich\koschuso.db", None),
        (r"C:\Users\anna\Dropbox\koschuso.db", "Dropbox"),
        (r"C:\Users\anna\sciebo\koschuso.db", "sciebo"),
        (r"C:\Users\anna\Documents\koschuso.db", None),
        (r"C:\Users\anna\onedriveaehnlich\koschuso.db", None),
        (r"C:\Users\anna\Nextcloud.db", None),
    ],
)
def test_synchronised_folders_of_windows_are_recognised(path, service):
    environment = {"OneDriveCommercial": r"D:\Ablage\Amt", "OneDrive": ""}
    assert sync_service(PureWindowsPath(path), environment, nothing) == service


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/home/anna/Nextcloud/koschuso.db", "Nextcloud"),
        ("/home/anna/nextcloud.db", None),
        ("/Users/anna/Library/Mobile Documents/x/koschuso.db", "iCloud"),
        ("/Users/anna/Library/CloudStorage/Dienst/koschuso.db", "einem Cloud-Dienst"),
        ("/srv/koschuso.db", None),
    ],
)
def test_synchronised_folders_of_other_systems_are_recognised(path, service):
    assert sync_service(PurePosixPath(path), {}, nothing) == service


def test_the_marks_that_sync_programs_leave_are_recognised():
    marks = {PurePosixPath("/daten/.stfolder"), PurePosixPath("/wolke/.nextcloudsync.log")}
    assert sync_service(PurePosixPath("/daten/a/b/koschuso.db"), {}, marks.__contains__) == "Syncthing"
    assert sync_service(PurePosixPath("/wolke/koschuso.db"), {}, marks.__contains__) == "Nextcloud"
    assert sync_service(PurePosixPath("/anderswo/koschuso.db"), {}, marks.__contains__) is None
