"""Patterns: hot-spot trends, hour of the week, season, weekday and moon of the filtered events."""

from cop.ui.component.frame import render_page
from cop.ui.page.pattern.page import render_patterns

render_page(render_patterns)
