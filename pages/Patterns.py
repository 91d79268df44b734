"""Patterns: hot-spot trends, hour of the week, season, weekday and moon of the filtered events."""

from cop.ui.frame import render_page
from cop.ui.pattern import render_patterns

render_page(render_patterns)
