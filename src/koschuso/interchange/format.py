"""What an interchange format is to koschuso, and how a file finds its format: by what is in it, not by its ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import Refused
from koschuso.model import EMPTY, Finding, Reading, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Format", "ReadOptions", "WriteOptions", "Writing", "recognise"]


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class ReadOptions:
    """What a reader may want to know beside the bytes.

    Attributes:
        region: AGS of the Kreis or municipality whose schools are wanted from a statewide register; ``"05"`` is all.
        zone: Zone of times whose own zone cannot be found out; each use of it is a finding.
    """

    region: str = "05"
    zone: str = "Europe/Berlin"


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
    """

    stamp: datetime = attrs.field()
    audience: str = "intern"
    target: str = ""
    title: str = ""
    labels: Callable[[str, str], str] | None = None
    references: Mapping[Any, Record] = EMPTY

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
    """

    data: bytes
    findings: tuple[Finding, ...] = ()


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
        write: Writes records. ``None`` for a format that only reads.
        kinds: Kinds of records that it can write, in the order in which it writes them.
        carries: For a kind of record (``"event"``), or for one type of it (``"organisation/schule"``), the fields (dotted
            inside values) that a file of this format can say something about; the others of a stored record survive
            an import. A kind that is not named is carried whole.
        settle: Takes the stored and the read record, and gives the read one with those stored values that the file
            tells only coarsely and does not contradict. ``None`` takes the record as read.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = attrs.field(converter=_strings)
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, ReadOptions], Reading] | None = None
    write: Callable[[Sequence[Record], WriteOptions], Writing] | None = None
    kinds: tuple[str, ...] = attrs.field(default=(), converter=_strings)
    carries: Mapping[str, tuple[str, ...]] = EMPTY
    settle: Callable[[Record, Record], Record] | None = None

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
    known = ", ".join(sorted({ending for candidate in readable for ending in candidate.suffixes}))
    problem = f" Nicht prüfen konnte das Format {', '.join(sorted(failed))}." if failed else ""
    raise Refused(
        "Der Inhalt der Datei gehört zu keinem bekannten Format. "
        f"Gelesen werden {known or 'derzeit keine Dateien'}.{problem}",
        formats=(),
        failed=tuple(sorted(failed)),
    )
