"""Backtests of the plain forecasts of a week by segment: last week, and the mean of four.

Each is made of what was known when its week began: a record counts from the week after its report.
All figures are whole numbers, so that no engine rounds them.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from cop.analysis.forecast.segment_track import WINDOW
from cop.batch.engine import Types
from cop.batch.table import BatchTable
from cop.store.dataset.schema import EVENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

READS: Final[Mapping[str, Types]] = {
    EVENTS: {
        "occurred_at": "timestamp",
        "reported_at": "timestamp",
        "segment_id": "string",
        "source": "string",
        "marking": "string",
        "synthetic": "boolean",
    }
}
_WEEKS: Final = WINDOW["week"]
_WEEK_S: Final = 604_800
_MONDAY_S: Final = 345_600
"""From 1970 to its first Monday."""
_PLACE: Final = ("synthetic", "segment_id")
_WEEK_COLUMNS: Final[Types] = {
    "week": "timestamp",
    "segment_id": "string",
    "source": "string",
    "marking": "string",
    "synthetic": "boolean",
    "n": "int64",
    "last_week": "int64",
    "four_weeks": "int64",
}
_SCORE_COLUMNS: Final[Types] = {
    "segment_id": "string",
    "synthetic": "boolean",
    "weeks": "int64",
    "n": "int64",
    "last_value_error": "float64",
    "moving_average_error": "float64",
}


def build_backtest(tables: "Mapping[str, ir.Table]") -> Iterator[BatchTable]:
    """Return what was counted and expected by segment and week, and the errors by segment."""
    counts = _count(tables[EVENTS])
    weeks = _expect(counts)
    yield BatchTable(
        name="backtest_weeks",
        rows=weeks.mutate(week=_moment(weeks.week)),
        columns=_WEEK_COLUMNS,
        order=("week", "segment_id", "source", "marking", "synthetic"),
    )
    yield BatchTable(
        name="backtest_scores",
        rows=_score(weeks, _span(counts)),
        columns=_SCORE_COLUMNS,
        order=("synthetic", "segment_id"),
    )


def _count(events: "ir.Table") -> "ir.Table":
    """Count the events of segments by the weeks in which they occurred and became known."""
    placed = events.filter(events.segment_id.notnull())
    occurred = _number(placed.occurred_at)
    known = _number(placed.reported_at.fill_null(placed.occurred_at))
    return placed.group_by(
        "segment_id",
        "source",
        "marking",
        "synthetic",
        occurred=occurred,
        known=(known > occurred).ifelse(known, occurred),
    ).aggregate(n=placed.count())


def _span(counts: "ir.Table") -> "ir.Table":
    """Return the first and the last week of which there are forecasts, by records."""
    found = counts.group_by("synthetic").aggregate(
        first=counts.occurred.min() + _WEEKS, last=counts.occurred.max()
    )
    return found.filter(found["first"] <= found["last"])


def _expect(counts: "ir.Table") -> "ir.Table":
    """Sum what each count adds to the week that it is of, and to forecasts of weeks after it."""
    import ibis

    spread = counts.mutate(ahead=ibis.range(0, _WEEKS + 1).unnest())
    spread = spread.mutate(week=(spread.occurred + spread.ahead).cast("int64"))
    spread = spread.filter((spread.ahead == 0) | (spread.known < spread.week))
    span = _span(counts)
    within = spread.join(span, "synthetic")
    within = within.filter(within.week.between(within["first"], within["last"]))
    ahead, n = within.ahead, within.n
    return within.group_by("segment_id", "source", "marking", "synthetic", "week").aggregate(
        n=(ahead == 0).ifelse(n, 0).sum(),
        last_week=(ahead == 1).ifelse(n, 0).sum(),
        four_weeks=(ahead > 0).ifelse(n, 0).sum(),
    )


def _score(weeks: "ir.Table", span: "ir.Table") -> "ir.Table":
    """Return the mean absolute errors; a week without rows is one of no event, expected so."""
    together = weeks.group_by(*_PLACE, "week").aggregate(
        n=weeks.n.sum(), last=weeks.last_week.sum(), four=weeks.four_weeks.sum()
    )
    summed = together.group_by(_PLACE).aggregate(
        n=together.n.sum(),
        off_last=(together.n - together["last"]).abs().sum(),
        off_four=(together.n * _WEEKS - together.four).abs().sum(),
    )
    scored = summed.join(span, "synthetic")
    number = scored["last"] - scored["first"] + 1
    return scored.mutate(
        weeks=number,
        last_value_error=scored.off_last.cast("float64") / number.cast("float64"),
        moving_average_error=scored.off_four.cast("float64") / (number * _WEEKS).cast("float64"),
    )


def _number(moment: "ir.TimestampColumn") -> "ir.IntegerColumn":
    """Return the number of a week, Monday to Sunday, since 1970."""
    seconds = moment.truncate("W").epoch_seconds().cast("int64")
    return ((seconds - _MONDAY_S) // _WEEK_S).cast("int64")


def _moment(week: "ir.IntegerColumn") -> "ir.TimestampColumn":
    return (week * _WEEK_S + _MONDAY_S).cast("int64").as_timestamp("s")
