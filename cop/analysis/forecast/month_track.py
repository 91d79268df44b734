"""The track record of monthly forecasts: every origin anew, beside last value and its like."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cop.analysis.forecast.bootstrap import bound_loss_gain
from cop.analysis.forecast.month import YEAR, MonthForecast, build_month_forecast
from cop.analysis.forecast.rival import (
    build_all_history,
    build_last_value,
    build_moving_average,
    build_seasonal_naive,
)
from cop.analysis.forecast.score import crps_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCK_MONTHS: Final = 12
WORST: Final = 15
_LEVELS: Final = np.arange(5, 100, 10) / 100
_RIVALS: Final = {
    "last_value": build_last_value,
    "seasonal_naive": build_seasonal_naive,
    "moving_average": build_moving_average,
    "all_history": build_all_history,
}
RIVALS: Final = tuple(_RIVALS)


def build_month_table(
    counts: pd.DataFrame,
    *,
    horizons: Sequence[int],
    first: int,
    extra: "Mapping[int, Floats] | None" = None,
) -> pd.DataFrame:
    """Every forecast: one row for each horizon, place, origin and model.

    ``counts`` is (months, places), indexed by month; ``extra`` is what covariates add to the
    model's log at each horizon, (places, months) by origin. Columns: horizon, place, origin, month,
    model, expected, lower, upper and, NaN where the month is yet to come, truth, error, inside,
    scaled (the error in units of the seasonal naive's mean error up to the origin), crps and
    chance: the share of the forecast distribution below the truth.
    """
    values = counts.to_numpy(np.float64).T
    frames = []
    for horizon in horizons:
        added = (extra or {}).get(horizon)
        forecasts = {
            "model": build_month_forecast(values, horizon=horizon, first=first, extra=added),
            **{
                name: build(values, horizon=horizon, first=first) for name, build in _RIVALS.items()
            },
        }
        frames += [_rows(counts, values, one).assign(model=name) for name, one in forecasts.items()]
    return pd.concat(frames, ignore_index=True)


def _rows(counts: pd.DataFrame, values: "Floats", forecast: MonthForecast) -> pd.DataFrame:
    places, origins = forecast.expected.shape
    origin = np.arange(forecast.first, forecast.first + origins)
    ahead = origin + forecast.horizon
    truth = np.full((places, origins), np.nan)
    come = ahead < values.shape[1]
    truth[:, come] = values[:, ahead[come]]
    months = pd.PeriodIndex(counts.index, freq="M")
    inside = (truth >= forecast.lower) & (truth <= forecast.upper)
    error = np.abs(truth - forecast.expected)
    below = (forecast.sample < truth[:, :, None]).mean(axis=2)
    wide = {
        "expected": forecast.expected,
        "lower": forecast.lower,
        "upper": forecast.upper,
        "truth": truth,
        "error": error,
        "inside": np.where(come, inside, np.nan),
        "scaled": error / _seasonal_errors(values, origin),
        "crps": crps_sample(forecast.sample, truth),
        "chance": np.where(come, below, np.nan),
    }
    return pd.DataFrame(
        {
            "horizon": forecast.horizon,
            "place": np.repeat(np.asarray(counts.columns, dtype=object), origins),
            "origin": np.tile(np.asarray(months[origin].astype(str), dtype=object), places),
            "month": np.tile(
                np.asarray((months[origin] + forecast.horizon).astype(str), dtype=object), places
            ),
            **{name: array.ravel() for name, array in wide.items()},
        }
    )


def _seasonal_errors(values: "Floats", origin: "NDArray[np.int64]") -> "Floats":
    """Mean error of the seasonal naive up to each origin (Hyndman and Koehler 2006), NaN for 0."""
    change = np.abs(values[:, YEAR:] - values[:, :-YEAR])
    mean = np.cumsum(change, axis=1) / np.arange(1, change.shape[1] + 1)
    errors = mean[:, origin - YEAR]
    return np.where(errors > 0.0, errors, np.nan)


def build_month_track(table: pd.DataFrame) -> dict[str, Any]:
    """Scores by horizon and model with the gain in CRPS over last value; what failed, and where.

    ``{horizons: {"1": {model, last_value, seasonal_naive, moving_average, all_history: {mase, wape,
    crps, cover80}, crps_gain, crps_gain_low, crps_gain_high, reliability, by_year, by_place,
    worst}}}``; crps in the unit of the counts, gains and coverages as fractions, the bounds of 90%
    by blocks of 12 origins.
    """
    known = table[table["truth"].notna()]
    return {"horizons": {str(h): _horizon(part) for h, part in known.groupby("horizon")}}


def _horizon(known: pd.DataFrame) -> dict[str, Any]:
    of = {str(name): part for name, part in known.groupby("model")}
    ours, rival = of["model"], of["last_value"]
    losses = [part.groupby("origin")["crps"].sum().to_numpy() for part in (ours, rival)]
    gain = bound_loss_gain(*losses, block=BLOCK_MONTHS)
    return {
        **{name: _scores(of[name]) for name in ("model", *RIVALS)},
        **{f"crps_{name}": value for name, value in _named(asdict(gain)).items()},
        "origins": int(ours["origin"].nunique()),
        "reliability": [
            {"forecast": float(level), "observed": float((ours["chance"] <= level).mean())}
            for level in _LEVELS
        ],
        "by_year": _parts(ours, rival, lambda rows: rows["month"].str[:4]),
        "by_place": _parts(ours, rival, lambda rows: rows["place"]),
        "worst": _worst(ours),
    }


def _named(gain: dict[str, Any]) -> dict[str, Any]:
    return {"gain": gain["gain"], "gain_low": gain["low"], "gain_high": gain["high"]}


def _scores(rows: pd.DataFrame) -> dict[str, float | None]:
    total = float(rows["truth"].sum())
    return {
        "mase": float(rows["scaled"].mean()),
        "wape": float(rows["error"].sum()) / total if total else None,
        "crps": float(rows["crps"].mean()),
        "cover80": float(rows["inside"].mean()),
    }


def _parts(ours: pd.DataFrame, rival: pd.DataFrame, key: Any) -> list[dict[str, Any]]:
    """Scores by year or place beside last value's; ``skill`` is whether the model was better."""
    parts = []
    theirs = dict(list(rival.groupby(key(rival))))
    for name, rows in ours.groupby(key(ours)):
        model, last = _scores(rows), _scores(theirs[name])
        parts.append(
            {
                "name": str(name),
                **model,
                "last_value_mase": last["mase"],
                "last_value_crps": last["crps"],
                "skill": bool(rows["crps"].sum() < theirs[name]["crps"].sum()),
            }
        )
    return parts


def _worst(ours: pd.DataFrame) -> list[dict[str, Any]]:
    worst = ours.sort_values(["scaled", "place", "month"], ascending=[False, True, True])
    columns = ["place", "month", "expected", "lower", "upper", "truth", "scaled"]
    rows: list[dict[str, Any]] = worst.head(WORST)[columns].to_dict("records")
    return rows
