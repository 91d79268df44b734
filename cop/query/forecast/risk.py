"""Expected events per border segment in the next days and weeks, from what was known in time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.analysis.forecast.delay import LONGEST, build_completeness
from cop.analysis.forecast.line import Line
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment import SegmentForecast, no_forecast
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.analysis.forecast.segment_track import build_segment_track, forecast_known
from cop.model.ahead import MOST_AHEAD, Ahead, Period
from cop.model.event import OUTSIDE, TIME_PRECISIONS
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.forecast.effort import SHARES_SQL, Shares, Watched, read_effort, share_means
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

HISTORY_WEEKS: Final[dict[Period, int]] = {"day": 52, "week": 104}
USUAL_PERIODS: Final = 4
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Risk:
    """The forecasts of the next periods from the midnight ``origin`` on, and their track record.

    Rows are the segments, west to east; ``before`` are the counts of the last period before the
    origin as known then (segments,), corrected by the reporting delay and for an effort of 1 as the
    forecast is, NaN where nothing was seen or can have been reported. ``usual`` are the mean counts
    of the last four tested periods (segments,), NaN without any. ``with_effort`` is whether
    how much was looked is known: if not, detections are expected rather than events. ``left_out``
    records are dated more coarsely than a period. ``undated`` records do not state when they were
    reported: they count as known at once.
    """

    origin: datetime
    period: Period
    forecast: SegmentForecast
    track: SegmentTrack
    before: Floats
    usual: Floats
    with_effort: bool = False
    effort_sources: tuple[str, ...] = ()
    left_out: int = 0
    undated: int = 0

    @property
    def reason(self) -> str | None:
        """Why there is no forecast; None where there is one."""
        return self.forecast.reason


@dataclass(frozen=True, kw_only=True, eq=False)
class Reports:
    """Events by segment and the periods of occurrence and report that end where the history does.

    ``shares`` are those of the means of detection in what is known at its end.
    """

    records: Records
    shares: Shares = field(default_factory=Shares)
    left_out: int = 0
    undated: int = 0


def forecast_origin(snapshot: Snapshot, resolved: Filter) -> datetime:
    """Return the last midnight that the window and the records of the sources asked for reach."""
    newest = [
        state.newest
        for name, state in snapshot.event_sources.items()
        if state.source.synthetic == (resolved.records == "synthetic")
        and (not resolved.sources or name in resolved.sources)
        and state.newest is not None
    ]
    latest = max(newest, default=None)
    moments = [m for m in (resolved.window.end, latest, snapshot.now) if m is not None]
    return min(moments).replace(hour=0, minute=0, second=0, microsecond=0)


def history_window(snapshot: Snapshot, resolved: Filter) -> TimeWindow:
    """Return the weeks that a forecast under a resolved filter rests on."""
    end = forecast_origin(snapshot, resolved)
    return TimeWindow(start=end - HISTORY_WEEKS[_period(resolved)] * _WEEK, end=end)


def _period(resolved: Filter) -> Period:
    return (resolved.ahead or Ahead()).period


def relevant_to_risk(resolved: Filter, origin: datetime) -> Filter:
    """Return the part of a resolved filter that changes a forecast.

    Places do not: the whole line is forecast, as neighbors teach each other.
    """
    return Filter(
        window=TimeWindow(end=origin),
        kinds=resolved.kinds,
        sources=resolved.sources,
        records=resolved.records,
        ahead=Ahead(period=_period(resolved)),
    )


def build_risk(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter, *, segments: Any, watched: Watched
) -> Risk:
    """Forecast the next periods of ``segments`` under a resolved filter."""
    origin, period = forecast_origin(snapshot, resolved), _period(resolved)
    relevant = relevant_to_risk(resolved, origin)
    lacking = snapshot.lacks_events(relevant.within(history_window(snapshot, resolved)))
    if lacking:
        return _unknown(origin, period, len(segments), lacking[0].text)
    reports = read_reports(warehouse, snapshot, relevant, segments["segment_id"], period)
    records = reports.records
    start = origin - records.periods * Ahead(period=period).length
    effort = read_effort(
        warehouse,
        snapshot,
        relevant.within(TimeWindow(start=start if records.periods else None, end=origin)),
        segments=segments,
        watched=watched,
        periods=records.periods,
        shares=reports.shares,
    )
    middle = segments[["km_from", "km_to"]].to_numpy(np.float64).mean(axis=1)
    line = Line(positions_km=middle)
    track = build_segment_track(records, space=line, effort=effort.table, period=period)
    return Risk(
        origin=origin,
        period=period,
        # A forecast never appears without its track record.
        forecast=no_forecast(len(segments), MOST_AHEAD, f"no track record: {track.reason}")
        if track.reason is not None
        else forecast_known(
            records,
            origin=records.periods,
            space=line,
            effort=effort.table,
            horizon=MOST_AHEAD,
            period=period,
        ),
        track=track,
        before=_last_counts(records, effort.table, period),
        usual=_usual_counts(records, track),
        with_effort=effort.known,
        effort_sources=effort.sources,
        left_out=reports.left_out,
        undated=reports.undated,
    )


def _last_counts(records: Records, effort: Floats, period: Period) -> Floats:
    """Counts of the last period by what is reported of it and how much was looked (segments,)."""
    counts = np.full(records.cells, np.nan)
    if records.periods:
        share = build_completeness(records, origin=records.periods, longest=LONGEST[period])
        seen = share[-1] * effort[:, -1]
        known = records.counts(known_at=records.periods)[-1]
        np.divide(known, seen, out=counts, where=seen > 0.0)
    return counts


def _usual_counts(records: Records, track: SegmentTrack) -> Floats:
    tested = [record.period for record in track.records[-USUAL_PERIODS:]]
    return records.truth[tested].mean(axis=0) if tested else np.full(records.cells, np.nan)


def _unknown(origin: datetime, period: Period, segments: int, reason: str) -> Risk:
    why = "some of its records are in quarantine"
    return Risk(
        origin=origin,
        period=period,
        forecast=no_forecast(segments, MOST_AHEAD, reason),
        track=SegmentTrack(period=period, weeks=0, models={}, reason=why),
        before=np.full(segments, np.nan),
        usual=np.full(segments, np.nan),
    )


def read_reports(
    warehouse: Warehouse, snapshot: Snapshot, relevant: Filter, segments: pd.Series, period: Period
) -> Reports:
    """Read the events of the whole periods before the window's end, and when they were reported.

    ``segments`` are the ids of the rows.
    """
    origin, length = relevant.window.end or snapshot.now, Ahead(period=period).length
    periods = count_periods(warehouse, snapshot, relevant, period)
    if not periods:
        none = np.zeros(0, np.int64)
        cells = len(segments)
        return Reports(
            records=Records(occurred=none, known=none, cell=none, periods=0, cells=cells)
        )
    start = origin - periods * length
    selection = warehouse.events(snapshot, relevant.within(TimeWindow(start=start, end=origin)))
    precise = TIME_PRECISIONS[: TIME_PRECISIONS.index(period) + 1]
    found = warehouse.columns(
        "SELECT segment_id, date_diff('day', $first, occurred_at) // $step AS occurred, "
        "date_diff('day', $first, greatest(coalesce(reported_at, occurred_at), occurred_at)) "
        "// $step AS known, time_precision IN (SELECT unnest($precise::VARCHAR[])) AS precise, "
        f"count(*) AS n, {SHARES_SQL}, "
        "count(*) FILTER (WHERE reported_at IS NULL) AS undated "
        f"FROM {selection.source} WHERE {selection.where} AND segment_id <> $outside GROUP BY ALL",
        {
            **selection.values,
            "outside": OUTSIDE,
            "first": start,
            "step": length // _DAY,
            "precise": list(precise),
        },
    )
    row = pd.Index(segments).get_indexer(found["segment_id"])
    is_precise = np.asarray(found["precise"], bool)
    placed = (row >= 0) & is_precise
    known = placed & (found["known"] < periods)
    n = np.asarray(found["n"], np.float64)
    return Reports(
        records=Records(
            occurred=np.asarray(found["occurred"][placed], np.int64),
            known=np.asarray(found["known"][placed], np.int64),
            cell=row[placed].astype(np.int64),
            periods=periods,
            cells=len(segments),
            n=n[placed],
        ),
        shares=share_means(found, known, n),
        left_out=int(n[~is_precise & (found["known"] < periods)].sum()),
        undated=int(found["undated"][known].sum()),
    )


def count_periods(
    warehouse: Warehouse, snapshot: Snapshot, relevant: Filter, period: Period
) -> int:
    """Return how many whole periods before the window's end a forecast rests on."""
    origin, length = relevant.window.end or snapshot.now, Ahead(period=period).length
    oldest = _oldest(warehouse, snapshot, relevant)
    longest = HISTORY_WEEKS[period] * _WEEK // length
    return 0 if oldest is None else min(longest, max(0, (origin - oldest) // length))


def _oldest(warehouse: Warehouse, snapshot: Snapshot, relevant: Filter) -> datetime | None:
    """Return the oldest moment of any kind of record that had been reported by the window's end.

    A late report of an old event would make the history longer than it was known to be.
    """
    origin = relevant.window.end or snapshot.now
    history = Filter(
        window=TimeWindow(end=origin), sources=relevant.sources, records=relevant.records
    )
    selection = warehouse.events(snapshot, history)
    ((oldest,),) = warehouse.query(
        f"SELECT min(occurred_at) FROM {selection.source} WHERE {selection.where} "
        "AND coalesce(reported_at, occurred_at) < $known_before",
        {**selection.values, "known_before": origin},
    )
    found: datetime | None = oldest
    return found
