"""The look of every chart: as wide as its place, as high as asked, no menu."""

import altair as alt
import pandas as pd
import pytest

from cop.ui.component.chart.palette import ink
from cop.ui.component.chart.theme import style_chart

pytestmark = pytest.mark.sources


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_chart_fills_its_width_in_the_colors_of_the_theme(theme: str) -> None:
    chart = alt.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x:Q")
    spec = style_chart(chart, theme, height=150).to_dict()  # type: ignore[arg-type]
    assert (spec["width"], spec["height"], spec["background"]) == ("container", 150, "transparent")
    assert spec["usermeta"]["embedOptions"] == {"actions": False}
    assert spec["config"]["axis"]["labelColor"] == ink(theme).muted  # type: ignore[arg-type]
    assert spec["config"]["legend"]["labelColor"] == ink(theme).text  # type: ignore[arg-type]
