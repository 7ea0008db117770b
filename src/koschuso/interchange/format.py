"""What an interchange format is to koschuso, and how a file finds its format: by what is in it, not by its ending."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol

import attrs

from koschuso.errors import Refused
from koschuso.model import EMPTY, Catalogue, ExtraField, Finding, Reading, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Format", "Held", "Holdings", "Portion", "ReadOptions", "Source", "WriteOptions", "Writing", "recognise"]

_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_BEGINNING: Final = 1024
_ADVICE: Final = (
    " Bei einer Tabelle sagen es die Überschriften: Bitte schreiben Sie als erste zum Beispiel »Kennung (Person)«; die "
    "Spalte darf leer sein."
)


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


class Held(Protocol):
    """What the office holds, as an import asks for it."""

    def __call__(self, kind: str, id: str, /) -> Record | None:  # noqa: A002 - the record's own term
        """Give the stored record, ``None`` if there is none."""

    def where(self, kind: str, field: str, value: str, /) -> Iterator[Record]:
        """Give the stored records of a kind whose field has this value."""


class Holdings(Held, Protocol):
    """What the office holds, for a reader that looks up many records."""

    def every(self, kind: str, /) -> Iterator[Record]:
        """Give all stored records of a kind."""

    def some(self, kind: str, ids: Sequence[str], /) -> Mapping[str, Record]:
        """Give those of the records with these ids that are stored, by id."""


class Source(NamedTuple):
    """A component of a file and what became of it, so that it is recognised when it comes again.

    Attributes:
        digest: Stays the same as long as the component, and everything around it that its meaning depends on, does.
        records: The records that were made of it, each as ``"kind/id"``, the principal one first.
        memo: What the format itself wants to know of the component when it is recognised, without reading it.
    """

    digest: bytes
    records: tuple[str, ...]
    memo: str = ""


@attrs.frozen(kw_only=True)
class Portion:
    """A part of a file that was read; files of any size are read in portions of bounded size.

    Attributes:
        records: The records, in the order of the file.
        findings: What was wrong, mended or doubtful.
        left_out: What was deliberately not taken.
        sources: The components that the records were made of.
        recognised: The components that `ReadOptions.known` knew; they were not parsed.
        position: How many bytes of the file are done.
        header: Properties of the calendar that the records stand in, verbatim: a METHOD makes them a message.
        written: When koschuso itself wrote the file, in UTC; ``None`` for files of other programs.
    """

    records: tuple[Record, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()
    recognised: tuple[Source, ...] = ()
    position: int = 0
    header: tuple[str, ...] = ()
    written: datetime | None = None


@attrs.frozen(kw_only=True)
class ReadOptions:
    """What a reader may want to know beside the bytes.

    Attributes:
        region: AGS of the Kreis or municipality whose schools are wanted from a statewide register; ``"05"`` is all.
        edition: Schuljahr that the figures of a file are of, such as ``"2025/26"``, where the file does not say it itself;
            empty where nobody said it.
        name: Name of the file, empty where there is none; only for what it says and the content does not.
        zone: Zone of times whose own zone cannot be found out; each use of it is a finding.
        known: Gives what became of a component when it was read before, ``None`` for a new one; asked with its digest
            by `Format.portions` only.
        fields: The fields that enabled plugins add to records; values of others are kept as foreign.
        held: What the office holds; ``None`` for a file that is read by itself.
        vocabulary: Gives the catalogue that a field's keys are from, for a kind of record and a dotted field or an
            extension field's name; ``None`` where there is none.
    """

    region: str = "05"
    edition: str = ""
    name: str = ""
    zone: str = "Europe/Berlin"
    known: Callable[[bytes], Source | None] | None = None
    fields: tuple[ExtraField, ...] = ()
    held: Holdings | None = None
    vocabulary: Callable[[str, str], Catalogue | None] | None = None


@attrs.frozen(kw_only=True)
class WriteOptions:
    """What a writer has to know beside the records.

    The data-protection filter has run before: a writer gets only what the audience may see, and adds nothing.

    Attributes:
        stamp: Moment of writing (DTSTAMP, REV), with time zone UTC; passed in, so that the same input gives the same
            bytes.
        audience: Key of the audience: ``intern``, ``netzwerk``, ``oeffentlich`` …
        target: Program that will read the file (``outlook``, ``nextcloud`` …), empty for the plain standard.
        title: Title of the whole file, such as the name of a calendar.
        labels: Gives the German label for a catalogue's name and a key; ``None`` writes keys.
        references: Records that the written ones point at, for their names; filtered for the audience as well.
        fields: The fields that enabled plugins add to records; values of others are not written as columns.
    """

    stamp: datetime = attrs.field()
    audience: str = "intern"
    target: str = ""
    title: str = ""
    labels: Callable[[str, str], str] | None = None
    references: Mapping[Any, Record] = EMPTY
    fields: tuple[ExtraField, ...] = ()

    @stamp.validator
    def _has_zone(self, _attribute: object, value: datetime) -> None:
        if value.tzinfo is None:
            raise ValueError("stamp needs a time zone: datetime.now(UTC)")


@attrs.frozen(kw_only=True)
class Writing:
    """What a writer made.

    Attributes:
        data: The file.
        findings: Loss report: what this format or target cannot carry, one finding for each sort of loss.
        missing: How many of the records that were to be written are not in the file at all; a finding says why.
    """

    data: bytes
    findings: tuple[Finding, ...] = ()
    missing: int = 0


@attrs.frozen(kw_only=True)
class Format:
    """A file format that records come from or go to.

    Attributes:
        name: ``"plugin:name"``, for example ``"koschuso:ical"``.
        title: German name for people.
        suffixes: Endings of its files, lower case with the dot, the usual one first.
        recognise: Tells from the content of a file whether this format reads it; never raises.
        read: Reads a file; never raises for bad data but returns findings. ``None`` for a format that only writes.
            A reader that needs no options ignores them.
        portions: Reads a file of any size from a seekable stream, portion by portion, in bounded memory; passes over
            components that are known. ``None`` for a format that reads a file only as a whole.
        write: Writes records. ``None`` for a format that only reads.
        kinds: Kinds of records that it can write, in the order in which it writes them.
        targets: Programs for which it is written; with none of them named, its endings are left to other formats.
            Empty for a format that is written for everybody.
        columns: For a table: gives those headings of a file that could hold what an office must not hold
            (domain.md DS-01), to be judged before anything is read. ``None`` for a format without headings.
        carries: For a kind of record (``"event"``), or for one type of it (``"organisation/schule"``), the fields (dotted
            inside values) that a file of this format can say something about; the others of a stored record survive
            an import. A kind that is not named is carried whole.
        settle: Takes the stored and the read record, and gives the read one with those stored values that the file
            tells only coarsely and does not contradict. ``None`` takes the record as read.
        implied: Takes the stored and the read record, and what the office holds; gives the read one without kept lines
            that say only what follows from other stored records. Asked where the record would change otherwise.
        edition: Gives how new a record says it is, as something that compares with the edition of the same record from
            another file; ``None`` where it does not say.
        general: Whether it reads files of many sorts: it yields to a format that recognises a file as its own.
        apply: For a format whose files can be messages (iTIP): turns what was read into the records that the office is
            to hold afterwards. Given the reading and a function that finds what is stored by kind and id.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = attrs.field(converter=_strings)
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, ReadOptions], Reading] | None = None
    portions: Callable[[BinaryIO, ReadOptions], Iterator[Portion]] | None = None
    write: Callable[[Sequence[Record], WriteOptions], Writing] | None = None
    kinds: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    targets: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    columns: Callable[[bytes], tuple[str, ...]] | None = None
    carries: Mapping[str, tuple[str, ...]] = EMPTY
    settle: Callable[[Record, Record], Record] | None = None
    implied: Callable[[Record, Record, Held], Record] | None = None
    edition: Callable[[Record], Any] | None = None
    general: bool = False
    apply: Callable[[Reading, Callable[[str, str], Record | None]], Reading] | None = None

    @suffixes.validator
    def _dotted(self, _attribute: object, value: tuple[str, ...]) -> None:
        for suffix in value:
            if not suffix.startswith(".") or suffix != suffix.lower():
                raise ValueError(f"a suffix is lower case and begins with a dot, not {suffix!r}")


def recognise(data: bytes, formats: Iterable[Format], *, suffix: str = "") -> Format:
    """Find the one format that reads a file.

    The content decides. Only where several formats recognise it, the ending of the file's name is asked; where that
    does not decide either, nobody guesses. A recogniser that fails counts as "no", and is named if no other one knows
    the file.

    Args:
        data: The whole file.
        formats: The formats to choose from; those that cannot read are passed over.
        suffix: Ending of the file's name with the dot, such as ``".csv"``; empty where there is none.

    Raises:
        Refused: No format recognises the content, or several do; the message names them.

    Examples:
        >>> calendar = Format(name="demo:kalender", title="Kalender", suffixes=(".ics",),
        ...     recognise=lambda data: data.startswith(b"BEGIN:VCALENDAR"), read=lambda data, options: Reading())
        >>> recognise(b"BEGIN:VCALENDAR", [calendar], suffix=".txt").name
        'demo:kalender'
    """
    readable = [candidate for candidate in formats if candidate.read is not None]
    matching: list[Format] = []
    failed: list[str] = []
    for candidate in readable:
        try:
            if candidate.recognise(data):
                matching.append(candidate)
        except Exception:  # noqa: BLE001 - a plugin's recogniser must not keep the others from reading
            failed.append(candidate.name)
    matching = [found for found in matching if not found.general] or matching
    if len(matching) > 1:
        # A file's ending is a weak hint, but better than refusing what a person has named so.
        matching = [found for found in matching if suffix.lower() in found.suffixes] or matching
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(sorted(found.name for found in matching))
        raise Refused(
            f"Die Datei passt zu mehreren Formaten: {names}. Bitte geben Sie das gewünschte Format an.",
            formats=tuple(sorted(found.name for found in matching)),
        )
    if _PAGE.match(data[:_BEGINNING]):
        raise Refused(
            "Das ist eine Internetseite (HTML), vielleicht eine Aufforderung, sich anzumelden. Bitte melden Sie sich im "
            "Browser an und laden Sie die Datei noch einmal herunter.",
            formats=(),
        )
    known = ", ".join(sorted({ending for candidate in readable for ending in candidate.suffixes}))
    advice = _ADVICE if any(suffix.lower() in candidate.suffixes for candidate in readable if candidate.columns) else ""
    problem = f" Nicht prüfen konnte das Format {', '.join(sorted(failed))}." if failed else ""
    raise Refused(
        "Der Inhalt der Datei gehört zu keinem bekannten Format. "
        f"Gelesen werden {known or 'derzeit keine Dateien'}.{advice}{problem}",
        formats=(),
        failed=tuple(sorted(failed)),
    )
