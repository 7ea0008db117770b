r"""Address books: vCard 2.1 (version string "2.1"), 3.0 (RFC 2426) and 4.0 (RFC 6350), in and out.

`read` gives persons, organisations, committees and the relations between them (`koschuso.interchange.vcard.reader` says
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
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from koschuso.interchange.editions import card_edition
from koschuso.interchange.format import Format, ReadOptions, Writing
from koschuso.interchange.vcard.reader import read_cards, read_portions
from koschuso.interchange.vcard.settling import settle
from koschuso.interchange.vcard.value import V30
from koschuso.interchange.vcard.writer import CARRIES, write_cards
from koschuso.model import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.interchange.format import Held, Portion, WriteOptions
    from koschuso.model import Record

__all__ = ["CARRIES", "FORMAT", "from_vobject", "portions", "read", "recognise", "to_vobject", "write", "writing"]

_BEGIN: Final = re.compile(rb"\s*BEGIN[ \t]*:[ \t]*V(?:CARD|ADDRESSBOOK)\b", re.IGNORECASE)
_ENOUGH: Final = 4096


def read(data: bytes | BinaryIO, options: ReadOptions | None = None) -> Reading:
    """Read an address book; never fails.

    Args:
        data: The file, or a stream of bytes.
        options: ``fields`` gives the fields of plugins whose values are looked for; the rest is not needed here.

    Returns:
        The records in the order of the cards and then their relations; findings with line numbers; in ``left_out``
        what is no card, whose lines stand in ``header``.
    """
    return read_cards(data, options)


def portions(source: BinaryIO, options: ReadOptions | None = None) -> Iterator[Portion]:
    r"""Read an address book of any size portion by portion, in bounded memory; never fails.

    All portions together have the records, findings and omissions of `read`; a relation comes with the card that says it.
    Where a card says something about others, the file is looked through beforehand, so that ends that come later are
    known; of each card its kind and id are held, and of organisations the name.

    Args:
        source: A seekable stream; read from where it stands.
        options: ``known`` gives what became of a card when it was read before. Such a card is passed over unless it
            would mean something else beside the cards that are in the file now, and its findings are not told again.

    >>> from io import BytesIO
    >>> data = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p-1\r\nN:Muster;Eva;;;\r\nFN:Eva Muster\r\nEND:VCARD\r\n"
    >>> known = {source.digest: source for portion in portions(BytesIO(data)) for source in portion.sources}
    >>> [source.records for portion in portions(BytesIO(data), ReadOptions(known=known.get))
    ...     for source in portion.recognised]
    [('person/p-1',)]
    """
    return read_portions(source, options)


def write(records: Iterable[Record] | Reading, options: WriteOptions | None = None, *, version: str = "3.0") -> bytes:
    """Write an address book; the same as ``writing(…).data``."""
    return writing(records, options, version=version).data


def writing(
    records: Iterable[Record] | Reading, options: WriteOptions | None = None, *, version: str = "3.0"
) -> Writing:
    """Write an address book and tell what it cannot hold.

    Args:
        records: Persons, organisations, committees and relations, filtered for the audience. A relation is written
            when both its ends are among them. Or a whole reading: then what was no card in its file follows the cards.
        options: Labels for TITLE and CATEGORIES (those of the shipped catalogues if none are given), the moment for
            REV, and the organisations that are not written but whose name is a person's ORG. For the target
            ``outlook``, 2.1 has no groups (``item1.``).
        version: ``"3.0"``, ``"4.0"``, or ``"2.1"`` for old Outlook and old phones.

    Raises:
        WrongUse: koschuso does not write this version.
    """
    if isinstance(records, Reading):
        return write_cards(records.records, options, version, records.header)
    return write_cards(records, options, version)


def to_vobject(
    records: Iterable[Record] | Reading, options: WriteOptions | None = None, *, version: str = "3.0"
) -> list[Any]:
    """Give records as cards (`vobject.base.Component`) of the library `vobject`, without its losses.

    Values are whole and in the form that `vobject` gives them: N a `Name`, ADR an `Address`, ORG a list, an encoded
    picture bytes. ``serialize()`` writes the lines that `write` writes. How, and what its objects have no place for,
    says `koschuso.interchange.vcard.bridge`.

    Args:
        records: As for `write`; or a whole reading.
        options: As for `write`.
        version: As for `write`; ``"4.0"`` keeps the lines of cards that came in 4.0.

    >>> from koschuso.model import Person
    >>> [card] = to_vobject([Person(id="p-1", given_name="Eva", family_name="Muster")])
    >>> card.n.value.family, card.fn.value
    ('Muster', 'Eva Muster')
    """
    from koschuso.interchange.vcard import bridge  # noqa: PLC0415 - vobject takes a twentieth of a second to import

    return bridge.to_vobject(records, options, version=version)


def from_vobject(components: Any) -> Reading:
    """Read a card of the library `vobject`, or several.

    What `to_vobject` made comes back exactly, in content and order; what was changed since, as changed. What `vobject`
    cut off when it read a card itself (a text or a picture behind the first comma) is not in its objects; use `read`.

    >>> import vobject
    >>> card = vobject.vCard()
    >>> card.add("n").value = vobject.vcard.Name(family="Muster", given="Eva")
    >>> card.add("fn").value = "Eva Muster"
    >>> from_vobject(card).records[0].name
    'Eva Muster'
    """
    from koschuso.interchange.vcard import bridge  # noqa: PLC0415 - as above

    return bridge.from_vobject(components)


def recognise(data: bytes) -> bool:
    r"""Tell from the content whether a file is an address book.

    >>> recognise(b"BEGIN:VCARD\r\nVERSION:3.0"), recognise(b"BEGIN:VCALENDAR")
    (True, False)
    """
    start = data[:_ENOUGH].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return _BEGIN.match(start.replace(b"\0", b"")) is not None


def _write(records: Sequence[Record], options: WriteOptions) -> Writing:
    from koschuso.interchange.targets import vcard_version  # noqa: PLC0415 - only a target asks for another version

    return writing(records, options, version=vcard_version(options.target) if options.target else V30)


def _implied(stored: Record, found: Record, held: Held) -> Record:
    from koschuso.interchange.vcard.implied import without_implied  # noqa: PLC0415 - only for cards that would change

    return without_implied(stored, found, held)


FORMAT: Final = Format(
    name="koschuso:vcard",
    title="Adressbuch (vCard)",
    suffixes=(".vcf", ".vcard"),
    recognise=recognise,
    read=read,
    portions=portions,
    write=_write,
    kinds=("person", "organisation", "committee", "relation"),
    carries=CARRIES,
    settle=settle,
    implied=_implied,
    edition=card_edition,
)
"""The format for the registry; it writes vCard 3.0, or what suits the target."""
