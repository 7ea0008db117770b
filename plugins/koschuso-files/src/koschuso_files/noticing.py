"""What is noticed outside: findings, their text file for people, and what is set aside. Ids only, no contents."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from koschuso.model import Finding, Severity
from koschuso_files.disk import delete, put_whole
from koschuso_files.layout import CONFLICTS, NOTES, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from koschuso_files.faces import Key

__all__ = ["Notices"]

_MOST: Final = 1000
_LONGEST_NOTES: Final = 262_144
_log = logging.getLogger("koschuso_files")


class Notices:
    """See the module.

    Args:
        root: The office's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.findings: list[Finding] = []

    def tell(self, rule: str, message: str, key: Key | None = None, severity: Severity = Severity.WARNING) -> None:
        """Note a finding."""
        kind, id_ = ("", "") if key is None else key
        finding = Finding(rule=f"files.{rule}", message=message, severity=severity, kind=kind, id=id_)
        self.findings.append(finding)
        del self.findings[:-_MOST]
        about = f"{kind}/{id_}: " if kind else ""
        # People read it on the command line, too: there the rule would be no help.
        _log.warning("%s%s", about, message, extra={"rule": finding.rule})
        now = datetime.now(UTC)
        line = f"{now:%d.%m.%Y %H:%M} UTC  {about}{message}\n"
        path = self._root / NOTES
        with suppress(OSError):
            text = path.read_bytes() if path.exists() else b""
            if len(text) > _LONGEST_NOTES:
                text = text[-_LONGEST_NOTES // 2 :].partition(b"\n")[2]
            # What lasts is seen anew at each opening; once a day is enough.
            today = f"{now:%d.%m.%Y} ".encode()
            if any(
                noted.startswith(today) and noted[len(today) :].partition(b"UTC  ")[2] == f"{about}{message}".encode()
                for noted in text.splitlines()
            ):
                return
            put_whole(path, text + line.encode())

    def set_aside(self, key: Key, suffix: str, data: bytes) -> str:
        """Keep what somebody else wrote, where no program takes it for an item; give its name.

        Raises:
            OSError: It cannot be kept; nothing must be overwritten then.
        """
        folder = self._root / CONFLICTS
        folder.mkdir(mode=0o700, exist_ok=True)
        beginning = f"{_beginning(key)}{datetime.now(UTC):%Y%m%dT%H%M%S}"
        number = 0
        while True:
            name = f"{beginning}{f'-{number}' if number else ''}{suffix}"
            path = folder / name
            if not path.exists():
                put_whole(path, data)
                return f"{CONFLICTS}/{name}"
            if path.read_bytes() == data:
                return f"{CONFLICTS}/{name}"
            number += 1

    def forget(self, keys: Iterable[Key]) -> None:
        """Delete what was set aside of records, or mentions their ids."""
        folder = self._root / CONFLICTS
        if not folder.is_dir():
            return
        wanted = list(keys)
        beginnings = tuple(_beginning(key) for key in wanted)
        ids = [id_.encode() for _, id_ in wanted]
        for path in folder.iterdir():
            if path.name.startswith(beginnings):
                delete(path)
                continue
            data = path.read_bytes().replace(b"\r\n ", b"")
            if any(id_ in data for id_ in ids):
                delete(path)


def _beginning(key: Key) -> str:
    return f"{key[0].replace(':', '.')}-{stem_of(key[1])}-"
