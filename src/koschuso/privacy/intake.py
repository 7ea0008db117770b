"""What is not taken in: private properties of people (DS-02), and columns about pupils, parents or cases (DS-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

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

_MARKED_HOME: Final = frozenset({"HOME", "DOM"})
_HOME_LABEL: Final = "_$!<Home"


def strip_private(reading: Reading, keep: Iterable[str] = ()) -> Reading:
    """Leave out what files say about people's private lives, and list it.

    The values themselves are not in the list. Where a private number or address had found its way into an official
    field, it is taken out there as well.

    Args:
        reading: What a reader made of a file.
        keep: Names of properties to take over all the same, such as ``"BDAY"``, or ``"HOME"`` for everything that is
            marked as private. Case does not matter.

    Examples:
        >>> person = Person(id="p-1", family_name="Muster", foreign=("BDAY:1980-01-01", "X-OWN:1"))
        >>> stripped = strip_private(Reading(records=(person,)))
        >>> stripped.records[0].foreign, [finding.field for finding in stripped.left_out]
        (('X-OWN:1',), ['BDAY'])
    """
    wanted = frozenset(name.upper() for name in keep)
    parser = LineParser()
    records = []
    left_out: list[Finding] = []
    for record in reading.records:
        if isinstance(record, Person) and record.foreign:
            stripped, dropped = _strip(record, wanted, parser.line)
            left_out.extend(dropped)
            records.append(stripped)
        else:
            records.append(record)
    if not left_out:
        return reading
    return attrs.evolve(reading, records=tuple(records), left_out=(*reading.left_out, *left_out))


def _strip(person: Person, keep: Collection[str], parse: Callable[[str], ContentLine]) -> tuple[Person, list[Finding]]:
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
    return stripped, [_left_out(person, name) for name, _line in dropped]


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
        message=f"Die private Angabe {name} wurde nicht übernommen. Soll sie übernommen werden, nennen Sie sie beim Einlesen ausdrücklich (--behalte {name}).",
        severity=Severity.INFO,
        kind=person.KIND,
        id=person.id,
        field=name,
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
