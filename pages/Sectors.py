"""The Sectors: every sector of the region side by side, on one scale."""

from cop.ui.frame import render_page
from cop.ui.sector import render_sectors

render_page(render_sectors)
