"""Expected events of segments or cells in the next periods: the mixture of kernels over space."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import nbinom, poisson

from cop.analysis.forecast.kernel import Kernel, build_features, build_kernels
from cop.analysis.forecast.level import fit_level
from cop.analysis.forecast.mixture import fit_mixture
from cop.analysis.forecast.record import Counts
from cop.analysis.forecast.score import INTERVAL_SHARE
from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.line import Line
    from cop.analysis.forecast.plane import Plane

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

MIN_PERIODS: Final = {"day": 28, "week": 8, "month": 8}
"""Observed periods that a forecast needs."""
MEMORY: Final = {"day": 364, "week": 104, "month": 120}
"""Periods before the origin that the kernels look at."""
FITTED: Final = {"day": 56, "week": 26, "month": 60}
"""Of those the last ones that they are fitted to: at most this many, and at most half."""
LEVEL_DECAYS: Final = {"day": (3.0, 14.0), "week": (1.0, 3.0), "month": (1.0, 3.0)}
"""Mean ages in periods of the recent level of the whole line."""
_FITS: Final = 4
_LEAST: Final = 1e-6
_MATRIX: Final = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentForecast:
    """Expected events with the bounds of the 80% interval, arrays (segments, horizon).

    A segment that was never observed has NaN: nobody knows, which is not low. ``total``,
    ``total_lower`` and ``total_upper`` (horizon,) are of all observed segments together.
    ``sizes`` (horizon,) are those of the negative binomial of a segment, ``total_sizes`` of their
    total: the variance is mean + mean² / size. ``reason`` is why there is no forecast; all is
    NaN then.
    """

    expected: "Floats"
    lower: "Floats"
    upper: "Floats"
    total: "Floats"
    total_lower: "Floats"
    total_upper: "Floats"
    sizes: "Floats"
    total_sizes: "Floats"
    reason: str | None = None


def forecast_segments(
    counts: "Floats",
    *,
    space: "Line | Plane",
    effort: "Floats | None" = None,
    horizon: int = 1,
    period: str = "week",
    completeness: "Floats | None" = None,
) -> SegmentForecast:
    """Forecast the next ``horizon`` periods from counts (segments, periods), oldest first.

    The counts are what is known at the origin, NaN where nobody looked. ``space`` is the line of
    the segments, or the plane of cells in their stead: neighbors teach each other by distance.
    ``effort`` (segments, periods) is how much was looked, 0 for not at all; the expectation is for
    an effort of 1. ``completeness`` (periods,) is the share of a period's events that is reported
    by now, and corrects the last ones. ``period`` is day, week or month.

    Each of four periods ahead has a fit of its own, of the counts by what was known that far
    before, so that its interval is as wide as that distance asks for; more share them. Nothing
    is drawn at random: the same counts give the same forecast. Raise FilterError for what cannot
    be used.
    """
    table, exposure = _checked(counts, space.places, effort, completeness, horizon)
    table, exposure = table[-MEMORY[period] :], exposure[-MEMORY[period] :]
    observed = np.flatnonzero((exposure > 0.0).any(axis=0))
    periods = int((exposure > 0.0).any(axis=1).sum())
    if periods < MIN_PERIODS[period]:
        reason = f"only {periods} observed {period}s of history, {MIN_PERIODS[period]} are needed"
        return no_forecast(space.places, horizon, reason)
    if not table.any():
        return no_forecast(space.places, horizon, f"no event in {periods} observed {period}s")
    fitted = min(len(table) // 2, FITTED[period])
    oldest = max(0, len(table) - fitted - horizon + 1)
    features = _features(table, exposure, space, oldest=oldest, period=period)
    fitted_ahead = range(0, horizon, -(-horizon // _FITS))
    fits_by_ahead = {
        ahead: _fit(features, table[oldest:], exposure[oldest:], ahead) for ahead in fitted_ahead
    }
    fits = [fits_by_ahead[ahead - ahead % fitted_ahead.step] for ahead in range(horizon)]
    expected, sizes, total_sizes = (np.stack(part, axis=-1) for part in zip(*fits, strict=True))
    total = expected[observed].sum(axis=0)
    lower, upper = bound_counts(expected, sizes)
    total_lower, total_upper = bound_counts(total, total_sizes)
    unknown = np.setdiff1d(np.arange(space.places), observed)
    for part in (expected, lower, upper):
        part[unknown] = np.nan
    return SegmentForecast(
        expected=expected,
        lower=lower,
        upper=upper,
        total=total,
        total_lower=total_lower,
        total_upper=total_upper,
        sizes=sizes,
        total_sizes=total_sizes,
    )


def bound_sum(
    forecast: SegmentForecast, ahead: int, rows: "NDArray[np.bool_]"
) -> tuple[float, float, float]:
    """Expected events of some segments together with their 80% interval, ``ahead`` from 0 on.

    Of all observed segments it is the interval that the track record tests. The variance beyond
    Poisson of a part is that of each of its segments, and of what the total has beyond the sum of
    all of them (or less) the square of its share: whole and single segments keep their own.
    """
    expected = forecast.expected[:, ahead]
    if not np.isfinite(expected[~rows]).any():
        whole = (forecast.total, forecast.total_lower, forecast.total_upper)
        total, lower, upper = (float(part[ahead]) for part in whole)
        return total, lower, upper
    mean = np.nan_to_num(expected[rows])
    total, line = float(mean.sum()), float(np.nansum(expected))
    each, every = (float(np.nansum(part**2)) / forecast.sizes[ahead] for part in (mean, expected))
    share = total / line if line > 0.0 else 0.0
    beyond = each + (line**2 / forecast.total_sizes[ahead] - every) * share**2
    size = total**2 / beyond if beyond > _LEAST * total**2 else inf
    low, high = bound_counts(np.array(total), np.array(size))
    return total, float(low), float(high)


def bound_counts(mean: "Floats", size: "Floats") -> tuple["Floats", "Floats"]:
    """Bounds of the 80% interval of negative binomials; a size of inf is the Poisson."""
    tail = (1.0 - INTERVAL_SHARE) / 2.0
    return count_quantile(mean, size, tail), count_quantile(mean, size, 1.0 - tail)


def count_quantile(mean: "Floats", size: "Floats", chance: float) -> "Floats":
    """The count that is not exceeded with that chance; a size of inf is the Poisson."""
    mean, size = np.broadcast_arrays(mean, size)
    plain, spread = (mean > 0.0) & (size == inf), (mean > 0.0) & (size < inf)
    bound = np.zeros(mean.shape)
    size, wide = size[spread], mean[spread]
    bound[plain] = poisson.ppf(chance, mean[plain])
    bound[spread] = nbinom.ppf(chance, size, size / (size + wide))
    return bound


def _features(
    table: "Floats", exposure: "Floats", space: "Line | Plane", *, oldest: int, period: str
) -> "Singles":
    """What the kernels expect (kernels, periods, segments), and the long run at a recent level.

    The latter is the pattern of all history times the level of the whole line in the last periods:
    a rise or fall of the whole line reaches every segment at once.
    """
    levels = tuple(Kernel(decay=decay, reach=inf) for decay in LEVEL_DECAYS[period])
    kernels = (*build_kernels(period, space.reaches), *levels)
    features = build_features(Counts(table=table), space, kernels, oldest=oldest, effort=exposure)
    place = {kernel: row for row, kernel in enumerate(kernels)}
    usual = np.maximum(features[place[Kernel(decay=inf, reach=inf)]], _LEAST)
    patterns = [features[place[Kernel(decay=inf, reach=reach)]] for reach in space.reaches[:3]]
    recent = [features[place[level]] / usual for level in levels]
    return np.concatenate([features, [p * level for p in patterns for level in recent]])


def _fit(
    features: "Singles", table: "Floats", exposure: "Floats", ahead: int
) -> tuple["Floats", float, float]:
    """Expected events (segments,) that far ahead, with their size and that of the total."""
    counts, effort = table[ahead:], exposure[ahead:]
    before = np.ascontiguousarray(features[:, : len(counts)])
    fit = fit_mixture(before, counts, effort=effort)
    totals = (np.tensordot(fit.weights.astype(np.float32), before, axes=1) * effort).sum(axis=1)
    level, total_size = fit_level(totals, counts.sum(axis=1), ahead=ahead)
    return level * fit.expect(features[:, -1]), fit.size, total_size


def _checked(
    counts: "Floats",
    places: int,
    effort: "Floats | None",
    completeness: "Floats | None",
    horizon: int,
) -> tuple["Floats", "Floats"]:
    """Counts and how much was looked, both (periods, segments); no count where nobody looked."""
    table = np.asarray(counts, np.float64)
    if table.ndim != _MATRIX or places != len(table) or horizon < 1:
        message = (
            f"counts {table.shape} of {places} places, horizon {horizon}: use "
            "(segments, periods), a place for each segment and a horizon of at least 1"
        )
        raise FilterError(message)
    seen = np.isfinite(table)
    exposure = np.ones(table.shape) if effort is None else np.asarray(effort, np.float64)
    share = np.ones(table.shape[1]) if completeness is None else np.asarray(completeness)
    if exposure.shape != table.shape or share.shape != table.shape[1:]:
        message = (
            f"counts {table.shape}, effort {exposure.shape}, completeness {share.shape} differ"
        )
        raise FilterError(message)
    _refuse("count", table, np.isinf(table) | (table < 0.0))
    _refuse("effort", exposure, ~np.isfinite(exposure) | (exposure < 0.0))
    exposure = np.where(seen, exposure * share, 0.0)
    return np.where(exposure > 0.0, table, 0.0).T, exposure.T


def _refuse(name: str, table: "Floats", wrong: "NDArray[np.bool_]") -> None:
    found = np.argwhere(wrong)
    if len(found):
        row, period = found[0].tolist()
        message = (
            f"{name} of segment row {row}, period {period} is {table[row, period]}: give at least "
            "0, and a count of NaN where nobody looked"
        )
        raise FilterError(message)


def no_forecast(segments: int, horizon: int, reason: str) -> SegmentForecast:
    """Return unknown forecasts (segments, horizon) and why."""
    table, row = np.full((segments, horizon), np.nan), np.full(horizon, np.nan)
    return SegmentForecast(
        expected=table,
        lower=table,
        upper=table,
        total=row,
        total_lower=row,
        total_upper=row,
        sizes=row,
        total_sizes=row,
        reason=reason,
    )
