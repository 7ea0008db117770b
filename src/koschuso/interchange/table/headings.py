"""What a heading means: the kind of records that a table holds, and which column is which.

A heading is understood as it is written by koschuso, by the name of the field, and in the spellings that people use.
The heading »Kennung (Person)« says what a table is about; without it the kind that most headings fit is taken, where
that is clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.table.columns import heading_of_id, parts_of
from koschuso.model import RECORD_TYPES
from koschuso.model.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.model import ExtraField

__all__ = ["Layout", "kind_named", "layout_of", "looks_like_a_table"]

_SYNONYMS: Final = {
    "email": ("E-Mail-Adresse", "Mail", "Mailadresse", "E-Mail dienstlich"),
    "phones": ("Tel.", "Telefonnummer", "Telefon dienstlich", "Rufnummer"),
    "mobile": ("Mobiltelefon dienstlich", "Diensthandy"),
    "family_name": ("Familienname", "Name"),
    "address.street": ("Straße und Hausnummer", "Straße, Nr."),
    "address.postal_code": ("Postleitzahl",),
    "address.locality": ("Stadt",),
    "school.schulnummer": ("Schul-Nr.", "Schulnr."),
    "name": ("Bezeichnung", "Schulname", "Name der Schule", "Einrichtung"),
    "day": ("Datum",),
    "span.beginn": ("Beginn", "Datum", "von"),
    "span.ende": ("Ende", "bis"),
    "minutes": ("Dauer in Minuten", "Zeitaufwand in Minuten"),
    "homepage": ("Webseite", "Internet"),
    "ags": ("AGS",),
}
"""Further headings, by the path of their column."""

_LEAST: Final = 2
_SHARE: Final = 0.5


@attrs.frozen(kw_only=True)
class Layout:
    """Which column of a table is which.

    Attributes:
        kind: Kind of the records.
        own: Whether ids stand in it: a table of our own, in which an empty cell empties a field.
        extract: Whether it was reduced for others: then it changes nothing that is stored.
        places: Where each column stands, by its path.
        unknown: Headings that mean nothing here, with their places.
        headings: All of them, as they stand in the file.
    """

    kind: str
    own: bool
    extract: bool
    places: Mapping[str, int]
    unknown: tuple[tuple[int, str], ...]
    headings: tuple[str, ...]


def kind_named(text: str) -> str:
    """Give the kind that a text names, by its key or its German label; empty where there is none.

    >>> kind_named("Veranstaltung"), kind_named("person"), kind_named("Tabelle1")
    ('event', 'person', '')
    """
    return _kinds().get(fold(text), "")


def looks_like_a_table(headings: Sequence[str]) -> bool:
    """Tell whether it is clear what a table with these headings is about.

    >>> looks_like_a_table(["Vorname", "Nachname", "E-Mail"]), looks_like_a_table(["Menge", "Preis"])
    (True, False)
    """
    return layout_of(headings) is not None


def layout_of(headings: Sequence[str], fields: tuple[ExtraField, ...] = (), *, title: str = "") -> Layout | None:
    """Find out what the columns mean; ``None`` where it is not clear what the table is about.

    Args:
        headings: The first row.
        fields: Declared extension fields.
        title: Name of the sheet, if there is one.
    """
    folded = [fold(heading) for heading in headings]
    ids = _id_headings()
    kind, extract = next((ids[name] for name in folded if name in ids), (kind_named(title), False))
    if kind:
        layout = _layout(kind, headings, folded, fields)
        return attrs.evolve(layout, own=layout.own and not extract, extract=extract)
    rated: list[tuple[int, Layout]] = []
    for kind in RECORD_TYPES:
        layout = _layout(kind, headings, folded, fields)
        if _suffices(layout, len([name for name in folded if name])):
            rated.append((len(layout.places), layout))
    if not rated:
        return _of_schools(headings, folded, fields)
    most = max(number for number, _ in rated)
    best = [layout for number, layout in rated if number == most]
    return best[0] if len(best) == 1 else None


def _of_schools(headings: Sequence[str], folded: Sequence[str], fields: tuple[ExtraField, ...]) -> Layout | None:
    """Take a table with a column of Schulnummern for one about schools: it says something about those that are stored."""
    layout = _layout("organisation", headings, folded, fields)
    return layout if "school.schulnummer" in layout.places and len(headings) >= _LEAST else None


def _suffices(layout: Layout, given: int) -> bool:
    """Whether a record can be made of these columns, and most of them are understood."""
    places = layout.places
    if len(places) < _LEAST or len(places) < _SHARE * given:
        return False
    if layout.kind == "person":
        return "family_name" in places
    implied = {"type"} if layout.kind == "organisation" and "school.schulnummer" in places else set()
    return all(
        any(column.path in places for column in part.columns)
        for part in parts_of(layout.kind)
        if part.required and part.field != "id" and part.field not in implied
    )


def _layout(kind: str, headings: Sequence[str], folded: Sequence[str], fields: tuple[ExtraField, ...]) -> Layout:
    known = _spellings(kind, fields)
    places: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    for place, name in enumerate(folded):
        path = known.get(name, "")
        if path and path not in places:
            places[path] = place
        elif name:
            unknown.append((place, headings[place]))
    return Layout(
        kind=kind, own="id" in places, extract=False, places=places, unknown=tuple(unknown), headings=tuple(headings)
    )


@lru_cache(maxsize=64)
def _spellings(kind: str, fields: tuple[ExtraField, ...]) -> Mapping[str, str]:
    """Give the paths of all headings that are understood; what two columns could mean is left out."""
    columns = [column for part in parts_of(kind, fields) for column in part.columns]
    known: dict[str, str] = {}
    ranks: tuple[Iterable[tuple[str, str]], ...] = (
        ((column.heading, column.path) for column in columns),
        ((column.path, column.path) for column in columns),
        ((alias, column.path) for column in columns for alias in column.aliases),
        (
            (column.heading.rpartition(": ")[2], column.path)
            for column in columns
            if ": " in column.heading and not _may_be_private(kind, column.path)
        ),
        (
            (alias, column.path)
            for column in columns
            if not _may_be_private(kind, column.path)
            for alias in _SYNONYMS.get(column.path, ())
        ),
    )
    for rank in ranks:
        found: dict[str, set[str]] = {}
        for spelling, path in rank:
            found.setdefault(fold(spelling), set()).add(path)
        for name, paths in found.items():
            if len(paths) == 1:
                known.setdefault(name, paths.pop())
    return known


def _may_be_private(kind: str, path: str) -> bool:
    """Whether a heading has to say that it is about work: a person's »Straße« may be that of the home (domain.md DS-02)."""
    return kind == "person" and path.startswith("address.")


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    labels = {fold(record_type.LABEL): kind for kind, record_type in RECORD_TYPES.items()}
    return {**labels, **{fold(kind): kind for kind in RECORD_TYPES}}


@lru_cache(maxsize=1)
def _id_headings() -> Mapping[str, tuple[str, bool]]:
    return {
        fold(heading_of_id(kind, extract=extract)): (kind, extract)
        for kind in RECORD_TYPES
        for extract in (False, True)
    }
