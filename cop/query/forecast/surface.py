"""Expected events per cell in the next days and weeks, from what was known in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import generate_binary_structure, minimum_filter

from cop.analysis.forecast.plane import Plane
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment import SegmentForecast, no_forecast
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.analysis.forecast.segment_track import build_segment_track, forecast_known
from cop.model.ahead import MOST_AHEAD, Ahead, Period
from cop.model.event import TIME_PRECISIONS
from cop.model.filter import Filter
from cop.model.tile import SCALE, FloatArray
from cop.model.window import TimeWindow
from cop.query.forecast.effort import SHARES_SQL, Shares, build_effort, share_means
from cop.query.forecast.patrol import read_patrols
from cop.query.forecast.risk import count_periods, forecast_origin, history_window, relevant_to_risk
from cop.query.forecast.study import Ints, Mask, Study, read_study, watch_cells
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View, ViewPart
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_DAY: Final = timedelta(days=1)
_NEVER: Final = 2**40
_PLACE_BITS: Final = 12
"""Places are looked up to 2^12 Web Mercator integers, 38 m at the equator."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """The forecasts of the cells of ``study`` from the midnight ``origin`` on, and their record.

    ``forecast`` has a row for each cell that is ``observed`` (cells,): one that held or adjoins a
    record of any kind in the history, or that a sensor saw. Of the others nothing is known, which
    is not low. ``with_effort`` is whether how much was looked is known. Left out are records dated
    more coarsely than a period (``coarse_time``), placed more coarsely than a cell
    (``coarse_place``), and in no cell (``beyond``).
    """

    origin: datetime
    period: Period
    study: Study
    observed: Mask
    forecast: SegmentForecast
    track: SegmentTrack
    with_effort: bool = False
    effort_sources: tuple[str, ...] = ()
    coarse_time: int = 0
    coarse_place: int = 0
    beyond: int = 0

    @property
    def reason(self) -> str | None:
        """Why there is no forecast; None where there is one."""
        return self.forecast.reason

    def values(self, ahead: Ahead) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Expected events and the bounds of their 80% interval (cells,), NaN where unobserved."""
        forecast, place = self.forecast, ahead.number - 1
        found = np.full((3, self.study.cells), np.nan)
        found[:, self.observed] = [
            p[:, place] for p in (forecast.expected, forecast.lower, forecast.upper)
        ]
        return found[0], found[1], found[2]


@dataclass(frozen=True, kw_only=True, eq=False)
class _CellRecords:
    """Records by cell of the study area, and what was left out of them."""

    records: Records
    shares: Shares
    coarse_time: int
    coarse_place: int
    beyond: int


def read_surface(service: QueryService, view: View) -> Surface | None:
    """Return the forecasts of the cells of a view; None where no region is loaded.

    They are built once for every window, place and period ahead, as those of segments are.
    """
    return service.answer(
        "surface",
        _relevant_part(view),
        lambda: _build_surface(service.warehouse, view.snapshot, view.filter),
    )


def has_surface(service: QueryService, view: View) -> bool:
    """Return whether those forecasts are cached: building them takes a second or two."""
    return service.has_answer("surface", _relevant_part(view))


def _relevant_part(view: View) -> ViewPart:
    origin = forecast_origin(view.snapshot, view.filter)
    return view.part(relevant_to_risk(view.filter, origin))


def _build_surface(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> Surface | None:
    study = read_study(snapshot)
    if study is None:
        return None
    origin = forecast_origin(snapshot, resolved)
    period: Period = (resolved.ahead or Ahead()).period
    relevant = relevant_to_risk(resolved, origin)
    lacking = snapshot.lacks_events(relevant.within(history_window(snapshot, resolved)))
    if lacking:
        return _unknown(origin, period, study, lacking[0].text)
    periods = count_periods(warehouse, snapshot, relevant, period)
    if not periods:
        return _unknown(origin, period, study, f"no whole {period} of records")
    start = origin - periods * Ahead(period=period).length
    history = relevant.within(TimeWindow(start=start, end=origin))
    since = _read_since(warehouse, snapshot, history, study)
    seen = since < periods
    if not seen.any():
        return _unknown(origin, period, study, "no record within its cells")
    read = _read_records(warehouse, snapshot, history, study, periods)
    effort = build_effort(
        seen,
        start,
        origin,
        watched=partial(watch_cells, warehouse, snapshot, study, relevant),
        patrols=read_patrols(
            warehouse,
            snapshot,
            pd.DataFrame(read_segments(snapshot)[["segment_id", "sector", "length_km"]]),
            sectors=pd.Series(study.sectors),
            start=start,
            end=origin,
            periods=periods,
            synthetic=history.records == "synthetic",
        ),
        periods=periods,
        shares=read.shares,
    )
    observed = effort.table.max(axis=1) > 0.0
    since[effort.watched] = -1
    forecast, track = _forecast(
        read.records, study, effort.table[observed], observed, since=since, period=period
    )
    return Surface(
        origin=origin,
        period=period,
        study=study,
        observed=observed,
        forecast=forecast,
        track=track,
        with_effort=effort.known,
        effort_sources=effort.sources,
        coarse_time=read.coarse_time,
        coarse_place=read.coarse_place,
        beyond=read.beyond,
    )


def _forecast(
    records: Records,
    study: Study,
    effort: FloatArray,
    observed: Mask,
    *,
    since: Ints,
    period: Period,
) -> tuple[SegmentForecast, SegmentTrack]:
    """Forecast the observed cells, with the track record: without one there is no forecast.

    Records of other cells were reported after the origin.
    """
    mask = np.zeros_like(study.grid.mask)
    mask[study.grid.mask] = observed
    seen = observed[records.cell]
    own = Records(
        occurred=records.occurred[seen],
        known=records.known[seen],
        cell=(np.cumsum(observed) - 1)[records.cell[seen]],
        periods=records.periods,
        cells=int(observed.sum()),
        n=records.weight[seen],
    )
    plane = Plane(mask=mask)
    track = build_segment_track(
        own,
        space=plane,
        effort=effort,
        period=period,
        places=study.cells,
        since=since[observed],
    )
    if track.reason is not None:
        return no_forecast(own.cells, MOST_AHEAD, f"no track record: {track.reason}"), track
    forecast = forecast_known(
        own, origin=own.periods, space=plane, effort=effort, horizon=MOST_AHEAD, period=period
    )
    return forecast, track


def _unknown(origin: datetime, period: Period, study: Study, reason: str) -> Surface:
    return Surface(
        origin=origin,
        period=period,
        study=study,
        observed=np.zeros(study.cells, bool),
        forecast=no_forecast(0, MOST_AHEAD, reason),
        track=SegmentTrack(period=period, weeks=0, models={}, reason=reason),
    )


def _read_since(warehouse: Warehouse, snapshot: Snapshot, history: Filter, study: Study) -> Ints:
    """Return the period of a history in which each cell is first known to be observed (cells,).

    That of the first report of any kind of record in it or in a cell beside it; where none is,
    a period that never comes.
    """
    every = Filter(window=history.window, sources=history.sources, records=history.records)
    selection = warehouse.events(snapshot, every)
    found = warehouse.columns(
        "SELECT mx >> $bits AS px, my >> $bits AS py, "
        "min(date_diff('day', $first, greatest(coalesce(reported_at, occurred_at), occurred_at))) "
        f"// $step AS since FROM {selection.source} WHERE {selection.where} "
        "AND (uncertainty_m IS NULL OR uncertainty_m <= $cell_m) GROUP BY ALL",
        {
            **selection.values,
            "bits": _PLACE_BITS,
            "first": history.window.start,
            "step": (history.ahead or Ahead()).length // _DAY,
            "cell_m": study.side_km * 1_000,
        },
    )
    cell = _locate(study, found)
    own = np.full(study.cells, _NEVER)
    np.minimum.at(own, cell[cell >= 0], np.asarray(found["since"], np.int64)[cell >= 0])
    grid = np.full(study.grid.mask.shape, _NEVER)
    grid[study.grid.mask] = own
    beside = generate_binary_structure(2, 1)
    since: Ints = minimum_filter(grid, footprint=beside, mode="constant", cval=_NEVER)
    return since[study.grid.mask]


def _read_records(
    warehouse: Warehouse, snapshot: Snapshot, history: Filter, study: Study, periods: int
) -> _CellRecords:
    """Read the events of a history by cell and the periods of occurrence and report."""
    period: Period = (history.ahead or Ahead()).period
    precise = TIME_PRECISIONS[: TIME_PRECISIONS.index(period) + 1]
    selection = warehouse.events(snapshot, history)
    found = warehouse.columns(
        "SELECT mx >> $bits AS px, my >> $bits AS py, "
        "date_diff('day', $first, occurred_at) // $step AS occurred, "
        "date_diff('day', $first, greatest(coalesce(reported_at, occurred_at), occurred_at)) "
        "// $step AS known, time_precision IN (SELECT unnest($precise::VARCHAR[])) AS precise, "
        "(uncertainty_m IS NULL OR uncertainty_m <= $cell_m) AS placed, "
        f"count(*) AS n, {SHARES_SQL} "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY ALL",
        {
            **selection.values,
            "bits": _PLACE_BITS,
            "first": history.window.start,
            "step": Ahead(period=period).length // _DAY,
            "precise": list(precise),
            "cell_m": study.side_km * 1_000,
        },
    )
    cell = _locate(study, found)
    dated, placed = (np.asarray(found[name], bool) for name in ("precise", "placed"))
    known, n = np.asarray(found["known"], np.int64), np.asarray(found["n"], np.float64)
    now = known < periods
    inside = cell >= 0
    usable = inside & dated & placed
    return _CellRecords(
        records=Records(
            occurred=np.asarray(found["occurred"][usable], np.int64),
            known=known[usable],
            cell=cell[usable],
            periods=periods,
            cells=study.cells,
            n=n[usable],
        ),
        shares=share_means(found, usable & now, n),
        coarse_time=int(n[inside & ~dated & now].sum()),
        coarse_place=int(n[inside & dated & ~placed & now].sum()),
        beyond=int(n[~inside & now].sum()),
    )


def _locate(study: Study, found: dict[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Return the cell of places in Web Mercator integers without their last bits."""
    x, y = ((np.asarray(found[n], float) + 0.5) * 2**_PLACE_BITS / SCALE for n in ("px", "py"))
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * y))))
    return study.locate(x * 360.0 - 180.0, lat)
