"""Tests of expected rows of counts: all of them in the end, and few of few events."""

import numpy as np
import pytest

from cop.bench.scale.count_row import CountRows
from cop.bench.scale.scaled_warehouse import ScaledWarehouse
from cop.store.catalogue.grain import CELL_DAYS_12, DAYS

pytestmark = pytest.mark.scale

GROUPS = CountRows(
    columns=("day", "mx", "my", "n"),
    share=np.full(100, 0.01),
    mx=np.repeat(np.arange(10), 10) << 20,
    bits=20,
    times=30.0,
)


def test_rows_are_as_many_as_events_at_first_and_as_groups_in_the_end() -> None:
    assert GROUPS.expect(10) == pytest.approx(10, abs=1)
    assert GROUPS.expect(1_000_000) == 3_000
    assert GROUPS.expect(10_000_000) == 3_000


def test_of_a_box_its_columns_of_cells_count() -> None:
    box = ((2 << 20) + 5, 0, (4 << 20) + 5, 9)
    assert GROUPS.expect(1_000_000, box) == 900


def test_a_sample_has_about_as_many_rows_as_are_expected_of_it(scaled: ScaledWarehouse) -> None:
    rollup, copy = scaled.sample.rollup, scaled.sample_copy
    files = [*rollup.parts]
    for grain, counts in (
        (DAYS, rollup.select(DAYS)),
        (CELL_DAYS_12, f"({copy.counted(CELL_DAYS_12, files)})"),
    ):
        model = CountRows.read(scaled, grain, counts)
        expected = sum(model.expect(rollup.events[file]) for file in files)
        ((n,),) = scaled.query(f"SELECT count(*) FROM {counts}")
        assert expected == pytest.approx(n, rel=0.1), grain.table
        assert model.share.sum() == pytest.approx(1)
