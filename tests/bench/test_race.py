"""Tests of the race: the peers agree, a false one is caught, and the command's output."""

import copy
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from cop.__main__ import app
from cop.bench import history, race, sample, tile_race
from cop.bench.answer import DisagreementError
from cop.bench.case import QUERIES, Case, draw_cases
from cop.bench.floor import FLOORS
from cop.bench.ours import Ours
from cop.bench.peer import frame, registry, scan
from cop.bench.peer.frame import FramePeer
from cop.bench.peer.scan import ScanPeer
from cop.bench.race import time_rivals
from cop.bench.rival import Rival
from cop.layerkind import events as event
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.bench.conftest import bench_sample
from tests.bench.tile_server import encode_events, serve_tiles
from tests.support.command import run_cop

pytestmark = [pytest.mark.store, pytest.mark.scale]

REPETITIONS = 3


class FalsePeer(FramePeer):
    """A peer that miscounts one row of one question."""

    question = "days"

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        table = super().table(case, answer)
        if case.question == self.question and len(table):
            name = "n" if "n" in table else "count"
            table = table.astype({name: "int64"})
            table.iloc[-1, table.columns.get_loc(name)] += 1
        return table


@pytest.fixture(scope="module")
def rivals(bench_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> list[Rival]:
    files = bench_warehouse.snapshot.catalogue.files_of("events")
    scratch = tmp_path_factory.mktemp("peers")
    return [Ours(bench_warehouse), FramePeer(files, scratch), ScanPeer(files, scratch)]


@pytest.mark.full
@pytest.mark.parametrize("most_points", [2_000, 3])
def test_all_agree_on_points_and_on_cells(
    bench_warehouse: Warehouse,
    rivals: Sequence[Rival],
    most_points: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (event, frame, scan):
        monkeypatch.setattr(module, "MOST_POINTS", most_points)
    times = time_rivals(rivals, draw_cases(bench_warehouse, seed=5, repetitions=10))
    assert set(times) == set(QUERIES)
    for by_rival in times.values():
        assert {name: len(held) for name, held in by_rival.items()} == {
            "ours": 9, "geopandas": 9, "polars": 9
        }  # fmt: skip


def test_the_questions_have_answers(bench_warehouse: Warehouse, rivals: Sequence[Rival]) -> None:
    """Agreeing on nothing would prove nothing."""
    held = dict.fromkeys(QUERIES, 0)
    for cases in draw_cases(bench_warehouse, seed=5, repetitions=10):
        for case in cases:
            held[case.query] += len(rivals[0].table(case, rivals[0].answer(case)))
    assert min(held.values()) > 0, held
    assert held["Q5"] == 10 * 20


@pytest.mark.parametrize("question", ["points", "cells", "days", "change", "tile"])
def test_one_wrong_figure_in_any_question_is_caught(
    bench_warehouse: Warehouse,
    rivals: Sequence[Rival],
    question: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(FalsePeer, "question", question)
    files = bench_warehouse.snapshot.catalogue.files_of("events")
    false = FalsePeer(files, tmp_path)
    with pytest.raises(DisagreementError, match="geopandas gives"):
        time_rivals([rivals[0], false], draw_cases(bench_warehouse, seed=5, repetitions=10))


def test_shown_bench_prints_one_json_object() -> None:
    done = run_cop(
        "bench",
        "--events",
        "20000",
        "--json",
        "--repetitions",
        "2",
        "--seed",
        "7",
        "--peers",
        "geopandas,polars",
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures) == {"events", "load", "memory_mb", "queries", "http", "ratios"}
    assert figures["http"] is None
    assert figures["events"] == 20_000
    assert 50 < figures["memory_mb"] < 2_000
    assert list(figures["queries"]) == ["Q1", "Q2", "Q3", "Q4", "Q5", "z6", "z9", "z12"]
    for by_rival in figures["queries"].values():
        assert list(by_rival) == ["ours", "geopandas", "polars"]
        for held in by_rival.values():
            assert set(held) == {"median_ms", "p95_ms"}
            assert 0 < held["median_ms"] <= held["p95_ms"]
    assert "race" in done.stderr


def test_tiles_over_http_join_the_race(
    bench_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = encode_events(None, features=3)
    with serve_tiles(lambda _: (200, tile)) as (address, asked):

        @contextmanager
        def settled(*_: object) -> Iterator[tuple[str, int]]:
            yield address, 0

        monkeypatch.setattr(race, "settled_process", settled)
        monkeypatch.setattr(race, "measure_memory_mb", lambda *_, **__: 100)
        monkeypatch.setattr(tile_race, "open_clients", ThreadPoolExecutor)
        figures = race.run_bench(
            bench_sample(bench_settings.data), {}, repetitions=2, tipg=address, client_seconds=0.1
        )
    assert list(figures["http"]["zooms"]) == ["z6", "z9", "z12"]
    assert figures["http"]["per_s"].keys() == {"ours", "tipg"}
    with_tipg = {what for what, found in figures["ratios"].items() if "tipg" in found}
    assert with_tipg == {what for what, floors in FLOORS.items() if "tipg" in floors}
    assert [path for path in asked if path == "/refresh"] == ["/refresh"] * 2


@pytest.fixture
def ready(bench_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds its temporary warehouse already built."""

    def copy(settings: StoreSettings, _sample: sample.Sample) -> None:
        shutil.copytree(bench_settings.data, settings.data)

    monkeypatch.setattr(sample, "build_sample", copy)


@pytest.mark.usefixtures("ready")
@pytest.mark.full
def test_shown_bench_a_false_peer_ends_it_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.PEERS, "geopandas", FalsePeer)
    done = CliRunner().invoke(app, ["bench", "--repetitions", "2", "--json"])
    assert done.exit_code == 1
    assert done.stdout == ""
    fault = done.stderr.splitlines()[-1]
    assert "Q4 kind=" in fault
    assert "geopandas gives" in fault


@pytest.mark.usefixtures("ready")
@pytest.mark.full
def test_the_table_gives_ratios_and_the_chart_is_drawn(tmp_path: Path) -> None:
    chart = tmp_path / "bench.png"
    arguments = ["bench", "--repetitions", "2", "--peers", "polars", "--chart", str(chart)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.stderr
    assert len(re.findall(r"\(\d+\.\d x\)", done.stdout)) == len(QUERIES)
    assert "geopandas" not in done.stdout
    assert "without encoding" in done.stdout
    with Image.open(chart) as image:
        colours = {color for _, color in image.getcolors(1 << 20) or []}
    assert {(0, 0x72, 0xB2), (0, 0x9E, 0x73)} <= colours
    assert (0xE6, 0x9F, 0) not in colours


FOUND: dict[str, Any] = {
    "events": 20_000,
    "load": 0.1,
    "memory_mb": 100,
    "queries": {
        "Q1": {
            "ours": {"median_ms": 2.0, "p95_ms": 3.0},
            "polars": {"median_ms": 5.0, "p95_ms": 6.0},
        }
    },
    "http": None,
    "ratios": {"Q1": {"polars": 2.5}},
}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the next race finds, without one."""
    figures = copy.deepcopy(FOUND)
    monkeypatch.setattr(race, "run_bench", lambda *_, **__: copy.deepcopy(figures))
    return figures


def test_the_check_fails_on_a_ratio_under_its_floor(found: dict[str, Any]) -> None:
    arguments = ["bench", "--peers", "polars", "--check"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "Under the floors of 10,000,000 events: none" in done.stdout
    assert "      geopandas\n" in done.stdout
    found["ratios"]["Q1"]["polars"] = 1.5
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "Q1: 1.5 times as fast as polars, floor 1.6" in done.stdout
    assert CliRunner().invoke(app, arguments[:-1]).exit_code == 0


def test_the_history_tells_of_a_slow_down(
    found: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "read_commit", lambda: "abc123")
    file = tmp_path / "history.jsonl"
    arguments = ["bench", "--peers", "polars", "--history", str(file), "--json"]
    assert json.loads(CliRunner().invoke(app, arguments).stdout)["slower"] == []
    found["ratios"]["Q1"]["polars"] = 1.25
    (slower,) = json.loads(CliRunner().invoke(app, arguments).stdout)["slower"]
    assert slower.startswith("Q1: 2.0 times as slow as on")
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--history", "no/such/folder/h.jsonl", "--history no/such/folder/h.jsonl: folder"),
        ("--peers", "geopandas,excel", "'excel' is unknown: use geopandas,polars"),
        ("--chart", "no/such/folder/bench.png", "folder no/such/folder does not exist"),
    ],
)
def test_bad_input_is_told_before_anything_is_built(option: str, value: str, fault: str) -> None:
    done = CliRunner().invoke(app, ["bench", option, value])
    assert done.exit_code == 2
    assert fault in done.stderr
