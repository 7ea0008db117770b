"""Packs the parts of a ZIP anew, so that the same parts give the same bytes: fixed times, one order, one way to compress."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["repacked"]

_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_TYPES: Final = "[Content_Types].xml"  # readers look for it first


def repacked(data: bytes, *, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """Pack a ZIP anew.

    Args:
        data: The ZIP.
        replaced: Parts that get another content, by name.
    """
    changed = replaced or {}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name != _TYPES, name)):
            info = zipfile.ZipInfo(name, _FIRST_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = _REGULAR_FILE
            target.writestr(info, changed.get(name) or source.read(name))
    return out.getvalue()
