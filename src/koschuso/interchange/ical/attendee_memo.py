"""Tells quickly whether a kept ATTENDEE line still says what its participation says, without parsing it anew.

Calendars have one such line for each guest of each event, and nearly all of them are alike but for name and address.
So the parameters beside CN are understood once for each spelling; name and address are compared as texts. Whatever is
less simple than that is left to `koschuso.interchange.ical.attendee`.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.model import Participation, ParticipationStatus

__all__ = ["AttendeeMemo"]

_KEPT: Final = re.compile(r'([^":]*?);CN=(?:"([^"^]*)"|([^";:,^]*))((?:;[^":]*)?):(.*)', re.DOTALL).fullmatch
_MAILTO: Final = "mailto:"
_MOST: Final = 1024

# What a line without a parameter of koschuso's own says about these.
_BEYOND: Final = attrgetter(
    "person_id", "organisation_id", "registered_by", "workshop", "substitute_id", "rank", "hours"
)
_NOTHING_BEYOND: Final = ("", "", "", "", "", None, None)


class AttendeeMemo:
    """What the ATTENDEE lines of one file say beside names and addresses.

    Args:
        understand: Gives status and role that a line with these parameters says, ``None`` if it says more.
    """

    __slots__ = ("_known", "_understand")

    def __init__(self, understand: Callable[[str], tuple[ParticipationStatus, str] | None]) -> None:
        self._understand = understand
        self._known: dict[str, tuple[ParticipationStatus, str] | None] = {}

    def says(self, kept: str, participation: Participation, derived_id: Callable[[str, str, str], str]) -> bool:
        """Whether the line certainly says the same as the participation; otherwise it has to be looked at closely."""
        match = _KEPT(kept)
        if match is None:
            return False
        before, quoted, plain, after, address = match.groups()
        rest = before + after
        try:
            told = self._known[rest]
        except KeyError:
            told = self._learn(rest)
        if told is None:
            return False
        address = address.strip()
        if address[:7].lower() != _MAILTO:
            return False
        email = address[7:].strip()
        name = (plain if quoted is None else quoted).strip()
        if not (
            email  # that of a record is an address, so an equal one is too
            and email == participation.email
            and name == participation.name
            and told == (participation.status, participation.role)
            and _BEYOND(participation) == _NOTHING_BEYOND
        ):
            return False
        return _is_or_is_numbered(participation.id, derived_id(participation.event_id, email, name))

    def _learn(self, rest: str) -> tuple[ParticipationStatus, str] | None:
        told = self._understand(f"{rest}:")
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[rest] = told
        return told


def _is_or_is_numbered(record_id: str, derived: str) -> bool:
    """Whether an id is this one, or this one with a number as a file gives it to the second of two equal lines."""
    if record_id == derived:
        return True
    plain, mark, number = record_id.rpartition("~")
    return bool(mark) and number.isdigit() and plain == derived
