"""The days that a demo covers, and how much of each is known when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
from scipy.special import ndtr

from cop.ingest.demo.pattern import DETECTIONS, KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US


@dataclass(frozen=True, kw_only=True)
class DemoWindow:
    """Microseconds since 1970, UTC; days are the UTC days touched.

    offset_hours is (sectors, days): local time minus UTC.
    """

    start_us: int
    end_us: int
    days: "NDArray[np.datetime64]"
    offset_hours: "Floats"


def build_window(days: int, end: datetime, zones: Sequence[str]) -> DemoWindow:
    """Build the window of the ``days`` before ``end`` (naive is UTC) for sectors of those zones."""
    naive = end.astimezone(UTC).replace(tzinfo=None) if end.tzinfo else end
    end_us = int(np.datetime64(naive, "us").astype(np.int64))
    start_us = end_us - days * DAY_US
    touched = np.arange(start_us // DAY_US, (end_us - 1) // DAY_US + 1)
    return DemoWindow(
        start_us=start_us,
        end_us=end_us,
        days=touched.astype("datetime64[D]"),
        offset_hours=_offset_hours(zones, touched),
    )


def _offset_hours(zones: Sequence[str], days: "Ints") -> "Floats":
    """Local time minus UTC at noon UTC of each day, (zones, days)."""
    noons = [datetime.fromtimestamp(86_400 * day + 43_200, UTC) for day in days.tolist()]
    hour = timedelta(hours=1)
    found = [
        [(noon.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) / hour for noon in noons]
        for zone in zones
    ]
    return np.array(found, dtype=np.float64)


def reported_share(window: DemoWindow) -> "Floats":
    """Return the share of each day's events in the window that is reported by its end."""
    kinds = list(KINDS.values())
    mix = np.array([kind.share for kind in kinds]) @ np.array([kind.detection for kind in kinds])
    half_hours = np.arange(0.25, 24.0, 0.5)
    at_us = window.days.astype(np.int64)[:, None] * DAY_US + half_hours * HOUR_US
    gap_minutes = np.maximum((window.end_us - at_us) / MINUTE_US, 1e-9)
    reported = np.zeros(at_us.shape)
    for share, detection in zip(mix / mix.sum(), DETECTIONS.values(), strict=True):
        z = np.log(gap_minutes / detection.delay_minutes) / detection.delay_spread
        reported += share * ndtr(z)
    inside = (at_us >= window.start_us) & (at_us < window.end_us)
    share_of_day: Floats = (reported * inside).mean(axis=1)
    return share_of_day
