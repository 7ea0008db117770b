"""From the UTM coordinates of the official registers to latitude and longitude.

ETRS89/UTM (EPSG 25831, 25832, 25833) and WGS84 differ by well under a metre, so the ETRS89 position is given as WGS84.
The inverse transverse Mercator projection follows the Krüger series to the order n⁴, exact to well below a millimetre
within a zone (L. Krüger 1912; form as in C. Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from koschuso.errors import NotSupported

if TYPE_CHECKING:
    from koschuso.model.values import Coordinates

__all__ = ["to_wgs84", "utm_to_wgs84"]

_A = 6_378_137.0  # GRS80 semi-major axis in metres
_N = (1 / 298.257222101) / (2 - 1 / 298.257222101)  # third flattening
_SCALE = 0.9996
_FALSE_EASTING = 500_000.0
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161_280,
)
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45,
    56 * _N**3 / 15 - 136 * _N**4 / 35,
    4279 * _N**4 / 630,
)
_CENTRAL_MERIDIANS = {25831: 3.0, 25832: 9.0, 25833: 15.0}


def utm_to_wgs84(easting: float, northing: float, epsg: int = 25832) -> tuple[float, float]:
    """Convert an ETRS89/UTM position of the northern hemisphere.

    Args:
        easting: Rechtswert in metres, without zone prefix.
        northing: Hochwert in metres.
        epsg: 25831, 25832 or 25833.

    Returns:
        Latitude and longitude in degrees.

    Raises:
        NotSupported: Another reference system.

    >>> [round(value, 5) for value in utm_to_wgs84(500_000, 5_700_000)]
    [51.45118, 9.0]
    """
    if epsg not in _CENTRAL_MERIDIANS:
        raise NotSupported(
            f"Das Bezugssystem EPSG:{epsg} lässt sich nicht umrechnen; möglich sind EPSG:25831, 25832 und 25833.",
            epsg=epsg,
        )
    xi = northing / (_SCALE * _RADIUS)
    eta = (easting - _FALSE_EASTING) / (_SCALE * _RADIUS)
    xi_prime, eta_prime = xi, eta
    for order, beta in enumerate(_BETA, start=1):
        xi_prime -= beta * math.sin(2 * order * xi) * math.cosh(2 * order * eta)
        eta_prime -= beta * math.cos(2 * order * xi) * math.sinh(2 * order * eta)
    conformal = math.asin(math.sin(xi_prime) / math.cosh(eta_prime))
    latitude = conformal + sum(delta * math.sin(2 * order * conformal) for order, delta in enumerate(_DELTA, start=1))
    longitude = math.atan2(math.sinh(eta_prime), math.cos(xi_prime))
    return math.degrees(latitude), _CENTRAL_MERIDIANS[epsg] + math.degrees(longitude)


def to_wgs84(coordinates: Coordinates) -> tuple[float, float]:
    """Convert the coordinates of a record to latitude and longitude in degrees.

    Raises:
        NotSupported: Another reference system than ETRS89/UTM 31 to 33.
    """
    return utm_to_wgs84(coordinates.easting, coordinates.northing, coordinates.epsg)
