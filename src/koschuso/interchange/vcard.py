r"""Address books: vCard 2.1 (version string "2.1"), 3.0 (RFC 2426) and 4.0 (RFC 6350) in, 3.0 and 4.0 out.

`read` gives persons, organisations, committees and the relations between them (`koschuso.interchange.vcard_read` says
which card becomes what) and keeps everything else of a card, so that `write` gives it back. `writing` also tells what a
card cannot hold. 3.0 is what every program reads, also Outlook, Apple and phones; 4.0 says more about groups.

>>> from koschuso.model import Person
>>> data = write([Person(id="p-1", given_name="Eva", family_name="Muster", email="muster@kreis.example")])
>>> print(data.decode().replace("\r\n", "\n"), end="")
BEGIN:VCARD
VERSION:3.0
PRODID:-//koschuso//koschuso//DE
UID:p-1
N:Muster;Eva;;;
FN:Eva Muster
EMAIL;TYPE=INTERNET,WORK,PREF:muster@kreis.example
END:VCARD
>>> [record.name for record in read(data).records]
['Eva Muster']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange.format import Format, ReadOptions, Writing
from koschuso.interchange.vcard_read import read_cards
from koschuso.interchange.vcard_write import CARRIES, write_cards

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.interchange.format import WriteOptions
    from koschuso.model import Reading, Record

__all__ = ["CARRIES", "FORMAT", "read", "recognise", "write", "writing"]

_BEGIN: Final = re.compile(rb"\s*BEGIN[ \t]*:[ \t]*VCARD\b", re.IGNORECASE)
_ENOUGH: Final = 4096


def read(data: bytes | BinaryIO, options: ReadOptions | None = None) -> Reading:  # noqa: ARG001 - every reader has options
    """Read an address book; never fails.

    Args:
        data: The file, or a stream of bytes.
        options: Not needed for address books.

    Returns:
        The records in the order of the cards and then their relations; findings with line numbers; in ``left_out``
        what is no card, whose lines stand in ``header``.
    """
    return read_cards(data)


def write(records: Iterable[Record], options: WriteOptions | None = None, *, version: str = "3.0") -> bytes:
    """Write an address book; the same as ``writing(…).data``."""
    return write_cards(records, options, version).data


def writing(records: Sequence[Record], options: WriteOptions | None = None, *, version: str = "3.0") -> Writing:
    """Write an address book and tell what it cannot hold.

    Args:
        records: Persons, organisations, committees and relations, filtered for the audience. A relation is written
            when both its ends are among them.
        options: Labels for TITLE and CATEGORIES (those of the shipped catalogues if none are given), the moment for
            REV, and the organisations that are not written but whose name is a person's ORG.
        version: ``"3.0"`` or ``"4.0"``.

    Raises:
        WrongUse: koschuso does not write this version.
    """
    return write_cards(records, options, version)


def recognise(data: bytes) -> bool:
    r"""Tell from the content whether a file is an address book.

    >>> recognise(b"BEGIN:VCARD\r\nVERSION:3.0"), recognise(b"BEGIN:VCALENDAR")
    (True, False)
    """
    start = data[:_ENOUGH].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return _BEGIN.match(start.replace(b"\0", b"")) is not None


FORMAT: Final = Format(
    name="koschuso:vcard",
    title="Adressbuch (vCard)",
    suffixes=(".vcf", ".vcard"),
    recognise=recognise,
    read=read,
    write=writing,
    kinds=("person", "organisation", "committee", "relation"),
    carries=CARRIES,
)
"""The format for the registry; it writes vCard 3.0."""
