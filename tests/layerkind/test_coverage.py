"""The layer of coverage: each pixel is what the sensors see there, patterns tell classes apart."""

import io
from datetime import timedelta

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image

from cop.analysis.coverage.overlap import VIEWS, overlap_views
from cop.layerkind.coverage import KIND
from cop.layerkind.service.probe import probe_layers
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.style import Classes
from cop.model.tile import Tile
from cop.model.trial import SensorTrial
from cop.model.window import TimeWindow
from cop.query.coverage.place import read_sights
from cop.query.coverage.segment import microseconds_of
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.coverage

LAYER = find_layer("coverage")
MADE = Filter(records="synthetic")


def draw(service: QueryService, asked: Filter, tile: Tile) -> np.ndarray | None:
    png = KIND.render_tile(service, service.view(asked), LAYER, tile)
    if not png:
        return None
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def a_tile(service: QueryService) -> Tile:
    sights = read_sights(service.warehouse, service.warehouse.snapshot, MADE)
    assert sights is not None
    row = sights.placements[sights.placements["kind"] == "tower"].iloc[0]
    size = 1 << 10
    x = int((row.lon + 180) / 360 * size)
    sine = np.sin(np.radians(row.lat))
    y = int((0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * size)
    return Tile(z=10, x=x, y=y)


def test_the_windows_end_the_records_and_trials_matter(service: QueryService) -> None:
    end = service.warehouse.snapshot.now
    trial = SensorTrial.from_text("add:N@-110,31.4,9,9000")
    window = TimeWindow(start=end - timedelta(days=3), end=end)
    asked = service.view(
        Filter(records="synthetic", window=window, sectors=("TCA",), trials=(trial,))
    ).filter
    assert KIND.relevant_filter(LAYER, asked) == Filter(
        records="synthetic", window=TimeWindow(end=end), trials=(trial,)
    )


def test_a_tile_has_the_colors_of_what_is_seen(service: QueryService) -> None:
    tile = a_tile(service)
    image = draw(service, MADE, tile)
    assert image is not None
    sights = read_sights(service.warehouse, service.warehouse.snapshot, MADE)
    assert sights is not None
    states = sights.status.at(microseconds_of(service.warehouse.snapshot.now))
    step = (np.arange(LAYER.tile_px) + 0.5) / LAYER.tile_px
    x, y = (tile.x + step) / (1 << tile.z), (tile.y + step) / (1 << tile.z)
    code = overlap_views(sights.footprints, states, x, y)
    fill = LAYER.style.fill
    assert isinstance(fill, Classes)
    colors = {one.value: one.paint.rgba("dark") for one in fill.classes}
    assert (image[code == VIEWS.index("outside")][:, 3] == 0).all()
    for view in ("one", "several"):
        own = image[code == VIEWS.index(view)]
        if len(own):
            assert {tuple(pixel[:3]) for pixel in np.unique(own, axis=0)} == {colors[view][:3]}
            assert own[:, 3].max() == colors[view][3]


def test_what_is_tried_is_drawn_as_a_difference(service: QueryService) -> None:
    tile = a_tile(service)
    sights = read_sights(service.warehouse, service.warehouse.snapshot, MADE)
    assert sights is not None
    row = sights.placements[sights.placements["kind"] == "tower"].iloc[0]
    off = Filter(records="synthetic", trials=(SensorTrial.from_text(f"off:{row.sensor_id}"),))
    fill = LAYER.style.fill
    assert isinstance(fill, Classes)
    lost = next(one.paint.rgba("dark") for one in fill.classes if one.value == "lost")
    before, after = draw(service, MADE, tile), draw(service, off, tile)
    assert before is not None
    assert after is not None

    def count(image: np.ndarray) -> int:
        return int((image[..., :3] == lost[:3]).all(axis=-1).sum())

    assert count(before) == 0
    assert count(after) > 0


def test_real_records_have_no_synthetic_coverage(service: QueryService) -> None:
    real, made = (service.view(Filter(records=sort)) for sort in ("real", "synthetic"))
    assert KIND.render_tile(service, real, LAYER, a_tile(service)) == b""
    status = read_status(service, real, LAYER)
    assert status.status_note == "unknown: no sensors are loaded for these records"
    assert (
        "no terrain: range and field of view alone" in read_status(service, made, LAYER).status_note
    )


def test_a_place_tells_how_many_sensors_see_it(service: QueryService) -> None:
    sights = read_sights(service.warehouse, service.warehouse.snapshot, MADE)
    assert sights is not None
    states = sights.status.at(microseconds_of(service.warehouse.snapshot.now))
    working = sights.placements[states == 3]
    row = working[working["kind"] == "tower"].iloc[0]
    (found,) = probe_layers(service, service.view(MADE), ["coverage"], lon=row.lon, lat=row.lat)
    assert found["state"] == "value"
    assert found["value"] >= 1
    (away,) = probe_layers(service, service.view(MADE), ["coverage"], lon=0.0, lat=0.0)
    assert away["state"] == "outside"


def test_tiles_of_a_view_are_cached_by_what_is_tried(service: QueryService) -> None:
    tile = a_tile(service)
    trial = SensorTrial.from_text("add:N@-110,31.4,9,9000")
    plain = read_tile(service, service.view(MADE), LAYER, tile)
    tried = read_tile(
        service, service.view(Filter(records="synthetic", trials=(trial,))), LAYER, tile
    )
    assert plain.etag != tried.etag


def test_rows_are_the_areas_of_working_sensors_and_follow_a_what_if(
    service: QueryService,
) -> None:
    def rows(*trials: str) -> gpd.GeoDataFrame:
        asked = Filter(records="synthetic", trials=tuple(map(SensorTrial.from_text, trials)))
        return read_features(service, service.view(asked), LAYER, zoom=16, most=1)

    plain = rows()
    state = read_features(service, service.view(MADE), find_layer("sensors"), zoom=16, most=1)
    working = set(state.loc[state["state"].isin(["up", "degraded"]), "sensor_id"])
    assert set(plain.loc[plain["view"] == "one", "sensor_id"]) == working
    assert set(plain["view"]) <= {"one", "unsure", "unknown"}
    assert plain.crs == "EPSG:4326"
    own = plain[plain["view"] == "one"].to_crs("EPSG:6933").area.sum() / 1e6
    stored = gpd.read_parquet(service.warehouse.snapshot.catalogue.files_of("coverage")[0])
    seen = stored[(stored["band"] == "seen") & stored["valid_to"].isna()]
    expected = seen.loc[seen["sensor_id"].isin(working), "area_km2"].sum()
    assert own == pytest.approx(expected, rel=0.02)
    name = sorted(working)[0]
    tried = rows(f"off:{name}", "add:New@-111,31.6,20,9000")
    assert set(tried["sensor_id"]) - set(plain["sensor_id"]) == {"New"}
    assert name not in set(tried["sensor_id"])
    assert rows().equals(plain)
