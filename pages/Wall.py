"""The Wall: the picture for a room, large and without chrome."""

from cop.ui.component.frame import render_page
from cop.ui.page.wall.page import render_wall

render_page(render_wall, connection=False)
