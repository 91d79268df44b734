"""Figures per sector for a filter: events, change, share, their history, coverage, the last one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from cop.model.event import COMPOSITION, OUTSIDE
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.reporting import OBSERVED, OUT_OF_SCOPE, UNKNOWN, Reporting, read_reporting
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

_DAY = timedelta(days=1)
_LEAST_DAYS = 21
_MOST_BARS = 45
_STEPS: tuple[tuple[str, timedelta, str], ...] = (
    ("day", _DAY, "D"),
    ("week", 7 * _DAY, "W-MON"),
    ("month", 31 * _DAY, "MS"),
    ("year", 366 * _DAY, "YS"),
)


@dataclass(frozen=True, kw_only=True)
class SectorFigures:
    """One row per sector in the region's order, and one for what lies outside every sector.

    ``table`` has sector, name, state (observed, unknown where no source reports in the window,
    outside the filter), counties and reported (of it in the filter, and of those the ones that a
    source reports on), length_km, n, people, before, change (percent), share (of all events of
    the filter; all shares add up to 1), coverage and coverage_unknown (shares of segment-hours seen
    and of those that may be seen), last_at, last_kind,
    last_precision and, of COMPOSITION, the people counted and composed_n, the records that say so;
    NaN is unknown; from ``stale`` records there is no change. ``bins`` has sector, start, end, n
    and earlier: events by ``step`` over the window and, where it is short, some time before it
    (earlier is true).
    """

    table: pd.DataFrame
    bins: pd.DataFrame
    step: str
    window: tuple[datetime, datetime]
    total: int
    stale: bool = False


def read_sector_figures(service: QueryService, view: View) -> SectorFigures:
    """Return the figures of a view; its choice of sectors does not narrow them."""
    everywhere = view.narrowed(replace(view.filter, sectors=(), ahead=None))
    snapshot, resolved = everywhere.snapshot, everywhere.filter
    reporting = read_reporting(service, everywhere)

    def build() -> SectorFigures:
        places = _places(service, everywhere, reporting)
        table = _count(service, snapshot, resolved)
        table = table.merge(places, on="sector", how="left")
        before = _before(service, snapshot, resolved, withheld=reporting.is_stale)
        table = table.merge(before, on="sector", how="left")
        table["change"] = 100 * (table["n"] / table["before"].replace(0, np.nan) - 1)
        total = int(table["n"].sum())
        table["share"] = table["n"] / total if total else np.nan
        table = table.merge(_last(service, snapshot, resolved), on="sector", how="left")
        window = _span(snapshot, resolved)
        bins, step = _bins(service, snapshot, resolved, window)
        return SectorFigures(
            table=table,
            bins=bins,
            step=step,
            window=window,
            total=total,
            stale=reporting.is_stale,
        )

    return service.answer("sectors", everywhere.part(), build, about=reporting.is_stale)


def _known(snapshot: Snapshot, sectors: "Iterable[str] | pd.Series") -> list[str]:
    """Return each sector's own code, or NONE for what the region does not have."""
    return [code if code in snapshot.sectors else OUTSIDE for code in sectors]


def _count(service: QueryService, snapshot: Snapshot, resolved: Filter) -> pd.DataFrame:
    selection = service.warehouse.events(snapshot, resolved)
    groups = list(COMPOSITION)
    sums = ", ".join(f"sum({name})::BIGINT" for name in groups)
    composed = " OR ".join(f"{name} IS NOT NULL" for name in groups)
    columns = ["sector", "n", "people", *groups, "composed_n"]
    rows = service.warehouse.query(
        "SELECT sector, count(*), "
        f"sum(count) FILTER (unit = 'people')::BIGINT, {sums}, count(*) FILTER ({composed}) "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY 1",
        selection.values,
    )
    found = pd.DataFrame(rows, columns=columns)
    found["sector"] = _known(snapshot, found["sector"])
    found = found.groupby("sector").sum(min_count=1)
    index = pd.Index([*snapshot.sectors, OUTSIDE], name="sector")
    table = found.reindex(index).reset_index()
    counted = ["n", "people", "composed_n"]
    table[counted] = table[counted].astype("float64").fillna(0).astype("int64")
    table[groups] = table[groups].astype("float64")
    table.insert(1, "name", [snapshot.sectors.get(code, "") for code in table["sector"]])
    return table


def _before(
    service: QueryService, snapshot: Snapshot, resolved: Filter, *, withheld: bool
) -> pd.DataFrame:
    codes = [*snapshot.sectors, OUTSIDE]
    previous = None if withheld else snapshot.previous(resolved)
    if previous is None:
        return pd.DataFrame({"sector": codes, "before": np.nan})
    selection = service.warehouse.events(snapshot, resolved.within(previous))
    rows = service.warehouse.query(
        f"SELECT sector, count(*) FROM {selection.source} WHERE {selection.where} GROUP BY 1",
        selection.values,
    )
    counts = dict.fromkeys(codes, 0.0)
    for code, (_, n) in zip(_known(snapshot, [row[0] for row in rows]), rows, strict=True):
        counts[code] += n
    return pd.DataFrame({"sector": codes, "before": list(counts.values())})


def _last(service: QueryService, snapshot: Snapshot, resolved: Filter) -> pd.DataFrame:
    """Return the newest event of each sector up to the window's end, be it before the window."""
    end = resolved.window.end
    found: dict[str, tuple[str, datetime, str]] = {}
    for start in dict.fromkeys((resolved.window.start, None)):
        lacking = [code for code in snapshot.sectors if code not in found]
        if not lacking:
            break
        selection = service.warehouse.events(
            snapshot, resolved.within(TimeWindow(start=start, end=end))
        )
        rows = service.warehouse.query(
            "SELECT sector, arg_max({'kind': kind, 'at': occurred_at, "
            "'precision': time_precision}, (occurred_at, event_id)) "
            f"FROM {selection.source} WHERE {selection.where} "
            "AND sector IN (SELECT unnest($lacking::VARCHAR[])) GROUP BY 1",
            {**selection.values, "lacking": lacking},
        )
        found |= {code: (e["kind"], e["at"], e["precision"]) for code, e in rows}
    frame = pd.DataFrame(
        [(code, *last) for code, last in found.items()],
        columns=["sector", "last_kind", "last_at", "last_precision"],
    )
    return frame.astype({"last_at": "datetime64[us]"})


def _places(service: QueryService, everywhere: View, reporting: Reporting) -> pd.DataFrame:
    """Return of each sector its state, its counties in the filter, length and coverage.

    Coverage is that of its segments in the filter, unknown where any segment's is.
    """
    codes = [*everywhere.snapshot.sectors, OUTSIDE]
    figures = read_figures(service, everywhere)
    if figures is None:
        states = [OBSERVED if reporting.observes(code, OUTSIDE) else UNKNOWN for code in codes]
        unknown = dict.fromkeys(("length_km", "coverage", "coverage_unknown"), np.nan)
        return pd.DataFrame({"sector": codes, "state": states}).assign(
            counties=0, reported=0, **unknown
        )
    segments = read_segments(everywhere.snapshot)[["segment_id", "sector", "county"]]
    table = segments.merge(figures.table, on="segment_id")
    inside = table[table["state"] != OUT_OF_SCOPE]
    inside = inside.assign(
        seen_km=inside["coverage"] * inside["length_km"],
        maybe_km=inside["coverage_unknown"] * inside["length_km"],
    )
    seen = inside[inside["state"] == OBSERVED]
    sums = pd.DataFrame(index=pd.Index(codes, name="sector")).assign(
        counties=inside.groupby("sector")["county"].nunique(),
        reported=seen.groupby("sector")["county"].nunique(),
        length_km=inside.groupby("sector")["length_km"].sum(),
        seen_km=inside.groupby("sector")["seen_km"].agg(lambda km: km.sum(skipna=False)),
        maybe_km=inside.groupby("sector")["maybe_km"].agg(lambda km: km.sum(skipna=False)),
    )
    sums["coverage"] = sums["seen_km"] / sums["length_km"]
    sums["coverage_unknown"] = sums["maybe_km"] / sums["length_km"]
    sums[["counties", "reported"]] = sums[["counties", "reported"]].fillna(0).astype(int)
    sums["state"] = np.select(
        [sums["counties"] == 0, sums["reported"] == 0], [OUT_OF_SCOPE, UNKNOWN], OBSERVED
    )
    sums.loc[OUTSIDE, "state"] = OBSERVED if reporting.places else UNKNOWN
    return sums.drop(columns=["seen_km", "maybe_km"]).reset_index()


def _span(snapshot: Snapshot, resolved: Filter) -> tuple[datetime, datetime]:
    """Return the window with its open sides closed by what the records reach."""
    records = resolved.records or "real"
    end = resolved.window.end or max(snapshot.now, snapshot.newest(records) or snapshot.now) + _DAY
    start = resolved.window.start or snapshot.oldest(records) or end - _LEAST_DAYS * _DAY
    return min(start, end - timedelta(seconds=1)), end


def _bins(
    service: QueryService,
    snapshot: Snapshot,
    resolved: Filter,
    window: tuple[datetime, datetime],
) -> tuple[pd.DataFrame, str]:
    start, end = window
    oldest = snapshot.oldest(resolved.records or "real") or start
    lead = min(start, max(end - _LEAST_DAYS * _DAY, oldest))
    if snapshot.lacks_events(resolved.within(TimeWindow(start=lead, end=end))):
        lead = start
    first = start if lead >= start else datetime(lead.year, lead.month, lead.day)
    edges, step = build_edges(first, start, end)
    selection = service.warehouse.events(
        snapshot, resolved.within(TimeWindow(start=first, end=end))
    )
    rows = service.warehouse.query(
        "SELECT sector, greatest(date_trunc('day', occurred_at)::TIMESTAMP, "
        "CASE WHEN occurred_at >= $inside THEN $inside ELSE $first END) AS day, count(*) "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY 1, 2",
        {**selection.values, "inside": start, "first": first},
    )
    days = pd.DataFrame(rows, columns=["sector", "day", "n"]).astype({"day": "datetime64[us]"})
    days["sector"] = _known(snapshot, days["sector"])
    days["bin"] = np.searchsorted(edges.to_numpy(), days["day"].to_numpy(), side="right") - 1
    every = pd.MultiIndex.from_product(
        [[*snapshot.sectors, OUTSIDE], range(len(edges) - 1)], names=["sector", "bin"]
    )
    bins = days.groupby(["sector", "bin"])["n"].sum().reindex(every, fill_value=0).reset_index()
    bins["start"], bins["end"] = edges[bins["bin"]], edges[bins["bin"] + 1]
    bins["earlier"] = bins["start"] < pd.Timestamp(start)
    return bins.drop(columns="bin"), step


def build_edges(first: datetime, start: datetime, end: datetime) -> tuple[pd.DatetimeIndex, str]:
    """Return the edges of bins from ``first`` to ``end``, one of them ``start``, and their length.

    They lie on midnights (UTC), Mondays, or first days of months or years, so the outermost bins
    may be cut.
    """
    step, _, rule = next((s for s in _STEPS if end - first <= _MOST_BARS * s[1]), _STEPS[-1])
    inner = pd.date_range(first.date(), end, freq=rule)
    inner = inner[(inner > first) & (inner < end)]
    edges = pd.DatetimeIndex([first, start, *inner, end]).unique().sort_values()
    return edges.as_unit("us"), step
