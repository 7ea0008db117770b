"""What is not taken in: private properties of people (DS-02), and columns about pupils, parents or cases (DS-01)."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.interchange.contentline import ContentLine, LineParser
from koschuso.model import Finding, Person, Reading, Severity
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

__all__ = ["PRIVATE_PROPERTIES", "refuse_case_columns", "strip_private"]

PRIVATE_PROPERTIES: Final = frozenset(
    {
        "AGENT",
        "ANNIVERSARY",
        "BDAY",
        "BIRTHPLACE",
        "DEATHDATE",
        "DEATHPLACE",
        "GENDER",
        "GEO",
        "HOBBY",
        "INTEREST",
        "NICKNAME",
        "NOTE",
        "PHOTO",
        "RELATED",
        "SOUND",
        "SPOUSE",
        "X-ABDATE",
        "X-ABRELATEDNAMES",
        "X-AIM",
        "X-ANNIVERSARY",
        "X-BDAY",
        "X-CHILD",
        "X-CHILDREN",
        "X-EVOLUTION-ANNIVERSARY",
        "X-EVOLUTION-SPOUSE",
        "X-FACEBOOK",
        "X-GENDER",
        "X-ICQ",
        "X-INSTAGRAM",
        "X-KADDRESSBOOK-X-ANNIVERSARY",
        "X-KADDRESSBOOK-X-SPOUSESNAME",
        "X-MS-ANNIVERSARY",
        "X-MS-CARDPICTURE",
        "X-MS-CHILD",
        "X-MS-SPOUSE",
        "X-SKYPE",
        "X-SKYPE-USERNAME",
        "X-SOCIALPROFILE",
        "X-SPOUSE",
        "X-TWITTER",
        "X-WAB-GENDER",
        "X-YAHOO",
    }
)
"""Properties of a person's card that say something private, whatever their parameters; a free NOTE may say anything."""

HOME: Final = "HOME"
"""Name under which everything marked as private with ``TYPE=HOME`` is listed and can be kept."""

UNREADABLE: Final = "UNLESBAR"
"""Name under which lines of a person's card are listed that could not be understood: mostly pieces of a note."""

_PERHAPS_PRIVATE: Final = frozenset({"TEL", "EMAIL", "ADR", "LABEL", "URL", "IMPP", "KEY"})
_FIELDS_TOO: Final = frozenset({"TEL", "EMAIL"})
_MOST_HEADS: Final = 5000
_MARKED_HOME: Final = frozenset({"HOME", "DOM"})
_HOME_LABEL: Final = "_$!<Home"


def strip_private(reading: Reading, keep: Iterable[str] = (), *, unseen: bool = False) -> Reading:
    """Leave out what files say about people's private lives, and list it.

    The values themselves are not in the list. Where a private number or address had found its way into an official
    field, it is taken out there as well.

    Args:
        reading: What a reader made of a file.
        keep: Names of properties to take over all the same, such as ``"BDAY"``, or ``"HOME"`` for everything that is
            marked as private. Case does not matter.
        unseen: The records were read a moment ago and nobody else holds them: private lines are taken out of them
            instead of out of copies.

    Raises:
        WrongUse: A name in ``keep`` is none of the properties that are left out.

    Examples:
        >>> person = Person(id="p-1", family_name="Muster", foreign=("BDAY:1980-01-01", "X-OWN:1"))
        >>> stripped = strip_private(Reading(records=(person,)))
        >>> stripped.records[0].foreign, [finding.field for finding in stripped.left_out]
        (('X-OWN:1',), ['BDAY'])
    """
    sieve = _Sieve(_wanted(keep), unseen=unseen)
    records = []
    left_out: list[Finding] = []
    for record in reading.records:
        if isinstance(record, Person) and record.foreign:
            stripped, dropped = sieve.strip(record)
            left_out.extend(_left_out(record, name) for name in dropped)
            records.append(stripped)
        else:
            records.append(record)
    if not left_out:
        return reading
    return attrs.evolve(reading, records=tuple(records), left_out=(*reading.left_out, *left_out))


def _wanted(keep: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(name.upper() for name in keep)
    possible = PRIVATE_PROPERTIES | {HOME, UNREADABLE} | _PERHAPS_PRIVATE
    unknown = sorted(name for name in wanted - possible if not name.startswith("X-"))
    if unknown:
        raise WrongUse(
            f"»{', '.join(unknown)}« ist keine Angabe, die als privat ausgelassen würde; möglich sind "
            f"{', '.join(sorted(name for name in possible if not name.startswith('X-')))} und Namen, die mit X- beginnen."
        )
    return wanted


class _Sieve:
    """Takes private lines out of cards; nearly all lines of an address book begin like one that was judged before."""

    def __init__(self, keep: Collection[str], *, unseen: bool) -> None:
        self._keep = keep
        self._unseen = unseen
        self._parser = LineParser()
        self._verdicts: dict[str, str | None] = {}

    def strip(self, person: Person) -> tuple[Person, Sequence[str]]:
        """Give a person without private lines, and the names of what was left out."""
        verdicts = self._verdicts
        dropped: list[str] = []
        kept: list[str] = []
        for entry in person.foreign:
            head, colon, rest = entry.partition(":")
            if colon and not head:
                head = rest.partition(":")[0]  # kept, but not interpreted
            verdict = (verdicts[head] if head in verdicts else self._judge(head)) if colon else ""
            if verdict == "":
                kept.append(entry)
            elif verdict is None:
                return _strip(person, self._keep, self._parser.line)
            else:
                dropped.append(verdict)
        if not dropped:
            return person, ()
        if self._unseen:
            object.__setattr__(person, "foreign", tuple(kept))
            return person, dropped
        return _with_foreign(person, tuple(kept)), dropped

    def _judge(self, head: str) -> str | None:
        """What lines with this head are left out as, nothing if they stay; ``None`` where the head alone does not tell."""
        line = self._parser.line(f"{head}:")
        verdict: str | None = None
        if line.name and not line.group and '"' not in head and line.name not in {"BEGIN", "END"}:
            verdict = _private_name(line, ())
            if verdict in self._keep or line.name in self._keep:
                verdict = ""
            elif verdict and line.name in _FIELDS_TOO:
                verdict = None  # the value may stand in a field as well
            elif verdict:
                verdict = line.name
        if len(self._verdicts) > _MOST_HEADS:
            self._verdicts.clear()
        self._verdicts[head] = verdict
        return verdict


@lru_cache(maxsize=1)
def _fields_of_person() -> tuple[Callable[[Person], tuple[Any, ...]], tuple[Callable[[Person, Any], None], ...]]:
    """What reads all fields at once, and what sets each of a record that nobody has seen yet."""
    names = [field.name for field in attrs.fields(Person) if field.name != "foreign"]
    setters = (getattr(Person, name).__set__ for name in (*names, "foreign"))
    return attrgetter(*names), tuple(setters)


def _with_foreign(person: Person, foreign: tuple[str, ...]) -> Person:
    """Copy a person with other kept lines; what was sound is not validated again."""
    values, setters = _fields_of_person()
    copied = object.__new__(Person)
    for put, value in zip(setters, (*values(person), foreign), strict=True):
        put(copied, value)
    return copied


def _strip(person: Person, keep: Collection[str], parse: Callable[[str], ContentLine]) -> tuple[Person, list[str]]:
    entries = _parsed(person.foreign, parse)
    # Apple writes what a line means beside it, under the same group: item1.TEL and item1.X-ABLabel.
    at_home = {
        line.group
        for _entry, line in entries
        if line is not None and line.group and line.name == "X-ABLABEL" and line.value.startswith(_HOME_LABEL)
    }
    dropped_groups: set[str] = set()
    dropped: list[tuple[str, ContentLine | None]] = []
    kept: list[tuple[str, ContentLine | None]] = []
    for entry, line in entries:
        name = _private_name(line, at_home)
        if name and name not in keep and (line is None or line.name not in keep):
            dropped.append((line.name if line is not None and line.name else name, line))
            if line is not None and line.group:
                dropped_groups.add(line.group)
        else:
            kept.append((entry, line))
    if not dropped:
        return person, []
    remaining = tuple(
        entry
        for entry, line in kept
        if not (line is not None and line.name == "X-ABLABEL" and line.group in dropped_groups)
    )
    values = {_plain(line.value) for _name, line in dropped if line is not None and line.name in {"TEL", "EMAIL"}}
    stripped = attrs.evolve(
        person,
        foreign=remaining,
        phones=tuple(phone for phone in person.phones if _plain(phone) not in values),
        mobile="" if _plain(person.mobile) in values else person.mobile,
        email="" if _plain(person.email) in values else person.email,
    )
    return stripped, [name for name, _line in dropped]


def _parsed(entries: Sequence[str], parse: Callable[[str], ContentLine]) -> list[tuple[str, ContentLine | None]]:
    """Pair kept entries with their lines; placeholders have none, and a component inside is one entry."""
    parsed: list[tuple[str, ContentLine | None]] = []
    depth = 0
    for entry in entries:
        if entry.startswith("BEGIN:"):
            depth += 1
        if depth:
            parsed.append((entry, parse("AGENT:")))
        elif ":" not in entry:
            parsed.append((entry, None))
        else:
            parsed.append((entry, parse(entry.removeprefix(":"))))
        if depth and entry.startswith("END:"):
            depth -= 1
    return parsed


def _private_name(line: ContentLine | None, at_home: Collection[str]) -> str:
    """Give the name under which a line is private, the empty string when it is not."""
    if line is None:
        return ""
    if not line.name:
        return UNREADABLE
    if line.name in PRIVATE_PROPERTIES:
        return line.name
    types = {value.upper() for part in line.params.get("TYPE", ()) for value in part.split(",")}
    if types & _MARKED_HOME and "WORK" not in types:
        return HOME
    return HOME if line.group and line.group in at_home and line.name != "X-ABLABEL" else ""


def _plain(value: str) -> str:
    """Reduce a number or address to what identifies it."""
    text = value.removeprefix("tel:").removeprefix("mailto:").casefold()
    if "@" in text:
        return text.strip()
    return "".join(character for character in text if character.isdigit()) or "-"


def _left_out(person: Person, name: str) -> Finding:
    return Finding(
        rule="ds02.privat",
        message=_message(name),
        severity=Severity.INFO,
        kind=person.KIND,
        id=person.id,
        field=name,
    )


@lru_cache(maxsize=256)
def _message(name: str) -> str:
    return (
        f"Die private Angabe {name} wurde nicht übernommen. Soll sie übernommen werden, nennen Sie sie beim Einlesen "
        f"ausdrücklich (--behalte {name})."
    )


_CASE_BEGINNINGS: Final = (
    "geburt",
    "gebdat",
    "gebtag",
    "geboren",
    "erziehungsberechtig",
    "sorgeberechtig",
    "personensorge",
    "diagnos",
    "fallnr",
    "fallnummer",
    "fallid",
    "fallakte",
    "fallbeschreibung",
    "fallkennung",
    "fallbezeichnung",
    "hilfeplan",
    "klient",
    "elternteil",
    "elternname",
    "nameeltern",
    "namedereltern",
    "namedeskind",
    "namekind",
    "kindname",
    "kindervorname",
    "klassenlehr",
    "klassenleitung",
    "schulklasse",
    "foerderbedarf",
    "befund",
)
_CASE_WORDS: Final = frozenset(
    {
        "geb",
        "klasse",
        "klassen",
        "klassestufe",
        "klassenstufe",
        "jahrgangsstufe",
        "kind",
        "kinder",
        "eltern",
        "mutter",
        "vater",
        "fall",
        "faelle",
        "fallnr",
        "einzelfall",
        "aktenzeichenfall",
        "erkrankung",
        "krankheit",
    }
)
_PUPIL: Final = "schueler"
_COUNTS: Final = ("zahl", "anzahl", "gesamt", "summe", "quote", "prozent", "provzae", "jevzae", "jestelle")


def refuse_case_columns(header: Iterable[str]) -> tuple[Finding, ...]:
    """Find columns that hold data of pupils, parents or cases: a table that has one is not taken in (DS-01).

    Compared without regard to case, umlauts, gendered spellings and punctuation. Columns that only count (»Schülerzahl«)
    are allowed.

    Args:
        header: The headings of the columns.

    Returns:
        One finding of severity *error* for each such column.

    Examples:
        >>> [finding.value for finding in refuse_case_columns(["Schule", "SCHÜLER-IN", "Fall-Nr.", "Schülerzahl"])]
        ['SCHÜLER-IN', 'Fall-Nr.']
    """
    return tuple(
        Finding(
            rule="ds01.fallbezogene_spalte",
            message=f"Die Spalte {number} (»{heading}«) klingt nach Daten über Schülerinnen, Schüler, Eltern oder Fälle. Solche Daten "
            "gehören nicht in die Koordinierungsstelle; die Datei wurde nicht eingelesen. Bitte löschen Sie die Spalte aus der Datei.",
            severity=Severity.ERROR,
            field=heading,
            value=heading,
        )
        for number, heading in enumerate(header, start=1)
        if _is_case_column(fold(heading))
    )


def _is_case_column(folded: str) -> bool:
    if _PUPIL in folded:
        return not any(count in folded for count in _COUNTS)
    if folded in _CASE_WORDS:
        return True
    return folded.startswith(_CASE_BEGINNINGS) and not any(count in folded for count in _COUNTS)
