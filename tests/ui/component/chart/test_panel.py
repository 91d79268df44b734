"""Charts as descriptions: what is drawn where, in which colours, and that nothing is fetched."""

import json
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from cop.ui.component.chart import (
    Panels,
    build_bars,
    build_heat,
    build_lines,
    build_panel_bars,
    build_panel_heat,
    build_panel_lines,
)
from cop.ui.component.chart.axis import named_ticks, stamps
from cop.ui.component.chart.palette import OKABE_ITO, RAMP
from cop.ui.component.chart.theme import AnyChart

pytestmark = pytest.mark.sources

MONTHS = pd.DataFrame(
    {
        "month": pd.date_range("2026-01-01", periods=3, freq="MS"),
        "end": pd.date_range("2026-02-01", periods=3, freq="MS"),
        "word": ["Jan", "Feb", "Mar"],
        "n": [3, 0, 5],
        "low": [1.0, 0.0, 2.0],
        "high": [6.0, 1.0, 9.0],
        "line": ["a", "b", "a"],
    }
)
PANEL_ROWS = pd.DataFrame(
    {
        "key": ["TCA", "TCA", "RGV", "XXX"],
        "left": [0.0, 0.5, 0.0, 0.0],
        "right": [0.5, 1.0, 1.0, 1.0],
        "n": [2, 4, 40, 900],
        "weekday": [0, 6, 3, 1],
        "hour": [0, 23, 12, 1],
        "old": [True, False, False, False],
    }
)
SHOWN = {"key": "Sector", "n": "Events"}


def panels(*, own_scale: bool = False) -> Panels:
    ticks = {0.0: "A", 1.0: "B"}
    return Panels(keys=("TCA", "RGV"), theme="dark", height=80, ticks=ticks, own_scale=own_scale)


def described(chart: AnyChart) -> dict[str, Any]:
    return dict(chart.to_dict())


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


EVERY = {
    "bars over time": lambda theme: build_bars(
        MONTHS, theme=theme, x="month", end="end", y="n", low="low", high="high", unit="events"
    ),
    "bars of words": lambda theme: build_bars(MONTHS, theme=theme, x="word", y="n", unit="events"),
    "lines": lambda theme: build_lines(
        MONTHS, theme=theme, x="month", y="n", series="line", low="low", high="high", unit="events"
    ),
    "heat": lambda theme: build_heat(
        PANEL_ROWS, theme=theme, x="hour", y="weekday", value="n", unit="events"
    ),
    "panel bars": lambda _: build_panel_bars(panels(), PANEL_ROWS, value="n", shown=SHOWN),
    "panel lines": lambda _: build_panel_lines(panels(), PANEL_ROWS, value="n", shown=SHOWN),
    "panel heat": lambda _: build_panel_heat(panels(), PANEL_ROWS, value="n", shown=SHOWN),
}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("build", EVERY.values(), ids=EVERY)
def test_every_chart_is_small_and_fetches_nothing(build: Any, theme: str) -> None:
    spec = described(build(theme))
    text = json.dumps(spec)
    assert '"url"' not in text
    assert spec["width"] == "container"
    assert spec["usermeta"]["embedOptions"] == {"actions": False}
    assert "tooltip" in text
    assert len(text) < 12_000


def test_moments_are_numbers_of_utc() -> None:
    moments = pd.Series([datetime(1970, 1, 1), datetime(1970, 1, 2)])
    assert stamps(moments).tolist() == [0.0, 86_400_000.0]
    spec = described(EVERY["bars over time"]("dark"))
    bar = spec["layer"][0]["encoding"]["x"]
    assert bar["scale"]["type"] == "utc"
    assert "utcFormat" in bar["axis"]["labelExpr"]


def test_panels_stand_under_their_columns_on_one_scale() -> None:
    spec = described(build_panel_bars(panels(), PANEL_ROWS, value="n", shown=SHOWN, faded="old"))
    bars = [row for row in rows_of(spec) if "right" in row]
    assert {row["key"] for row in bars} == {"TCA", "RGV"}
    for row in bars:
        column = {"TCA": 0, "RGV": 1}[row["key"]]
        assert column < row["x"] < row["x2"] < column + 1
    encoding = spec["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == [0, 2]
    assert encoding["y"]["scale"]["domain"] == [0, 40]
    assert OKABE_ITO["blue"].dark in json.dumps(spec["layer"][0]["mark"])


def test_own_scales_say_their_most() -> None:
    chart = build_panel_bars(panels(own_scale=True), PANEL_ROWS, value="n", shown=SHOWN)
    spec = described(chart)
    words = {row["word"] for row in rows_of(spec) if "word" in row}
    assert words == {"max 4", "max 40"}
    heights = {row["key"]: 0.0 for row in rows_of(spec) if "right" in row}
    for row in rows_of(spec):
        if "right" in row:
            heights[row["key"]] = max(heights[row["key"]], row["height"])
    assert heights == {"TCA": 1.0, "RGV": 1.0}
    assert spec["layer"][0]["encoding"]["y"]["axis"]["labels"] is False


def test_hours_run_right_and_days_down() -> None:
    spec = described(build_panel_heat(panels(), PANEL_ROWS, value="n", shown=SHOWN))
    cells = {(row["weekday"], row["hour"]): row for row in rows_of(spec) if "hour" in row}
    assert cells[0, 0]["x"] < cells[6, 23]["x"]
    assert cells[6, 23]["below"] == 7
    y = spec["layer"][1]["encoding"]["y"]
    assert y["scale"]["domain"] == [7, 0]
    color = spec["layer"][1]["encoding"]["color"]["scale"]
    assert color["range"] == [paint.dark for paint in RAMP]


def test_a_diverging_heat_map_is_even_about_zero() -> None:
    table = pd.DataFrame({"x": [0, 1], "y": ["a", "a"], "v": [-2.0, 8.0]})
    chart = build_heat(table, theme="light", x="x", y="y", value="v", unit="events", diverging=True)
    assert described(chart)["encoding"]["color"]["scale"]["domain"] == [-8, 8]


def test_words_of_ticks_stay_words() -> None:
    word = 'it\'s "here" </script>'
    assert json.dumps([word]) in named_ticks({0.5: word})["labelExpr"]


def test_nothing_to_draw_is_no_fault() -> None:
    empty = PANEL_ROWS.iloc[:0]
    for build in (build_panel_bars, build_panel_lines, build_panel_heat):
        assert described(build(panels(), empty, value="n", shown=SHOWN))
        assert described(build(panels(own_scale=True), empty, value="n", shown=SHOWN))
