"""Made-up weekly counts along a line with two hot places."""

import numpy as np
from numpy.typing import NDArray

from cop.analysis.forecast.line import Line
from cop.analysis.forecast.record import Records

SEGMENTS, WEEKS, ORIGIN = 60, 40, 30
KM = np.arange(SEGMENTS) * 5.0
LINE = Line(positions_km=KM)


def draw_counts(seed: int = 1, *, weeks: int = WEEKS, total: float = 120.0) -> NDArray[np.int64]:
    """Weekly counts (segments, weeks) around two hot places."""
    risk = np.exp(-0.5 * ((KM - 60) / 10) ** 2) + 0.5 * np.exp(-0.5 * ((KM - 220) / 15) ** 2) + 0.02
    draw = np.random.default_rng(seed)
    return draw.poisson((risk / risk.sum() * total)[:, None], (SEGMENTS, weeks))


def build_records(counts: NDArray[np.int64], *, late: float = 0.0, seed: int = 2) -> Records:
    """Events of counts; a share ``late`` is reported two weeks after it happened."""
    cell, week = (
        np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1)
    )
    delay = 2 * (np.random.default_rng(seed).random(len(week)) < late)
    return Records(
        occurred=week, known=week + delay, cell=cell, periods=counts.shape[1], cells=len(counts)
    )
