"""Tests of drawing the events of a month's days."""

import json
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cop.ingest.demo.draw import MonthDraw, build_words
from cop.ingest.demo.line import DemoLine, build_line
from cop.ingest.demo.pattern import CONFIDENCES, DETECTIONS, KINDS, PRECISIONS
from cop.ingest.demo.window import DemoWindow, build_window

pytestmark = pytest.mark.picture


END = datetime(2026, 7, 20, 12)


@pytest.fixture(scope="module")
def line(segments: gpd.GeoDataFrame) -> DemoLine:
    return build_line(segments)


@pytest.fixture(scope="module")
def window(line: DemoLine) -> DemoWindow:
    return build_window(30, END, ["America/Phoenix"] * len(line.sectors))


def draw(
    line: DemoLine, window: DemoWindow, *, day: str = "2026-07-10", n: int = 2_000, done: int = 0
) -> pd.DataFrame:
    days = np.full(n, np.datetime64(day, "D").astype(np.int64))
    segment = np.arange(n) % line.size
    batch = MonthDraw(line, window, np.random.default_rng(1), 6).build(segment, days, done)
    frame = batch.to_pandas()
    words = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(words, "object"))


def test_events_are_in_order_and_numbered_on(line: DemoLine, window: DemoWindow) -> None:
    frame = draw(line, window, done=99_999_990)
    assert len(frame) == 2_000
    assert frame["occurred_at"].is_monotonic_increasing
    assert frame["source_id"].iloc[[0, -1]].tolist() == ["D-099999991", "D-100001990"]
    assert frame["source_id"].is_unique


def test_each_row_lies_in_the_day_and_is_reported_after_it_happened(
    line: DemoLine, window: DemoWindow
) -> None:
    frame = draw(line, window)
    assert set(frame["occurred_at"].dt.strftime("%Y-%m-%d")) == {"2026-07-10"}
    assert (frame["reported_at"] > frame["occurred_at"]).all()
    assert frame["reported_at"].max() <= END


def test_a_day_that_is_cut_ends_with_the_window(line: DemoLine, window: DemoWindow) -> None:
    frame = draw(line, window, day="2026-07-20")
    assert frame["occurred_at"].max() < END
    assert frame["reported_at"].max() <= END


def test_words_are_those_of_the_tables(line: DemoLine, window: DemoWindow) -> None:
    frame = draw(line, window)
    assert set(frame["kind"]) <= set(KINDS)
    assert set(frame["detection"]) <= set(DETECTIONS)
    assert set(frame["confidence"]) <= set(CONFIDENCES)
    assert set(frame["time_precision"]) <= set(PRECISIONS)
    units = frame["kind"].map({name: kind.unit for name, kind in KINDS.items()})
    assert (frame["unit"] == units).all()
    most = frame["kind"].map({name: kind.max_count for name, kind in KINDS.items()})
    assert ((frame["count"] >= 1) & (frame["count"] <= most)).all()
    helped = frame["kind"].isin(["rescue", "death"])
    assert frame.loc[~helped, "attributes"].isna().all()
    hazards = {json.loads(text)["hazard"] for text in frame.loc[helped, "attributes"]}
    assert hazards <= {"heat", "drowning", "other"}


def test_no_rows_are_an_empty_batch(line: DemoLine, window: DemoWindow) -> None:
    assert draw(line, window, n=0).empty


def test_words_have_a_null_where_there_is_none() -> None:
    built = build_words((None, "a", "b"), np.array([2, 0, 1, 2]))
    assert isinstance(built, pa.DictionaryArray)
    assert built.to_pylist() == ["b", None, "a", "b"]
    assert build_words(("a",), np.array([], np.int64)).to_pylist() == []
