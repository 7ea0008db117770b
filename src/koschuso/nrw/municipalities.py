"""The 432 official keys of NRW: Regierungsbezirke, Kreise, kreisfreie Städte and kreisangehörige Gemeinden.

Keys (AGS) stay text because of the leading zero. They are hierarchical: ``05`` NRW, ``059`` Regierungsbezirk Arnsberg,
``05974`` Kreis Soest, ``05974040`` Stadt Soest. A kreisfreie Stadt is municipality and Kreis level at once.
Source and state of the data: ``data/QUELLEN.md``.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import NotFound, Refused
from koschuso.model.folding import fold
from koschuso.nrw.package_data import rows

if TYPE_CHECKING:
    from koschuso.model.actor import Organisation
    from koschuso.model.relation import Relation

__all__ = [
    "REGIERUNGSBEZIRKE",
    "Municipality",
    "by_ags",
    "by_name",
    "exists",
    "municipalities",
    "organisation_id",
    "records",
    "within",
]

REGIERUNGSBEZIRKE = {"1": "duesseldorf", "3": "koeln", "5": "muenster", "7": "detmold", "9": "arnsberg"}
"""Third digit of an AGS (and Bezirksregierung column of the register) to the key of the Regierungsbezirk."""

_KREIS_LEVEL = frozenset({"kreis", "staedteregion", "kreisfreie_stadt"})
_GEMEINDE_LEVEL = frozenset({"kreisfreie_stadt", "gemeinde"})
_FULL, _KREIS, _REGIERUNGSBEZIRK = 8, 5, 3
# Places are told apart by these in official files, each file in its own way: Rahden is "Rahden (Westf.)" to the ministry.
_REGIONS = frozenset(
    ["rheinland", "rhld", "westfalen", "westf", "sauerland", "siegerland", "ruhr", "sieg", "niederrhein", "nrw"]
)
_BRACKETED = re.compile(r"\s*\([^)]*\)|/.*")
_SOURCE = "open_data"


@attrs.frozen(kw_only=True)
class Municipality:
    """One official unit: a Regierungsbezirk, a Kreis, a kreisfreie Stadt or a kreisangehörige Gemeinde.

    Attributes:
        ags: Amtlicher Gemeindeschlüssel, always eight digits.
        name: Official name as in the Gemeindeverzeichnis, for example ``Lippstadt, Stadt``.
        short_name: The name alone, ``Lippstadt``; not unique (Kreis and Stadt Soest).
        kind: ``regierungsbezirk``, ``kreis``, ``staedteregion``, ``kreisfreie_stadt`` or ``gemeinde``.
        kreis_ags: Key of the Kreis level: of the Kreis that a Gemeinde belongs to, otherwise the own key; empty for a
            Regierungsbezirk.
        regierungsbezirk: ``arnsberg``, ``detmold``, ``duesseldorf``, ``koeln`` or ``muenster``.
        ars: Regionalschlüssel, twelve digits; empty for a Regierungsbezirk.
        stadt: Whether a municipality bears the title Stadt.
        msb_name: How files of the Schulministerium spell the Kreis level ("Märkischen Kreis"), empty for Gemeinden.
        seat: Where the administration of a Kreis or Regierungsbezirk sits.
        postal_code: Postal code of the administration of a municipality (state of 2023).
    """

    ags: str
    name: str
    short_name: str
    kind: str
    kreis_ags: str
    regierungsbezirk: str
    ars: str = ""
    stadt: bool = False
    msb_name: str = ""
    seat: str = ""
    postal_code: str = ""

    @property
    def title(self) -> str:
        """The name with what it is: ``Kreis Soest``, ``Stadt Soest``, ``Gemeinde Welver``; unique.

        >>> [by_ags(key).title for key in ("05974", "05974040", "05974048", "05334", "05962", "05900000")]
        ['Kreis Soest', 'Stadt Soest', 'Gemeinde Welver', 'Städteregion Aachen', 'Märkischer Kreis', 'Regierungsbezirk Arnsberg']
        """
        if self.kind == "regierungsbezirk":
            return f"Regierungsbezirk {self.short_name}"
        if self.kind in {"kreis", "staedteregion"}:
            named = "kreis" in self.short_name.casefold() or self.kind == "staedteregion"
            return self.short_name if named else f"Kreis {self.short_name}"
        return f"{'Stadt' if self.stadt else 'Gemeinde'} {self.short_name}"


@functools.cache
def municipalities() -> tuple[Municipality, ...]:
    """Return all 432 units in the order of their keys.

    >>> len(municipalities())
    432
    """
    return tuple(
        Municipality(
            ags=row["ags"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row["kind"],
            kreis_ags="" if row["kind"] == "regierungsbezirk" else row["ags"][:_KREIS] + "000",
            regierungsbezirk=REGIERUNGSBEZIRKE[row["ags"][2]],
            ars=row["ars"],
            stadt=row["stadt"] == "1",
            msb_name=row["msb_name"],
            seat=row["seat"],
            postal_code=row["postal_code"],
        )
        for row in rows("gemeinden_nrw.csv")
    )


@functools.cache
def _by_ags() -> dict[str, Municipality]:
    return {unit.ags: unit for unit in municipalities()}


def by_ags(ags: str) -> Municipality:
    """Look up a unit by its key: eight digits, five for the Kreis level, three for a Regierungsbezirk.

    Raises:
        NotFound: No unit has this key.

    >>> by_ags("05974") is by_ags("05974000")
    True
    >>> by_ags("05974028").short_name
    'Lippstadt'
    """
    key = ags.strip()
    found = _by_ags().get(key.ljust(_FULL, "0")) if len(key) in {_FULL, _KREIS, _REGIERUNGSBEZIRK} else None
    if found is None:
        raise NotFound(
            f"Den Gemeindeschlüssel »{ags}« gibt es in NRW nicht. Erwartet werden 8 Ziffern (05974040) oder 5 für einen "
            "Kreis (05974), beginnend mit 05; die führende Null gehört dazu.",
            ags=ags,
        )
    return found


def exists(ags: str) -> bool:
    """Tell whether a unit has this key of eight digits.

    >>> exists("05974040"), exists("05974041")
    (True, False)
    """
    return ags in _by_ags()


def _spellings(unit: Municipality) -> set[str]:
    if unit.kind == "regierungsbezirk":
        # Not the bare name: "Köln" means the city to everybody, and asking back would only annoy.
        return {
            fold(f"{prefix} {unit.short_name}")
            for prefix in ("Regierungsbezirk", "Reg.-Bez.", "Bezirksregierung", "BR")
        }
    names = {unit.short_name, unit.name, unit.title, unit.msb_name, _BRACKETED.sub("", unit.short_name)}
    if unit.kind == "kreisfreie_stadt":
        names |= {f"Krfr. Stadt {unit.short_name}", f"Kreisfreie Stadt {unit.short_name}"}
    if unit.msb_name.startswith("Stadt "):
        names.add(unit.msb_name.removeprefix("Stadt "))
    if unit.kind in _GEMEINDE_LEVEL:
        names.add(f"{'Stadt' if unit.stadt else 'Gemeinde'} {_BRACKETED.sub('', unit.short_name)}")
    names |= {name.replace("Sankt ", "St. ") for name in names}
    return {fold(name) for name in names if name}


@functools.cache
def _by_spelling() -> dict[str, tuple[Municipality, ...]]:
    index: dict[str, tuple[Municipality, ...]] = {}
    for unit in municipalities():
        for spelling in _spellings(unit):
            index[spelling] = (*index.get(spelling, ()), unit)
    return index


def by_name(name: str, *, kind: str = "") -> Municipality:
    """Look up a unit by its name, however it is spelled.

    Case, umlauts, blanks and punctuation do not matter; official, short and the ministry's names are known ("Kreis
    Soest", "Märkischen Kreis", "Stadt Mülheim a.d.Ruhr", "Lippstadt, Stadt", "Wickede"). A Regierungsbezirk is only
    meant where the name says so ("Reg.-Bez. Köln").

    Args:
        name: The name.
        kind: Only units of this kind, for names that a Kreis and a Stadt share.

    Raises:
        NotFound: No unit has this name; similar names are suggested.
        Refused: Several units have this name; the candidates are named and given in ``details["candidates"]``.

    >>> by_name("lippstadt").ags, by_name("Kreis Soest").ags, by_name("Soest", kind="gemeinde").ags
    ('05974028', '05974000', '05974040')
    """
    wanted = fold(name)
    bare, bracket, region = name.partition("(")
    known = _by_spelling().get(wanted) or (
        _by_spelling().get(fold(bare), ()) if bracket and fold(region) in _REGIONS else ()
    )
    found = tuple(unit for unit in known if kind in {"", unit.kind})
    if len(found) == 1:
        return found[0]
    if found:
        candidates = " oder ".join(f"{unit.title} ({unit.ags})" for unit in found)
        raise Refused(
            f"»{name}« ist nicht eindeutig: {candidates}. Bitte nennen Sie den Gemeindeschlüssel oder den vollen Namen.",
            candidates=tuple(unit.ags for unit in found),
        )
    raise NotFound(f"Einen Kreis oder eine Gemeinde »{name}« gibt es in NRW nicht.{_suggestion(wanted)}", name=name)


def _suggestion(wanted: str) -> str:
    import difflib  # noqa: PLC0415 - only needed on the way to an error message

    titles = dict.fromkeys(
        unit.title
        for spelling in difflib.get_close_matches(wanted, _by_spelling(), n=5, cutoff=0.75)
        for unit in _by_spelling()[spelling]
    )
    return f" Meinten Sie {' oder '.join(list(titles)[:3])}?" if titles else " Bitte prüfen Sie die Schreibweise."


def within(ags: str) -> tuple[Municipality, ...]:
    """Return the municipalities (kreisfreie Städte and Gemeinden) of a unit, in the order of their keys.

    Args:
        ags: ``05`` for all NRW, or the key of a Regierungsbezirk, a Kreis or a single municipality.

    Raises:
        NotFound: No unit has this key.

    >>> len(within("05974")), len(within("059")), len(within("05")), [unit.short_name for unit in within("05315000")]
    (14, 83, 396, ['Köln'])
    """
    if ags.strip() == "05":
        prefix = "05"
    else:
        unit = by_ags(ags)
        prefix = {"regierungsbezirk": unit.ags[:_REGIERUNGSBEZIRK], "gemeinde": unit.ags}.get(
            unit.kind, unit.ags[:_KREIS]
        )
    return tuple(unit for unit in municipalities() if unit.kind in _GEMEINDE_LEVEL and unit.ags.startswith(prefix))


def organisation_id(ags: str) -> str:
    """Build the id of the organisation that a municipality or Kreis is.

    >>> organisation_id("05974")
    'ags-05974000'
    """
    return f"ags-{ags.ljust(_FULL, '0')}"


def records(ags: str) -> tuple[Organisation | Relation, ...]:
    """Build the organisations of a Kreis (or Regierungsbezirk, or ``05``) and its municipalities.

    Each Gemeinde has a relation ``liegt_in`` to its Kreis. Ids are built from the keys, so building twice gives equal
    records. Regierungsbezirke are territories, not organisations; the Bezirksregierungen come with the school register.

    Args:
        ags: As in `within`; for a single Gemeinde its Kreis is included.

    Raises:
        NotFound: No unit has this key.

    >>> [record.name for record in records("05974028") if record.KIND == "organisation"]
    ['Kreis Soest', 'Stadt Lippstadt']
    """
    from koschuso.model.actor import Organisation  # noqa: PLC0415 - looking up names must not load the records
    from koschuso.model.relation import Relation  # noqa: PLC0415 - as above
    from koschuso.model.values import Address, Reference  # noqa: PLC0415 - as above

    members = within(ags)
    wanted = {unit.ags for unit in members} | {unit.kreis_ags for unit in members}
    found: list[Organisation | Relation] = []
    for key in sorted(wanted):
        unit = by_ags(key)
        place = unit.seat or (unit.short_name if unit.postal_code else "")
        found.append(
            Organisation(
                id=organisation_id(key),
                type=unit.kind,
                name=unit.title,
                # In a table beside its town a Kreis must not have the same name.
                short_name=unit.title if unit.kind == "kreis" else unit.short_name,
                address=Address(postal_code=unit.postal_code, locality=place) if place else None,
                ags=key,
                parent_id="" if unit.kind in _KREIS_LEVEL else organisation_id(unit.kreis_ags),
                source=_SOURCE,
            )
        )
    found.extend(
        Relation(
            id=f"liegt_in-{unit.ags}",
            type="liegt_in",
            source=Reference("organisation", organisation_id(unit.ags)),
            target=Reference("organisation", organisation_id(unit.kreis_ags)),
            origin=_SOURCE,
        )
        for unit in members
        if unit.kind == "gemeinde"
    )
    return tuple(found)
