"""Decides which of several lines of a card is the one that a record's field holds.

Private and second values (a mail address at home, a mobile number that is not marked as official, a second address) are
no fields of a record (domain.md DS-02); their lines are kept as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.interchange import vcard_notes as rules
from koschuso.interchange.contentline import UNPARSED, ContentLine
from koschuso.interchange.vcard_aspects import address_of, email_of, phone_kind
from koschuso.interchange.vcard_scope import Scope
from koschuso.interchange.vcard_value import phone_of, preference, text_of
from koschuso.model import Committee, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Container

__all__ = ["set_apart", "settle"]


def set_apart(line: ContentLine) -> ContentLine:
    """Make a line one that is kept and never interpreted."""
    return ContentLine(UNPARSED, line.text, line.number)


def settle(lines: list[ContentLine], kind: str, names: Container[str], scope: Scope) -> None:
    """Set apart the lines of modelled properties that no field of the record holds.

    Args:
        lines: The lines of the card; changed in place.
        kind: Kind of the record.
        names: The properties that the card has.
        scope: The surroundings of the card.
    """
    if "EMAIL" in names:
        _choose(lines, "EMAIL", scope, lambda line: _is_email(line, scope))
    if kind == Committee.KIND:
        return
    if "ADR" in names:
        quiet = Scope(scope.version, groups=scope.groups)
        _choose(lines, "ADR", scope, lambda line: address_of(line, quiet) is not None)
    if "TEL" in names:
        _settle_phones(lines, scope, "CELL" if kind == Person.KIND else "FAX")
    if "URL" in names and kind == Organisation.KIND:
        _choose(lines, "URL", scope, lambda line: bool(text_of(line)))


def _is_email(line: ContentLine, scope: Scope) -> bool:
    found = bool(email_of(line))
    if not found and line[1].strip() and scope.notes is not None:
        scope.notes.note(rules.BAD_EMAIL, line=line.number, name="EMAIL", value=line[1])
    return found


def _choose(lines: list[ContentLine], name: str, scope: Scope, fits: Callable[[ContentLine], bool]) -> None:
    """Leave one line of a property, the most official one, and set the others apart."""
    best: tuple[bool, int] | None = None
    chosen = -1
    found = []
    for index, line in enumerate(lines):
        if line[0].name != name:
            continue
        found.append(index)
        if scope.is_private(line) or not fits(line):
            continue
        rank = ("WORK" not in scope.kinds(line), preference(line[0]))
        if best is None or rank < best:
            best, chosen = rank, index
    for index in found:
        if index != chosen:
            lines[index] = set_apart(lines[index])


def _settle_phones(lines: list[ContentLine], scope: Scope, single: str) -> None:
    """Leave the official numbers; of the kind that a record has only one of, the preferred one."""
    best = -1
    for index, line in enumerate(lines):
        if line[0].name != "TEL":
            continue
        kind = phone_kind(line, scope)
        if not phone_of(line) or kind not in {"VOICE", single}:
            lines[index] = set_apart(line)
        elif kind == single:
            if best >= 0 and preference(line[0]) < preference(lines[best][0]):
                lines[best] = set_apart(lines[best])
                best = index
            elif best >= 0:
                lines[index] = set_apart(line)
            else:
                best = index
