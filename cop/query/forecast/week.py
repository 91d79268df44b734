"""The forecast risk of next week: a table of segments and a series of weeks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from cop.analysis.forecast.segment_record import PeriodRecord, SegmentTrack
from cop.query.figure import SegmentFigures, read_segments
from cop.store.snapshot import Snapshot

_WEEK: Final = timedelta(days=7)
USUAL_WEEKS: Final = 4


@dataclass(frozen=True, kw_only=True)
class WeekOutlook:
    """What is expected of each segment in the week from ``start``, with its track record.

    ``table`` has segment_id, sector, expected, lower, upper (80% interval) and before (events of
    the week before, as known and for average effort), for the segments of the filter, NaN where
    nobody knows. ``line`` is the same of the whole line: expected, lower, upper; ``usual`` its mean
    of the last four weeks that were forecast. ``rows`` names the segments that the track speaks of
    by number.
    """

    table: pd.DataFrame = field(repr=False)
    start: datetime
    line: tuple[float, float, float]
    usual: float
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
    recent = [record.counted for record in risk.track.records[-USUAL_WEEKS:]]
    return WeekOutlook(
        table=table,
        start=risk.origin,
        line=(
            float(forecast.total[0]),
            float(forecast.total_lower[0]),
            float(forecast.total_upper[0]),
        ),
        usual=sum(recent) / len(recent) if recent else float("nan"),
        track=risk.track,
        rows=segments["segment_id"],
        with_effort=risk.with_effort,
        reason=risk.track.reason or risk.reason,
    )
