"""Figures per border segment for a filter: events, change, risk with its track record, coverage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cop.analysis.barrier import BARRIER_COLUMNS, build_barriers
from cop.analysis.coverage import Sight, build_coverage, build_sight
from cop.analysis.forecast.segment import bound_sum
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.model.ahead import Ahead
from cop.model.filter import Filter, Records
from cop.model.window import TimeWindow
from cop.query.forecast.risk import (
    Risk,
    build_risk,
    forecast_origin,
    outside_filter,
    relevant_to_risk,
)
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import LINES, OUTAGE_COLUMNS, OUTAGES, SENSOR_COLUMNS, SENSORS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

FIGURES = (
    "n", "count", "previous_n", "change", "risk", "risk_low", "risk_high", "risk_change",
    "coverage",
    *BARRIER_COLUMNS,
)  # fmt: skip
"""What the segments of a tile carry, as far as it is known."""

_FILES_CACHED = 8


@dataclass(frozen=True, kw_only=True)
class SegmentFigures:
    """One row per segment, and the basis of its forecast.

    ``table`` has segment_id, length_km, n, count, previous_n, change (percent), risk, risk_low,
    risk_high (events in the period ``ahead``), risk_change (risk less the events of the last
    period before the forecast), coverage (share of segment-hours, 0-1), barrier_share (of the
    length, 0-1), barrier_km and barrier_KIND_km; NaN is unknown.
    """

    table: pd.DataFrame
    risk: Risk
    ahead: Ahead

    @property
    def risk_window(self) -> TimeWindow:
        """The period that is forecast."""
        return self.ahead.window_from(self.risk.origin)

    @property
    def track_record(self) -> SegmentTrack:
        """How such forecasts did in the last weeks."""
        return self.risk.track

    @property
    def expected(self) -> tuple[float, float, float] | None:
        """Events expected of the segments of the filter, with the 80% interval; None: unknown."""
        if "risk" not in self.table:
            return None
        rows = self.table["risk"].notna().to_numpy()
        return bound_sum(self.risk.forecast, self.ahead.number - 1, rows) if rows.any() else None

    @cached_property
    def columns(self) -> pa.Table:
        """The segments' ids and figures for a query, NaN where unknown."""
        names = [name for name in FIGURES if name in self.table]
        return pa.table(
            {
                "segment_id": self.table["segment_id"].astype(str).tolist(),
                **{name: self.table[name].to_numpy(float) for name in names},
            }
        )

    @property
    def has_barriers(self) -> bool:
        """Whether barriers are loaded that come near the line."""
        return bool(self.table["barrier_share"].notna().any())


def read_figures(service: QueryService, view: View) -> SegmentFigures | None:
    """Return the figures per segment of a view; None where no region is loaded."""
    return service.answer(
        "figures",
        view.part(),
        lambda: _build_figures(
            service.warehouse,
            view.snapshot,
            view.filter,
            _read_risk(service, view),
            _read_barriers(service, view),
        ),
    )


def _build_figures(
    warehouse: Warehouse,
    snapshot: Snapshot,
    resolved: Filter,
    risk: Risk | None,
    barriers: pd.DataFrame | None,
) -> SegmentFigures | None:
    if risk is None:
        return None
    segments = read_segments(snapshot)
    table = pd.DataFrame(segments[["segment_id", "length_km"]])
    if snapshot.lacks_events(resolved):
        table = table.assign(n=np.nan, count=np.nan)
    else:
        now = _counts(warehouse, snapshot, resolved)
        table = table.assign(
            n=[now.get(segment, (0, 0))[0] for segment in table["segment_id"]],
            count=[now.get(segment, (0, 0))[1] for segment in table["segment_id"]],
        )
    table = _add_change(table, warehouse, snapshot, resolved)
    ahead = resolved.ahead or Ahead()
    if risk.reason is None:
        table = table.assign(**_risk_columns(risk, ahead, outside_filter(segments, resolved)))
    table["coverage"] = coverage_shares(snapshot, resolved)["share"].to_numpy()
    for name in BARRIER_COLUMNS:
        table[name] = np.nan if barriers is None else barriers[name].to_numpy()
    return SegmentFigures(table=table, risk=risk, ahead=ahead)


def _risk_columns(
    risk: Risk, ahead: Ahead, outside: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.float64]]:
    forecast, place = risk.forecast, ahead.number - 1
    expected = forecast.expected[:, place]
    columns = {
        "risk": expected,
        "risk_low": forecast.lower[:, place],
        "risk_high": forecast.upper[:, place],
        "risk_change": expected - risk.before,
    }
    return {name: np.where(outside, np.nan, column) for name, column in columns.items()}


def _read_risk(service: QueryService, view: View) -> Risk | None:
    """The forecasts of one snapshot are built once for every window, sector and period ahead."""
    relevant = relevant_to_risk(view.filter, forecast_origin(view.snapshot, view.filter))
    return service.answer(
        "risk",
        view.part(relevant),
        lambda: _build_risk(service.warehouse, view.snapshot, relevant),
    )


def _build_risk(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> Risk | None:
    if "segments" not in snapshot.catalogue.files:
        return None
    watched = partial(_watched, snapshot, resolved.records == "synthetic")
    segments = read_segments(snapshot)
    return build_risk(warehouse, snapshot, resolved, segments=segments, watched=watched)


def _watched(
    snapshot: Snapshot, synthetic: bool, start: datetime, end: datetime
) -> npt.NDArray[np.float64] | None:
    records: Records = "synthetic" if synthetic else "real"
    window = TimeWindow(start=start, end=end)
    share = coverage_shares(snapshot, Filter(window=window, records=records))["share"].to_numpy()
    return None if np.isnan(share).all() else share


def coverage_shares(snapshot: Snapshot, resolved: Filter) -> pd.DataFrame:
    """Return coverage per segment over the window (up to now), by the sensors of the same records.

    Real records are never called covered by synthetic sensors: without real ones it is unknown.
    """

    def see(synthetic: bool) -> Sight:
        (segments_file,) = snapshot.catalogue.files_of("segments")
        return _sight(segments_file, snapshot.catalogue.files[SENSORS], synthetic)

    return cover_places(snapshot, resolved, read_segments(snapshot), see)


def cover_places(
    snapshot: Snapshot, resolved: Filter, places: pd.DataFrame, see: Callable[[bool], Sight]
) -> pd.DataFrame:
    """Return the same of other places: rows with ``segment_id`` and ``length_km``.

    ``see`` gives what the sensors, synthetic or real ones, see of them.
    """
    synthetic = resolved.records == "synthetic"
    sensors, outages = read_sensors(snapshot, synthetic)
    end = min(resolved.window.end or snapshot.now, snapshot.now)
    start = resolved.window.start or end - timedelta(days=30)
    lacking = any(caveat.missing for caveat in snapshot.caveats((SENSORS, OUTAGES), resolved))
    if start >= end or lacking:
        sensors, start = sensors.iloc[:0], end - timedelta(hours=1)
    sight = None if sensors.empty else see(synthetic)
    return build_coverage(places, sensors, outages, start=start, end=end, sight=sight)


def read_sensors(snapshot: Snapshot, synthetic: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the sensors, real or synthetic ones, and their outages; the frames are shared."""
    files = snapshot.catalogue.files
    return _sensors(files.get(SENSORS), files.get(OUTAGES), synthetic)


def _read_barriers(service: QueryService, view: View) -> pd.DataFrame | None:
    part = view.content("segments", LINES, relevant=Filter(records=view.records))
    return service.answer("barriers", part, lambda: _build_barriers(view.snapshot, view.records))


def _build_barriers(snapshot: Snapshot, records: Records) -> pd.DataFrame | None:
    """Return the barrier figures of each segment, west to east; None where none are loaded.

    Synthetic barriers count only with synthetic records; without any, real ones do.
    """
    if not {"segments", LINES} <= set(snapshot.catalogue.files):
        return None
    lines = gpd.read_parquet(snapshot.catalogue.files_of(LINES)[0])
    lines = lines[lines["line_type"] == "barrier"]
    own = lines[lines["synthetic"]] if records == "synthetic" else lines.iloc[:0]
    barriers = lines[~lines["synthetic"]] if own.empty else own
    return None if barriers.empty else build_barriers(read_segments(snapshot), barriers)


def read_segments(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Read the segments of the region, west to east; the frame is shared, so leave it as it is."""
    (path,) = snapshot.catalogue.files_of("segments")
    return _read_segments(path)


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def _read_segments(path: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path).sort_values("km_from", ignore_index=True)


@lru_cache(_FILES_CACHED)
def _sensors(
    sensor_files: tuple[str, ...] | None, outage_files: tuple[str, ...] | None, synthetic: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sensors, outages = (
        pd.DataFrame(columns=list(columns)) if files is None else pd.read_parquet(files[0])
        for files, columns in ((sensor_files, SENSOR_COLUMNS), (outage_files, OUTAGE_COLUMNS))
    )
    chosen = sensors[sensors["synthetic"] == synthetic]
    return chosen, outages[outages["sensor_id"].isin(chosen["sensor_id"])]


@lru_cache(_FILES_CACHED)
def _sight(segments_file: str, sensor_files: tuple[str, ...], synthetic: bool) -> Sight:
    sensors, _ = _sensors(sensor_files, None, synthetic)
    return build_sight(_read_segments(segments_file), sensors)


def _counts(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter
) -> dict[str, tuple[int, int]]:
    selection = warehouse.events(snapshot, resolved)
    rows = warehouse.query(
        f"SELECT segment_id, count(*), sum(count)::BIGINT FROM {selection.source} "
        f"WHERE {selection.where} GROUP BY 1",
        selection.values,
    )
    return {segment: (n, count) for segment, n, count in rows}


def _add_change(
    table: pd.DataFrame, warehouse: Warehouse, snapshot: Snapshot, resolved: Filter
) -> pd.DataFrame:
    previous = snapshot.previous(resolved)
    if previous is None:
        return table
    before = _counts(warehouse, snapshot, resolved.within(previous))
    table["previous_n"] = table["segment_id"].map(lambda s: before.get(s, (0, 0))[0])
    share = (table["n"] - table["previous_n"]) / table["previous_n"].replace(0, np.nan)
    table["change"] = 100 * share
    return table
