"""Release: what another agency does not see, and why."""

from cop.ui.component.frame import render_page
from cop.ui.page.release import render_release

render_page(render_release)
