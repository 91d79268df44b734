"""The tables of the Coverage page: what needs a look comes first, unknown stays unknown."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from cop.query.coverage.gap import Gaps
from cop.query.coverage.health import SensorHealth
from cop.ui.page.coverage.table import build_gap_table, build_health_table

pytestmark = pytest.mark.coverage

START, END = datetime(2026, 3, 1), datetime(2026, 3, 3)


def make_gaps(*, by_risk: bool = True) -> Gaps:
    table = pd.DataFrame(
        {
            "segment_id": ["A", "B", "C"],
            "sector": "TCA",
            "mgrs": "12R VV 123 456",
            "length_km": 5.0,
            "gap_hours": [24.0, 12.0, 0.0],
            "unknown_hours": [0.0, 12.0, 0.0],
            "longest_hours": [20.0, 3.0, 0.0],
            "expected": [2.0, np.nan, 1.0],
            "weight": [0.5, np.nan, 0.0],
        }
    )
    return Gaps(table=table, start=START, end=END, by_risk=by_risk)


def make_health(**columns: object) -> SensorHealth:
    table = pd.DataFrame(
        {
            "sensor_id": ["A", "B", "C"],
            "state": ["up", "down", "up"],
            "since": pd.to_datetime([None, "2026-03-02 06:00", None]),
            "up_share": [1.0, 0.25, 0.5],
            "outages": [0, 1, 2],
            "sector": "TCA",
            "kind": ["tower", "radar", "camera"],
            "agency": "USBP",
            "terrain": "full",
            "inside": [0, 3, 4],
            "outside": [0, 0, 1],
            "events": [9.0, 3.0, np.nan],
            "height_assumed": [False, True, False],
            "silent": [True, False, False],
        }
        | columns
    )
    return SensorHealth(table=table, outages=pd.DataFrame(), start=START, end=END, attributed=True)


def test_segments_without_a_gap_are_not_listed() -> None:
    table = build_gap_table(make_gaps())
    assert table["segment"].tolist() == ["A", "B"]
    assert table["not_covered"].tolist() == [50.0, 25.0]
    assert table["unknown"].tolist() == [0.0, 25.0]
    assert table["unseen"].tolist()[0] == 0.5
    assert pd.isna(table["unseen"].iloc[1])
    plain = build_gap_table(make_gaps(by_risk=False))
    assert plain["km_hours"].tolist()[0] == 0.5
    assert {"unseen", "expected"}.isdisjoint(plain.columns), "without a forecast neither is known"


def test_what_is_down_comes_first_then_what_detects_nothing() -> None:
    table = build_health_table(make_health())
    assert table["sensor"].tolist() == ["B", "A", "C"]
    assert table["state"].tolist() == ["Down", "Working", "Working"]
    assert table["since"].iloc[0] == "020600Z MAR 26"
    assert table["since"].iloc[1:].isna().all()
    assert table["note"].tolist() == [
        "height not stated: usual for its kind",
        "no detection in its area",
        "",
    ]
    assert table["up"].tolist() == [25.0, 100.0, 50.0]
