"""Tests of the draws: repeatable by seed, never the same question twice, inside the data."""

from datetime import timedelta

import pytest

from cop.bench.case import QUERIES, draw_cases
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.store


def test_a_seed_repeats_the_questions_and_another_does_not(bench_warehouse: Warehouse) -> None:
    first = draw_cases(bench_warehouse, seed=3, repetitions=4)
    assert first == draw_cases(bench_warehouse, seed=3, repetitions=4)
    assert first != draw_cases(bench_warehouse, seed=4, repetitions=4)
    assert first[:2] == draw_cases(bench_warehouse, seed=3, repetitions=2)


def test_no_question_is_asked_twice(bench_warehouse: Warehouse) -> None:
    rounds = draw_cases(bench_warehouse, seed=1, repetitions=60)
    assert all([case.query for case in cases] == list(QUERIES) for cases in rounds)
    cases = [case for cases in rounds for case in cases]
    assert len({str(case) for case in cases}) == len(cases)


def test_windows_lie_inside_the_data(bench_warehouse: Warehouse) -> None:
    snapshot = bench_warehouse.snapshot
    oldest, newest = snapshot.oldest("synthetic"), snapshot.newest("synthetic")
    assert oldest is not None
    assert newest is not None
    lengths = {"Q1": 7, "Q2": 30, "Q3": 365, "Q5": 30, "z6": 30, "z9": 30, "z12": 30}
    for cases in draw_cases(bench_warehouse, seed=2, repetitions=40):
        for case in cases:
            window = case.filter.window
            assert case.filter.records == "synthetic"
            if case.query == "Q4":
                assert window.start is None
                continue
            assert window.start is not None
            assert window.end is not None
            assert window.length == timedelta(days=lengths[case.query])
            before = timedelta(days=30 if case.query == "Q5" else 0)
            assert oldest.replace(microsecond=0) <= window.start - before
            assert window.end <= newest
