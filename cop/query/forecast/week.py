"""The forecast risk of next week: a table of segments and a series of weeks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from cop.analysis.forecast.segment_record import PeriodRecord, SegmentTrack
from cop.query.figure import SegmentFigures
from cop.query.reporting import OUT_OF_SCOPE
from cop.query.segment import read_segments
from cop.store.snapshot import Snapshot

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class WeekOutlook:
    """What is expected of each segment in the week from ``start``, with its track record.

    ``table`` has segment_id, sector, expected, lower, upper (80% interval) and before (events of
    the week before, as known and for average effort), for the segments of the filter, NaN where
    nobody knows. ``total`` is the same of all of them together: expected, lower, upper; ``usual``
    their mean of the last four weeks that were forecast. ``border`` is the total of the whole
    border, which the track record is of; ``rows`` names the segments that it speaks of by number.
    """

    table: pd.DataFrame = field(repr=False)
    start: datetime
    total: tuple[float, float, float] | None
    usual: float
    border: tuple[float, float, float]
    is_whole: bool
    track: SegmentTrack = field(repr=False)
    rows: "pd.Series[str]" = field(repr=False)
    with_effort: bool
    reason: str | None

    @property
    def records(self) -> tuple[PeriodRecord, ...]:
        """The weeks that were forecast, oldest first."""
        return self.track.records

    def week_of(self, period: int) -> datetime:
        """Return the start of a week by its number in the track record."""
        last = self.records[-1].period
        return self.start - (last + 1 + self.track.incomplete - period) * _WEEK


def build_week_outlook(figures: SegmentFigures, snapshot: Snapshot) -> WeekOutlook:
    """Read the outlook from the figures of a filter that looks one week ahead."""
    risk, segments = figures.risk, read_segments(snapshot)
    forecast = risk.forecast
    joined = figures.table.merge(segments[["segment_id", "sector"]], on="segment_id", how="left")
    before = pd.Series(risk.before, index=segments["segment_id"].to_numpy())
    blank = pd.Series(float("nan"), index=joined.index)
    table = pd.DataFrame(
        {
            "segment_id": joined["segment_id"],
            "sector": joined["sector"],
            "expected": joined.get("risk", blank),
            "lower": joined.get("risk_low", blank),
            "upper": joined.get("risk_high", blank),
            "before": joined["segment_id"].map(before),
        }
    )
    inside = (joined["state"] != OUT_OF_SCOPE).to_numpy()
    return WeekOutlook(
        table=table,
        start=risk.origin,
        total=figures.expected,
        usual=float(risk.usual[inside].sum()),
        border=(
            float(forecast.total[0]),
            float(forecast.total_lower[0]),
            float(forecast.total_upper[0]),
        ),
        is_whole=bool(inside.all()),
        track=risk.track,
        rows=segments["segment_id"],
        with_effort=risk.with_effort,
        reason=risk.track.reason or risk.reason,
    )
