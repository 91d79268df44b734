"""Tests of ratios and their floors on made-up figures."""

from typing import Any

import pytest

from cop.bench.case import TITLES
from cop.bench.floor import FLOORS, build_ratios, find_absent, find_missed

pytestmark = pytest.mark.scale


def median(ms: float) -> dict[str, float]:
    return {"median_ms": ms, "p95_ms": 2 * ms}


QUERIES = {
    "Q1": {"ours": median(2), "polars": median(5), "geopandas": median(50)},
    "Q2": {"ours": median(4), "polars": median(2)},
}
HTTP: dict[str, Any] = {
    "zooms": {"z6": {"ours": median(10), "tipg": median(250)}},
    "clients": 8,
    "per_s": {"ours": 100.0, "tipg": 12.5},
}


def test_a_ratio_is_how_many_times_as_fast_ours_is() -> None:
    assert build_ratios(QUERIES, None) == {
        "Q1": {"polars": 2.5, "geopandas": 25},
        "Q2": {"polars": 0.5},
    }
    ratios = build_ratios(QUERIES, HTTP)
    assert ratios["z6 over HTTP"] == {"tipg": 25}
    assert ratios["tiles a second"] == {"tipg": 8}


def test_each_ratio_under_its_floor_is_named() -> None:
    ratios = build_ratios(QUERIES, HTTP)
    assert find_missed(ratios) == [
        "Q1: 25 times as fast as geopandas, floor 30",
        "Q2: 0.5 times as fast as polars, floor 1.1",
    ]
    slow = HTTP | {"per_s": {"ours": 10.0, "tipg": 5.0}}
    assert find_missed(build_ratios({}, slow)) == [
        "tiles a second: 2 times as fast as tipg, floor 5"
    ]


def test_a_ratio_at_its_floor_passes_and_one_just_below_does_not() -> None:
    assert find_missed(FLOORS) == []
    below = {what: {n: 0.99 * r for n, r in found.items()} for what, found in FLOORS.items()}
    assert len(find_missed(below)) == sum(map(len, FLOORS.values()))


def test_peers_that_were_not_there_are_no_fault_but_are_named() -> None:
    assert find_missed({}) == []
    assert find_absent({}) == ["chdb", "geopandas", "polars", "postgis", "tipg"]
    assert find_absent(build_ratios(QUERIES, HTTP)) == ["chdb", "postgis"]
    assert find_absent(FLOORS) == []


def test_floors_are_of_what_the_bench_asks() -> None:
    asked = {*TITLES, *(f"{query} over HTTP" for query in TITLES), "tiles a second"}
    assert set(FLOORS) <= asked
