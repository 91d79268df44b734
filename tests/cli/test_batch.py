"""Tests of the command batch."""

import json
from pathlib import Path

import pytest

from tests.support.batch import publish_drawn
from tests.support.invoked import invoke, read_refusal

pytestmark = pytest.mark.scale


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_drawn(tmp_path_factory.mktemp("batch") / "warehouse", n=200).data


def test_it_says_what_was_made(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = invoke("batch", "rollups", "--data", data, "--out", out)
    assert said.stdout.startswith(f"{out}: rollup_days: "), said.stderr
    assert said.stdout.rstrip().endswith("TLP:RED//REL TO DPS")
    again = invoke("batch", "backtest", "--data", data, "--out", tmp_path / "other", "--json")
    assert {*json.loads(again.stdout)["tables"]} == {"backtest_weeks", "backtest_scores"}


def test_a_folder_that_is_there_stays_as_it_is(data: Path, tmp_path: Path) -> None:
    said = read_refusal(invoke("batch", "rollups", "--data", data, "--out", tmp_path))
    assert "is there already" in said
    assert not [*tmp_path.iterdir()]


def test_spark_without_an_address_is_refused(data: Path, tmp_path: Path) -> None:
    asked = ("batch", "rollups", "--data", data, "--out", tmp_path / "out", "--engine", "spark")
    assert "--spark spark://HOST:PORT" in read_refusal(invoke(*asked))
