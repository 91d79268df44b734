"""Tests of track records as text."""

from typing import Any

import pytest

from cop.analysis.forecast.report import (
    format_bias,
    format_cells,
    format_months,
    format_rushes,
    format_surges,
    render_cells,
    render_months,
)

pytestmark = pytest.mark.forecast


SCORES = {"mase": 0.5, "wape": None, "crps": 1234.5, "cover80": 0.8125}


def month_track(*, gain: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    part = {"name": "2020|<b>", **SCORES, "last_value_mase": 0.7, "skill": False}
    miss = {"place": "TCA", "month": "2020-04", "expected": 2_000.4, "lower": 900.0,
            "upper": 3_000.0, "truth": 12_000.0, "scaled": 6.25}  # fmt: skip
    return {
        "study": {"file": "a|b<c>.csv", "places": 9, "months": 240, "last_month": "2026-10",
                  "origins_from": "2012-11"},
        "horizons": {
            "3": {
                "model": SCORES, "last_value": SCORES, "origins": 47,
                "crps_gain": gain, "crps_gain_low": low, "crps_gain_high": high,
                "reliability": [{"forecast": 0.05, "observed": 0.041}],
                "by_year": [part], "by_place": [], "worst": [miss],
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("gain", "low", "high", "first"),
    [
        (0.07, 0.02, 0.11, "better than last value (+7.0% (+2.0% to +11.0%) CRPS)"),
        (0.07, -0.02, 0.11, "not clearly better than last value (+7.0% (-2.0% to +11.0%) CRPS)"),
        (-0.07, -0.2, 0.01, "not better than last value (-7.0% (-20.0% to +1.0%) CRPS)"),
        (None, None, None, "not better than last value (unknown CRPS)"),
    ],
)
def test_months_start_with_their_verdict(
    gain: float | None, low: float | None, high: float | None, first: str
) -> None:
    lines = format_months(month_track(gain=gain, low=low, high=high)).splitlines()
    assert lines[0] == f"3 months ahead: {first}"
    assert lines[1].startswith("  model           MASE 0.500  WAPE -  CRPS 1,234.5")
    assert lines[1].endswith("80% intervals hold 81.2%")
    assert len(lines) == 3


def test_covariates_state_whether_they_are_used() -> None:
    tested = {"used": 2, "origins": 47, "tried": 9, "gain": 0.1, "low": 0.0, "high": 0.2}
    short = {"used": 0, "origins": 47, "tried": 0, "gain": None, "low": None, "high": None}
    track = {"horizons": {}, "covariates": {"rate": {"1": tested, "3": short}}}
    assert format_months(track).splitlines() == [
        "covariate rate, 1 months ahead: used at 2 of 47 origins; "
        "error in logs +10.0% (+0.0% to +20.0%) over 9 origins",
        "covariate rate, 3 months ahead: used at 0 of 47 origins; "
        "error in logs not tested, its history is too short",
    ]


def test_the_report_of_months_names_breaks_and_misses_as_plain_text() -> None:
    text = render_months(month_track(gain=0.07, low=0.02, high=0.11))
    assert text.startswith("# Track record of monthly forecasts: a_b_c_.csv\n")
    assert "| 2020__b_ | 0.500 | 0.700 | 81% | not better than last value |" in text
    assert "| TCA | 2020-04 | 2,000 | 900 to 3,000 | 12,000 | 6.2 |" in text
    assert "## Covariates" not in text
    assert "<" not in text


def cell_track() -> dict[str, Any]:
    model = {"pai": {"5": 12.0}, "pai_by_history": {"5": None}, "hit": {"5": 0.6}, "crps": 0.0123}
    study = {"file": "calls.csv", "where": ["CATEGORY=X"], "cells": 1200, "cell_m": 150.0,
             "grid": {"crs": "EPSG:2913"}, "area": "history", "periods": 30,
             "test_from": "2017-01-01", "test_to": "2017-01-30", "train_from": "2016-01-01",
             "events": 4321, "lost": 2, "refit_every": 28}  # fmt: skip
    return {
        "study": study,
        "models": {"model": model},
        "gains": {
            "pai5": {"gain": 0.1, "low": 0.01, "high": 0.2},
            "crps_over_all_history": {"gain": -0.1, "low": -0.2, "high": -0.05},
            "crps": {"gain": 0.1, "low": -0.2, "high": 0.2},
            "none": {"gain": None, "low": None, "high": None},
        },
        "reliability": [
            {"cells_periods": 36000, "highest": 0.5, "expected": 2.25, "counted": 3.0}
        ],
        "worst": [{"period": "2017-01-03", "lon": -122.5, "lat": 45.5, "expected": 0.125,
                   "upper": 1.0, "counted": 9.0}],
        "kernels": [{"decay_periods": None, "reach_cells": 2.0, "weight": 0.75}],
    }  # fmt: skip


def test_cells_are_a_few_lines() -> None:
    lines = format_cells(cell_track()).splitlines()
    assert lines[0] == "1,200 cells, 30 periods from 2017-01-01: 4,321 events, 2 outside the area"
    assert lines[1] == "  model           5%: PAI 12.000, 60.0%  CRPS 0.012300"
    assert lines[3] == "  crps over all history: -10.0% (-20.0% to -5.0%)"


def test_the_report_of_cells_reads_each_gain() -> None:
    text = render_cells(cell_track())
    assert "# Track record by cell: calls.csv, CATEGORY=X\n" in text
    assert "| model | 12.000 (-) | 60.0% | 0.012300 |" in text
    assert "| pai5 | +10.0% (+1.0% to +20.0%) | better |" in text
    assert "| crps over all history | -10.0% (-20.0% to -5.0%) | worse |" in text
    assert "| crps | +10.0% (-20.0% to +20.0%) | no sure difference |" in text
    assert "| none | unknown | the rival has nothing to beat |" in text
    assert "| endless | 2 | 0.750 |" in text
    assert "| 2017-01-03 | -122.5 | 45.5 | 0.125 | 1 | 9 |" in text


def test_surges_rushes_and_bias_are_lines() -> None:
    found = {"injected": 4, "found": 1, "share": 0.25, "median_delay_days": None}
    surges = {"sizes": {"2": found, "3": {**found, "median_delay_days": 2.0}},
              "no_surge_share": 0.01, "false_alarms_a_year": 1.5, "held_out_days": 730}  # fmt: skip
    lines = format_surges(surges).splitlines()
    assert lines[0] == "surge x 2: 1 of 4 found within 7 days (25.0%), median not found"
    assert lines[1].endswith("median day 2")
    assert lines[2].endswith("1.50 false alarms a year and series in 730 days")
    rushes = {"zones": 3, "hours": 2400, "sizes": {"50": found}, "alarms_a_zone_month": 0.5,
              "false_alarms_a_zone_month": 0.25}  # fmt: skip
    assert format_rushes(rushes).splitlines()[0] == "SYNTHETIC demo, 3 zones, 2,400 hours"
    bias = {"segments": 200, "days": 364, "misplaced": {"with_effort": 0.06, "without_effort": 0.3}}
    assert format_bias(bias).endswith("6.0% of the risk is misplaced, without 30.0%")
