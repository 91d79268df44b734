"""Tests of the page of the form: what it offers, and that it names nobody."""

import re

import pytest

from cop.model.event import KINDS
from cop.server.report_page import render_report_page

pytestmark = pytest.mark.exchange


def test_every_kind_can_be_reported() -> None:
    page = render_report_page()
    assert re.findall(r'name="kind" value="([a-z-]+)"', page) == [*KINDS]
    assert "<script>" not in page
    assert re.findall(r'src="([^"]+)"', page) == ["/assets/report.js"]
