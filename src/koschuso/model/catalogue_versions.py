"""The versions of a catalogue: which entries there were in each, and under which key something counts in another one.

Versions are ordered by the numbers in them, so that ``2022`` comes before ``2026`` and ``tp-2022.11`` between the two.
A catalogue that others extend has versions of several origins; each entry goes by those of its own.

Where several keys took the place of one, or one of several, what was counted under the one cannot be told apart: it
counts under the nearest entry that is above all of them, and where there is none, nowhere. Sums show that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from koschuso.errors import NotFound
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.model.catalogue_entry import Entry

__all__ = ["Versions", "common_key", "successors", "version_order"]

_NUMBERS: Final = re.compile(r"[0-9]+")


class Versioned(Protocol):
    """What is looked at; `koschuso.model.Catalogue` is the implementation."""

    @property
    def title(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def extensions(self) -> tuple[str, ...]: ...
    def get(self, key: str, /) -> Entry | None: ...
    def parent(self, key: str, /) -> Entry | None: ...
    def ancestors(self, key: str, /) -> tuple[Entry, ...]: ...


def version_order(version: str) -> tuple[tuple[int, ...], str]:
    """Give what versions are compared by: the numbers in them, then their text.

    >>> sorted(["2026", "tp-2022.11+koschuso.1", "2022"], key=version_order)
    ['2022', 'tp-2022.11+koschuso.1', '2026']
    """
    return tuple(map(int, _NUMBERS.findall(version))), version


def common_key(catalogue: Versioned, keys: Iterable[str | None]) -> str | None:
    """Give the nearest key that is each of these or above it; ``None`` where there is none."""
    chains = [[] if key is None else [key, *(entry.key for entry in catalogue.ancestors(key))] for key in keys]
    if not chains:
        return None
    return next((key for key in chains[0] if all(key in chain for chain in chains)), None)


class Versions:
    """The versions of one catalogue.

    Attributes:
        known: All versions that it tells of, the oldest first.
    """

    def __init__(self, catalogue: Versioned) -> None:
        self._catalogue = catalogue
        own: dict[str, set[str]] = {"": {catalogue.version}}
        for extension in catalogue.extensions:
            name, _, version = extension.partition(" ")
            own[name] = {version}
        for entry in catalogue.entries:
            own.setdefault(entry.origin, set()).update({entry.since, entry.deprecated_since} - {""})
        self._by_origin = {origin: sorted(versions, key=version_order) for origin, versions in own.items()}
        self.known: tuple[str, ...] = tuple(sorted(set().union(*own.values()), key=version_order))
        self._before: dict[str, list[str]] = {}
        for entry in catalogue.entries:
            for successor in successors(entry):
                self._before.setdefault(successor, []).append(entry.key)

    def require(self, version: str) -> None:
        """Refuse a version that the catalogue cannot know.

        Raises:
            NotFound: It is later than all known ones, or earlier than everything that the catalogue tells of.
        """
        numbers = version_order(version)[0]
        if not version or version in self.known or any(_begins(known, numbers) for known in self.known):
            return
        first, last = self.known[0], self.known[-1]
        since_first = version_order(first) < version_order(version) or self._had_a_past(first)
        if numbers and version_order(version) < version_order(last) and since_first:
            return
        raise NotFound(
            f"Eine Fassung »{version}« des Katalogs »{self._catalogue.title}« gibt es nicht. Bekannt sind: "
            f"{', '.join(self.known)}."
        )

    def _had_a_past(self, first: str) -> bool:
        """Whether the first version that is named changed something that was there before."""
        entries = self._catalogue.entries
        unnamed = any(not entry.since for entry in entries)
        return unnamed and any(first in {entry.since, entry.deprecated_since} for entry in entries)

    def at(self, version: str, origin: str = "") -> str:
        """Give the version of an origin that was in force then; empty before its first one.

        Without a version the present is meant: the last one of each origin.
        """
        known = self._by_origin.get(origin, [])
        if not version:
            return known[-1] if known else ""
        if version in known:
            return version
        order = version_order(version)
        meant = [candidate for candidate in known if _begins(candidate, order[0])]
        return ([candidate for candidate in known if version_order(candidate) <= order] + meant or [""])[-1]

    def existed(self, entry: Entry, version: str) -> bool:
        """Whether there was an entry, offered or not."""
        return not entry.since or _reached(entry.since, self.at(version, entry.origin))

    def retired(self, entry: Entry, version: str) -> bool:
        """Whether an entry was no longer offered."""
        return bool(entry.deprecated_since) and _reached(entry.deprecated_since, self.at(version, entry.origin))

    def key_in(self, version: str, key: str) -> str | None:
        """Give the key under which a key counts in a version; see `koschuso.model.Catalogue.key_in`."""
        return self._key_in(version, key, frozenset())

    def _key_in(self, version: str, key: str, seen: frozenset[str]) -> str | None:
        if key in seen:
            return None
        seen |= {key}
        entry = self._catalogue.get(key)
        others: Sequence[str] = ()
        if entry is not None:
            existed, retired = self.existed(entry, version), self.retired(entry, version)
            if existed and not retired:
                return key
            others = successors(entry) if retired else self._before.get(key, ())
            if not others and entry.maps_to:
                others = (entry.maps_to,)
        if others:
            return common_key(self._catalogue, [self._key_in(version, other, seen) for other in others])
        parent = self._catalogue.parent(key)
        return None if parent is None else self._key_in(version, parent.key, seen)

    def as_of(self, version: str) -> tuple[Entry, ...]:
        """Give the entries that there were in a version, as they were then."""
        there = {entry.key for entry in self._catalogue.entries if self.existed(entry, version)}
        return _with_clear_aliases(
            [
                self._then(entry, version)
                for entry in self._catalogue.entries
                if entry.key in there and all(above.key in there for above in self._catalogue.ancestors(entry.key))
            ]
        )

    def _then(self, entry: Entry, version: str) -> Entry:
        changes: dict[str, object] = {}
        if entry.deprecated_since and not self.retired(entry, version):
            changes = {"deprecated_since": "", "replaced_by": "", "split_into": ()}
        if entry.maps_to:
            target = self.key_in(version, entry.maps_to)
            if target != entry.maps_to:
                changes["maps_to"] = target or ""
        return attrs.evolve(entry, **changes) if changes else entry  # type: ignore[arg-type]


def successors(entry: Entry) -> tuple[str, ...]:
    """Give the keys that took the place of an entry."""
    return (entry.replaced_by,) if entry.replaced_by else entry.split_into


def _with_clear_aliases(entries: list[Entry]) -> tuple[Entry, ...]:
    """Leave out aliases that mean several entries: a new name may be an old one, and then both are offered."""
    owners: dict[str, set[str]] = {}
    for entry in entries:
        for text in () if entry.deprecated_since else (entry.key, entry.label, *entry.aliases):
            owners.setdefault(fold(text), set()).add(entry.key)
    clear = {
        entry.key: tuple(alias for alias in entry.aliases if owners.get(fold(alias), set()) <= {entry.key})
        for entry in entries
        if entry.aliases and not entry.deprecated_since
    }
    return tuple(
        attrs.evolve(entry, aliases=clear[entry.key]) if clear.get(entry.key, entry.aliases) != entry.aliases else entry
        for entry in entries
    )


def _reached(wanted: str, at: str) -> bool:
    return bool(at) and version_order(wanted) <= version_order(at)


def _begins(version: str, numbers: tuple[int, ...]) -> bool:
    return bool(numbers) and version_order(version)[0][: len(numbers)] == numbers
