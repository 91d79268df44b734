"""Tests of what takes turns at the foot of a wall."""

import pytest

from cop.ui.page.wall.page import split_forecast

pytestmark = pytest.mark.forecast


def test_each_piece_of_a_record_names_the_weeks_it_is_of() -> None:
    said = "Forecast 26 MAY: last 12 weeks: 34% of events in the top 5%, twice the moving average"
    assert split_forecast(f"{said}; 80% interval held 94% of segments, 92% of weeks") == [
        "Forecast 26 MAY, last 12 weeks: 34% of events in the top 5%, twice the moving average",
        "Forecast, last 12 weeks: 80% interval held 94% of segments, 92% of weeks",
    ]
    none = "No forecast: no track record: only 9 complete weeks of history, 12 are needed"
    assert split_forecast(none) == [none]
    assert split_forecast("") == []
