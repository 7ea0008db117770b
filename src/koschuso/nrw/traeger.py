"""The names of the Schulträger by their official number.

The names are those of the ministry's table of 2016 without contact persons (see ``data/QUELLEN.md``). About one in
thirteen numbers of a current register is newer; such a Träger gets a neutral name.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from koschuso.nrw.package_data import rows

if TYPE_CHECKING:
    from koschuso.model.actor import Organisation

__all__ = ["Traeger", "organisation", "organisation_id", "traeger"]


@attrs.frozen(kw_only=True)
class Traeger:
    """A Schulträger as the table of the ministry has it.

    Attributes:
        traegernummer: Official number, five digits.
        short_name: Name of at most 40 characters, private ones with their town in front.
        postal_code: Postal code of its seat.
        locality: Town of its seat.
    """

    traegernummer: str
    short_name: str
    postal_code: str
    locality: str


@functools.cache
def _all() -> dict[str, Traeger]:
    return {row["traegernummer"]: Traeger(**row) for row in rows("traeger.csv")}


def traeger(traegernummer: str) -> Traeger | None:
    """Look up a Träger; ``None`` when its number is newer than the table.

    >>> traeger("10017").short_name
    'Land Nordrhein-Westfalen'
    """
    return _all().get(traegernummer)


def organisation_id(traegernummer: str) -> str:
    """Build the id of the organisation that a Schulträger is.

    >>> organisation_id("10017")
    'traeger-10017'
    """
    return f"traeger-{traegernummer}"


def organisation(traegernummer: str) -> Organisation:
    """Build the organisation; a Träger that is not in the table is called by its number.

    >>> organisation("10015").name
    'Schulträger 10015'
    """
    from koschuso.model.actor import Organisation  # noqa: PLC0415 - looking up names must not load the records
    from koschuso.model.values import Address  # noqa: PLC0415 - as above

    known = traeger(traegernummer)
    return Organisation(
        id=organisation_id(traegernummer),
        type="schultraeger",
        name=f"Schulträger {traegernummer}" if known is None else known.short_name,
        address=None if known is None else Address(postal_code=known.postal_code, locality=known.locality),
        traegernummer=traegernummer,
        source="open_data",
    )
