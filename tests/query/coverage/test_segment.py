"""Coverage of segments over a window: whose sensors, what is unknown, by hand from the files."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.segment import cover_periods, cover_segments, read_steps
from cop.query.figure import read_figures
from cop.query.segment import read_segments
from cop.query.service import QueryService
from tests.support.coverage import cover_hours

pytestmark = pytest.mark.coverage

MADE = Filter(records="synthetic")


def test_synthetic_sensors_do_not_cover_real_records(service: QueryService) -> None:
    made, real = (service.view(Filter(records=sort)) for sort in ("synthetic", "real"))
    seen = cover_segments(service.warehouse, made.snapshot, made.filter).seen
    assert 0.0 <= np.nanmin(seen) < np.nanmax(seen) <= 1.0
    none = cover_segments(service.warehouse, real.snapshot, real.filter)
    assert np.isnan(none.seen).all()
    assert np.isnan(none.unknown).all()
    assert not none.is_known


def test_coverage_of_a_time_to_come_is_unknown(service: QueryService) -> None:
    now = service.warehouse.snapshot.now
    window = TimeWindow(start=now + timedelta(days=1), end=now + timedelta(days=2))
    ahead = service.view(Filter(records="synthetic", window=window))
    found = cover_segments(service.warehouse, ahead.snapshot, ahead.filter)
    assert np.isnan(found.seen).all()


def test_periods_are_each_as_its_own_window(service: QueryService) -> None:
    snapshot = service.warehouse.snapshot
    edges = [snapshot.now - timedelta(days=7 * ago) for ago in (5, 3, 2, 0)]
    steps = read_steps(service.warehouse, snapshot, MADE)
    found = cover_periods(snapshot, MADE, steps, edges)
    assert found is not None
    alone = [
        cover_segments(
            service.warehouse, snapshot, MADE.within(TimeWindow(start=start, end=end))
        ).seen
        for start, end in pairwise(edges)
    ]
    np.testing.assert_allclose(found, np.stack(alone, axis=1), atol=1e-12)
    assert found.min() < found.max()
    assert cover_periods(snapshot, MADE, None, edges) is None


def test_the_stored_steps_say_what_sensors_and_outages_do(service: QueryService) -> None:
    """By hand from the files of sensors and outages, without a step or a viewshed of the store."""
    snapshot = service.warehouse.snapshot
    end = snapshot.now
    start = end - timedelta(days=9)
    view = service.view(Filter(records="synthetic", window=TimeWindow(start=start, end=end)))
    sensors = pd.read_parquet(snapshot.catalogue.files_of("sensors")[0])
    outages = pd.read_parquet(snapshot.catalogue.files_of("outages")[0])
    own = sensors[sensors["synthetic"]]
    hours = cover_hours(read_segments(snapshot), own, outages, start=start, end=end)
    found = cover_segments(service.warehouse, view.snapshot, view.filter)
    np.testing.assert_allclose(found.seen * 9 * 24, hours, atol=1e-3)
    assert (found.unknown == 0).all()
    figures = read_figures(service, view)
    assert figures is not None
    np.testing.assert_array_equal(figures.table["coverage"], found.seen)
    np.testing.assert_array_equal(figures.table["coverage_unknown"], found.unknown)
