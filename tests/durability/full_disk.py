"""No room: a commit, an import, a backup and an export meet it for real, and go through once there is room again.

    python -m tests.durability.full_disk --store sqlite --folder FOLDER --limit file
    python -m tests.durability.full_disk --store sqlite --folder FOLDER --limit disk     a small file system of its own

``file`` forbids files to grow beyond a size (RLIMIT_FSIZE), ``disk`` fills the file system that the folder is. Judged
is: who wanted room was told so in German, the store is as before and whole, nothing stands under a final name by half.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import resource
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.durability import stores
from tests.durability.workload import calendar_file, stored_state

from koschuso.errors import Unavailable
from koschuso.model import Goal
from koschuso.store.driver import Capability

_ADVICE = re.compile(r"voll|Platz|zu groß|aufgebraucht|Platte|Datenträger")
_LITTLE = 1024


@contextmanager
def small_files(_folder, most):
    """No file grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full_disk(folder, _most):
    """The file system is full."""
    filler = folder / "fuellung"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (65536, 4096, 512, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    try:
        yield
    finally:
        filler.unlink()


LIMITS = {"file": small_files, "disk": full_disk}


def meet(scheme, folder, limit):
    """Do everything without room and with it; gives what was told and what is wrong."""
    place = stores.fresh(scheme, folder)
    tight = LIMITS[limit]
    told, wrong = {}, []
    files = [calendar_file(folder, number, 40) for number in range(3)]
    target, exported = folder / "sicherung", folder / "ausfuhr.ics"
    with place.office() as office:
        office.import_file(files[0])
        office.export(exported)
        before, old_export = stored_state(office.store), exported.read_bytes()
        largest = max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)
        goals = [Goal(id=f"z-{number}", title="Platz nehmen " * 100) for number in range(1000)]
        jobs = {
            "commit": (largest + 65536, lambda: office.store.put_all(goals)),
            "import": (_LITTLE, lambda: office.import_file(files[1])),
            "export": (_LITTLE, lambda: office.export(exported)),
        }
        if Capability.BACKUP in place.backend.capabilities:
            jobs["backup"] = (_LITTLE, lambda: office.store.backup(target))
        for name, (most, job) in jobs.items():
            try:
                with tight(folder, most):
                    job()
                wrong.append(f"{name} went through without room")
            except Unavailable as error:
                told[name] = str(error)
                if not _ADVICE.search(str(error)):
                    wrong.append(f"{name} does not say what to do: {error}")
            if stored_state(office.store) != before:
                wrong.append(f"{name} changed the store")
        if target.exists():
            wrong.append("a backup has its final name")
        if exported.read_bytes() != old_export:
            wrong.append("the exported file is another one")
    wrong += place.damages()
    with place.office() as office:
        if stored_state(office.store) != before:
            wrong.append("the store is another one after opening it again")
        office.store.put_all(goals)
        office.import_file(files[1])
        office.export(exported)
        if "backup" in jobs:
            office.store.backup(target)
            wrong += stores.backup_place(target).damages()
    return {"store": scheme, "limit": limit, "told": told, "wrong": wrong + place.damages()}


def main():
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="sqlite", choices=("sqlite", "files"))
    parser.add_argument("--folder", type=Path, required=True, help="empty; for »disk« a small file system of its own")
    parser.add_argument("--limit", default="file", choices=tuple(LIMITS))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = meet(arguments.store, arguments.folder.resolve(), arguments.limit)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False))
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
