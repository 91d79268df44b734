"""Kernels of space and time: what each expects of a cell and period from what was known before."""

from dataclasses import dataclass
from math import exp, inf
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from cop.analysis.forecast.line import Line
from cop.analysis.forecast.plane import REACHES, TRUNCATE, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.record import Counts, Records

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Mask = NDArray[np.bool_]

DECAYS: Final = {"day": (14.0, 60.0, inf), "week": (2.0, 8.0, inf), "month": (3.0, 12.0, inf)}
"""Mean ages in periods: the last weeks or months, the season, and the long run."""
_LEAST: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A Gaussian in space of ``reach`` and an exponential in time of ``decay`` periods.

    The reach is in cells of a grid, or in km along a line. A decay without end is the long-run
    mean, a reach without end the mean of the whole area.
    """

    decay: float
    reach: float


def build_kernels(period: str, reaches: tuple[float, ...] = REACHES) -> tuple[Kernel, ...]:
    """The kernels for periods of a day, week or month: every decay with every reach, the mean."""
    near = [Kernel(decay=decay, reach=reach) for decay in DECAYS[period] for reach in reaches]
    return (*near, Kernel(decay=inf, reach=inf))


def build_features(
    records: "Records | Counts",
    space: "Mask | Line | Plane",
    kernels: tuple[Kernel, ...],
    *,
    oldest: int = 0,
    effort: "Floats | None" = None,
) -> "Singles":
    """Events expected by each kernel alone: (kernels, periods - oldest + 1, cells).

    ``space`` is the study area on its grid (rows, columns), whose true cells, row by row, are the
    cells of the records, the plane of such cells, or the line whose segments they are. The last
    period is the one after the records. Each feature is a weighted mean of counts, so that its sum
    over the area is that of recent periods: in space over the cells of the area alone (no loss over
    its edge), in time over the periods before. With ``effort`` (periods, cells), how much was
    looked, it is the
    events by effort; where a kernel saw no effort at all, the area's own.
    """
    features = np.zeros((len(kernels), records.periods - oldest + 1, records.cells), np.float32)
    for decay in dict.fromkeys(kernel.decay for kernel in kernels):
        # What is remembered of few periods is spread, instead of every period before.
        reported = _remember(records.decayed(decay).astype(np.float32), decay, oldest)
        exposure = _remembered_effort(records, effort, decay, oldest)
        for place, kernel in enumerate(kernels):
            if kernel.decay == decay:
                events = _blur(reported, space, kernel.reach)
                features[place] = _ratio(
                    events, _spread_exposure(exposure, space, kernel, records.cells)
                )
    return features


def _remembered_effort(
    records: "Records | Counts", effort: "Floats | None", decay: float, oldest: int
) -> "Singles":
    """How much was looked before each period; without effort (periods, 1), alike everywhere."""
    exposure = np.ones((records.periods, 1)) if effort is None else effort
    return _remember(exposure.astype(np.float32), decay, oldest)


def _spread_exposure(
    exposure: "Singles", space: "Mask | Line | Plane", kernel: Kernel, cells: int
) -> "Singles":
    """How much a kernel looked at each period and cell."""
    if exposure.shape[1] == cells:
        return _blur(exposure, space, kernel.reach)
    spread: Singles = exposure * _blur(np.ones((1, cells), np.float32), space, kernel.reach)
    return spread


def _ratio(events: "Singles", exposure: "Singles") -> "Singles":
    """Events by effort; the area's own where there was none, 0 where nobody looked anywhere."""
    whole = exposure.mean(axis=1, keepdims=True)
    mean = events.mean(axis=1, keepdims=True) / np.maximum(whole, _LEAST)
    ratio: Singles = np.where(exposure > _LEAST, events / np.maximum(exposure, _LEAST), mean)
    return ratio


def _blur(table: "Singles", space: "Mask | Line | Plane", reach: float) -> "Singles":
    """Spread (periods, cells) over the study area by a Gaussian of that many cells or km."""
    if reach == 0.0:
        return table
    if reach == inf:
        mean: Singles = table.mean(axis=1, keepdims=True, dtype=np.float32)
        return np.broadcast_to(mean, table.shape)
    if isinstance(space, Line | Plane):
        return space.blur(table, reach)
    grid = np.zeros((len(table), *space.shape), np.float32)
    grid[:, space] = table
    for axis in (1, 2):
        grid = gaussian_filter1d(grid, reach, axis=axis, mode="constant", truncate=TRUNCATE)
    blurred: Singles = grid[:, space]
    return blurred


def _remember(table: "Singles", decay: float, oldest: int) -> "Singles":
    """Decayed sum of the periods before each period from ``oldest`` to the one after the last."""
    remaining = np.float32(exp(-1.0 / decay))
    past = np.zeros(table.shape[1], np.float32)
    memory = np.empty((len(table) - oldest + 1, table.shape[1]), np.float32)
    for period in range(len(table) + 1):
        if period >= oldest:
            memory[period - oldest] = past
        if period < len(table):
            past = (past + table[period]) * remaining
    return memory
