"""Reading daily series for the surge watch: a file's events by bands of latitude or a column."""

from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cop.errors import FilterError
from cop.ingest.profile.kind import EventProfile
from cop.ingest.study import read_events

MOST_SERIES: Final = 20


def read_bands(
    path: Path,
    profile: EventProfile,
    *,
    bands: int,
    where: dict[str, str],
    start: datetime | None = None,
) -> dict[str, np.ndarray]:
    """Events a day (days,) in bands of latitude with equally many, from south to north.

    All series run from the first day, or ``start``, to the last of the file.
    """
    if not 1 <= bands <= MOST_SERIES:
        raise FilterError(f"--bands {bands}: give 1 to {MOST_SERIES}")
    rows, _ = read_events(path, profile, where)
    rows = rows[rows["chosen"]]
    day = pd.DatetimeIndex(rows["occurred_at"]).floor("D")
    first = day.min() if start is None else pd.Timestamp(start)
    inside = np.asarray(day >= first)
    if not inside.any():
        raise FilterError(f"{path.name}: no event from {first:%Y-%m-%d} on; choose an earlier day")
    number = (day[inside] - first).days.to_numpy()
    lat = rows["lat"].to_numpy(float)[inside]
    edges = np.quantile(lat, np.arange(1, bands) / bands)
    band = np.searchsorted(edges, lat, side="right")
    days = int(number.max()) + 1
    return {
        f"band {place + 1}": np.bincount(number[band == place], minlength=days).astype(float)
        for place in range(bands)
    }
