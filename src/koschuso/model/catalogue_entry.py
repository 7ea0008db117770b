"""The entries of a catalogue and how their keys form a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import Refused
from koschuso.model.values import EMPTY, FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Column", "Entry", "keys_above", "next_shared"]


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _frozen(values: Mapping[str, str]) -> FrozenMapping:
    return FrozenMapping(values)


@attrs.frozen(kw_only=True)
class Column:
    """A further property that the entries of a catalogue may have, such as the official code of a school form.

    Attributes:
        key: Name of the property in `Entry.attributes`.
        title: German heading for people.
        inferred: The values are an assumption or proposal of koschuso, not a statement of a source.
        refers_to: Name of the catalogue that the values are keys of, empty when they are not keys.
    """

    key: str
    title: str
    inferred: bool = False
    refers_to: str = ""


@attrs.frozen(kw_only=True)
class Entry:
    """One entry of a catalogue.

    Attributes:
        key: Stable key: lower-case ASCII, dots for the levels of a tree, ``plugin:`` in front of a plugin's own.
        label: What people read, in German.
        aliases: Other spellings that files and people use; compared as `fold` compares.
        source: Where the entry comes from, in our own words.
        note: A hint for people, in German.
        inferred: The entry is a proposal of koschuso and must not be presented as law or as wording of a source.
        inferred_attributes: Names of those attributes that are an assumption although the entry itself is sourced.
        since: Version of the catalogue since which the entry exists, empty for one that was there from the beginning.
        deprecated_since: Version of the catalogue since which the key is no longer offered, empty when it is.
        replaced_by: The key that took the place of a deprecated one; several may be merged into the same.
        split_into: The keys that took the place of a deprecated one together, when it was split.
        maps_to: The shared key under which the entry counts beyond the own office.
        attributes: Values of the catalogue's columns; several values in one are parted by a blank.
        origin: Name of the extending catalogue that brought the entry, empty for the catalogue's own.
    """

    key: str
    label: str
    aliases: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    source: str = ""
    note: str = ""
    inferred: bool = False
    inferred_attributes: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    since: str = ""
    deprecated_since: str = ""
    replaced_by: str = ""
    split_into: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    maps_to: str = ""
    attributes: Mapping[str, str] = attrs.field(default=EMPTY, converter=_frozen)
    origin: str = ""

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the single values of an attribute, none where it is not set.

        >>> Entry(key="geplant", label="in Planung", attributes={"next": "einladung abgesagt"}).values("next")
        ('einladung', 'abgesagt')
        """
        return tuple(self.attributes.get(attribute, "").split())

    def flag(self, attribute: str) -> bool | None:
        """Return a yes-or-no attribute, or ``None`` where the catalogue does not say.

        Raises:
            Refused: The value is neither ``"true"`` nor ``"false"``.
        """
        value = self.attributes.get(attribute, "")
        if value not in {"", "true", "false"}:
            raise Refused(
                f"Der Eintrag »{self.key}« hat in der Spalte »{attribute}« den Wert »{value}«; erwartet wird true oder false."
            )
        return None if not value else value == "true"

    def is_inferred(self, attribute: str = "") -> bool:
        """Tell whether the entry, or this attribute of it, is an assumption of koschuso."""
        return self.inferred or attribute in self.inferred_attributes


def keys_above(key: str) -> Iterator[str]:
    """Yield the keys that may stand above a key, the nearest first: with its prefix, then without.

    >>> list(keys_above("soest:beratung.telefon.abend"))
    ['soest:beratung.telefon', 'beratung.telefon', 'soest:beratung', 'beratung']
    """
    prefix, colon, path = key.rpartition(":")
    if colon and "." not in path:
        return
    while "." in path:
        path = path.rpartition(".")[0]
        if colon:
            yield f"{prefix}:{path}"
        yield path


def next_shared(entry: Entry | None, parent: Entry | None) -> str | None:
    """Return the next key on the way from an entry to its shared key, ``None`` at the end of the way.

    Args:
        entry: The entry, ``None`` for a key that the catalogue does not have.
        parent: The entry above it in the tree, ``None`` at the top.
    """
    if entry is not None:
        if entry.maps_to or entry.replaced_by:
            return entry.maps_to or entry.replaced_by
        if not entry.origin:
            return None
    return None if parent is None else parent.key
