"""What a power cut may leave of a file that was never synchronised, and what only another program can have made of it.

The journal is the truth: a file may say something else than the journal only where it is certain that somebody wrote it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from koschuso_files.faces import face_digest

if TYPE_CHECKING:
    from koschuso_files.faces import Face

__all__ = ["is_torn", "may_be_torn"]

_SECTOR: Final = 512
_STAMP: Final = re.compile(rb"\d{8}T\d{6}Z|\d{1,8}(?:T\d{0,6})?\Z")  # the last one may be torn
_ENDS: Final = {".ics": b"END:VCALENDAR", ".vcf": b"END:VCARD", ".json": b"}"}


def is_torn(face: Face, data: bytes, ours: bytes | None) -> bool:
    """Tell whether a file is plainly what a crash left of ours: nothing, an earlier version, or only a beginning.

    Args:
        face: What it should be.
        data: What it is.
        ours: What we would write, with any time stamps.
    """
    if not data.strip(b"\0") or face_digest(data) in face.past:
        return True
    rest = _STAMP.sub(b"", data.rstrip(b"\0"))
    return ours is not None and _STAMP.sub(b"", ours).startswith(rest)


def may_be_torn(face: Face, data: bytes) -> bool:
    """Tell whether a power cut can have made a file what it is, with sectors that are missing or hold anything.

    What was cut has the length of one of our versions or ends with a sector, and is never longer than all of them.
    """
    if not face.sizes or not all(face.sizes):
        return True
    if len(data) > max(face.sizes):
        return False
    ends = _ENDS[face.path[face.path.rfind(".") :]]
    return len(data) in face.sizes or len(data) % _SECTOR == 0 or b"\0" in data or not data.rstrip().endswith(ends)
