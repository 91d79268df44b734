"""Tests of areas: text that reads back the same, and no polygon without an inside."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.picture import Picture

pytestmark = pytest.mark.table

SQUARE = "-111.0000 31.0000,-110.0000 31.0000,-110.0000 32.0000,-111.0000 32.0000"


def test_an_area_in_the_address_reads_back_the_same() -> None:
    picture = Picture.from_pairs([("area", SQUARE)])
    assert picture.to_pairs() == [("area", SQUARE)]
    assert Filter.from_pairs([("area", SQUARE)]).area == picture.filter.area
    assert picture.filter.area is not None
    assert picture.filter.area.bounds == (-111, 31, -110, 32)
    assert picture.filter.area.size == "10,534 km²"


@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(0.001, 5))
def test_any_triangle_survives_its_text(lon: float, lat: float, side: float) -> None:
    area = Area.of([(lon, lat), (lon + side, lat), (lon, lat + side), (lon, lat)])
    assert len(area.vertices) == 3
    assert Area.from_text(area.to_text()) == area


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("1 2,3 4", "2 vertices"),
        ("0 0,1 1,1 0,0 1", "crosses"),
        ("0 0,1 1,2 2", "crosses"),
        ("0 0,1 0,0 0,0 1", "crosses"),
        ("0 0,181 0,0 1", "is out of range"),
        ("0 0,0 91,1 1", "is out of range"),
        ("0 0,nan 1,1 1", "is not a position"),
        ("0 0,1e999 1,1 1", "is not a position"),
        ("0 0;1 1;2 0", "lon lat"),
        ("0 0 0,1 1 0,2 0 0", "lon lat"),
        ("x y,1 1,2 0", "lon lat"),
        (",".join(f"{i / 1000} {i * i / 1e6}" for i in range(101)), "101 vertices"),
        ("0 0," * 900, "too long"),
        ("POLYGON ((0 0, 1 0, 1 1))", "lon lat"),
    ],
)
def test_what_is_no_area_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FilterError, match=reason):
        Filter.from_pairs([("area", text)])


@pytest.mark.parametrize("bad", [nan, inf, -inf])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(FilterError, match="is not a position"):
        Area.of([(0, 0), (bad, 1), (1, 1)])
