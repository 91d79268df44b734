"""Partners: whom this server exchanges with, and what each of them gets."""

from cop.ui.component.frame import render_page
from cop.ui.page.partner.page import render_partners

render_page(render_partners)
