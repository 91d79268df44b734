"""Emerging hot spots of a filter: the cube from the warehouse, its classes, and their tiles."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from cop.analysis.cube import (
    LEAST_STEPS,
    Steps,
    cell_centers,
    cell_side_km,
    plan_cell_bits,
    plan_steps,
)
from cop.analysis.hotspot import NONE, build_hotspots
from cop.model.filter import Filter
from cop.model.moment import format_dtg
from cop.model.tile import SCALE, mercator_integers
from cop.model.window import TimeWindow
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

LEAST_RECORDS = 60
"""Esri's space-time cube asks for as many."""

LEFT_OUT: dict[str, str] = {
    "before": "before the first whole step",
    "time": "dated more coarsely than a step",
    "place": "placed more coarsely than a cell",
    "outside": "farther from the line than the region reaches",
}
_NO_RECORDS = "no records in this window"
_TOO_SHORT = (
    f"this window has fewer than {LEAST_STEPS} days with records, too few for a trend: "
    f"choose at least {LEAST_STEPS} days, preferably 30 d or more"
)
_LEAST_DAYS = {"week": 7, "month": 91}
"""The shortest step, in days, over which records of that precision spread evenly."""

_KM_PER_MILE = 1.609344
_Cells = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class HotspotFigures:
    """The classes of the cells of a filter, and their basis.

    ``table`` has a row per cell of the study area: cx, cy (Web Mercator integers >> ``bits``),
    lon, lat of the center, the nearest segment_id and its sector, the columns of Hotspots.table,
    and ``hot`` in words. ``left_out`` counts records by the keys of LEFT_OUT: with ``n`` they
    add up to the summary's total. If there is a ``reason`` why it could not be tested, it is empty;
    ``few`` says that a longer window may have enough records.
    """

    table: pd.DataFrame
    steps: Steps | None = None
    bits: int = 0
    cell_km: float = 0.0
    n: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    reason: str | None = None
    few: bool = False

    @property
    def found(self) -> pd.DataFrame:
        """The cells that have a class, the strongest in the last step first."""
        own = self.table[self.table["class"] != NONE]
        return own.sort_values("z", ascending=False, ignore_index=True)


def covered_window(snapshot: Snapshot, resolved: Filter) -> TimeWindow | None:
    """Return the part of a resolved filter's window that its sources cover; None if there is none.

    Days before the oldest and after the newest record of all of them are no quiet days.
    """
    spans = [
        (state.oldest, state.newest)
        for name, state in snapshot.sources.items()
        if state.source.synthetic == (resolved.records == "synthetic")
        and state.source.kind == "events"
        and (not resolved.sources or name in resolved.sources)
        and state.oldest is not None
        and state.newest is not None
    ]
    if not spans:
        return None
    first = _midnight(min(oldest for oldest, _ in spans))
    last = _midnight(max(newest for _, newest in spans)) + timedelta(days=1)
    start = max(first, resolved.window.start or first)
    end = min(last, resolved.window.end or last)
    return TimeWindow(start=start, end=end) if start < end else None


def plan_hotspots(snapshot: Snapshot, resolved: Filter) -> tuple[Steps | None, str | None]:
    """Return the time steps of a resolved filter, or the reason why there can be none."""
    if "segments" not in snapshot.catalogue.files:
        return None, "no region is loaded"
    window = covered_window(snapshot, resolved)
    if window is None:
        return None, _NO_RECORDS
    lacking = snapshot.lacks_events(Filter(sources=resolved.sources, records=resolved.records))
    if lacking:
        return None, f"records are missing: {lacking[0].text}"
    steps = plan_steps(window)
    if steps is None:
        return None, _TOO_SHORT
    return steps, None


def read_hotspots(service: QueryService, view: View) -> HotspotFigures:
    """Return the hot-spot trends of the cells of a view."""
    return service.answer(
        "hotspots",
        view.part(),
        lambda: _build_hotspots(service.warehouse, view.snapshot, view.filter),
    )


def _build_hotspots(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> HotspotFigures:
    """Classify the cells of a resolved filter.

    The study area is every cell that ever had a record of these sectors, counties, area, sources
    and this sort, of whatever kind, and every cell that the line of these sectors and counties
    crosses, as far as the region reaches from the line: there no record counts as zero. Where
    nothing was ever recorded, nobody may have looked.
    """
    steps, reason = plan_hotspots(snapshot, resolved)
    if steps is None or snapshot.region is None:
        is_few = reason in (_NO_RECORDS, _TOO_SHORT)
        return replace(_nothing(reason or "no region is loaded"), few=is_few)
    segments = read_segments(snapshot)
    lat = float(segments.geometry.bounds[["miny", "maxy"]].to_numpy().mean())
    bits = plan_cell_bits(float(segments["length_km"].sum()), lat)
    cell_km = cell_side_km(bits, lat)
    counted = _count(warehouse, snapshot, resolved, steps, bits=bits, cell_km=cell_km)
    own = counted[counted["reason"] == "counted"]
    area = _study_area(warehouse, snapshot, resolved, segments, bits=bits, cell_km=cell_km)
    cells = area[["cx", "cy"]].to_numpy(np.int64)
    counts, outside = _fill(cells, own, steps.n)
    left_out = counted[counted["reason"] != "counted"].groupby("reason")["n"].sum().to_dict()
    left_out["outside"] = outside
    plan = HotspotFigures(
        table=area.iloc[:0],
        steps=steps,
        bits=bits,
        cell_km=cell_km,
        n=int(counts.sum()),
        left_out={name: int(left_out[name]) for name in LEFT_OUT if left_out.get(name)},
    )
    if plan.n < LEAST_RECORDS:
        few = f"only {plan.n} records can be counted, {LEAST_RECORDS} are needed"
        return replace(plan, table=_nothing("").table, reason=few, few=True)
    classes = build_hotspots(cells, counts).table
    table = pd.concat([area, classes], axis=1)
    table["hot"] = [f"{hot} of {steps.n}" for hot in table["hot_steps"]]
    return replace(plan, table=table)


def describe_steps(figures: HotspotFigures) -> str:
    """Return how the cube is cut, in words."""
    steps = figures.steps
    if steps is None:
        return ""
    length = {1: "1 day", 7: "1 week"}.get(steps.days) or (
        f"{steps.days // 7} weeks" if steps.days % 7 == 0 else f"{steps.days} days"
    )
    number = f"{len(figures.table):,} " if len(figures.table) else ""
    return (
        f"{steps.n} steps of {length}, {format_dtg(steps.start)} to {format_dtg(steps.end)}; "
        f"{number}square cells of {figures.cell_km:.1f} km "
        f"({figures.cell_km / _KM_PER_MILE:.1f} mi)"
    )


def _nothing(reason: str) -> HotspotFigures:
    names = ["cx", "cy", "lon", "lat", "class", "n", "z", "hot_steps", "cold_steps", "trend"]
    names += ["trend_p", "hot", "segment_id", "sector"]
    return HotspotFigures(table=pd.DataFrame(columns=names), reason=reason)


def _count(
    warehouse: Warehouse,
    snapshot: Snapshot,
    resolved: Filter,
    steps: Steps,
    *,
    bits: int,
    cell_km: float,
) -> pd.DataFrame:
    """Count records by cell and step, and those left out by reason."""
    selection = warehouse.events(snapshot, resolved)
    coarse = [name for name, least in _LEAST_DAYS.items() if steps.days < least]
    rows = warehouse.query(
        f"""
        SELECT reason, CASE WHEN reason = 'counted' THEN mx >> {bits} END AS cx,
            CASE WHEN reason = 'counted' THEN my >> {bits} END AS cy,
            CASE WHEN reason = 'counted'
                THEN floor(date_diff('second', $first, occurred_at) / $step_s) END AS step,
            count(*) AS n
        FROM (
            SELECT mx, my, occurred_at, CASE
                WHEN time_precision IN (SELECT unnest($coarse::VARCHAR[])) THEN 'time'
                WHEN uncertainty_m > $cell_m THEN 'place'
                WHEN occurred_at < $first THEN 'before'
                ELSE 'counted' END AS reason
            FROM {selection.source} WHERE {selection.where}
        ) GROUP BY ALL
        """,
        {
            **selection.values,
            "first": steps.start,
            "step_s": steps.days * 86_400,
            "coarse": [*coarse, "year"],
            "cell_m": cell_km * 1_000,
        },
    )
    return pd.DataFrame(rows, columns=["reason", "cx", "cy", "step", "n"])


def _fill(cells: _Cells, counted: pd.DataFrame, steps: int) -> tuple[npt.NDArray[np.float64], int]:
    """Put counts into an array (cells, steps); return too how many are in none of the cells."""
    place = pd.Series(np.arange(len(cells)), index=pd.MultiIndex.from_arrays(cells.T))
    at = pd.MultiIndex.from_arrays([counted[name].astype(np.int64) for name in ("cx", "cy")])
    row = place.reindex(at).to_numpy()
    n = counted["n"].to_numpy(float)
    inside = ~np.isnan(row)
    counts = np.zeros((len(cells), steps))
    step = np.clip(counted["step"].to_numpy(float)[inside].astype(int), 0, steps - 1)
    np.add.at(counts, (row[inside].astype(int), step), n[inside])
    return counts, int(n[~inside].sum())


def _study_area(
    warehouse: Warehouse,
    snapshot: Snapshot,
    resolved: Filter,
    segments: gpd.GeoDataFrame,
    *,
    bits: int,
    cell_km: float,
) -> pd.DataFrame:
    ever = replace(resolved, window=TimeWindow(), kinds=())
    selection = warehouse.events(snapshot, ever)
    rows = warehouse.query(
        f"SELECT DISTINCT mx >> {bits} AS cx, my >> {bits} AS cy FROM {selection.source} "
        f"WHERE {selection.where} AND (uncertainty_m IS NULL OR uncertainty_m <= $cell_m)",
        {**selection.values, "cell_m": cell_km * 1_000},
    )
    line, owner = _line_points(segments, bits)
    selected = np.ones(len(segments), dtype=bool)
    for column, allowed in (("sector", resolved.sectors), ("county", resolved.counties)):
        if allowed:
            selected &= segments[column].isin(allowed).to_numpy()
    own = selected[owner]
    if resolved.area is not None:
        own &= shapely.contains_xy(resolved.area.polygon, *cell_centers(line.astype(np.int64), 0))
    crossed = (line[own] / 2**bits).astype(np.int64)
    recorded = np.array(rows, dtype=np.int64).reshape(-1, 2)
    cells = np.unique(np.concatenate([crossed, recorded]), axis=0)
    lon, lat = cell_centers(cells, bits)
    distance, nearest = cKDTree(line).query((cells + 0.5) * 2**bits)
    segment = segments.iloc[owner[nearest]] if len(cells) else segments.iloc[:0]
    area = pd.DataFrame(
        {
            "cx": cells[:, 0],
            "cy": cells[:, 1],
            "lon": lon,
            "lat": lat,
            "segment_id": segment["segment_id"].to_numpy(object),
            "sector": segment["sector"].to_numpy(object),
        }
    )
    ground_km = distance / 2**bits * cell_side_km(bits, 0.0) * np.cos(np.radians(lat))
    reach_km = snapshot.region.reach_km if snapshot.region else 0.0
    return area[ground_km <= reach_km + cell_km / 2].reset_index(drop=True)


def _line_points(
    segments: gpd.GeoDataFrame, bits: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return points along the line, a quarter of a cell apart at most, and each one's segment."""
    apart_deg = 360.0 / float(SCALE // 2**bits) / 4
    points, owner = shapely.get_coordinates(
        shapely.segmentize(segments.geometry.to_numpy(), apart_deg), return_index=True
    )
    mx, my = mercator_integers(points[:, 0], points[:, 1])
    return np.column_stack([mx, my]).astype(np.float64), owner.astype(np.int64)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
