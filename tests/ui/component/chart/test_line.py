"""Lines over time or numbers: told apart by color and dash, with a band where there is one."""

from datetime import datetime

import pandas as pd
import pytest

from cop.ui.component.chart.line import build_lines

pytestmark = pytest.mark.sources

FRAME = pd.DataFrame({"x": [1, 2], "y": [3, 4], "s": ["a", "b"], "low": [1, 2], "high": [5, 6]})


def test_series_differ_by_color_and_by_dash() -> None:
    spec = build_lines(FRAME, theme="dark", x="x", y="y", unit="n", series="s").to_dict()
    encoding = spec["layer"][0]["encoding"]
    assert encoding["color"]["field"] == encoding["strokeDash"]["field"] == "s"
    assert encoding["color"]["sort"] == ["a", "b"]


def test_one_line_has_no_legend() -> None:
    encoding = build_lines(FRAME, theme="dark", x="x", y="y", unit="n").to_dict()["layer"][0][
        "encoding"
    ]
    assert "legend" not in encoding["color"]
    assert encoding["y"]["scale"] == {"zero": True}


def test_an_interval_is_a_band_behind_the_line() -> None:
    spec = build_lines(
        FRAME, theme="dark", x="x", y="y", unit="n", low="low", high="high"
    ).to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["area", "line", "point"]


def test_moments_are_placed_in_utc() -> None:
    frame = pd.DataFrame({"x": pd.to_datetime([datetime(1970, 1, 2)]), "y": [1]})
    spec = build_lines(frame, theme="dark", x="x", y="y", unit="n").to_dict()
    assert spec["layer"][0]["encoding"]["x"]["scale"]["type"] == "utc"
    assert next(iter(spec["datasets"].values()))[0]["place"] == 86_400_000
