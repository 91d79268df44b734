"""The published barriers: loaded whole, drawn by kind, and summed per segment, none lost."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from cop.analysis.barrier import BARRIER_KINDS
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.query.figure import read_figures
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.border import BORDER, properties_along
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.published import read_published, tiles_of
from tests.support.sample import sample_path
from tests.support.tile import features_of
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.sources

GEOD = Geod(ellps="WGS84")
UTM_ZONES = range(11, 15)


@pytest.fixture(scope="module")
def fence() -> gpd.GeoDataFrame:
    """The file, with the geodesic length of each line and its kind."""
    document = json.loads(sample_path("fence_2017").read_text())
    lines = gpd.GeoDataFrame.from_features(document["features"], crs="EPSG:4326")
    lines["kind"] = lines["gen_type"].fillna("unknown")
    lines["km"] = lines.geometry.map(GEOD.geometry_length) / 1_000
    return lines


def kilometers_near(lines: gpd.GeoDataFrame, border: shapely.Geometry) -> dict[str, float]:
    """Kilometres by kind within 1 km of the border, cut with a buffer in each UTM zone."""
    found = dict.fromkeys(BARRIER_KINDS, 0.0)
    for zone in UTM_ZONES:
        strip = shapely.box(6 * zone - 186, 20, 6 * zone - 180, 40)
        crs = f"EPSG:{32_600 + zone}"
        near = gpd.GeoSeries([border], crs="EPSG:4326").to_crs(crs).buffer(1_000, quad_segs=32)
        own = lines.clip(strip).to_crs(crs)
        parts = own.geometry.intersection(near.iloc[0])
        km = parts[~parts.is_empty].to_crs("EPSG:4326").map(GEOD.geometry_length) / 1_000
        for kind, value in km.groupby(lines["kind"].loc[km.index]).sum().items():
            found[str(kind)] += float(value)
    return found


@pytest.fixture(scope="module")
def warehouse(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the barriers, loaded by the command line."""
    folder = tmp_path_factory.mktemp("fence") / "warehouse"
    copy_warehouse(bare_warehouse, folder)
    path, name = sample_path("fence_2017"), "fence_2017"
    loaded = run_cop("ingest", "lines", path, "--profile", name, "--json", "--data", folder)
    assert loaded.returncode == 0, loaded.stderr
    report = json.loads(loaded.stdout)
    assert (report["accepted"], report["rejected"], report["duplicate"]) == (743, 0, 0)
    return folder


def test_shown_fence(warehouse: Path, fence: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """1,128 km as published; by segment and kind what lies within 1 km of the line."""
    published = read_published(warehouse, "lines")
    length = published.geometry.map(GEOD.geometry_length).sum() / 1_000
    assert length == pytest.approx(1_128, rel=0.01)
    assert published["length_km"].sum() == pytest.approx(fence["km"].sum(), rel=1e-6)
    by_kind = published.groupby("kind")["length_km"].sum()
    assert by_kind.to_dict() == pytest.approx(fence.groupby("kind")["km"].sum().to_dict())
    segments = read_published(warehouse, "segments")
    with serving(warehouse, tmp_path / "log.txt") as base:
        caller = Caller(base)
        found = segments_served(caller)
        caller.close()
    assert set(found) == set(segments["segment_id"])
    expected = kilometers_near(fence, segments.union_all())
    for kind, kilometers in expected.items():
        summed = sum(properties[f"barrier_{kind}_km"] for properties in found.values())
        # Tiles round each figure to a metre.
        assert summed == pytest.approx(kilometers, rel=0.005), kind
    total = sum(properties["barrier_km"] for properties in found.values())
    assert total == pytest.approx(sum(expected.values()), rel=0.005)
    assert all(0 <= properties["barrier_share"] <= 1 for properties in found.values())


def segments_served(caller: Caller) -> dict[str, dict[str, object]]:
    found = {}
    for tile in BORDER:
        answer = caller.ask(f"/tiles/segments/{tile.z}/{tile.x}/{tile.y}.mvt")
        assert answer.status in (200, 204)
        for feature in features_of(answer.body, "segments"):
            found[feature["properties"]["segment_id"]] = feature["properties"]
    return found


def test_barriers_are_drawn_by_kind(standing: QueryService, fence: gpd.GeoDataFrame) -> None:
    vertices = gpd.GeoDataFrame(geometry=shapely.points(shapely.get_coordinates(fence.geometry)))
    layer, found = find_layer("barriers"), {}
    for x, y in tiles_of(vertices, 11):
        for feature in features_of(
            read_tile(standing, standing.view(), layer, Tile(11, x, y)).mvt, "barriers"
        ):
            found[feature["properties"]["record_id"]] = feature["properties"]
    drawn = pd.DataFrame(found.values())
    # A line of a few meters has no length in a tile.
    for kind, own in fence[fence["km"] > 0.02].groupby("kind"):
        assert len(own) <= (drawn["kind"] == kind).sum() <= (fence["kind"] == kind).sum()
    assert drawn["length_km"].sum() == pytest.approx(fence["km"].sum(), rel=0.001)
    assert set(drawn["name"].dropna()) <= set(fence["seg_name"].dropna())


def test_no_filter_changes_the_barriers_of_a_segment(standing: QueryService) -> None:
    plain = read_figures(standing, standing.view(Filter(records="real")))
    other = read_figures(
        standing, standing.view(Filter(sectors=("RGV",), kinds=("rescue",), records="real"))
    )
    assert plain is not None
    assert other is not None
    assert plain.has_barriers
    pd.testing.assert_series_equal(plain.table["barrier_km"], other.table["barrier_km"])


def test_without_lines_barriers_are_unknown(service: QueryService) -> None:
    figures = read_figures(service, service.view(Filter(records="synthetic")))
    assert figures is not None
    assert not figures.has_barriers
    found = properties_along(service, "segments", "segment_id")
    assert not any(name.startswith("barrier") for p in found.values() for name in p)
