"""Requests: questions to partners and agencies, their answers, and what is overdue."""

from cop.ui.component.frame import render_page
from cop.ui.page.request.page import render_requests

render_page(render_requests)
