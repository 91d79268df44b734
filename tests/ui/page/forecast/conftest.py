"""Outlooks over SYNTHETIC histories: one that can be foreseen, one with a break."""

import pytest

from cop.query.month import MonthOutlook, build_month_outlook
from tests.support.month import as_series, build_history


@pytest.fixture(scope="session")
def good() -> MonthOutlook:
    """An outlook whose record is good."""
    return build_month_outlook(as_series(build_history("2026-10", months=124)), synthetic=True)


@pytest.fixture(scope="session")
def bad() -> MonthOutlook:
    """An outlook with a break in June 2026."""
    history = build_history("2026-10", months=120, break_at="2026-06")
    return build_month_outlook(as_series(history), synthetic=True)
