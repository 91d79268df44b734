"""Reports: what was reported from the field, to be graded."""

from cop.ui.component.frame import render_page
from cop.ui.page.report import render_reports

render_page(render_reports)
