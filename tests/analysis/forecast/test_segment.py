"""Tests of forecasts along the line, their reporting delay and their track record."""

from dataclasses import astuple, replace
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from cop.analysis.forecast.bootstrap import Gain
from cop.analysis.forecast.delay import build_completeness
from cop.analysis.forecast.line import Line
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment import bound_counts, bound_sum, forecast_segments
from cop.analysis.forecast.segment_record import (
    SegmentTrack,
    judge_segment_track,
)
from cop.analysis.forecast.segment_track import build_segment_track, forecast_known
from cop.errors import FilterError

pytestmark = pytest.mark.forecast

SEGMENTS, WEEKS, ORIGIN = 60, 40, 30
KM = np.arange(SEGMENTS) * 5.0
LINE = Line(positions_km=KM)


def steady(seed: int = 1, *, weeks: int = WEEKS, total: float = 120.0) -> NDArray[np.int64]:
    """Weekly counts (segments, weeks) around two hot places."""
    risk = np.exp(-0.5 * ((KM - 60) / 10) ** 2) + 0.5 * np.exp(-0.5 * ((KM - 220) / 15) ** 2) + 0.02
    draw = np.random.default_rng(seed)
    return draw.poisson((risk / risk.sum() * total)[:, None], (SEGMENTS, weeks))


def records(counts: NDArray[np.int64], *, late: float = 0.0, seed: int = 2) -> Records:
    """Events of counts; a share ``late`` is reported two weeks after it happened."""
    cell, week = (
        np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1)
    )
    delay = 2 * (np.random.default_rng(seed).random(len(week)) < late)
    return Records(
        occurred=week, known=week + delay, cell=cell, periods=counts.shape[1], cells=len(counts)
    )


def test_the_line_spreads_by_kilometers_and_loses_nothing() -> None:
    line = Line(positions_km=np.array([0.0, 5.0, 6.0, 500.0]))
    spread = line.blur(np.array([[0.0, 0.0, 10.0, 3.0]], np.float32), 5.0)[0]
    assert spread.sum() == pytest.approx(13.0)
    assert spread[3] == pytest.approx(3.0)
    assert spread[2] > spread[1] > spread[0] > 0.0


def test_a_steady_line_is_forecast_at_its_level_with_neighbours_alike() -> None:
    made = forecast_segments(steady().astype(float), space=LINE, horizon=4)
    assert made.expected.shape == (SEGMENTS, 4)
    assert made.total == pytest.approx([120.0] * 4, rel=0.1)
    assert (made.total_lower < made.total).all()
    assert (made.total < made.total_upper).all()
    assert int(np.argmax(made.expected[:, 0])) in (11, 12, 13)
    assert (made.lower <= made.expected + 1).all()
    assert (made.upper >= made.lower).all()


def test_a_lasting_fall_of_the_whole_line_is_followed() -> None:
    level = 300.0 * np.concatenate([np.ones(28), 0.93 ** np.arange(1, 14)])
    share = steady(total=1.0, weeks=1_000).mean(axis=1)
    made = [
        forecast_segments(
            np.random.default_rng(seed).poisson(share[:, None] * level[None, :-1]).astype(float),
            space=LINE,
        )
        for seed in range(5)
    ]
    usual = np.mean([one.total[0] for one in made])
    assert usual == pytest.approx(level[-1], rel=0.15)
    assert sum(one.total_lower[0] <= level[-1] <= one.total_upper[0] for one in made) >= 3
    for one in made:
        assert np.nansum(one.expected[:, 0]) == pytest.approx(one.total[0])


def test_the_order_of_the_segments_does_not_matter() -> None:
    counts, order = steady().astype(float), np.random.default_rng(3).permutation(SEGMENTS)
    straight = forecast_segments(counts, space=LINE)
    mixed = forecast_segments(counts[order], space=Line(positions_km=KM[order]))
    np.testing.assert_allclose(mixed.expected, straight.expected[order], rtol=1e-3)


def test_a_segment_that_nobody_looked_at_is_unknown_not_low() -> None:
    counts = steady().astype(float)
    counts[12] = np.nan
    effort = np.ones(counts.shape)
    effort[40] = 0.0
    made = forecast_segments(counts, space=LINE, effort=effort)
    unknown = np.isnan(made.expected[:, 0])
    assert np.flatnonzero(unknown).tolist() == [12, 40]
    assert np.isnan(made.lower[12]).all()
    assert np.isnan(made.upper[40]).all()


def test_effort_tells_little_looking_from_little_happening() -> None:
    draw = np.random.default_rng(4)
    effort = np.ones((SEGMENTS, WEEKS))
    effort[:30] = 0.25
    counts = draw.poisson(4.0 * effort).astype(float)
    blind = forecast_segments(counts, space=LINE).expected[:, 0]
    seeing = forecast_segments(counts, space=LINE, effort=effort).expected[:, 0]
    assert blind[:25].mean() / blind[35:].mean() < 0.4
    assert seeing[:25].mean() / seeing[35:].mean() == pytest.approx(1.0, abs=0.15)


def test_the_delay_of_reports_is_learned_from_what_was_known_alone() -> None:
    told = records(steady(total=2_000.0), late=0.4)
    share = build_completeness(told, origin=ORIGIN, longest=8)
    assert share[-1] == pytest.approx(0.6, abs=0.02)
    assert share[-2] == pytest.approx(0.6, abs=0.02)
    assert share[-3] == 1.0
    raw = forecast_segments(told.counts(known_at=ORIGIN).T, space=LINE).total[0]
    mended = forecast_known(told, origin=ORIGIN, space=LINE).total[0]
    assert raw < 1_800.0
    assert mended == pytest.approx(2_000.0, rel=0.03)


def test_too_little_history_is_said() -> None:
    made = forecast_segments(steady().astype(float)[:, :5], space=LINE)
    assert made.reason == "only 5 observed weeks of history, 8 are needed"
    assert np.isnan(made.expected).all()
    assert forecast_segments(np.zeros((3, 20)), space=Line(positions_km=KM[:3])).reason is not None
    track = build_segment_track(records(steady(weeks=9)), space=LINE)
    assert track.reason == "only 9 complete weeks of history, 12 are needed"


def test_counts_that_cannot_be_are_refused() -> None:
    counts = steady().astype(float)
    counts[3, 7] = -1.0
    with pytest.raises(FilterError, match="count of segment row 3, period 7 is -1"):
        forecast_segments(counts, space=LINE)
    with pytest.raises(FilterError, match="horizon 0"):
        forecast_segments(np.abs(counts), space=LINE, horizon=0)
    with pytest.raises(FilterError, match="lies at km nan"):
        Line(positions_km=np.array([1.0, np.nan]))


def test_bounds_are_those_of_the_distribution() -> None:
    lower, upper = bound_counts(np.array([0.0, 4.0, 4.0]), np.array([1.0, inf, 1.0]))
    assert lower.tolist() == [0.0, 2.0, 0.0]
    assert upper.tolist() == [0.0, 7.0, 10.0]


def test_the_track_record_of_a_steady_line() -> None:
    track = build_segment_track(records(steady()), space=LINE)
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
    unknown = replace(track, last_gain=None)
    assert judge_segment_track(unknown) is None
    unsure = replace(track, last_gain=Gain(gain=0.05, low=-0.02, high=0.11))
    assert judge_segment_track(unsure) == "unsure"


def test_the_interval_of_a_sum_is_that_of_the_total_and_that_of_a_segment() -> None:
    counts = steady().astype(float)
    counts[3] = np.nan
    made = forecast_segments(counts, space=LINE)
    rows = np.isfinite(made.expected[:, 0])
    whole = (made.total[0], made.total_lower[0], made.total_upper[0])
    assert bound_sum(made, 0, rows) == whole
    total, lower, upper = bound_sum(made, 0, rows & (np.arange(SEGMENTS) != 59))
    assert total == pytest.approx(made.total[0] - made.expected[59, 0])
    assert abs(lower - whole[1]) <= 2.0
    assert abs(upper - whole[2]) <= 2.0
    _, lower, upper = bound_sum(made, 0, np.arange(SEGMENTS) == 12)
    assert abs(lower - made.lower[12, 0]) <= 1.0
    assert abs(upper - made.upper[12, 0]) <= 1.0


def test_totals_of_the_record_are_for_the_effort_that_goes_on() -> None:
    counts, effort = steady(), np.full((SEGMENTS, WEEKS), 2.0)
    track = build_segment_track(records(counts), space=LINE, effort=effort)
    assert np.mean([r.expected for r in track.records]) == pytest.approx(120.0, rel=0.1)


def test_rivals_are_corrected_for_late_reports_too() -> None:
    track = build_segment_track(records(steady(total=2_000.0), late=0.4), space=LINE)
    blind = build_segment_track(records(steady(total=2_000.0)), space=LINE)
    late, told = (each.models["moving_average"].mae for each in (track, blind))
    assert late == pytest.approx(told, rel=0.35)
    assert len(track.worst) == 8


def test_a_collapse_is_a_failure_that_shows() -> None:
    counts = steady()
    counts[:, -4:] = 0
    track = build_segment_track(records(counts), space=LINE)
    first = track.records[-4]
    assert first.counted == 0.0
    assert first.lower > 50.0
    assert track.worst[0].period == 36
    assert track.worst[0].counted == 0.0


def test_days_are_forecast_week_by_week() -> None:
    counts = np.random.default_rng(6).poisson(0.4, (SEGMENTS, 70))
    track = build_segment_track(records(counts), space=LINE, period="day", weeks=4)
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
    told = records(steady(total=300.0), late=0.3)
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
    told = records(steady(total=300.0))
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
