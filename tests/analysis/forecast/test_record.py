"""Tests of records of events by cell and period."""

from math import exp

import numpy as np
import pytest

from cop.analysis.forecast.record import Counts, Records
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def of(
    occurred: list[int], known: list[int], cell: list[int], *, periods: int, cells: int
) -> Records:
    return Records(
        occurred=np.array(occurred, np.int64),
        known=np.array(known, np.int64),
        cell=np.array(cell, np.int64),
        periods=periods,
        cells=cells,
    )


def test_what_is_known_before_it_happens_is_refused() -> None:
    with pytest.raises(FilterError, match="event 1: period 3, known at 2"):
        of([0, 3], [0, 2], [0, 0], periods=5, cells=1)


def test_counts_are_those_that_were_known() -> None:
    records = of([0, 1, 1, 2], [0, 1, 3, 2], [0, 1, 1, 0], periods=4, cells=2)
    assert records.counts(known_at=2).tolist() == [[1, 0], [0, 1]]
    assert records.counts(known_at=4).tolist() == [[1, 0], [0, 2], [1, 0], [0, 0]]
    assert records.truth.sum() == 4
    assert records.total(1, 3, known_at=3).tolist() == [1, 1]


def test_delays_are_of_what_became_known_within_the_periods() -> None:
    records = of([0, 0, 1, 1, 2], [0, 2, 1, 3, 2], [0, 1, 1, 0, 0], periods=3, cells=2)
    assert records.delays.tolist() == [[1, 0, 1], [1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(("occurred", "cell"), [(5, 0), (-1, 0), (0, 2), (0, -1)])
def test_what_lies_outside_the_table_is_refused(occurred: int, cell: int) -> None:
    with pytest.raises(FilterError, match=f"event 0: period {occurred}, known at 9, cell {cell}"):
        of([occurred], [9], [cell], periods=5, cells=2)


def test_no_events_are_counted_as_zeros() -> None:
    records = of([], [], [], periods=2, cells=3)
    assert records.truth.tolist() == [[0.0] * 3] * 2
    assert records.total(0, 2, known_at=2).tolist() == [0.0] * 3


def test_a_row_stands_for_its_events() -> None:
    whole = of([0, 1], [0, 1], [0, 0], periods=2, cells=1)
    records = Records(
        occurred=whole.occurred,
        known=whole.known,
        cell=whole.cell,
        periods=2,
        cells=1,
        n=np.array([7.0, 0.5]),
    )
    assert records.truth.tolist() == [[7.0], [0.5]]
    assert records.total(0, 2, known_at=1).tolist() == [7.0]


def test_a_late_report_weighs_what_its_age_asks_for() -> None:
    records = of([0, 0, 1], [0, 2, 9], [0, 0, 0], periods=3, cells=1)
    assert records.decayed(2.0).ravel().tolist() == pytest.approx([1.0, 0.0, exp(-1.0)])


def test_counts_of_one_moment_age_from_their_own_period() -> None:
    counts = Counts(table=np.array([[1.0, 2.0, 3.0]]))
    assert (counts.periods, counts.cells) == (1, 3)
    assert counts.decayed(5.0) is counts.table
