"""The shipped catalogues: one TOML file for each vocabulary, written to be read and edited by people.

The form of a file::

    name = "teilnahmerolle"             # the file's name
    title = "Rollen bei Veranstaltungen"
    version = "koschuso.1"

    [columns]                           # further properties, each with its heading
    partstat = "iCalendar PARTSTAT"

    [[entry]]
    key = "teilnehmend"                 # never changed once it is in use
    label = "teilnehmend"
    aliases = ["Teilnehmer:in"]
    source = "Vorschlag koschuso"
    inferred = true                     # a proposal, not the wording of a source
    partstat = "ACCEPTED"               # a value for a column; a list holds several

A municipality writes its own catalogues in the same form, with ``extends`` for those that add to a shipped one.
Entries come and go with versions: ``since``, ``deprecated_since``, ``replaced_by`` and ``split_into``.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import NotFound, Refused
from koschuso.model.catalogue import Catalogue, Column, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["load", "load_all", "names", "parse"]

_ENTRY_FIELDS = frozenset(field.name for field in attrs.fields(Entry)) - {"attributes", "origin"}
_HEAD_FIELDS = frozenset({"name", "title", "version", "source", "note", "provisional", "extends"})
_LISTS = frozenset({"aliases", "inferred_attributes", "split_into"})
_FLAGS = frozenset({"provisional", "inferred"})


def names() -> tuple[str, ...]:
    """Return the names of the shipped catalogues, in alphabetical order."""
    files = (resource.name for resource in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load(name: str) -> Catalogue:
    """Read one shipped catalogue.

    Raises:
        NotFound: There is no shipped catalogue of this name.

    Examples:
        >>> load("schulform").label("grundschule")
        'Grundschule'
    """
    # Compared with the listing first: a name is never used as a path of its own.
    known = names()
    if name not in known:
        raise NotFound(f"Einen Katalog »{name}« liefert koschuso nicht mit. Vorhanden sind: {', '.join(known)}.")
    return _read(name)


def load_all() -> Mapping[str, Catalogue]:
    """Read all shipped catalogues, by name."""
    return MappingProxyType({name: _read(name) for name in names()})


def _read(name: str) -> Catalogue:
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse(text, source=f"{name}.toml")


def parse(text: str, *, source: str = "") -> Catalogue:
    """Make a catalogue of the text of a TOML file.

    Args:
        text: The content of the file.
        source: Name of the file, for messages.

    Raises:
        Refused: The text is not TOML, or a field is unknown or of the wrong type.
        InvalidRecord: The catalogue contradicts itself.
    """
    where = f"{source}: " if source else ""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(
            f"{where}Die Datei ist kein gültiges TOML ({error}). Bitte prüfen Sie Anführungszeichen und Klammern."
        ) from error
    head = {key: value for key, value in data.items() if key not in {"columns", "entry"}}
    _require_known(head, _HEAD_FIELDS, f"{where}Im Kopf")
    fields: dict[str, Any] = {"name": "", "title": "", "version": ""}
    fields.update((key, _checked(key, value, f"{where}Im Kopf")) for key, value in head.items())
    rows = data.get("entry", [])
    columns = data.get("columns", {})
    if not isinstance(rows, list) or not isinstance(columns, dict):
        raise Refused(f"{where}Einträge werden als [[entry]] geschrieben, Spalten unter [columns].")
    return Catalogue(
        **fields,
        columns=tuple(_column(key, value, where) for key, value in columns.items()),
        entries=tuple(_entry(row, number, where) for number, row in enumerate(rows, start=1)),
    )


def _column(key: str, value: object, where: str) -> Column:
    """Read a column: its heading alone, or a table with heading and more."""
    place = f"{where}Bei der Spalte »{key}«"
    if isinstance(value, str):
        return Column(key=key, title=value)
    if not isinstance(value, dict):
        raise Refused(f"{place} wird eine Überschrift in Anführungszeichen erwartet.")
    _require_known(value, frozenset({"title", "inferred", "refers_to"}), place)
    return Column(
        key=key,
        title=str(value.get("title", key)),
        inferred=value.get("inferred") is True,
        refers_to=str(value.get("refers_to", "")),
    )


def _entry(row: object, number: int, where: str) -> Entry:
    if not isinstance(row, dict):
        raise Refused(f"{where}Eintrag {number} ist keine Tabelle; Einträge werden als [[entry]] geschrieben.")
    place = f"{where}Im Eintrag {number} (»{row.get('key', '')}«)"
    fields = {key: _checked(key, value, place) for key, value in row.items() if key in _ENTRY_FIELDS}
    attributes = {key: _attribute(key, value, place) for key, value in row.items() if key not in _ENTRY_FIELDS}
    return Entry(**{"key": "", "label": "", **fields}, attributes=attributes)


def _require_known(table: Mapping[str, object], known: frozenset[str], place: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise Refused(
            f"{place} steht »{unknown[0]}«, das es nicht gibt. Möglich sind: {', '.join(sorted(known))}.",
            unknown=tuple(unknown),
        )


def _checked(key: str, value: object, place: str) -> Any:
    if key in _LISTS:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise Refused(f'{place} ist »{key}« eine Liste von Texten: ["…", "…"].')
    if key in _FLAGS:
        if isinstance(value, bool):
            return value
        raise Refused(f"{place} ist »{key}« entweder true oder false, ohne Anführungszeichen.")
    if isinstance(value, str):
        return value
    raise Refused(f"{place} ist »{key}« ein Text in Anführungszeichen.")


def _attribute(key: str, value: object, place: str) -> str:
    """Return a column's value as text: ``true``/``false`` for flags, blanks between the values of a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) and " " not in item for item in value):
        return " ".join(value)
    raise Refused(f"{place} ist »{key}« ein Text, eine Zahl, true/false oder eine Liste von Schlüsseln.")
