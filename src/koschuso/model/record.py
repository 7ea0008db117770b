"""What every record has in common: an id, values of plugins, and what an interchange file said that is not modelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from koschuso.model.finding import Problems
from koschuso.model.values import EMPTY, FrozenMapping, freeze

__all__ = ["Record"]


@attrs.frozen(kw_only=True)
class Record:
    """The base of every record: frozen, self-validating, without I/O.

    Revision and timestamps are not here but on the store's `Stored` wrapper.

    Attributes:
        id: Chosen by the caller: a record that came with a UID keeps it, a school's id is built from its
            Schulnummer, a municipality's from its AGS, everything else gets a UUID. So importing twice changes nothing.
        extras: Values of plugins' fields, keys ``"plugin:field"``; kept also while the plugin is missing.
        foreign: Lines of an interchange file that koschuso does not model, verbatim and in order
            (see `koschuso.interchange`).

    Raises:
        InvalidRecord: At least one value is impossible or contradicts another.
    """

    KIND: ClassVar[str] = ""
    """Stable name of the kind of record, as it stands in stores and on the command line."""

    LABEL: ClassVar[str] = ""
    """German name of the kind for people."""

    id: str
    extras: Mapping[str, Any] = EMPTY
    foreign: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if type(self.extras) is not FrozenMapping:
            object.__setattr__(self, "extras", freeze(dict(self.extras)))
        problems = Problems(self.KIND, self.id)
        id_ = self.id
        if not (id_ and id_ == id_.strip()):
            problems.add(
                field="id",
                value=self.id,
                rule="id.leer",
                message="Ein Datensatz braucht eine Kennung ohne Leerzeichen am Rand.",
            )
        if self.extras:
            for key in self.extras:
                if ":" not in key:
                    problems.add(
                        field="extras",
                        value=key,
                        rule="zusatzfeld.name",
                        message=f"Das Zusatzfeld »{key}« nennt sein Plugin nicht; erwartet wird die Form plugin:feld.",
                    )
        self._check(problems)
        problems.raise_if_any()

    def _check(self, problems: Problems) -> None:
        """Note what is impossible or contradictory in this kind of record."""
