"""Events by month of the year and by day of the week."""

import numpy as np
import pandas as pd

from cop.analysis.cycle import Profile, build_profile

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEK_DAYS = 7


def build_season(daily: pd.Series) -> Profile:
    """Profile daily counts, indexed by every day of the window, over the year; position 0 is Jan.

    Its band is of whole and half months of single years.
    """
    dates = pd.DatetimeIndex(daily.index)
    return build_profile(
        daily.to_numpy(float),
        (dates.month - 1).to_numpy(np.int64),
        dates.year.to_numpy(np.int64),
        positions=len(MONTHS),
        cycles="years",
    )


def build_weekdays(daily: pd.Series) -> Profile:
    """Profile daily counts, indexed by every day of the window, over the week; 0 is Monday."""
    dates = pd.DatetimeIndex(daily.index)
    weekday = dates.day_of_week.to_numpy(np.int64)
    monday = dates.to_numpy().astype("datetime64[D]").astype(np.int64) - weekday
    return build_profile(
        daily.to_numpy(float), weekday, monday, positions=_WEEK_DAYS, cycles="weeks"
    )
