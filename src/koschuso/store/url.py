"""Where a store lies: URLs and plain paths, read once and shown without their secrets (U1)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["StoreUrl", "parse_store_url", "sqlite_url"]

# Two characters at least: "C:\Daten\koschuso.db" is a path.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SHOWABLE = re.compile(
    r"(?P<user>[^@/?#\s]*@)?"
    r"(?P<place>(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])?(?::\d{1,5})?(?:,[A-Za-z0-9.-]+(?::\d{1,5})?)*(?:/[^@?#]*)?)"
    r"(?P<options>[?#].*)?",
    re.DOTALL,
)


@attrs.frozen(kw_only=True)
class StoreUrl:
    """A store's URL.

    Its text forms (``str``, ``repr``, formatting) show neither user, password nor options.

    Attributes:
        scheme: Lower case; chooses the backend.
        path: The part after the scheme's slashes, percent-decoded: a file path for ``sqlite`` and ``files``, empty
            for ``memory``. Backends with servers read `secret_text` with their own parser instead.
        options: What follows the question mark, each name once.
        secret_text: The whole URL as given. Never show, log or store it.
    """

    scheme: str
    path: str = attrs.field(default="", repr=False)
    options: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    secret_text: str = attrs.field(default="", repr=False)

    def __str__(self) -> str:
        return _shown(self.scheme, self.secret_text)

    def __repr__(self) -> str:
        return f"StoreUrl({_shown(self.scheme, self.secret_text)!r})"

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def require_options(self, known: Collection[str]) -> None:
        """Refuse options that the backend does not know.

        Raises:
            WrongUse: Naming the unknown options, not their values.
        """
        unknown = sorted(set(self.options) - set(known))
        if unknown:
            raise WrongUse(
                f"Die Speicher-URL ({self.scheme}) hat unbekannte Angaben: {', '.join(map(repr, unknown))}. "
                f"Bekannt sind: {', '.join(sorted(known)) or 'keine'}."
            )


def parse_store_url(text: str | Path, schemes: Collection[str]) -> StoreUrl:
    """Read a store's URL or the path of a database file.

    Three slashes begin a relative path and four an absolute one (``sqlite:///koschuso.db``,
    ``sqlite:////srv/koschuso.db``); a drive letter makes it absolute too (``sqlite:///C:/Daten/koschuso.db``).
    Special characters of a path are percent-encoded; `sqlite_url` does that. A text without scheme is taken as a path
    as it is.

    Args:
        text: URL or path.
        schemes: The schemes that some backend opens.

    Raises:
        WrongUse: For an unknown scheme, naming the known ones, or a URL that names no place.

    Example:
        >>> parse_store_url("sqlite:///daten/koschuso.db", ["sqlite"]).path
        'daten/koschuso.db'
        >>> str(parse_store_url("postgresql://anna:geheim@db.example/office", ["postgresql"]))
        'postgresql://***@db.example/office'
    """
    if not isinstance(text, str):
        return _file(os.fspath(text))
    found = _SCHEME.match(text)
    if found is None:
        return _file(text)
    scheme, rest = found[1].lower(), text[found.end() :]
    if scheme not in schemes:
        raise WrongUse(
            f"Einen Speicher mit dem Schema »{scheme}« gibt es nicht. Bekannt sind: {', '.join(sorted(schemes))}. "
            "Ein Dateipfad mit Doppelpunkt braucht »./« davor."
        )
    before_options, _, query = rest.partition("?")
    if scheme == "memory":
        if before_options.strip("/"):
            raise WrongUse("Der Speicher »memory:« hat keinen Ort und keinen Namen. Bitte genau »memory:« schreiben.")
        path = ""
    elif scheme in {"sqlite", "files"}:
        path = _path(scheme, before_options)
    else:
        path = unquote(before_options.removeprefix("//").partition("/")[2])
    return StoreUrl(scheme=scheme, path=path, options=_options(scheme, query), secret_text=text)


def sqlite_url(path: str | Path, **options: str) -> str:
    """Write the URL of a SQLite file, the inverse of `parse_store_url`.

    Example:
        >>> sqlite_url("Büro 1/koschuso.db", ort="geprueft")
        'sqlite:///B%C3%BCro%201/koschuso.db?ort=geprueft'
    """
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return f"sqlite:///{quote(os.fspath(path), safe='/:')}{'?' if query else ''}{query}"


def _file(path: str) -> StoreUrl:
    if not path or "\0" in path or path == ":memory:":
        raise WrongUse("Bitte einen Dateinamen angeben, zum Beispiel »koschuso.db«, oder »memory:«.")
    return StoreUrl(scheme="sqlite", path=path, secret_text=sqlite_url(path))


def _path(scheme: str, text: str) -> str:
    example = f"»{scheme}:///ordner/name« oder »{scheme}:////ganzer/pfad«"
    if not text.startswith("///"):
        raise WrongUse(f"Die Speicher-URL ({scheme}) nennt keinen Pfad. Bitte {example} schreiben.")
    try:
        path = unquote(text[3:], errors="strict")
    except UnicodeDecodeError:
        raise WrongUse(f"Der Pfad der Speicher-URL ({scheme}) ist nicht als UTF-8 verschlüsselt.") from None
    if not path or "\0" in path or path == ":memory:":
        raise WrongUse(f"Die Speicher-URL ({scheme}) nennt keinen Pfad. Bitte {example} schreiben.")
    return path


def _options(scheme: str, query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(query.partition("#")[0], keep_blank_values=True):
        if name in options:
            raise WrongUse(f"Die Speicher-URL ({scheme}) nennt die Angabe {name!r} zweimal.")
        options[name] = value
    return options


def _shown(scheme: str, text: str) -> str:
    """Show scheme, host and path, and only where it is certain which part is which."""
    if scheme == "memory":
        return "memory:"
    rest = text.partition(":")[2]
    found = _SHOWABLE.fullmatch(rest.removeprefix("//")) if rest.startswith("//") else None
    # A second "@" may belong to an unescaped password: then nothing after the scheme is shown.
    if found is None or rest.count("@") > (1 if found["user"] else 0):
        return f"{scheme}:***"
    return f"{scheme}://{'***@' if found['user'] else ''}{found['place']}{'?***' if found['options'] else ''}"
