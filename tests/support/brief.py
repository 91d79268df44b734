"""A history of loads around a brief: what was told before it, and what has changed since."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import merge_events, withdraw_source
from cop.store.dataset.source import Source, register_source
from tests.support.record import make_frame
from tests.support.store import date_versions

FIRST, SECOND, THIRD = (datetime(2026, 2, day, 12) for day in (10, 12, 14))
BRIEF, NOW = FIRST + timedelta(hours=1), THIRD + timedelta(hours=1)
EXPECTED = {
    ("new", "n1", "TCA"),
    ("new", "n2", "RGV"),
    ("new", "day", "TCA"),
    ("late", "l1", "TCA"),
    ("late", "old-day", "DRT"),
    ("corrected", "c1", "TCA"),
    ("corrected", "c2", "RGV"),
    ("withdrawn", "w1", "TCA"),
    ("withdrawn", "w2", "DRT"),
}
"""Change, source id and sector of every record that the history changes after the brief."""


def build_history(folder: Path) -> None:
    """Publish three versions, dated FIRST, SECOND and THIRD: the brief follows the first."""
    store = StoreSettings(data=folder)
    day_before = FIRST - timedelta(days=1)
    dated: dict[int, datetime] = {}
    with open_transaction(store) as told:
        _tell(told, "steady", *(_row(name, day_before) for name in ("same", "c1", "again")),
              _row("c2", day_before, sector="DRT"))  # fmt: skip
        _tell(told, "slow", _row("s", day_before, sector="DRT"), cadence_days=2.0)
        _tell(told, "gone", _row("w1", day_before), _row("w2", day_before, sector="DRT"))
        dated[told.commit("first")] = FIRST
    with open_transaction(store) as told:
        _tell(told, "steady", _row("c1", day_before, count=9), _row("again", day_before),
              _row("c2", day_before, sector="RGV", kind="rescue"),
              _row("n1", SECOND - timedelta(hours=1)))  # fmt: skip
        dated[told.commit("second")] = SECOND
    with open_transaction(store) as told:
        _tell(told, "steady",
              _row("l1", FIRST - timedelta(days=3)),
              _row("old-day", datetime(2026, 2, 9), sector="DRT", time_precision="day"),
              _row("n2", THIRD - timedelta(hours=1), sector="RGV"),
              _row("day", datetime(2026, 2, 10), time_precision="day"))  # fmt: skip
        withdraw_source(told, "gone")
        dated[told.commit("third")] = THIRD
    date_versions(folder, dated)


def _row(name: str, at: datetime, **columns: Any) -> pd.DataFrame:
    return make_frame(1, source_id=[name], occurred_at=[pd.Timestamp(at)], **columns)


def _tell(
    told: WriteTransaction, source: str, *rows: pd.DataFrame, cadence_days: float | None = None
) -> None:
    merge_events(told, source, [pd.concat(rows, ignore_index=True).assign(source=source)])
    register_source(
        told,
        Source(
            id=source,
            title=f"The {source} <b>source</b>",
            publisher="us",
            terms="none",
            cadence_days=cadence_days,
        ),
    )
