"""Tests of placing many points: as a Locator places them, one by one."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from cop.ingest.demo.place import Placer
from cop.ingest.geography import read_geography, read_region, region_names
from cop.ingest.locate import Locator

pytestmark = pytest.mark.picture

NEAR, FAR = 6_000, 4_000


def _locator(name: str) -> Locator:
    geography = read_geography(read_region(name))
    return Locator(
        sectors=geography.sectors, counties=geography.counties, segments=geography.segments
    )


def _points(locator: Locator) -> pd.DataFrame:
    """Points around the line, on its very cuts, and all over the region."""
    rng = np.random.default_rng(5)
    lines = np.asarray(locator.segments.geometry.array)
    near = shapely.get_coordinates(shapely.centroid(rng.choice(lines, NEAR)))
    near += rng.normal(0.0, 0.05, near.shape)
    west, south, east, north = locator.sectors.total_bounds
    far = rng.uniform((west - 1, south - 1), (east + 1, north + 1), (FAR, 2))
    ends = shapely.get_coordinates(shapely.get_point(lines, 0))
    lon, lat = np.concatenate([near, far, ends]).T
    uncertainty_m = rng.choice([50.0, 25_000.5, 100_000.5], len(lon), p=[0.9, 0.05, 0.05])
    return pd.DataFrame({"lon": lon, "lat": lat, "uncertainty_m": uncertainty_m})


@pytest.mark.parametrize("name", region_names())
def test_points_are_placed_as_a_locator_places_them(name: str) -> None:
    locator = _locator(name)
    points = _points(locator)
    placed = Placer(locator).place(pa.RecordBatch.from_pandas(points)).to_pandas()
    one_by_one = locator.place(points)
    assert list(placed) == list(one_by_one)
    distinct = slice(0, NEAR + FAR)
    for column in ("segment_id", "sector", "county", "mx", "my"):
        first = placed[column].astype(object).to_numpy()[distinct]
        assert (first == one_by_one[column].to_numpy(object)[distinct]).all(), column
    assert placed["sector"].nunique() == len(locator.sectors) + 1


def test_a_cut_belongs_to_a_segment_that_ends_there() -> None:
    locator = _locator("hu_rs")
    ends = _points(locator).iloc[NEAR + FAR :].assign(uncertainty_m=10.0)
    placed = Placer(locator).place(pa.RecordBatch.from_pandas(ends, preserve_index=False))
    lines = locator.segments.set_index("segment_id").geometry
    chosen = np.asarray(lines[placed["segment_id"].to_pylist()].array)
    assert shapely.distance(chosen, shapely.points(ends["lon"], ends["lat"])).max() < 1e-9


def test_a_sector_without_segments_has_none() -> None:
    locator = _locator("hu_rs")
    codes = locator.sectors["sector"]
    bare = Locator(
        sectors=locator.sectors,
        counties=locator.counties,
        segments=locator.segments[locator.segments["sector"] == codes.iloc[0]],
    )
    points = _points(locator)
    placed = Placer(bare).place(pa.RecordBatch.from_pandas(points)).to_pandas()
    other = placed[placed["sector"] == codes.iloc[1]]
    assert len(other)
    assert set(other["segment_id"]) == {"NONE"}
