"""The Changes: what is new, late, corrected, withdrawn or newly stale since the last brief."""

from cop.ui.component.frame import render_page
from cop.ui.page.change.page import render_changes

render_page(render_changes)
