"""Synthetic raw events with the rhythm, hot places and reporting delays of the real thing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from cop.errors import SettingsError
from cop.ingest.demo.draw import MonthDraw
from cop.ingest.demo.intensity import build_intensity
from cop.ingest.demo.line import build_line
from cop.ingest.demo.window import DemoWindow, build_window, reported_share

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from cop.ingest.demo.line import DemoLine

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BATCH_ROWS: Final = 100_000
"""Days of a month come together up to so many events; a day is never parted."""


def build_demo_events(
    segments: "gpd.GeoDataFrame",
    *,
    time_zones: Mapping[str, str],
    events: int,
    days: int,
    seed: int,
    end: datetime,
) -> Iterator[pa.RecordBatch]:
    """Draw raw events of the days before end in the order of time, exactly `events` rows in all.

    No batch spans two UTC months. ``time_zones`` names the IANA zone by which each sector lives.
    An event that would be reported after end is left out. The same arguments give the same
    rows. Raise SettingsError for a negative number of events or less than one day.
    """
    if events < 0 or days < 1:
        message = f"demo of {events} events in {days} days: give events >= 0 and days >= 1"
        raise SettingsError(message)
    line = build_line(segments)
    window = build_window(days, end, [time_zones[code] for code in line.sectors])
    structure, allotment, *seeds = np.random.SeedSequence(seed).spawn(2 + len(window.days))
    field = build_intensity(line, window.days, np.random.default_rng(structure))
    field *= reported_share(window)[None, :]
    return _batches(line, window, field / field.sum(), events, (allotment, seeds))


def _batches(
    line: "DemoLine",
    window: DemoWindow,
    field: "Floats",
    events: int,
    seeds: tuple[Any, list[Any]],
) -> Iterator[pa.RecordBatch]:
    allot = np.random.default_rng(seeds[0])
    months = window.days.astype("datetime64[M]")
    names, first = np.unique(months, return_index=True)
    edges = [*first.tolist(), len(window.days)]
    weights = np.add.reduceat(field.sum(axis=0), first)
    rows = allot.multinomial(events, weights / weights.sum())
    done = 0
    for index, month in enumerate(names):
        if rows[index] == 0:
            continue
        columns = slice(edges[index], edges[index + 1])
        rng = np.random.default_rng(seeds[1][index])
        cells = field[:, columns]
        counts = rng.multinomial(int(rows[index]), (cells / cells.sum()).ravel())
        counts = counts.reshape(cells.shape)
        draw = MonthDraw(line, window, rng, int(month.astype(np.int64)) % 12)
        for group in _day_groups(counts.sum(axis=0).tolist()):
            segment, day = _spread(counts[:, group])
            yield draw.build(segment, window.days[columns][group].astype(np.int64)[day], done)
            done += len(segment)


def _day_groups(totals: list[int]) -> Iterator[slice]:
    """Consecutive days that come together, each group with at least one event."""
    start = rows = 0
    for day, total in enumerate(totals):
        if rows and rows + total > BATCH_ROWS:
            yield slice(start, day)
            start, rows = day, 0
        rows += total
    yield slice(start, len(totals))


def _spread(counts: "Ints") -> tuple["Ints", "Ints"]:
    """Segment and day of each event of counts (segments, days)."""
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    return cell // counts.shape[1], cell % counts.shape[1]
