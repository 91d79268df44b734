"""The Alerts: surges and rushes, their evidence, who looks after them and what came of them."""

from cop.ui.component.frame import render_page
from cop.ui.page.alert.page import render_alerts

render_page(render_alerts)
