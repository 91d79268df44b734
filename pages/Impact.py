"""The impact levels: every segment's level, why, what to do, and who agreed."""

from cop.ui.component.frame import render_page
from cop.ui.page.impact.page import render_impacts

render_page(render_impacts)
