"""What the aspects of calendar records need to know beside lines and values: zones, labels, people, and who will read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from koschuso.interchange.contentline import LineParser
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.ical.attendee_memo import AttendeeMemo
    from koschuso.interchange.notes import Notes

__all__ = ["CalendarScope", "X"]

X: Final = "X-KOSCHUSO-"
"""How the names of koschuso's own properties and parameters begin."""

WITHOUT_UID: Final = "ohne-uid-"
"""How the ids of components without UID begin; a digest of their lines follows.

The line is added when such a record is written to a new file, and taken out again when that is read.
"""


class CalendarScope:
    """The surroundings of one component that is read, or of one record that is written.

    Attributes:
        notes: Takes what is wrong.
        parser: Parses kept lines; it keeps the heads that it has seen.
        resolve: Gives the zone of times that a TZID means; asked with the TZID, the line's name and its number.
        default_zone: Zone whose days count where a time in UTC becomes a day.
        public: Whether only facts for everybody may be written.
        stamp: DTSTAMP of records that have none of their own; empty writes none.
        label: Gives the label of a catalogue's key.
        attendees: The ATTENDEE lines of the event at hand.
        contact: Gives the name and mail address of a linked person or organisation, ``None`` if unknown.
        memo: What the kept ATTENDEE lines of the file say, once one has been written.
    """

    __slots__ = (
        "_labels",
        "_people",
        "attendees",
        "contact_of",
        "default_zone",
        "label_of",
        "memo",
        "notes",
        "parser",
        "public",
        "resolve",
        "stamp",
    )

    def __init__(self, notes: Notes, resolve: Callable[[str, str, int | None], str], *, default_zone: str) -> None:
        self.notes = notes
        self.parser = LineParser()
        self.resolve = resolve
        self.default_zone = default_zone
        self.public = False
        self.stamp = ""
        self.label_of: Callable[[str, str], str] | None = None
        self.contact_of: Callable[[str, str], tuple[str, str] | None] | None = None
        self.attendees: list[str] = []
        self.memo: AttendeeMemo | None = None
        self._labels: dict[tuple[str, str], str] = {}
        self._people: dict[tuple[str, str], tuple[str, str]] = {}

    def renew(self) -> None:
        """Forget what was learned from the component before."""
        self.attendees = []
        self._labels.clear()
        self._people.clear()

    def label(self, catalogue: str, key: str) -> str:
        """The label of a key: as the file says, else as the catalogue says, else the key itself."""
        learned = self._labels.get((catalogue, key))
        if learned is not None:
            return learned
        return (self.label_of(catalogue, key) if self.label_of is not None else "") or key

    def learn_label(self, catalogue: str, key: str, label: str) -> None:
        """Take over the label that the file itself gives."""
        self._labels[catalogue, key] = label

    def contact(self, kind: str, id: str) -> tuple[str, str] | None:  # noqa: A002 - the record's own term
        """Name and mail address of a record that another one points at."""
        learned = self._people.get((kind, id))
        if learned is not None:
            return learned
        return self.contact_of(kind, id) if self.contact_of is not None else None

    def learn_contact(self, kind: str, id: str, name: str, email: str) -> None:  # noqa: A002 - the record's own term
        """Take over how the file itself names a linked record."""
        self._people[kind, id] = (name, email)

    def note(self, rule: str, message: str, line: ContentLine, severity: Severity = Severity.WARNING) -> None:
        """Add a finding about one line."""
        self.notes.add(
            Finding(
                rule=f"ical.{rule}",
                message=message.format(line=line.number, name=line.name),
                severity=severity,
                field=line.name,
                value=line.value,
                line=line.number or None,
            )
        )

    def not_understood(self, line: ContentLine, expected: str) -> None:
        """Add the finding that a value was not understood and stays as it is."""
        self.note(
            "wert_unverstaendlich",
            "Der Wert von {name} in Zeile {line} wurde nicht verstanden (erwartet: "
            + expected
            + "); er bleibt unverändert erhalten und wird nicht ausgewertet.",
            line,
        )
