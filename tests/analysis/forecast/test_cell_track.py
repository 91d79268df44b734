"""Tests of scores of cells: what was flagged, how well it was expected, what was missed."""

from math import inf

import numpy as np
import pytest

from cop.analysis.forecast.cell_track import (
    CellForecast,
    build_cell_forecast,
    build_cell_track,
    upper_bound,
)
from cop.analysis.forecast.record import Records

pytestmark = pytest.mark.forecast


PERIODS, CELLS = 8, 20


def forecast_of(model: dict[int, float]) -> CellForecast:
    """A forecast that expects so much of some cells; its rivals expect an event of cell 19."""
    expected, rival = np.zeros((PERIODS, CELLS)), np.zeros((PERIODS, CELLS))
    for cell, events in model.items():
        expected[:, cell] = events
    rival[:, 19] = 1.0
    return CellForecast(
        first=0,
        expected={"model": expected, "moving_average": rival, "all_history": rival},
        sizes=np.full(PERIODS, inf),
        fits=(),
        kernels=(),
    )


def truth_of(counts: dict[int, float]) -> np.ndarray:
    truth = np.zeros((PERIODS, CELLS))
    for cell, events in counts.items():
        truth[:, cell] = events
    return truth


def test_the_cell_that_is_flagged_has_its_share_of_the_events() -> None:
    track = build_cell_track(
        forecast_of({0: 3.0, 1: 1.0}), truth_of({0: 3.0, 1: 1.0}), period="day"
    )
    model = track["models"]["model"]
    assert model["hit"] == {"0.5": 0.75, "1": 0.75, "5": 0.75}
    assert model["pai"]["5"] == pytest.approx(0.75 * CELLS)
    assert track["models"]["moving_average"]["hit"]["5"] == 0.0
    assert track["gains"]["pai5"]["gain"] is None, "a rival without a hit is nothing to beat"
    assert 0.0 < track["gains"]["crps"]["gain"] < 1.0


def test_reliability_conserves_what_was_expected_and_what_came() -> None:
    track = build_cell_track(
        forecast_of({0: 3.0, 1: 1.0}), truth_of({0: 2.0, 5: 1.0}), period="day"
    )
    rows = track["reliability"]
    assert sum(row["cells_periods"] for row in rows) == PERIODS * CELLS
    assert sum(row["expected"] for row in rows) == pytest.approx(PERIODS * 4.0)
    assert sum(row["counted"] for row in rows) == PERIODS * 3.0
    assert rows[-1]["highest"] == 3.0


def test_the_worst_misses_come_first() -> None:
    truth = truth_of({0: 1.0})
    truth[3, 7] = 9.0
    first = build_cell_track(forecast_of({0: 1.0}), truth, period="day")["worst"][0]
    assert first == {"row": 3, "cell": 7, "expected": 0.0, "upper": 0.0, "counted": 9.0}


def test_without_events_there_is_no_share() -> None:
    track = build_cell_track(forecast_of({}), truth_of({}), period="day")
    assert track["models"]["model"]["pai"] == {"0.5": None, "1": None, "5": None}
    assert track["reliability"] == []


@pytest.mark.parametrize(
    ("mean", "size", "upper"), [(0.0, inf, 0.0), (4.0, inf, 7.0), (4.0, 1.0, 10.0)]
)
def test_the_upper_end_is_that_of_the_count_s_law(mean: float, size: float, upper: float) -> None:
    assert upper_bound(mean, size) == upper


def test_each_period_is_forecast_from_those_before_it() -> None:
    day = np.repeat(np.arange(24), 2)
    records = Records(occurred=day, known=day, cell=np.tile([1, 4], 24), periods=24, cells=6)
    made = build_cell_forecast(records, np.ones((1, 6), bool), period="day", first=16, refit=4)
    assert made.expected["model"].shape == (8, 6)
    assert len(made.fits) == 2
    assert made.expected["all_history"].tolist() == [[0.0, 1.0, 0.0, 0.0, 1.0, 0.0]] * 8
    assert made.expected["model"][:, [1, 4]].min() > 5 * made.expected["model"][:, 0].max()
    changed = Records(
        occurred=np.append(day, 23), known=np.append(day, 23), cell=np.append(records.cell, 0),
        periods=24, cells=6,
    )  # fmt: skip
    later = build_cell_forecast(changed, np.ones((1, 6), bool), period="day", first=16, refit=4)
    assert np.array_equal(later.expected["model"], made.expected["model"])
