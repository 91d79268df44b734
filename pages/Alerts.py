"""The Alerts page: surges and rushes, their evidence, and who handles them."""

from cop.ui.component.frame import render_page
from cop.ui.page.alert.page import render_alerts

render_page(render_alerts)
