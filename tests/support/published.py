"""What is published, read past the program: the catalogue by sqlite3, the files by geopandas."""

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
from shapely import Polygon

from cop.model.filter import Filter
from cop.settings import StoreSettings

_FILES = """
    SELECT d.path, d.path_is_relative FROM ducklake_data_file d
    JOIN ducklake_table t ON t.table_id = d.table_id AND t.end_snapshot IS NULL
    WHERE t.table_name = ? AND d.end_snapshot IS NULL
"""


def published_files(warehouse: Path | StoreSettings, dataset: str) -> list[Path]:
    """The files of a dataset at the newest version of a folder, or of what settings name."""
    settings = StoreSettings(data=warehouse) if isinstance(warehouse, Path) else warehouse
    folder = settings.data
    if settings.database is None:
        with closing(sqlite3.connect(folder / "catalogue.sqlite")) as catalogue:
            rows = catalogue.execute(_FILES, (dataset,)).fetchall()
    else:
        with psycopg.connect(settings.database, options="-c search_path=main") as opened:
            rows = opened.execute(_FILES.replace("?", "%s").encode(), (dataset,)).fetchall()
    base = folder / "datasets" / "main" / dataset
    return sorted(base / path if relative else Path(path) for path, relative in rows)


def read_published(warehouse: Path | StoreSettings, dataset: str = "events") -> gpd.GeoDataFrame:
    """A whole dataset at the newest version."""
    parts = [gpd.read_parquet(path) for path in published_files(warehouse, dataset)]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)


def passing(events: gpd.GeoDataFrame, wanted: Filter, *, synthetic: bool) -> gpd.GeoDataFrame:
    """The events that pass a filter, by pandas."""
    keep = events["synthetic"] == synthetic
    if wanted.window.start is not None:
        keep &= events["occurred_at"] >= pd.Timestamp(wanted.window.start)
    if wanted.window.end is not None:
        keep &= events["occurred_at"] < pd.Timestamp(wanted.window.end)
    for column, allowed in (
        ("sector", wanted.sectors),
        ("county", wanted.counties),
        ("kind", wanted.kinds),
        ("source", wanted.sources),
    ):
        if allowed:
            keep &= events[column].isin(allowed)
    if wanted.area is not None:
        keep &= events.intersects(Polygon(wanted.area.vertices))
    return events[keep]


def people_of(events: pd.DataFrame) -> int:
    """How many people events count: other units are not added to them."""
    return int(events.loc[events["unit"] == "people", "count"].sum())


def tiles_of(events: gpd.GeoDataFrame, z: int) -> set[tuple[int, int]]:
    """The XYZ tiles that hold the points, by the formula of the slippy map."""
    lon, lat = events.geometry.x.to_numpy(), events.geometry.y.to_numpy()
    lat = np.radians(np.clip(lat, -85.0511287798066, 85.0511287798066))
    x = np.floor((lon + 180) / 360 * 2**z).astype(int)
    y = np.floor((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 2**z).astype(int)
    most = 2**z - 1
    return set(zip(np.clip(x, 0, most).tolist(), np.clip(y, 0, most).tolist(), strict=True))
