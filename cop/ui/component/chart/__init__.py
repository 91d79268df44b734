"""Charts in the program's colors: each builder is pure and gives an Altair chart."""

from cop.ui.component.chart.bar import build_bars
from cop.ui.component.chart.fan import build_fan
from cop.ui.component.chart.heat import build_heat
from cop.ui.component.chart.line import build_lines
from cop.ui.component.chart.palette import OKABE_ITO, ink
from cop.ui.component.chart.panel import (
    Panels,
    build_panel_bars,
    build_panel_heat,
    build_panel_lines,
)
from cop.ui.component.chart.theme import render_chart

__all__ = [
    "OKABE_ITO",
    "Panels",
    "build_bars",
    "build_fan",
    "build_heat",
    "build_lines",
    "build_panel_bars",
    "build_panel_heat",
    "build_panel_lines",
    "ink",
    "render_chart",
]
