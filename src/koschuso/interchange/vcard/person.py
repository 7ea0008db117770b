"""The card of a person: N, FN, TITLE and what koschuso adds (RFC 6350 sections 6.2 and 6.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.contentline import format_line
from koschuso.interchange.foreign import Aspect, AspectTable
from koschuso.interchange.textvalue import escape_text
from koschuso.interchange.vcard import notes as rules
from koschuso.interchange.vcard.aspects import (
    ADDRESS,
    CATEGORIES,
    DERIVED,
    EMAIL,
    ID,
    KIND,
    ORG,
    PRODUCER,
    RELATED,
    REVISED,
    VERSION,
    phones_and,
)
from koschuso.interchange.vcard.scope import Scope, key_for_label
from koschuso.interchange.vcard.value import V21, V30, day_of, day_text, structured, text_of
from koschuso.model import ALWAYS, FunctionHeld, Period, PersonStatus, is_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from koschuso.interchange.contentline import ContentLine

__all__ = ["NAME_FIELDS", "PERSON", "name_parts", "split_name"]

NAME_FIELDS: Final = ("salutation", "title", "given_name", "family_name", "name_suffix")
_SALUTATIONS: Final = ("Frau", "Herr")
_TITLES: Final = frozenset({"dr.", "prof.", "dr", "prof", "dipl.-päd.", "dipl.-soz.päd.", "dipl.-soz.arb.", "mag."})
_PARTICLES: Final = frozenset(
    {"von", "vom", "van", "zu", "zum", "zur", "de", "der", "den", "da", "di", "le", "la", "el", "ten", "ter"}
)
_N_PARTS: Final = 5


def split_name(text: str) -> dict[str, str]:
    """Divide a formatted name where a card has no N.

    >>> split_name("Dr. Eva Maria von Muster")
    {'title': 'Dr.', 'given_name': 'Eva Maria', 'family_name': 'von Muster'}
    >>> split_name("Muster, Eva")
    {'title': '', 'given_name': 'Eva', 'family_name': 'Muster'}
    """
    family, comma, given = text.partition(",")
    if comma and family.strip() and given.strip():
        words = given.split()
        title = _leading(words)
        return {"title": title, "given_name": " ".join(words), "family_name": " ".join(family.split())}
    words = text.replace(",", " ").split()
    title = _leading(words)
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    start = max(start, 0)
    return {"title": title, "given_name": " ".join(words[:start]), "family_name": " ".join(words[start:])}


def _leading(words: list[str]) -> str:
    titles = []
    while len(words) > 1 and words[0].casefold() in _TITLES:
        titles.append(words.pop(0))
    return " ".join(titles)


def name_parts(line: ContentLine, version: str = V30) -> dict[str, str]:
    """Read N: the second given names belong to the given name, Frau and Herr are no titles.

    >>> from koschuso.interchange.contentline import parse_line
    >>> name_parts(parse_line("N:Muster;Eva;Maria;Frau Dr.;"))["given_name"]
    'Eva Maria'
    """
    parts = structured(line, lists=version != V21)
    parts += [""] * (_N_PARTS - len(parts))
    family, given, additional, prefix, suffix = parts[:_N_PARTS]
    salutation = ""
    for word in _SALUTATIONS:
        if prefix == word or prefix.startswith(f"{word} "):
            salutation, prefix = word, prefix[len(word) :].strip()
    return {
        "salutation": salutation,
        "title": prefix,
        "given_name": f"{given} {additional}" if given and additional else given or additional,
        "family_name": family,
        "name_suffix": suffix,
    }


def _read_name(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, Any]:
    by_name = {line.name: line for line in lines}
    told = dict.fromkeys(NAME_FIELDS, "")
    line = by_name.get("N")
    if line is not None:
        told = name_parts(line, scope.version)
    formatted = by_name.get("FN")
    shown = text_of(formatted) if formatted is not None else ""
    if shown and not (told["given_name"] or told["family_name"]):
        told.update(split_name(shown))
    own = by_name.get("X-KOSCHUSO-ANREDE")
    if own is not None:
        told["salutation"] = text_of(own)
    return told


def _full_name(record: Any) -> str:
    return " ".join(part for part in (record.title, record.given_name, record.family_name, record.name_suffix) if part)


def _write_name(record: Any, _scope: Scope) -> list[str]:
    if not (record.given_name or record.family_name):
        return [f"X-KOSCHUSO-ANREDE:{escape_text(record.salutation)}"] if record.salutation else []
    family, given, title, suffix = map(
        escape_text, (record.family_name, record.given_name, record.title, record.name_suffix)
    )
    lines = [f"N:{family};{given};;{title};{suffix}", f"FN:{escape_text(_full_name(record))}"]
    if record.salutation:
        lines.append(f"X-KOSCHUSO-ANREDE:{escape_text(record.salutation)}")
    return lines


NAME: Final = Aspect(
    fields=NAME_FIELDS,
    names=("N", "FN", "X-KOSCHUSO-ANREDE"),
    read=_read_name,
    write=_write_name,
)


PHONES: Final = phones_and("mobile", "CELL")


def _read_functions(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, Any]:
    held = []
    title = ""
    for line in lines:
        if line.name == "TITLE":
            title = text_of(line)
            continue
        key = text_of(line)
        if is_key(key):
            held.append(FunctionHeld(function=key, period=_period(line)))
        elif scope.notes is not None:
            scope.notes.note(rules.BAD_KEY, line=line.number, name=line.name, value=key)
    if not held and title:
        keys = [key_for_label("personenfunktion", part) for part in (title, *title.split(", "))]
        found = keys[:1] if keys[0] else [key for key in keys[1:] if key]
        held = [FunctionHeld(function=key) for key in dict.fromkeys(found)]
    return {"functions": tuple(held)}


def _period(line: ContentLine) -> Period:
    since, last = day_of(line.param("X-KOSCHUSO-VON")), day_of(line.param("X-KOSCHUSO-BIS"))
    if since is None and last is None:
        return ALWAYS
    return Period.from_to(since, last) if since is None or last is None or since <= last else ALWAYS


def _write_functions(record: Any, scope: Scope) -> list[str]:
    lines = []
    present = [held.function for held in record.functions if held.period.until is None]
    if present:
        labels = dict.fromkeys(scope.label("personenfunktion", key) for key in present)
        lines.append(f"TITLE:{escape_text(', '.join(labels))}")
    for held in record.functions:
        if held.period == ALWAYS:
            lines.append(f"X-KOSCHUSO-FUNKTION:{held.function}")
            continue
        days = {"X-KOSCHUSO-BIS": held.period.last, "X-KOSCHUSO-VON": held.period.since}
        params = {name: day_text(day) for name, day in days.items() if day}
        lines.append(format_line("", "X-KOSCHUSO-FUNKTION", params, held.function))
    return lines


def _title_stays(line: ContentLine, record: Any) -> bool:
    held: tuple[FunctionHeld, ...] = record.functions
    return (
        len(held) == 1
        and line[0].name == "TITLE"
        and held[0].period == ALWAYS
        and key_for_label("personenfunktion", text_of(line)) == held[0].function
    )


FUNCTIONS: Final = Aspect(
    fields=("functions",),
    names=("TITLE", "X-KOSCHUSO-FUNKTION"),
    read=_read_functions,
    write=_write_functions,
    stays=_title_stays,
    several=frozenset({"X-KOSCHUSO-FUNKTION"}),
)


def _read_since(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, date | None]:
    day = day_of(text_of(lines[0])) if lines else None
    if lines and day is None and scope.notes is not None:
        scope.notes.note(rules.BAD_KEY, line=lines[0].number, name=lines[0].name, value=lines[0].value)
    return {"active_since": day}


ACTIVE_SINCE: Final = Aspect(
    fields=("active_since",),
    names=("X-KOSCHUSO-TAETIG-SEIT",),
    read=_read_since,
    write=lambda record, _scope: (
        [f"X-KOSCHUSO-TAETIG-SEIT:{day_text(record.active_since)}"] if record.active_since else []
    ),
)


def _read_status(lines: Sequence[ContentLine], scope: Scope) -> Mapping[str, PersonStatus]:
    if lines:
        try:
            return {"status": PersonStatus(text_of(lines[0]))}
        except ValueError:
            if scope.notes is not None:
                scope.notes.note(rules.BAD_KEY, line=lines[0].number, name=lines[0].name, value=lines[0].value)
    return {"status": PersonStatus.AKTIV}


STATUS: Final = Aspect(
    fields=("status",),
    names=("X-KOSCHUSO-STATUS",),
    read=_read_status,
    write=lambda record, _scope: (
        [] if record.status == PersonStatus.AKTIV else [f"X-KOSCHUSO-STATUS:{record.status.value}"]
    ),
)

PERSON: Final = AspectTable(
    [
        VERSION,
        PRODUCER,
        ID,
        KIND,
        NAME,
        ORG,
        FUNCTIONS,
        EMAIL,
        PHONES,
        ADDRESS,
        CATEGORIES,
        RELATED,
        ACTIVE_SINCE,
        STATUS,
        DERIVED,
        REVISED,
    ]
)
"""How a person is written on a card."""
