"""The rivals that a forecast must beat: last value, seasonal naive, moving average, all history."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from cop.analysis.forecast.month import PROBABILITIES, YEAR, MonthForecast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.record import Records

    Floats = NDArray[np.float64]


def build_last_value(counts: "Floats", *, horizon: int, first: int) -> MonthForecast:
    """The last value repeated: a random walk in logs of 1 + count with normal intervals."""
    return _walk(counts, horizon, first, lag=0)


def build_seasonal_naive(counts: "Floats", *, horizon: int, first: int) -> MonthForecast:
    """The value of the same month a year before, with normal intervals in logs."""
    return _walk(counts, horizon, first, lag=-horizon % YEAR)


def build_moving_average(counts: "Floats", *, horizon: int, first: int) -> MonthForecast:
    """The mean of the last twelve months, with normal intervals in logs."""
    sums = np.cumsum(counts, axis=1)
    means = sums.copy()
    means[:, YEAR:] -= sums[:, :-YEAR]
    months = np.minimum(np.arange(1, counts.shape[1] + 1), YEAR)
    return _around(counts, np.log1p(means / months), horizon, first, start=YEAR - 1)


def build_all_history(counts: "Floats", *, horizon: int, first: int) -> MonthForecast:
    """The mean of all months so far, with normal intervals in logs."""
    means = np.cumsum(counts, axis=1) / np.arange(1, counts.shape[1] + 1)
    return _around(counts, np.log1p(means), horizon, first, start=YEAR - 1)


def _walk(counts: "Floats", horizon: int, first: int, *, lag: int) -> MonthForecast:
    """The value ``lag`` months before the origin; its spread is that of all such changes so far."""
    middle = np.roll(np.log1p(counts), lag, axis=1)
    return _around(counts, middle, horizon, first, start=lag)


def _around(
    counts: "Floats", middle: "Floats", horizon: int, first: int, *, start: int
) -> MonthForecast:
    """A middle in logs (places, months) for every origin from ``start`` on, and its errors so far.

    The spread of an origin is that of the errors whose month was over by then.
    """
    logs = np.log1p(counts)
    origins = np.arange(first, counts.shape[1])
    error = logs[:, start + horizon :] - middle[:, start : logs.shape[1] - horizon]
    # Column j is of the origin start + j, known that many months later.
    square = np.cumsum(error**2, axis=1) / np.arange(1, error.shape[1] + 1)
    spread = np.sqrt(square[:, origins - start - horizon])
    middle = middle[:, origins]
    sample = middle[:, :, None] + spread[:, :, None] * norm.ppf(PROBABILITIES)
    edge = norm.ppf(0.9) * spread
    return MonthForecast(
        horizon=horizon,
        first=first,
        expected=np.expm1(middle),
        lower=np.maximum(np.expm1(middle - edge), 0.0),
        upper=np.expm1(middle + edge),
        sample=np.maximum(np.expm1(sample), 0.0),
        shrink=np.zeros(len(origins)),
    )


def build_average(records: "Records", *, first: int, window: int | None) -> "Floats":
    """Mean count of each cell in the ``window`` periods before each period from ``first`` on.

    (periods, cells), from what was known at the start of the period; without a window, of all.
    """
    means = np.zeros((records.periods - first, records.cells))
    for row, period in enumerate(range(first, records.periods)):
        oldest = 0 if window is None else max(0, period - window)
        means[row] = records.total(oldest, period, known_at=period) / max(1, period - oldest)
    return means
