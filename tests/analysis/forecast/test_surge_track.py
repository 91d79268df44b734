"""Tests of the record of surges and rushes that are injected into steady series."""

import numpy as np
import pytest

from cop.analysis.forecast.surge_track import build_rush_track, build_surge_track
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def test_surges_of_a_steady_series_are_found_at_once() -> None:
    track = build_surge_track({"calls": np.full(84, 100.0)}, starts=3, seed=1)
    assert (track["held_out_days"], track["false_alarms"]) == (42, 0)
    assert (track["no_surge_share"], track["false_alarms_a_year"]) == (0.0, 0.0)
    assert track["series"] == [
        {"name": "calls", "days": 84, "events_a_day": 100.0, "false_alarms": 0}
    ]
    three = track["sizes"]["3"]
    assert (three["injected"], three["found"], three["share"]) == (3, 3, 1.0)
    assert three["found_by_day"] == [3, 0, 0, 0, 0, 0, 0]
    assert three["median_delay_days"] == 1.0


def test_a_surge_of_nothing_is_not_found() -> None:
    size = build_surge_track({"quiet": np.zeros(60)}, starts=2, seed=1)["sizes"]["2"]
    assert (size["found"], size["median_delay_days"]) == (0, None)


def test_a_series_too_short_to_watch_is_refused() -> None:
    with pytest.raises(FilterError, match="a series of 41 days: surges need at least 42"):
        build_surge_track({"short": np.ones(41)}, starts=1, seed=1)


def test_rushes_into_quiet_zones_are_found_and_own_ones_are_not_false() -> None:
    hours = 24 * 32
    counts, own = np.zeros((hours, 2)), np.zeros((hours, 2), bool)
    counts[500, 1], own[500, 1] = 60.0, True
    track = build_rush_track(counts, own, injected=5, seed=1)
    assert (track["zones"], track["hours"], track["own_rushes"]) == (2, hours, 1)
    assert track["sizes"]["150"] == {"injected": 5, "found": 5, "share": 1.0}
    months = 2 * (hours - 8 * 24) / (24 * 365.25 / 12)
    assert track["alarms_a_zone_month"] == pytest.approx(1 / months)
    assert track["false_alarms_a_zone_month"] == 0.0
