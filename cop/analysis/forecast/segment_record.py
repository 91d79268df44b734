"""The track record of forecasts by segment or cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scipy.stats import binom

from cop.analysis.forecast.month_card import Verdict, judge_gain
from cop.analysis.forecast.score import INTERVAL_SHARE

if TYPE_CHECKING:
    from cop.analysis.forecast.bootstrap import Gain

AREA_SHARE: Final = 0.05
"""Share of the segments that are ranked first."""
_CHANCE: Final = 0.05
"""Below it an outcome is no chance."""


@dataclass(frozen=True, kw_only=True)
class SegmentScore:
    """How a model did: ``hit`` is the share (0-1) of events in the 5% of segments it ranks first.

    ``mae`` and ``crps`` are in events per segment and period; the model's error is that of its
    median, which is what the mean absolute error asks for. ``hit`` is None where nothing happened,
    ``crps`` where a segment expects too many events for it (above 500).
    """

    hit: float | None
    mae: float
    crps: float | None


@dataclass(frozen=True, kw_only=True)
class PeriodRecord:
    """The events of all segments in period ``period``, as forecast (80% interval) and as counted.

    ``hit`` of the ``counted`` events came in the 5% of segments that were ranked first.
    """

    period: int
    expected: float
    lower: float
    upper: float
    counted: float
    hit: float


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A segment (row) and period whose count lay furthest from what was expected of it."""

    segment: int
    period: int
    expected: float
    lower: float
    upper: float
    counted: float


@dataclass(frozen=True, kw_only=True)
class SegmentTrack:
    """How the forecasts of the last ``weeks`` weeks did, each made at the start of its week.

    ``models`` has the model's score and its rivals': moving_average (28 days), last_value and
    all_history. ``skill`` is 1 - crps / last value's (above 0: better than repeating it; the mean
    absolute error would reward a forecast of no events), ``hit_ratio`` the model's hit
    over the moving average's, ``crps_gain`` 1 - crps / the moving average's with bounds and
    ``last_gain`` the skill with its bounds. A rival's crps is with the spread that serves it best
    in the tested weeks. ``coverage`` and ``total_coverage`` are the shares of counts of segments
    and of the whole line inside their 80% intervals; counts are whole, so a good interval of small
    counts holds more than 80%. ``records`` are the tested periods, oldest first, ``worst`` the
    worst misses first. The ``incomplete`` newest periods are not tested: many of their reports are
    still to come. All is empty or None, with a ``reason``, where the history is too short.
    """

    period: str
    weeks: int
    forecasts: int = 0
    models: dict[str, SegmentScore]
    skill: float | None = None
    hit_ratio: float | None = None
    crps_gain: "Gain | None" = None
    last_gain: "Gain | None" = None
    coverage: float | None = None
    total_coverage: float | None = None
    records: tuple[PeriodRecord, ...] = ()
    worst: tuple[Miss, ...] = ()
    incomplete: int = 0
    reason: str | None = None


def judge_segment_track(track: SegmentTrack) -> Verdict | None:
    """Return whether the gain over last value is sure, not sure or none; None if unknown."""
    gain = track.last_gain
    if gain is None or gain.gain is None or gain.low is None:
        return None
    return judge_gain(gain.gain, gain.low, blocks=track.weeks)


def keeps_intervals(track: SegmentTrack) -> bool:
    """Return whether the counted totals lay in their 80% intervals as often as that says.

    False where so few would come by chance once in twenty records (one-sided binomial test), and
    where nothing was counted.
    """
    if track.total_coverage is None or not track.weeks:
        return False
    kept = round(track.total_coverage * track.weeks)
    return bool(binom.cdf(kept, track.weeks, INTERVAL_SHARE) >= _CHANCE)


def judge_surface_track(track: SegmentTrack) -> Verdict | None:
    """Return whether the gain over moving average is sure, not sure or none; None if unknown."""
    gain = track.crps_gain
    if gain is None or gain.gain is None or gain.low is None:
        return None
    return judge_gain(gain.gain, gain.low, blocks=track.weeks)
