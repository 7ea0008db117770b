"""What other programs did to the files: edits, new items and deletions come in, each as a change of its own.

Looked at under the writer lock: on opening, at the beginning of transactions (at most every second, and for no more than
a twentieth of the time) and when asked. Nothing that somebody wrote is overwritten without being kept, and no deletion
of many files is believed without a question.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from koschuso.codec import encode
from koschuso.errors import KoschusoError, Unavailable
from koschuso.model import Event, Severity
from koschuso.store.driver import ABSENT, ANY
from koschuso.store.indexing import index_of
from koschuso_files.disk import Signature, delete, signature_of
from koschuso_files.faces import Face, Key, face_digest
from koschuso_files.layout import COLLECTIONS, DATA, is_item
from koschuso_files.noticing import Notices
from koschuso_files.rendering import read_file, render
from koschuso_files.staging import item_records
from koschuso_files.taking import EARLY, Edit, Taking, why
from koschuso_files.tearing import is_torn, may_be_torn

if TYPE_CHECKING:
    from pathlib import Path

    from koschuso.model import Finding
    from koschuso_files.writer import Writer

__all__ = ["Outside"]

_SHORTEST: Final = 1.0
_SHARE: Final = 20
_LONGEST_FILE: Final = 8 * 1024 * 1024
_ONE: Final = 1
_FIFTH: Final = 5
_TEMPORARY: Final = re.compile(r"\.\d+-\d+\.tmp|\.(displayname|color|meldungen\.txt)\.tmp")


class _Seen(NamedTuple):
    """What a look found, by path."""

    changed: dict[str, Signature]
    new: dict[str, Signature]
    stale: dict[str, Face]
    missing: dict[str, Face]


class Outside:
    """See the module.

    Args:
        writer: The open store.
        root: Its folder.
        deletions: ``annehmen``, ``zuruecknehmen``, or nothing.
    """

    def __init__(self, writer: Writer, root: Path, deletions: str) -> None:
        self._writer = writer
        self._root = root
        self._deletions = deletions
        self._notices = Notices(root)
        self._taking = Taking(writer, root, self._notices)
        self._next = 0.0
        self._passed: dict[str, Signature] = {}
        self._asked: frozenset[str] = frozenset()

    @property
    def findings(self) -> list[Finding]:
        """What was noticed, the oldest first."""
        return self._notices.findings

    def is_due(self) -> bool:
        """Tell whether it is time to look again."""
        return time.monotonic() >= self._next

    def look_if_due(self) -> None:
        """Look, if it is time."""
        if self.is_due():
            self.look()

    def look(self) -> None:
        """Look at all files and take in what somebody else did; the writer lock is held."""
        begin = time.monotonic()
        seen = self._scan()
        self._next = time.monotonic() + max(_SHORTEST, (time.monotonic() - begin) * _SHARE)
        self._look_at_stale(seen)
        if not (seen.changed or seen.new or seen.missing):
            return
        faces = self._writer.holding.faces
        torn = [face for face in seen.missing.values() if face.at > faces.settled and not face.ours]
        self._look_at_changed(seen)
        self._look_at_new(seen)
        missing = [face for path, face in seen.missing.items() if faces.of(face.key) is face and face not in torn]
        self._look_at_missing(missing)
        self._write_again([face.key for face in torn if faces.of(face.key) is face])

    def clean(self) -> None:
        """Remove files of interrupted transactions."""
        data = self._root / DATA
        below = [f"{DATA}/{path.name}" for path in data.iterdir()] if data.is_dir() else []
        for folder in ("", *below, *(collection.folder for collection in COLLECTIONS.values())):
            with suppress(FileNotFoundError), os.scandir(self._root / folder) as entries:
                for entry in entries:
                    if _TEMPORARY.fullmatch(entry.name):
                        delete(self._root / folder / entry.name)

    def keep(self, face: Face, data: bytes) -> None:
        """Keep what somebody changed in the file of a record that is removed here at the same time."""
        kept = self._notices.set_aside(face.key, os.path.splitext(face.path)[1], data)  # noqa: PTH122 - as below
        self._notices.tell(
            "entfernt_und_geaendert",
            f"Hier entfernt, während ein anderes Programm die Datei geändert hat. Deren Stand liegt in {kept}.",
            face.key,
        )

    def forget(self, keys: tuple[Key, ...]) -> None:
        """Delete what was set aside of records that are wiped."""
        self._notices.forget(keys)

    def take(self, edit: Edit) -> None:
        """Take in an edit; what cannot be taken in is set aside, and the file written again."""
        self._taking.take(edit)

    def settled_number(self, face: Face) -> int:
        """Give the number of the last change whose file is known to have been on the disk."""
        state = self._writer.holding.state
        settled = self._writer.holding.faces.settled
        entry = state.entry(*face.key)
        number = 0 if entry is None else entry.number
        if face.at <= settled:
            return number
        while number and state.offsets[number - 1] >= settled:
            number = state.segment.head_at(state.offsets[number - 1]).before
        return number

    # -- looking -----------------------------------------------------------------------------------------------------

    def _scan(self) -> _Seen:
        seen = _Seen({}, {}, {}, {})
        faces = self._writer.holding.faces
        for folder in faces.folders():
            known = dict(faces.in_folder(folder))
            suffix = _suffix_in(folder)
            try:
                with os.scandir(self._root / folder) as entries:
                    for entry in entries:
                        if not is_item(entry.name, suffix):
                            continue
                        try:
                            signature = signature_of(entry.stat())
                        except FileNotFoundError:
                            continue
                        path = f"{folder}/{entry.name}"
                        face = known.pop(entry.name, None)
                        gone = faces.gone(path)
                        if gone is not None:
                            seen.stale[path] = gone
                        elif face is None:
                            if self._passed.get(path) != signature and suffix != ".json" and entry.is_file():
                                seen.new[path] = signature
                        elif face.signature != signature:
                            seen.changed[path] = signature
            except (FileNotFoundError, NotADirectoryError):
                pass
            seen.missing.update((face.path, face) for face in known.values())
        faces.are_gone(path for path in faces.expected_gone() if path not in seen.stale)
        return seen

    def _look_at_stale(self, seen: _Seen) -> None:
        """Take away what a crash left of files that are to be gone."""
        faces = self._writer.holding.faces
        for path, face in seen.stale.items():
            data = self._read(path)
            if data is not None and face_digest(data) not in face.past:
                self.keep(face, data)
            faces.remove(path)

    def _look_at_changed(self, seen: _Seen) -> None:
        faces = self._writer.holding.faces
        torn: dict[Key, str] = {}
        for path, signature in seen.changed.items():
            folder, _, name = path.rpartition("/")
            face = faces.in_folder(folder).get(name)
            data = None if face is None else self._read(path)
            if face is None or data is None:
                continue
            if face_digest(data) == face.digest:
                faces.seen(face, signature)
            elif face.at > faces.settled and not face.ours and is_torn(face, data, self._rendered(face.key)):
                torn[face.key] = face_digest(data)
            else:
                base = self.settled_number(face) if face.at > faces.settled and not face.ours else None
                self.take(Edit(face, data, base, doubtful=faces.is_in_doubt(face) and may_be_torn(face, data)))
        if torn:
            with self._writer.alone() as transaction:
                transaction.redo.update(torn)
                transaction.handled.update(torn)

    def _look_at_new(self, seen: _Seen) -> None:
        for path, signature in seen.new.items():
            data = self._read(path)
            if data is None:
                continue
            try:
                self._take_new(path, data)
            except Unavailable:
                raise
            except (KoschusoError, ValueError, TypeError) as error:
                self._pass_over(path, signature, f"Sie passt nicht zu dem, was gespeichert werden kann ({why(error)}).")
            except _NotOurs as reason:
                self._pass_over(path, signature, str(reason))

    def _take_new(self, path: str, data: bytes) -> None:
        reading = read_file(data, os.path.splitext(path)[1])  # noqa: PTH122 - it is no path of the system
        principal = [
            record
            for record in reading.records
            if record.KIND in COLLECTIONS and not (isinstance(record, Event) and record.occurrence_of)
        ]
        if not principal:
            raise _NotOurs("Darin ist nichts zu lesen, was ein Termin oder ein Kontakt wäre.")
        if len(principal) > 1:
            raise _NotOurs("Sie enthält mehrere Einträge; bitte mit »koschuso import« einlesen.")
        record = principal[0]
        key = record.KIND, record.id
        faces = self._writer.holding.faces
        there = faces.of(key)
        if there is not None:
            if (self._root / there.path).exists():
                raise _NotOurs(f"Den Eintrag gibt es schon, in {there.path}.")
            # It was renamed, and perhaps changed.
            face = attrs.evolve(there, path=path)
            if face_digest(data) != face.digest:
                self.take(Edit(face, data, None))
                return
            with self._writer.alone() as transaction:
                self._taking.accept(transaction, face, data)
            return
        with self._writer.alone() as transaction:
            if transaction.get(*key) is not None:
                raise _NotOurs("Einen Eintrag mit dieser Kennung gibt es schon.")
            for one in reading.records:
                if transaction.get(one.KIND, one.id) is None:
                    transaction.put(one.KIND, one.id, encode(one), index_of(one), expect=ABSENT)
            face = Face(path, *key, "")
            self._taking.accept(transaction, face, data)
            if not re.search(rb"^UID[:;]", data, re.MULTILINE | re.IGNORECASE):
                transaction.redo.add(key)

    def _look_at_missing(self, missing: list[Face]) -> None:
        faces = self._writer.holding.faces
        by_folder: dict[str, list[Face]] = {}
        again: list[Key] = []
        for face in missing:
            if face.path.endswith(".json") or self._deletions == "zuruecknehmen":
                again.append(face.key)
            else:
                by_folder.setdefault(face.folder, []).append(face)
        asked: set[str] = set()
        for folder, gone in by_folder.items():
            known = len(faces.in_folder(folder))
            many = len(gone) == known or (len(gone) > _ONE and len(gone) * _FIFTH > known)
            if many and self._deletions != "annehmen":
                asked.update(face.path for face in gone)
                self._ask(folder, gone, known)
                continue
            again += [face.key for face in gone if not self._remove(face)]
        self._asked = frozenset(asked)
        self._write_again(again)

    def _ask(self, folder: str, gone: list[Face], known: int) -> None:
        if self._asked.issuperset(face.path for face in gone):
            return
        self._notices.tell(
            "viele_geloescht",
            f"Im Ordner {folder} fehlen {len(gone)} von {known} Dateien. Es wurde nichts gelöscht. Soll das so sein, "
            "ergänzen Sie in koschuso.toml die Adresse des Speichers für einen Aufruf, etwa zu "
            "»files:///daten?loeschungen=annehmen«; mit »loeschungen=zuruecknehmen« werden die Dateien wieder geschrieben.",
            severity=Severity.ERROR,
        )

    def _remove(self, face: Face) -> bool:
        """Remove a record whose file was deleted, unless others still need it."""
        kind, id_ = face.key
        if self._is_needed(face.key):
            self._notices.tell(
                "noch_gebraucht",
                "Die Datei wurde gelöscht, aber andere Datensätze gehören noch dazu; sie wurde wieder geschrieben. "
                "Bitte in koschuso entscheiden.",
                face.key,
            )
            return False
        with self._writer.alone() as transaction:
            if kind == "event":
                for other in self._writer.holding.attached_to(id_):
                    transaction.remove(*other, expect=ANY)
            transaction.remove(kind, id_, expect=ANY)
        self._notices.tell(
            "geloescht", "In einem anderen Programm gelöscht, darum hier entfernt.", face.key, Severity.INFO
        )
        return True

    def _is_needed(self, key: Key) -> bool:
        kind, id_ = key
        attached = set(self._writer.holding.attached_to(id_)) if kind == "event" else set()
        if any(other[0] != "event" for other in attached):
            return True
        return any(
            entry.index is not None
            and id_ in (entry.index.subject, entry.index.object)
            and (other, found) not in attached
            for other, documents in self._writer.holding.state.kinds.items()
            for found, entry in documents.entries.items()
        )

    # -- inside ------------------------------------------------------------------------------------------------------

    def _pass_over(self, path: str, signature: Signature, why: str) -> None:
        self._passed[path] = signature
        self._notices.tell("nicht_gelesen", f"Die Datei {path} wurde nicht übernommen. {why} Sie bleibt, wie sie ist.")

    def _write_again(self, keys: list[Key]) -> None:
        if keys:
            with self._writer.alone() as transaction:
                transaction.redo.update(keys)

    def _rendered(self, key: Key) -> bytes | None:
        with self._writer.alone() as transaction:
            body = transaction.body(*key)
            face = self._writer.holding.faces.of(key)
            if face is None or face.path.endswith(".json"):
                return body
            records = item_records(key, transaction, self._writer.holding)
        return render(records, EARLY) if records else None

    def _read(self, path: str) -> bytes | None:
        """Read a file; ``None`` for one that is gone or far too big for one item."""
        full: Any = self._root / path
        try:
            if full.stat().st_size > _LONGEST_FILE:
                self._pass_over(path, signature_of(full.stat()), "Sie ist zu groß für einen einzelnen Eintrag.")
                return None
            data: bytes = full.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None
        return data


class _NotOurs(Exception):
    """A new file that is left as it is, and why."""


def _suffix_in(folder: str) -> str:
    if folder.startswith(f"{DATA}/"):
        return ".json"
    return next(collection.suffix for collection in COLLECTIONS.values() if collection.folder == folder)
