"""Every kind of difference between what was read and what is written back; docs/reference/interchange-differences.md.

A kind that is not here fails the corpus tests, and so does one that no file shows any more.
"""

import re
from typing import NamedTuple

from independent_lexer import Line, quoted_printable, text

from koschuso.interchange.notes import NESTED_CALENDAR, NOT_CLOSED, WRONG_END


class Kind(NamedTuple):
    """A kind of difference: the section that decides it, and which lines it explains."""

    section: str
    explains: object


class Seen(NamedTuple):
    """What differs in a file, and the rules of its findings."""

    lost: object
    added: object
    rules: frozenset


def _moved(line, others):
    return any(line[1:] == other[1:] and line.path != other.path for other in others)


CALENDAR = {
    "zone-added": Kind(
        "RFC 5545, 3.2.19",
        lambda line, seen: line in seen.added and line.path.startswith("VCALENDAR/VTIMEZONE"),
    ),
    "envelope-mended": Kind(
        "RFC 5545, 3.4 and 3.6",
        # the same lines, in the component that they belong to; the damage is a finding
        lambda line, seen: (
            bool(seen.rules & {WRONG_END.key, NOT_CLOSED.key, NESTED_CALENDAR.key})
            and (
                _moved(line, seen.added if line in seen.lost else seen.lost)
                or (line.path == "VCALENDAR/VCALENDAR" and line.name == "BEGIN")
            )
        ),
    ),
}
"""For calendars: a file read and written as a whole."""

ADDRESS_BOOK = {
    "uid-added": Kind("RFC 6350, 6.7.6", lambda line, seen: line in seen.added and line.name == "UID"),
    "version-added": Kind("RFC 6350, 6.7.9", lambda line, seen: line in seen.added and line.name == "VERSION"),
    "line-wrapped": Kind(
        "RFC 6350, 3.3",
        lambda line, seen: (
            any(wrapped.name == "X-KOSCHUSO-ZEILE" and text(wrapped.value) == line.value for wrapped in seen.added)
            if line.name == "?"
            else line.name == "X-KOSCHUSO-ZEILE" and any(text(line.value) == other.value for other in seen.lost)
        ),
    ),
}
"""For cards that are written in the version in which they came (3.0 and 4.0)."""

TRANSLATED = {
    **ADDRESS_BOOK,
    "name-added": Kind("RFC 2426, 3.1.1 and 3.1.2", lambda line, seen: line in seen.added and line.name in {"FN", "N"}),
    "kind-added": Kind("RFC 2426, 3.1.2", lambda line, seen: line in seen.added and line.name == "X-ABSHOWAS"),
}
"""For cards of 2.1, which are written in 3.0: compared as `as_in_30` says them."""


def as_in_30(line: Line) -> Line:
    """What a line of 2.1 and its form in 3.0 have in common; the kinds `encoding`, `bare-parameter` and `picture`."""
    params = {value.upper() for key, value in line.params if key != "CHARSET"}
    value = line.value
    if "QUOTED-PRINTABLE" in params:
        value = quoted_printable(value)
    params = {part for value in params for part in value.split(",")} - {"QUOTED-PRINTABLE", "8BIT"}
    if params & {"BASE64", "B"}:
        params, value = params - {"BASE64", "B"}, re.sub(r"\s|[\x00-\x1f]", "", value)
    value = text(re.sub(r"[\x00-\x08\x0b-\x1f]", "", value))
    return Line(line.path, line.group, line.name, frozenset(params), "" if line.name == "VERSION" else value)


FORMS = {
    "encoding": "RFC 2426, 5",
    "bare-parameter": "RFC 2426, 5",
    "picture": "RFC 2426, 2.4.2",
}
"""What `as_in_30` takes for the same."""

OFFICE = {
    "calendar-properties": "RFC 5545, 3.7",
    "not-a-record": "RFC 5545, 3.6",
    "zone-of-nobody": "RFC 5545, 3.6.5",
}
"""What a calendar leaves behind on its way through an office, beside what is private (domain.md DS-02)."""


def unexplained(before, after, kinds, findings=()):
    """Give the lines that differ and that no kind explains, and the kinds that were needed."""
    lost, added = before - after, after - before
    seen = Seen(lost, added, frozenset(finding.rule for finding in findings))
    needed, left = set(), []
    for line in (*lost, *added):
        found = {name for name, kind in kinds.items() if kind.explains(line, seen)}
        needed |= found
        if not found:
            left.append(line)
    return left, needed
