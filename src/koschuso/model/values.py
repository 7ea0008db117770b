"""Small values that every record uses: keys, references, addresses, coordinates and frozen mappings."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from koschuso.model.finding import Problems

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EMPTY", "Address", "Coordinates", "FrozenMapping", "Reference", "freeze", "is_ags", "is_email", "is_key"]

KEY_PATTERN = r"(?:[a-z][a-z0-9-]*:)?[a-z0-9_]+(?:\.[a-z0-9_]+)*"

_KEY = re.compile(KEY_PATTERN)
_POSTAL_CODE = re.compile(r"[0-9]{5}")
_AGS = re.compile(r"[0-9]{2}(?:[0-9](?:[0-9]{2}(?:[0-9]{3})?)?)?")
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")


@lru_cache(maxsize=4096)
def is_key(text: str) -> bool:
    """Tell whether a text has the form of a vocabulary key.

    Keys are lower-case ASCII German, ``.`` separates tree levels, a plugin's own keys start with its name and ``:``.

    >>> is_key("vernetzung.extern.ak_nrw"), is_key("soest:beratung"), is_key("Fachtag")
    (True, True, False)
    """
    return _KEY.fullmatch(text) is not None


def is_ags(text: str) -> bool:
    """Tell whether a text has the form of an Amtlicher Gemeindeschlüssel: Land, Regierungsbezirk, Kreis or Gemeinde.

    Keys stay text because of the leading zero: ``05`` NRW, ``059`` Arnsberg, ``05974`` Kreis Soest, ``05974040`` Soest.

    >>> is_ags("05974"), is_ags("5974")
    (True, False)
    """
    return _AGS.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Tell whether a text looks like one mail address; whether it exists only the mail server knows.

    >>> is_email("schulsozialarbeit@kreis.example"), is_email("siehe Homepage")
    (True, False)
    """
    return _EMAIL.fullmatch(text) is not None


class FrozenMapping(dict[str, Any]):
    """A mapping that cannot be changed, so that records stay hashable and safe to share.

    It is a ``dict`` because JSON encoders know dictionaries at full speed.
    """

    __slots__ = ()

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("Values of a record cannot be changed; use attrs.evolve to make a changed copy.")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenMapping], tuple[dict[str, Any]]]:
        # Without this, copying and pickling would fill an empty mapping item by item, which is refused.
        return (FrozenMapping, (dict(self),))

    def __repr__(self) -> str:
        # Values may be personal: only the keys are shown (domain.md DS-20).
        return f"<{', '.join(self) or 'leer'}>"


EMPTY = FrozenMapping()


def freeze(value: Any) -> Any:
    """Make a JSON value immutable: lists become tuples, mappings become `FrozenMapping`.

    Raises:
        TypeError: The value is not a JSON value.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, FrozenMapping):
        return value
    if isinstance(value, dict):
        return FrozenMapping({str(key): freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    raise TypeError(f"Ein Wert vom Typ {type(value).__name__} lässt sich nicht als JSON ablegen.")


@attrs.frozen
class Reference:
    """Points at another record by kind and id.

    >>> str(Reference("organisation", "schule-184494"))
    'organisation/schule-184494'
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


@attrs.frozen(kw_only=True)
class Address:
    """An official postal address; private addresses are not modelled (domain.md DS-02).

    Attributes:
        street: Street and number in one, as German registers write it.
        postal_code: Kept as text because of leading zeros; five digits in Germany.
        locality: Town.
        extra: What stands above the street: building, room, c/o, Postfach.
        country: Empty for Germany, otherwise the name as written.
    """

    street: str = ""
    postal_code: str = ""
    locality: str = ""
    extra: str = ""
    country: str = ""

    def __attrs_post_init__(self) -> None:
        if self.postal_code and not self.country and not _POSTAL_CODE.fullmatch(self.postal_code):
            problems = Problems("address")
            problems.add(
                field="postal_code",
                value=self.postal_code,
                rule="adresse.plz",
                message="Eine deutsche Postleitzahl hat fünf Ziffern; führende Nullen gehören dazu.",
            )
            problems.raise_if_any()

    def lines(self) -> tuple[str, ...]:
        """Give the lines as they stand on a letter, without empty ones.

        >>> Address(street="Hoher Weg 1", postal_code="59494", locality="Soest").lines()
        ('Hoher Weg 1', '59494 Soest')
        """
        town = f"{self.postal_code} {self.locality}".strip()
        return tuple(line for line in (self.extra, self.street, town, self.country) if line)


@attrs.frozen(kw_only=True)
class Coordinates:
    """A place on the map as the official registers give it.

    Attributes:
        easting: Rechtswert in metres.
        northing: Hochwert in metres.
        epsg: Number of the reference system; 25832 is ETRS89 / UTM zone 32N.
        epsg_stated: False when the source left the system open and 25832 was assumed.
    """

    easting: int
    northing: int
    epsg: int = 25832
    epsg_stated: bool = True


def check_keys(problems: Problems, **fields: str | Iterable[str]) -> None:
    """Note every value that has not the form of a vocabulary key; empty single values are allowed."""
    for field, value in fields.items():
        if not value:
            continue
        if isinstance(value, str):
            if not is_key(value):
                _add_key(problems, field, value)
        else:
            for key in value:
                if not is_key(key):
                    _add_key(problems, field, key)


def _add_key(problems: Problems, field: str, key: str) -> None:
    problems.add(
        field=field,
        value=key,
        rule="schluessel.form",
        message=f"»{key}« in {field} ist kein Schlüssel (Kleinbuchstaben, Ziffern, _ und . für Ebenen).",
    )


def check_ags(problems: Problems, field: str, value: str) -> None:
    """Note a municipality key of the wrong form; empty is allowed."""
    if not (not value or is_ags(value)):
        problems.add(
            field=field,
            value=value,
            rule="ags.form",
            message=f"»{value}« ist kein Gemeindeschlüssel: 2, 3, 5 oder 8 Ziffern, in NRW beginnend mit 05.",
        )


def check_email(problems: Problems, field: str, value: str) -> None:
    """Note what is not a mail address; empty is allowed. The message does not repeat it (DS-20)."""
    if not (not value or is_email(value)):
        problems.add(
            field=field,
            value=value,
            rule="email.form",
            message=f"{field} ist keine E-Mail-Adresse; erwartet wird die Form name@beispiel.de.",
        )
