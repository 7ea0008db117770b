"""Taking in what another program wrote: merged with what is stored, or set aside where that cannot be.

Nothing that somebody wrote is overwritten without being kept.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from koschuso.codec import encode
from koschuso.errors import KoschusoError, Refused, Unavailable
from koschuso.store.driver import ABSENT, ANY
from koschuso.store.indexing import index_of
from koschuso_files.disk import signature_of
from koschuso_files.faces import Face, Key, Staged, face_digest
from koschuso_files.merging import merged
from koschuso_files.rendering import read_file, record_of, render
from koschuso_files.staging import item_records

if TYPE_CHECKING:
    from pathlib import Path

    from koschuso.model import Record
    from koschuso_files.noticing import Notices
    from koschuso_files.transaction import FilesTransaction
    from koschuso_files.writer import Writer

__all__ = ["EARLY", "Edit", "Taking", "why"]

EARLY: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stamp of what is rendered only to be compared."""


class Edit(NamedTuple):
    """A file that somebody else changed.

    Attributes:
        face: What it was expected to be.
        data: What it is.
        base: Number of the change up to which the record is what the file was made of; ``None``: the newest.
        doubtful: Whether a power cut may have made it what it is.
    """

    face: Face
    data: bytes
    base: int | None
    doubtful: bool = False


class Taking:
    """See the module.

    Args:
        writer: The open store; the writer lock is held.
        root: Its folder.
        notices: Where people are told.
    """

    def __init__(self, writer: Writer, root: Path, notices: Notices) -> None:
        self._writer = writer
        self._root = root
        self._notices = notices

    def take(self, edit: Edit) -> None:
        """Take in an edit; what cannot be taken in is set aside, and the file written again."""
        key, path = edit.face.key, edit.face.path
        suffix = os.path.splitext(path)[1]  # noqa: PTH122 - it is no path of the system
        if edit.doubtful:
            self._set_aside(
                edit,
                suffix,
                "im_zweifel",
                f"Die Datei {path} ist nach einem Abbruch anders, als sie geschrieben wurde: Sie ist unvollständig, oder ein "
                "anderes Programm hat sie danach geändert. Hier gilt weiter, was gespeichert war; was in der Datei stand, "
                "liegt in {kept}. Bitte vergleichen.",
            )
            return
        try:
            with self._writer.alone() as transaction:
                contested = self._merge(transaction, edit, suffix)
                if contested or edit.base is not None:
                    if contested:
                        kept = self._notices.set_aside(key, suffix, edit.data)
                        self._notices.tell(
                            "beide_geaendert",
                            f"Der Datensatz wurde hier und in einem anderen Programm zugleich geändert "
                            f"({', '.join(contested)}). Ihr Stand hier gilt; der andere liegt in {kept}. Bitte vergleichen.",
                            key,
                        )
                    transaction.redo.add(key)
                    transaction.handled[key] = face_digest(edit.data)
                else:
                    self.accept(transaction, edit.face, edit.data)
        except Unavailable:
            raise
        except (KoschusoError, ValueError, TypeError) as error:
            self._set_aside(
                edit,
                suffix,
                "nicht_uebernommen",
                f"Was ein anderes Programm in {path} geschrieben hat, lässt sich nicht übernehmen ({why(error)}). "
                "Es liegt in {kept}; hier gilt weiter, was gespeichert war.",
            )

    def accept(self, transaction: FilesTransaction, face: Face, data: bytes) -> None:
        """Leave a file as somebody else made it."""
        path = self._root / face.path
        with suppress(FileNotFoundError):
            signature = signature_of(path.stat())
            transaction.accepted.append(Staged(attrs.evolve(face, digest=face_digest(data)), None, signature))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _merge(self, transaction: FilesTransaction, edit: Edit, suffix: str) -> tuple[str, ...]:
        """Bring what a file says into what is stored, and name the fields that both sides changed."""
        key = edit.face.key
        if suffix == ".json":
            record = record_of(*key, edit.data)
            if record is None:
                raise Refused("kein Datensatz dieser Art")
            said: dict[Key, Record] = {key: record}
            unchanged: dict[Key, Record] | None = None
        else:
            said = {(record.KIND, record.id): record for record in read_file(edit.data, suffix).records}
            if key not in said:
                raise Refused("der Eintrag selbst fehlt darin oder ist nicht lesbar")
            before = self._records_at(transaction, key, edit.base)
            rendered = render(before, EARLY) if before else None
            found = () if rendered is None else read_file(rendered, suffix).records
            unchanged = {(record.KIND, record.id): record for record in found}
        contested: list[str] = []
        for one, record in said.items():
            body = transaction.body(*one)
            if body is None:
                # What stood in the file before was removed here since.
                if unchanged is None or one not in unchanged:
                    transaction.put(*one, encode(record), index_of(record), expect=ABSENT)
                continue
            stored = record_of(*one, body)
            base = stored if edit.base is None else self._record_at(transaction, one, edit.base)
            if stored is None:
                raise Refused("das Gespeicherte ist kein Datensatz dieser Art")
            if base is None:
                contested += ["alles"]
                continue
            both = merged(
                base, stored, record, suffix=suffix, unchanged=None if unchanged is None else unchanged.get(one)
            )
            contested += both.contested
            if both.record != stored:
                transaction.put(*one, encode(both.record), index_of(both.record), expect=ANY)
        return tuple(contested)

    def _record_at(self, transaction: FilesTransaction, key: Key, number: int) -> Record | None:
        body = transaction.body_at(*key, number)
        return None if body is None else record_of(*key, body)

    def _records_at(self, transaction: FilesTransaction, key: Key, number: int | None) -> list[Record]:
        if number is None:
            return item_records(key, transaction, self._writer.holding)
        keys = [key, *(self._writer.holding.attached_to(key[1]) if key[0] == "event" else ())]
        return [record for one in keys if (record := self._record_at(transaction, one, number)) is not None]

    def _set_aside(self, edit: Edit, suffix: str, rule: str, message: str) -> None:
        """Keep what a file says, tell of it, and write the file again."""
        key = edit.face.key
        kept = self._notices.set_aside(key, suffix, edit.data)
        self._notices.tell(rule, message.replace("{kept}", kept), key)
        with self._writer.alone() as transaction:
            transaction.redo.add(key)
            transaction.handled[key] = face_digest(edit.data)


def why(error: Exception) -> str:
    """Give the reason of an error, to stand in a sentence."""
    text = error.message if isinstance(error, KoschusoError) else "unlesbar"
    return text.rstrip(".")
