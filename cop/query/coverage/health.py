"""The health of sensors: their state, how long they were up, and whether they detect."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from cop.analysis.coverage.sighting import project_to_world
from cop.analysis.coverage.status import EARLIEST, STATE_CODES, UP, StatusSteps
from cop.analysis.coverage.step import HOUR_US
from cop.analysis.sight.footprint import PERCENT, SEEN, UNKNOWN
from cop.model.filter import Filter
from cop.model.sensor import SensorState
from cop.query.coverage.place import read_sights
from cop.query.coverage.segment import is_lacking, microseconds_of, window_of
from cop.query.coverage.sights import Sights
from cop.query.figure import read_figures
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import SENSORS

LEAST_EVENTS: Final = 5
"""Events in the area that a sensor claims to see, from which on no detection is a flag."""
_SUMS: Final = ["up_hours", "stood", "inside", "outside", "events"]
_STATES: Final[dict[int, SensorState]] = {code: state for state, code in STATE_CODES.items()}

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SensorHealth:
    """One row per sensor of a filter that stood somewhere in its window.

    ``table`` has sensor_id, name, kind, agency, sector (of the nearest segment), state at the end
    of the window (unknown where its place is withheld by then), since (NaT: always so), up_share
    of the hours it stood (0-1), outages (in the window), terrain, height_assumed, and of events
    detected by it: inside and outside the area it claims to see, that is with a chance of at least
    half; where heights are missing is neither.
    ``events`` are all there by whatever detected them, each with the chance that it is seen, by the
    share of the window that the sensor was up there; NaN unknown. ``silent`` flags a sensor that
    detected nothing there although it was up and they were. Events are those of the window and the
    records: what a sensor claims to see does not end at a filter's sectors or kinds.
    ``outages`` has sensor_id, down_at, up_at, state and cause of those in the window.
    ``attributed`` is whether any event of the window names the sensor that detected it.
    """

    table: pd.DataFrame
    outages: pd.DataFrame
    start: datetime
    end: datetime
    attributed: bool


def read_health(service: QueryService, view: View) -> SensorHealth | None:
    """Return the health of the sensors of a view; None where no such sensors are loaded."""
    return service.answer("health", view.part(), lambda: _build(service, view))


def _build(service: QueryService, view: View) -> SensorHealth | None:
    snapshot, resolved = view.snapshot, view.filter
    span = window_of(snapshot, resolved)
    sights = read_sights(service.warehouse, snapshot, resolved)
    if span is None or sights is None or is_lacking(snapshot, resolved):
        return None
    first, last = map(microseconds_of, span)
    rows = sights.placements
    placed = rows.assign(
        row=np.arange(len(rows)),
        **_judge_states(sights.status, first, last),
        sector=_nearest_sectors(view, rows),
        stood=_hours_stood(rows, span),
    )
    share = placed["up_hours"] / ((span[1] - span[0]) / timedelta(hours=1))
    placed["state"] = placed["state"].mask(_is_lost(view, placed, span[1]), "unknown")
    placed["events"] = share * _count_events(service, view, sights)
    placed = placed[(placed["stood"] > 0) & _is_inside(view, placed)]
    found = _find_detections(service, view)
    inside, outside = _place_detections(found, placed, sights)
    table = _one_row_a_sensor(placed.assign(inside=inside, outside=outside))
    outages = _within(sights.outages, table["sensor_id"], span)
    table["outages"] = table["sensor_id"].map(outages["sensor_id"].value_counts()).fillna(0)
    table["outages"] = table["outages"].astype(int)
    table["silent"] = (
        (table["inside"] == 0)
        & (table["up_hours"] > 0)
        & (table["events"] >= LEAST_EVENTS)
        & bool(len(found))
    )
    return SensorHealth(
        table=table.reset_index(drop=True),
        outages=outages,
        start=span[0],
        end=span[1],
        attributed=bool(len(found)),
    )


def _judge_states(status: StatusSteps, first: int, last: int) -> dict[str, Any]:
    """Return of each placement its state at the end, since when, and hours up."""
    states, since, up = [], [], []
    for row in range(len(status.first) - 1):
        moments, codes = status.of(row)
        now = int(np.searchsorted(moments, last, side="right")) - 1
        states.append(_STATES[int(codes[now])])
        since.append(moments[now])
        bounds = np.clip(np.append(moments, last), first, last)
        up.append(float(np.diff(bounds)[codes == UP].sum()) / HOUR_US)
    moments_us = np.array(since, np.int64)
    stamps = moments_us.astype("datetime64[us]")
    stamps[moments_us == EARLIEST] = np.datetime64("NaT")
    return {"state": states, "since": stamps, "up_hours": up}


def _is_lost(view: View, placed: pd.DataFrame, end: datetime) -> "pd.Series[bool]":
    """Return of each placement whether it ended, though its sensor was not removed by then.

    Where it stands since rests on what is withheld from the viewer, if there is no later one.
    """
    sensors = pd.read_parquet(view.snapshot.catalogue.files_of(SENSORS)[0])
    removed_at = placed["sensor_id"].map(sensors.set_index("sensor_id")["removed_at"])
    return (placed["valid_to"] <= end) & ~(removed_at <= end)


def _hours_stood(rows: pd.DataFrame, span: tuple[datetime, datetime]) -> "pd.Series[float]":
    start, end = map(pd.Timestamp, span)
    begin = rows["valid_from"].fillna(start).clip(lower=start)
    finish = rows["valid_to"].fillna(end).clip(upper=end)
    return ((finish - begin) / timedelta(hours=1)).clip(lower=0.0)


def _nearest_sectors(view: View, rows: pd.DataFrame) -> list[str]:
    segments = read_segments(view.snapshot)
    tree = shapely.STRtree(np.asarray(segments.geometry.array))
    nearest = tree.nearest(shapely.points(rows["lon"], rows["lat"]))
    return [str(sector) for sector in segments["sector"].to_numpy()[nearest]]


def _is_inside(view: View, placed: pd.DataFrame) -> "pd.Series[bool]":
    inside = pd.Series(True, placed.index)
    if view.filter.sectors:
        inside &= placed["sector"].isin(view.filter.sectors)
    if view.filter.area is not None:
        inside &= shapely.contains_xy(view.filter.area.polygon, placed["lon"], placed["lat"])
    return inside


def _count_events(service: QueryService, view: View, sights: Sights) -> Floats:
    """Return the events in what each placement sees, by their chances; NaN where unknown."""
    if read_figures(service, view) is None:
        return np.full(len(sights.footprints), np.nan)
    selection = service.warehouse.events(view.snapshot, _all_events(view))
    found = service.warehouse.columns(
        f"SELECT lon, lat FROM {selection.source} WHERE {selection.where} ORDER BY lon",
        selection.values,
    )
    x, y = project_to_world(np.column_stack([found["lon"], found["lat"]]))
    counts = []
    for footprint in sights.footprints:
        west, _, east, _ = footprint.world_bounds()
        near = slice(*np.searchsorted(x, (west, east)))
        _, percent = footprint.look_up(x[near], y[near])
        counts.append(float(percent[percent != UNKNOWN].sum()) / PERCENT)
    return np.array(counts)


def _all_events(view: View) -> Filter:
    return Filter(window=view.filter.window, records=view.filter.records)


def _find_detections(service: QueryService, view: View) -> pd.DataFrame:
    """Return sensor_id, lon, lat and moment (microseconds) of events that name their sensor."""
    selection = service.warehouse.events(view.snapshot, _all_events(view))
    rows = service.warehouse.query(
        "SELECT json_extract_string(attributes, '$.sensor_id'), lon, lat, epoch_us(occurred_at) "
        f"FROM {selection.source} WHERE {selection.where} AND detection = 'sensor' "
        "AND json_extract_string(attributes, '$.sensor_id') IS NOT NULL",
        selection.values,
    )
    return pd.DataFrame(rows, columns=["sensor_id", "lon", "lat", "at"])


def _place_detections(
    found: pd.DataFrame, placed: pd.DataFrame, sights: Sights
) -> tuple[list[int], list[int]]:
    """Return how many detections lie inside and outside of what each placement claims to see.

    One that no placement of its time has is left out: the sensor stood nowhere then.
    """
    by_sensor = dict(list(found.groupby("sensor_id")))
    inside, outside = [], []
    for row in placed.itertuples():
        own = by_sensor.get(row.sensor_id)
        if own is None:
            inside.append(0)
            outside.append(0)
            continue
        begin = EARLIEST if pd.isna(row.valid_from) else row.valid_from.value // 1_000
        end = -EARLIEST if pd.isna(row.valid_to) else row.valid_to.value // 1_000
        then = own[(own["at"] >= begin) & (own["at"] < end)]
        _, percent = sights.footprints[row.row].look_up(
            *project_to_world(then[["lon", "lat"]].to_numpy(float))
        )
        unknown = int((percent == UNKNOWN).sum())
        seen = int((percent >= SEEN * PERCENT).sum()) - unknown
        inside.append(seen)
        outside.append(len(then) - seen - unknown)
    return inside, outside


def _one_row_a_sensor(placed: pd.DataFrame) -> pd.DataFrame:
    """Join the placements of a sensor: the last one tells where it is and how."""
    ordered = placed.sort_values(["sensor_id", "valid_from"], na_position="first")
    sums = ordered.groupby("sensor_id")[_SUMS].sum(min_count=1)
    last = ordered.groupby("sensor_id").tail(1).set_index("sensor_id")
    last = last.drop(columns=_SUMS).join(sums)
    last["up_share"] = (last["up_hours"] / last["stood"]).clip(0.0, 1.0)
    return last.reset_index()


def _within(
    outages: pd.DataFrame, sensors: "pd.Series[str]", span: tuple[datetime, datetime]
) -> pd.DataFrame:
    start, end = span
    own = outages[outages["sensor_id"].isin(sensors)]
    touching = (own["down_at"] < end) & (own["up_at"].isna() | (own["up_at"] > start))
    return own[touching].reset_index(drop=True)


def longest_down(health: SensorHealth, most: int) -> list[str]:
    """Return the sensors with the most hours not up in the window, the worst first."""
    rows = health.outages
    begin = rows["down_at"].clip(lower=pd.Timestamp(health.start))
    end = rows["up_at"].fillna(pd.Timestamp(health.end)).clip(upper=pd.Timestamp(health.end))
    hours = (end - begin) / timedelta(hours=1)
    ranked = hours.groupby(rows["sensor_id"]).sum().sort_values(ascending=False)
    return [str(sensor) for sensor in ranked.head(most).index]
