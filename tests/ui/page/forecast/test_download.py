"""The record to take along, as Markdown and as CSV."""

import io

import pandas as pd
import pytest

from cop.query.month import MonthOutlook
from cop.ui.page.forecast.download import build_csv, build_report
from cop.ui.page.forecast.record import build_year_table
from tests.support.month import DECLARED

pytestmark = pytest.mark.forecast


def test_the_record_can_be_taken_along(good: MonthOutlook) -> None:
    head = ["TLP:AMBER", "SYNTHETIC"]
    report = build_report(good, DECLARED, head).decode()
    assert report.startswith("> TLP:AMBER")
    assert "## 6 months ahead" in report
    assert "moving average" in report
    assert "Reliability" in report
    text = build_csv(good, head).decode()
    assert text.startswith("# TLP:AMBER\n# SYNTHETIC\n")
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == len(good.table)
    assert set(table["horizon"]) == {1, 2, 3, 4, 5, 6}
    years = build_year_table(good.track["horizons"]["1"]["by_year"])
    assert years["Year"].iloc[0] == "2026"
