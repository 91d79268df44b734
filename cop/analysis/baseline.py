"""The plainest forecast, next week's events from the decayed weekly mean, and its track record."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import nbinom, poisson

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INTERVAL_SHARE: Final = 0.8
MIN_TRAIN_WEEKS: Final = 4
MIN_TESTED_WEEKS: Final = 4
_MATRIX: Final = 2


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Expected events of next week with an 80% interval, arrays of shape (segments,).

    A segment that was never observed has NaN. reason says why a forecast rests on too little.
    """

    expected: "Floats"
    lower: "Floats"
    upper: "Floats"
    is_overdispersed: "NDArray[np.bool_]"
    weeks: int
    half_life_weeks: float
    interval_share: float = INTERVAL_SHARE
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """How the baseline did on the last weeks, forecast one week ahead from what was known then.

    mae and last_value_mae are in events per segment and week; skill = 1 - mae / last_value_mae
    (above 0: better than repeating last week); mase = mae / mean absolute weekly change before the
    tested weeks. interval_coverage is the share of truths inside the 80% interval; counts are
    whole, so a good interval of small counts holds more than 80%. All are None, with a reason,
    where the history is too short, and skill or mase alone where its rival never erred.
    """

    weeks: int
    forecasts: int
    mae: float | None
    last_value_mae: float | None
    skill: float | None
    mase: float | None
    interval_coverage: float | None
    half_life_weeks: float
    interval_share: float = INTERVAL_SHARE
    reason: str | None = None


def build_baseline(weekly: "Floats", *, half_life_weeks: float = 4) -> Baseline:
    """Forecast next week from counts (segments, weeks), oldest first; NaN is a week not observed.

    The weight of a week halves every half_life_weeks. The interval is the negative binomial whose
    mean and variance are those of the segment's own weighted weeks (the variance widened by the
    mean's own error), or the Poisson where that variance does not exceed the mean.
    Raises FilterError for counts or a half-life that cannot be used.
    """
    counts = _checked(weekly, half_life_weeks)
    mean, variance = _moments(counts, half_life_weeks)
    lower, upper, is_over = _interval(mean, variance)
    seen = int((~np.isnan(counts)).any(axis=0).sum())
    reason = None
    if seen < MIN_TRAIN_WEEKS:
        reason = f"only {seen} observed weeks of history, {MIN_TRAIN_WEEKS} are needed"
    return Baseline(
        expected=mean,
        lower=lower,
        upper=upper,
        is_overdispersed=is_over,
        weeks=counts.shape[1],
        half_life_weeks=float(half_life_weeks),
        reason=reason,
    )


def build_track_record(
    weekly: "Floats", *, half_life_weeks: float = 4, weeks_back: int = 8
) -> TrackRecord:
    """Forecast each of the last weeks_back weeks from the weeks before it, and compare.

    The rival is the last observed value repeated. A history that allows fewer than weeks_back
    forecasts is used as far as it goes, and TrackRecord.weeks says how far.
    """
    counts = _checked(weekly, half_life_weeks)
    if weeks_back < 1:
        message = f"a track record over {weeks_back} weeks: give weeks_back >= 1"
        raise FilterError(message)
    total = counts.shape[1]
    tested = min(weeks_back, total - MIN_TRAIN_WEEKS)
    needed = min(weeks_back, MIN_TESTED_WEEKS)
    if tested < needed or np.isnan(counts).all():
        why = (
            f"only {total} weeks of history, {MIN_TRAIN_WEEKS + needed} are needed"
            if tested < needed
            else "no segment was ever observed"
        )
        return _no_record(half_life_weeks, why)
    return _record(counts, half_life_weeks, tested)


def _record(counts: "Floats", half_life_weeks: float, tested: int) -> TrackRecord:
    origins = range(counts.shape[1] - tested, counts.shape[1])
    moments = [_moments(counts[:, :origin], half_life_weeks) for origin in origins]
    # One call for all weeks: what a quantile costs is mostly the call.
    lower, upper, _ = _interval(
        np.concatenate([mean for mean, _ in moments]),
        np.concatenate([variance for _, variance in moments]),
    )
    bounds = zip(np.split(lower, tested), np.split(upper, tested), strict=True)
    errors, rivals, inside = [], [], []
    for origin, (mean, _), (low, high) in zip(origins, moments, bounds, strict=True):
        truth = counts[:, origin]
        asked = ~np.isnan(truth) & ~np.isnan(mean)
        last = _last_value(counts[:, :origin])
        errors.append(np.abs(truth - mean)[asked])
        rivals.append(np.abs(truth - last)[asked])
        inside.append(((truth >= low) & (truth <= high))[asked])
    error, rival, held = np.concatenate(errors), np.concatenate(rivals), np.concatenate(inside)
    if len(error) == 0:
        return _no_record(half_life_weeks, "no observed week could be compared with a forecast")
    mae, last_mae = float(error.mean()), float(rival.mean())
    change = np.abs(np.diff(counts[:, : counts.shape[1] - tested], axis=1))
    change = change[~np.isnan(change)]
    scale = float(change.mean()) if len(change) else 0.0
    return TrackRecord(
        weeks=tested,
        forecasts=len(error),
        mae=mae,
        last_value_mae=last_mae,
        skill=1.0 - mae / last_mae if last_mae > 0.0 else None,
        mase=mae / scale if scale > 0.0 else None,
        interval_coverage=float(held.mean()),
        half_life_weeks=float(half_life_weeks),
    )


def _no_record(half_life_weeks: float, reason: str) -> TrackRecord:
    return TrackRecord(
        weeks=0,
        forecasts=0,
        mae=None,
        last_value_mae=None,
        skill=None,
        mase=None,
        interval_coverage=None,
        half_life_weeks=float(half_life_weeks),
        reason=reason,
    )


def _checked(weekly: "Floats", half_life_weeks: float) -> "Floats":
    counts: Floats = np.asarray(weekly, dtype=np.float64)
    if counts.ndim != _MATRIX:
        message = f"weekly counts have the shape {counts.shape}: give (segments, weeks)"
        raise FilterError(message)
    if not half_life_weeks > 0 or not np.isfinite(half_life_weeks):
        message = f"half_life_weeks is {half_life_weeks}: give a number above 0"
        raise FilterError(message)
    wrong = np.argwhere((counts < 0) | np.isinf(counts))
    if len(wrong):
        row, week = (int(part) for part in wrong[0])
        message = (
            f"weekly count of segment row {row}, week {week} is {counts[row, week]}: "
            "give counts of at least 0, NaN for a week not observed"
        )
        raise FilterError(message)
    return counts


def _moments(counts: "Floats", half_life_weeks: float) -> tuple["Floats", "Floats"]:
    """Weighted mean and predictive variance of each row; NaN mean where no week was observed."""
    age = np.arange(counts.shape[1] - 1, -1, -1, dtype=np.float64)
    weight = np.where(np.isnan(counts), 0.0, 0.5 ** (age / half_life_weeks))
    total = weight.sum(axis=1)
    squares = (weight**2).sum(axis=1)
    value = np.nan_to_num(counts, nan=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight * value).sum(axis=1) / total
        spread = (weight * (value - mean[:, None]) ** 2).sum(axis=1)
        # Unbiased for weights that express reliability, then the error of the mean on top.
        variance = spread / (total - squares / total) * (1.0 + squares / total**2)
    return mean, np.where(np.isfinite(variance), variance, 0.0)


def _interval(mean: "Floats", variance: "Floats") -> tuple["Floats", "Floats", "NDArray[np.bool_]"]:
    tail = (1.0 - INTERVAL_SHARE) / 2.0
    is_over: NDArray[np.bool_] = (mean > 0.0) & (variance > mean * (1.0 + 1e-9))
    lower, upper = np.empty_like(mean), np.empty_like(mean)
    lower[~is_over] = poisson.ppf(tail, mean[~is_over])
    upper[~is_over] = poisson.ppf(1.0 - tail, mean[~is_over])
    centre, width = mean[is_over], variance[is_over]
    size, chance = centre**2 / (width - centre), centre / width
    lower[is_over] = nbinom.ppf(tail, size, chance)
    upper[is_over] = nbinom.ppf(1.0 - tail, size, chance)
    # scipy puts the lowest quantile of a distribution that is 0 for sure at -1.
    return np.maximum(lower, 0.0), upper, is_over


def _last_value(counts: "Floats") -> "Floats":
    """Last observed value of each row, NaN where there is none."""
    seen = ~np.isnan(counts)
    last = counts.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    value: Floats = counts[np.arange(len(counts)), last]
    return value
