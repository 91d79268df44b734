"""The Wall: the picture for a room, large and without chrome."""

from cop.ui.frame import render_page
from cop.ui.wall import render_wall

render_page(render_wall)
