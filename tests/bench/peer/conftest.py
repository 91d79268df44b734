"""The made-up events as files in folders of their months, as the store lays them out."""

from pathlib import Path

import geopandas as gpd
import pytest

from cop.bench.rival import READ_COLUMNS
from tests.support.race import make_events


@pytest.fixture
def event_files(tmp_path: Path) -> list[str]:
    events = make_events()
    events["event_id"] = events["source_id"]
    points = gpd.points_from_xy(events["lon"], events["lat"], crs="EPSG:4326")
    frame = gpd.GeoDataFrame(events[[*READ_COLUMNS]], geometry=points)
    files = []
    for month, part in frame.groupby(frame["occurred_at"].dt.strftime("%Y-%m")):
        folder = tmp_path / f"month={month}"
        folder.mkdir()
        files.append(str(folder / "a.parquet"))
        part.to_parquet(files[-1])
    return files
