"""Tests of time windows."""

from datetime import datetime, timedelta

import pytest

from cop.errors import FilterError
from cop.model.window import PRESETS, TimeWindow

pytestmark = pytest.mark.picture

NOON = datetime(2026, 3, 1, 12)


def test_previous_window_has_equal_length_and_touches() -> None:
    window = TimeWindow(start=NOON, end=NOON + timedelta(hours=7))
    previous = window.previous()
    assert previous is not None
    assert previous.end == window.start
    assert previous.length == window.length == timedelta(hours=7)


@pytest.mark.parametrize(
    "window",
    [
        TimeWindow(),
        TimeWindow(start=NOON),
        TimeWindow(end=NOON),
        TimeWindow(start=datetime(1, 1, 2), end=datetime(9999, 1, 1)),
    ],
)
def test_open_or_endless_windows_have_no_previous(window: TimeWindow) -> None:
    assert window.previous() is None


@pytest.mark.parametrize("name", PRESETS)
def test_preset_ends_where_told(name: str) -> None:
    window = TimeWindow.of_preset(name, end=NOON)
    assert window.end == NOON
    assert window.length == PRESETS[name]


def test_unknown_preset_and_empty_window_are_refused() -> None:
    with pytest.raises(FilterError, match="30 d"):
        TimeWindow.of_preset("a while", end=NOON)
    with pytest.raises(FilterError, match="half-open"):
        TimeWindow(start=NOON, end=NOON)
