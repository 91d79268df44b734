"""Spans in rows: every span is drawn in its row, thinner sorts thinner, over the whole window."""

from datetime import datetime

import pandas as pd
import pytest

from cop.ui.component.chart.span import build_spans

pytestmark = pytest.mark.coverage

FRAME = pd.DataFrame(
    {
        "sensor_id": ["A", "B", "A"],
        "begin": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-03"]),
        "end": pd.to_datetime(["2026-03-02", "2026-03-04", "2026-03-04"]),
        "state": ["Down", "Degraded", "Down"],
    }
)
BOUNDS = (datetime(2026, 3, 1), datetime(2026, 3, 5))


def test_spans_lie_in_their_rows_and_thin_ones_differ_without_color() -> None:
    chart = build_spans(
        FRAME,
        theme="dark",
        row="sensor_id",
        sort="state",
        colors={"Down": "#ff0000", "Degraded": "#ffff00"},
        thin=["Degraded"],
        rows=["B", "A"],
        bounds=BOUNDS,
        shown={"sensor_id": "Sensor", "state": "State"},
    ).to_dict()
    thick, thin = chart["layer"]
    assert thick["mark"]["height"]["band"] > thin["mark"]["height"]["band"]
    data = chart["datasets"]
    drawn = {
        part["mark"]["height"]["band"]: {
            (row["sensor_id"], row["state"]) for row in data[part["data"]["name"]]
        }
        for part in chart["layer"]
    }
    assert drawn[thick["mark"]["height"]["band"]] == {("A", "Down")}
    assert drawn[thin["mark"]["height"]["band"]] == {("B", "Degraded")}
    assert thick["encoding"]["y"]["scale"]["domain"] == ["B", "A"]
    first, last = thick["encoding"]["x"]["scale"]["domain"]
    assert (last - first) / 86_400_000 == 4
    assert thick["encoding"]["color"]["scale"]["range"] == ["#ff0000", "#ffff00"]
