"""Forecasts in words: of which weeks a record is, each finding, and what is not known."""

from dataclasses import replace

import pytest

from cop.analysis.forecast.bootstrap import Gain
from cop.analysis.forecast.segment_record import SegmentScore, SegmentTrack
from cop.query.forecast.track import (
    ForecastText,
    TrackText,
    confidence_of,
    describe_segment_track,
    describe_surface_track,
)

pytestmark = pytest.mark.forecast

TRACK = SegmentTrack(
    period="week",
    weeks=12,
    models={"model": SegmentScore(hit=0.34, mae=1.0, crps=1.0)},
    hit_ratio=2.0,
    last_gain=Gain(gain=0.07, low=0.02, high=0.11),
    crps_gain=Gain(gain=0.03, low=0.01, high=0.04),
    coverage=0.94,
    total_coverage=0.92,
)
SHORT = SegmentTrack(
    period="week", weeks=12, models={}, reason="only 9 complete weeks of history, 12 are needed"
)


def test_a_record_by_segment_names_its_weeks_and_each_finding() -> None:
    text = describe_segment_track(TRACK)
    assert text == TrackText(
        weeks="last 12 weeks, whole border",
        findings=(
            "34% of events in the top 5% of segments, twice the moving average",
            "better than repeating last week: 7% lower error (90% interval 2% to 11% lower)",
            "80% intervals correct for 94% of segments and 92% of weekly totals",
        ),
    )
    assert text.line.startswith(
        "last 12 weeks, whole border: 34% of events in the top 5% of segments"
    )
    assert text.line.count("; ") == 2
    daily = describe_segment_track(replace(TRACK, period="day"))
    assert daily.findings[1].startswith("better than repeating the last day: ")
    assert describe_segment_track(SHORT).line == f"no track record: {SHORT.reason}"
    quiet = replace(TRACK, models={"model": SegmentScore(hit=None, mae=1.0, crps=1.0)})
    assert (
        describe_segment_track(quiet).line
        == "last 12 weeks, whole border: no events to score against"
    )
    unknown = describe_segment_track(replace(TRACK, last_gain=None)).findings[1]
    assert unknown == "skill over repeating last week unknown"


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (Gain(gain=-0.02, low=-0.05, high=0.01), "not better than the moving average: 2% higher"),
        (Gain(gain=0.02, low=-0.01, high=0.04), "not clearly better than the moving average: 2%"),
        (Gain(gain=0.03, low=0.01, high=0.04), "better than the moving average: 3% lower error"),
        (None, "skill over the moving average unknown"),
    ],
)
def test_skill_of_cells_is_against_the_moving_average(gain: Gain | None, words: str) -> None:
    text = describe_surface_track(replace(TRACK, crps_gain=gain), cells=1_000)
    assert text.findings[0].startswith("34% of events in the top 5% of cells (PAI 6.8), twice")
    assert text.findings[1].startswith(words)
    assert describe_surface_track(SHORT, cells=9).reason == f"no track record: {SHORT.reason}"


def test_a_forecast_in_short_names_its_days_and_how_far_it_can_be_trusted() -> None:
    track = describe_segment_track(TRACK).with_notes("record of days 1 to 7 together", "")
    forecast = ForecastText(window="26 MAY 26", track=track, confidence="good")
    assert forecast.brief == "Forecast 26 MAY 26. Confidence: good"
    assert forecast.line == f"Forecast 26 MAY 26: {track.line}"
    past = replace(forecast, past=True)
    assert past.brief == "Past forecast 26 MAY 26. Confidence: good"
    assert past.line.startswith("Past forecast 26 MAY 26: last 12 weeks, whole border: ")


def test_confidence_is_good_fair_or_low_by_the_gain_over_the_last_week() -> None:
    for gain, words in (
        (Gain(gain=0.2, low=0.1, high=0.3), "good"),
        (Gain(gain=0.1, low=-0.1, high=0.3), "fair"),
        (Gain(gain=-0.2, low=-0.3, high=-0.1), "low"),
        (None, "low"),
    ):
        assert confidence_of(replace(TRACK, last_gain=gain)) == words
    assert confidence_of(SHORT) == "low"


def test_confidence_is_not_good_where_intervals_are_too_narrow() -> None:
    better = replace(TRACK, weeks=52, last_gain=Gain(gain=0.2, low=0.1, high=0.3))
    # Of 52 weeks 41.6 are due; binom.cdf(36, 52, 0.8) is 0.043, of 37 it is 0.082.
    for kept, words in ((44, "good"), (37, "good"), (36, "fair"), (20, "fair")):
        assert confidence_of(replace(better, total_coverage=kept / 52)) == words
    assert confidence_of(replace(better, total_coverage=None)) == "fair"


def test_a_forecast_that_there_is_none_of_says_why() -> None:
    none = ForecastText(window="26 MAY", track=TrackText(), reason="no track record: too short")
    assert none.brief == none.line == "No forecast: no track record: too short"
    noted = describe_segment_track(SHORT).with_notes("7 records left out")
    unrecorded = ForecastText(window="26 MAY", track=noted)
    assert unrecorded.line == (
        f"Forecast 26 MAY: no track record: {SHORT.reason}; 7 records left out"
    )
