"""The records of a version that the alert watch checks, real or synthetic, as published."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from cop.analysis.zone import name_zones
from cop.model.alert import Detector
from cop.model.event import CLOCK_PRECISIONS
from cop.model.filter import Filter, Records
from cop.model.window import TimeWindow
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

LONGEST: Final = timedelta(days=420)
"""The span of the search: a year, and the weeks that its first day is compared with."""
LATE: Final = timedelta(days=7)
"""A rush is counted by its report; what was reported so much later than it occurred is none."""
_TIME: dict[Detector, str] = {
    "surge": "occurred_at",
    "rush": "coalesce(reported_at, occurred_at)",
}
_COUNTED: dict[Detector, str] = {
    "surge": "count(*)",
    "rush": "sum(count) FILTER (unit = 'people')",
}
_PRECISIONS: dict[Detector, tuple[str, ...]] = {
    "surge": (*CLOCK_PRECISIONS, "day"),
    "rush": CLOCK_PRECISIONS,
}
"""Records known to the month alone are on its first day and would be a surge there."""
_KNOWN = "(reported_at IS NULL OR reported_at <= $known_at)"


@dataclass(frozen=True, kw_only=True, eq=False)
class WatchedRecords:
    """The records of one sort in a snapshot, and its segments with their zones."""

    warehouse: Warehouse
    snapshot: Snapshot
    records: Records
    segments: gpd.GeoDataFrame

    @property
    def known_at(self) -> datetime:
        """When the version was published (naive UTC): nothing after it is used."""
        return self.snapshot.catalogue.published_at

    def count(
        self, detector: Detector, start: datetime, end: datetime, *, step: str
    ) -> pd.DataFrame:
        """Count from ``start`` to ``end`` by place and ``step`` (day, hour): sector, zone, step, n.

        ``step`` counts from ``start``; rows without any people are none of a rush.
        """
        rows = self._ask(
            f"sector, segment_id, date_diff('{step}', $since, date_trunc('{step}', "
            f"{_TIME[detector]})) AS step, {_COUNTED[detector]} AS n",
            detector, start, end, "true GROUP BY ALL HAVING n > 0",
        )  # fmt: skip
        frame = pd.DataFrame(rows, columns=["sector", "segment_id", "step", "n"])
        zones = self.segments.set_index("segment_id")["zone"]
        frame["zone"] = frame["segment_id"].map(zones)
        return frame.drop(columns="segment_id").astype({"n": "float64", "step": "int64"})

    def describe(
        self,
        what: str,
        detector: Detector,
        start: datetime,
        end: datetime,
        *,
        sector: str,
        segments: list[str] | None,
        by: str | None = None,
    ) -> list[Any]:
        """Query columns of the records counted at a place; ``segments`` narrow the sector.

        ``by`` is a column that the answer is grouped by.
        """
        more = "sector = $sector"
        values: dict[str, Any] = {"sector": sector}
        if segments is not None:
            more += " AND segment_id IN (SELECT unnest($segments::VARCHAR[]))"
            values["segments"] = segments
        if detector == "rush":
            more += " AND unit = 'people'"
        if by is not None:
            more += f" GROUP BY {by} ORDER BY count(*) DESC, {by}"
        return self._ask(what, detector, start, end, more, **values)

    def _ask(
        self, what: str, detector: Detector, start: datetime, end: datetime, more: str,
        **values: Any,
    ) -> list[Any]:  # fmt: skip
        time = _TIME[detector]
        early = LATE if detector == "rush" else timedelta()
        resolved = Filter(window=TimeWindow(start=start - early, end=end), records=self.records)
        selection = self.warehouse.events(self.snapshot, resolved)
        return self.warehouse.query(
            f"SELECT {what} FROM {selection.source} WHERE {selection.where} AND {_KNOWN} "
            f"AND {time} >= $since AND {time} < $until "
            f"AND time_precision IN (SELECT unnest($precisions::VARCHAR[])) AND {more}",
            {
                **selection.values,
                "known_at": self.known_at,
                "since": start,
                "until": end,
                "precisions": list(_PRECISIONS[detector]),
                **values,
            },
        )


def lacks_watched_records(snapshot: Snapshot, records: Records) -> bool:
    """Return whether records that the watch would check are missing from a version."""
    recent = TimeWindow(start=snapshot.catalogue.published_at - LONGEST)
    return bool(snapshot.lacks_events(Filter(records=records, window=recent)))


def open_watched_records(
    warehouse: Warehouse, snapshot: Snapshot, records: Records
) -> WatchedRecords | None:
    """Return the records that the watch checks; None without records or a region.

    Nor where records are in quarantine: what is missing would be counted as quiet.
    """
    unknown = snapshot.newest(records) is None or lacks_watched_records(snapshot, records)
    if unknown or "segments" not in snapshot.catalogue.files:
        return None
    (path,) = snapshot.catalogue.files_of("segments")
    segments = gpd.read_parquet(path)
    segments["zone"] = name_zones(segments["sector"])
    return WatchedRecords(
        warehouse=warehouse, snapshot=snapshot, records=records, segments=segments
    )
