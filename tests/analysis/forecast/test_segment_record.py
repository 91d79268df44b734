"""Tests of the verdict over a track record."""

import pytest

from cop.analysis.forecast.bootstrap import Gain
from cop.analysis.forecast.segment_record import (
    SegmentTrack,
    judge_segment_track,
    judge_surface_track,
)

pytestmark = pytest.mark.forecast


BETTER, UNSURE = Gain(gain=0.1, low=0.02, high=0.2), Gain(gain=0.1, low=-0.02, high=0.2)
WORSE = Gain(gain=-0.1, low=-0.2, high=-0.02)


def track_of(*, last: Gain | None, average: Gain | None, weeks: int = 12) -> SegmentTrack:
    return SegmentTrack(period="week", weeks=weeks, models={}, last_gain=last, crps_gain=average)


def test_segments_are_judged_against_last_value_and_cells_against_the_average() -> None:
    track = track_of(last=BETTER, average=WORSE)
    assert judge_segment_track(track) == "better"
    assert judge_surface_track(track) == "none"


def test_a_gain_that_may_be_none_is_unsure() -> None:
    track = track_of(last=UNSURE, average=UNSURE)
    assert judge_segment_track(track) == judge_surface_track(track) == "unsure"


def test_a_gain_of_few_weeks_is_unsure() -> None:
    assert judge_segment_track(track_of(last=BETTER, average=None, weeks=3)) == "unsure"
    assert judge_segment_track(track_of(last=BETTER, average=None, weeks=4)) == "better"


@pytest.mark.parametrize("gain", [None, Gain(gain=None, low=None, high=None)])
def test_without_a_gain_nothing_is_judged(gain: Gain | None) -> None:
    track = track_of(last=gain, average=gain)
    assert judge_segment_track(track) is None
    assert judge_surface_track(track) is None
