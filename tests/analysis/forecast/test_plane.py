"""Tests of cells of a plane: spread as on their whole grid, forecast with their track record."""

import numpy as np
import pytest

from cop.analysis.forecast.kernel import build_features, build_kernels
from cop.analysis.forecast.plane import Plane
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment import forecast_segments
from cop.analysis.forecast.segment_record import judge_surface_track
from cop.analysis.forecast.segment_track import build_segment_track

pytestmark = pytest.mark.forecast

WEEKS = 40


def band() -> np.ndarray:
    """Cells near a slanted line across a wide grid, with a hole."""
    row, column = np.mgrid[0:12, 0:40]
    mask = np.abs(row - 2 - column / 5) <= 2.5
    mask[5, 15] = False
    return mask


def draw(mask: np.ndarray, *, rate: float = 0.6, seed: int = 5) -> Records:
    """A few chronic cells among quiet ones, each record known in its own week."""
    random = np.random.default_rng(seed)
    cells = int(mask.sum())
    level = np.where(random.random(cells) < 0.1, 10 * rate, 0.1 * rate)
    counts = random.poisson(level, (WEEKS, cells))
    week, cell = (
        np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1)
    )
    return Records(occurred=week, known=week, cell=cell, periods=WEEKS, cells=cells)


def test_a_plane_spreads_as_its_grid_does() -> None:
    mask = band()
    records, kernels = draw(mask), build_kernels("week")
    effort = np.random.default_rng(6).uniform(0.2, 1.5, (WEEKS, records.cells))
    for looked in (None, effort):
        grid, plane = (
            build_features(records, space, kernels, oldest=20, effort=looked)
            for space in (mask, Plane(mask=mask))
        )
        np.testing.assert_allclose(plane, grid, rtol=2e-4, atol=1e-6)


def test_cells_are_forecast_at_their_level_and_again_the_same() -> None:
    mask = band()
    counts = draw(mask).counts(known_at=WEEKS).T
    made, again = (forecast_segments(counts, space=Plane(mask=mask), horizon=4) for _ in range(2))
    assert made.total == pytest.approx([counts.sum() / WEEKS] * 4, rel=0.1)
    assert made.expected.tobytes() == again.expected.tobytes()
    assert (made.lower <= made.upper).all()
    busiest = counts.sum(axis=1).argsort()[-5:]
    assert set(busiest) <= set(made.expected[:, 0].argsort()[-20:])


def test_the_record_is_against_the_moving_average_in_a_share_of_all_cells() -> None:
    mask = band()
    records = draw(mask)
    track, whole = (
        build_segment_track(records, space=Plane(mask=mask), places=places)
        for places in (None, 4 * records.cells)
    )
    narrow, wide = track.models["model"].hit, whole.models["model"].hit
    assert narrow is not None
    assert wide is not None
    assert narrow < wide <= 1.0
    assert judge_surface_track(track) in ("better", "unsure", "none")
    short = build_segment_track(
        Records(
            occurred=records.occurred[records.occurred < 9],
            known=records.known[records.occurred < 9],
            cell=records.cell[records.occurred < 9],
            periods=9,
            cells=records.cells,
        ),
        space=Plane(mask=mask),
    )
    assert str(short.reason).startswith("only 9 complete")


def test_what_comes_where_nobody_was_known_to_look_is_not_found() -> None:
    mask = band()
    records = draw(mask)
    busiest = int(np.argmax(records.total(0, WEEKS, known_at=WEEKS)))
    since = np.zeros(records.cells, np.int64)
    since[busiest] = WEEKS - 6
    plane = Plane(mask=mask)
    whole, narrow = (
        build_segment_track(records, space=plane, since=known) for known in (None, since)
    )
    hits = [track.models["model"].hit for track in (whole, narrow)]
    assert hits[0] is not None
    assert hits[1] is not None
    assert hits[1] < hits[0]
    assert whole.forecasts - narrow.forecasts == 12 - 5, "unknown until the week after its report"
