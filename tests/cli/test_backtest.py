"""Tests of backtests by the command line, on the public files and on made-up reports."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cop.__main__ import app
from tests.support.command import run_cop
from tests.support.source import data_file

pytestmark = pytest.mark.forecast

START = datetime(2026, 1, 1)
DAYS, TEST_FROM, ORIGIN = 40, 30, 33


def ask(*arguments: str | Path) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def cells(profile: str, *options: str | Path) -> Any:
    return ask("backtest", "cells", data_file(profile), "--profile", profile, *options)


@pytest.mark.full
def test_shown_months_beat_last_value_with_intervals_that_hold(tmp_path: Path) -> None:
    report = tmp_path / "months.md"
    track = ask("backtest", "months", data_file("ohss_sectors"), "--report", report)
    assert track["study"]["origins_from"] == "2012-11"
    one, three = track["horizons"]["1"], track["horizons"]["3"]
    assert set(track["horizons"]) == {"1", "3", "6"}
    assert one["last_value"]["mase"] == pytest.approx(0.616, abs=5e-4)
    assert three["last_value"]["mase"] == pytest.approx(1.241, abs=5e-4)
    assert one["model"]["mase"] <= 0.60
    assert one["crps_gain"] >= 0.04
    assert one["crps_gain_low"] > 0
    assert three["model"]["mase"] <= 1.21
    assert 0.76 <= one["model"]["cover80"] <= 0.85
    assert 0.74 <= three["model"]["cover80"] <= 0.85
    assert one["crps_gain"] == pytest.approx(1 - one["model"]["crps"] / one["last_value"]["crps"])
    for held in track["horizons"].values():
        for model in ("model", "last_value", "seasonal_naive"):
            assert set(held[model]) == {"mase", "wape", "crps", "cover80"}


@pytest.mark.full
def test_shown_a_break_is_told_as_a_failure(tmp_path: Path) -> None:
    """The rise of 2020 stands in the report: missed by far, and no better than last value."""
    report = tmp_path / "months.md"
    track = ask("backtest", "months", data_file("ohss_sectors"), "--report", report)
    three = track["horizons"]["3"]
    years = {row["name"]: row for row in three["by_year"]}
    assert not years["2020"]["skill"]
    assert years["2020"]["cover80"] < 0.75
    assert years["2021"]["mase"] > 2 * three["model"]["mase"]
    assert {row["month"][:4] for row in three["worst"]} & {"2020", "2021"}
    text = report.read_text(encoding="utf-8")
    assert "not better than last value" in text
    assert "Worst misses" in text
    assert "Reliability" in text
    assert "<" not in text


@pytest.mark.full
def test_shown_the_method_holds_where_nobody_tuned_it() -> None:
    """Detections at the EU's borders: nothing of the method was chosen on them."""
    file = data_file("frontex_routes")
    options = ("--profile", "frontex_routes", "--origins-from", "2016-01", "--gaps-are-zero")
    track = ask("backtest", "months", file, *options, "--horizons", "1,3")
    for held in track["horizons"].values():
        assert held["crps_gain"] >= 0.04
        assert held["crps_gain_low"] > 0
        assert held["model"]["mase"] <= 1.001 * held["last_value"]["mase"]
        assert 0.74 <= held["model"]["cover80"] <= 0.85


@pytest.mark.full
def test_shown_covariates_are_used_only_where_their_rolling_test_is_won(tmp_path: Path) -> None:
    """The peso, routes elsewhere, seizures: none of them surely helps, so hardly any is used."""
    report = tmp_path / "months.md"
    given = ("fred_fx", "frontex_routes", "cbp_seizures/seizures")
    files = (data_file(name.partition("/")[0]) for name in given)
    options = [f"--covariate={name}={file}" for name, file in zip(given, files, strict=True)]
    track = ask("backtest", "months", data_file("ohss_sectors"), *options, "--report", report)
    assert list(track["covariates"]) == list(given)
    for horizons in track["covariates"].values():
        assert set(horizons) == {"1", "3", "6"}
        for held in horizons.values():
            assert held["origins"] == 119
            assert held["used"] <= 0.1 * held["origins"]
            assert not held["tried"] or held["low"] <= 0
    assert track["covariates"]["cbp_seizures/seizures"]["1"]["tried"] == 0
    assert track["horizons"]["1"]["model"]["mase"] <= 0.60
    assert "covariate fred_fx, 1 months ahead: used at 0 of 119" in report.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fred_fx", "write PROFILE=FILE"),
        ("ohss_sectors/nothing={file}", "name one"),
        ("chicago_burglary={file}", "use a profile of statistics"),
    ],
)
def test_a_covariate_that_cannot_be_read_is_told(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "months.csv"
    rows = [f'{2000 + m // 12}-{m % 12 + 1:02},"Tucson, AZ",{100 + m},none' for m in range(240)]
    file.write_text("\n".join(["month,sector,quantity,source", *rows]))
    told = run_cop("backtest", "months", file, "--covariate", text.format(file=file))
    assert told.returncode != 0
    assert words in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.full
def test_shown_chicago_burglary(tmp_path: Path) -> None:
    report = tmp_path / "chicago.md"
    track = cells(
        "chicago_burglary", "--cell", "500", "--period", "day", "--train-from", "2016-01-01",
        "--test-from", "2016-07-01", "--report", report,
    )  # fmt: skip
    model, gains = track["models"]["model"], track["gains"]
    assert track["study"]["cells"] == 2228
    assert track["study"]["events"] + track["study"]["lost"] == 6635
    assert model["pai"]["1"] >= 6.0
    assert model["pai"]["5"] >= 3.65
    assert gains["pai5"]["gain"] >= 0.10
    assert gains["crps"]["gain"] >= 0.017
    assert model["crps"] < track["models"]["all_history"]["crps"]
    text = report.read_text(encoding="utf-8")
    assert f"{model['pai']['1']:.3f}" in text
    assert "Reliability" in text


@pytest.mark.full
def test_shown_portland_street_crimes() -> None:
    track = cells(
        "portland_cfs", "--cell", "182.88", "--period", "day", "--test-from", "2016-09-03",
        "--area", "history:2016-09-01", "--where", "CATEGORY=STREET CRIMES",
    )  # fmt: skip
    model, gains = track["models"]["model"], track["gains"]
    assert 7_900 <= track["study"]["cells"] <= 8_100
    assert track["study"]["test_to"] == "2016-09-30"
    assert model["pai"]["0.5"] >= 25
    assert model["pai"]["5"] >= 8.0
    assert gains["pai5"]["gain"] >= 0.03
    assert gains["pai5"]["low"] > 0
    assert gains["crps"]["gain"] >= 0.008
    assert {"pai_by_history", "pai", "hit", "crps"} <= set(track["models"]["moving_average"])


@pytest.mark.full
def test_shown_incidents_along_the_line() -> None:
    track = cells(
        "iom_mmp", "--cell", "10000", "--period", "month", "--train-from", "2014-01-01",
        "--test-from", "2018-01-01", "--area", "line:50",
    )  # fmt: skip
    model, gains = track["models"]["model"], track["gains"]
    assert 2_500 <= track["study"]["cells"] <= 2_600
    assert (track["study"]["periods"], track["study"]["refit_every"]) == (60, 12)
    assert model["pai"]["5"] >= 12.6
    assert model["hit"]["5"] >= 0.63
    assert gains["pai5"]["gain"] >= 0.04
    assert gains["pai5"]["low"] > 0
    assert gains["crps"]["gain"] >= 0.008


def reports() -> pd.DataFrame:
    """A patch that stays, a patch that moves, and reports that take up to four days."""
    draw = np.random.default_rng(5)
    n = 900
    day = draw.integers(0, DAYS, n)
    lon = np.where(draw.random(n) < 0.5, -110.9, -111.2 + 0.005 * day)
    frame = pd.DataFrame(
        {
            "source_id": [f"r{i}" for i in range(n)],
            "day": day,
            "told": day + draw.integers(0, 5, n),
            "lon": (lon + draw.normal(0, 0.01, n)).round(5),
            "lat": (31.4 + draw.normal(0, 0.01, n)).round(5),
        }
    )
    return frame.sort_values("day", kind="stable").reset_index(drop=True)


def forecasts(folder: Path, frame: pd.DataFrame) -> pd.Series:
    """The forecasts from day TEST_FROM on, by period and cell."""
    base = {
        "kind": "crossing", "count": 1, "unit": "people", "uncertainty_m": 50,
        "detection": "patrol", "confidence": "high",
    }  # fmt: skip
    records = [
        {
            **base,
            "source_id": row.source_id,
            "lon": row.lon,
            "lat": row.lat,
            "occurred_at": f"{START + timedelta(days=row.day):%Y-%m-%d}T10:00:00Z",
            "reported_at": f"{START + timedelta(days=row.told):%Y-%m-%d}T12:00:00Z",
        }
        for row in frame.itertuples()
    ]
    file, out = folder / "reports.json", folder / "forecasts.csv"
    file.write_text(json.dumps(records), encoding="utf-8")
    day = START + timedelta(days=TEST_FROM)
    ask(
        "backtest", "cells", file, "--profile", "reports_json", "--cell", "1000", "--refit", "1",
        "--train-from", f"{START:%Y-%m-%d}", "--test-from", f"{day:%Y-%m-%d}",
        "--test-to", f"{START + timedelta(days=DAYS - 1):%Y-%m-%d}", "--forecasts", out,
    )  # fmt: skip
    table = pd.read_csv(out)
    return table.set_index(["period", "lon", "lat"])["expected"]


def until_origin(series: pd.Series) -> pd.Series:
    """Forecasts made at the start of the day ORIGIN or before."""
    last = f"{START + timedelta(days=ORIGIN):%Y-%m-%d}"
    return series[series.index.get_level_values("period") <= last]


@pytest.mark.full
def test_shown_nothing_leaks_from_records_after_the_origin(tmp_path: Path) -> None:
    told = reports()
    changed = told.copy()
    unknown = told["told"] >= ORIGIN
    draw = np.random.default_rng(6)
    changed.loc[unknown, "lon"] = (-111.0 + draw.normal(0, 0.05, unknown.sum())).round(5)
    changed.loc[unknown, "lat"] = (31.4 + draw.normal(0, 0.05, unknown.sum())).round(5)
    before, after = forecasts(tmp_path, told), forecasts(tmp_path, changed)
    pd.testing.assert_series_equal(until_origin(before), until_origin(after), check_exact=True)
    assert not before.equals(after)


@pytest.mark.full
def test_shown_nothing_leaks_from_reports_that_come_later(tmp_path: Path) -> None:
    """Of what happened before the origin, only what was reported by then counts."""
    told = reports()
    base = until_origin(forecasts(tmp_path, told))
    late = told.assign(told=told["told"].where(told["told"] < ORIGIN, told["told"] + 3))
    pd.testing.assert_series_equal(base, until_origin(forecasts(tmp_path, late)), check_exact=True)
    delayed = (told["day"] >= TEST_FROM) & (told["day"] < ORIGIN)
    held = told.assign(told=told["told"].where(~delayed, ORIGIN + 1))
    kept = until_origin(forecasts(tmp_path, held))
    gone = until_origin(forecasts(tmp_path, told[~delayed]))
    pd.testing.assert_series_equal(kept, gone, check_exact=True)
    assert not base.equals(kept)


@pytest.mark.full
def test_shown_nothing_leaks_from_later_months(tmp_path: Path) -> None:
    table = pd.read_csv(data_file("ohss_sectors"))
    later = table["month"] > "2019-06"
    file, out = tmp_path / "changed.csv", tmp_path / "out.csv"
    found = []
    for quantity in (table["quantity"], table["quantity"].where(~later, 7)):
        table.assign(quantity=quantity).to_csv(file, index=False)
        ask("backtest", "months", file, "--horizons", "3", "--forecasts", out)
        columns = ["horizon", "place", "origin", "model", "expected", "lower", "upper"]
        found.append(pd.read_csv(out)[columns])
    known = found[0]["origin"] <= "2019-06"
    pd.testing.assert_frame_equal(found[0][known], found[1][known], check_exact=True)
    assert not found[0].equals(found[1])


@pytest.mark.full
def test_shown_the_same_backtest_gives_the_same_figures() -> None:
    options = ("--cell", "1000", "--test-from", "2016-12-01", "--train-from", "2016-08-01")
    first = cells("chicago_burglary", *options)
    given = ("cells", data_file("chicago_burglary"), "--profile", "chicago_burglary", *options)
    second = run_cop("backtest", *given, "--json")
    assert first == json.loads(second.stdout)


@pytest.mark.full
def test_shown_bench_forecast() -> None:
    figures = ask("bench", "forecast", "--repetitions", "2")
    assert figures["10000_cells_90_days"]["cells"] == 10_000
    assert figures["10000_cells_90_days"]["periods"] == 90
    segments = figures["20000_segment_days"]
    assert segments["cells"] * segments["periods"] == 20_000
    for held in figures.values():
        assert held["same"]
        assert held["median_s"] > 0


def test_without_json_it_prints_lines() -> None:
    chicago = str(data_file("chicago_burglary"))
    asked = {
        "80% intervals hold": ["months", str(data_file("ohss_sectors")), "--horizons", "3"],
        "PAI": ["cells", chicago, "--profile", "chicago_burglary", "--cell", "2000"],
        "found within 7 days": [
            "surges",
            chicago,
            "--profile",
            "chicago_burglary",
            "--starts",
            "2",
        ],
        "SIMULATION": ["bias"],
    }
    for words, given in asked.items():
        done = CliRunner().invoke(app, ["backtest", *given])
        assert done.exit_code == 0, done.stderr
        assert words in done.stdout


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--cell", "0"), "--cell 0"),
        (("--cell", "500", "--period", "week"), "'week'"),
        (("--cell", "500", "--area", "circle"), "'circle'"),
        (("--cell", "500", "--where", "CATEGORY"), "write column=value"),
        (("--cell", "500", "--where", "none=1"), "none=1"),
        (("--cell", "500", "--test-from", "2030-01-01"), "2030-01-01"),
        (("--cell", "5", "--profile", "ohss_sectors"), "use a profile of events"),
        (("--cell", "500", "--report", "nowhere/report.md"), "nowhere"),
    ],
)
def test_a_wrong_option_is_named(options: tuple[str, ...], named: str) -> None:
    file = str(data_file("chicago_burglary"))
    given = ["backtest", "cells", file, "--profile", "chicago_burglary", *options]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
