"""The track record of forecasts by cell and period: every period anew, from what was known."""

from dataclasses import asdict, dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import nbinom, poisson

from cop.analysis.forecast.bootstrap import Gain, bound_hit_gain, bound_loss_gain
from cop.analysis.forecast.kernel import Kernel, build_features, build_kernels
from cop.analysis.forecast.mixture import Mixture, fit_mixture
from cop.analysis.forecast.rival import build_average
from cop.analysis.forecast.score import count_hits, crps_counts, flagged_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.record import Records

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

SHARES: Final = (0.005, 0.01, 0.05)
WINDOWS: Final = {"day": 28, "month": 12}
"""Periods of the moving average, and periods between two fits."""
BLOCKS: Final = {"day": 7, "month": 12}
_GAIN_SHARE: Final = 0.05
_BINS: Final = 10
_WORST: Final = 15
_TAIL: Final = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class CellForecast:
    """Expected events (periods, cells) of each model from period ``first`` on, and the fits.

    ``sizes`` (periods,) are those of the model's negative binomial, inf where it is the Poisson.
    """

    first: int
    expected: dict[str, "Floats"]
    sizes: "Floats"
    fits: tuple[Mixture, ...]
    kernels: tuple[Kernel, ...]


def build_cell_forecast(
    records: "Records", mask: "Mask", *, period: str, first: int, refit: int
) -> CellForecast:
    """Forecast each period from ``first`` on from what was known at its start.

    The mixture is fitted anew every ``refit`` periods, on the second half of the periods before:
    there the features rest on enough history to be like those of the forecast.
    """
    kernels = build_kernels(period)
    oldest = first // 2
    features = build_features(records, mask, kernels, oldest=oldest)
    expected = np.zeros((records.periods - first, records.cells))
    sizes = np.full(len(expected), inf)
    fits = []
    for start in range(first, records.periods, refit):
        end = min(start + refit, records.periods)
        half = start // 2
        counts = records.counts(known_at=start)[half:]
        fit = fit_mixture(features[:, half - oldest : start - oldest], counts)
        rows = slice(start - first, end - first)
        expected[rows] = fit.expect(features[:, start - oldest : end - oldest])
        sizes[rows] = fit.size
        fits.append(fit)
    rivals = {
        "moving_average": build_average(records, first=first, window=WINDOWS[period]),
        "all_history": build_average(records, first=first, window=None),
    }
    return CellForecast(
        first=first,
        expected={"model": expected, **rivals},
        sizes=sizes,
        fits=tuple(fits),
        kernels=kernels,
    )


def build_cell_track(
    forecast: CellForecast, truth: "Floats", *, period: str, seed: int = 0
) -> dict[str, Any]:
    """Scores of the models and gains over the moving average; truth is (periods, cells).

    ``{models: {model: {pai, pai_by_history, hit, crps}}, gains: {pai5, crps, ...}, reliability,
    worst}``. Of equal cells those are flagged that a draw by ``seed`` puts first, the same for
    every model, or those with more events in all of history. The model's counts are negative
    binomial; the rivals', which give a mean alone, Poisson.
    """
    block = BLOCKS[period]
    random = np.random.default_rng(seed).random(truth.shape)
    history = forecast.expected["all_history"]
    hits, losses, models = {}, {}, {}
    for name, risk in forecast.expected.items():
        hits[name] = {share: count_hits(risk, truth, share=share, tie=random) for share in SHARES}
        by_history = {share: count_hits(risk, truth, share=share, tie=history) for share in SHARES}
        losses[name] = _loss(forecast, name, truth)
        models[name] = {
            **_accuracy(hits[name], by_history, truth),
            "crps": float(losses[name].mean()),
        }
    gains = _gains(hits, losses, block)
    gains["crps_over_dispersed"] = _over_dispersed(forecast, truth, losses["model"], block)
    return {
        "models": models,
        "gains": {name: asdict(gain) for name, gain in gains.items()},
        "reliability": _reliability(forecast, truth),
        "worst": _worst(forecast, truth),
    }


def _gains(
    hits: dict[str, dict[float, "Floats"]], losses: dict[str, "Floats"], block: int
) -> dict[str, Gain]:
    gains = {}
    for rival, name in (("moving_average", ""), ("all_history", "_over_all_history")):
        ours, theirs = hits["model"][_GAIN_SHARE], hits[rival][_GAIN_SHARE]
        gains[f"pai5{name}"] = bound_hit_gain(ours, theirs, block=block)
        gains[f"crps{name}"] = bound_loss_gain(losses["model"], losses[rival], block=block)
    return gains


def _loss(forecast: CellForecast, name: str, truth: "Floats") -> "Floats":
    """Mean CRPS over the cells, of each period."""
    expected = forecast.expected[name]
    sizes = forecast.sizes if name == "model" else np.full(len(truth), inf)
    return _mean_crps(expected, truth, sizes)


def _mean_crps(expected: "Floats", truth: "Floats", sizes: "Floats") -> "Floats":
    loss = np.empty(len(truth))
    for size in np.unique(sizes):
        rows = sizes == size
        loss[rows] = crps_counts(expected[rows], truth[rows], size=float(size)).mean(axis=1)
    return loss


def _over_dispersed(forecast: CellForecast, truth: "Floats", ours: "Floats", block: int) -> Gain:
    """The least gain over the moving average: with the spread that serves it best in the test."""
    gains = []
    for size in (0.05, 0.1, 0.2, 0.5, 1.0, inf):
        rival = _mean_crps(forecast.expected["moving_average"], truth, np.full(len(truth), size))
        gains.append(bound_loss_gain(ours, rival, block=block))
    return min(gains, key=lambda gain: inf if gain.gain is None else gain.gain)


def _accuracy(
    hits: dict[float, "Floats"], by_history: dict[float, "Floats"], truth: "Floats"
) -> dict[str, dict[str, float | None]]:
    events, cells = float(truth.sum()), truth.shape[1]

    def rate(found: dict[float, "Floats"], *, per_area: bool) -> dict[str, float | None]:
        rates: dict[str, float | None] = {}
        for share, caught in found.items():
            area = flagged_cells(share, cells) / cells if per_area else 1.0
            rates[f"{100 * share:g}"] = float(caught.sum()) / events / area if events else None
        return rates

    return {
        "pai": rate(hits, per_area=True),
        "pai_by_history": rate(by_history, per_area=True),
        "hit": rate(hits, per_area=False),
    }


def _reliability(forecast: CellForecast, truth: "Floats") -> list[dict[str, float]]:
    """Expected and counted events of cells by how much was expected, a tenth of it in each row."""
    expected, counted = forecast.expected["model"].ravel(), truth.ravel()
    order = np.argsort(expected, kind="stable")
    mass = np.cumsum(expected[order])
    if not len(mass) or mass[-1] <= 0.0:
        return []
    group = np.minimum((mass / mass[-1] * _BINS).astype(np.int64), _BINS - 1)
    rows = []
    for place in np.unique(group):
        chosen = order[group == place]
        rows.append(
            {
                "cells_periods": len(chosen),
                "expected": float(expected[chosen].sum()),
                "counted": float(counted[chosen].sum()),
                "highest": float(expected[chosen].max()),
            }
        )
    return rows


def _worst(forecast: CellForecast, truth: "Floats") -> list[dict[str, float]]:
    """The cells and periods with most events beyond what was expected."""
    expected = forecast.expected["model"]
    beyond = truth - expected
    flat = np.argsort(-beyond, axis=None, kind="stable")[:_WORST]
    rows, cells = np.unravel_index(flat, beyond.shape)
    worst = []
    for row, cell in zip(rows.tolist(), cells.tolist(), strict=True):
        mean, size = float(expected[row, cell]), float(forecast.sizes[row])
        worst.append(
            {
                "row": row,
                "cell": cell,
                "expected": mean,
                "upper": upper_bound(mean, size),
                "counted": float(truth[row, cell]),
            }
        )
    return worst


def upper_bound(mean: float, size: float) -> float:
    """The upper end of the 80% interval of a count."""
    if mean <= 0.0:
        return 0.0
    if size == inf:
        return float(poisson.ppf(1.0 - _TAIL, mean))
    return float(nbinom.ppf(1.0 - _TAIL, size, size / (size + mean)))
