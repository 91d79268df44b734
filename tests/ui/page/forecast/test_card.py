"""The card of each place: its name, the expected value with interval, and the record."""

import pandas as pd
import pytest

from cop.query.month import MonthOutlook
from cop.ui.page.forecast.card import build_month_cards, build_race, place_names
from tests.support.month import NAMES

pytestmark = pytest.mark.forecast


def test_a_value_never_stands_without_its_interval(good: MonthOutlook) -> None:
    heads, expected, usual, record = build_month_cards(good, 1, NAMES, {"TCA": "/?sector=TCA"})
    assert [cell.text for cell in heads.cells] == list(NAMES)
    assert expected.label == "Expected NOV 26"
    assert all("-" in cell.note for cell in expected.cells)
    assert all(cell.note.startswith("usual ") for cell in usual.cells)
    assert all("inside" in cell.note for cell in record.cells)


def test_a_place_without_figures_says_why(good: MonthOutlook) -> None:
    held = MonthOutlook(**{**vars(good), "left_out": {"XXX": "12 months only"}})
    rows = build_month_cards(held, 1, {"XXX": "Nowhere"}, {})
    assert rows[1].cells[0].note == "12 months only"
    assert rows[3].cells[0].text == "none"


def test_the_least_error_of_the_race_is_bold() -> None:
    names = ("last_value_mase", "seasonal_naive_mase", "moving_average_mase", "all_history_mase")
    race = build_race(pd.Series({"mase": 0.5, **dict.fromkeys(names, 1.0)}))
    assert race.count("<b ") == 1
    assert "<b style='text-align:left'>Forecast</b>" in race
    assert race.count("width:100%") == 4


def test_places_are_those_of_the_filter_in_the_order_of_the_region(good: MonthOutlook) -> None:
    assert list(place_names(good, NAMES, [])) == list(NAMES)
    assert place_names(good, NAMES, ["RGV", "TCA"]) == {"TCA": "Tucson", "RGV": NAMES["RGV"]}
    assert list(place_names(good, {}, [])) == [str(place) for place in good.counts]
