"""Figures per border segment for a filter: events, change, risk with its track record, coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cop.analysis.barrier import BARRIER_COLUMNS, build_barriers
from cop.analysis.forecast.segment import bound_sum
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.model.ahead import Ahead
from cop.model.filter import Filter, Records
from cop.model.window import TimeWindow
from cop.query.coverage.segment import cover_periods, cover_segments, read_steps
from cop.query.forecast.risk import Risk, build_risk, forecast_origin, relevant_to_risk
from cop.query.reporting import OBSERVED, OUT_OF_SCOPE, Reporting, name_states, read_reporting
from cop.query.segment import read_segments
from cop.query.segment_count import NO_EVENTS, count_by_segment
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import LINES
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

FIGURES = (
    "n", "people", "previous_n", "change", "risk", "risk_low", "risk_high", "risk_change",
    "coverage", "coverage_unknown", "gap",
    *BARRIER_COLUMNS,
)  # fmt: skip
"""What the segments of a tile carry, as far as it is known."""


@dataclass(frozen=True, kw_only=True)
class SegmentFigures:
    """One row per segment, and the basis of its forecast.

    ``table`` has segment_id, length_km, state (observed, unknown where no source reports in the
    window, outside the filter), n, people, previous_n, change (percent), risk, risk_low, risk_high
    (events in the period ``ahead``), risk_change (risk less the events of the last period before
    the forecast), coverage and coverage_unknown (shares of segment-hours seen and of those that
    may be seen, 0-1), gap (risk x the share neither seen nor unknown), barrier_share (of
    the length, 0-1), barrier_km and barrier_KIND_km; NaN is unknown. Outside the filter only
    barriers are stated; from stale records there is no change.
    """

    table: pd.DataFrame
    risk: Risk
    ahead: Ahead

    @property
    def risk_window(self) -> TimeWindow:
        """The period that is forecast."""
        return self.ahead.window_from(self.risk.origin)

    def is_past(self, now: datetime) -> bool:
        """Return whether the period that is forecast has ended by now (naive UTC)."""
        end = self.risk_window.end
        return end is not None and end <= now

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
                "state": self.table["state"].astype(str).tolist(),
                **{name: self.table[name].to_numpy(float) for name in names},
            }
        )

    @property
    def has_barriers(self) -> bool:
        """Whether barriers are loaded that come near the line."""
        return bool(self.table["barrier_share"].notna().any())


def read_figures(service: QueryService, view: View) -> SegmentFigures | None:
    """Return the figures per segment of a view; None where no region is loaded."""
    reporting = read_reporting(service, view)
    return service.answer(
        "figures",
        view.part(),
        lambda: _build_figures(
            service.warehouse,
            view,
            reporting,
            _read_risk(service, view),
            _read_barriers(service, view),
        ),
        about=reporting.is_stale,
    )


def _build_figures(
    warehouse: Warehouse,
    view: View,
    reporting: Reporting,
    risk: Risk | None,
    barriers: pd.DataFrame | None,
) -> SegmentFigures | None:
    if risk is None:
        return None
    snapshot, resolved = view.snapshot, view.filter
    segments = read_segments(snapshot)
    table = pd.DataFrame(segments[["segment_id", "length_km"]])
    states = np.array(name_states(segments, view, reporting))
    outside = states == OUT_OF_SCOPE
    table["state"] = states
    previous = None if reporting.is_stale else snapshot.previous(resolved)
    table = _add_counts(table, warehouse, snapshot, resolved, previous)
    ahead = resolved.ahead or Ahead()
    if risk.reason is None:
        table = table.assign(**_risk_columns(risk, ahead))
    covered = cover_segments(warehouse, snapshot, resolved)
    table["coverage"], table["coverage_unknown"] = covered.seen, covered.unknown
    if "risk" in table:
        unseen = (1.0 - covered.seen - covered.unknown).clip(0.0, 1.0)
        table["gap"] = table["risk"] * unseen
    own = [name for name in table if name not in ("segment_id", "length_km", "state")]
    table.loc[outside, own] = np.nan
    for name in BARRIER_COLUMNS:
        table[name] = np.nan if barriers is None else barriers[name].to_numpy()
    return SegmentFigures(table=table, risk=risk, ahead=ahead)


def _add_counts(
    table: pd.DataFrame,
    warehouse: Warehouse,
    snapshot: Snapshot,
    resolved: Filter,
    previous: TimeWindow | None,
) -> pd.DataFrame:
    """Add the counts of the segments that a source reports on, or that have records.

    With a ``previous`` period, the change since too.
    """
    counted = count_by_segment(warehouse, snapshot, resolved, previous)
    rows = [counted.get(segment, NO_EVENTS) for segment in table["segment_id"]]
    n = pd.Series([row.n for row in rows], dtype="float64")
    known = (table["state"] == OBSERVED) | (n > 0)
    if snapshot.lacks_events(resolved):
        known[:] = False
    people = pd.Series([row.people for row in rows], dtype="float64")
    table = table.assign(n=n.where(known), people=people.where(known))
    if previous is None:
        return table
    before = pd.Series([row.previous_n for row in rows], dtype="float64").where(known)
    share = (table["n"] - before) / before.replace(0, np.nan)
    return table.assign(previous_n=before, change=100 * share)


def _risk_columns(risk: Risk, ahead: Ahead) -> dict[str, npt.NDArray[np.float64]]:
    forecast, place = risk.forecast, ahead.number - 1
    expected = forecast.expected[:, place]
    return {
        "risk": expected,
        "risk_low": forecast.lower[:, place],
        "risk_high": forecast.upper[:, place],
        "risk_change": expected - risk.before,
    }


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
    watched = partial(_watched, warehouse, snapshot, Filter(records=resolved.records))
    segments = read_segments(snapshot)
    return build_risk(warehouse, snapshot, resolved, segments=segments, watched=watched)


def _watched(
    warehouse: Warehouse, snapshot: Snapshot, own: Filter, edges: Sequence[datetime]
) -> npt.NDArray[np.float64] | None:
    return cover_periods(snapshot, own, read_steps(warehouse, snapshot, own), edges)


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
