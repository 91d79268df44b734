"""Places and times that are probably wrong: counted by code, whatever way they came in."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.errors import InputFileError
from cop.model.upload import Bounds

EARLY = np.datetime64("1990-01-01")
_AHEAD = timedelta(days=1)
_KM_PER_DEGREE = 111.2
_NULL_DEG = 1e-6
RECORD_FAR_KM = 1_000.0
"""A profile's source may report on more than the region, but hardly only on another continent."""
SOME, MOST, LEAST = 0.1, 0.5, 5
"""Shares of the records, and how many: single ones may well lie elsewhere or be old."""
WORDS = {
    "longitude_sign": "have probably lost the sign of their longitude",
    "axes_swapped": "have probably swapped longitude and latitude",
    "radians": "have coordinates that are probably radians",
    "outside_region": f"lie more than {RECORD_FAR_KM:,.0f} km outside the region",
    "time_early": "are before 1990",
}
"""What is asked of records: a place at 0, 0 and a time in the future are refused row by row."""
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(kw_only=True)
class PlaceDoubts:
    """Counts rows whose place is doubtful; ``near`` is where they are expected, EPSG:4326.

    What lies more than ``far_km`` from it is counted once, as what most likely went wrong.
    """

    near: Bounds | None
    far_km: float
    rows: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def add(self, x: Floats, y: Floats) -> None:
        """Add the middles of what was placed, degrees of longitude and latitude."""
        usable = np.isfinite(x) & np.isfinite(y)
        x, y = x[usable], y[usable]
        self.rows += len(x)
        null = (np.abs(x) < _NULL_DEG) & (np.abs(y) < _NULL_DEG)
        self.found["null_island"] += int(null.sum())
        if self.near is None:
            return
        left = ~null & ~self._lies_near(x, y)
        small = (np.abs(x) <= np.pi) & (np.abs(y) <= np.pi / 2)
        for code, there in (
            ("longitude_sign", self._lies_near(-x, y)),
            ("axes_swapped", self._lies_near(y, x)),
            ("radians", small & self._lies_near(np.degrees(x), np.degrees(y))),
            ("outside_region", np.ones(len(x), dtype=bool)),
        ):
            self.found[code] += int((left & there).sum())
            left &= ~there

    def _lies_near(self, x: Floats, y: Floats) -> Mask:
        west, south, east, north = self.near or (-180.0, -90.0, 180.0, 90.0)
        up = self.far_km / _KM_PER_DEGREE
        middle = np.radians(min(85.0, max(abs(south), abs(north))))
        side = up / np.cos(middle)
        inside: Mask = (x >= west - side) & (x <= east + side)
        inside &= (y >= south - up) & (y <= north + up)
        return inside


@dataclass(kw_only=True)
class TimeDoubts:
    """Counts rows whose time is doubtful at ``now``, naive UTC."""

    now: datetime
    rows: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def add(self, moments: npt.NDArray[np.datetime64]) -> None:
        """Add moments, naive UTC; those that could not be read are left out."""
        known = moments[~np.isnat(moments)]
        self.rows += len(known)
        self.found["time_future"] += int((known > np.datetime64(self.now + _AHEAD)).sum())
        self.found["time_early"] += int((known < EARLY).sum())


@dataclass(kw_only=True)
class RecordDoubts:
    """Counts what is doubtful in the records of a load by a profile, batch after batch."""

    now: datetime

    def __post_init__(self) -> None:
        """Begin with no record."""
        self._places = PlaceDoubts(near=None, far_km=RECORD_FAR_KM)
        self._times = TimeDoubts(now=self.now)

    def expect(self, near: Bounds) -> None:
        """Say where the records are expected."""
        self._places.near = near

    def add(self, rows: pd.DataFrame) -> None:
        """Add records of our schema that were accepted."""
        if {"lon", "lat"} <= set(rows):
            self._places.add(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
        if "occurred_at" in rows:
            self._times.add(rows["occurred_at"].to_numpy("datetime64[us]"))

    def check(self, agreed: Collection[str], *, file: str) -> None:
        """Raise InputFileError naming each doubt that the profile does not agree to."""
        some = dict(list_doubts(self._places, share=SOME))
        most = dict(list_doubts(self._places, self._times, share=MOST))
        found = {code: rows for code, rows in (some | most).items() if code in WORDS}
        for code in ("outside_region", "time_early"):
            if most.get(code, 0) < LEAST:
                found.pop(code, None)
        asked = [
            f"{code}: {rows:,} records {WORDS[code]}"
            for code, rows in found.items()
            if code not in agreed
        ]
        if asked:
            raise InputFileError(
                f"{file}: nothing was loaded: {'; '.join(asked)}. Correct the file or the profile; "
                "if it is right, use --agree CODE, or `agreed: [CODE]` in the profile"
            )


def list_doubts(*doubts: PlaceDoubts | TimeDoubts, share: float) -> Iterator[tuple[str, int]]:
    """Return the codes that at least a share of the rows show, each with its rows."""
    for one in doubts:
        for code, rows in one.found.items():
            if rows and rows >= share * one.rows:
                yield code, rows
