"""Statistics over a Picture's window: a series per place, its figures, and the year before."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from cop.model.filter import Filter
from cop.model.layer import Statistic
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import STATISTICS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

SERIES_COLUMNS = ["place", "period_start", "value", "period", "source"]
PERIOD_LENGTHS = {
    "day": pd.DateOffset(days=1),
    "month": pd.DateOffset(months=1),
    "year": pd.DateOffset(years=1),
}
_YEAR = pd.DateOffset(years=1)


@dataclass(frozen=True, kw_only=True)
class StatisticFigures:
    """The figures of every place of a statistic over the periods that a window touches.

    ``counted`` are the rows of ``series`` in those periods. ``first`` and ``last`` are the starts
    of the periods counted, None where none is; ``newest`` is the start of the newest stored period
    at all. ``stale``: the window lies after every period, and the newest one before its end is
    shown.
    """

    series: pd.DataFrame = field(repr=False)
    counted: pd.DataFrame = field(repr=False)
    period: str | None
    first: datetime | None
    last: datetime | None
    newest: datetime | None
    stale: bool
    sources: tuple[str, ...]
    synthetic: bool = False

    @cached_property
    def table(self) -> pd.DataFrame:
        """Place, value, before (the same periods a year earlier), change (percent) and periods.

        ``periods`` is how many were summed; NaN is unknown.
        """
        table = _sums(self.series, self.counted)
        # A figure older than the window is not compared: it says nothing of the window.
        return table.assign(change=np.nan) if self.stale else table

    @property
    def ended_at(self) -> datetime | None:
        """The end, exclusive, of the last period counted."""
        if self.last is None or self.period is None:
            return None
        end: datetime = (pd.Timestamp(self.last) + PERIOD_LENGTHS[self.period]).to_pydatetime()
        return end

    @property
    def periods(self) -> str:
        """The periods counted by name, ``AUG - SEP 22``."""
        if self.first is None or self.last is None or self.period is None:
            return "no period in this window"
        first, last = (_name(moment, self.period) for moment in (self.first, self.last))
        if first == last:
            return first
        if self.period == "month" and self.first.year == self.last.year:
            first = f"{self.first:%b}".upper()
        return f"{first} \N{EN DASH} {last}"

    def describe_periods(self) -> str:
        """Name the periods counted, ``AUG - SEP 22, whole months``."""
        if self.first is None or self.period is None:
            return self.periods
        return f"{self.periods}, whole {self.period}{'' if self.first == self.last else 's'}"


def read_series(
    warehouse: Warehouse, snapshot: Snapshot, statistic: Statistic, *, synthetic: bool = False
) -> pd.DataFrame:
    """Read one value per place and period, measures and dimensions summed, sorted.

    Columns: place, period_start (datetime64, UTC), value, period, source. Sources are never added
    up: of a place the one with the newest period counts. Real and synthetic rows never mix.
    """
    if STATISTICS not in snapshot.catalogue.files:
        return _frame([])
    inside, values = _dimensions(statistic)
    # A period with rows, but none of the dimension, is 0; one without any row is unknown.
    rows = warehouse.query(
        "SELECT place, period_start, "
        f"coalesce(sum(value) FILTER (WHERE {inside}), 0)::DOUBLE, period, source "
        "FROM read_parquet($files) WHERE measure IN (SELECT unnest($measures::VARCHAR[])) "
        "AND place_kind = $place_kind AND synthetic = $synthetic AND value IS NOT NULL "
        "GROUP BY ALL",
        {
            **values,
            "files": list(snapshot.catalogue.files_of(STATISTICS)),
            "measures": list(statistic.measures),
            "place_kind": statistic.place_kind,
            "synthetic": synthetic,
        },
    )
    return _one_source(_frame(rows))


def choose_series(
    service: QueryService, view: View, statistic: Statistic
) -> tuple[pd.DataFrame, bool]:
    """Return the whole series of the view's records, and whether it is synthetic.

    Where synthetic records are asked for and the statistic has none, real ones stand beside them,
    said as real; synthetic figures are never shown beside real records.
    """

    def build() -> tuple[pd.DataFrame, bool]:
        if view.records == "synthetic":
            series = read_series(service.warehouse, view.snapshot, statistic, synthetic=True)
            if not series.empty:
                return series, True
        return read_series(service.warehouse, view.snapshot, statistic), False

    part = view.content(STATISTICS, relevant=Filter(records=view.filter.records))
    return service.answer("series", part, build, about=statistic)


def read_statistic(service: QueryService, view: View, statistic: Statistic) -> StatisticFigures:
    """Return the figures of a statistic for the window, records and sectors of a view.

    Kinds, counties and sources of events do not apply.
    """
    resolved = view.filter

    def build() -> StatisticFigures:
        series, synthetic = choose_series(service, view, statistic)
        return build_figures_of(
            statistic, series, resolved.window, sectors=resolved.sectors, synthetic=synthetic
        )

    relevant = Filter(window=resolved.window, sectors=resolved.sectors, records=resolved.records)
    return service.answer(
        "statistic", view.content(STATISTICS, relevant=relevant), build, about=statistic
    )


def build_figures_of(
    statistic: Statistic,
    series: pd.DataFrame,
    window: TimeWindow,
    *,
    sectors: tuple[str, ...] = (),
    synthetic: bool = False,
) -> StatisticFigures:
    """Sum a series over the periods that overlap the window, and over those a year earlier.

    A period that the window cuts counts whole. ``before`` is unknown for a place where any of its
    periods a year earlier is missing. ``sectors`` narrows a statistic of sectors.
    """
    if sectors and statistic.place_kind == "sector":
        series = series[series["place"].isin(sectors)]
    counted, stale = _counted(series, window)
    starts = counted["period_start"]
    return StatisticFigures(
        series=series,
        counted=counted,
        period=None if counted.empty else str(counted["period"].iloc[0]),
        first=None if counted.empty else starts.min().to_pydatetime(),
        last=None if counted.empty else starts.max().to_pydatetime(),
        newest=None if series.empty else series["period_start"].max().to_pydatetime(),
        stale=stale,
        sources=tuple(sorted(set(series["source"]))),
        synthetic=synthetic,
    )


def _dimensions(statistic: Statistic) -> tuple[str, dict[str, Any]]:
    conditions = ["true"]
    values: dict[str, Any] = {}
    for i, (name, allowed) in enumerate(statistic.dimensions):
        conditions.append(
            f"json_extract_string(dimensions, $dimension{i}) "
            f"IN (SELECT unnest($allowed{i}::VARCHAR[]))"
        )
        values |= {f"dimension{i}": f"/{name}", f"allowed{i}": list(allowed)}
    return " AND ".join(conditions), values


def _frame(rows: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=SERIES_COLUMNS)
    return frame.astype({"value": "float64", "period_start": "datetime64[us]"})


def _one_source(series: pd.DataFrame) -> pd.DataFrame:
    """Return of each place the rows of the source and kind of period that reach furthest."""
    by = ["place", "source", "period"]
    newest = series.groupby(by, as_index=False)["period_start"].max()
    chosen = newest.sort_values(["period_start", "source", "period"]).drop_duplicates(
        "place", keep="last"
    )
    matching = series.merge(chosen[by], on=by)
    return matching.sort_values(["place", "period_start"], ignore_index=True)[SERIES_COLUMNS]


def _counted(series: pd.DataFrame, window: TimeWindow) -> tuple[pd.DataFrame, bool]:
    """Return the rows of the periods counted, and whether they all lie before the window."""
    started = series
    if window.end is not None:
        started = series[series["period_start"] < window.end]
    if window.start is None or started.empty:
        return started, False
    reached = started[_ends(started) > window.start]
    if not reached.empty:
        return reached, False
    return started[started["period_start"] == started["period_start"].max()], True


def _ends(series: pd.DataFrame) -> pd.Series:
    ends = series["period_start"].copy()
    for period, length in PERIOD_LENGTHS.items():
        own = series["period"] == period
        ends[own] = ends[own] + length
    return ends


def _sums(series: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    earlier = series[["place", "period_start", "value"]].rename(columns={"value": "before"})
    rows = counted.assign(period_start=counted["period_start"] - _YEAR).merge(
        earlier, on=["place", "period_start"], how="left"
    )
    grouped = rows.groupby("place")
    sums = pd.DataFrame(
        {
            "value": grouped["value"].sum(),
            "before": grouped["before"].agg(lambda values: values.sum(skipna=False)),
            "periods": grouped.size(),
        }
    )
    table = pd.DataFrame({"place": sorted(set(series["place"]))}).set_index("place").join(sums)
    table["periods"] = table["periods"].fillna(0).astype(int)
    table["change"] = 100 * (table["value"] / table["before"].replace(0, np.nan) - 1)
    return table.reset_index()[["place", "value", "before", "change", "periods"]]


def _name(moment: datetime, period: str) -> str:
    shape = {"day": "%d %b %y", "month": "%b %y", "year": "%Y"}[period]
    return moment.strftime(shape).upper()
