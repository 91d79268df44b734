"""Sentences of the monthly forecast: the answer first, then its record."""

import pandas as pd
import pytest

from cop.query.month import MonthOutlook
from cop.ui.page.forecast.card import build_month_cards
from cop.ui.page.forecast.word import describe_outlook, judge_months, name_months, percent
from tests.support.month import DECLARED, NAMES

pytestmark = pytest.mark.forecast


@pytest.mark.parametrize(
    ("months", "name"),
    [
        (["2026-06"], "JUN 26"),
        (["2026-08", "2026-06"], "JUN \N{EN DASH} AUG 26"),
        (["2025-12", "2026-01"], "DEC 25 \N{EN DASH} JAN 26"),
    ],
)
def test_months_are_named_by_the_first_and_the_last(months: list[str], name: str) -> None:
    assert name_months(pd.Series(months)) == name


def test_a_gain_has_its_sign() -> None:
    assert percent(0.071) == "+7.1%"
    assert percent(-0.05) == "\N{MINUS SIGN}5.0%"
    assert percent(None) == "unknown"


def test_the_answer_names_where_more_is_expected(good: MonthOutlook) -> None:
    words = describe_outlook(good, 1, NAMES, "people")
    assert words.startswith("<b>More than usual expected in NOV 26 in ")
    assert "TCA Tucson" in words
    assert "DRT Del Rio" in words
    assert "(80% interval " in words
    west = describe_outlook(good, 1, {"SDC": "San Diego"}, "people")
    assert "None of these places is clearly above usual" in west
    verdict = judge_months(good, 1, DECLARED)
    assert verdict.state == "good"
    assert verdict.words.startswith("better than repeating the last value: ")


def test_a_break_is_said_before_the_long_record(bad: MonthOutlook) -> None:
    verdict = judge_months(bad, 3, DECLARED)
    assert verdict.state == "failed"
    assert verdict.title == "FAILED JUN \N{EN DASH} AUG 26"
    assert "9 of 9 sectors were below their 80% interval in " in verdict.words
    assert "cop-record-failed" in verdict.chip()
    record = build_month_cards(bad, 1, NAMES, {})[-1]
    assert {cell.text for cell in record.cells} == {"\N{WARNING SIGN} failed JUN 26"}
