"""Tests of placing events, against geopandas."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.ingest.locate import AREA_UNCERTAINTY_M, SEGMENT_UNCERTAINTY_M, Locator
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


def test_the_nearest_segment_is_of_the_same_sector(locator: Locator) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"lon": rng.uniform(-117, -97.5, 300), "lat": rng.uniform(26, 33, 300)})
    placed = locator.place(frame)
    inside = placed[placed["sector"] != "NONE"]
    assert (placed.loc[placed["sector"] == "NONE", "segment_id"] == "NONE").all()
    assert (inside["segment_id"].str[:3] == inside["sector"]).all()
    lines = locator.segments.set_index("segment_id").to_crs(3857)
    points = gpd.GeoSeries(gpd.points_from_xy(inside["lon"], inside["lat"]), crs=4326).to_crs(3857)
    for point, (_, row) in zip(points, inside.iterrows(), strict=True):
        own = lines[lines["sector"] == row["sector"]].distance(point)
        assert own[row["segment_id"]] == pytest.approx(own.min(), abs=1e-6)


def test_no_points_is_no_fault(locator: Locator) -> None:
    placed = locator.place(pd.DataFrame({"lon": [], "lat": []}, dtype=float))
    assert placed.empty
    assert {"segment_id", "sector", "county", "mx", "my"} <= set(placed)


@pytest.mark.sources
def test_vague_positions_are_in_no_segment_and_vaguer_ones_in_no_sector(locator: Locator) -> None:
    metres = [None, 0, SEGMENT_UNCERTAINTY_M, 25_001, AREA_UNCERTAINTY_M, 100_001, 1e6]
    frame = pd.DataFrame({"lon": -110.94, "lat": 31.4, "uncertainty_m": metres})
    placed = locator.place(frame)
    assert (SEGMENT_UNCERTAINTY_M, AREA_UNCERTAINTY_M) == (25_000, 100_000)
    assert (placed["segment_id"] != "NONE").tolist() == [True] * 3 + [False] * 4
    assert placed["sector"].tolist() == ["TCA"] * 5 + ["NONE"] * 2
    assert placed["county"].tolist() == ["Santa Cruz, AZ"] * 5 + ["NONE"] * 2
    assert placed["mx"].nunique() == 1
