"""What the track record of forecasts by cell says in words, against the moving average."""

from typing import TYPE_CHECKING

from cop.analysis.forecast.month_card import Verdict, judge_gain
from cop.analysis.forecast.score import flagged_cells
from cop.analysis.forecast.segment_record import AREA_SHARE, say_times

if TYPE_CHECKING:
    from cop.analysis.forecast.segment_record import SegmentTrack


def describe_surface_track(track: "SegmentTrack", *, cells: int) -> str:
    """Say what came of the forecasts of ``cells`` cells, or why that is not known.

    PAI is the share of events in the cells ranked first over their share of the area.
    """
    if track.reason is not None:
        return f"no track record: {track.reason}"
    weeks = f"last {track.weeks} weeks"
    hit, ratio = track.models["model"].hit, track.hit_ratio
    if hit is None:
        return f"{weeks}: nothing happened, so nothing can be said of the forecasts"
    pai = hit * cells / flagged_cells(AREA_SHARE, cells)
    found = f"{weeks}: {hit:.0%} of events in the top {AREA_SHARE:.0%} of cells (PAI {pai:.1f})"
    if ratio is not None:
        found += f", {say_times(ratio)} the moving average"
    return f"{found}; {_describe_gain(track)}; 80% interval held {track.coverage:.0%} of cells"


def judge_surface_track(track: "SegmentTrack") -> Verdict | None:
    """Say whether the gain over the moving average is sure, not sure or none; None: not known."""
    gain = track.crps_gain
    if gain is None or gain.gain is None or gain.low is None:
        return None
    return judge_gain(gain.gain, gain.low, blocks=track.weeks)


def _describe_gain(track: "SegmentTrack") -> str:
    verdict, gain = judge_surface_track(track), track.crps_gain
    if verdict is None or gain is None:
        return "skill over the moving average not known"
    bounds = f"(90%: {gain.low:+.0%} to {gain.high:+.0%})"
    if verdict == "none":
        return f"no skill over the moving average {bounds}"
    surely = "" if verdict == "better" else "not surely "
    return f"{surely}{gain.gain:.0%} better than the moving average {bounds}"
