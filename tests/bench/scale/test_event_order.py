"""Tests of the order of a sample's events: that of a file, with its months."""

from datetime import datetime

import numpy as np
import pytest

from cop.bench.scale.event_order import EventOrder
from cop.bench.scale.scaled_warehouse import ScaledWarehouse
from tests.bench.scale.conftest import EVENTS

pytestmark = pytest.mark.scale


def test_events_are_in_the_order_of_a_file(scaled: ScaledWarehouse) -> None:
    order = EventOrder.read(scaled)
    assert len(order.mx) == len(order.my) == len(order.sector) == EVENTS
    assert order.n.sum() == EVENTS
    assert [*order.months] == sorted(order.months, reverse=True)
    (newest,) = order.files[:1]
    rows = scaled.columns(
        "SELECT mx, my, sector FROM read_parquet($file)",
        {"file": newest},
    )
    assert order.n[0] == len(rows["mx"])
    places = {*zip(order.mx, order.my, strict=True)}
    assert {*zip(rows["mx"].tolist(), rows["my"].tolist(), strict=True)} <= places
    assert {*rows["sector"]} <= {*order.sectors}


def test_files_are_scaled_with_their_sum(scaled: ScaledWarehouse) -> None:
    order = EventOrder.read(scaled)
    for events in (EVENTS, 12_345_678):
        assert order.scale(events).sum() == events
    assert np.array_equal(order.scale(EVENTS), order.n)


def test_a_window_overlaps_the_months_that_it_touches(scaled: ScaledWarehouse) -> None:
    order = EventOrder.read(scaled)
    inside = order.overlaps(datetime(2024, 1, 31), datetime(2024, 3, 1))
    assert [str(month) for month in order.months[inside]] == ["2024-02", "2024-01"]
    assert order.overlaps(None, None).all()
