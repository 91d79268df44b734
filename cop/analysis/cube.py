"""The space-time cube under trend analysis: how large its cells and its time steps are."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from cop.model.tile import EARTH_RADIUS_M, FloatArray
from cop.model.window import TimeWindow

STEP_DAYS: Final = (364, 182, 91, 28, 14, 7, 3, 2, 1)
"""Lengths of a step that are tried; those of a week or more are whole weeks."""

PREFERRED_STEPS: Final = 12
LEAST_STEPS: Final = 10
"""Fewer steps bear no trend: Esri's space-time cube asks for ten as well."""

LEAST_CELL_KM: Final = 3.0
CELLS_ALONG_LINE: Final = 200
_BITS: Final = 32
_EQUATOR_KM: Final = 2 * math.pi * EARTH_RADIUS_M / 1_000
_SHORTEST_SIDE: Final = 6
_LONGEST_SIDE: Final = 26

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """``n`` steps of ``days`` whole days, ``start <= occurred_at < end`` in naive UTC."""

    start: datetime
    end: datetime
    days: int
    n: int

    @property
    def window(self) -> TimeWindow:
        """The time that the steps cover."""
        return TimeWindow(start=self.start, end=self.end)


def plan_steps(window: TimeWindow) -> Steps | None:
    """Divide a closed window into equal steps that end with it; None where it is too short.

    The longest step of STEP_DAYS that gives 12 steps is taken, else the longest that gives 10.
    The part of the window before the first whole step is left out.
    """
    if window.start is None or window.end is None:
        return None
    whole_days = (window.end - window.start) // timedelta(days=1)
    for least in (PREFERRED_STEPS, LEAST_STEPS):
        for days in STEP_DAYS:
            n = whole_days // days
            if n >= least:
                start = window.end - n * timedelta(days=days)
                return Steps(start=start, end=window.end, days=days, n=n)
    return None


def plan_cell_bits(length_km: float, lat: float) -> int:
    """Return how many bits of a Web Mercator integer lie below one cell.

    Cells are the smallest squares of the tile scheme with a side, at latitude ``lat``, of at
    least 3 km and a 200th of the line: 17 km along the United States - Mexico line.
    """
    least_km = max(LEAST_CELL_KM, length_km / CELLS_ALONG_LINE)
    for bits in range(_SHORTEST_SIDE, _LONGEST_SIDE):
        if cell_side_km(bits, lat) >= least_km:
            return bits
    return _LONGEST_SIDE


def cell_side_km(bits: int, lat: float) -> float:
    """Return the side of a cell on the ground at a latitude; it shrinks away from the equator."""
    return _EQUATOR_KM * math.cos(math.radians(lat)) / float(2 ** (_BITS - bits))


def cell_centers(cells: Integers, bits: int) -> tuple[FloatArray, FloatArray]:
    """Return (lon, lat) in degrees of the centers of cells, shape (n, 2) of mx and my >> bits."""
    places = (cells.astype(np.float64) + 0.5) / float(2 ** (_BITS - bits))
    lon: FloatArray = 360.0 * places[:, 0] - 180.0
    lat: FloatArray = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * places[:, 1]))))
    return lon, lat
