"""The Handout: the current or saved Pictures as a file that can leave the table."""

from cop.ui.component.frame import render_page
from cop.ui.page.handout import render_handout

render_page(render_handout)
