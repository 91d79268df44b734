"""Scores of forecasts: CRPS of samples and of counts, and what the most risky cells caught."""

from typing import TYPE_CHECKING, Final

import numpy as np

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_EXPECTED: Final = 500.0
INTERVAL_SHARE: Final = 0.8
"""Share of the outcomes that an interval is to hold."""
_TAIL_SD: Final = 12.0
_TAIL_TERMS: Final = 6


def crps_sample(sample: "Floats", truth: "Floats") -> "Floats":
    """CRPS of equally likely values (..., m), ascending, against truths (...), in their unit.

    Gneiting and Raftery (2007), eq. 21: E|X - y| - E|X - X'| / 2.
    """
    m = sample.shape[-1]
    rank = 2.0 * np.arange(1, m + 1) - m - 1
    spread = (rank * sample).sum(axis=-1) / m**2
    score: Floats = np.abs(sample - truth[..., None]).mean(axis=-1) - spread
    return score


def crps_counts(mean: "Floats", truth: "Floats", *, size: float) -> "Floats":
    """CRPS of negative binomials with variance mean + mean² / size; size inf is the Poisson.

    The sum over k of (F(k) - 1[truth <= k])², cut where F is 1. A mean of 0 is 0 for sure.
    Raise FilterError for means above 500, where the recursion would underflow.
    """
    most = float(mean.max(initial=0.0))
    if not most <= MOST_EXPECTED:
        message = f"{most:.0f} events expected in a cell and period: use smaller cells or periods"
        raise FilterError(message)
    chance = mean / (size + mean) if np.isfinite(size) else np.zeros_like(mean)
    mass = (1.0 - chance) ** size if np.isfinite(size) else np.exp(-mean)
    below = mass.copy()
    score = (below - (truth <= 0)) ** 2
    deviation = np.sqrt(most + (most**2 / size if np.isfinite(size) else 0.0))
    terms = int(max(truth.max(initial=0.0), most + _TAIL_SD * deviation)) + _TAIL_TERMS
    for k in range(1, terms):
        step = (size + k - 1) / k * chance if np.isfinite(size) else mean / k
        mass = mass * step
        below = below + mass
        score += (below - (truth <= k)) ** 2
    return score


def flagged_cells(share: float, cells: int) -> int:
    """How many cells a share of the area is: at least one."""
    return max(1, round(share * cells))


def count_hits(risk: "Floats", truth: "Floats", *, share: float, tie: "Floats") -> "Floats":
    """Events of each period in its most risky cells; arrays (periods, cells), equals by ``tie``."""
    flagged = flagged_cells(share, risk.shape[1])
    hits = np.empty(len(risk))
    for period, (score, second) in enumerate(zip(risk, tie, strict=True)):
        first = np.lexsort((-second, -score))[:flagged]
        hits[period] = truth[period, first].sum()
    return hits
