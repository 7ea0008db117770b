"""Reads mails with a calendar inside (RFC 6047): an answer saved from Outlook as ``.eml`` goes in as it is.

Only the calendar is taken; text, sender and other attachments stay where they are. Mails are hostile until proved
otherwise: nesting, size and the length of the fields that are looked at are bounded, and whatever is wrong ends in a
finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.interchange import ical
from koschuso.interchange.format import Format, ReadOptions
from koschuso.interchange.itip.message import items
from koschuso.interchange.itip.people import address_of
from koschuso.interchange.itip.rules import ORGANISER_METHODS
from koschuso.interchange.mailhead import looks_like_mail
from koschuso.interchange.textvalue import decode_bytes
from koschuso.model import Finding, Reading, Severity, is_email

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

__all__ = ["FORMAT", "MAX_PARTS", "calendar_of", "read"]

MAX_PARTS: Final = 100
"""Parts of a mail that may hold further parts; a mail with more of them is not taken apart."""

_MAX_FIELD: Final = 2_000
_MARKERS: Final = (b"boundary", b"message/")
_PLAIN: Final = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})


def read(data: bytes, options: ReadOptions | None = None) -> Reading:
    """Read the calendar in a mail, see `koschuso.interchange.ical.read`; never raises for bad data."""
    mail = _parsed(data)
    if mail is None:
        return Reading(
            findings=(
                _finding(
                    "zu_verschachtelt",
                    f"Die Mail hat mehr als {MAX_PARTS} ineinander gestellte Teile oder ist beschädigt; sie wurde nicht "
                    "gelesen.",
                ),
            )
        )
    found = list(_calendars(mail))
    readable = [calendar for calendar in found if ical.recognise(calendar)]
    if not readable:
        why = "einen Kalender, der nicht lesbar ist" if found else "keinen Kalender (text/calendar oder .ics)"
        return Reading(findings=(_finding("kein_kalender", f"Die Mail enthält {why}; es wurde nichts übernommen."),))
    reading = ical.read(readable[0], options)
    findings = [*reading.findings, *_of_sender(mail, reading)]
    left_out = list(reading.left_out)
    others = len({calendar for calendar in readable[1:] if _plain(calendar) != _plain(readable[0])})
    if others:
        left_out.append(
            _finding(
                "weitere_kalender",
                f"Die Mail enthält {others} weitere Kalender mit anderem Inhalt; gelesen wurde der erste.",
                Severity.WARNING,
            )
        )
    return attrs.evolve(reading, findings=tuple(findings), left_out=tuple(left_out))


def calendar_of(message_bytes: bytes) -> bytes | None:
    """Give the calendar in a mail, ``None`` if there is none that can be read.

    The part for calendar programs (text/calendar with ``method``) goes before attachments.
    """
    mail = _parsed(message_bytes)
    if mail is None:
        return None
    return next((calendar for calendar in _calendars(mail) if ical.recognise(calendar)), None)


def _parsed(data: bytes) -> Message | None:
    from email import message_from_bytes  # noqa: PLC0415 - only mails need it
    from email.policy import compat32  # noqa: PLC0415 - the newer policies take long for hostile fields

    head = data.lower()
    if sum(head.count(marker) for marker in _MARKERS) > MAX_PARTS:
        return None
    try:
        return message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=compat32)
    except Exception:  # noqa: BLE001 - whatever the standard library stumbles over, a hostile mail must not stop an import
        return None


def _calendars(mail: Message) -> Iterator[bytes]:
    """The calendars of a mail, those for calendar programs first."""
    attached: list[bytes] = []
    for part in mail.walk():
        if part.is_multipart() or len(str(part.get("Content-Type", ""))) > _MAX_FIELD:
            continue
        kind = part.get_content_type()
        if kind not in {"text/calendar", "application/ics"} and not _file_name(part).endswith((".ics", ".vcs")):
            continue
        content = _content(part)
        if kind == "text/calendar" and part.get_param("method"):
            yield content
        else:
            attached.append(content)
    yield from attached


def _file_name(part: Message) -> str:
    if len(str(part.get("Content-Disposition", ""))) > _MAX_FIELD:
        return ""
    return (part.get_filename() or "").lower()


def _content(part: Message) -> bytes:
    payload: Any = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = str(part.get_param("charset") or "").lower()
    # what is UTF-8, or says nothing, the reader of calendars decodes itself
    return content if charset in _PLAIN else decode_bytes(content, charset)[0].encode("utf-8", "replace")


def _plain(calendar: bytes) -> bytes:
    return b"\n".join(calendar.split())


def _of_sender(mail: Message, reading: Reading) -> Iterator[Finding]:
    """Tell when the mail does not come from whom the calendar speaks for; a hint, as senders are easily forged."""
    sender = _sender(str(mail.get("From", ""))[:_MAX_FIELD])
    for item in items(reading):
        if not item.method:
            continue
        lines = item.attendees if item.method not in ORGANISER_METHODS else ()
        speaking = {address_of(line).lower() for line in lines} if lines else {item.organiser}
        speaking |= {line.param("SENT-BY").lower().removeprefix("mailto:") for line in lines}
        if sender not in speaking - {""}:
            yield _finding(
                "absender",
                f"Die Mail kommt nicht von der Adresse, für die der Kalender ({item.method}) spricht; prüfen Sie, ob sie "
                "echt ist.",
                Severity.WARNING,
                value=sender,
            )
            return


def _sender(field: str) -> str:
    """The address in From, empty if it is not plain; the standard library's reader recurses with its comments."""
    address = field.rpartition("<")[2].partition(">")[0].strip().lower()
    return address if is_email(address) else ""


def _finding(rule: str, message: str, severity: Severity = Severity.ERROR, *, value: str = "") -> Finding:
    return Finding(rule=f"mail.{rule}", message=message, severity=severity, value=value)


FORMAT: Final = Format(
    name="koschuso:mail",
    title="E-Mail mit Kalender (iMIP)",
    suffixes=(".eml",),
    recognise=looks_like_mail,
    read=read,
    kinds=(),
    carries=ical.CARRIES,
    settle=ical.FORMAT.settle,
    edition=ical.FORMAT.edition,
    apply=ical.FORMAT.apply,
)
"""The format for the registry; it only reads."""
