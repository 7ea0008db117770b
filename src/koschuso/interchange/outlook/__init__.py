"""Contact lists of a German Outlook (CSV), out and in.

A row and a card say the same in two ways. So a row is read by making a card of it and reading that, and written by
writing the card and taking its lines apart; what a person, an organisation or a function is stands in one place, the
vCard modules. Columns are those of `koschuso.interchange.outlook.columns`.

Assumed, not tried with Outlook (the sources are in ``docs/reference/targets.md``): commas, all fields in quotation
marks, CRLF, windows-1252. Text that windows-1252 cannot write makes the file UTF-8 with a byte order mark, with a
finding. Telephone numbers keep their plus (see `koschuso.interchange.outlook.delimited`).

Kind and id travel in the column "Benutzer 4", so that a list which comes back from Outlook changes contacts and does
not double them. Private columns (birthday, home address …) become the properties of a card that the data-protection
filter of the import knows; children, sex and social security number are never taken.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from koschuso.interchange.format import Format
from koschuso.interchange.outlook.columns import DISTINCTIVE, canonical
from koschuso.interchange.outlook.delimited import first_row
from koschuso.interchange.outlook.reader import read
from koschuso.interchange.outlook.writer import write
from koschuso.model import Organisation, Person, Record

__all__ = ["CARRIES", "FORMAT", "columns", "read", "recognise", "settle", "write"]

KINDS: Final = ("person", "organisation", "relation")
"""The kinds of records that a list can carry; a relation gives a person's "Firma"."""

CARRIES: Final = {
    "person": (
        "salutation",
        "title",
        "given_name",
        "family_name",
        "name_suffix",
        "email",
        "phones",
        "mobile",
        "address",
    ),
    "organisation": ("name", "address", "phones", "fax", "email", "homepage"),
    "relation": ("type", "source", "target"),
}
"""The fields that a list may change in a stored record."""

_MOST_PHONES: Final = 2
_LEAST_COLUMNS: Final = 4
_OWN_TABLE: Final = "Kennung"  # the first heading of `koschuso.interchange.table`


def recognise(data: bytes) -> bool:
    r"""Tell by its headings whether a table is a contact list of Outlook.

    >>> recognise("Vorname;Nachname;Firma;E-Mail-Adresse\r\n".encode())
    True
    >>> recognise(b"Schulnummer;Schulform;Strasse\r\n")
    False
    """
    headings = first_row(data)
    if any(heading.startswith(_OWN_TABLE) for heading in headings):
        return False
    names = {canonical(heading) for heading in headings} - {""}
    return len(names) >= _LEAST_COLUMNS and bool(names & DISTINCTIVE) and bool(names & {"Nachname", "Firma", "Vorname"})


def columns(data: bytes) -> tuple[str, ...]:
    r"""Give the headings that are not Outlook's own: those that could hold what an office must not hold (DS-01).

    Every list of Outlook has a column "Kinder" and one "Geburtstag", mostly empty; they are passed over, not refused.

    >>> columns(b"Vorname,Nachname,Kinder,Klasse\r\n")
    ('Klasse',)
    """
    return tuple(heading for heading in first_row(data) if heading and not canonical(heading))


def settle(stored: Record, found: Record) -> Record:
    """Give the record as read, with those stored values that a list has no room for and does not contradict."""
    kept: dict[str, Any] = {}
    if isinstance(stored, Person) and isinstance(found, Person):
        kept |= _phones(stored.phones, found.phones)
        if not found.mobile:
            kept["mobile"] = stored.mobile
        if f"{stored.salutation} {stored.title}".strip() == f"{found.salutation} {found.title}".strip():
            kept |= {"salutation": stored.salutation, "title": stored.title}
    elif isinstance(stored, Organisation) and isinstance(found, Organisation):
        kept |= _phones(stored.phones, found.phones)
    return attrs.evolve(found, **kept) if kept else found


def _phones(stored: tuple[str, ...], found: tuple[str, ...]) -> dict[str, Any]:
    return {"phones": stored} if len(stored) > _MOST_PHONES and stored[:_MOST_PHONES] == found else {}


FORMAT: Final = Format(
    name="koschuso:outlook-csv",
    title="Kontaktliste für Outlook (CSV)",
    suffixes=(".csv",),
    targets=("outlook",),
    recognise=recognise,
    read=read,
    columns=columns,
    write=write,
    kinds=KINDS,
    carries=CARRIES,
    settle=settle,
)
"""The format for the registry; written with ``--target outlook`` only."""
