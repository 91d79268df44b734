"""Tests of doubts: each row is counted once, as what most likely went wrong with it."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import InputFileError
from cop.ingest.check.doubt import PlaceDoubts, RecordDoubts, TimeDoubts, list_doubts

pytestmark = pytest.mark.trust

NEAR = (-117.2, 25.8, -97.1, 32.8)
NOW = datetime(2026, 11, 28, 12)
inside = st.tuples(st.floats(-117, -97.2), st.floats(26, 32.7))


def found_of(*places: tuple[float, float]) -> dict[str, int]:
    doubts = PlaceDoubts(near=NEAR, far_km=100)
    x, y = np.array(places, dtype=float).T
    doubts.add(x, y)
    return {code: n for code, n in doubts.found.items() if n}


@given(st.lists(inside, min_size=1, max_size=20))
def test_what_is_wrong_is_named_and_what_is_right_is_not(places: list[tuple[float, float]]) -> None:
    n = len(places)
    assert found_of(*places) == {}
    assert found_of(*((-x, y) for x, y in places)) == {"longitude_sign": n}
    assert found_of(*((y, x) for x, y in places)) == {"axes_swapped": n}
    radians = [(np.radians(x), np.radians(y)) for x, y in places]
    assert found_of(*radians) == {"radians": n}
    assert found_of(*((0.0, 0.0) for _ in places)) == {"null_island": n}
    assert found_of(*((x + 120, y - 40) for x, y in places)) == {"outside_region": n}


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=30))
def test_every_row_is_counted_at_most_once(places: list[tuple[float, float]]) -> None:
    assert sum(found_of(*places).values()) <= len(places)


def test_near_the_region_is_near() -> None:
    assert found_of((-97.1, 25.8 - 0.8)) == {}
    assert found_of((-97.1, 25.8 - 1.0)) == {"outside_region": 1}


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2199, 1, 1)), max_size=20))
def test_times_before_1990_and_in_the_future_are_counted(moments: list[datetime]) -> None:
    doubts = TimeDoubts(now=NOW)
    doubts.add(np.array([*moments, None], dtype="datetime64[us]"))
    assert doubts.found["time_early"] == sum(one < datetime(1990, 1, 1) for one in moments)
    assert doubts.found["time_future"] == sum(one > NOW + timedelta(days=1) for one in moments)
    assert doubts.rows == len(moments)


def records(x: float, y: float, *, n: int = 10, occurred_at: str = "2026-01-01") -> pd.DataFrame:
    frame = pd.DataFrame({"lon": [x] * n, "lat": y, "occurred_at": pd.Timestamp(occurred_at)})
    return frame.astype({"occurred_at": "datetime64[us]"})


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (records(106.5, 31.7), "longitude_sign"),
        (records(31.7, -106.5), "axes_swapped"),
        (records(-1.858, 0.553), "radians"),
        (records(18.0, 46.0), "outside_region"),
        (records(-106.5, 31.7, occurred_at="1972-01-01"), "time_early"),
    ],
)
def test_records_that_are_probably_wrong_need_agreement(frame: pd.DataFrame, code: str) -> None:
    doubts = RecordDoubts(now=NOW)
    doubts.expect(NEAR)
    doubts.add(frame)
    with pytest.raises(InputFileError, match=f"{code}: 10 records") as refused:
        doubts.check((), file="a.csv")
    assert "--agree" in str(refused.value)
    doubts.check((code,), file="a.csv")


def test_a_few_records_elsewhere_are_not_asked_about() -> None:
    doubts = RecordDoubts(now=NOW)
    doubts.expect(NEAR)
    doubts.add(records(-106.5, 31.7, n=95))
    doubts.add(records(106.5, 31.7, n=5))
    doubts.check((), file="a.csv")
    assert dict(list_doubts(share=0)) == {}
