"""Which share of each border segment working sensors see, in segment-hours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

from cop.errors import FilterError, InputFileError

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PIECE_M: Final = 250.0
_FULL_CIRCLE: Final = 360.0
_ARC_POINTS: Final = 97
_METERS_PER_DEGREE: Final = 111_320.0
_HOUR_US: Final = 3_600_000_000
_FOREVER: Final = np.iinfo(np.int64).max
_GEOD: Final = Geod(ellps="WGS84")


def build_footprints(sensors: pd.DataFrame) -> gpd.GeoDataFrame:
    """Ground that each sensor's range and field of view reach, terrain ignored (EPSG:4326).

    A circle, or a sector of fov_deg around azimuth_deg, with geodesic radius range_m; the sensor's
    columns are kept. Raise InputFileError for a sensor whose position or range cannot be used.
    """
    _check(sensors)
    half, center = _view(sensors)
    count = len(sensors)
    step = np.linspace(-1.0, 1.0, _ARC_POINTS)[None, :]
    lon = np.repeat(sensors["lon"].to_numpy(dtype=np.float64)[:, None], _ARC_POINTS, axis=1)
    lat = np.repeat(sensors["lat"].to_numpy(dtype=np.float64)[:, None], _ARC_POINTS, axis=1)
    reach = np.repeat(sensors["range_m"].to_numpy(dtype=np.float64)[:, None], _ARC_POINTS, axis=1)
    azimuth = center[:, None] + half[:, None] * step
    x, y, _ = _GEOD.fwd(lon.ravel(), lat.ravel(), azimuth.ravel(), reach.ravel())
    arc = np.column_stack((x, y)).reshape(count, _ARC_POINTS, 2)
    apex = np.stack((lon[:, :1], lat[:, :1]), axis=2)
    shapes = [
        shapely.Polygon(arc[index] if is_round else np.vstack((apex[index], arc[index])))
        for index, is_round in enumerate(half * 2 >= _FULL_CIRCLE)
    ]
    return gpd.GeoDataFrame(sensors.copy(), geometry=shapes, crs="EPSG:4326")


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """What sensors see of segments while they work, whatever the time.

    ``sets`` are the distinct sets of sensors (sets, sensors); ``group`` names the set that sees
    each piece (pieces), ``owner`` the row of its segment.
    """

    sets: "NDArray[np.bool_]"
    group: "Ints"
    owner: "Ints"


def build_sight(segments: gpd.GeoDataFrame, sensors: pd.DataFrame) -> Sight:
    """Find which sensors see which pieces; InputFileError for an unusable sensor."""
    return build_point_sight(*_pieces(segments), sensors)


def build_point_sight(points: "Floats", owner: "Ints", sensors: pd.DataFrame) -> Sight:
    """Find which sensors see which points (n, 2), lon/lat; ``owner`` names the place of each.

    Every place owns at least one point. InputFileError for an unusable sensor.
    """
    _check(sensors)
    sets, group = _seen_by(points, sensors)
    return Sight(sets=sets, group=group, owner=owner)


def build_coverage(
    segments: gpd.GeoDataFrame,
    sensors: pd.DataFrame,
    outages: pd.DataFrame,
    *,
    start: "datetime",
    end: "datetime",
    sight: Sight | None = None,
) -> pd.DataFrame:
    """Coverage of each segment in [start, end), naive UTC.

    One segment-hour is one segment during one hour: segment_hours_total is the window's hours.
    segment_hours_seen integrates, over the window, the share of the segment's LENGTH that at least
    one working sensor sees; share = seen / total; covered_length_km_mean = share * length_km.
    A segment is judged in pieces of at most 250 m by their middle; a piece is seen while a sensor
    that is installed, not removed and not down has it within range_m (geodesic) and inside its
    field of view, terrain ignored. Times are integrated exactly. No installed_at: always there.

    ``sight`` is what ``build_sight`` gives for the same segments and sensors.

    With no sensors at all nothing is known: share, segment_hours_seen and covered_length_km_mean
    are NaN, never 0. Raise FilterError for an empty window and InputFileError for an unusable
    sensor or an outage without a beginning.
    """
    first, last = _microseconds(start), _microseconds(end)
    if first >= last:
        message = f"coverage from {start} to {end} is empty: choose a start before the end"
        raise FilterError(message)
    total = (last - first) / _HOUR_US
    if len(sensors) == 0 or len(segments) == 0:
        share = np.full(len(segments), np.nan)
    else:
        sight = sight or build_sight(segments, sensors)
        share = np.clip(_hours_seen(sight, sensors, outages, (first, last)) / total, 0.0, 1.0)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy(),
            "segment_hours_seen": share * total,
            "segment_hours_total": np.full(len(segments), total),
            "share": share,
            "covered_length_km_mean": share * segments["length_km"].to_numpy(dtype=np.float64),
        }
    )


def _hours_seen(
    sight: Sight, sensors: pd.DataFrame, outages: pd.DataFrame, span: tuple[int, int]
) -> "Floats":
    """Hours that the average piece of each segment is seen."""
    hours = _union_hours(sight.sets, _working(sensors, outages, *span))[sight.group]
    mean: Floats = np.bincount(sight.owner, weights=hours) / np.bincount(sight.owner)
    return mean


def _check(sensors: pd.DataFrame) -> None:
    """Raise for the first sensor whose numbers cannot be used."""
    limits = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0), "range_m": (1.0, 1_000_000.0)}
    for column, (low, high) in limits.items():
        values = sensors[column].to_numpy(dtype=np.float64)
        wrong = np.flatnonzero(~((values >= low) & (values <= high)))
        if len(wrong):
            sensor = sensors.iloc[int(wrong[0])]
            message = (
                f"sensor {sensor['sensor_id']}: {column} is {sensor[column]}; "
                f"use a number from {low:g} to {high:g}"
            )
            raise InputFileError(message)


def _view(sensors: pd.DataFrame) -> tuple["Floats", "Floats"]:
    """Half of the field of view and its center, degrees; 180 and any center where all round."""
    fov = sensors["fov_deg"].astype("float64").to_numpy(dtype=np.float64)
    center = sensors["azimuth_deg"].astype("float64").to_numpy(dtype=np.float64)
    is_round = np.isnan(fov) | np.isnan(center) | (fov >= _FULL_CIRCLE)
    half: Floats = np.where(is_round, _FULL_CIRCLE / 2, fov / 2)
    middle: Floats = np.where(is_round, 0.0, center)
    return half, middle


def _pieces(segments: gpd.GeoDataFrame) -> tuple["Floats", "Ints"]:
    """Middles (n, 2), lon/lat, of equally long pieces, and the row of the segment each is of."""
    lines = np.asarray(segments.geometry.array)
    flat, owner = shapely.get_coordinates(lines, return_index=True)
    middle = (segments.geometry.bounds["miny"] + segments.geometry.bounds["maxy"]) / 2
    squeeze = np.cos(np.radians(middle.to_numpy(dtype=np.float64)))
    flat[:, 0] *= squeeze[owner]
    local = shapely.linestrings(flat, indices=owner)
    length_m = shapely.length(local) * _METERS_PER_DEGREE
    count = np.maximum(1, np.ceil(length_m / PIECE_M)).astype(np.int64)
    row = np.repeat(np.arange(len(lines)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    places = shapely.line_interpolate_point(local[row], (nth + 0.5) / count[row], normalized=True)
    points: Floats = shapely.get_coordinates(places)
    points[:, 0] /= squeeze[row]
    return points, row


def _seen_by(points: "Floats", sensors: pd.DataFrame) -> tuple["NDArray[np.bool_]", "Ints"]:
    """Distinct sets of sensors (sets, sensors) and, for each point, the set that sees it."""
    lon = sensors["lon"].to_numpy(dtype=np.float64)
    lat = sensors["lat"].to_numpy(dtype=np.float64)
    reach = sensors["range_m"].to_numpy(dtype=np.float64)
    # A chord through the earth is never longer than the geodesic, so the tree drops nothing.
    tree = cKDTree(_earth_centered(points[:, 0], points[:, 1]))
    near = tree.query_ball_point(_earth_centered(lon, lat), reach + 1.0)
    sensor = np.repeat(np.arange(len(sensors)), [len(found) for found in near])
    point = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    azimuth, _, distance = _GEOD.inv(lon[sensor], lat[sensor], points[point, 0], points[point, 1])
    half, center = _view(sensors)
    turn = np.abs((azimuth - center[sensor] + 180.0) % _FULL_CIRCLE - 180.0)
    is_seen = (distance <= reach[sensor]) & (turn <= half[sensor])
    table = np.zeros((len(points), len(sensors)), dtype=bool)
    table[point[is_seen], sensor[is_seen]] = True
    packed = np.packbits(table, axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return table[first], group.astype(np.int64)


def _earth_centered(lon: "Floats", lat: "Floats") -> Any:
    """Earth-centered meters (n, 3) on the WGS 84 ellipsoid."""
    to_xyz = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    return np.column_stack(to_xyz.transform(lon, lat, np.zeros(len(lon))))


def _working(
    sensors: pd.DataFrame, outages: pd.DataFrame, first: int, last: int
) -> tuple["Ints", "Ints", "Ints"]:
    """(sensor row, from, to), microseconds: when each sensor works inside [first, last)."""
    begin = _column(sensors["installed_at"], missing=first)
    finish = _column(sensors["removed_at"], missing=last)
    begin, finish = np.clip(begin, first, last), np.clip(finish, first, last)
    sensor, down, up = _down(sensors, outages)
    down, up = np.maximum(down, begin[sensor]), np.minimum(up, finish[sensor])
    real = down < up
    rows = np.arange(len(sensors))
    # A sensor works where +1 of its life is not canceled: down times count -1, once per overlap.
    who = np.concatenate((rows, rows, sensor[real], sensor[real]))
    when = np.concatenate((begin, finish, down[real], up[real]))
    outs = np.ones(int(real.sum()), dtype=np.int64)
    lives = np.ones(len(rows), dtype=np.int64)
    change = np.concatenate((lives, -lives, -outs, outs))
    order = np.lexsort((when, who))
    who, when, state = who[order], when[order], np.cumsum(change[order])
    works = (state[:-1] == 1) & (who[:-1] == who[1:]) & (when[:-1] < when[1:])
    return who[:-1][works], when[:-1][works], when[1:][works]


def _down(sensors: pd.DataFrame, outages: pd.DataFrame) -> tuple["Ints", "Ints", "Ints"]:
    """(sensor row, down, up), microseconds; outages of sensors that are not in the table go."""
    if len(outages) == 0:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    unknown = np.flatnonzero(outages["down_at"].isna().to_numpy())
    if len(unknown):
        which = outages["sensor_id"].iloc[int(unknown[0])]
        message = f"outage of sensor {which}: down_at is missing; state when it went down"
        raise InputFileError(message)
    row = pd.Index(sensors["sensor_id"]).get_indexer(pd.Index(outages["sensor_id"]))
    known = row >= 0
    down = _column(outages["down_at"], missing=0)
    up = _column(outages["up_at"], missing=_FOREVER)
    return row[known].astype(np.int64), down[known], up[known]


def _union_hours(sets: "NDArray[np.bool_]", working: tuple["Ints", "Ints", "Ints"]) -> "Floats":
    """Hours in which at least one sensor of each set works."""
    sensor, begin, finish = working
    group, member = np.nonzero(sets)
    first = np.searchsorted(sensor, member, side="left")
    count = np.searchsorted(sensor, member, side="right") - first
    row = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
    who = np.repeat(group, count)
    who = np.concatenate((who, who))
    when = np.concatenate((begin[row], finish[row]))
    change = np.repeat(np.array([1, -1], dtype=np.int64), len(row))
    order = np.lexsort((when, who))
    who, when, state = who[order], when[order], np.cumsum(change[order])
    if len(when) == 0:
        return np.zeros(len(sets))
    span = np.where(state[:-1] > 0, np.diff(when), 0)
    hours = np.bincount(who[:-1], weights=span / _HOUR_US, minlength=len(sets))
    return np.asarray(hours, dtype=np.float64)


def _column(times: "pd.Series[Any]", *, missing: int) -> "Ints":
    """Microseconds since 1970 of a column of naive UTC times."""
    stamps = pd.to_datetime(times).astype("datetime64[us]").to_numpy()
    filled: Ints = np.where(np.isnat(stamps), missing, stamps.astype(np.int64))
    return filled


def _microseconds(moment: "datetime") -> int:
    stamp = pd.Timestamp(moment)
    naive = stamp.tz_convert("UTC").tz_localize(None) if stamp.tzinfo else stamp
    return int(naive.to_datetime64().astype("datetime64[us]").astype(np.int64))
