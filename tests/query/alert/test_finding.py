"""Tests of the description of a run of alarms at a place."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cop.analysis.alarm import Run
from cop.model.moment import utc_now
from cop.query.alert.finding import build_finding
from cop.query.alert.watched_record import WatchedRecords, open_watched_records
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.forecast


NOW = utc_now()
DAY = timedelta(days=1)
START = datetime(NOW.year, NOW.month, NOW.day) - 4 * DAY
NAN = float("nan")


@pytest.fixture
def look(own_warehouse: Path) -> Iterator[WatchedRecords]:
    """Two rescues and a crossing on the second day, a crossing on the first, one elsewhere."""
    noon = timedelta(hours=12)
    frame = make_frame(
        5,
        occurred_at=[START + day * DAY + noon for day in (0, 1, 1, 1, 1)],
        kind=["crossing", "rescue", "rescue", "crossing", "seizure"],
        segment_id=["RGV-0030"] * 4 + ["TCA-0001"],
        sector=["RGV"] * 4 + ["TCA"],
        lon=[-98.2, -98.2, -98.1, -98.3, -110.0],
        lat=[26.06] * 4 + [31.4],
    )
    publish_events(StoreSettings(data=own_warehouse), frame)
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        opened = open_watched_records(warehouse, warehouse.snapshot, "real")
        assert opened is not None
        yield opened


def run_of(**changes: Any) -> Run:
    """A run of the second day, of which the first tells what was usual."""
    usual: dict[str, Any] = {
        "began": 1, "alarm_from": 1, "until": 1,
        "observed": 3.0, "expected": 0.123456, "low": 0.0, "high": 1.0,
        "first": 0, "counts": np.array([1.0, 3.0]), "usual": np.array([NAN, 0.123456]),
        "lows": np.array([NAN, 0.0]), "highs": np.array([NAN, 1.0]),
        "alarm": np.array([False, True]), "own_alarms": 2, "own_days": 300,
    }  # fmt: skip
    return Run(**(usual | changes))


def test_a_surge_is_of_its_days_and_sector(look: WatchedRecords) -> None:
    found = build_finding(look, "surge", run_of(), START, sector="RGV", zone=None)
    assert (found.started_at, found.alarm_from, found.until) == (
        START + DAY, START + DAY, START + 2 * DAY,
    )  # fmt: skip
    assert found.kinds == {"rescue": 2, "crossing": 1}
    assert (found.observed, found.unit) == (3, "events")
    assert (found.lon, found.lat) == (-98.2, 26.06)
    assert found.sector_name == "Rio Grande Valley"
    assert found.first_segment == "RGV-0001"
    assert (found.own_alarms, found.own_days) == (2, 300)


def test_expected_events_have_four_digits(look: WatchedRecords) -> None:
    found = build_finding(look, "surge", run_of(), START, sector="RGV", zone=None)
    assert found.expected == 0.1235
    (period,) = found.evidence
    assert (period.start, period.n, period.expected, period.on) == (START + DAY, 3, 0.1235, True)


def test_the_area_is_a_closed_ring_around_the_stretch(look: WatchedRecords) -> None:
    zone = str(look.segments.set_index("segment_id").loc["RGV-0030", "zone"])
    found = build_finding(look, "surge", run_of(), START, sector="RGV", zone=zone)
    assert found.first_segment <= "RGV-0030" <= found.last_segment
    assert found.first_segment != "RGV-0001"
    assert found.area[0] == found.area[-1]
    lons, lats = zip(*found.area, strict=True)
    assert min(lons) < found.lon < max(lons)
    assert min(lats) < found.lat < max(lats)
    whole = build_finding(look, "surge", run_of(), START, sector="RGV", zone=None)
    assert len(found.mgrs.replace(" ", "")) == len(whole.mgrs.replace(" ", "")) + 2


def test_it_ends_no_later_than_what_was_known(look: WatchedRecords) -> None:
    run = run_of(until=9, counts=np.ones(1), usual=np.ones(1), lows=np.ones(1), highs=np.ones(1),
                 alarm=np.ones(1, bool))  # fmt: skip
    found = build_finding(look, "surge", run, START, sector="RGV", zone=None)
    assert found.until == look.known_at
    assert (found.version, found.known_at) == (look.snapshot.version, look.known_at)
