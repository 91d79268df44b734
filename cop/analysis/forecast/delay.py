"""Reporting delay: which share of a recent period's events has been reported by now."""

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cop.analysis.forecast.record import Records

    Floats = NDArray[np.float64]

LONGEST: Final = {"day": 28, "week": 8, "month": 6}
"""Periods after which everything counts as reported."""
COMPLETE: Final = 0.95
"""A period with less of its events reported is called incomplete."""


def build_completeness(records: "Records", *, origin: int, longest: int) -> "Floats":
    """Share of each period's events that is reported by the start of period ``origin``: (origin,).

    ``origin`` is at most the number of periods.

    From the delays of what was known then. A recent event is only seen with a short delay, so the
    chance of a delay of at most d, given at most d + 1, is counted over the periods old enough to
    show both, and the shares are their products (Kalbfleisch and Lawless 1989, the reverse-time
    hazard of right-truncated delays). 1 for every period where nothing is known.
    """
    reported = np.ones(longest + 1)
    for most in range(min(longest, origin - 1), 0, -1):
        # What is old enough to show a delay, and has no longer one, was known before the origin.
        delays = records.delays[: origin - most, : most + 1]
        within, late = float(delays.sum()), float(delays[:, most].sum())
        reported[most - 1] = reported[most] * (1.0 - late / within if within else 1.0)
    ages = np.arange(origin - 1, -1, -1)
    share: Floats = reported[np.minimum(ages, longest)]
    return share
