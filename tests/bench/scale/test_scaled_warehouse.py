"""Tests of planning as if there were more events: by the same planner, of larger counts."""

from datetime import time

import pytest

from cop.bench.scale.run import CUT_SUMMARY, SUMMARY, list_cases, plan
from cop.bench.scale.scaled_warehouse import ScaledWarehouse
from cop.model.filter import Filter
from cop.store.catalogue.grain import CELL_DAYS_12, SECTOR_DAYS
from cop.store.dataset.schema import EVENTS as TABLE
from cop.store.serving.served import BY_TIME
from tests.bench.scale.conftest import EVENTS

pytestmark = pytest.mark.scale

WORLD = (0, 0, 2**32 - 1, 2**32 - 1)


@pytest.mark.parametrize("events", [EVENTS, 1_000 * EVENTS])
def test_it_expects_as_many_events_as_it_imitates(scaled: ScaledWarehouse, events: int) -> None:
    scaled.imitate(events, served=True)
    everything = scaled.snapshot.resolve(Filter())
    assert scaled.estimate(scaled.snapshot, everything, WORLD) == pytest.approx(events)
    assert sum(scaled.snapshot.rollup.events.values()) == pytest.approx(events, rel=1e-4)


@pytest.mark.parametrize("counted", [True, False])
def test_few_events_are_read_one_by_one_and_many_from_counts(
    scaled: ScaledWarehouse, counted: bool
) -> None:
    cases = [one for one in list_cases(scaled, seed=1, repetitions=4) if one[0] in ("z6", SUMMARY)]
    counts = {"z6": CELL_DAYS_12.table if counted else TABLE, SUMMARY: SECTOR_DAYS.table}
    for name, case in cases:
        scaled.imitate(EVENTS, served=counted)
        few = plan(scaled, name, case)
        assert {*few.tables} == {TABLE}
        assert {"occurred_at", "synthetic"} <= few.columns
        scaled.imitate(100_000 * EVENTS, served=counted)
        many = plan(scaled, name, case)
        assert {*many.tables} == {counts[name]}, name
        assert many.tables[counts[name]] <= few.event_files
        assert many.seconds > 0


def test_the_cut_ends_of_a_window_over_many_events_are_read_by_time(
    scaled: ScaledWarehouse,
) -> None:
    cases = [one for one in list_cases(scaled, seed=1, repetitions=4) if one[0] == CUT_SUMMARY]
    for name, case in cases:
        scaled.imitate(100_000 * EVENTS, served=True)
        read = plan(scaled, name, case)
        assert {*read.tables} == {SECTOR_DAYS.table, BY_TIME}
        window = case.filter.window
        assert window.start is not None
        assert window.end is not None
        ends = {end for one in read.windows for end in (one.start, one.end)}
        midnights = {end for end in ends if end is not None and end.time() == time()}
        assert ends - midnights == {window.start, window.end}
        assert len(midnights) == len(read.windows) == 2
        assert read.tables[BY_TIME] <= read.tables[SECTOR_DAYS.table]


def test_what_is_asked_outside_of_planning_is_not_noted(scaled: ScaledWarehouse) -> None:
    scaled.imitate(EVENTS, served=True)
    with scaled.planning() as read:
        pass
    scaled.events(scaled.snapshot, scaled.snapshot.resolve(Filter()))
    assert not read.tables
    assert read.selection is None
