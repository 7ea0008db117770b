"""What plugins offer of one sort, by name and with provenance."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from koschuso.errors import WrongUse
from koschuso.plugin.inspection import BUILTIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.plugin.failure import Origin

__all__ = ["Offers"]

_NEAR: Final = 0.7
"""How alike two names have to be for the one to be taken for a mistyped other one."""

_LEAST_PART: Final = 4
"""As many letters of a name tell which one is meant."""

T = TypeVar("T")


class Offers(Mapping[str, T], Generic[T]):
    """What all plugins offer of one sort, by name, with where each comes from.

    koschuso's own come first, then the plugins' in alphabetical order.
    """

    __slots__ = ("_left_out", "_origins", "_records", "label")

    def __init__(self, label: str, records: Mapping[str, T], origins: Mapping[str, Origin], left_out: str) -> None:
        self.label = label
        self._records = MappingProxyType(dict(records))
        self._origins = MappingProxyType(dict(origins))
        self._left_out = left_out

    def __getitem__(self, name: str) -> T:
        return self._records[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<{self.label}: {', '.join(self._records) or 'keine'}>"

    def origin(self, name: str) -> Origin:
        """Tell which plugin an offer comes from.

        Raises:
            KeyError: There is no such offer.
        """
        return self._origins[name]

    def require(self, name: str) -> T:
        """Return an offer by its name; koschuso's own and unmistakable ones also without what stands before ``:``.

        Raises:
            WrongUse: There is no such offer; the message names those that are called nearly so, else all there are, and the
                plugins that were left out.
        """
        for candidate in (name, f"{BUILTIN}:{name}"):
            if candidate in self._records:
                return self._records[candidate]
        short = [full for full in self._records if full.partition(":")[2] == name]
        if len(short) == 1:
            return self._records[short[0]]
        if near := self._near(name.removeprefix(f"{BUILTIN}:")):
            raise WrongUse(f"{self.label}: »{name}« gibt es nicht; meinten Sie {' oder '.join(near)}?{self._left_out}")
        known = ", ".join(self._records) or "keine"
        raise WrongUse(f"{self.label}: »{name}« gibt es nicht. Vorhanden sind: {known}.{self._left_out}")

    def _near(self, name: str) -> list[str]:
        """Give the names that are nearly this one, else those that it is a part of."""
        known = [full.removeprefix(f"{BUILTIN}:") for full in self._records]
        near = get_close_matches(name, known, cutoff=_NEAR)
        return near or [one for one in known if len(name) >= _LEAST_PART and name.casefold() in one]
