"""Axes of charts: UTC, ticks at named places only, tooltips with thousands."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from cop.ui.component.chart.axis import named_ticks, stamps, time_axis, time_scale, tooltips

pytestmark = pytest.mark.sources

START = datetime(2026, 11, 1)


def test_moments_are_milliseconds_of_utc() -> None:
    assert stamps(pd.Series([datetime(1970, 1, 1, 0, 0, 1)])).tolist() == [1_000.0]
    assert time_scale().to_dict() == {"nice": False, "type": "utc"}


@pytest.mark.parametrize(
    ("length", "hourly", "shape"),
    [
        (timedelta(days=2), False, "%d %H%MZ"),
        (timedelta(days=2), True, "%d %b %H%MZ"),
        (timedelta(days=30), False, "%d %b %y"),
        (timedelta(days=800), False, "%b %y"),
    ],
)
def test_labels_are_as_fine_as_the_span(length: timedelta, hourly: bool, shape: str) -> None:
    axis = time_axis(START, START + length, hourly=hourly).to_dict()
    assert axis["labelExpr"] == f"upper(utcFormat(datum.value, '{shape}'))"


def test_named_ticks_are_at_their_values_alone() -> None:
    parts = named_ticks({0.0: 'A "quoted" word', 1.5: "B"})
    assert parts["values"] == [0.0, 1.5]
    assert parts["labelExpr"].startswith('["A \\"quoted\\" word", "B"]')


def test_tooltips_write_numbers_by_their_type() -> None:
    frame = pd.DataFrame({"n": [1], "share": [0.5], "name": ["TCA"]})
    tips = [
        tip.to_dict()
        for tip in tooltips({"n": "Events", "share": "Share", "name": "Sector"}, frame)
    ]
    assert [tip.get("format") for tip in tips] == [",d", ",.4~g", None]
    assert [tip["title"] for tip in tips] == ["Events", "Share", "Sector"]
