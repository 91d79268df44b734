"""Monthly counts some months ahead: the last value, a shrunk seasonal step, conformal intervals."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from cop.analysis.forecast.score import INTERVAL_SHARE
from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

YEAR: Final = 12
WINDOW_MONTHS: Final = 120
"""Seasons are learned from the last ten years: older ones belong to another regime."""
TRIM: Final = 0.2
HALF_LIFE_MONTHS: Final = 24.0
POOLED: Final = 0.5
"""The share of a place's scale of errors that is the mean scale of all places."""
STEP: Final = 0.05
"""How far the interval's level moves for each miss too many (Gibbs and Candes 2021, gamma)."""
PROBABILITIES: Final = (np.arange(100) + 0.5) / 100
FIRST_ORIGIN: Final = 72
MOST_AHEAD: Final = 12
FITTED_FROM: Final = 44
"""The first origin whose seasonal step is fitted, and whose error therefore counts."""
_SEASONS_FROM, _SCALED_FROM, _INTERVAL_FROM = 36, 56, 70
_LEVELS: Final = (0.02, 0.6)
_LEAST: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class MonthForecast:
    """Forecasts of one horizon; the columns are origins, the last known months, from ``first`` on.

    ``expected``, ``lower`` and ``upper`` are (places, origins), ``sample`` is (places, origins,
    100): quantiles at 0.5%, 1.5%, ... ``shrink`` (origins,) is what was left of the seasonal step.
    """

    horizon: int
    first: int
    expected: "Floats"
    lower: "Floats"
    upper: "Floats"
    sample: "Floats"
    shrink: "Floats"


def build_month_forecast(
    counts: "Floats", *, horizon: int, first: int, extra: "Floats | None" = None
) -> MonthForecast:
    """Forecast counts (places, months) ``horizon`` months after every origin from ``first`` on.

    The forecast of an origin depends on the counts up to it alone. In logs of 1 + count it is the
    last value plus the seasonal step, shrunk by the factor (0-1) that fitted best so far. Its
    distribution is that of the errors so far, of all places, each in units of its place's scale;
    the level of the 80% interval follows how often past intervals missed (adaptive conformal
    inference, Gibbs and Candes 2021). ``extra`` (places, months), by origin, is added to the log
    of the forecast, from covariates. Raise FilterError where there is too little history.
    """
    _check(counts, horizon, first)
    logs = np.log1p(counts)
    steps, shrink = build_steps(logs, horizon)
    if extra is not None:
        steps = steps + extra
    error = build_errors(logs, steps, horizon)
    scale = _scales(error, horizon)
    sample, bounds = _distributions(counts, logs + steps, error / scale, scale, horizon)
    span = slice(first - _INTERVAL_FROM, None)
    return MonthForecast(
        horizon=horizon,
        first=first,
        expected=_counts(logs + steps)[:, first:],
        lower=bounds[0, :, span],
        upper=bounds[1, :, span],
        sample=sample[:, span],
        shrink=shrink[first:],
    )


def _distributions(
    counts: "Floats", middle: "Floats", score: "Floats", scale: "Floats", horizon: int
) -> tuple["Floats", "Floats"]:
    """Quantiles (places, origins, 100) and bounds (2, places, origins) from _INTERVAL_FROM on."""
    origins = range(_INTERVAL_FROM, counts.shape[1])
    sample = np.empty((len(counts), len(origins), len(PROBABILITIES)))
    bounds = np.empty((2, len(counts), len(origins)))
    level = 1.0 - INTERVAL_SHARE
    for column, origin in enumerate(origins):
        known_column = column - horizon
        if known_column >= 0:
            truth = counts[:, origin]
            missed = (truth < bounds[0, :, known_column]) | (truth > bounds[1, :, known_column])
            level += STEP * (1.0 - INTERVAL_SHARE - float(missed.mean()))
            level = float(np.clip(level, *_LEVELS))
        known = score[:, _SCALED_FROM : origin - horizon + 1]
        center, width = middle[:, origin, None], scale[:, origin, None]
        sample[:, column] = _counts(center + width * np.quantile(known, PROBABILITIES))
        edge = np.quantile(known, [level / 2.0, 1.0 - level / 2.0])
        bounds[:, :, column] = _counts(center + width * edge).T
    return sample, bounds


def _check(counts: "Floats", horizon: int, first: int) -> None:
    if not 1 <= horizon <= MOST_AHEAD:
        message = f"horizon {horizon}: use 1 to {MOST_AHEAD} months"
        raise FilterError(message)
    if first < FIRST_ORIGIN or first >= counts.shape[1]:
        message = (
            f"the first origin is month {first} of {counts.shape[1]}: "
            f"choose one after at least {FIRST_ORIGIN} months"
        )
        raise FilterError(message)
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        message = "a monthly count is missing or below 0: every place needs one for every month"
        raise FilterError(message)


def build_steps(logs: "Floats", horizon: int) -> tuple["Floats", "Floats"]:
    """The shrunk seasonal step of every origin (places, months), and the shrinkage (months,)."""
    months = logs.shape[1]
    seasonal, steps, shrink = np.zeros_like(logs), np.zeros_like(logs), np.zeros(months)
    for origin in range(_SEASONS_FROM, months):
        seasonal[:, origin] = _seasonal_step(logs[:, : origin + 1], horizon)
    for origin in range(FITTED_FROM + horizon, months):
        past = np.arange(_SEASONS_FROM, origin - horizon + 1)
        change = logs[:, past + horizon] - logs[:, past]
        shrink[origin] = float(np.clip(fit_slope(change, seasonal[:, past]), 0.0, 1.0))
        steps[:, origin] = shrink[origin] * seasonal[:, origin]
    return steps, shrink


def _seasonal_step(logs: "Floats", horizon: int) -> "Floats":
    """Mean log-change of this calendar month less that of all months, without the extreme years."""
    change = (logs[:, horizon:] - logs[:, :-horizon])[:, -WINDOW_MONTHS:]
    same = np.sort(change[:, horizon - YEAR - 1 :: -YEAR], axis=1)
    cut = int(TRIM * same.shape[1])
    step: Floats = same[:, cut : same.shape[1] - cut].mean(axis=1) - change.mean(axis=1)
    return step


def build_errors(logs: "Floats", steps: "Floats", horizon: int) -> "Floats":
    """Observed less predicted, in logs (places, months) by origin; NaN for future months."""
    error = np.full_like(logs, np.nan)
    error[:, :-horizon] = logs[:, horizon:] - logs[:, :-horizon] - steps[:, :-horizon]
    return error


def fit_slope(change: "Floats", by: "Floats") -> float:
    """One slope of changes (places, months) on ``by``, each place in units of its median change."""
    weight = 1.0 / np.maximum(np.median(np.abs(change), axis=1, keepdims=True), _LEAST) ** 2
    power = float((weight * by**2).sum())
    return float((weight * by * change).sum()) / max(power, _LEAST)


def _scales(error: "Floats", horizon: int) -> "Floats":
    """Decayed mean absolute error of each place as known at each origin, half pooled."""
    scale = np.full_like(error, np.nan)
    for origin in range(_SCALED_FROM, error.shape[1]):
        known = np.abs(error[:, FITTED_FROM : origin - horizon + 1])
        age = np.arange(known.shape[1] - 1, -1, -1)
        weight = 0.5 ** (age / HALF_LIFE_MONTHS)
        own = (known * weight).sum(axis=1) / weight.sum()
        scale[:, origin] = (1.0 - POOLED) * own + POOLED * own.mean()
    return np.maximum(scale, _LEAST)


def _counts(logs: "Floats") -> "Floats":
    counts: Floats = np.maximum(np.expm1(logs), 0.0)
    return counts
