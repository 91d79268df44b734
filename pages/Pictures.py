"""The Pictures: what was saved, with small maps, to open, update and compare."""

from cop.ui.component.frame import render_page
from cop.ui.page.pictures import render_pictures

render_page(render_pictures)
