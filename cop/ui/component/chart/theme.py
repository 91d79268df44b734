"""The look of every chart, and the way it gets onto a page."""

from contextlib import nullcontext

import altair as alt
import streamlit as st

from cop.model.style import Theme
from cop.ui.component.chart.palette import ink

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
LABEL_PX = 11
AnyChart = alt.Chart | alt.LayerChart


def style_chart(chart: AnyChart, theme: Theme, *, height: int) -> AnyChart:
    """Return a chart that fills the width of its container, ``height`` px high with its axes."""
    colors = ink(theme)
    sized: AnyChart = chart.properties(
        width="container",
        height=height,
        padding={"left": 0, "right": 0, "top": 4, "bottom": 0},
        background="transparent",
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        usermeta={"embedOptions": {"actions": False}},
    )
    styled: AnyChart = (
        sized.configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=colors.muted,
            labelFontSize=LABEL_PX,
            titleColor=colors.muted,
            titleFontSize=LABEL_PX,
            titleFontWeight="normal",
            gridColor=colors.grid,
            domainColor=colors.grid,
            tickColor=colors.grid,
        )
        .configure_legend(
            labelColor=colors.text,
            labelFontSize=LABEL_PX,
            titleColor=colors.muted,
            titleFontSize=LABEL_PX,
            titleFontWeight="normal",
        )
    )
    return styled


def render_chart(chart: AnyChart, *, key: str, wide: bool = False) -> None:
    """Draw a chart on the page, as wide as its place.

    In place of a ``wide`` one a phone says that it needs more room (cop/ui/component/grid.py).
    """
    with st.container(key=f"wide-{key}") if wide else nullcontext():
        st.altair_chart(chart, width="stretch", theme=None, key=key)
