"""Sums by the keys of a catalogue: for the own office, for several offices, or under another version of the catalogue.

Nothing is dropped: what counts under no key stands in a row of its own, *nicht zugeordnet*, so that every way of
summing gives the same total.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.model.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NOT_ASSIGNED", "KeySums", "sum_by_key"]

NOT_ASSIGNED: Final = "nicht zugeordnet"
"""Label of the row for what counts under no key."""


@attrs.frozen(kw_only=True)
class KeySums:
    """Figures summed by the keys of a catalogue.

    Attributes:
        catalogue: The catalogue whose keys these are, in the version that was asked for.
        by_key: The sum of each key that has figures, in the order of the catalogue.
        unassigned: The sum of the figures that count under no key.
        unassigned_keys: The keys of these figures, in alphabetical order.
    """

    catalogue: Catalogue = attrs.field(repr=False)
    by_key: Mapping[str, Fraction]
    unassigned: Fraction
    unassigned_keys: tuple[str, ...] = ()

    @property
    def total(self) -> Fraction:
        """The sum of all figures, whatever they count under."""
        return sum(self.by_key.values(), self.unassigned)

    def rows(self) -> tuple[tuple[str, Fraction], ...]:
        """Give label and sum of each key, and last the row of what is not assigned, also where that is 0."""
        rows = ((self.catalogue.label(key), value) for key, value in self.by_key.items())
        return (*rows, (NOT_ASSIGNED, self.unassigned))


def sum_by_key(
    catalogue: Catalogue,
    figures: Iterable[tuple[str, int | Fraction]],
    *,
    version: str = "",
    shared: bool = False,
    top: bool = False,
) -> KeySums:
    """Sum figures by the keys of a catalogue.

    Args:
        catalogue: The catalogue, with everything that plugins add to it.
        figures: Each a key, as a record holds it, and a number.
        version: Version of the catalogue under whose keys is to be summed; the present one when empty.
        shared: Whether own keys of a municipality count under the shared keys that they map to, for sums over several
            offices.
        top: Whether only the uppermost level is wanted: of the Tätigkeitsprofil the Aufgabenschwerpunkte.

    Raises:
        NotFound: The catalogue has no such version.

    Examples:
        >>> from koschuso.model import Catalogue, Entry
        >>> profile = Catalogue(name="profil", title="Profil", version="2026", entries=(
        ...     Entry(key="beratung", label="Beratung"),
        ...     Entry(key="beratung.telefon", label="Telefon", deprecated_since="2026", replaced_by="beratung.digital"),
        ...     Entry(key="beratung.digital", label="Digital", since="2026"),
        ... ))
        >>> hours = [("beratung.telefon", 2), ("beratung.digital", 3), ("fort:x", 1)]
        >>> sum_by_key(profile, hours).rows()
        (('Digital', Fraction(5, 1)), ('nicht zugeordnet', Fraction(1, 1)))
        >>> sum_by_key(profile, hours, version="2022").rows()
        (('Telefon', Fraction(5, 1)), ('nicht zugeordnet', Fraction(1, 1)))
    """
    then = catalogue.as_of(version)
    meant: dict[str, str | None] = {}
    sums: dict[str, Fraction] = {}
    unassigned = Fraction(0)
    unknown: set[str] = set()
    for key, number in figures:
        if key not in meant:
            meant[key] = _counted_under(catalogue, then, version, key, shared=shared, top=top)
        target = meant[key]
        if target is None:
            unassigned += number
            unknown.add(key)
        else:
            sums[target] = sums.get(target, Fraction(0)) + number
    return KeySums(
        catalogue=then,
        by_key={entry.key: sums[entry.key] for entry in then if entry.key in sums},
        unassigned=unassigned,
        unassigned_keys=tuple(sorted(unknown)),
    )


def _counted_under(
    catalogue: Catalogue, then: Catalogue, version: str, key: str, *, shared: bool, top: bool
) -> str | None:
    found = catalogue.key_in(version, key)
    if found is not None and shared:
        found = then.shared_key(found)
    if found is None or found not in then:
        return None
    return then.top(found) if top else found
