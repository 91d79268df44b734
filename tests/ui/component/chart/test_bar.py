"""Bars over categories in the frame's order, over time, and with whiskers."""

from datetime import datetime

import pandas as pd
import pytest

from cop.ui.component.chart.bar import build_bars
from cop.ui.component.chart.palette import OKABE_ITO

pytestmark = pytest.mark.sources


FRAME = pd.DataFrame({"day": ["Tue", "Mon"], "n": [3, 5], "low": [1, 4], "high": [4, 6]})


def test_words_keep_the_order_of_the_frame_and_the_axis_names_the_unit() -> None:
    spec = build_bars(FRAME, theme="dark", x="day", y="n", unit="events per day").to_dict()
    assert spec["encoding"]["x"]["sort"] is None
    assert spec["encoding"]["y"]["title"] == "events per day"
    assert spec["mark"]["color"] == OKABE_ITO["blue"].dark


def test_an_interval_is_a_whisker_over_the_bar() -> None:
    spec = build_bars(
        FRAME, theme="light", x="day", y="n", unit="n", low="low", high="high"
    ).to_dict()
    bars, whiskers = spec["layer"]
    assert (bars["mark"]["type"], whiskers["mark"]["type"]) == ("bar", "rule")
    assert whiskers["encoding"]["y2"]["field"] == "high"


def test_bars_over_time_stand_between_their_ends() -> None:
    frame = pd.DataFrame({"start": [datetime(1970, 1, 1)], "end": [datetime(1970, 1, 3)], "n": [1]})
    spec = build_bars(frame, theme="dark", x="start", end="end", y="n", unit="n").to_dict()
    (row,) = next(iter(spec["datasets"].values()))
    day = 86_400_000
    assert (row["bar_from"], row["bar_middle"], row["bar_to"]) == (0, day, 2 * day)
