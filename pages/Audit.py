"""The Audit: who did what, when, with which outcome, and whether the record is whole."""

from cop.ui.component.frame import render_page
from cop.ui.page.audit import render_audit

render_page(render_audit)
