"""UTM to latitude and longitude, against the meridian arc and an independent forward series."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import NotSupported
from koschuso.model.values import Coordinates
from koschuso.nrw.coordinates import to_wgs84, utm_to_wgs84


def _redfearn(latitude, longitude, central=9.0):
    """Project forward by Redfearn's series (1948), which shares nothing with the Krüger series under test."""
    a, f, k0 = 6378137.0, 1 / 298.257222101, 0.9996
    e2 = f * (2 - f)
    phi, w = math.radians(latitude), math.radians(longitude - central)
    s, c, t = math.sin(phi), math.cos(phi), math.tan(phi)
    nu = a / math.sqrt(1 - e2 * s * s)
    rho = a * (1 - e2) / (1 - e2 * s * s) ** 1.5
    psi = nu / rho
    arc = a * (
        (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256) * phi
        - 3 / 8 * (e2 + e2**2 / 4 + 15 * e2**3 / 128) * math.sin(2 * phi)
        + 15 / 256 * (e2**2 + 3 * e2**3 / 4) * math.sin(4 * phi)
        - 35 * e2**3 / 3072 * math.sin(6 * phi)
    )
    x = w * c + (w * c) ** 3 / 6 * (psi - t**2)
    x += (w * c) ** 5 / 120 * (4 * psi**3 * (1 - 6 * t**2) + psi**2 * (1 + 8 * t**2) - psi * 2 * t**2 + t**4)
    y = w**2 / 2 * s * c + w**4 / 24 * s * c**3 * (4 * psi**2 + psi - t**2)
    y += w**6 / 720 * s * c**5 * (8 * psi**4 * (11 - 24 * t**2) - 28 * psi**3 * (1 - 6 * t**2)
                                  + psi**2 * (1 - 32 * t**2) - psi * 2 * t**2 + t**4)  # fmt: skip
    return 500000 + k0 * nu * x, k0 * (arc + nu * y)


def test_the_meridian_arc_to_50_degrees_has_its_known_length():
    # GRS80: 5,540,847.042 m from the equator.
    assert utm_to_wgs84(500_000, 0.9996 * 5_540_847.041_56) == pytest.approx((50.0, 9.0), abs=1e-9)


@given(st.floats(50.3, 52.6), st.floats(5.8, 9.5))
def test_every_place_in_nrw_comes_back_within_centimetres(latitude, longitude):
    back = utm_to_wgs84(*_redfearn(latitude, longitude))
    assert back == pytest.approx((latitude, longitude), abs=2e-7)


def test_the_zone_follows_the_reference_system():
    west, east = utm_to_wgs84(500_000, 5_700_000, 25831), utm_to_wgs84(500_000, 5_700_000, 25833)
    assert (west[1], east[1]) == (3.0, 15.0)


def test_cologne_cathedral_is_where_it_stands():
    assert to_wgs84(Coordinates(easting=356_580, northing=5_645_300)) == pytest.approx((50.9413, 6.9583), abs=0.003)


def test_another_reference_system_is_refused():
    with pytest.raises(NotSupported, match="EPSG:31466"):
        utm_to_wgs84(2_500_000, 5_700_000, 31466)
