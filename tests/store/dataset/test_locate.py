"""Tests of placing events, against geopandas and the distance to every segment."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from cop.ingest.geography import read_geography, read_region, region_names
from cop.store.dataset.locate import AREA_UNCERTAINTY_M, SEGMENT_UNCERTAINTY_M, Locator
from tests.support.published import read_published

pytestmark = pytest.mark.picture


@pytest.fixture(scope="module")
def locator(bare_warehouse: Path) -> Locator:
    parts = ("sectors", "counties", "segments")
    return Locator(**{part: read_published(bare_warehouse, part) for part in parts})


def test_every_point_has_the_sector_and_county_that_hold_it(locator: Locator) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"lon": rng.uniform(-119, -96, 800), "lat": rng.uniform(24, 35, 800)})
    placed = locator.place(frame)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326"
    )
    for column, areas in (("sector", locator.sectors), ("county", locator.counties)):
        joined = gpd.sjoin(points, areas[[column, "geometry"]], how="left")
        expected = joined[~joined.index.duplicated()][column].fillna("NONE")
        assert placed[column].tolist() == expected.tolist()
    assert (placed["sector"] == "NONE").any()
    assert placed["sector"].nunique() == 10


def locator_of(region: str) -> Locator:
    geography = read_geography(read_region(region))
    return Locator(
        sectors=geography.sectors, counties=geography.counties, segments=geography.segments
    )


def points_of(locator: Locator) -> pd.DataFrame:
    """Points around the line, on its very cuts, and all over the region."""
    rng = np.random.default_rng(5)
    lines = np.asarray(locator.segments.geometry.array)
    near = shapely.get_coordinates(shapely.centroid(rng.choice(lines, 2_000)))
    near += rng.normal(0.0, 0.05, near.shape)
    west, south, east, north = locator.sectors.total_bounds
    far = rng.uniform((west - 1, south - 1), (east + 1, north + 1), (1_000, 2))
    ends = shapely.get_coordinates(shapely.get_point(lines, 0))
    return pd.DataFrame(np.concatenate([near, far, ends]), columns=["lon", "lat"])


def measure(points: pd.DataFrame, lines: gpd.GeoDataFrame) -> np.ndarray:
    """Return the distance of each point to each line, in Mercator meters."""
    shapes = gpd.GeoSeries(gpd.points_from_xy(points["lon"], points["lat"]), crs=4326)
    measured: np.ndarray = shapely.distance(
        np.asarray(shapes.to_crs(3857).array)[:, None], np.asarray(lines.to_crs(3857).geometry)
    )
    return measured


@pytest.mark.parametrize("region", region_names())
def test_the_segment_is_the_nearest_of_its_sector(region: str) -> None:
    locator = locator_of(region)
    placed = locator.place(points_of(locator))
    assert placed["sector"].nunique() == len(locator.sectors) + 1
    assert (placed.loc[placed["sector"] == "NONE", "segment_id"] == "NONE").all()
    for sector, rows in placed[placed["sector"] != "NONE"].groupby("sector"):
        own = locator.segments[locator.segments["sector"] == sector]
        number = pd.Index(own["segment_id"]).get_indexer(rows["segment_id"])
        assert (number >= 0).all()
        away = measure(rows, own)
        chosen = away[np.arange(len(rows)), number]
        assert chosen == pytest.approx(away.min(axis=1), abs=1e-6)


def test_a_sector_without_segments_has_none() -> None:
    locator = locator_of("hu_rs")
    first, other = locator.sectors["sector"].iloc[:2]
    segments = locator.segments[locator.segments["sector"] == first]
    bare = Locator(sectors=locator.sectors, counties=locator.counties, segments=segments)
    placed = bare.place(points_of(locator))
    assert set(placed.loc[placed["sector"] == other, "segment_id"]) == {"NONE"}
    assert placed.loc[placed["sector"] == first, "segment_id"].isin(segments["segment_id"]).all()


def test_columns_are_those_of_the_placed_rows() -> None:
    locator = locator_of("hu_rs")
    points = points_of(locator)
    columns = locator.locate(points["lon"].to_numpy(), points["lat"].to_numpy(), None)
    placed = locator.place(points)
    assert pa.table(columns).to_pylist() == placed[[*columns]].to_dict("records")


def test_no_points_is_no_fault(locator: Locator) -> None:
    placed = locator.place(pd.DataFrame({"lon": [], "lat": []}, dtype=float))
    assert placed.empty
    assert {"segment_id", "sector", "county", "mx", "my"} <= set(placed)


@pytest.mark.sources
def test_vague_positions_are_in_no_segment_and_vaguer_ones_in_no_sector(locator: Locator) -> None:
    meters = [None, 0, SEGMENT_UNCERTAINTY_M, 25_001, AREA_UNCERTAINTY_M, 100_001, 1e6]
    frame = pd.DataFrame({"lon": -110.94, "lat": 31.4, "uncertainty_m": meters})
    placed = locator.place(frame)
    assert (SEGMENT_UNCERTAINTY_M, AREA_UNCERTAINTY_M) == (25_000, 100_000)
    assert (placed["segment_id"] != "NONE").tolist() == [True] * 3 + [False] * 4
    assert placed["sector"].tolist() == ["TCA"] * 5 + ["NONE"] * 2
    assert placed["county"].tolist() == ["Santa Cruz, AZ"] * 5 + ["NONE"] * 2
    assert placed["mx"].nunique() == 1
