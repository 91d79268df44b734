"""The Data: every source with its age, terms, versions and refused rows."""

from cop.ui.component.frame import render_page
from cop.ui.page.data.page import render_data

render_page(render_data)
