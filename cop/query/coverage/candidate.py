"""Where further sensors could stand: high ground near the line and a town, or a given list."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from cop.errors import InputFileError
from cop.query.coverage.ground import HeightSource, read_ground
from cop.query.segment import read_segments
from cop.query.view import View

NEAR_TOWN_KM: Final = 40.0
"""A mast must be reached and served: candidates lie within that of a town."""
_SEARCH_M: Final = 4_000.0
_GEOD: Final = Geod(ellps="WGS84")
_LIMITS: Final = {"lon": 180.0, "lat": 85.0}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A place for a sensor (EPSG:4326 degrees); ``ground_m`` is None without heights."""

    name: str
    lon: float
    lat: float
    ground_m: float | None = None


def read_candidates(path: Path) -> list[Candidate]:
    """Read a CSV of places with the columns lon, lat and, if there is one, name.

    Raise InputFileError naming the row and the value that is wrong.
    """
    try:
        table = pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as fault:
        raise InputFileError(f"{path.name}: cannot be read as CSV: {fault}") from fault
    missing = [name for name in _LIMITS if name not in table]
    if missing:
        raise InputFileError(f"{path.name}: no column {', '.join(missing)}; lon and lat are needed")
    places = {name: pd.to_numeric(table[name], errors="coerce") for name in _LIMITS}
    for name, most in _LIMITS.items():
        wrong = np.flatnonzero(~(places[name].abs() <= most))
        if len(wrong):
            row = int(wrong[0])
            raise InputFileError(
                f"{path.name}, row {row + 2}: {name} is {table[name].iloc[row]!r}; use degrees "
                f"from -{most:g} to {most:g}"
            )
    names = table["name"] if "name" in table else pd.Series([None] * len(table))
    return [
        Candidate(name=str(name) if isinstance(name, str) else f"row {i + 2}", lon=lon, lat=lat)
        for i, (name, lon, lat) in enumerate(zip(names, places["lon"], places["lat"], strict=True))
    ]


def propose_candidates(
    view: View, segments: gpd.GeoDataFrame, folder: Path, sources: list[HeightSource]
) -> list[Candidate]:
    """Return the highest ground within 4 km of the middle of each segment, on the own side.

    Without heights it is the middle itself, moved to the own side. Places farther than 40 km from
    every town are left out, unless no town is known.
    """
    files = view.snapshot.catalogue.files
    land = shapely.union_all(np.asarray(gpd.read_parquet(files["sectors"][0]).geometry.array))
    shapely.prepare(land)
    found = []
    for segment in segments.itertuples():
        middle = segment.geometry.interpolate(0.5, normalized=True)
        best = _highest(folder, sources, middle.x, middle.y, land) or _inland(middle, land)
        if best is not None:
            lon, lat, ground_m = best
            found.append(
                Candidate(name=str(segment.segment_id), lon=lon, lat=lat, ground_m=ground_m)
            )
    return _near_towns(found, gpd.read_parquet(files["places"][0]) if "places" in files else None)


def segments_of(view: View, segment_ids: "pd.Series[str]") -> gpd.GeoDataFrame:
    """Return some segments of a view, west to east."""
    segments = read_segments(view.snapshot)
    return segments[segments["segment_id"].isin(segment_ids)]


def _highest(
    folder: Path, sources: list[HeightSource], lon: float, lat: float, land: shapely.Geometry
) -> tuple[float, float, float] | None:
    ground = read_ground(folder, sources, lon=lon, lat=lat, range_m=_SEARCH_M)
    if ground is None:
        return None
    grid = ground.grid
    x, y = grid.places()
    heights = np.where(shapely.contains_xy(land, x, y), ground.heights.ravel(), np.nan)
    if np.isnan(heights).all():
        return None
    best = int(np.nanargmax(heights))
    return float(x[best]), float(y[best]), float(heights[best])


def _inland(middle: shapely.Point, land: shapely.Geometry) -> tuple[float, float, None] | None:
    """Return a place 1 km from the line on the own side; None where none of eight is."""
    for azimuth in range(0, 360, 45):
        lon, lat, _ = _GEOD.fwd(middle.x, middle.y, azimuth, 1_000.0)
        if shapely.contains_xy(land, lon, lat):
            return float(lon), float(lat), None
    return None


def _near_towns(found: list[Candidate], towns: gpd.GeoDataFrame | None) -> list[Candidate]:
    if towns is None or towns.empty:
        return found
    points = towns.geometry.representative_point()
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    near = []
    for one in found:
        _, _, distance = _GEOD.inv(np.full(len(lon), one.lon), np.full(len(lon), one.lat), lon, lat)
        if distance.min() <= 1_000 * NEAR_TOWN_KM:
            near.append(one)
    return near
