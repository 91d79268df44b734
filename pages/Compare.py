"""Compare: two saved Pictures side by side under one camera, with the differences in figures."""

from cop.ui.component.frame import render_page
from cop.ui.page.compare import render_compare

render_page(render_compare)
