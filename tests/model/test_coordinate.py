"""Positions are read in every way they are written, and wrong ones say what is wrong."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mgrs import MGRS
from pyproj import Geod

from cop.model.coordinate import CoordinateError, Utm, parse_degrees, parse_position, parse_utm
from cop.model.place import format_lat_lon, format_mgrs

pytestmark = pytest.mark.sources

LAT, LON = 31.34, -110.93
EARTH = Geod(ellps="WGS84")
NORTH, EAST = st.floats(-79, 79), st.floats(-179.9, 179.9)


def meters(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    return float(EARTH.inv(lon, lat, other_lon, other_lat)[2])


@pytest.mark.parametrize(
    "text",
    [
        "31.34, -110.93", "31.34 -110.93", "31.34,-110.93", " 31.34 ; -110.93 ", "31.34/-110.93",
        "31.34 \N{MINUS SIGN}110.93", "+31.34 -110.93", "31,34 -110,93", "31,34; -110,93",
        "31.34 N 110.93 W", "31.34N 110.93W", "31.34n, 110.93w", "N31.34 W110.93",
        "N 31.34, W 110.93", "31.34° N, 110.93° W", "110.93 W 31.34 N", "W110.93 N31.34",
        "31 20.4 N 110 55.8 W", "31 20 24 N 110 55 48 W", "31°20'24\"N 110°55'48\"W",
        "31° 20\N{PRIME} 24\N{DOUBLE PRIME} N, 110° 55\N{PRIME} 48\N{DOUBLE PRIME} W",
        "31 20 24, -110 55 48", "N31 20 24 W110 55 48",
    ],
)  # fmt: skip
def test_latitude_and_longitude_are_read_as_people_write_them(text: str) -> None:
    found = parse_position(text)
    assert found is not None
    assert (found.lat, found.lon) == pytest.approx((LAT, LON), abs=1e-9)
    assert found.text == "31.34000 N 110.93000 W"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("12R VV 12345 67890", 5), ("12RVV1234567890", 5), ("12r vv 1234 6789", 4),
        ("12R VV12346789", 4), ("12RVV 123 678", 3), ("12RVV1267", 2), ("12R VV 1 6", 1),
        ("18SUJ2348606483", 5), ("34T DS 343 225", 3),
    ],
)  # fmt: skip
def test_mgrs_is_read_in_any_precision_and_spacing(text: str, digits: int) -> None:
    found = parse_position(text)
    assert found is not None
    assert found.exact_m == 10 ** (5 - digits)
    lat, lon = MGRS().toLatLon(text.replace(" ", "").upper())
    assert meters(found.lat, found.lon, lat, lon) < 1
    assert parse_position(found.text) == found


@given(NORTH, EAST, st.integers(1, 5))
@example(-5.1e-10, 0.0, 1)
@example(-9e-8, 0.0, 5)
def test_mgrs_written_by_us_is_read_back_within_its_square(
    lat: float, lon: float, digits: int
) -> None:
    found = parse_position(format_mgrs(lat, lon, digits=digits))
    assert found is not None
    assert meters(lat, lon, found.lat, found.lon) <= 10 ** (5 - digits) * math.sqrt(2) + 1


@given(NORTH, EAST)
def test_degrees_written_by_us_are_read_back(lat: float, lon: float) -> None:
    found = parse_position(format_lat_lon(lat, lon))
    assert found is not None
    assert (found.lat, found.lon) == pytest.approx((lat, lon), abs=1e-5)


ANGLE = st.tuples(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59_999))


@given(ANGLE, st.sampled_from("NS"), ANGLE, st.sampled_from("EW"), st.booleans())
def test_degrees_minutes_and_seconds_add_up(
    north: tuple[int, int, int], ns: str, east: tuple[int, int, int], ew: str, swapped: bool
) -> None:
    halves = [f"{d} {m} {s / 1000:.3f} {letter}" for (d, m, s), letter in ((north, ns), (east, ew))]
    found = parse_position(" ".join(reversed(halves) if swapped else halves))
    assert found is not None
    lat, lon = (d + m / 60 + s / 3_600_000 for d, m, s in (north, east))
    signed = (lat if ns == "N" else -lat, lon if ew == "E" else -lon)
    assert (found.lat, found.lon) == pytest.approx(signed, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110.93 31.34", "is beyond 90: did you mean 31.34000 N 110.93000 E"),
        ("-110.93, 31.34", "is beyond 90: did you mean 31.34000 N 110.93000 W"),
        ("91 200", "Latitude 91 in '91 200' is beyond 90: use latitude first"),
        ("95 N 10 E", "is beyond 90"),
        ("45 200", "longitude 200 is beyond 180"),
        ("31.34 N", "one of N or S and one of E or W"),
        ("31 N 110 N", "one of N or S and one of E or W"),
        ("31 N W 110", "before both numbers or after both"),
        ("-31.34 N 110.93 W", "a sign or a letter, not both"),
        ("31 70 N 110 0 W", "minutes and seconds must be from 0 to 60"),
        ("31.5 20 N 110 0 W", "only the last number"),
        ("12R VV 123 4567", "the same number of digits"),
        ("12R VV 12345", "the same number of digits"),
        ("12R VV 1 2 3", "the same number of digits"),
        ("12R ZZ 123 456", "no such square"),
        ("12R VE 12345 12345", "square"),
        ("61R VV 123 456", "square"),
    ],
)
def test_what_is_meant_as_a_position_but_is_none_says_why(text: str, reason: str) -> None:
    with pytest.raises(CoordinateError, match=re.escape(reason)) as fault:
        parse_position(text)
    if "did you mean" in reason:
        assert fault.value.swapped is not None
        assert abs(fault.value.swapped.lat) == LAT
        assert abs(fault.value.swapped.lon) == -LON


@pytest.mark.parametrize(
    "text",
    ["", " ", "xyzzy", "Tucson", "TCA-0031", "TCA 31", "29 Palms", "31.34", "1 2 3", "1,2,3",
     "31,20,24", "12RVV", "N", "°", "San Luis, AZ", "\N{ARABIC-INDIC DIGIT ONE} x"],
)  # fmt: skip
def test_other_texts_are_no_position(text: str) -> None:
    assert parse_position(text) is None


@given(st.text(max_size=100))
def test_no_text_fails_otherwise(text: str) -> None:
    try:
        found = parse_position(text)
    except CoordinateError:
        return
    assert found is None or (abs(found.lat) <= 90 and abs(found.lon) <= 180)


@pytest.mark.layers
def test_one_of_the_two_is_read_alone() -> None:
    for text in ("31.5", "31,5", "31 30", "31\u00b030'00\"N", "N 31 30 0", "+31.5"):
        assert parse_degrees(text, axis="lat") == pytest.approx(31.5)
    assert parse_degrees("110 30 W", axis="lon") == pytest.approx(-110.5)
    for text in ("91", "31 E", "31 N 5 N", "word", "", "31 70"):
        with pytest.raises(CoordinateError):
            parse_degrees(text, axis="lat")


@pytest.mark.layers
def test_utm_is_read_with_its_band_or_half() -> None:
    north = Utm(12, True, 505_960.0, 3_466_850.0)
    assert parse_utm("12R 505960 3466850") == north
    assert parse_utm("12 n, 505960mE, 3466850mN") == north
    assert parse_utm("12S 505960 3766850") == Utm(12, True, 505_960.0, 3_766_850.0)
    assert parse_utm("12S 505960 7766850") == Utm(12, False, 505_960.0, 7_766_850.0)
    for text in ("61R 505960 3466850", "12I 505960 3466850", "12R 5 5", "31.5, -110.5"):
        assert parse_utm(text) is None
