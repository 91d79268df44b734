"""Headline figures in words: values, changes and intervals, and what is not known."""

from dataclasses import replace
from datetime import datetime

import pytest

from cop.query.headline import Figure
from cop.query.text import format_figure

pytestmark = pytest.mark.house


@pytest.mark.parametrize(
    ("amount", "before", "change", "brief"),
    [
        (1_200, 1_000, "+20% (1,000 before)", "+20%"),
        (10, 10, "±0% (10 before)", "±0%"),
        (3, 0, "none before", "none before"),
        (0, 0, "none in either period", "none in either period"),
        (3, None, "no full period before", "no full period before"),
        (None, 3, "records are in quarantine", "records are in quarantine"),
    ],
)
def test_a_count_stands_beside_the_period_before(
    amount: float | None, before: float | None, change: str, brief: str
) -> None:
    text = format_figure(Figure(key="events", amount=amount, before=before))
    assert (text.title, text.change, text.brief) == ("Events", change, brief)
    assert text.value == ("unknown" if amount is None else f"{amount:,}")


def test_coverage_that_nobody_knows_is_not_zero() -> None:
    known = Figure(key="watched", amount=0.426, until=datetime(2026, 3, 1, 6))
    assert format_figure(known).value == "43%"
    assert format_figure(known).change is None
    assert "24 h to 010600Z MAR 26" in format_figure(known).note
    partly = format_figure(replace(known, maybe=0.2, untried=0.4))
    assert partly.change == "WHAT-IF +2.6 points, 20% unknown"
    assert partly.brief == "WHAT-IF +2.6, 20% unknown"
    unknown = format_figure(Figure(key="watched", amount=None))
    assert (unknown.value, unknown.change) == ("unknown", None)
    assert unknown.note.endswith("Coverage is unknown, not zero.")


def test_without_a_forecast_nothing_is_expected_by_number() -> None:
    text = format_figure(Figure(key="expected", amount=None))
    assert (text.title, text.value, text.change) == ("Expected", "unknown", None)


def test_without_records_a_count_is_unknown_and_says_why() -> None:
    text = format_figure(Figure(key="events", amount=None, loaded=False))
    assert (text.value, text.change) == ("unknown", "no records loaded")
