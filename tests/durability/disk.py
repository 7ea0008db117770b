"""What a disk may hold after the power failed: everything synchronised, and any part of the rest.

A file's content is durable when the file was synchronised, a name when its folder was. Of the rest a random part is
there: all, none, the first few, or any subset; a write may be torn at sectors or pages, and a sector that was being
written may hold garbage. Names are kept by two kinds of file systems in turn: strict ones, as POSIX allows them, and
ordered ones with a journal, where synchronising anything brings all earlier names along.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath

SECTOR, PAGE = 512, 4096
MANY = ("prefix", "subset", "torn")
_GARBAGE = 0.03


class _File:
    """Content on the disk, and what was done to it since it was last synchronised."""

    __slots__ = ("durable", "pending")

    def __init__(self):
        self.durable = bytearray()
        self.pending = []  # (offset, data), or (size, None) for another size

    def synchronise(self):
        for change in self.pending:
            _apply(self.durable, *change)
        self.pending.clear()


class Disk:
    """A disk that follows the steps of a record.

    Args:
        root: The recorded folder; its names are kept relative to it.
        ordered: Whether names become durable with any later synchronisation.
        honest: Whether it obeys when told to synchronise; a dishonest one proves that losses are found.
    """

    def __init__(self, root, *, ordered, honest=True):
        self._root = str(root)
        self._ordered = ordered
        self._honest = honest
        self._files = {}  # inode: the file that has it now
        self._names = {"": None}  # durable: path -> file, None for a folder
        self._now = {"": None}  # as the process sees it
        self._pending = []  # (folders, changes of names), oldest first

    def load(self, folder):
        """Begin with what is in a folder, all of it durable."""
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            file = None
            if path.is_file():
                file = self._files.setdefault(path.stat().st_ino, _File())
                file.durable = bytearray(path.read_bytes())
            self._names[name] = self._now[name] = file

    def follow(self, step):
        """Do one step."""
        one, two = self._path(step.one), self._path(step.two)
        match step.operation:
            case "C":
                # The number may be that of a file that is gone; what is new begins empty.
                self._files[step.inode] = file = _File()
                self._change({one: file})
            case "W" | "T":
                file = self._files.get(step.inode)
                if file is not None:
                    file.pending.append((step.offset, step.one if step.operation == "W" else None))
            case "S":
                self._synchronised_file(step.inode)
            case "D":
                self._synchronised_folder(one)
            case "M":
                self._change({one: None})
            case "R":
                self._rename(one, two)
            case "L":
                self._change({two: self._now.get(one)})
            case "U" | "X":
                self._change({}, gone=(one,))

    def contents(self, path):
        """What the process itself would read from a file."""
        file = self._now.get(path)
        if file is None:
            return b""
        content = bytearray(file.durable)
        for change in file.pending:
            _apply(content, *change)
        return bytes(content)

    def after_power_loss(self, folder, chance, *, without=()):
        """Write what may be left into an empty folder, leaving out names that begin with one of `without`."""
        names = dict(self._names)
        for (changes, gone), kept in zip(
            (change[1:] for change in self._pending), _chosen(len(self._pending), chance), strict=True
        ):
            if kept:
                names.update(changes)
                for path in gone:
                    names.pop(path, None)
        written = {}
        for path, file in sorted(names.items()):
            if not path or path.startswith(without):
                continue
            target = folder / path
            if file is None:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if id(file) in written:
                os.link(written[id(file)], target)
                continue
            target.write_bytes(_left(file, chance))
            written[id(file)] = target

    def _path(self, raw):
        path = raw.decode(errors="surrogateescape")
        return path[len(self._root) :].lstrip("/") if path.startswith(self._root) else path

    def _change(self, changes, gone=()):
        self._now.update(changes)
        for path in gone:
            self._now.pop(path, None)
        folders = {_folder(path) for path in (*changes, *gone)}
        self._pending.append((folders, changes, gone))

    def _rename(self, source, target):
        moved = {
            target + path[len(source) :]: file
            for path, file in self._now.items()
            if path == source or path.startswith(f"{source}/")
        }
        gone = tuple(source + path[len(target) :] for path in moved)
        # A folder that is moved takes what is durable inside it along, as one change of two names.
        self._change(moved, gone)

    def _synchronised_file(self, inode):
        if not self._honest:
            return
        file = self._files.get(inode)
        if file is not None:
            file.synchronise()
        if self._ordered:
            self._settle(lambda _folders: True)

    def _synchronised_folder(self, path):
        if self._honest:
            self._settle((lambda _folders: True) if self._ordered else (lambda folders: path in folders))

    def _settle(self, durable):
        left = []
        for change in self._pending:
            folders, changes, gone = change
            if not durable(folders):
                left.append(change)
                continue
            self._names.update(changes)
            for path in gone:
                self._names.pop(path, None)
        self._pending = left


def _folder(path):
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def _apply(content, offset, data):
    if data is None:
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _chosen(count, chance):
    """Which of some unsynchronised changes are on the disk."""
    how = chance.choice(("none", "all", "prefix", "subset", "subset"))
    if how == "prefix":
        first = chance.randint(0, count)
        return [number < first for number in range(count)]
    share = {"none": 0.0, "all": 1.0, "subset": chance.random()}[how]
    return [chance.random() < share for _ in range(count)]


def _left(file, chance):
    """The content of a file, with a random part of what was not synchronised."""
    if not file.pending:
        return bytes(file.durable)
    content = bytearray(file.durable)
    torn = chance.random() < 0.5
    grain = chance.choice((SECTOR, PAGE))
    for (offset, data), kept in zip(file.pending, _chosen(len(file.pending), chance), strict=True):
        if not kept:
            continue
        if data is None or not torn:
            _apply(content, offset, data)
            continue
        at = offset
        while at < offset + len(data):
            end = min((at // grain + 1) * grain, offset + len(data))
            lot = chance.random()
            if lot < _GARBAGE:
                _apply(content, at, chance.randbytes(end - at))
            elif lot < 0.6:
                _apply(content, at, data[at - offset : end - offset])
            at = end
    return bytes(content)
