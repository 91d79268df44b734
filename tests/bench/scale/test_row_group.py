"""Tests of synthetic row groups: they cover all events, and are found by their bounds."""

from datetime import datetime

import numpy as np
import pytest

from cop.bench.scale.event_order import EventOrder
from cop.bench.scale.row_group import RowGroupIndex, build_row_groups
from cop.model.filter import Filter
from cop.model.window import TimeWindow

pytestmark = pytest.mark.scale

SAMPLE = 1_000
FILES = ("march", "february", "january")
JANUARY = TimeWindow(start=datetime(2026, 1, 5), end=datetime(2026, 2, 1))


def make_order() -> EventOrder:
    """Return events along a line, west to east, the first half of them of one sector."""
    along = np.arange(SAMPLE)
    return EventOrder(
        mx=1_000 * along,
        my=np.full(SAMPLE, 7),
        sector=along // (SAMPLE // 2),
        sectors=("EPT", "TCA"),
        files=FILES,
        months=np.array(["2026-03", "2026-02", "2026-01"], dtype="datetime64[M]"),
        n=np.array([500, 300, 200]),
    )


def count(index: RowGroupIndex, requested: Filter, box: tuple[int, int, int, int] | None) -> int:
    return int(index.find(FILES, requested, box).sum())


@pytest.mark.parametrize("across_files", [False, True])
@pytest.mark.parametrize("events", [1_000, 12_345, 1_000_000])
def test_row_groups_have_all_events_once(events: int, across_files: bool) -> None:
    index = build_row_groups(make_order(), events, group_rows=400, across_files=across_files)
    assert index.rows.sum() == events
    assert index.rows.max() <= 400
    assert np.all(index.mx[0] <= index.mx[1])
    if across_files:
        assert len(index.rows) == -(-events // 400)
        assert np.all(index.rows[:-1] == 400)
    else:
        assert np.array_equal(*index.file)


def test_those_of_a_box_grow_as_the_share_of_events_in_it() -> None:
    box = (200_000, 0, 299_999, 10)
    found = [
        count(build_row_groups(make_order(), n, group_rows=100), Filter(), box)
        for n in (10_000, 100_000, 1_000_000)
    ]
    assert found[1] == pytest.approx(100, abs=10)
    assert found[2] == pytest.approx(1_000, abs=30)
    assert found[0] < found[1] / 5
    far = (200_000, 8, 299_999, 10)
    assert count(build_row_groups(make_order(), 10_000, group_rows=100), Filter(), far) == 0


def test_those_of_a_window_are_of_its_files() -> None:
    index = build_row_groups(make_order(), 10_000, group_rows=100)
    found = index.find(FILES, Filter(window=JANUARY), None)
    assert {FILES[file] for file in index.file[0][found]} == {"january"}
    assert int(index.rows[found].sum()) == 2_000
    assert index.find(("march",), Filter(window=JANUARY), None).sum() == 0
    assert index.among(("march",)) == 50


def test_those_of_a_sector_are_found_by_its_name() -> None:
    index = build_row_groups(make_order(), 10_000, group_rows=100)
    west, east = (count(index, Filter(sectors=(name,)), None) for name in ("EPT", "TCA"))
    assert west + east == pytest.approx(len(index.rows), abs=3)
    assert west == pytest.approx(50, abs=3)


def test_a_group_of_two_files_is_read_for_either() -> None:
    index = build_row_groups(make_order(), 1_000, group_rows=400, across_files=True)
    assert [tuple(map(int, pair)) for pair in zip(*index.file, strict=True)] == [
        (0, 0), (0, 1), (2, 2),
    ]  # fmt: skip
    assert [index.among((file,)) for file in FILES] == [2, 1, 1]
