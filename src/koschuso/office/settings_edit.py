"""Changing single settings in ``koschuso.toml``, such that everything else in the file stays as somebody wrote it."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import Refused
from koschuso.files import write_atomically
from koschuso.office.keeping_safe.passwords import holds_password
from koschuso.office.settings import PLACES, SETTINGS, Settings
from koschuso.office.toml_places import BLANK, Array, find_places

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["change_settings"]


def change_settings(folder: Path, **changes: Any) -> Settings:
    """Change some settings of an office; comments, order and line ends of the file stay.

    Args:
        folder: The office's folder.
        changes: Attributes of `Settings` with their new values.

    Returns:
        The settings as they are now.

    Raises:
        Refused: A value is impossible, or the file is written in a way that cannot be changed safely; it is as it was.
        Unavailable: The file cannot be written; it is as it was.
    """
    path = folder / SETTINGS
    before = Settings.read(folder)
    wanted = attrs.evolve(before, **changes)
    # Not as text, which would change line ends; the mark at the beginning that some editors write is no TOML.
    written = path.read_bytes().decode()
    mark = "\ufeff" if written.startswith("\ufeff") else ""
    text = written.removeprefix(mark)
    for name, value in changes.items():
        if getattr(before, name) != value:
            text = _changed(text, name, value, path)
    if text == written.removeprefix(mark):
        return wanted
    # What was written is read again before it counts: a file of unusual style is never damaged.
    if not _reads_as(text, path, wanted):
        raise _unusual(path, next(iter(changes)))
    new_secret = holds_password(wanted.store) and not holds_password(before.store)
    write_atomically(path, f"{mark}{text}".encode(), private=new_secret)
    return wanted


def _changed(text: str, name: str, value: Any, path: Path) -> str:
    try:
        return _list_changed(text, name, list(value)) if isinstance(value, tuple) else _set(text, name, value)
    except (ValueError, tomllib.TOMLDecodeError) as error:
        raise _unusual(path, name) from error


def _list_changed(text: str, name: str, wanted: list[str]) -> str:
    """Change a list; one that is written over several lines keeps its lines and the comments on them."""
    array = find_places(text).arrays.get(PLACES[name])
    if array is None or "\n" not in text[slice(*array.span)]:
        return _set(text, name, wanted)
    present = [tomllib.loads(f"x = {text[start:end]}")["x"] for start, end in array.elements]
    kept = [item for item in present if item in wanted]
    if wanted[: len(kept)] != kept:
        return _set(text, name, wanted)
    for (start, end), item in reversed(list(zip(array.elements, present, strict=True))):
        if item not in wanted:
            text = _without_element(text, start, end)
    for item in wanted[len(kept) :]:
        text = _with_element(text, find_places(text).arrays[PLACES[name]], item)
    return text


def _without_element(text: str, start: int, end: int) -> str:
    comma = _comma_after(text, end)
    if comma is not None:
        text = text[:comma] + text[comma + 1 :]
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[line_start:start], text[end:line_end]
    if before.strip() or after.strip():
        return text[:start] + text[end:].lstrip(" \t")
    return text[:line_start] + text[line_end + 1 :]


def _with_element(text: str, array: Array, item: str) -> str:
    written, line_break = json.dumps(item, ensure_ascii=False), _line_break(text)
    if array.elements:
        start, end = array.elements[-1]
        comma = _comma_after(text, end)
        if comma is None:
            text = f"{text[:end]},{text[end:]}"
            comma = end
        line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", comma)
        if text[comma + 1 :].lstrip(" \t").startswith("]"):
            return f"{text[: comma + 1]} {written}{text[comma + 1 :]}"
        indent = text[line_start : line_start + len(text[line_start:]) - len(text[line_start:].lstrip(" \t"))]
        return f"{text[: line_end + 1]}{indent}{written},{line_break}{text[line_end + 1 :]}"
    closing = array.span[1] - 1
    line_start = text.rfind("\n", 0, closing) + 1
    if text[line_start:closing].strip():
        return f"{text[:closing]}{written}{text[closing:]}"
    return f"{text[:line_start]}{text[line_start:closing]}  {written},{line_break}{text[line_start:]}"


def _comma_after(text: str, end: int) -> int | None:
    at = end + len(BLANK.match(text, end)[0])  # type: ignore[index]  # it matches the empty text too
    return at if text.startswith(",", at) else None


def _set(text: str, name: str, value: Any) -> str:
    """Give a setting a new value at its place, or write it where it belongs."""
    section, key = PLACES[name]
    written = json.dumps(value, ensure_ascii=False)
    line, line_break = f"{key} = {written}", _line_break(text)
    places = find_places(text)
    if (section, key) in places.values:
        start, end = places.values[section, key]
        return text[:start] + written + text[end:]
    if (section,) in places.headers:
        return _after_line(text, places.headers[section,], line)
    if (section,) in places.values:
        # A table in braces, which holds everything on one line.
        start, end = places.values[section,]
        full = text[start + 1 : end - 1].strip()
        return f"{text[: start + 1]}{line}{', ' if full else ''}{text[start + 1 :].lstrip(' ') if full else text[end - 1 :]}"
    dotted = [path for path in places.dotted if path[0] == section]
    if dotted:
        return _after_line(text, places.values[dotted[-1]][1], f"{section}.{line}")
    last = "" if text.endswith("\n") else line_break
    return f"{text}{last}{line_break}[{section}]{line_break}{line}{line_break}"


def _after_line(text: str, at: int, line: str) -> str:
    line_break = _line_break(text)
    line_end = text.find("\n", at)
    if line_end < 0:
        return f"{text}{line_break}{line}{line_break}"
    return f"{text[: line_end + 1]}{line}{line_break}{text[line_end + 1 :]}"


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unusual(path: Path, name: str) -> Refused:
    section, key = PLACES[name]
    return Refused(
        f"{path} ließ sich nicht von selbst ändern. Bitte tragen Sie [{section}] {key} von Hand ein; die Datei ist unverändert."
    )


def _reads_as(text: str, path: Path, wanted: Settings) -> bool:
    try:
        return Settings.parse(tomllib.loads(text), path) == wanted
    except (tomllib.TOMLDecodeError, Refused):
        return False
