"""When sensors work: up, degraded, down or not reported, as steps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from cop.errors import InputFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Codes = NDArray[np.int8]

State = Literal["up", "degraded", "down", "unknown"]

UP, DEGRADED, UNREPORTED, DOWN = 3, 2, 1, 0
STATE_CODES: Final[dict[State, int]] = {
    "up": UP,
    "degraded": DEGRADED,
    "unknown": UNREPORTED,
    "down": DOWN,
}
"""States by how well a sensor sees: where intervals overlap, the lowest counts."""
EARLIEST: Final = np.iinfo(np.int64).min // 4
LATEST: Final = np.iinfo(np.int64).max // 4
"""Microseconds since 1970 before and after every moment."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StatusSteps:
    """The state of each placement from a moment to its next step.

    ``first`` (placements + 1,) is where the steps of each begin; ``since`` (steps,) microseconds
    since 1970, the first of each placement EARLIEST; ``state`` (steps,) a code of STATE_CODES.
    """

    first: "Ints"
    since: "Ints"
    state: "Codes"

    def of(self, row: int) -> tuple["Ints", "Codes"]:
        """Return the steps of one placement."""
        own = slice(self.first[row], self.first[row + 1])
        return self.since[own], self.state[own]

    def at(self, moment: int) -> "Codes":
        """Return the state of each placement at a moment, microseconds."""
        found = [
            state[np.searchsorted(since, moment, side="right") - 1]
            for since, state in map(self.of, range(len(self.first) - 1))
        ]
        return np.array(found, np.int8)


def build_status(placements: pd.DataFrame, intervals: pd.DataFrame) -> StatusSteps:
    """Return when placements work, from intervals of their sensors that are not up.

    ``placements`` have sensor_id, valid_from and valid_to: outside of that they are down.
    ``intervals`` have sensor_id, down_at, up_at (missing: still so) and state; without a state they
    are down. Intervals of other sensors are left out. Times are naive UTC. Raise InputFileError
    for an interval without a beginning.
    """
    row, begin, end, code = _lower(placements, intervals)
    since: list[Ints] = []
    state: list[Codes] = []
    first = [0]
    order = np.argsort(row, kind="stable")
    bounds = np.searchsorted(row[order], np.arange(len(placements) + 1))
    for placement in range(len(placements)):
        own = order[bounds[placement] : bounds[placement + 1]]
        moments, states = _merge(begin[own], end[own], code[own])
        since.append(moments)
        state.append(states)
        first.append(first[-1] + len(moments))
    none = np.zeros(0, np.int64)
    return StatusSteps(
        first=np.array(first, np.int64),
        since=np.concatenate([none, *since]),
        state=np.concatenate([none.astype(np.int8), *state]),
    )


def _lower(
    placements: pd.DataFrame, intervals: pd.DataFrame
) -> tuple["Ints", "Ints", "Ints", "Ints"]:
    """Return (placement, from, to, state) of whatever keeps a placement from being up."""
    unknown = np.flatnonzero(intervals["down_at"].isna().to_numpy())
    if len(unknown):
        which = intervals["sensor_id"].iloc[int(unknown[0])]
        message = f"outage of sensor {which}: down_at is missing; state when it went down"
        raise InputFileError(message)
    rows = np.arange(len(placements))
    begin = to_microseconds(placements["valid_from"], missing=EARLIEST)
    end = to_microseconds(placements["valid_to"], missing=LATEST)
    placed = pd.DataFrame({"sensor_id": placements["sensor_id"].to_numpy(), "row": rows})
    code = pd.Series(DOWN, index=intervals.index)
    if "state" in intervals:
        code = intervals["state"].map(STATE_CODES).fillna(DOWN)
    moved = pd.DataFrame(
        {
            "sensor_id": intervals["sensor_id"].to_numpy(),
            "begin": to_microseconds(intervals["down_at"], missing=0),
            "end": to_microseconds(intervals["up_at"], missing=LATEST),
            "code": code.to_numpy(np.int64),
        }
    ).merge(placed, on="sensor_id")
    early, late = np.full(len(rows), EARLIEST), np.full(len(rows), LATEST)
    down = np.full(len(rows), DOWN)
    return (
        np.concatenate((rows, rows, moved["row"].to_numpy(np.int64))),
        np.concatenate((early, end, moved["begin"].to_numpy(np.int64))),
        np.concatenate((begin, late, moved["end"].to_numpy(np.int64))),
        np.concatenate((down, down, moved["code"].to_numpy(np.int64))),
    )


def _merge(begin: "Ints", end: "Ints", code: "Ints") -> tuple["Ints", "Codes"]:
    """Return steps of the lowest state among intervals; up where there is none."""
    real = begin < end
    begin, end, code = begin[real], end[real], code[real]
    moments = np.unique(np.concatenate(([EARLIEST], begin, end[end < LATEST])))
    state = np.full(len(moments), UP, np.int8)
    for level in (DEGRADED, UNREPORTED, DOWN):
        own = code == level
        opened = np.searchsorted(np.sort(begin[own]), moments, side="right")
        closed = np.searchsorted(np.sort(end[own]), moments, side="right")
        state[opened > closed] = level
    changes = np.concatenate(([True], state[1:] != state[:-1]))
    return moments[changes], state[changes]


def to_microseconds(times: "pd.Series[pd.Timestamp]", *, missing: int) -> "Ints":
    """Return microseconds since 1970 of a column of naive UTC times."""
    stamps = pd.to_datetime(times).astype("datetime64[us]").to_numpy()
    return np.where(np.isnat(stamps), missing, stamps.astype(np.int64))
