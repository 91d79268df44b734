"""Brief: what happened in a county, a sector or an area, and what is expected there."""

from cop.ui.component.frame import render_page
from cop.ui.page.brief.page import render_brief

render_page(render_brief)
