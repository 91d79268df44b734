"""Hourly demo counts: people by hour of their report and by zone of the line."""

from datetime import datetime
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from cop.analysis.zone import name_zones
from cop.ingest.demo.event import build_demo_events
from cop.ingest.geography import read_segments
from cop.model.region import Region

_CONFORMAL: Final = "EPSG:3395"
_COLUMNS: Final = ["occurred_at", "reported_at", "lon", "lat", "count", "unit"]


def build_demo_hours(
    region: Region, *, events: int, days: int, seed: int, end: datetime, rush_of: int
) -> tuple[np.ndarray, np.ndarray]:
    """People (hours, zones) by the hour of their report, and where one record is of ``rush_of``.

    Reports before the first event or after ``end`` are left out.
    """
    segments = read_segments(region)
    zones = {sector.code: sector.time_zone for sector in region.sectors}
    batches = build_demo_events(
        segments, time_zones=zones, events=events, days=days, seed=seed, end=end
    )
    rows = pa.Table.from_batches(batch.select(_COLUMNS) for batch in batches).to_pandas()
    rows = rows[rows["unit"] == "people"].reset_index(drop=True)
    zone, total = _zones(segments, rows)
    start = rows["occurred_at"].min().floor("h")
    hour = ((rows["reported_at"] - start) // pd.Timedelta(hours=1)).to_numpy(np.int64)
    people = rows["count"].to_numpy(float)
    counts = np.zeros((int(hour.max()) + 1, total))
    np.add.at(counts, (hour, zone), people)
    rushes = np.zeros(counts.shape, dtype=bool)
    large = people >= rush_of
    rushes[hour[large], zone[large]] = True
    return counts, rushes


def _zones(segments: gpd.GeoDataFrame, rows: pd.DataFrame) -> tuple[np.ndarray, int]:
    """The zone of the segment nearest to each row, and how many zones there are."""
    code, known = pd.factorize(name_zones(segments["sector"]))
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs="EPSG:4326").to_crs(_CONFORMAL)
    tree = shapely.STRtree(np.asarray(segments.geometry.to_crs(_CONFORMAL).array))
    return code[tree.nearest(np.asarray(points))], len(known)
