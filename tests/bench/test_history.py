"""Tests of the history: each run adds a line, and the last one like it is compared with."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cop.bench.history import append_run, describe_run, find_slower, read_commit
from cop.errors import SettingsError
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.scale

FIGURES: dict[str, Any] = {
    "events": 10_000,
    "load": 0.5,
    "queries": {"Q1": {"ours": {"median_ms": 2.0}, "polars": {"median_ms": 5.0}}},
    "http": {"zooms": {"z6": {"ours": {"median_ms": 9.0}, "tipg": {"median_ms": 90.0}}}},
    "ratios": {"Q1": {"polars": 2.5}, "z6 over HTTP": {"tipg": 10.0}},
}


def run(ratios: dict[str, dict[str, float]], medians: dict[str, float]) -> dict[str, Any]:
    return describe_run(FIGURES, commit="abc123") | {"ratios": ratios, "medians_ms": medians}


def test_a_run_is_described() -> None:
    described = describe_run(FIGURES, commit="abc123")
    assert described["commit"] == "abc123"
    assert described["medians_ms"] == {"Q1": 2.0, "z6 over HTTP": 9.0}
    assert described["ratios"] == FIGURES["ratios"]
    assert described["machine"].endswith(" cores")
    assert described["date"].endswith("Z")
    assert json.loads(json.dumps(described)) == described
    assert describe_run(FIGURES | {"http": None}, commit=None)["medians_ms"] == {"Q1": 2.0}


def test_each_run_adds_a_line_and_is_given_the_last_one_like_it(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    first, second = run({}, {"Q1": 1.0}), run({}, {"Q1": 2.0})
    larger = first | {"events": 20_000}
    elsewhere = first | {"machine": "other, 64 cores"}
    assert append_run(file, first) is None
    assert append_run(file, larger) is None
    assert append_run(file, elsewhere) is None
    assert append_run(file, second) == first
    assert append_run(file, first) == second
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines == [first, larger, elsewhere, second, first]


def test_a_query_that_falls_back_behind_its_peers_is_slower() -> None:
    last = run({"Q1": {"polars": 4.0, "chdb": 2.0, "geopandas": 40.0}, "Q2": {"polars": 2.0}}, {})
    now = run({"Q1": {"polars": 2.0, "chdb": 1.0, "geopandas": 39.0}, "Q2": {"polars": 1.9}}, {})
    (found,) = find_slower(now, last)
    assert found == f"Q1: 2.0 times as slow as on {last['date']} (commit abc123)"
    assert find_slower(last, now) == []


def test_a_busy_machine_that_slows_peers_too_is_no_slow_down() -> None:
    last = run({"Q1": {"polars": 4.0}}, {"Q1": 2.0})
    assert find_slower(run({"Q1": {"polars": 4.1}}, {"Q1": 9.0}), last) == []


def test_without_a_peer_of_both_runs_the_medians_tell() -> None:
    last = run({"Q1": {"polars": 4.0}}, {"Q1": 2.0, "Q2": 1.0})
    now = run({"Q1": {"chdb": 4.0}}, {"Q1": 3.0, "Q2": 1.2, "Q3": 7.0})
    (found,) = find_slower(now, last)
    assert found.startswith("Q1: 1.5 times as slow as on")


@pytest.mark.full
def test_the_commit_is_that_of_the_checkout_if_it_is_one() -> None:
    commit = read_commit()
    assert commit is None or re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?", commit)
    assert (commit is None) == (not (CHECKOUT / ".git").exists())


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_file_that_is_no_history_is_refused_and_left(tmp_path: Path, text: str) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"--history .*: line 1 is not"):
        append_run(file, run({}, {}))
    assert file.read_text(encoding="utf-8") == f"{text}\n"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="choose another file"):
        append_run(tmp_path, run({}, {}))
