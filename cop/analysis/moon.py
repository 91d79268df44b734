"""Events by phase of the moon."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from astral.moon import phase

from cop.analysis.cycle import Profile, build_profile

PHASES = (
    "New moon",
    "Waxing crescent",
    "First quarter",
    "Waxing gibbous",
    "Full moon",
    "Waning gibbous",
    "Last quarter",
    "Waning crescent",
)
"""Eighths of the lunar month of about 3.7 days, each with its name's moment in its middle."""

_LUNAR_UNITS = 28.0
_EIGHTH = _LUNAR_UNITS / len(PHASES)


def moon_phase(day: date) -> int:
    """Return a day's position in PHASES, from the moon's elongation (astral, Meeus) at noon UTC.

    Off the published moments of new, quarter and full moon by at most about half a day.
    """
    return int((phase(day) + _EIGHTH / 2) % _LUNAR_UNITS // _EIGHTH)


def build_moon(daily: pd.Series) -> Profile:
    """Profile daily counts, indexed by every day of the window, over the lunar month."""
    days: list[date] = list(pd.DatetimeIndex(daily.index).date)
    position: npt.NDArray[np.int64] = np.array([moon_phase(day) for day in days], dtype=np.int64)
    starts = (position == 0) & (np.roll(position, 1) != 0)
    if len(starts):
        starts[0] = True
    cycle = np.cumsum(starts).astype(np.int64)
    return build_profile(
        daily.to_numpy(float), position, cycle, positions=len(PHASES), cycles="lunar months"
    )
