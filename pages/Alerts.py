"""The Alerts: surges and rushes, their evidence, who looks after them and what came of them."""

from cop.ui.alert.page import render_alerts
from cop.ui.frame import render_page

render_page(render_alerts)
