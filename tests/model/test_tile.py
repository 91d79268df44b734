"""Tests of the tile maths against the slippy map's formulas, pyproj and DuckDB's own tiles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from cop.errors import TileError
from cop.model.tile import HALF_WORLD_M, MAX_LATITUDE, SCALE, Tile, mercator_integers
from cop.settings import StoreSettings
from cop.store.engine import open_engine

pytestmark = pytest.mark.picture

lons = st.floats(-180, 180)
lats = st.floats(-85.05, 85.05)


def slippy(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile of a point as the OpenStreetMap wiki and mercantile compute it."""
    x = (lon + 180) / 360
    sine = math.sin(math.radians(lat))
    y = 0.5 - 0.25 * math.log((1 + sine) / (1 - sine)) / math.pi
    most = 2**z - 1
    return min(most, max(0, math.floor(x * 2**z))), min(most, max(0, math.floor(y * 2**z)))


@given(lons, lats, st.integers(0, 16))
def test_integers_shift_to_the_slippy_tile(lon: float, lat: float, z: int) -> None:
    mx, my = mercator_integers(np.array([lon]), np.array([lat]))
    assert (int(mx[0]) >> (32 - z), int(my[0]) >> (32 - z)) == slippy(lon, lat, z)


@given(lons, lats)
def test_integers_are_the_projection(lon: float, lat: float) -> None:
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    mx, my = mercator_integers(np.array([lon]), np.array([lat]))
    unit = 2 * HALF_WORLD_M / SCALE
    assert int(mx[0]) * unit - HALF_WORLD_M == pytest.approx(x, abs=2 * unit)
    assert HALF_WORLD_M - int(my[0]) * unit == pytest.approx(y, abs=2 * unit)


def test_the_edges_of_the_world_stay_inside() -> None:
    lon = np.array([-180.0, 180.0, 0.0, 0.0])
    lat = np.array([MAX_LATITUDE, -MAX_LATITUDE, 90.0, -90.0])
    mx, my = mercator_integers(lon, lat)
    assert mx.tolist() == [0, SCALE - 1, SCALE // 2, SCALE // 2]
    assert my[[0, 2]].tolist() == [0, 0]
    assert (my[[1, 3]] >= SCALE - 2).all()


@pytest.mark.parametrize("z", range(17))
def test_bounds_are_those_of_duckdb(z: int) -> None:
    engine = open_engine(StoreSettings())
    last = 2**z - 1
    for x, y in {(0, 0), (last, last), (last // 3, last // 2)}:
        (row,) = engine.execute(
            "SELECT ST_XMin(t), ST_YMin(t), ST_XMax(t), ST_YMax(t) "
            "FROM (SELECT ST_TileEnvelope($z, $x, $y) AS t)",
            {"z": z, "x": x, "y": y},
        ).fetchall()
        assert Tile(z, x, y).mercator_bounds() == pytest.approx(row, abs=1e-6)
    engine.close()


@given(st.integers(0, 16), st.data())
def test_integer_bounds_tile_the_plane(z: int, data: st.DataObject) -> None:
    x, y = (data.draw(st.integers(0, 2**z - 1)) for _ in range(2))
    x_low, y_low, x_high, y_high = Tile(z, x, y).integer_bounds()
    assert x_low >> (32 - z) == x_high >> (32 - z) == x
    assert y_low >> (32 - z) == y_high >> (32 - z) == y
    assert (x_high + 1 - x_low, y_high + 1 - y_low) == (2 ** (32 - z), 2 ** (32 - z))


@pytest.mark.parametrize(
    "address",
    [
        ("17", "0", "0"),
        ("-1", "0", "0"),
        ("1", "2", "0"),
        ("1", "0", "2"),
        ("01", "0", "0"),
        ("1", "+1", "0"),
        ("1", "1.0", "0"),
        ("1", " 1", "0"),
        ("1", "1e0", "0"),
        ("1", "1\u0663", "0"),
        ("1", "\u0661", "0"),
        ("5", "99999999999999999999", "0"),
        ("", "0", "0"),
        ("0x1", "0", "0"),
        ("1", "1_0", "0"),
    ],
)
def test_what_is_no_tile_is_refused(address: tuple[str, str, str]) -> None:
    with pytest.raises(TileError):
        Tile.from_text(*address)


def test_address_reads() -> None:
    assert Tile.from_text("16", "65535", "0") == Tile(16, 65535, 0)
