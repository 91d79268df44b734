"""Tests of the filter: canonical, strict, half-open."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.area import Area
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.moment import EARLIEST, LATEST
from cop.model.window import TimeWindow

pytestmark = pytest.mark.picture

names = st.lists(
    st.text(min_size=1, max_size=100).filter(str.isprintable), max_size=5, unique=True
).map(tuple)
kinds = st.lists(st.sampled_from(sorted(KINDS)), max_size=4, unique=True).map(tuple)
moments = st.none() | st.datetimes(EARLIEST, LATEST - timedelta(days=1))


@st.composite
def windows(draw: st.DrawFn) -> TimeWindow:
    start, end = draw(moments), draw(moments)
    if start is not None and end is not None and start >= end:
        start = None
    return TimeWindow(start=start, end=end)


filters = st.builds(
    Filter,
    window=windows(),
    sectors=names,
    counties=names,
    kinds=kinds,
    sources=names,
    records=st.sampled_from([None, "real", "synthetic"]),
    area=st.sampled_from([None, Area.of([(-111, 31), (-110, 31), (-110, 32)])]),
)


@given(filters)
def test_round_trip_is_canonical(wanted: Filter) -> None:
    pairs = wanted.to_pairs()
    again = Filter.from_pairs(pairs)
    assert again.to_pairs() == pairs
    assert again.window == wanted.window
    assert set(again.sectors) == set(wanted.sectors)
    assert again.records == wanted.records
    assert again.area == wanted.area


@given(filters, st.randoms())
def test_order_and_repetition_do_not_matter(wanted: Filter, shuffle: Random) -> None:
    pairs = wanted.to_pairs()
    repeated = pairs + [p for p in pairs if p[0] in ("sector", "kind")]
    shuffle.shuffle(repeated)
    assert Filter.from_pairs(repeated) == Filter.from_pairs(pairs)


def test_bare_date_is_midnight_utc() -> None:
    wanted = Filter.from_pairs([("from", "2026-01-02"), ("to", "2026-01-03T05:00+02:00")])
    assert wanted.window.start == datetime(2026, 1, 2)
    assert wanted.window.end == datetime(2026, 1, 3, 3)


def test_repeated_names_are_collected() -> None:
    wanted = Filter.from_pairs([("sector", "SDC"), ("sector", "TCA"), ("sector", "SDC")])
    assert wanted.sectors == ("SDC", "TCA")


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("sectr", "SDC")], "parameter 'sectr' is unknown"),
        ([("", "x")], "unknown"),
        ([("from", "2026-01-01"), ("from", "2026-01-02")], "2 times"),
        ([("records", "real"), ("records", "real")], "2 times"),
        ([("records", "both")], "use real or synthetic"),
        ([("from", "yesterday")], "not a moment"),
        ([("from", "")], "empty"),
        ([("from", "2026-02-30")], "not a moment"),
        ([("from", "2026-13-01")], "not a moment"),
        ([("from", "20260101")], "not a moment"),
        ([("from", "2026-01-01T25:00")], "not a moment"),
        ([("from", "0000-01-01")], "not a moment"),
        ([("from", "0001-01-01T00:00+10:00")], "not a moment"),
        ([("from", "\u0662\u0660\u0662\u0660-01-01")], "not a moment"),
        ([("to", "2026-01-01T00:00:00Z; DROP TABLE events")], "not a moment"),
        ([("from", "2026-01-02"), ("to", "2026-01-02")], "half-open"),
        ([("from", "2026-01-03"), ("to", "2026-01-02")], "half-open"),
        ([("kind", "war")], "kind='war' is unknown"),
        ([("kind", "Crossing")], "unknown"),
        ([("sector", "")], "empty"),
        ([("sector", "x" * 101)], "too long"),
        ([("county", "Pima\x00")], "not printable"),
        ([("county", "Pima\nAZ")], "not printable"),
        ([("source", f"s{i}") for i in range(201)], "at most 200"),
    ],
)
def test_junk_is_refused_with_a_reason(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(FilterError, match=said):
        Filter.from_pairs(pairs)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=6))
def test_any_pairs_give_a_filter_or_a_reason(pairs: list[tuple[str, str]]) -> None:
    try:
        Filter.from_pairs(pairs)
    except FilterError as fault:
        assert str(fault)
