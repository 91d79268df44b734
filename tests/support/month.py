"""Made-up monthly histories of the nine sectors: a season, a slow walk and, if asked, a break."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cop.ingest.geography import read_region
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import STATISTICS
from cop.store.dataset.source import Source, register_source

REGION = read_region("sw_border")
(DECLARED,) = REGION.series
NAMES = {sector.code: sector.name for sector in REGION.sectors}
SECTORS = ("SDC", "ELC", "YUM", "TCA", "EPT", "BBT", "DRT", "LRT", "RGV")
LEVELS = (3_500, 1_500, 1_800, 6_000, 3_200, 600, 2_200, 2_900, 9_000)
LATE = ("TCA", "DRT")
"""Sectors whose season is at its height in December; that of the others is in April."""
SEASONAL_MONTHS = 180
KEY = ("measure", "place_kind", "place", "period_start", "period", "dimensions")


def build_history(
    end: str,
    *,
    months: int = 180,
    break_at: str | None = None,
    factor: float = 0.15,
    noise: float = 0.05,
) -> pd.DataFrame:
    """Figures (months, sectors) to the month ``end``, times ``factor`` from ``break_at`` on.

    Without a break the season makes them foreseeable.
    """
    draw = np.random.default_rng(2)
    index = pd.period_range(end=end, periods=months, freq="M")
    month = index.month.to_numpy()
    columns = {}
    for sector, level in zip(SECTORS, LEVELS, strict=True):
        season = 0.4 * np.cos(2 * np.pi * (month - (12 if sector in LATE else 4)) / 12)
        walk = np.cumsum(draw.normal(0, noise, months))
        walk -= np.linspace(0, walk[-1], months)
        logs = np.log(level) + walk + season + draw.normal(0, 0.03, months)
        columns[sector] = np.exp(logs).round()
    frame = pd.DataFrame(columns, index=index)
    if break_at is not None:
        frame[frame.index >= pd.Period(break_at, freq="M")] *= factor
    return frame.round()


def draw_seasonal(noise: float, *, places: int = 4) -> NDArray[np.float64]:
    """Return counts (places, months) of one yearly season around a walk of so much noise."""
    draw = np.random.default_rng(3)
    walk = np.cumsum(draw.normal(0, noise, (places, SEASONAL_MONTHS)), axis=1)
    season: NDArray[np.float64] = np.sin(2 * np.pi * np.arange(SEASONAL_MONTHS) / 12)
    counts: NDArray[np.float64] = np.exp(7 + 0.5 * season + walk)
    return counts


def as_series(history: pd.DataFrame) -> pd.DataFrame:
    """A history as ``read_series`` gives it."""
    return pd.DataFrame(
        [
            {"place": place, "period_start": month.to_timestamp(), "value": value,
             "period": "month", "source": "made_up"}
            for place in history
            for month, value in history[place].items()
        ]
    )  # fmt: skip


def publish_history(
    transaction: WriteTransaction, history: pd.DataFrame, *, synthetic: bool = True
) -> None:
    """Put a history among the published figures as monthly encounters of each sector."""
    source = Source(
        id="made_up" if synthetic else "counted",
        title="SYNTHETIC encounters by month" if synthetic else "Encounters by month",
        publisher="none",
        terms="none",
        kind="statistics",
        synthetic=synthetic,
    )
    fixed: dict[str, Any] = {
        "measure": "encounters",
        "place_kind": "sector",
        "dimensions": None,
        "unit": "people",
    }
    rows = as_series(history).drop(columns="source").assign(**fixed)
    rows["period_start"] = rows["period_start"].astype("datetime64[us]")
    merge_records(transaction, STATISTICS, source, rows, key=KEY)
    register_source(transaction, source)
