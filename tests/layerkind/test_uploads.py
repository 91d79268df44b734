"""Tiles of uploaded layers: every feature counts once at every zoom, whatever its shape."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.shape import count_features, read_cells, read_features
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.styling import MOST_IN_TILE
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.tile import features_of
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.layers

WORLD, ARIZONA = Tile(0, 0, 0), Tile(5, 6, 12)
EVERYTHING = Filter()
OpenLayer = Callable[..., tuple[QueryService, Layer]]


@pytest.fixture
def show(own_warehouse: Path) -> Iterator[OpenLayer]:
    """Publishes features and gives the service that shows them, and their layer."""
    opened: list[Warehouse] = []

    def publish(features: gpd.GeoDataFrame, **said: Any) -> tuple[QueryService, Layer]:
        step = publish_features(own_warehouse, features, **said)
        opened.append(Warehouse(StoreSettings(data=own_warehouse)))
        service = QueryService(opened[-1], tile_cache_mb=8)
        return service, read_layers(service, service.view())[step.layer.name]

    yield publish
    for warehouse in opened:
        warehouse.close()


def held_in(
    service: QueryService, layer: Layer, tile: Tile, wanted: Filter = EVERYTHING
) -> list[dict[str, Any]]:
    return features_of(read_tile(service, service.view(wanted), layer, tile).mvt, layer.id)


def counted(service: QueryService, layer: Layer, *tiles: Tile, wanted: Filter = EVERYTHING) -> int:
    held = [feature for tile in tiles for feature in held_in(service, layer, tile, wanted)]
    return sum(feature["properties"]["cop_n"] for feature in held)


def all_tiles(z: int) -> list[Tile]:
    return [Tile(z, x, y) for x in range(2**z) for y in range(2**z)]


def test_every_shape_is_drawn_with_its_columns(show: OpenLayer) -> None:
    features = make_features(kind=["tower", "road", "zone", "pair"], height=[3.5, None, 2, 1])
    service, layer = show(features)
    held = [f for y in (12, 13) for f in held_in(service, layer, Tile(5, 6, y))]
    drawn = {f["properties"]["feature_id"]: f for f in held if f["properties"]["cop_n"]}
    shapes = {name: feature["geometry"]["type"] for name, feature in drawn.items()}
    assert shapes == {"f0": "Point", "f1": "LineString", "f2": "Polygon", "f3": "MultiPoint"}
    assert drawn["f0"]["properties"] == {
        "cop_n": 1,
        "cop_cell": 0,
        "feature_id": "f0",
        "kind": "tower",
        "height": 3.5,
        "occurred_at": "2026-01-30T00:00:00Z",
    }
    assert "height" not in drawn["f1"]["properties"]
    for z in (0, 1, 2):
        assert counted(service, layer, *all_tiles(z)) == len(features)


def test_no_name_of_a_column_is_taken_for_one_of_ours(show: OpenLayer) -> None:
    names = ("place", "shape", "geom", "inside", "whole", "feature", "sectors", "d", "n", "lon")
    features = make_features(**{name: [f"{name} {i}" for i in range(4)] for name in names})
    service, layer = show(features)
    held = [f["properties"] for y in (12, 13) for f in held_in(service, layer, Tile(5, 6, y))]
    assert {row["feature_id"] for row in held} == {"f0", "f1", "f2", "f3"}
    for row in held:
        i = row["feature_id"][1:]
        assert {name: row[name] for name in names} == {name: f"{name} {i}" for name in names}
    assert len(
        read_features(service, service.view(EVERYTHING), layer, zoom=16, most=100_000)
    ) == len(features)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_counts_of_tiles_equal_the_rows(
    data: st.DataObject, tmp_path: Path, bare_warehouse: Path
) -> None:
    lon, lat = st.floats(-180, 180), st.floats(-90, 90)
    spot = st.tuples(lon, lat)
    line = st.lists(spot, min_size=2, max_size=4, unique=True).map(shapely.LineString)
    corner = st.tuples(st.floats(-180, 139), st.floats(-90, 69))
    size = st.tuples(st.floats(1e-4, 40), st.floats(1e-4, 20))
    area = st.builds(lambda at, by: shapely.box(*at, at[0] + by[0], at[1] + by[1]), corner, size)
    shape = st.one_of(spot.map(shapely.Point), line, area)
    shapes = data.draw(st.lists(shape, min_size=1, max_size=40))
    folder = tmp_path / "drawn"
    if not folder.exists():
        copy_warehouse(bare_warehouse, folder)
    step = publish_features(folder, make_features(shapes))
    warehouse = Warehouse(StoreSettings(data=folder))
    service = QueryService(warehouse, tile_cache_mb=8)
    layer = read_layers(service, service.view())[step.layer.name]
    for z in (0, 1, 3):
        assert counted(service, layer, *all_tiles(z)) == len(shapes)
    warehouse.close()


def test_many_points_become_squares_that_add_up(show: OpenLayer) -> None:
    rng = np.random.default_rng(1)
    n = 3 * MOST_IN_TILE
    points = shapely.points(rng.uniform(-114, -109, n), rng.uniform(30, 34, n))
    service, layer = show(make_features(points, kind=rng.choice(["a", "b", "c"], n)))
    squares = held_in(service, layer, WORLD)
    assert {f["properties"]["cop_cell"] for f in squares} == {1}
    assert {f["geometry"]["type"] for f in squares} == {"Polygon"}
    assert len(squares) < 100
    for z in (0, 4, 7):
        near = [Tile(z, x, y) for x, y in spread(points, z)]
        assert counted(service, layer, *near) == n
    single = held_in(service, layer, Tile(12, *next(iter(spread(points, 12)))))
    assert single
    assert {f["properties"]["cop_cell"] for f in single} == {0}
    legend = kind_of(layer).build_legend(layer, "dark")
    assert [block["type"] for block in legend] == ["classes", "ramp"]
    assert legend[1]["unit"] == "features per square"
    assert count_features(service, service.view(EVERYTHING), layer) == n
    assert read_cells(service, service.view(EVERYTHING), layer, bits=19)["cop_n"].sum() == n


def spread(points: Any, z: int) -> set[tuple[int, int]]:
    """The XYZ tiles of points, by the formula of the slippy map."""
    lon, lat = shapely.get_x(points), np.radians(shapely.get_y(points))
    x = np.floor((lon + 180) / 360 * 2**z).astype(int)
    y = np.floor((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 2**z).astype(int)
    return set(zip(x.tolist(), y.tolist(), strict=True))


def test_the_filter_narrows_by_time_sector_and_area(show: OpenLayer) -> None:
    start = datetime(2026, 1, 1)
    points = [shapely.Point(-110.9, 31.5), shapely.Point(-98.2, 26.2), shapely.Point(-110.95, 31.6)]
    days = [start, start + timedelta(days=5), None]
    service, layer = show(make_features(points, occurred_at=days, kind=["x", "y", "x"]))

    def ids(**wanted: Any) -> set[str]:
        held = held_in(service, layer, WORLD, Filter(**wanted))
        return {feature["properties"]["feature_id"] for feature in held}

    assert ids() == {"f0", "f1", "f2"}
    assert ids(window=TimeWindow(end=start + timedelta(days=1))) == {"f0"}
    assert ids(sectors=("TCA",)) == {"f0", "f2"}
    assert ids(sectors=("RGV",)) == {"f1"}
    around = Area.from_text("-111 31.4,-110.8 31.4,-110.8 31.55,-111 31.55")
    assert ids(area=around) == {"f0"}
    assert ids(kinds=("rescue",)) == {"f0", "f1", "f2"}
    standing = read_status(service, service.view(Filter(sectors=("TCA",))), layer)
    assert standing.status_note.startswith("2 of 3 features in this filter; 1 of them undated")
    assert standing.as_of == start + timedelta(days=5)
    assert standing.marking == "TLP:GREEN"
    nothing = read_status(service, service.view(Filter(sectors=("SDC",))), layer)
    assert nothing.status == "empty"


def test_a_layer_past_its_day_is_stale_and_says_so(show: OpenLayer) -> None:
    service, layer = show(make_features(), valid_until=datetime(2026, 1, 1), timed=False)
    standing = read_status(service, service.view(EVERYTHING), layer)
    assert standing.stale
    assert "NO LONGER VALID since 010000Z JAN 26" in standing.status_note
    assert not layer.timed


def test_classes_of_yes_and_no_are_carried_as_text(show: OpenLayer) -> None:
    service, layer = show(make_features(manned=[True, False, None, True]))
    held = [f["properties"] for y in (12, 13) for f in held_in(service, layer, Tile(5, 6, y))]
    assert {p.get("manned") for p in held} == {"true", "false", None}
    shapes = read_features(service, service.view(EVERYTHING), layer, zoom=16, most=100_000)
    assert sorted(shapes["manned"].dropna()) == ["false", "true", "true"]
    assert (
        shapes.set_index("feature_id").geometry["f0"].distance(shapely.Point(-110.9, 31.4)) < 1e-7
    )
