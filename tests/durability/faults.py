"""One thing goes wrong at every place where it can: the n-th change of the disk, for n = 1, 2, 3 … until none is left.

    python -m tests.durability.faults --store sqlite --act commit --fault kill
    python -m tests.durability.faults --store files --act import --fault full

Faults: ``kill`` ends the process before the change, ``full`` lets it and all later ones find no room, ``broken`` lets
everything fail as on a dying disk. Acts: a commit, an import, a backup, an export, opening a new store, a migration.

Judged is: the store is as before or as after the act, whole, and takes the act when all is well again; who was told of
an error was told in German what to do; nothing stands under a final name by half.
"""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import re
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.durability import recorder, stores
from tests.durability.workload import Story, calendar_file, import_act, scratch, stored_state

from koschuso.errors import KoschusoError, Unavailable
from koschuso.model import Goal
from koschuso.store import ANY
from koschuso.store.schema import STEPS

FAULTS = {"kill": -signal.SIGKILL, "full": errno.ENOSPC, "broken": errno.EIO}
ACTS = ("opening", "commit", "import", "backup", "export", "migration")
BEFORE = 6
"""Acts that are in the store before."""
EVENTS = 12
_ADVICE = re.compile(r"voll|Platz|Fehler|Platte|Bitte|geschrieben|beschreibbar")
_MOST = 2000
_SHOWN = 5


def _migration(connection, number):
    connection.execute(f"CREATE TABLE schritt_{number} (a INTEGER) STRICT")
    for row in range(3):
        connection.execute(f"INSERT INTO schritt_{number} VALUES ({row})")  # noqa: S608 - our own numbers
    connection.execute("UPDATE meta SET value = value || '' WHERE name = 'store'")


ARTIFICIAL = tuple(lambda connection, number=number: _migration(connection, number) for number in range(3))
"""Further steps of the schema, of several statements each."""


class Faults:
    """One act on one store, with the fault at each place in turn; runs in a watched process.

    Args:
        scheme: Of the store.
        act: Name of the act.
        fault: Name of the fault.
        root: The watched folder.
    """

    def __init__(self, scheme, act, fault, root):
        self._scheme = scheme
        self._fault = fault
        self._do = getattr(self, f"_do_{act}")
        self._judge_more = getattr(self, f"_judge_{act}", lambda _folder, _told: None)
        self._root = root
        self._trial = root / "versuch"
        self._story = Story(7)
        self._armed = recorder.Armed()
        self._file = calendar_file(root.parent, 1, EVENTS)
        self.found = Counter()
        self.examples = []
        before = root / "vorher"
        before.mkdir()
        self._prepared = before
        self._states = [self._story.state(BEFORE)]
        if act == "opening":
            self._states = [{}]
            return
        with stores.fresh(scheme, before).open() as store:
            for number in range(BEFORE):
                self._story.act(number).do(store)
        if act == "commit":
            self._states.append(self._story.state(BEFORE + 1))
        if act == "import":
            self._states.append(import_act(self._file).follow(self._states[0]))

    def run(self):
        """Try each place until the act comes through undisturbed."""
        for number in range(1, _MOST):
            self.found["trials"] += 1
            shutil.copytree(self._prepared, self._trial)
            came_through = self._tried(number)
            shutil.rmtree(self._trial)
            if came_through:
                return
        self._blame("endless", f"more than {_MOST} changes")

    def _place(self, folder):
        place = stores.fresh(self._scheme, folder)
        return replace(place, steps=(*STEPS, *ARTIFICIAL)) if self._do == self._do_migration else place

    def _tried(self, number):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            os._exit(self._in_child(number, writer))
        os.close(writer)
        said = b""
        while piece := os.read(reader, 65536):
            said += piece
        os.close(reader)
        status = os.waitpid(child, 0)[1]
        told = said.decode().strip()
        if os.WIFSIGNALED(status):
            self.found["killed"] += 1
        elif os.WEXITSTATUS(status) == 0:
            return True
        elif os.WEXITSTATUS(status) == 1:
            self.found["told"] += 1
            if not _ADVICE.search(told):
                self._blame("unclear", told)
        elif os.WEXITSTATUS(status) == 2:
            self.found["done all the same"] += 1
        else:
            self._blame("errors", f"change {number}: {told}")
        self._judge(number, failed=os.WIFEXITED(status) and os.WEXITSTATUS(status) == 1)
        return False

    def _in_child(self, number, writer):
        """Exit codes: 0 nothing went wrong, 1 the user was told, 2 it was done though something failed, 3 a bug."""
        what = FAULTS[self._fault]
        self._armed.arm(number, what)
        try:
            self._do(self._trial)
        except Unavailable as error:
            os.write(writer, str(error).encode())
            return 1
        except BaseException as error:  # noqa: BLE001 - the parent judges; nothing may run on in a child
            os.write(writer, f"{type(error).__name__}: {error}".encode())
            return 3
        finally:
            count = self._armed.count()
            self._armed.arm(0, 0)
        return 2 if count >= number else 0

    def _judge(self, number, *, failed):
        place = self._place(self._trial)
        try:
            self._judge_more(self._trial, failed)
            damages = place.damages()
            if damages:
                self._blame("corrupt", f"change {number}: {damages[0]}")
                return
            with place.open() as store:
                state = stored_state(store)
            if state not in self._states:
                self._blame("half", f"change {number}: neither as before nor as after")
            elif failed and self._fault == "full" and state != self._states[0]:
                self._blame("told wrongly", f"change {number}: refused, and yet it is there")
            self._do(self._trial)
            with place.open() as store:
                if stored_state(store) != self._states[-1]:
                    self._blame("half", f"change {number}: not as after, when done again")
                store.put(Goal(id="danach", title="Es geht weiter"), expect=ANY)
        except KoschusoError as error:
            self._blame("corrupt", f"change {number}: {type(error).__name__}: {error}")

    # -- the acts ----------------------------------------------------------------------------------------------------

    def _do_opening(self, folder):
        stores.fresh(self._scheme, folder).open().close()

    def _do_commit(self, folder):
        with stores.fresh(self._scheme, folder).open() as store:
            if stored_state(store) == self._states[0]:
                self._story.act(BEFORE).do(store)

    def _do_import(self, folder):
        with stores.fresh(self._scheme, folder).office() as office:
            office.import_file(self._file)

    def _do_export(self, folder):
        with stores.fresh(self._scheme, folder).office() as office:
            office.export(folder / "ausfuhr.ics")

    def _judge_export(self, folder, _failed):
        path = folder / "ausfuhr.ics"
        if path.exists():
            if not path.read_bytes().endswith(b"END:VCALENDAR\r\n"):
                self._blame("half", "the exported file is not whole")
            path.unlink()

    def _do_backup(self, folder):
        with stores.fresh(self._scheme, folder).open() as store:
            store.backup(folder / "sicherung")

    def _judge_backup(self, folder, failed):
        path = folder / "sicherung"
        if not path.exists():
            return
        if failed and self._fault == "full":
            self._blame("told wrongly", "refused, and yet the backup is there")
        place = stores.backup_place(path)
        damages = place.damages()
        with place.open() as store:
            if damages or stored_state(store) != self._states[0]:
                self._blame("half", f"the backup is not whole: {damages[:1]}")
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _do_migration(self, folder):
        self._place(folder).open().close()

    def _judge_migration(self, folder, _failed):
        """Whole steps only: the tables and rows are those of the version."""
        with closing(sqlite3.connect(folder / "probe.db")) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'schritt%'").fetchall()
            rows = [connection.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in tables]  # noqa: S608 - our own names
        done = version - len(STEPS)
        self.found[f"at version +{done}"] += 1
        if len(tables) != done or rows != [(3,)] * done:
            self._blame("half", f"version {version} has {len(tables)} of its tables, {rows}")

    def _blame(self, what, example):
        self.found[what] += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(f"{what}: {example}")


BAD = ("half", "corrupt", "told wrongly", "unclear", "errors", "endless")


def inject(scheme, act, fault):
    """Try one act with one fault at every place; gives the result as JSON would hold it."""
    begun = time.monotonic()
    with scratch("fehler") as temporary:
        root = Path(temporary).resolve() / "platte"
        root.mkdir()
        found = json.loads(recorder.run("tests.durability.faults", "--watched", scheme, act, fault, root, root=root))
    return {"store": scheme, "act": act, "fault": fault, **found, "seconds": round(time.monotonic() - begun, 1)}


def whole(result):
    """Whether a result is as promised."""
    return not any(result.get(name) for name in BAD)


def main():
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="sqlite", choices=("sqlite", "files"))
    parser.add_argument("--act", default="commit", choices=ACTS)
    parser.add_argument("--fault", default="full", choices=tuple(FAULTS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--watched", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.watched:
        scheme, act, fault, root = arguments.watched
        faults = Faults(scheme, act, fault, Path(root))
        faults.run()
        print(json.dumps({**faults.found, "examples": faults.examples}))
        return
    if recorder.missing():
        sys.exit(recorder.missing())
    result = inject(arguments.store, arguments.act, arguments.fault)
    for name, value in result.items():
        print(f"{name:<20}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    sys.exit(0 if whole(result) else 1)


if __name__ == "__main__":
    main()
