"""The questions of the bench, and the drawing of their parameters from a seed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import numpy as np

from cop.errors import StoreError
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.tile import SCALE, Tile, mercator_integers
from cop.model.window import TimeWindow
from cop.store.warehouse import Warehouse

Question = Literal["points", "cells", "days", "change", "tile"]
Box = tuple[int, int, int, int]

QUERIES: dict[str, Question] = {
    "Q1": "points",
    "Q2": "points",
    "Q3": "cells",
    "Q4": "days",
    "Q5": "change",
    "z6": "tile",
    "z9": "tile",
    "z12": "tile",
}
TITLES: dict[str, str] = {
    "Q1": "seven days and a sector to points",
    "Q2": "viewport and 30 days to points",
    "Q3": "one year to coarse cells",
    "Q4": "events by day and sector over all years",
    "Q5": "top 20 segments by change between two 30-day periods",
    "z6": "tile at zoom 6, 30 days",
    "z9": "tile at zoom 9, 30 days",
    "z12": "tile at zoom 12, 30 days",
}
CELL_BITS = 22
"""A coarse cell is 2^22 Web Mercator integers wide, as in a tile of zoom 4: 39 km / cos(lat)."""
TOP_SEGMENTS = 20

_MONTH = timedelta(days=30)
_YEAR = timedelta(days=365)
_KINDS_DRAWN = 6
_VIEW_PX = (1366, 768)
_TILE_PX = 512


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question with its parameters.

    ``filter`` is resolved; ``box`` is a viewport (x low, y low, x high, y high) in Web Mercator
    integers, both ends inclusive.
    """

    query: str
    filter: Filter
    box: Box | None = None
    tile: Tile | None = None

    @property
    def question(self) -> Question:
        """What is asked."""
        return QUERIES[self.query]

    @property
    def bounds(self) -> Box | None:
        """The box of the viewport or the tile."""
        return self.tile.integer_bounds() if self.tile else self.box

    def __str__(self) -> str:
        """Name the query and its parameters on one line."""
        parts = [self.query, urlencode(self.filter.to_pairs(), safe=":")]
        if self.box:
            parts.append(f"viewport={','.join(map(str, self.box))}")
        if self.tile:
            parts.append(f"tile={self.tile.z}/{self.tile.x}/{self.tile.y}")
        return " ".join(parts)


def draw_cases(warehouse: Warehouse, *, seed: int, repetitions: int) -> list[list[Case]]:
    """Draw every query once per repetition; no two cases are equal, so no answer is known yet."""
    draw = _CaseDraw(warehouse, seed)
    seen: set[Case] = set()
    rounds = []
    for _ in range(repetitions):
        cases = []
        for query in QUERIES:
            case = draw.case(query)
            while case in seen:
                case = draw.case(query)
            seen.add(case)
            cases.append(case)
        rounds.append(cases)
    return rounds


class _CaseDraw:
    def __init__(self, warehouse: Warehouse, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._snapshot = warehouse.snapshot
        records = self._snapshot.default_records
        oldest, newest = self._snapshot.oldest(records), self._snapshot.newest(records)
        if oldest is None or newest is None or newest - oldest <= _YEAR:
            raise StoreError(f"{warehouse.folder}: the bench needs events over more than a year")
        self._oldest, self._newest = oldest, newest
        # Screens and tiles are drawn along the border, where people look.
        self._places = warehouse.query(
            "SELECT ST_X(ST_Centroid(geometry)), ST_Y(ST_Centroid(geometry)) "
            "FROM read_parquet($files) ORDER BY segment_id",
            {"files": list(self._snapshot.catalogue.files_of("segments"))},
        )

    def case(self, query: str) -> Case:
        if query == "Q1":
            sector = str(self._rng.choice(sorted(self._snapshot.sectors)))
            return self._case(query, window=self._window(timedelta(days=7)), sectors=(sector,))
        if query == "Q2":
            return self._case(query, box=self._viewport(), window=self._window(_MONTH))
        if query == "Q3":
            return self._case(query, window=self._window(_YEAR))
        if query == "Q4":
            kinds = self._rng.choice(sorted(KINDS), _KINDS_DRAWN, replace=False)
            return self._case(query, kinds=tuple(sorted(map(str, kinds))))
        if query == "Q5":
            return self._case(query, window=self._window(_MONTH, after=_MONTH))
        return self._case(query, tile=self._tile(int(query[1:])), window=self._window(_MONTH))

    def _case(
        self, query: str, *, box: Box | None = None, tile: Tile | None = None, **parts: Any
    ) -> Case:
        resolved = self._snapshot.resolve(Filter(**parts))
        return Case(query=query, filter=resolved, box=box, tile=tile)

    def _window(self, length: timedelta, *, after: timedelta = timedelta()) -> TimeWindow:
        first: datetime = (self._oldest + after).replace(microsecond=0)
        latest = int((self._newest - length - first).total_seconds())
        start = first + timedelta(seconds=int(self._rng.integers(latest + 1)))
        return TimeWindow(start=start, end=start + length)

    def _place(self) -> tuple[int, int]:
        lon, lat = self._places[int(self._rng.integers(len(self._places)))]
        mx, my = mercator_integers(np.array([lon]), np.array([lat]))
        return int(mx[0]), int(my[0])

    def _viewport(self) -> Box:
        """A laptop's screen over some place of the border at a zoom between 7 and 9."""
        x, y = self._place()
        per_pixel = SCALE / 2 ** self._rng.uniform(7, 9) / _TILE_PX
        half_width, half_height = (int(side * per_pixel / 2) for side in _VIEW_PX)
        return x - half_width, y - half_height, x + half_width, y + half_height

    def _tile(self, z: int) -> Tile:
        x, y = self._place()
        return Tile(z, x >> (32 - z), y >> (32 - z))
