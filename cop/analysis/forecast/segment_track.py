"""The track record of forecasts by segment: every week anew from what was known at its start."""

from typing import TYPE_CHECKING, Final

import numpy as np

from cop.analysis.forecast.delay import COMPLETE, LONGEST, build_completeness
from cop.analysis.forecast.segment import (
    MIN_PERIODS,
    bound_counts,
    count_quantile,
    forecast_segments,
)
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.analysis.forecast.segment_score import Backtest, score_segments
from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.line import Line
    from cop.analysis.forecast.plane import Plane
    from cop.analysis.forecast.record import Records
    from cop.analysis.forecast.segment import SegmentForecast

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

WEEKS: Final = 12
LEAST_WEEKS: Final = 4
STEP: Final = {"day": 7, "week": 1}
"""Periods between two origins; each of them is forecast from the origin before it."""
WINDOW: Final = {"day": 28, "week": 4}
"""Periods of the moving average."""
RIVALS: Final = ("moving_average", "last_value", "all_history")


def forecast_known(
    records: "Records",
    *,
    origin: int,
    space: "Line | Plane",
    effort: "Floats | None" = None,
    horizon: int = 1,
    period: str = "week",
) -> "SegmentForecast":
    """Forecast the periods from ``origin`` on, for an effort of 1, from the records known before.

    ``effort`` (segments, periods) is how much was looked, 0 where nobody did. Recent periods are
    corrected by the reporting delay known at the origin.
    """
    exposure = None if effort is None else effort[:, :origin]
    return forecast_segments(
        records.counts(known_at=origin).T,
        space=space,
        effort=exposure,
        horizon=horizon,
        period=period,
        completeness=build_completeness(records, origin=origin, longest=LONGEST[period]),
    )


def build_segment_track(
    records: "Records",
    *,
    space: "Line | Plane",
    effort: "Floats | None" = None,
    period: str = "week",
    weeks: int = WEEKS,
    places: int | None = None,
    since: "Ints | None" = None,
) -> SegmentTrack:
    """Forecast each of the last ``weeks`` weeks from what was known at its start, and compare.

    ``records`` carry the period of each event and of its report; ``cell`` is the row of the
    segment. The ``effort`` (segments, periods) of the last period before each origin is taken to
    go on: what is compared with the counts is what would be detected by it. ``period`` is week,
    or day: then the seven days of a week are forecast at its start. A history that allows fewer
    weeks is used as far as it goes. The segments ranked first are a share of ``places``, where the
    records leave out those that nobody observed. With ``since`` (segments,) each is known to be
    observed from the period after that one on: before, it is unknown, and its events count
    as not found. Raise FilterError for no week.
    """
    if weeks < 1:
        message = f"a track record over {weeks} weeks: use at least 1"
        raise FilterError(message)
    step = STEP[period]
    share = build_completeness(records, origin=records.periods, longest=LONGEST[period])
    incomplete = int((share < COMPLETE).sum())
    end = records.periods - incomplete
    tested = min(weeks, (end - MIN_PERIODS[period]) // step)
    least = min(weeks, LEAST_WEEKS)
    if tested < least:
        complete = max(0, end) // step
        needed = -(-MIN_PERIODS[period] // step) + least
        why = f"only {complete} complete weeks of history, {needed} are needed"
        return SegmentTrack(period=period, weeks=0, models={}, incomplete=incomplete, reason=why)
    origins = range(end - tested * step, end, step)
    found = _test(records, origins, space, effort, period, since=since)
    if isinstance(found, str):
        return SegmentTrack(period=period, weeks=0, models={}, incomplete=incomplete, reason=found)
    return score_segments(
        found, period=period, block=step, weeks=tested, incomplete=incomplete, places=places
    )


def _test(
    records: "Records",
    origins: range,
    space: "Line | Plane",
    effort: "Floats | None",
    period: str,
    *,
    since: "Ints | None",
) -> Backtest | str:
    """Forecast the periods after each origin by the model and its rivals; or say why not."""
    parts: dict[str, list[Floats]] = {
        name: [] for name in ("model", *RIVALS, "sizes", "total_sizes")
    }
    periods: list[int] = []
    why = "no observed week could be compared with a forecast"
    for origin in origins:
        forecast = forecast_known(
            records,
            origin=origin,
            space=space,
            effort=_observed(records, effort, since, origin),
            horizon=origins.step,
            period=period,
        )
        if forecast.reason is not None:
            why = forecast.reason
            continue
        last = np.ones(records.cells) if effort is None else effort[:, origin - 1]
        periods.extend(range(origin, origin + origins.step))
        parts["model"].append((forecast.expected * last[:, None]).T)
        parts["sizes"].append(np.broadcast_to(forecast.sizes[:, None], forecast.expected.T.shape))
        parts["total_sizes"].append(forecast.total_sizes)
        for name, mean in _rivals(_corrected(records, origin, period), WINDOW[period]).items():
            parts[name].append(np.broadcast_to(mean, (origins.step, records.cells)))
    if not periods:
        return why
    stacked = {name: np.concatenate(part) for name, part in parts.items()}
    truth = records.truth[periods]
    blind = np.isnan(stacked["model"])
    if effort is not None:
        blind |= effort.T[periods] <= 0.0
    expected = {name: np.where(blind, np.nan, stacked[name]) for name in ("model", *RIVALS)}
    lower, upper = bound_counts(np.nan_to_num(expected["model"]), stacked["sizes"])
    if blind.all():
        return why
    total = np.nansum(expected["model"], axis=1)
    return Backtest(
        period=periods,
        truth=np.where(blind, np.nan, truth),
        unseen=np.where(blind, truth, 0.0).sum(axis=1),
        expected=expected,
        lower=lower,
        upper=upper,
        sizes=stacked["sizes"][:, 0],
        totals=np.stack([total, *bound_counts(total, stacked["total_sizes"])], axis=1),
        median=count_quantile(np.nan_to_num(expected["model"]), stacked["sizes"], 0.5),
    )


def _observed(
    records: "Records", effort: "Floats | None", since: "Ints | None", origin: int
) -> "Floats | None":
    """Return the effort (segments, periods) of those known to be observed at an origin."""
    if since is None:
        return effort
    exposure = np.ones((records.cells, records.periods)) if effort is None else effort
    return np.where((since < origin)[:, None], exposure, 0.0)


def _corrected(records: "Records", origin: int, period: str) -> "Floats":
    """Counts (periods, segments) known at the origin by the share that is reported, as the model's.

    Periods of which nothing can have been reported yet are left out.
    """
    known = records.counts(known_at=origin)
    share = build_completeness(records, origin=origin, longest=LONGEST[period])
    reported = share > 0.0
    return known[reported] / share[reported, None] if reported.any() else known


def _rivals(known: "Floats", window: int) -> dict[str, "Floats"]:
    """What each rival expects of the next periods (segments,), from the counts known now."""
    return {
        "moving_average": known[-window:].mean(axis=0),
        "last_value": known[-1],
        "all_history": known.mean(axis=0),
    }
