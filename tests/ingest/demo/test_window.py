"""Tests of the days that a demo covers."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from cop.ingest.demo.window import DAY_US, HOUR_US, build_window, reported_share

pytestmark = pytest.mark.picture


END = datetime(2026, 3, 10, 12)
ZONES = ("America/Phoenix", "America/Chicago")


def test_the_days_are_those_that_the_window_touches() -> None:
    window = build_window(2, END, ZONES)
    assert window.end_us - window.start_us == 2 * DAY_US
    assert window.days.astype(str).tolist() == ["2026-03-08", "2026-03-09", "2026-03-10"]
    midnight = build_window(2, datetime(2026, 3, 10), ZONES)
    assert midnight.days.astype(str).tolist() == ["2026-03-08", "2026-03-09"]


def test_local_time_follows_the_clock_change() -> None:
    window = build_window(3, END, ZONES)
    assert window.offset_hours.tolist() == [[-7.0] * 4, [-6.0, -5.0, -5.0, -5.0]]


def test_an_aware_end_is_the_same_moment() -> None:
    east = END.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=5)))
    assert build_window(1, east, ZONES).end_us == build_window(1, END, ZONES).end_us


def test_the_last_day_is_reported_in_part_and_old_ones_whole() -> None:
    share = reported_share(build_window(60, END, ZONES))
    assert share[0] == pytest.approx(0.5, abs=0.03), "the window begins at noon"
    assert share[1] > 0.95
    assert 0.0 < share[-1] < 0.5
    assert (np.diff(share[1:]) <= 1e-9).all()
    assert DAY_US == 24 * HOUR_US
