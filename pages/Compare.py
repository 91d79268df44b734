"""Compare: two saved Pictures side by side under one camera, with the differences in figures."""

from cop.ui.compare import render_compare
from cop.ui.frame import render_page

render_page(render_compare)
