"""What sensors see: coverage over time, the biggest gaps, outages and the health of sensors."""

from cop.ui.component.frame import render_page
from cop.ui.page.coverage.page import render_coverage

render_page(render_coverage)
