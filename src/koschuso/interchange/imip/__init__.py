"""Scheduling by mail (iMIP, RFC 6047): a calendar with METHOD as a mail that programs show with their buttons.

    mail = imip.message(itip.request(…), sender="buero@kreis.example")

koschuso sends nothing: `message` gives an `email.message.EmailMessage`, and whoever embeds it or opens the file sends
it. What Outlook, Exchange and Gmail look at, as far as their makers and users tell (nothing of it is tested here
against these programs; `problems` checks it):

* the calendar is the last part of ``multipart/alternative`` behind the text, with ``method=`` in its Content-Type equal
  to METHOD (RFC 6047, 2.4; Microsoft's [MS-OXCMAIL] writes plain text and text/calendar in the same way),
* UTF-8, in base64, so that no relay breaks the folded lines,
* one event in the file, with an ORGANIZER, and the recipient among its ATTENDEEs (for REQUEST),
* the same calendar once more as an attachment ``invite.ics`` (application/ics), as Google does, for programs that look
  at attachments only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from koschuso.errors import Refused, WrongUse
from koschuso.interchange.ical import reader as ical_reader
from koschuso.interchange.imip.reader import FORMAT, calendar_of
from koschuso.interchange.imip.words import subject_of, text_of
from koschuso.interchange.itip.message import items
from koschuso.interchange.itip.people import address_of
from koschuso.interchange.itip.rules import ORGANISER_METHODS
from koschuso.model import Finding, Severity, is_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from email.headerregistry import Address
    from email.message import EmailMessage

    from koschuso.interchange.itip.message import Item

__all__ = ["FORMAT", "calendar_of", "message", "problems", "recipients_of"]

_ATTACHMENT: Final = "invite.ics"
_LONGEST_SUBJECT: Final = 998  # characters of a line in a mail, RFC 5322, 2.1.1


def message(
    calendar: bytes,
    *,
    sender: str,
    recipients: Sequence[str] | None = None,
    subject: str = "",
    text: str = "",
    title: str = "",
    sender_name: str = "",
    message_id: str = "",
    date: datetime | None = None,
    draft: bool = False,
) -> EmailMessage:
    """Put a scheduling message into a mail.

    The same arguments give the same bytes. Without ``message_id`` and ``date`` the mail has neither; the program that
    sends it adds them.

    Args:
        calendar: A calendar with METHOD, as `koschuso.interchange.itip` makes it.
        sender: Address in From.
        recipients: Addresses in To; by default whom the method is for, see `recipients_of`.
        subject: Subject; a German one by default.
        text: What people read whose program shows no calendar; by default a German text with time and place.
        title: Title of the event, for messages that do not hold it themselves (REFRESH, DECLINECOUNTER).
        sender_name: Name in From.
        message_id: Message-ID with its angle brackets.
        date: Date, with time zone.
        draft: Whether mail programs are to open the file as a draft that can be sent (X-Unsent).

    Raises:
        WrongUse: An address is none, or a text of one line holds a line break; nothing can be smuggled into the head.
        Refused: The calendar is no message, or names nobody to send it to.
    """
    from email.message import EmailMessage  # noqa: PLC0415 - only who sends mails needs it
    from email.policy import SMTP  # noqa: PLC0415 - as above

    item = _item(calendar)
    to = list(recipients_of(calendar) if recipients is None else recipients)
    if not to:
        raise Refused(f"Die Nachricht ({item.method}) nennt niemanden, an den sie gehen könnte; nennen Sie Empfänger.")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender, sender_name)
    mail["To"] = [_address(address) for address in to]
    mail["Subject"] = _one_line(subject or subject_of(item, title), "Der Betreff")[:_LONGEST_SUBJECT]
    if date is not None:
        if date.tzinfo is None:
            raise WrongUse("Das Datum einer Mail braucht eine Zeitzone.")
        mail["Date"] = date
    if message_id:
        mail["Message-ID"] = _one_line(message_id, "Die Kennung der Mail")
    if draft:
        mail["X-Unsent"] = "1"
    words = text or text_of(item, title)
    mail.set_content(words, cte="quoted-printable")
    mail.add_alternative(
        calendar.decode("utf-8"), subtype="calendar", charset="UTF-8", cte="base64", params={"method": item.method}
    )
    mail.add_attachment(
        calendar, maintype="application", subtype="ics", filename=_ATTACHMENT, params={"name": _ATTACHMENT}
    )
    _settle_parts(mail, b"\0".join([calendar, words.encode(), *(address.encode() for address in to)]))
    return mail


def recipients_of(calendar: bytes) -> tuple[str, ...]:
    """Tell whom a message is for: the attendees of what an organiser says, the organiser of what an attendee says.

    The organiser is never among the attendees; a PUBLISH names nobody.
    """
    item = _item(calendar)
    if item.method not in ORGANISER_METHODS:
        return (item.organiser,) if item.organiser else ()
    found: dict[str, str] = {}
    for one in _items(calendar):
        for line in one.attendees:
            address = address_of(line)
            if address and address.lower() != item.organiser:
                found.setdefault(address.lower(), address)
    return tuple(found.values())


def problems(mail: EmailMessage) -> tuple[Finding, ...]:
    """Tell what would keep Outlook from showing a mail as an invitation with buttons; empty if nothing would."""
    calendar = calendar_of(mail.as_bytes())
    if calendar is None:
        return (_problem("kein_kalender", "Die Mail enthält keinen Kalender."),)
    found = _items(calendar)
    method = found[0].method if found else ""
    return tuple(_of_parts(mail, method)) + tuple(_of_content(mail, found, method))


def _of_parts(mail: EmailMessage, method: str) -> Iterable[Finding]:
    part: Any = next((part for part in mail.walk() if part.get_content_type() == "text/calendar"), None)
    if part is None or str(part.get_param("method") or "").upper() != method:
        yield _problem("methode", "Der Kalenderteil nennt nicht dieselbe Methode wie der Kalender (method=).")
    alternatives: Any = next((part for part in mail.walk() if part.get_content_type() == "multipart/alternative"), None)
    if alternatives is None or part is None or alternatives.get_payload()[-1] is not part:
        yield _problem("reihenfolge", "Der Kalender ist nicht der letzte Teil von multipart/alternative.")


def _of_content(mail: EmailMessage, found: Sequence[Item], method: str) -> Iterable[Finding]:
    if len(found) != 1:
        yield _problem(
            "mehrere", f"Der Kalender hat {len(found)} Einträge; Outlook zeigt nur zu einem einzelnen Schaltflächen."
        )
    if not all(item.organiser for item in found):
        yield _problem("veranstalter", "Der Kalender nennt keinen Veranstalter (ORGANIZER) mit Mailadresse.")
    if method == "REQUEST":
        invited = {address_of(line).lower() for item in found for line in item.attendees}
        to: Any = mail["To"]
        if any(address.addr_spec.lower() not in invited for address in to.addresses):
            yield _problem("empfaenger", "Nicht jeder Empfänger der Mail steht im Kalender als eingeladen (ATTENDEE).")


def _problem(rule: str, message_: str) -> Finding:
    return Finding(rule=f"imip.{rule}", message=message_, severity=Severity.WARNING)


def _items(calendar: bytes) -> list[Item]:
    return list(items(ical_reader.read(calendar)))


def _item(calendar: bytes) -> Item:
    found = _items(calendar)
    if not found or not found[0].method or found[0].method == "?":
        raise Refused("Der Kalender ist keine Nachricht (METHOD fehlt oder ist unbekannt) oder enthält keinen Termin.")
    return found[0]


def _address(email: str, name: str = "") -> Address:
    from email.errors import HeaderParseError  # noqa: PLC0415 - as above
    from email.headerregistry import Address  # noqa: PLC0415 - as above

    if not (is_email(email) and email.isprintable()):
        raise WrongUse("Eine Angabe ist keine E-Mail-Adresse; erwartet wird eine Form wie name@kreis.example.")
    local, _, domain = email.rpartition("@")
    try:
        return Address(_one_line(name, "Der Name"), local, domain.encode("idna").decode())
    except (HeaderParseError, ValueError) as error:
        raise WrongUse("Eine E-Mail-Adresse hat Zeichen, die in einer Mail nicht stehen können.") from error


def _one_line(text: str, what: str) -> str:
    if any(not character.isprintable() and character != "\t" for character in text):
        raise WrongUse(f"{what} enthält einen Zeilenumbruch oder ein Steuerzeichen; bitte schreiben Sie eine Zeile.")
    return text


def _settle_parts(mail: EmailMessage, content: bytes) -> None:
    """Give the parts boundaries that depend on the content only, so that the same mail has the same bytes."""
    from hashlib import blake2b  # noqa: PLC0415 - importing koschuso stays cheap

    for part in mail.walk():
        if part is not mail:
            del part["MIME-Version"]  # belongs to the mail as a whole (RFC 2045, 4)
    parts: list[Any] = [part for part in mail.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{blake2b(content, digest_size=12, salt=bytes([number])).hexdigest()}")
