"""The Changes: what is new, late, corrected, withdrawn or newly stale since the last brief."""

from cop.ui.change import render_changes
from cop.ui.frame import render_page

render_page(render_changes)
