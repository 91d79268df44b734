"""Kernels of space and time: what each says of every cell and period from what was known before."""

from dataclasses import dataclass
from math import exp, inf
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.record import Records

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Mask = NDArray[np.bool_]

REACHES: Final = (0.0, 0.5, 1.0, 2.0)
"""Standard deviations in cells: the cell alone, its sides, the cells around it, and further."""
DECAYS: Final = {"day": (14.0, 60.0, inf), "month": (3.0, 12.0, inf)}
"""Mean ages in periods: the last weeks or months, the season, and the long run."""
_TRUNCATE: Final = 3.0
_LEAST: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A Gaussian in space of ``reach`` cells and an exponential in time of ``decay`` periods.

    A decay without end is the long-run mean, a reach without end the mean of the whole area.
    """

    decay: float
    reach: float


def build_kernels(period: str) -> tuple[Kernel, ...]:
    """The kernels for periods of a day or a month: every decay with every reach, and the mean."""
    near = [Kernel(decay=decay, reach=reach) for decay in DECAYS[period] for reach in REACHES]
    return (*near, Kernel(decay=inf, reach=inf))


def build_features(
    records: "Records", mask: "Mask", kernels: tuple[Kernel, ...], *, oldest: int = 0
) -> "Singles":
    """Events expected by each kernel alone: (kernels, periods - oldest + 1, cells).

    ``mask`` (rows, columns) is the study area on its grid; its true cells, row by row, are the
    cells of the records. The last period is the one after the records. Each feature is a weighted
    mean of counts, so that its sum over the area is that of recent periods: in space over the
    cells of the area alone (no loss over its edge), in time over the periods before.
    """
    features = np.zeros((len(kernels), records.periods - oldest + 1, records.cells), np.float32)
    for decay in dict.fromkeys(kernel.decay for kernel in kernels):
        reported = records.decayed(decay).astype(np.float32)
        for place, kernel in enumerate(kernels):
            if kernel.decay == decay:
                smooth = _smooth(reported, mask, kernel.reach)
                _remember(smooth, decay, features[place], oldest)
    return features


def _smooth(reported: "Singles", mask: "Mask", reach: float) -> "Singles":
    """Mean over the study area by a Gaussian of that standard deviation in cells."""
    if reach == 0.0:
        return reported
    if reach == inf:
        mean: Singles = reported.mean(axis=1, keepdims=True, dtype=np.float32)
        return np.broadcast_to(mean, reported.shape)
    grid = np.zeros((len(reported), *mask.shape), np.float32)
    grid[:, mask] = reported
    area = _blur(mask.astype(np.float32)[None], reach)[:, mask]
    smooth: Singles = (_blur(grid, reach)[:, mask] / np.maximum(area, _LEAST)).astype(np.float32)
    return smooth


def _blur(grid: "Singles", reach: float) -> "Singles":
    for axis in (1, 2):
        grid = gaussian_filter1d(grid, reach, axis=axis, mode="constant", truncate=_TRUNCATE)
    return grid


def _remember(smooth: "Singles", decay: float, into: "Singles", oldest: int) -> None:
    """Write the decayed mean of the periods before each period from ``oldest`` on."""
    kept = exp(-1.0 / decay)
    past = np.zeros(smooth.shape[1], np.float32)
    weight = 0.0
    for period in range(len(smooth) + 1):
        if period >= oldest:
            into[period - oldest] = past / max(weight, _LEAST)
        if period < len(smooth):
            past = (past + smooth[period]) * np.float32(kept)
            weight = (weight + 1.0) * kept
