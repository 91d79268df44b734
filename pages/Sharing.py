"""Sharing: what went to each partner and what came, month by month, side by side."""

from cop.ui.component.frame import render_page
from cop.ui.page.sharing.page import render_sharing

render_page(render_sharing)
