"""Tests by the command line of what is injected or simulated: surges, rushes, bias."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.invoked import invoke
from tests.support.source import data_file

pytestmark = [pytest.mark.forecast, pytest.mark.full]


def ask(*arguments: str | Path) -> Any:
    done = invoke("backtest", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_shown_surges_in_ten_real_daily_series() -> None:
    """575 surges of each size: five bands of Chicago's burglaries, five of Portland's calls."""
    chicago = ask(
        "surges", data_file("chicago_burglary"), "--profile", "chicago_burglary",
        "--train-from", "2016-01-01", "--starts", "100",
    )  # fmt: skip
    portland = ask(
        "surges", data_file("portland_cfs"), "--profile", "portland_cfs",
        "--where", "CATEGORY=STREET CRIMES", "--starts", "15",
    )  # fmt: skip
    tracks = (chicago, portland)
    assert sum(len(track["series"]) for track in tracks) == 10
    doubled = [track["sizes"]["2"] for track in tracks]
    assert sum(held["injected"] for held in doubled) == 575
    assert sum(held["found"] for held in doubled) / 575 >= 0.85
    by_day = np.cumsum(np.sum([held["found_by_day"] for held in doubled], axis=0)) / 575
    assert by_day[3] >= 0.5  # the median is at most the fourth day
    alarms = sum(track["false_alarms"] for track in tracks)
    days = sum(track["held_out_days"] for track in tracks)
    assert 365 * alarms / days <= 4
    for track in tracks:
        assert 0 <= track["no_surge_share"] < 0.1
        shares = [track["sizes"][size]["share"] for size in ("1.5", "2", "3")]
        assert shares == sorted(shares)


def test_shown_rushes_in_hourly_demo_counts() -> None:
    track = ask("rushes", "--injected", "100", "--days", "150", "--events", "40000")
    assert track["zones"] > 30
    assert [held["injected"] for held in track["sizes"].values()] == [100] * 3
    assert track["sizes"]["50"]["share"] >= 0.5
    assert track["sizes"]["150"]["share"] >= 0.95
    assert track["sizes"]["500"]["share"] >= 0.99
    assert 0 < track["false_alarms_a_zone_month"] < 0.25
    assert track["false_alarms_a_zone_month"] <= track["alarms_a_zone_month"]


def test_shown_patrols_that_follow_the_forecast_mislead_it_unless_effort_is_known() -> None:
    for seed in ("0", "1"):
        misplaced = ask("bias", "--seed", seed)["misplaced"]
        assert misplaced["with_effort"] < 0.10
        assert misplaced["without_effort"] > 0.20


def test_too_short_a_series_is_named() -> None:
    file = data_file("portland_cfs")
    given = ("surges", file, "--profile", "portland_cfs", "--train-from", "2016-09-01")
    done = invoke("backtest", *given)
    assert done.exit_code == 2
    assert "a series of 30 days: surges need at least 42" in done.stderr
