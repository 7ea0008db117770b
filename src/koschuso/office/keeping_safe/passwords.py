"""Passwords in store URLs: found, and taken out where a text leaves the house.

Which plugin's URL it is does not matter: a password stands between user and server, or in an option whose name says so.
Where that is doubtful, too much is taken out rather than too little.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["holds_password", "passwords_of", "without_password", "without_passwords"]

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^\s\"'<>»«]+")
_SERVER: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+://)([^/@?#][^?#]*)@", re.DOTALL)
_SECRET_OPTION: Final = re.compile(
    r"pass(?!file)(?:wor[dt]|wd|phrase)?$|pwd|kennwort|secret|geheim|token|api[_-]?key|credential", re.IGNORECASE
)
_SHORTEST: Final = 4
"""Characters of a password that is looked for in other places: a shorter one would be found in ordinary words."""


def holds_password(url: str) -> bool:
    """Tell whether a store's URL holds a password.

    >>> holds_password("postgresql://anna:geheim@db.example/office"), holds_password("sqlite:///koschuso.db")
    (True, False)
    """
    return without_password(url) != url


def without_password(url: str) -> str:
    """Give a store's URL without its passwords; the user stays.

    >>> without_password("postgresql://anna:geheim@db.example/office?password=x&buero=soest")
    'postgresql://anna@db.example/office?buero=soest'
    """
    found = _SERVER.match(url)
    if found is not None and ":" in found[2]:
        user = found[2].partition(":")[0]
        url = f"{found[1]}{user}{'@' if user else ''}{url[found.end() :]}"
    place, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if not _is_secret(part)]
    return url if len(kept) == query.count("&") + 1 else f"{place}{mark if kept else ''}{'&'.join(kept)}"


def passwords_of(url: str) -> Iterator[str]:
    """Give the passwords in a store's URL, as written and as meant."""
    found = _SERVER.match(url)
    values = [found[2].partition(":")[2]] if found is not None else []
    values += [part.partition("=")[2] for part in url.partition("?")[2].split("&") if _is_secret(part)]
    for value in values:
        yield from {value, unquote(value)} - {""}


def without_passwords(text: str, url: str) -> str:
    """Give a text without the passwords of all URLs in it, and without those of one URL wherever they stand.

    Args:
        text: Any text, such as that of a settings file with its comments.
        url: The URL whose passwords are to be found outside of it too.
    """
    text = _URL.sub(lambda found: without_password(found[0]), text)
    for value in sorted(passwords_of(url), key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, "***")
    return text


def _is_secret(option: str) -> bool:
    return bool(_SECRET_OPTION.search(unquote(option.partition("=")[0])))
