"""The Sectors: every sector of the region side by side, on one scale."""

from cop.ui.component.frame import render_page
from cop.ui.page.sector.page import render_sectors

render_page(render_sectors)
