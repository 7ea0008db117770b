"""Changing single settings in ``koschuso.toml``, such that everything else in the file stays as somebody wrote it."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import Refused
from koschuso.files import write_atomically
from koschuso.office.settings import PLACES, SETTINGS, Settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["change_settings"]

# A value of one of our settings: a list (also over several lines), a text, a number or a truth value.
_VALUE = r"(?:\[[^\]]*\]|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s#]+)"


def change_settings(folder: Path, **changes: Any) -> Settings:
    """Change some settings of an office; comments and order of the file stay.

    Args:
        folder: The office's folder.
        changes: Attributes of `Settings` with their new values.

    Returns:
        The settings as they are now.

    Raises:
        Refused: A value is impossible, or the file is written in a way that cannot be changed safely; it is as it was.
        Unavailable: The file cannot be written; it is as it was.
    """
    wanted = attrs.evolve(Settings.read(folder), **changes)
    text = before = (folder / SETTINGS).read_text(encoding="utf-8-sig")
    for name, value in changes.items():
        text = _changed(text, *PLACES[name], value)
    if text == before:
        return wanted
    # What was written is read again before it counts: a file of unusual style is never damaged.
    if not _reads_as(text, folder / SETTINGS, wanted):
        section, key = PLACES[next(iter(changes))]
        raise Refused(
            f"{folder / SETTINGS} ließ sich nicht von selbst ändern. Bitte tragen Sie [{section}] {key} von Hand ein; "
            "die Datei ist unverändert."
        )
    write_atomically(folder / SETTINGS, text.encode())
    return wanted


def _changed(text: str, section: str, key: str, value: Any) -> str:
    written = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    line = f"{key} = {written}"
    head = re.search(rf"^\[{re.escape(section)}\][^\n]*$", text, re.MULTILINE)
    if head is None:
        return f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    following = re.search(r"^\[", text[head.end() :], re.MULTILINE)
    end = len(text) if following is None else head.end() + following.start()
    inside = text[head.end() : end]
    pattern = re.compile(rf"^({re.escape(key)}[ \t]*=[ \t]*){_VALUE}", re.MULTILINE)
    if pattern.search(inside):
        inside = pattern.sub(lambda found: f"{found[1]}{written}", inside, count=1)
    else:
        inside = f"\n{line}{inside}"
    return text[: head.end()] + inside + text[end:]


def _reads_as(text: str, path: Path, wanted: Settings) -> bool:
    try:
        return Settings.parse(tomllib.loads(text), path) == wanted
    except (tomllib.TOMLDecodeError, Refused):
        return False
