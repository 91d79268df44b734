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


def _walk(counts: "Floats", horizon: int, first: int, *, lag: int) -> MonthForecast:
    """The value ``lag`` months before the origin; its spread is that of all such changes so far."""
    logs = np.log1p(counts)
    origins = np.arange(first, counts.shape[1])
    change = logs[:, lag + horizon :] - logs[:, : logs.shape[1] - lag - horizon]
    # Column j of change ends at month j + lag + horizon: known at the origin where that is past.
    square = np.cumsum(change**2, axis=1) / np.arange(1, change.shape[1] + 1)
    spread = np.sqrt(square[:, origins - lag - horizon])
    middle = logs[:, origins - lag]
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
