"""Heat maps: one ramp from zero, or as far below zero as above."""

from typing import Any

import pandas as pd
import pytest

from cop.ui.component.chart.heat import WEEKDAYS, build_heat
from cop.ui.component.chart.palette import DIVERGING, css_ramp

pytestmark = pytest.mark.sources

FRAME = pd.DataFrame({"hour": [0, 1], "day": ["Mon", "Tue"], "n": [-3, 8]})


def heat(frame: pd.DataFrame = FRAME, **more: Any) -> dict[str, Any]:
    chart = build_heat(frame, theme="dark", x="hour", y="day", value="n", unit="events", **more)
    return dict(chart.to_dict())


def test_the_ramp_starts_at_zero_and_names_its_unit() -> None:
    color = heat()["encoding"]["color"]
    assert color["scale"]["domain"] == [0.0, 8.0]
    assert color["legend"]["title"] == "events"


def test_a_diverging_ramp_is_even_on_both_sides() -> None:
    scale = heat(diverging=True)["encoding"]["color"]["scale"]
    assert scale["domain"] == [-8.0, 8.0]
    assert scale["range"] == css_ramp(DIVERGING, "dark")


def test_orders_are_those_of_the_frame_or_as_given() -> None:
    assert heat()["encoding"]["y"]["scale"]["domain"] == ["Mon", "Tue"]
    assert heat(y_order=WEEKDAYS)["encoding"]["y"]["scale"]["domain"] == list(WEEKDAYS)


def test_only_missing_values_do_not_break_the_scale() -> None:
    frame = FRAME.assign(n=float("nan"))
    assert heat(frame)["encoding"]["color"]["scale"]["domain"] == [0.0, 1.0]
