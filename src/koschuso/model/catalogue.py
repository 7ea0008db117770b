"""Catalogues: every vocabulary of an office as versioned data with stable keys.

Records store keys only; labels, aliases and official codes live here and may be improved at any time. A municipality
adds entries of its own with `Catalogue.extended_with`; they keep their way back to the shared keys, so that figures of
several offices can be added up. A key whose catalogue is missing (a plugin that is switched off) never fails: it keeps
its place in the tree as far as the key tells it, and is shown as it is.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound, Refused
from koschuso.model.catalogue_check import check_catalogue
from koschuso.model.catalogue_entry import Column, Entry, keys_above, next_shared
from koschuso.model.catalogue_versions import Versions, common_key
from koschuso.model.finding import Problems
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Catalogue", "Column", "Entry"]


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _columns(values: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(values)


def _entries(values: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Catalogue:
    """A versioned vocabulary: a list or a tree of entries with stable keys.

    A catalogue that names in `extends` the one it is meant for may refer to keys of that one; whether they exist is
    then checked by `extended_with`. Every other catalogue is complete in itself and is checked when it is made.

    Attributes:
        name: Name of the catalogue, for example ``"schulform"`` or ``"soest:taetigkeiten"``.
        title: What people read, in German.
        version: Version of the content, for example ``"tp-2022.11+koschuso.1"``.
        source: Where the content comes from, in our own words.
        note: A hint for people, in German.
        provisional: The content stands in for an authoritative one and is to be replaced by it.
        extends: Name of the catalogue that this one adds entries to, empty for a catalogue in its own right.
        columns: The attributes that entries may have.
        entries: The entries, in the order in which they are shown.
        extensions: ``"name version"`` of every catalogue that was added, in order.

    Raises:
        InvalidRecord: The catalogue contradicts itself; one finding for each contradiction.

    Examples:
        >>> profile = Catalogue(name="profil", title="Profil", version="1", entries=(
        ...     Entry(key="beratung", label="Beratung"),
        ...     Entry(key="beratung.schulen", label="Beratung von Schulen", aliases=("Schulberatung",)),
        ... ))
        >>> profile.find("schul-beratung").key
        'beratung.schulen'
        >>> profile.is_within("beratung.schulen", "beratung")
        True
        >>> own = Catalogue(name="soest:profil", title="Eigene", version="1", extends="profil", entries=(
        ...     Entry(key="soest:sprechstunde", label="Digitale Sprechstunde", maps_to="beratung"),
        ... ))
        >>> profile.extended_with(own).shared_key("soest:sprechstunde")
        'beratung'
    """

    name: str
    title: str
    version: str
    source: str = ""
    note: str = ""
    provisional: bool = False
    extends: str = ""
    columns: tuple[Column, ...] = attrs.field(default=(), converter=_columns)
    entries: tuple[Entry, ...] = attrs.field(default=(), converter=_entries)
    extensions: tuple[str, ...] = attrs.field(default=(), converter=_strings)

    def __attrs_post_init__(self) -> None:
        check_catalogue(self)

    # -- look-up -----------------------------------------------------------------------------------------------------

    @cached_property
    def _by_key(self) -> Mapping[str, Entry]:
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        names: dict[str, dict[str, Entry]] = {}
        for entry in self.entries:
            for text in (entry.key, entry.label, *entry.aliases):
                if folded := fold(text):
                    names.setdefault(folded, {})[entry.key] = entry
        return {folded: tuple(entries.values()) for folded, entries in names.items()}

    def __len__(self) -> int:
        return len(self.entries)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def get(self, key: str) -> Entry | None:
        """Return the entry with exactly this key, or ``None``."""
        return self._by_key.get(key)

    def entry(self, key: str) -> Entry:
        """Return the entry with exactly this key.

        Raises:
            NotFound: The catalogue has no such key.
        """
        found = self._by_key.get(key)
        if found is None:
            raise NotFound(
                f"Den Schlüssel »{key}« gibt es im Katalog »{self.title}« ({self.name}) nicht. "
                "Bitte prüfen Sie die Schreibweise, oder schalten Sie das Plugin ein, das ihn mitbringt."
            )
        return found

    def label(self, key: str) -> str:
        """Return the label of a key; a key that the catalogue does not have is its own label."""
        found = self._by_key.get(key)
        return key if found is None else found.label

    def find(self, text: str) -> Entry | None:
        """Find the entry that a text means: by key, label or alias, without regard to case, umlauts and blanks.

        An exact key wins over everything else; a key that is still offered wins over deprecated ones.

        Args:
            text: What somebody typed or what a file holds.

        Returns:
            The entry, or ``None`` when the text means none.

        Raises:
            Refused: The text means several entries; the message names their keys.
        """
        exact = self._by_key.get(text)
        if exact is not None:
            return exact
        candidates = self._by_name.get(fold(text), ())
        candidates = tuple(entry for entry in candidates if not entry.deprecated_since) or candidates
        if len(candidates) > 1:
            keys = ", ".join(entry.key for entry in candidates)
            raise Refused(
                f"Die Angabe ist im Katalog »{self.title}« mehrdeutig; gemeint sein können: {keys}. "
                "Bitte geben Sie den Schlüssel an.",
                catalogue=self.name,
                keys=tuple(entry.key for entry in candidates),
            )
        return candidates[0] if candidates else None

    def key_of(self, text: str) -> str:
        """Return the key that a text means, as `find` finds it; empty when it means none or several."""
        try:
            found = self.find(text)
        except Refused:
            return ""
        return "" if found is None else found.key

    def with_attribute(self, attribute: str, value: str) -> tuple[Entry, ...]:
        """Return the entries that have this value, alone or among others, for example the official code ``"02"``."""
        return tuple(entry for entry in self.entries if value in entry.values(attribute))

    def offered(self) -> tuple[Entry, ...]:
        """Return the entries that may be chosen for new records: all that are not deprecated."""
        return tuple(entry for entry in self.entries if not entry.deprecated_since)

    # -- the tree ----------------------------------------------------------------------------------------------------

    def parent(self, key: str) -> Entry | None:
        """Return the entry one level up, or ``None`` at the top.

        An own key such as ``soest:beratung.telefon`` stands below ``soest:beratung`` if there is one, else below the
        shared ``beratung``. Of a key that the catalogue does not have, the nearest known entry above is returned.
        """
        return next((self._by_key[up] for up in keys_above(key) if up in self._by_key), None)

    def children(self, key: str = "") -> tuple[Entry, ...]:
        """Return the entries one level below a key, without a key those at the top."""
        return self._children.get(key, ())

    @cached_property
    def _children(self) -> Mapping[str, tuple[Entry, ...]]:
        below: dict[str, list[Entry]] = {}
        for entry in self.entries:
            parent = self.parent(entry.key)
            below.setdefault("" if parent is None else parent.key, []).append(entry)
        return {key: tuple(entries) for key, entries in below.items()}

    def ancestors(self, key: str) -> tuple[Entry, ...]:
        """Return the entries above a key, the nearest first."""
        found = []
        parent = self.parent(key)
        while parent is not None:
            found.append(parent)
            parent = self.parent(parent.key)
        return tuple(found)

    def top(self, key: str) -> str:
        """Return the top-level key that a key belongs to: in the Tätigkeitsprofil its Aufgabenschwerpunkt."""
        above = self.ancestors(key)
        return above[-1].key if above else key

    def is_within(self, key: str, ancestor: str) -> bool:
        """Tell whether a key is this ancestor or stands anywhere below it in the tree (``maps_to`` plays no part)."""
        return key == ancestor or any(entry.key == ancestor for entry in self.ancestors(key))

    # -- extension ---------------------------------------------------------------------------------------------------

    def shared_key(self, key: str) -> str | None:
        """Return the shared key under which a key counts beyond the own office.

        That is the key itself when it is shared, the key that replaced it when it is deprecated (of several, what is
        above all of them), the target of its `maps_to`, or else the nearest shared entry above it. ``None`` means that it counts nowhere else; a sum over
        several offices has to show such values as unassigned.
        """
        current: str | None = key
        while current is not None:
            entry = self._by_key.get(current)
            if entry is not None and entry.split_into and not entry.maps_to:
                return common_key(self, map(self.shared_key, entry.split_into))
            following = next_shared(entry, self.parent(current))
            if entry is not None and not entry.origin and following is None:
                return current
            current = following
        return None

    # -- versions ----------------------------------------------------------------------------------------------------

    @cached_property
    def _versions(self) -> Versions:
        return Versions(self)

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions that the catalogue and those that extend it tell of, the oldest first."""
        return self._versions.known

    def as_of(self, version: str) -> Catalogue:
        """Return the catalogue as it was in a version.

        Entries that came later are missing, entries that were retired later are offered. Of a version between two
        known ones the earlier is meant; ``"2022"`` also means ``"tp-2022.11"``.

        Args:
            version: The version, as in `since` and `deprecated_since`; empty for the present one.

        Raises:
            NotFound: There was no such version.
        """
        if not version:
            return self
        self._versions.require(version)
        name = self._versions.at(version) or version
        return attrs.evolve(self, version=name, entries=self._versions.as_of(version))

    def key_in(self, version: str, key: str) -> str | None:
        """Return the key under which something counts in a version that was recorded under this key.

        Forward and backward: the key itself when it was offered then; of one that was retired by then, what took its
        place; of one that came later, what it took the place of. Where that are several, it is what stands above all of
        them; where there is nothing, the entry above the key. ``None`` means that it counts nowhere in that version:
        a sum has to show it as unassigned.

        Args:
            version: The version, see `as_of`.
            key: A key of any version.

        Raises:
            NotFound: There was no such version.
        """
        self._versions.require(version)
        return self._versions.key_in(version, key)

    def extended_with(self, other: Catalogue) -> Catalogue:
        """Return this catalogue with the entries of another one that extends it.

        New keys either carry the prefix of their plugin (``soest:sprechstunde``) or stand below an existing key
        (``beratung.telefon``), so that they never collide with later versions of the shared catalogue.

        Args:
            other: A catalogue whose `extends` is this one's name.

        Raises:
            Refused: The other catalogue is made for another one.
            InvalidRecord: Both together contradict each other, or a new key stands at the top without a prefix.
        """
        if other.extends != self.name:
            raise Refused(
                f"Der Katalog »{other.name}« erweitert »{other.extends or 'keinen anderen'}« und passt nicht zu "
                f"»{self.name}«. Bitte geben Sie in »extends« den richtigen Katalog an."
            )
        problems = Problems("catalogue", other.name)
        for entry in other.entries:
            problems.require(
                ":" in entry.key or self.parent(entry.key) is not None,
                field="key",
                value=entry.key,
                rule="katalog.eigener_schluessel",
                message=f"Der eigene Schlüssel »{entry.key}« braucht das Präfix seines Plugins (plugin:schluessel) "
                "oder muss unter einem vorhandenen Schlüssel stehen.",
            )
        problems.raise_if_any()
        known = {column.key for column in self.columns}
        return attrs.evolve(
            self,
            columns=(*self.columns, *(column for column in other.columns if column.key not in known)),
            entries=(
                *self.entries,
                *(attrs.evolve(entry, origin=entry.origin or other.name) for entry in other.entries),
            ),
            extensions=(*self.extensions, f"{other.name} {other.version}"),
        )
