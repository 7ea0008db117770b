"""Find everything in the journal that is not what was written: every flipped bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from koschuso.store.driver import Damage, Verification
from koschuso_files import checkpoint
from koschuso_files.journal import Torn, follows, head_of, is_whole, transactions
from koschuso_files.layout import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from koschuso_files.state import State

__all__ = ["verify"]


def verify(root: Path, state: State) -> Verification:
    """Compare the whole journal with its fingerprints."""
    damages: list[Damage] = []
    segment = state.segment
    first = type(state)(segment)
    number, link, kept = 0, first.link, 0
    counts: dict[tuple[str, str], bool] = {}
    try:
        for committed in transactions(segment, segment.start, state.length, 0, first.link, contents=True):
            for head, _, _ in committed.changes:
                entry = state.entry(head.kind, head.id)
                if head.op == "put" and head.index is None and (entry is None or head.n > entry.cut):
                    damages.append(_damage(head.kind, head.id, f"Der Inhalt zum Eintrag {head.n} fehlt."))
                counts[head.kind, head.id] = head.op == "put"
            number, link = number + len(committed.changes), committed.link
    except Torn as torn:
        damages += list(_damages(state)) or [
            Damage(message=f"Das Journal ist ab der Stelle {torn.position} nicht mehr das, was geschrieben wurde.")
        ]
    else:
        if (number, link) != (state.number, state.link):
            damages.append(Damage(message="Das Journal gehört nicht zu dem, was geöffnet ist."))
        kept = sum(counts.values())
        if kept != sum(documents.count for documents in state.kinds.values()):
            damages.append(Damage(message="Das Journal hat andere Datensätze als das, was geöffnet ist."))
    if not checkpoint.is_intact(root / HIDDEN):
        damages.append(
            Damage(message="Die Datei »index« ist beschädigt. Sie lässt sich löschen und wird neu geschrieben.")
        )
    documents = sum(found.count for found in state.kinds.values())
    return Verification(documents=documents, changes=state.number, head=state.link, damages=tuple(damages))


def _damages(state: State) -> Iterator[Damage]:
    """Look at each change by itself, to say which are meant."""
    segment = state.segment
    link = type(state)(segment).link
    for number in range(1, state.number + 1):
        offset = state.offsets[number - 1]
        line = segment.line_at(offset)
        try:
            head = head_of(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            link = ""
            yield Damage(message=f"Der Eintrag {number} des Journals ist nicht lesbar.")
            continue
        if link and not follows(head, number, link):
            yield _damage(head.kind, head.id, f"Der Eintrag {number} des Journals wurde verändert.")
        elif head.size and not is_whole(head, segment.read(offset + len(line) + 1, head.size)):
            yield _damage(
                head.kind, head.id, f"Der Inhalt zum Eintrag {number} ist nicht mehr der, der gespeichert wurde."
            )
        link = head.link


def _damage(kind: str, id_: str, message: str) -> Damage:
    return Damage(kind=kind, id=id_, message=message)
