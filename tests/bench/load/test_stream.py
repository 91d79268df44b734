"""Tests of the stream: what was seen when, by hand; records that the feed takes; faults."""

from datetime import datetime

import pytest

from cop.bench.load.stream import StreamRun, make_records, run_stream
from tests.support.command import free_port

pytestmark = pytest.mark.scale


def test_an_event_was_visible_with_the_first_total_that_counts_it() -> None:
    stream = StreamRun(rate=10, began=100.0, seen=[(100.5, 0), (101.0, 4), (103.0, 4), (104.0, 20)])
    assert stream.waits([0, 3, 4, 19]) == pytest.approx([1.0, 0.7, 3.6, 2.1])


def test_records_are_numbered_and_equal_for_equal_seeds() -> None:
    happened = datetime(2026, 5, 1, 12)
    records = make_records(7, 3, happened, seed=1)
    assert [one["source_id"] for one in records] == ["stream-7", "stream-8", "stream-9"]
    assert {one["occurred_at"] for one in records} == {"2026-05-01T12:00:00Z"}
    assert records == make_records(7, 3, happened, seed=1)
    assert records != make_records(7, 3, happened, seed=2)


def test_a_server_that_is_gone_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        run_stream(f"http://127.0.0.1:{free_port()}", rate=10, seconds=1, seed=1)
