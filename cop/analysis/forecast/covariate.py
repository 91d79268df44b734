"""Covariates of monthly forecasts: each moves the forecast only while its rolling test is won."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cop.analysis.forecast.bootstrap import Gain, bound_loss_gain
from cop.analysis.forecast.month import FITTED_FROM, build_errors, build_steps, fit_slope
from cop.analysis.forecast.month_track import BLOCK_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANGE_MONTHS: Final = 3
"""A covariate speaks by how its log changed over so many months up to the origin."""
LEAST_MONTHS: Final = 36
"""Months whose outcome is known before a slope is fitted, and origins tried before one is used."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CovariateStep:
    """What a covariate adds to the log of a forecast of one horizon.

    ``step`` is (places, months), by origin, 0 where it is not ``used`` (months,). ``gain`` is that
    of the last test, over ``tried`` origins.
    """

    step: "Floats"
    used: "NDArray[np.bool_]"
    tried: int
    gain: Gain


def build_covariate_steps(
    counts: "Floats", covariates: Mapping[str, "Floats"], *, horizon: int
) -> dict[str, CovariateStep]:
    """Try covariates on the forecasts of counts (places, months), each on what the last one left.

    A covariate is (months,), NaN where it is not known; its months are those of the counts. At
    every origin one slope for all places is fitted by least squares on the errors that were known
    by then, each place in units of its median error. The covariate is used at an origin only where
    its earlier forecasts, each with the slope of its own time, had a smaller mean absolute error in
    logs than those without it, with the lower bound of the block bootstrap above 0. So the test is
    of what was known at the origin alone.
    """
    logs = np.log1p(counts)
    steps, _shrink = build_steps(logs, horizon)
    found = {}
    for name, values in covariates.items():
        found[name] = _try(logs, steps, values, horizon)
        steps = steps + found[name].step
    return found


def _try(logs: "Floats", steps: "Floats", values: "Floats", horizon: int) -> CovariateStep:
    months = logs.shape[1]
    change = np.full(months, np.nan)
    of_covariate = np.log1p(values)
    change[CHANGE_MONTHS:] = of_covariate[CHANGE_MONTHS:] - of_covariate[:-CHANGE_MONTHS]
    error = build_errors(logs, steps, horizon)
    step = np.full_like(logs, np.nan)
    used = np.zeros(months, dtype=bool)
    tried, gain = 0, Gain(gain=None, low=None, high=None)
    is_known = np.isfinite(change)
    for origin in range(FITTED_FROM + horizon, months):
        known = np.arange(FITTED_FROM + horizon, origin - horizon + 1)
        known = known[is_known[known]]
        if len(known) < LEAST_MONTHS or not is_known[origin]:
            continue
        step[:, origin] = fit_slope(error[:, known], change[known]) * change[origin]
        test = known[np.isfinite(step[0, known])]
        if len(test) < LEAST_MONTHS:
            continue
        losses = [np.abs(e).mean(axis=0) for e in (error[:, test] - step[:, test], error[:, test])]
        tried, gain = len(test), bound_loss_gain(*losses, block=BLOCK_MONTHS)
        used[origin] = gain.low is not None and gain.low > 0.0
    return CovariateStep(step=np.where(used, step, 0.0), used=used, tried=tried, gain=gain)


def add_steps(steps: Iterable[CovariateStep]) -> "Floats":
    """What several covariates add together, (places, months) by origin."""
    total: Floats = np.sum([one.step for one in steps], axis=0)
    return total


def describe_covariates(
    tested: Mapping[int, Mapping[str, CovariateStep]], *, first: int, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """``{covariate: {"1": {used, origins, tried, gain, low, high}}}`` by horizon.

    ``used`` counts those of the ``origins`` from ``first`` on that used it.
    """
    return {
        name: {
            str(horizon): {
                "used": int(by_covariate[name].used[first:].sum()),
                "origins": len(by_covariate[name].used) - first,
                "tried": by_covariate[name].tried,
                **asdict(by_covariate[name].gain),
            }
            for horizon, by_covariate in tested.items()
        }
        for name in names
    }
