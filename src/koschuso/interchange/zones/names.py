"""From the zone names that programs write to the names of the IANA database.

Calendars name their zones in many ways: by IANA name, by IANA name behind a prefix (``/mozilla.org/20070129_1/…``), by
a Windows name (``W. Europe Standard Time``), by what Windows shows to people in their own language, by an offset and
cities (``(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien``). `iana_name` answers from the name alone; what a
file's own VTIMEZONE says is the business of `koschuso.interchange.zones.definitions`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["iana_name", "is_iana"]

_POSSIBLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}").fullmatch
_OFFSET: Final = re.compile(r"^\(?\s*(?:UTC|GMT)\s*(?:([+\-−])\s*(\d{1,2}):?(\d{2})?)?\s*\)?\s*(.*)$")
_NUMBERED: Final = re.compile(r"\s+\d$")
_LONGEST: Final = 200

# What Windows calls the zones of Europe, in its own names, and what it shows in German; checked by hand.
_KNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "w. europe standard time": "Europe/Berlin",
        "w. europe daylight time": "Europe/Berlin",
        "w. europe": "Europe/Berlin",
        "central europe standard time": "Europe/Budapest",
        "central european standard time": "Europe/Warsaw",
        "romance standard time": "Europe/Paris",
        "gmt standard time": "Europe/London",
        "greenwich standard time": "Atlantic/Reykjavik",
        "e. europe standard time": "Europe/Chisinau",
        "gtb standard time": "Europe/Bucharest",
        "fle standard time": "Europe/Kiev",
        "turkey standard time": "Europe/Istanbul",
        "russian standard time": "Europe/Moscow",
        "mitteleuropäische zeit": "Europe/Berlin",
        "mitteleuropäische normalzeit": "Europe/Berlin",
        "mitteleuropäische sommerzeit": "Europe/Berlin",
        "mitteleuropaeische zeit": "Europe/Berlin",
        "mitteleuropäische standardzeit": "Europe/Berlin",
        "westeuropäische normalzeit": "Europe/Berlin",
        "w. europäische normalzeit": "Europe/Berlin",
        "zentraleuropäische zeit": "Europe/Berlin",
        "zentraleuropäische normalzeit": "Europe/Warsaw",
        "romanische normalzeit": "Europe/Paris",
        "westeuropäische zeit": "Europe/London",
        "osteuropäische zeit": "Europe/Bucharest",
        "osteuropäische normalzeit": "Europe/Bucharest",
        "gmt normalzeit": "Europe/London",
        "central european time": "Europe/Berlin",
        "western/central europe": "Europe/Berlin",
        "mez": "Europe/Berlin",
        "mesz": "Europe/Berlin",
        "cest": "Europe/Berlin",
        "z": "UTC",
        "koordinierte weltzeit": "UTC",
        "coordinated universal time": "UTC",
        "(utc) koordinierte weltzeit": "UTC",
        "(utc) coordinated universal time": "UTC",
    }
)

# Cities as German Windows spells them, where the IANA database has another spelling or no zone of that city.
_CITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "berlin": "Europe/Berlin",
        "bern": "Europe/Berlin",
        "rom": "Europe/Berlin",
        "wien": "Europe/Berlin",
        "amsterdam": "Europe/Berlin",
        "stockholm": "Europe/Berlin",
        "frankfurt": "Europe/Berlin",
        "west-/zentraleuropa": "Europe/Berlin",
        "brüssel": "Europe/Paris",
        "brussels": "Europe/Paris",
        "kopenhagen": "Europe/Paris",
        "madrid": "Europe/Paris",
        "belgrad": "Europe/Budapest",
        "bratislava": "Europe/Budapest",
        "bratislava (pressburg)": "Europe/Budapest",
        "prag": "Europe/Budapest",
        "warschau": "Europe/Warsaw",
        "skopje": "Europe/Warsaw",
        "lissabon": "Europe/London",
        "edinburgh": "Europe/London",
        "dublin": "Europe/London",
        "athen": "Europe/Bucharest",
        "bukarest": "Europe/Bucharest",
        "kiew": "Europe/Kiev",
        "moskau": "Europe/Moscow",
    }
)


@lru_cache(maxsize=1024)
def is_iana(name: str) -> bool:
    """Whether this computer knows a zone of exactly this name; never looks outside of the zone database.

    >>> is_iana("Europe/Berlin"), is_iana("W. Europe Standard Time"), is_iana("../../etc/passwd")
    (True, False, False)
    """
    if not _POSSIBLE(name) or name.startswith(("posix/", "right/")) or name == "localtime":
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1024)
def iana_name(name: str) -> str | None:
    """Find the IANA zone that a name means, without looking at any VTIMEZONE.

    >>> iana_name("/freeassociation.sourceforge.net/Europe/Berlin"), iana_name("W. Europe Standard Time 1")
    ('Europe/Berlin', 'Europe/Berlin')
    >>> iana_name("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"), iana_name("Customized Time Zone")
    ('Europe/Berlin', None)
    """
    if len(name) > _LONGEST:
        return None
    name = name.strip().strip('"').strip()
    return next((found for found in _candidates(name) if found is not None and is_iana(found)), None)


def _candidates(name: str) -> Iterator[str | None]:
    yield name
    yield _by_path(name)
    plain = _NUMBERED.sub("", name)
    yield _KNOWN.get(plain.lower())
    yield _by_windows_name(plain)
    yield _by_offset_and_cities(name)
    yield _in_other_letters(name)
    for separator in "_-":
        area, found, place = name.partition(separator)
        if found:
            yield f"{area}/{place}"


def _by_path(name: str) -> str | None:
    """An IANA name behind a prefix of the program."""
    parts = [part for part in name.split("/") if part]
    for count in (3, 2):
        tail = "/".join(parts[-count:])
        if len(parts) >= count and tail != name and is_iana(tail):
            return tail
    return None


def _by_windows_name(name: str) -> str | None:
    if not name.endswith((" Time", "UTC-11", "UTC+12", "UTC+13", "UTC-02", "UTC-08", "UTC-09")) or len(name) > 60:  # noqa: PLR2004 - no Windows name is longer
        return None
    # icalendar has the whole table of the Unicode consortium; only calendars from far away need it
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - importing icalendar takes 0.1 s

    return WINDOWS_TO_OLSON.get(name)


def _by_offset_and_cities(name: str) -> str | None:
    match = _OFFSET.match(name)
    if match is None:
        return None
    sign, hours, minutes, rest = match.groups()
    if not rest:
        return _fixed(sign or "+", int(hours or 0), int(minutes or 0))
    known = _KNOWN.get(rest.strip().lower())
    if known is not None:
        return known
    for city in rest.split(","):
        found = _CITIES.get(city.strip().lower()) or _cities().get(city.strip().lower().replace(" ", "_"))
        if found is not None:
            return found
    return None


def _fixed(sign: str, hours: int, minutes: int) -> str | None:
    if minutes:
        return None
    # the signs of Etc/GMT are the other way round (POSIX)
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"


def _in_other_letters(name: str) -> str | None:
    if "/" not in name and "_" not in name and "-" not in name:
        return _cities_of_lists(name)
    return _lower_case_names().get(name.lower())


def _cities_of_lists(name: str) -> str | None:
    """Lotus and old Outlook: "Canberra, Melbourne, Sydney"."""
    parts = [part.strip().lower().replace(" ", "_") for part in name.split(",")]
    if len(parts) < 2:  # noqa: PLR2004 - one city may be a person's own name for a zone
        return None
    return next((found for part in parts if (found := _CITIES.get(part) or _cities().get(part))), None)


@lru_cache(maxsize=1)
def _lower_case_names() -> Mapping[str, str]:
    return MappingProxyType({name.lower(): name for name in sorted(available_timezones())})


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, str]:
    return MappingProxyType(
        {name.rpartition("/")[2].lower(): name for name in sorted(available_timezones()) if "/" in name}
    )
