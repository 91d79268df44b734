"""The Picture: the one map of segments, coverage, events and risk, with its filters and figures."""

from cop.ui.component.frame import render_page
from cop.ui.page.picture import render_picture

render_page(render_picture)
