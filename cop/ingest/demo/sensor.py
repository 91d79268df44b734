"""Synthetic sensors along the line and the history of their outages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cop.errors import SettingsError
from cop.ingest.demo.line import build_line
from cop.model.region import AgencyRole

if TYPE_CHECKING:
    import geopandas as gpd

    from cop.ingest.demo.line import DemoLine


@dataclass(frozen=True, kw_only=True)
class SensorPattern:
    """One kind of sensor: ranges are (low, high), failures and repairs are means of its life."""

    code: str
    share: float
    range_m: float
    height_m: tuple[float, float]
    from_line_km: tuple[float, float]
    fov_deg: float | None
    days_between: float
    down_hours: float
    down_spread: float
    agencies: tuple[AgencyRole, ...]
    causes: tuple[str, ...]


# Ranges as published for such systems in round figures; failures and repairs are assumptions.
SENSOR_KINDS: Final[dict[str, SensorPattern]] = {
    "tower": SensorPattern(
        code="TWR",
        share=0.22,
        range_m=12_000.0,
        height_m=(24.0, 48.0),
        from_line_km=(0.8, 5.0),
        fov_deg=None,
        days_between=40.0,
        down_hours=9.0,
        down_spread=1.2,
        agencies=("border", "border", "border", "state"),
        causes=("power", "link", "weather", "maintenance"),
    ),
    "camera": SensorPattern(
        code="CAM",
        share=0.35,
        range_m=4_000.0,
        height_m=(9.0, 24.0),
        from_line_km=(0.1, 1.2),
        fov_deg=75.0,
        days_between=28.0,
        down_hours=16.0,
        down_spread=1.3,
        agencies=("border", "border", "county"),
        causes=("power", "link", "maintenance", "damage"),
    ),
    "ground": SensorPattern(
        code="UGS",
        share=0.30,
        range_m=400.0,
        height_m=(0.0, 0.3),
        from_line_km=(0.03, 0.3),
        fov_deg=None,
        days_between=60.0,
        down_hours=90.0,
        down_spread=0.9,
        agencies=("border",),
        causes=("battery", "link", "damage"),
    ),
    "radar": SensorPattern(
        code="RDR",
        share=0.035,
        range_m=20_000.0,
        height_m=(12.0, 30.0),
        from_line_km=(2.0, 8.0),
        fov_deg=150.0,
        days_between=45.0,
        down_hours=12.0,
        down_spread=1.2,
        agencies=("border", "air"),
        causes=("power", "link", "maintenance"),
    ),
    "aerostat": SensorPattern(
        code="AER",
        share=0.025,
        range_m=60_000.0,
        height_m=(1500.0, 4500.0),
        from_line_km=(4.0, 12.0),
        fov_deg=None,
        days_between=4.0,
        down_hours=14.0,
        down_spread=0.9,
        agencies=("air",),
        causes=("weather", "weather", "weather", "maintenance"),
    ),
    "mobile": SensorPattern(
        code="MOB",
        share=0.07,
        range_m=8_000.0,
        height_m=(6.0, 12.0),
        from_line_km=(0.5, 4.0),
        fov_deg=180.0,
        days_between=3.0,
        down_hours=9.0,
        down_spread=0.7,
        agencies=("border", "border", "state", "county"),
        causes=("relocation", "maintenance", "fuel"),
    ),
}

# Sensors per 100 km: 220 on the whole line, dense at the western towns, next to none in Big Bend.
SENSORS_PER_100_KM: Final[dict[str, float]] = {
    "SDC": 23.0,
    "ELC": 13.0,
    "YUM": 10.0,
    "TCA": 11.5,
    "EPT": 7.5,
    "BBT": 0.8,
    "DRT": 5.5,
    "LRT": 7.0,
    "RGV": 8.5,
}
_ELSEWHERE_PER_100_KM: Final = 7.0
_STILL_DOWN_SHARE: Final = 0.04
_SPARSE_PER_100_KM: Final = 2.0
_NEW_SHARE: Final = 0.12
_REMOVED_SHARE: Final = 0.04


def build_demo_sensors(
    segments: "gpd.GeoDataFrame",
    *,
    seed: int,
    end: datetime,
    days: int,
    agencies: Mapping[AgencyRole, str] = MappingProxyType({}),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sensors and their outages in the days before end (naive UTC); about 7 per 100 km.

    ``agencies`` names who runs them by role: border, air, state, county. An outage that lasts
    beyond end has no up_at. Raise SettingsError for less than one day.
    """
    if days < 1:
        message = f"demo sensors over {days} days: give days >= 1"
        raise SettingsError(message)
    line = build_line(segments)
    where, what, how_long = np.random.SeedSequence(seed).spawn(3)
    stop = pd.Timestamp(end.astimezone(UTC).replace(tzinfo=None) if end.tzinfo else end)
    start = stop - pd.Timedelta(days=days)
    places = _places(line, np.random.default_rng(where))
    sensors = _sensors(line, places, (start, stop), np.random.default_rng(what))
    sensors["agency"] = sensors["agency"].replace(dict(agencies))
    outages = _outages(sensors, (start, stop), np.random.default_rng(how_long))
    return sensors, outages


def _places(line: "DemoLine", rng: np.random.Generator) -> list[tuple[int, str]]:
    """(segment position, kind) of every sensor, sector by sector, west to east."""
    kinds = list(SENSOR_KINDS)
    shares = np.array([SENSOR_KINDS[kind].share for kind in kinds])
    chosen: list[tuple[int, str]] = []
    for index, code in enumerate(line.sectors):
        rows = np.flatnonzero(line.sector == index)
        length_km = float(line.length_km[rows].sum())
        density = SENSORS_PER_100_KM.get(code, _ELSEWHERE_PER_100_KM)
        count = max(1, round(density * length_km / 100.0))
        along = (np.arange(count) + rng.uniform(0.1, 0.9, size=count)) / count
        if density < _SPARSE_PER_100_KM:
            # The few there are stand near the ends: the middle is one long gap.
            along = np.where(np.round(along) == 0, 0.25 * along, 1.0 - 0.25 * (1.0 - along))
        spread = _spread_kinds(shares, count, rng)
        chosen += [
            (int(rows[int(part * len(rows))]), kinds[kind])
            for part, kind in zip(along, spread, strict=True)
        ]
    return chosen


def _spread_kinds(shares: "np.ndarray[Any, Any]", count: int, rng: np.random.Generator) -> Any:
    """Kinds in proportion to their shares, in random order: even a short sector gets the mix."""
    marks = (np.arange(count) + rng.random()) / count
    kinds = np.searchsorted(np.cumsum(shares) / shares.sum(), marks, side="right")
    return rng.permutation(np.minimum(kinds, len(shares) - 1))


def _sensors(
    line: "DemoLine",
    places: list[tuple[int, str]],
    span: tuple[pd.Timestamp, pd.Timestamp],
    rng: np.random.Generator,
) -> pd.DataFrame:
    rows = []
    numbers: dict[tuple[str, str], int] = {}
    for segment, kind in places:
        key = (line.sectors[line.sector[segment]], kind)
        numbers[key] = numbers.get(key, 0) + 1
        rows.append(_sensor(line, segment, (*key, numbers[key]), span, rng))
    frame = pd.DataFrame(rows)
    for column in ("azimuth_deg", "fov_deg"):
        frame[column] = frame[column].astype("float64")
    for column in ("installed_at", "removed_at"):
        frame[column] = frame[column].astype("datetime64[us]")
    return frame


def _sensor(
    line: "DemoLine",
    segment: int,
    named: tuple[str, str, int],
    span: tuple[pd.Timestamp, pd.Timestamp],
    rng: np.random.Generator,
) -> dict[str, Any]:
    sector, kind, number = named
    pattern = SENSOR_KINDS[kind]
    row = np.array([segment])
    position = line.place(row, rng.random(1))
    off_m = 1000.0 * rng.uniform(*pattern.from_line_km, size=1)
    line.shift(position, row, off_m, np.zeros(1))
    east, north = line.tangent[segment]
    # The right-hand side of the line's direction is south: that is where the view goes.
    azimuth = (float(np.degrees(np.arctan2(north, -east))) + rng.normal(0.0, 18.0)) % 360.0
    installed, removed = _life(span, rng)
    return {
        "sensor_id": f"{sector}-{pattern.code}-{number:03d}",
        "name": f"{sector} {kind} {number}",
        "kind": kind,
        "lon": round(float(position[0, 0]), 6),
        "lat": round(float(position[0, 1]), 6),
        "height_m": round(float(rng.uniform(*pattern.height_m)), 1),
        "range_m": round(pattern.range_m * float(rng.uniform(0.85, 1.15)), -1),
        "azimuth_deg": None if pattern.fov_deg is None else round(azimuth, 1),
        "fov_deg": pattern.fov_deg,
        "agency": pattern.agencies[int(rng.integers(len(pattern.agencies)))],
        "installed_at": installed,
        "removed_at": removed,
    }


def _life(
    span: tuple[pd.Timestamp, pd.Timestamp], rng: np.random.Generator
) -> tuple[pd.Timestamp, pd.Timestamp | None]:
    """Most exist before the window; some are installed during it, a few removed."""
    start, stop = span
    length = stop - start
    installed = start - pd.Timedelta(days=float(rng.uniform(30.0, 2500.0)))
    if rng.random() < _NEW_SHARE:
        installed = start + length * float(rng.uniform(0.0, 0.9))
    removed = None
    if rng.random() < _REMOVED_SHARE:
        removed = (installed + (stop - installed) * float(rng.uniform(0.6, 1.0))).floor("min")
    return installed.floor("min"), removed


def _outages(
    sensors: pd.DataFrame,
    span: tuple[pd.Timestamp, pd.Timestamp],
    rng: np.random.Generator,
) -> pd.DataFrame:
    start, stop = span
    long_down = rng.random(len(sensors)) < _STILL_DOWN_SHARE
    if len(sensors) > 0 and not long_down.any():
        long_down[int(rng.integers(len(sensors)))] = True
    parts = [
        _history(sensor, max(start, sensor.installed_at), stop, bool(down), rng)
        for sensor, down in zip(sensors.itertuples(), long_down, strict=True)
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.sort_values(["down_at", "sensor_id"], ignore_index=True)


def _history(
    sensor: Any, start: pd.Timestamp, stop: pd.Timestamp, is_long: bool, rng: np.random.Generator
) -> pd.DataFrame:
    """Alternate working and down times of one sensor; a long one is down since days before stop."""
    pattern = SENSOR_KINDS[sensor.kind]
    last = stop if pd.isna(sensor.removed_at) else min(stop, sensor.removed_at)
    hours = (last - start) / pd.Timedelta(hours=1)
    expected = max(0.0, hours) / (24.0 * pattern.days_between)
    size = int(expected + 6.0 * np.sqrt(expected) + 8.0)
    up = rng.exponential(24.0 * pattern.days_between, size=size)
    down = pattern.down_hours * np.exp(pattern.down_spread * rng.standard_normal(size))
    down = np.maximum(down, 0.25)
    down_at = np.cumsum(up) + np.concatenate(([0.0], np.cumsum(down)[:-1]))
    up_at = down_at + down
    if is_long and last == stop and hours > 0.0:
        since = hours - min(hours * 0.5, float(rng.uniform(8.0, 960.0)))
        chosen = up_at < since
        down_at = np.append(down_at[chosen], since)
        up_at = np.append(up_at[chosen], np.inf)
    chosen = down_at < hours
    down_at, up_at = down_at[chosen], up_at[chosen]
    is_open = np.full(len(up_at), last == stop) & (up_at > hours)
    causes = np.array(pattern.causes, dtype=object)[
        rng.integers(len(pattern.causes), size=len(up_at))
    ]
    return pd.DataFrame(
        {
            "sensor_id": pd.array([sensor.sensor_id] * len(up_at), dtype="str"),
            "down_at": _times(start, down_at),
            "up_at": _times(start, np.where(is_open, np.nan, np.minimum(up_at, hours))),
            "cause": pd.array(causes, dtype="str"),
        }
    )


def _times(start: pd.Timestamp, hours: Any) -> Any:
    """Whole seconds, datetime64[us]; NaN becomes NaT."""
    seconds = np.round(np.nan_to_num(hours, nan=0.0) * 3600.0).astype("timedelta64[s]")
    times = (start.to_datetime64().astype("datetime64[us]") + seconds).astype("datetime64[us]")
    times[np.isnan(hours)] = np.datetime64("NaT")
    return times
