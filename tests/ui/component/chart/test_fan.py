"""The fan of a forecast: what is drawn, its legend, and months when it failed."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from cop.ui.component.chart.fan import CURRENT, MISSED, OBSERVED, PAST, build_fan

pytestmark = pytest.mark.forecast

DAYS = [datetime(2026, 11, 1) + timedelta(days=i) for i in range(3)]
OBSERVED_ROWS = pd.DataFrame({"moment": DAYS, "value": [3, 9, 4]})
PAST_ROWS = pd.DataFrame(
    {
        "moment": DAYS,
        "expected": [4.0, 4.0, 4.0],
        "lower": [2.0, 2.0, 2.0],
        "upper": [6.0, 6.0, 6.0],
        "truth": [3, 9, 4],
        "missed": [False, True, False],
    }
)
CURRENT_ROWS = PAST_ROWS.drop(columns=["truth", "missed"])
NONE = pd.DataFrame({"moment": []})


def fan(past: pd.DataFrame, current: pd.DataFrame, **more: Any) -> dict[str, Any]:
    shown = {"expected": "Expected"}
    chart = build_fan(
        OBSERVED_ROWS, past, current, theme="dark", unit="events", shown=shown, **more
    )
    return dict(chart.to_dict())


def legend_of(spec: dict[str, Any]) -> dict[str, Any]:
    return next(
        layer["encoding"]["color"]
        for layer in spec["layer"]
        if "color" in layer.get("encoding", {})
    )


def test_the_legend_names_what_is_drawn_in_full() -> None:
    color = legend_of(fan(PAST_ROWS, CURRENT_ROWS))
    assert color["scale"]["domain"] == [OBSERVED, PAST, CURRENT, MISSED]
    assert color["legend"]["labelLimit"] == 0
    assert color["legend"]["columns"] == 2
    assert legend_of(fan(NONE, NONE))["scale"]["domain"] == [OBSERVED]


def test_an_observed_value_outside_the_interval_is_a_cross() -> None:
    spec = fan(PAST_ROWS, NONE)
    crosses = [rows for rows in spec["datasets"].values() if rows[0].get("line") == MISSED]
    assert [row["truth"] for row in crosses[0]] == [9]


def test_a_failure_is_named_once() -> None:
    spec = fan(PAST_ROWS, CURRENT_ROWS, failed=DAYS[:2])
    words = [row["word"] for rows in spec["datasets"].values() for row in rows if "word" in row]
    assert words == ["FORECAST FAILED", ""]
    assert "FORECAST FAILED" not in str(fan(PAST_ROWS, CURRENT_ROWS))
