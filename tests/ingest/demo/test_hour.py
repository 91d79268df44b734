"""Tests of hourly demo counts by zone."""

from datetime import datetime

import pytest

from cop.analysis.zone import name_zones
from cop.ingest.demo.hour import build_demo_hours
from cop.ingest.geography import read_region, read_segments

pytestmark = pytest.mark.forecast


END, DAYS, RUSH = datetime(2026, 3, 18, 15), 20, 5


def test_people_are_counted_by_hour_and_zone_and_large_groups_marked() -> None:
    region = read_region("sw_border")
    given = {"events": 4_000, "days": DAYS, "seed": 1, "end": END}
    counts, rushes = build_demo_hours(region, **given, rush_of=RUSH)  # type: ignore[arg-type]
    zones = name_zones(read_segments(region)["sector"])
    assert counts.shape == rushes.shape
    assert counts.shape[1] == len(set(zones))
    assert counts.shape[0] <= DAYS * 24 + 1
    assert counts.sum() == counts.astype(int).sum() > 2_000
    assert rushes.any()
    assert counts[rushes].min() >= RUSH
    fewer = build_demo_hours(region, **given, rush_of=10**6)[1]  # type: ignore[arg-type]
    assert not fewer.any()
