"""What an answer does to a participation: the status changes, what was said and when it was said is kept beside it.

Kept are, as parameters of the participation's ATTENDEE line, ``X-KOSCHUSO-ANTWORT`` (SEQUENCE and DTSTAMP of the last
answer, so that an older one that arrives later changes nothing) and ``X-RESPONSE-COMMENT`` (the COMMENT, where Google
Calendar keeps it too). The line is written and read back without loss.

Only PARTSTAT counts in an answer. The finer states of the office (waiting list, attendance …) are decided in the
office, and no line of a message says anything about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.contentline import LineParser, format_line
from koschuso.interchange.ical.attendee import PARTICIPATION_STATUS, attendee_line
from koschuso.interchange.ical.scope import X
from koschuso.interchange.itip.people import contact_scope
from koschuso.model import Participation, ParticipationStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from koschuso.model import Record

__all__ = ["ANSWERS", "answered", "last_answer", "may_answer", "status_after"]

_ANSWER: Final = f"{X}ANTWORT"
_COMMENT: Final = "X-RESPONSE-COMMENT"

ANSWERS: Final = {
    "NEEDS-ACTION": ParticipationStatus.EINGELADEN,
    "TENTATIVE": ParticipationStatus.VORLAEUFIG,
    "ACCEPTED": ParticipationStatus.ANGEMELDET,
    "DECLINED": ParticipationStatus.ABGEMELDET,
    "DELEGATED": ParticipationStatus.VERTRETEN,
}
"""The status that an answer gives, by PARTSTAT."""

_OVER: Final = frozenset(
    {ParticipationStatus.TEILGENOMMEN, ParticipationStatus.TEILWEISE, ParticipationStatus.UNENTSCHULDIGT}
)
"""What the list at the door says is not changed by an answer."""


def may_answer(participation: Participation) -> bool:
    """Whether an answer can still change anything."""
    return participation.status not in _OVER


def status_after(held: ParticipationStatus, partstat: str) -> ParticipationStatus | None:
    """Give the status after an answer, ``None`` for a PARTSTAT that an answer cannot have.

    A status that says the same more exactly stays; a place on the waiting list is left only by declining or delegating,
    because who moves up is decided in the office.

    >>> status_after(ParticipationStatus.NACHGERUECKT, "ACCEPTED").value
    'nachgerueckt'
    >>> status_after(ParticipationStatus.WARTELISTE, "ACCEPTED").value
    'warteliste'
    >>> status_after(ParticipationStatus.EINGELADEN, "ACCEPTED").value
    'angemeldet'
    """
    wanted = ANSWERS.get(partstat)
    if wanted is None or held in _OVER:
        return held if wanted is not None else None
    if PARTICIPATION_STATUS[held] == partstat:
        return held
    if held is ParticipationStatus.WARTELISTE and wanted not in {
        ParticipationStatus.ABGEMELDET,
        ParticipationStatus.VERTRETEN,
    }:
        return held
    return wanted


def last_answer(participation: Participation) -> tuple[int, str]:
    """Give SEQUENCE and DTSTAMP of the last answer that counted; smaller than any if there was none."""
    for entry in participation.foreign:
        if ":" in entry[1:]:
            sequence, _, stamp = LineParser().line(entry).param(_ANSWER).partition("/")
            if sequence.isascii() and sequence.isdigit():
                return int(sequence), stamp
    return -1, ""


def answered(
    participation: Participation,
    status: ParticipationStatus,
    edition: tuple[int, str],
    contacts: Mapping[Any, Record],
    *,
    comment: str = "",
    params: Mapping[str, str] | None = None,
) -> Participation:
    """Give a participation after an answer.

    Args:
        participation: As it is held.
        status: What the answer makes of it.
        edition: SEQUENCE and DTSTAMP of the answer.
        contacts: The linked person and organisation, by `koschuso.model.Reference`.
        comment: What was said with it; an answer without words takes back earlier ones.
        params: Further parameters of its line (DELEGATED-TO …).
    """
    changed = participation
    if status is not participation.status:
        changed = attrs.evolve(participation, status=status, rank=None, hours=None, substitute_id="")
    scope = contact_scope(contacts)
    line = scope.parser.line(attendee_line(changed, scope))
    kept: dict[str, str | tuple[str, ...]] = {
        name: values for name, values in line.head.pairs if name.upper() not in {_ANSWER, _COMMENT}
    }
    kept.update(params or {})
    if comment:
        kept[_COMMENT] = comment
    kept[_ANSWER] = f"{edition[0]}/{edition[1]}"
    return attrs.evolve(changed, foreign=(format_line("", "ATTENDEE", kept, line.value),))
