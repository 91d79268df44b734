"""Patrol effort: hours on patrol per kilometer and day, from the statistics of that measure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.model.layer import Statistic
from cop.query.statistic import PERIOD_LENGTHS, read_series
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

MEASURE: Final = "patrol_hours"
KINDS: Final = ("sector", "segment")
"""The places of the hours; those of a segment take precedence over those of its sector."""
_DAY: Final = timedelta(days=1)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Patrols:
    """Hours on patrol per km and day (places, periods), NaN where none are recorded.

    ``exact`` (places,) are those with hours of their own, not only those of their sector.
    """

    rates: Floats
    exact: npt.NDArray[np.bool_]
    sources: tuple[str, ...]

    def usual(self, seen: npt.NDArray[np.bool_]) -> float:
        """Return the mean over the places that are ``seen`` (places,), 0 if none is recorded."""
        known = self.rates[seen]
        known = known[np.isfinite(known)]
        return float(known.mean()) if len(known) else 0.0


def read_patrols(
    warehouse: Warehouse,
    snapshot: Snapshot,
    segments: pd.DataFrame,
    *,
    sectors: pd.Series,
    segment_ids: pd.Series | None = None,
    start: datetime,
    end: datetime,
    periods: int,
    synthetic: bool,
) -> Patrols | None:
    """Read the hours of the places in ``sectors`` (places,), segments where ids are given.

    ``segments`` (segment_id, sector, length_km) have the line of each place. A figure of a
    month is spread evenly over its days; one whose time is not over by ``end`` is not used, and the
    last one is taken to go on. None where there is no such figure.
    """
    rates = np.full((len(sectors), max(1, (end - start) // _DAY)), np.nan)
    exact, sources = np.zeros(len(sectors), bool), set()
    for kind, names in zip(KINDS, (sectors, segment_ids), strict=True):
        length = segments.groupby("sector" if kind == "sector" else "segment_id")["length_km"].sum()
        declared = Statistic(
            property=MEASURE,
            title="Patrol hours",
            measures=(MEASURE,),
            place_kind=kind,
            key=kind,
            unit="hours",
        )
        series = read_series(warehouse, snapshot, declared, synthetic=synthetic)
        if names is None or series.empty:
            continue
        for place, rows in series[series["place"].isin(length.index)].groupby("place"):
            hours = _spread(rows, start, rates.shape[1])
            here = names.eq(place).to_numpy()
            if here.any() and np.isfinite(hours).any():
                rates[here] = np.where(np.isnan(hours), rates[here], hours / length[place])
                exact[here] |= kind == "segment" and bool(np.nansum(hours) > 0.0)
                sources |= set(rows["source"])
    if not sources:
        return None
    days = rates[:, : periods * (rates.shape[1] // periods)].reshape(len(rates), periods, -1)
    known = np.isfinite(days)
    n = known.sum(axis=2)
    mean = np.full(n.shape, np.nan)
    np.divide(np.where(known, days, 0.0).sum(axis=2), n, out=mean, where=n > 0)
    return Patrols(rates=mean, exact=exact, sources=tuple(sorted(sources)))


def _spread(rows: pd.DataFrame, start: datetime, days: int) -> Floats:
    """Hours of each day from the start on (days,), NaN where none are recorded."""
    hours, last = np.full(days, np.nan), -1
    for row in rows.itertuples():
        begins = pd.Timestamp(row.period_start)
        first, after = (
            (m - pd.Timestamp(start)) // _DAY for m in (begins, begins + PERIOD_LENGTHS[row.period])
        )
        if after <= 0 or after > days:
            continue
        hours[max(0, first) : after] = row.value / (after - first)
        last = max(last, after - 1)
    if last >= 0:
        hours[last + 1 :] = hours[last]
    return hours
