"""Tests of the track record of forecasts by segment, and of what was known at each origin."""

from dataclasses import astuple

import numpy as np
import pytest

from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment_record import SegmentTrack, judge_segment_track
from cop.analysis.forecast.segment_track import build_segment_track, forecast_known
from cop.errors import FilterError
from tests.support.segment import LINE, ORIGIN, SEGMENTS, WEEKS, build_records, draw_counts

pytestmark = pytest.mark.forecast


def test_the_track_record_of_a_steady_line() -> None:
    track = build_segment_track(build_records(draw_counts()), space=LINE)
    assert (track.weeks, track.forecasts, track.incomplete) == (12, 12 * SEGMENTS, 0)
    assert [record.period for record in track.records] == list(range(28, 40))
    model, average = track.models["model"], track.models["moving_average"]
    assert model.hit is not None
    assert average.crps is not None
    assert model.hit > 0.25
    assert track.skill is not None
    assert track.skill > 0.1
    assert track.crps_gain is not None
    assert track.crps_gain.gain is not None
    assert track.crps_gain.gain > 0.0
    assert track.coverage is not None
    assert track.coverage > 0.78
    assert judge_segment_track(track) == "better"


def test_totals_of_the_record_are_for_the_effort_that_goes_on() -> None:
    counts, effort = draw_counts(), np.full((SEGMENTS, WEEKS), 2.0)
    track = build_segment_track(build_records(counts), space=LINE, effort=effort)
    assert np.mean([r.expected for r in track.records]) == pytest.approx(120.0, rel=0.1)


def test_rivals_are_corrected_for_late_reports_too() -> None:
    track = build_segment_track(build_records(draw_counts(total=2_000.0), late=0.4), space=LINE)
    blind = build_segment_track(build_records(draw_counts(total=2_000.0)), space=LINE)
    late, told = (each.models["moving_average"].mae for each in (track, blind))
    assert late == pytest.approx(told, rel=0.35)
    assert len(track.worst) == 8


def test_a_collapse_is_a_failure_that_shows() -> None:
    counts = draw_counts()
    counts[:, -4:] = 0
    track = build_segment_track(build_records(counts), space=LINE)
    first = track.records[-4]
    assert first.counted == 0.0
    assert first.lower > 50.0
    assert track.worst[0].period == 36
    assert track.worst[0].counted == 0.0


def test_days_are_forecast_week_by_week() -> None:
    counts = np.random.default_rng(6).poisson(0.4, (SEGMENTS, 70))
    track = build_segment_track(build_records(counts), space=LINE, period="day", weeks=4)
    assert [record.period for record in track.records] == list(range(42, 70))


def known(track: SegmentTrack) -> dict[int, tuple[float, ...]]:
    """The forecasts of weeks up to the origin, which rest on what came before it."""
    return {r.period: astuple(r)[:4] for r in track.records if r.period <= ORIGIN}


def change_after(told: Records, *, what: str) -> Records:
    """Records with everything changed that was not known at the origin."""
    unknown = told.known >= ORIGIN
    cell, later = told.cell.copy(), told.known.copy()
    if what == "records":
        cell[unknown] = (cell[unknown] * 7 + 3) % SEGMENTS
    else:
        later[unknown] += 5
    return Records(
        occurred=told.occurred, known=later, cell=cell, periods=told.periods, cells=told.cells
    )


@pytest.mark.parametrize("what", ["records", "reports"])
def test_nothing_leaks_into_the_forecasts_of_segments(what: str) -> None:
    told = build_records(draw_counts(total=300.0), late=0.3)
    changed = change_after(told, what=what)
    before, after = (
        forecast_known(each, origin=ORIGIN, space=LINE, horizon=4) for each in (told, changed)
    )
    for part in ("expected", "lower", "upper", "total", "total_lower", "total_upper", "sizes"):
        assert (getattr(before, part) == getattr(after, part)).all()
    tracks = [build_segment_track(each, space=LINE, weeks=12) for each in (told, changed)]
    first, second = (known(track) for track in tracks)
    both = first.keys() & second.keys()
    assert ORIGIN in both
    assert [first[period] for period in both] == [second[period] for period in both]
    assert tracks[0] != tracks[1]


def test_what_is_reported_later_does_not_count_yet() -> None:
    told = build_records(draw_counts(total=300.0))
    recent = (told.occurred >= ORIGIN - 4) & (told.occurred < ORIGIN)
    held = Records(
        occurred=told.occurred,
        known=np.where(recent, ORIGIN + 1, told.known),
        cell=told.cell,
        periods=told.periods,
        cells=told.cells,
    )
    gone = Records(
        occurred=told.occurred[~recent],
        known=told.known[~recent],
        cell=told.cell[~recent],
        periods=told.periods,
        cells=told.cells,
    )
    base, late, without = (
        forecast_known(each, origin=ORIGIN, space=LINE).expected for each in (told, held, gone)
    )
    assert (late == without).all()
    assert not (base == late).all()


def test_a_record_over_no_week_is_refused() -> None:
    with pytest.raises(FilterError, match="over 0 weeks: use at least 1"):
        build_segment_track(build_records(draw_counts()), space=LINE, weeks=0)


def test_a_short_history_is_used_as_far_as_it_goes() -> None:
    short = build_segment_track(build_records(draw_counts(weeks=11)), space=LINE)
    assert (short.weeks, short.models) == (0, {})
    assert short.reason == "only 11 complete weeks of history, 12 are needed"
    least = build_segment_track(build_records(draw_counts(weeks=12)), space=LINE)
    assert (least.weeks, least.reason) == (4, None)
    assert [record.period for record in least.records] == [8, 9, 10, 11]
