"""Tests of the sample: a kept warehouse is used again, and only for what it holds."""

import json
from dataclasses import replace

import pytest

from cop.bench.sample import open_sample
from cop.errors import SettingsError
from cop.settings import StoreSettings
from tests.bench.conftest import bench_sample
from tests.support.command import CHECKOUT, run_cop

pytestmark = pytest.mark.store

AWAY = "host=127.0.0.1 port=1 dbname=cop"
"""Whoever asks this database fails."""


def test_a_kept_warehouse_is_used_again(bench_settings: StoreSettings) -> None:
    before = sorted(path for path in bench_settings.data.rglob("*.parquet"))
    done = run_cop(
        "bench", "--events", "20000", "--seed", "1", "--repetitions", "1", "--peers", "",
        "--data", bench_settings.data, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["queries"]["Q1"]) == ["ours"]
    assert "events" not in done.stderr
    assert sorted(path for path in bench_settings.data.rglob("*.parquet")) == before


@pytest.mark.parametrize("other", [{"events": 20_001}, {"seed": 2}])
def test_another_warehouse_is_refused(bench_settings: StoreSettings, other: dict[str, int]) -> None:
    sample = replace(bench_sample(bench_settings.data), **other)
    told = r"it holds 'SYNTHETIC demo of 20000 events .* seed 1'"
    with pytest.raises(SettingsError, match=told), open_sample(sample):
        pass


def test_the_database_of_the_environment_is_left_alone(
    bench_settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATABASE", AWAY)
    with open_sample(bench_sample(bench_settings.data)) as settings:
        assert settings.database is None


@pytest.mark.scale
def test_each_warehouse_of_a_bench_has_files() -> None:
    sources = {path.name: path.read_text() for path in CHECKOUT.glob("cop/bench/**/*.py")}
    assert "store.of_files(" in sources["coverage.py"]
    assert not [name for name, text in sources.items() if 'model_copy(update={"data"' in text]


@pytest.mark.scale
@pytest.mark.parametrize(
    "command",
    [
        ["cot", "--rate", "50", "--seconds", "1"],
        ["ogc", "--events", "2000"],
    ],
    ids=lambda command: command[0],
)
def test_shown_no_bench_asks_the_database_of_the_environment(command: list[str]) -> None:
    done = run_cop("bench", *command, "--json", environment={"COP_DATABASE": AWAY})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
