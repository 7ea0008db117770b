"""Applies scheduling messages: what an office is to hold after it has read an invitation, an answer, a cancellation.

Nobody proves who sent a file. So only what the office holds counts: the ORGANIZER must be the one whom it knows, an
answer must come from somebody who is invited. A message that is older than what is held changes nothing (RFC 5546,
2.1.5), whatever order the files are read in. What needs a decision (another time proposed, a stranger who wants to
come) becomes a finding; a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.errors import Refused
from koschuso.interchange.itip.held import Held
from koschuso.interchange.itip.invited import Invited
from koschuso.interchange.itip.inviting import Inviting
from koschuso.interchange.itip.message import items, methods_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from koschuso.interchange.itip.message import Item
    from koschuso.model import Finding, Reading, Record

__all__ = ["apply"]


def apply(reading: Reading, stored: Callable[[str, str], Record | None]) -> Reading:
    """Turn a message into the records that the office is to hold afterwards.

    A file that is no message comes back as it is, and so does a published calendar (METHOD:PUBLISH), which asks for
    nothing: whoever stores it compares its editions with what is held (`Format.edition`), as for every file.

    Args:
        reading: What was read, see `koschuso.interchange.ical.read`.
        stored: Gives the stored record by kind and id, ``None`` if there is none; see
            `koschuso.interchange.itip.Holdings`.

    Returns:
        The reading with the records as they are to be, and a finding for everything that was not done or that
        somebody has to decide.
    """
    if not set(methods_of(reading)) - {"", "PUBLISH"}:
        return reading
    return _Application(reading, stored).result()


class _Application(Invited, Inviting):
    """The application of one file."""

    def __init__(self, reading: Reading, stored: Callable[[str, str], Record | None]) -> None:
        super().__init__(Held(stored))
        self.reading = reading
        self.without_record = 0

    def result(self) -> Reading:
        """A file with messages."""
        acts: dict[str, Callable[[Item], None]] = {
            "": self._take,
            "?": self._unknown_method,
            "PUBLISH": self._publish,
            "REQUEST": self._request,
            "REPLY": self._reply,
            "ADD": self._add,
            "CANCEL": self._cancel,
            "REFRESH": self._refresh,
            "COUNTER": self._counter,
            "DECLINECOUNTER": self._decline_counter,
        }
        done: set[str] = set()
        for item in items(self.reading):
            if item.record is None and item.method:
                self.without_record += 1
            elif item.record is not None:
                done |= {f"{who.KIND}/{who.id}" for who in (item.record, *item.participations)}
            try:
                acts[item.method](item)
            except (Refused, OverflowError):
                # a date beyond all years, an instance that cannot be: whatever a file says, reading it goes on
                self._incomplete(item)
        # what is no event or task has nothing to do with scheduling
        others = [record for record in self.reading.records if f"{record.KIND}/{record.id}" not in done]
        return attrs.evolve(
            self.reading,
            records=(*self.held.changed.values(), *others),
            findings=(*self._remaining(), *self.findings),
        )

    def _remaining(self) -> Iterable[Finding]:
        """The reader's findings, without those about components that were messages and need be no records."""
        left = self.without_record
        for finding in self.reading.findings:
            if left and finding.rule == "ical.nicht_uebernommen" and finding.field in {"VEVENT", "VTODO"}:
                left -= 1
                continue
            yield finding
