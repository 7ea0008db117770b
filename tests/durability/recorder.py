"""What a process does to the files of one folder: recorded, cut short or made to fail, by a small preloaded library.

It is compiled at the time of the test (`recorder.c`), sees every driver alike, and needs Linux with a C compiler.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("recorder.c")
PROJECT = Path(__file__).resolve().parents[2]
_HEAD = struct.Struct("=cQQII")


class Step(NamedTuple):
    """One change of the disk, in the order in which it was made; see ``recorder.c`` for the operations."""

    operation: str
    inode: int
    offset: int
    one: bytes
    two: bytes


def missing():
    """Why nothing can be recorded here, or an empty text."""
    if not sys.platform.startswith("linux"):
        return "the recorder needs Linux"
    return "" if compiler() else "the recorder needs a C compiler (cc)"


def compiler():
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


@lru_cache(maxsize=1)
def library():
    """Compile the recorder, once for each process; the folder goes with it."""
    folder = tempfile.TemporaryDirectory(prefix="koschuso-recorder-")
    path = Path(folder.name) / "recorder.so"
    command = [compiler(), "-shared", "-fPIC", "-O1", "-o", str(path), str(SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return path, folder


def environment(root, log=None):
    """The variables with which a process is watched; paths inside it must lie below `root` as it is written here."""
    found = {**os.environ, "LD_PRELOAD": str(library()[0]), "KOSCHUSO_RECORD_ROOT": str(root)}
    if log is not None:
        found["KOSCHUSO_RECORD_LOG"] = str(log)
    return found


def run(module, *arguments, root, log=None):
    """Run a module of the project watched; give what it said.

    Raises:
        RuntimeError: It failed; the text is what it said about that.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env=environment(root, log),
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def read(log):
    """The steps of a record."""
    data, at, steps = log.read_bytes(), 0, []
    while at < len(data):
        operation, inode, offset, first, second = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        steps.append(
            Step(operation.decode(), inode, offset, data[at : at + first], data[at + first : at + first + second])
        )
        at += first + second
    return steps


class Armed:
    """The recorder inside this process: lets its n-th changing operation go wrong. Only in a watched process."""

    def __init__(self):
        self._library = ctypes.CDLL(None)
        self._library.recorder_count.restype = ctypes.c_long
        self._library.recorder_arm.argtypes = [ctypes.c_long, ctypes.c_int]

    def count(self):
        """How many changing operations there were since the last arming."""
        return self._library.recorder_count()

    def arm(self, number, what):
        """From the `number`-th operation on: ``-9`` kills, an errno lets all fail that need room; 0 disarms."""
        self._library.recorder_arm(number, what)
