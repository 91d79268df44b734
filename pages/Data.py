"""The Data: every source with its age, terms, versions and refused rows."""

from cop.ui.dataset import render_data
from cop.ui.frame import render_page

render_page(render_data)
