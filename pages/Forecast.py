"""Forecast: where more is to be expected, and how good such forecasts have been."""

from cop.ui.component.frame import render_page
from cop.ui.page.forecast.page import render_forecast

render_page(render_forecast)
