"""Forecast: where more is to be expected, and how good such forecasts have been."""

from cop.ui.forecast.page import render_forecast
from cop.ui.frame import render_page

render_page(render_forecast)
