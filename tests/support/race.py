"""Six events and the answers of the bench over them, worked out by hand."""

from datetime import datetime
from math import asinh, pi, radians, tan

import pandas as pd

from cop.bench.answer import COLUMNS
from cop.bench.case import CELL_BITS, Case
from cop.bench.rival import Rival
from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.tile import EXTENT, Tile
from cop.model.window import TimeWindow
from tests.support.record import make_frame

WEST, EAST, LAT = -110.5, -98.5, 31.5
_ROWS = [
    # day, lon, kind, count, sector, segment
    ("2026-01-10T06:00", WEST, "crossing", 1, "TCA", "TCA-0001"),
    ("2026-01-10T20:00", WEST, "rescue", 2, "TCA", "TCA-0002"),
    ("2026-02-05T06:00", WEST, "crossing", 3, "TCA", "TCA-0001"),
    ("2026-02-06T06:00", WEST, "rescue", 4, "TCA", "TCA-0001"),
    ("2026-02-06T07:00", WEST, "rescue", 5, "TCA", "TCA-0002"),
    ("2026-02-07T06:00", EAST, "drone", 6, "RGV", OUTSIDE),
]
_FEBRUARY = TimeWindow(start=datetime(2026, 2, 1), end=datetime(2026, 3, 1))
_BOTH = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 3, 1))
WORLD = Tile(0, 0, 0)
Rows = list[tuple[object, ...]]


def make_events() -> pd.DataFrame:
    """The events as the store takes them."""
    moments, lons, kinds, counts, sectors, segments = zip(*_ROWS, strict=True)
    return make_frame(
        len(_ROWS),
        source_id=[f"e{i}" for i in range(len(_ROWS))],
        occurred_at=pd.to_datetime(list(moments)),
        lon=lons,
        lat=LAT,
        kind=kinds,
        count=counts,
        sector=sectors,
        segment_id=segments,
    )


def _x(lon: float, cells: int) -> int:
    return int((lon + 180) / 360 * cells)


def _y(cells: int) -> int:
    return int((0.5 - asinh(tan(radians(LAT))) / (2 * pi)) * cells)


def _case(query: str, window: TimeWindow, *, tile: Tile | None = None, **parts: object) -> Case:
    resolved = Filter(window=window, records="real", **parts)  # type: ignore[arg-type]
    return Case(query=query, filter=resolved, tile=tile)


def _at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


_CELLS = 1 << (32 - CELL_BITS)
ANSWERS: dict[str, tuple[Case, Rows]] = {
    "points of a sector": (
        _case("Q1", _FEBRUARY, sectors=("RGV",)),
        [(EAST, LAT, _at("2026-02-07T06:00"), "drone", 6)],
    ),
    "cells": (
        _case("Q3", _BOTH),
        [(_x(WEST, _CELLS), _y(_CELLS), 5, 15), (_x(EAST, _CELLS), _y(_CELLS), 1, 6)],
    ),
    "days of a kind": (
        _case("Q4", _BOTH, kinds=("rescue",)),
        [(_at("2026-01-10"), "TCA", 1, 2), (_at("2026-02-06"), "TCA", 2, 9)],
    ),
    "change": (
        _case("Q5", _FEBRUARY),
        [(0, "TCA-0001", 2, 1), (1, "TCA-0002", 1, 1)],
    ),
    "tile of points": (
        _case("z6", _FEBRUARY, tile=WORLD),
        [
            (_x(WEST, EXTENT), _y(EXTENT), 0, 1, "crossing"),
            (_x(WEST, EXTENT), _y(EXTENT), 0, 1, "rescue"),
            (_x(WEST, EXTENT), _y(EXTENT), 0, 1, "rescue"),
            (_x(EAST, EXTENT), _y(EXTENT), 0, 1, "drone"),
        ],
    ),
    "no event": (_case("Q1", _FEBRUARY, sectors=("SDC",)), []),
}
"""By what is asked: the case, and its answer in the columns of the question."""
CELLS_OF_TILE: tuple[Case, dict[str, int]] = (
    _case("z6", _FEBRUARY, tile=WORLD),
    {"rescue": 3, "drone": 1},
)
"""A tile of too many points: events by the most frequent kind of each cell."""


def read_answer(rival: Rival, case: Case) -> Rows:
    """Return the rows of an answer, in order."""
    table = rival.table(case, rival.answer(case))
    columns = list(COLUMNS[case.question])
    return sorted(tuple(row) for row in table[columns].itertuples(index=False))
