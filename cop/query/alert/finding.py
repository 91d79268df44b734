"""From a run of alarms to a finding: place, composition and evidence."""

from datetime import datetime

import geopandas as gpd
import numpy as np
from shapely.geometry import Polygon, mapping

from cop.analysis.alarm import Run
from cop.model.alert import PERIOD, AlertFinding, Detector, Period
from cop.model.event import COMPOSITION
from cop.model.marking import highest_marking
from cop.model.place import format_mgrs
from cop.query.alert.watched_record import WatchedRecords

_BUFFER_DEG, _SIMPLER_DEG = 0.1, 0.02
"""About 10 km around the line, its outline true to 2 km."""
_SECTOR_DIGITS, _ZONE_DIGITS = 1, 2
"""The middle of a sector's surge is stated to 10 km, that of a zone's to 1 km."""


def build_finding(
    watched: WatchedRecords,
    detector: Detector,
    run: Run,
    start: datetime,
    *,
    sector: str,
    zone: str | None,
) -> AlertFinding:
    """Describe a run at a place; ``start`` is where its series begins (naive UTC)."""
    period = PERIOD[detector]
    began, ended = start + run.began * period, start + (run.until + 1) * period
    place = watched.segments[watched.segments["sector"] == sector]
    if zone is not None:
        place = place[place["zone"] == zone]
    ids = None if zone is None else list(place["segment_id"])
    what = ", ".join(f"sum({name})::BIGINT" for name in COMPOSITION)
    lat, lon, *groups = watched.describe(
        f"median(lat), median(lon), {what}", detector, began, ended, sector=sector, segments=ids
    )[0]
    kinds = watched.describe(
        "kind, count(*)", detector, began, ended, sector=sector, segments=ids, by="kind"
    )
    # What is usual is counted from the whole series, so that its records count here too.
    ((markings, sources),) = watched.describe(
        "list(DISTINCT marking), list(DISTINCT source)", detector, start, ended,
        sector=sector, segments=ids,
    )  # fmt: skip
    return AlertFinding(
        detector=detector,
        records=watched.records,
        sector=sector,
        sector_name=watched.snapshot.sectors.get(sector, ""),
        zone=zone,
        first_segment=str(place["segment_id"].iloc[0]),
        last_segment=str(place["segment_id"].iloc[-1]),
        lat=round(lat, 5),
        lon=round(lon, 5),
        mgrs=format_mgrs(lat, lon, digits=_SECTOR_DIGITS if zone is None else _ZONE_DIGITS),
        area=_outline(place),
        started_at=began,
        alarm_from=start + run.alarm_from * period,
        until=min(ended, watched.known_at),
        unit="events" if detector == "surge" else "people",
        observed=int(run.observed),
        expected=_round(run.expected),
        low=run.low,
        high=run.high,
        kinds=dict(kinds),
        groups={
            title: int(n)
            for title, n in zip(COMPOSITION.values(), groups, strict=True)
            if n is not None
        },
        sources=tuple(sorted(sources or ())),
        evidence=_evidence(run, start, detector),
        own_alarms=run.own_alarms,
        own_days=run.own_days,
        marking=highest_marking(markings or ()),
        version=watched.snapshot.version,
        known_at=watched.known_at,
    )


def _evidence(run: Run, start: datetime, detector: Detector) -> tuple[Period, ...]:
    columns = (run.counts, run.usual, run.lows, run.highs, run.alarm)
    return tuple(
        Period(
            start=start + (run.first + place) * PERIOD[detector],
            n=int(n),
            expected=_round(float(usual)),
            low=float(low),
            high=float(high),
            on=bool(on),
        )
        for place, (n, usual, low, high, on) in enumerate(zip(*columns, strict=True))
        if np.isfinite(usual)
    )


def _round(expected: float) -> float:
    """Return four digits that matter: in an empty zone all of them may lie behind the point."""
    return float(f"{expected:.4g}")


def _outline(place: gpd.GeoDataFrame) -> tuple[tuple[float, float], ...]:
    """Return a ring of (lon, lat) around a stretch of the line, anticlockwise."""
    around = place.geometry.union_all().buffer(_BUFFER_DEG).simplify(_SIMPLER_DEG)
    if not isinstance(around, Polygon):
        around = around.convex_hull
    ring = mapping(around.normalize())["coordinates"][0]
    return tuple((round(lon, 4), round(lat, 4)) for lon, lat in reversed(ring))
