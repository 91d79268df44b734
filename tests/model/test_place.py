"""Tests of places in the formats of the trade."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mgrs import MGRS
from pyproj import Transformer

from cop.model.place import format_lat_lon, format_mgrs, mgrs_digits

pytestmark = pytest.mark.picture


def test_lat_lon_has_hemispheres() -> None:
    assert format_lat_lon(31.333621, -110.937484) == "31.33362 N 110.93748 W"
    assert format_lat_lon(-0.000001, 0.0) == "0.00000 S 0.00000 E"


def test_mgrs_is_spaced() -> None:
    east, north = Transformer.from_crs(4326, 32618, always_xy=True).transform(-77.0352, 38.8895)
    assert (int(east), int(north)) == (323486, 4306483)
    assert format_mgrs(38.8895, -77.0352) == "18S UJ 23486 06483"
    assert format_mgrs(38.8895, -77.0352, digits=3) == "18S UJ 234 064"
    assert format_mgrs(31.5, -110.5, digits=1).count(" ") == 3


@given(st.floats(-79, 79), st.floats(-179.99, 179.99), st.integers(1, 5))
def test_mgrs_reads_back_within_its_precision(lat: float, lon: float, digits: int) -> None:
    text = format_mgrs(lat, lon, digits=digits)
    zone, square, east, north = text.split()
    assert len(east) == len(north) == digits
    back_lat, _ = MGRS().toLatLon(zone + square + east + north)
    assert back_lat == pytest.approx(lat, abs=3 * 10 ** (5 - digits) / 111_000 + 1e-4)


@pytest.mark.parametrize("lat", [84.5, 89.9, -80.5, -89.9])
def test_the_poles_do_not_fail(lat: float) -> None:
    assert format_mgrs(lat, 10.0)


@pytest.mark.parametrize(
    ("uncertainty_m", "digits"),
    [(0, 5), (9.9, 5), (10, 4), (99, 4), (100, 3), (5_000, 2), (10_000, 1), (1e9, 1)],
)
def test_digits_follow_uncertainty(uncertainty_m: float, digits: int) -> None:
    assert mgrs_digits(uncertainty_m) == digits
