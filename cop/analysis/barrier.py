"""Kilometers of barrier beside each border segment, by kind, and the share of it that has one."""

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PIECE_M: Final = 25.0
NEAR_M: Final = 1_000.0
BARRIER_KINDS: Final = ("pedestrian", "vehicle", "unknown")
BARRIER_COLUMNS: Final = (
    "barrier_km",
    *(f"barrier_{kind}_km" for kind in BARRIER_KINDS),
    "barrier_share",
)
_GEOD: Final = Geod(ellps="WGS84")
_CONFORMAL: Final = "EPSG:3395"


def build_barriers(segments: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return segment_id and BARRIER_COLUMNS: what runs within 1 km of the line, by segment.

    Every barrier is cut into pieces of at most 25 m, of geodesic length; a piece whose middle
    lies within 1 km of the line belongs to the nearest segment, so that the sum over segments and
    kinds is the length within 1 km of the line. Parallel barriers each count. ``barrier_share``
    (0-1) is the part of the segment that has any barrier beside it: the union of the pieces'
    projections onto the segment. Distances are taken in the ellipsoidal Mercator projection over
    its scale at the piece, exact to 1 in 5,000 at 1 km. Where no barrier comes near the line at
    all, nothing is known of it and all figures are NaN.
    """
    result = pd.DataFrame({"segment_id": segments["segment_id"].to_numpy()})
    pieces = _cut(barriers)
    segment, pieces = _assign(segments, pieces)
    if pieces.empty:
        return result.assign(**dict.fromkeys(BARRIER_COLUMNS, np.nan))
    kind = pieces["kind"].where(pieces["kind"].isin(BARRIER_KINDS), "unknown")
    for name in BARRIER_KINDS:
        own = np.where(kind == name, pieces["km"], 0.0)
        result[f"barrier_{name}_km"] = np.bincount(segment, weights=own, minlength=len(segments))
    result["barrier_km"] = sum(result[f"barrier_{name}_km"] for name in BARRIER_KINDS)
    result["barrier_share"] = _shares(segments, segment, pieces)
    return result[["segment_id", *BARRIER_COLUMNS]]


def _cut(barriers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pieces of at most 25 m: their ends and middle in degrees, length in km, kind."""
    parts, row = shapely.get_parts(np.asarray(barriers.geometry.array), return_index=True)
    flat, part = shapely.get_coordinates(parts, return_index=True)
    joined = np.flatnonzero(part[:-1] == part[1:])
    first, last = flat[joined], flat[joined + 1]
    meters = _GEOD.inv(first[:, 0], first[:, 1], last[:, 0], last[:, 1])[2]
    count = np.maximum(1, np.ceil(meters / PIECE_M)).astype(np.int64)
    edge = np.repeat(np.arange(len(joined)), count)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    places = {
        name: first[edge] + ((nth + at) / count[edge])[:, None] * (last - first)[edge]
        for name, at in (("start", 0.0), ("middle", 0.5), ("end", 1.0))
    }
    kinds = barriers["kind"].to_numpy(object)
    return pd.DataFrame(
        {
            "km": (meters / count)[edge] / 1_000,
            "kind": kinds[row[part[joined]]][edge],
            **{f"{name}_lon": xy[:, 0] for name, xy in places.items()},
            **{f"{name}_lat": xy[:, 1] for name, xy in places.items()},
        }
    )


def _assign(segments: gpd.GeoDataFrame, pieces: pd.DataFrame) -> tuple["Ints", pd.DataFrame]:
    """The row of the nearest segment of each piece within 1 km, and those pieces."""
    if pieces.empty or segments.empty:
        return np.zeros(0, dtype=np.int64), pieces.iloc[:0]
    scale = _scale(pieces["middle_lat"].to_numpy(dtype=np.float64))
    tree = shapely.STRtree(_lines(segments))
    (piece, segment), distance = tree.query_nearest(
        _points(pieces, "middle"),
        max_distance=NEAR_M * float(scale.max()),
        return_distance=True,
        all_matches=False,
    )
    near = distance <= NEAR_M * scale[piece]
    return segment[near].astype(np.int64), pieces.iloc[piece[near]]


def _shares(segments: gpd.GeoDataFrame, segment: "Ints", pieces: pd.DataFrame) -> "Floats":
    """Share of each segment that the projections of its pieces cover together."""
    lines = _lines(segments)[segment]
    ends = np.column_stack(
        [
            shapely.line_locate_point(lines, _points(pieces, name), normalized=True)
            for name in ("start", "end")
        ]
    )
    # Two apart, the unit intervals of different segments never meet, so one sweep serves all.
    low, high = ends.min(axis=1) + 2 * segment, ends.max(axis=1) + 2 * segment
    order = np.argsort(low, kind="stable")
    low, high = low[order], high[order]
    reached = np.concatenate(([-1.0], np.maximum.accumulate(high)[:-1]))
    added = np.maximum(0.0, high - np.maximum(low, reached))
    share = np.bincount(segment[order], weights=added, minlength=len(segments))
    return np.clip(share, 0.0, 1.0)


def _lines(segments: gpd.GeoDataFrame) -> "NDArray[np.object_]":
    return np.asarray(segments.geometry.to_crs(_CONFORMAL).array)


def _points(pieces: pd.DataFrame, name: str) -> "NDArray[np.object_]":
    points = gpd.points_from_xy(pieces[f"{name}_lon"], pieces[f"{name}_lat"], crs="EPSG:4326")
    return np.asarray(points.to_crs(_CONFORMAL))


def _scale(lat: "Floats") -> "Floats":
    """Scale of the ellipsoidal Mercator projection at a latitude (Snyder 1987, eq. 7-8)."""
    sine = np.sin(np.radians(lat))
    scale: Floats = np.sqrt(1 - _GEOD.es * sine**2) / np.cos(np.radians(lat))
    return scale
