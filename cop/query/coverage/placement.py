"""Where each sensor stood and when: a mobile one has a place for each of its positions."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cop.analysis.sight.footprint import SightPicture, unpack
from cop.analysis.sight.viewshed import DRAWS, TARGET_M, Placement
from cop.model.sensor import USUAL_HEIGHT_M, USUAL_OTHER_HEIGHT_M
from cop.query.coverage.ground import HeightSource

METHOD = 2
"""Raised where a viewshed of the same sensor and heights comes out otherwise."""
_OPTIONAL = {"azimuth_deg": np.nan, "fov_deg": np.nan, "detect_near": 1.0, "detect_far": 1.0}


def build_placements(sensors: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each place of a sensor, with ``valid_from`` and ``valid_to``.

    A sensor stands where its record says until its first position (sensor_id, at, lon, lat,
    height_m, reported_by), from then on where the last one says, as high as it or else the record
    says. ``reported_by`` is the source of that position, empty where the record says.
    ``height_assumed`` tells that the height is the usual one of its kind. Times are naive UTC,
    NaT: always.
    """
    placed = sensors.assign(
        valid_from=sensors["installed_at"], valid_to=sensors["removed_at"], reported_by=None
    )
    for name, usual in _OPTIONAL.items():
        values = placed[name].astype("float64") if name in placed else np.nan
        placed[name] = values if np.isnan(usual) else pd.Series(values, placed.index).fillna(usual)
    moved = _positions(placed, positions)
    joined = placed
    if len(moved):
        joined = pd.concat([_before_the_first(placed, moved), moved], ignore_index=True)
    usual_m = joined["kind"].map(USUAL_HEIGHT_M).fillna(USUAL_OTHER_HEIGHT_M)
    height = joined["height_m"].astype("float64")
    joined = joined.assign(height_assumed=height.isna(), height_m=height.fillna(usual_m))
    return joined.sort_values(["sensor_id", "valid_from"], ignore_index=True, na_position="first")


def _before_the_first(placed: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    first = placed["sensor_id"].map(moved.groupby("sensor_id")["valid_from"].min())
    ended = placed["valid_to"]
    placed = placed.assign(valid_to=ended.mask(first.notna() & ~(ended <= first), first))
    return placed[~(placed["valid_to"] <= placed["valid_from"])]


def _positions(sensors: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    rows = positions.sort_values(["sensor_id", "at"], ignore_index=True)
    rows = rows.assign(until=rows.groupby("sensor_id")["at"].shift(-1))
    found = rows.merge(
        sensors.drop(columns=["lon", "lat"]), on="sensor_id", suffixes=("", "_stated")
    )
    found["height_m"] = found["height_m"].fillna(found["height_m_stated"].astype("float64"))
    begin = found[["at", "installed_at"]].max(axis=1)
    end = found[["until", "removed_at"]].min(axis=1)
    found = found.assign(valid_from=begin, valid_to=end)
    return found[~(end <= begin)].reindex(columns=list(sensors.columns))


def placement_of(row: Any) -> Placement:
    """Return what a row of placements says of how its sensor looks."""
    azimuth, fov = (None if np.isnan(v) else float(v) for v in (row.azimuth_deg, row.fov_deg))
    return Placement(
        lon=float(row.lon),
        lat=float(row.lat),
        height_m=float(row.height_m),
        range_m=float(row.range_m),
        azimuth_deg=azimuth,
        fov_deg=fov,
        detect_near=float(row.detect_near),
        detect_far=float(row.detect_far),
    )


def footprint_of(row: Mapping[str, Any]) -> SightPicture:
    """Return the footprint in a row of viewsheds."""
    names = ("zoom", "left", "top", "rows", "columns")
    return unpack(row["percent"], **{name: int(row[name]) for name in names})


def name_sight(placement: Placement, sources: Sequence[HeightSource]) -> str:
    """Return what names a viewshed: all that decides how it comes out."""
    parts = (METHOD, TARGET_M, DRAWS, placement, tuple(source.path for source in sources))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
