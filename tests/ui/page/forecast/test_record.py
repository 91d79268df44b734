"""The scorecard: skill in words, and every rival's error beside it."""

import pytest

from cop.query.month import MonthOutlook
from cop.ui.page.forecast.card import RIVAL_TITLES
from cop.ui.page.forecast.record import NO_SKILL, build_miss_table, build_scorecard
from cop.ui.page.forecast.word import judge_months
from tests.support.month import DECLARED, NAMES

pytestmark = pytest.mark.forecast


def test_the_worst_misses_have_their_interval_and_size(good: MonthOutlook) -> None:
    table = build_miss_table(good.track["horizons"]["1"]["worst"], "people")
    assert {"Expected, people", "80% interval", "Observed", "Times the usual error"} < {*table}
    assert table["Times the usual error"].is_monotonic_decreasing


def test_a_place_without_skill_is_said_so(good: MonthOutlook) -> None:
    cards = good.cards.copy()
    own = (cards["place"] == "RGV") & (cards["horizon"] == 1)
    cards.loc[own, ["gain", "low", "high", "verdict"]] = [-0.1, -0.2, 0.05, "none"]
    held = MonthOutlook(**{**vars(good), "cards": cards})
    verdict = judge_months(held, 1, DECLARED, place="RGV")
    assert verdict.title == "FORECAST DOES NOT BEAT A SIMPLE GUESS"
    assert "10% higher error" in verdict.words
    assert "20% higher to 5% lower" in verdict.words
    table = build_scorecard(held, 1, NAMES).set_index("Place")
    assert table.loc["RGV Rio Grande Valley", "Against the last value"] == NO_SKILL
    assert table.loc["All places", "Against the last value"] == "better"
    assert {f"MASE {title.lower()}" for title in RIVAL_TITLES.values()} <= set(table.columns)
