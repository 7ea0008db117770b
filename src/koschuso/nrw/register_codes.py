"""The official codes of the school register, and the ids that are built from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from koschuso.catalogues import load

if TYPE_CHECKING:
    from koschuso.nrw.official_csv import Row

__all__ = ["AUTHORITY_FORM", "Codes", "authority_kind", "record_id", "school_id"]

AUTHORITY_FORM = "0A"
"""Code in the column Schulform of the ministry, the Bezirksregierungen and the Schulämter."""

_AUTHORITIES = frozenset({"schulamt", "bezirksregierung", "ministerium"})


def school_id(schulnummer: str) -> str:
    """Build the id of the organisation that a school is.

    >>> school_id("184494")
    'schule-184494'
    """
    return f"schule-{schulnummer}"


def authority_kind(row: Row) -> str:
    """Tell by its name what kind of authority a row is; empty when the name does not say."""
    first = row.values["Schulbezeichnung_1"].casefold().split(maxsplit=1)
    return first[0] if first and first[0] in _AUTHORITIES else ""


def record_id(row: Row) -> str:
    """Build the id of the organisation that a row of the register is about."""
    number = row.values["Schulnummer"]
    if row.values["Schulform"] != AUTHORITY_FORM:
        return school_id(number)
    return f"{authority_kind(row) or 'behoerde'}-{number}"


@attrs.frozen(kw_only=True)
class Codes:
    """The official codes that the shipped catalogues know.

    Attributes:
        forms: Key of the catalogue ``schulform`` by code.
        schools: Codes of those forms that are schools.
        statuses: Key of the catalogue ``schulbetriebsstatus`` by code.
        operating: Codes of those statuses in which a school has pupils.
        starting: Codes of those statuses whose date is a begin, so that it can be the placeholder.
    """

    forms: dict[str, str]
    schools: frozenset[str]
    statuses: dict[str, str]
    operating: frozenset[str]
    starting: frozenset[str] = frozenset({"1", "6"})

    @classmethod
    def load(cls) -> Codes:
        """Read the codes from the catalogues."""
        forms = {entry.attributes["code"]: entry for entry in load("schulform").entries if "code" in entry.attributes}
        statuses = {entry.attributes["code"]: entry for entry in load("schulbetriebsstatus").entries}
        return cls(
            forms={code: entry.key for code, entry in forms.items()},
            schools=frozenset(code for code, entry in forms.items() if entry.flag("is_school") is not False),
            statuses={code: entry.key for code, entry in statuses.items()},
            operating=frozenset(code for code, entry in statuses.items() if entry.flag("in_operation") is True),
        )
