"""Coverage of segments by day, and of the events in them: of the steps that the store has.

Shares are counted in millionths, as the steps have them, and time in milliseconds: whole numbers.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from cop.batch.engine import Types
from cop.batch.table import BatchTable
from cop.store.dataset.schema import EVENTS, SEGMENT_COVERAGE

if TYPE_CHECKING:
    import ibis.expr.types as ir

READS: Final[Mapping[str, Types]] = {
    SEGMENT_COVERAGE: {
        "segment_id": "string",
        "synthetic": "boolean",
        "since": "timestamp",
        "seen": "float64",
        "unknown": "float64",
        "sensors": "int64",
    },
    EVENTS: {
        "occurred_at": "timestamp",
        "segment_id": "string",
        "kind": "string",
        "source": "string",
        "marking": "string",
        "synthetic": "boolean",
    },
}
_MILLION: Final = 1_000_000
_SECOND_MS: Final = 1_000
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
DAYS: Final = 365
"""A sensor may be older than any event, and a date in the past is easily wrong."""
_FOREVER_MS: Final = 2**60
_HALF: Final = _MILLION // 2
_DAY_COLUMNS: Final[Types] = {
    "day": "timestamp",
    "segment_id": "string",
    "synthetic": "boolean",
    "seen_hours": "float64",
    "unknown_hours": "float64",
    "sensor_hours": "float64",
}
_EVENT_COLUMNS: Final[Types] = {
    "segment_id": "string",
    "kind": "string",
    "source": "string",
    "marking": "string",
    "synthetic": "boolean",
    "n": "int64",
    "n_seen": "int64",
    "n_unknown": "int64",
}


def build_coverage(tables: "Mapping[str, ir.Table]") -> Iterator[BatchTable]:
    """Return hours seen by segment and day, and how many events occurred where it was seen.

    Days are the last 365 up to the last event of the same records. A segment counts as seen at a
    moment if at least half of it is, as unknown if what may be seen would make it so.
    """
    events = tables[EVENTS].filter(tables[EVENTS].segment_id.notnull())
    events = events.mutate(at=_milliseconds(events.occurred_at))
    steps = _follow(tables[SEGMENT_COVERAGE])
    yield BatchTable(
        name="coverage_days",
        rows=_sum_days(_clip(steps, events)),
        columns=_DAY_COLUMNS,
        order=("day", "segment_id", "synthetic"),
    )
    yield BatchTable(
        name="coverage_events",
        rows=_count_events(events, steps),
        columns=_EVENT_COLUMNS,
        order=("segment_id", "kind", "source", "marking", "synthetic"),
    )


def _follow(steps: "ir.Table") -> "ir.Table":
    """Return steps from ``begin`` to ``end``: the next of the segment, or the end of time."""
    import ibis

    own = steps.mutate(
        begin=_milliseconds(steps.since).fill_null(-_FOREVER_MS),
        seen=(steps.seen * _MILLION).round().cast("int64"),
        unknown=(steps.unknown * _MILLION).round().cast("int64"),
    )
    window = ibis.window(group_by=["synthetic", "segment_id"], order_by=own.begin)
    return own.mutate(end=own.begin.lead().over(window).fill_null(_FOREVER_MS)).drop("since")


def _clip(steps: "ir.Table", events: "ir.Table") -> "ir.Table":
    """Return what of steps lies in the days that hours are counted for."""
    import ibis

    newest = events.group_by("synthetic").aggregate(newest=events.at.max())
    own = steps.join(newest, "synthetic")
    last = own.newest - own.newest % _DAY_MS + _DAY_MS
    own = own.mutate(
        begin=ibis.greatest(own.begin, last - DAYS * _DAY_MS), end=ibis.least(own.end, last)
    )
    return own.filter(own.begin < own.end)


def _sum_days(steps: "ir.Table") -> "ir.Table":
    import ibis

    days = ibis.range(steps.begin // _DAY_MS, (steps.end - 1) // _DAY_MS + 1)
    daily = steps.mutate(number=days.unnest())
    start = daily.number.cast("int64") * _DAY_MS
    within = ibis.least(daily.end, start + _DAY_MS) - ibis.greatest(daily.begin, start)
    daily = daily.mutate(start=start, within=within)
    summed = daily.group_by("segment_id", "synthetic", "start").aggregate(
        **{name: (daily[name] * daily.within).sum() for name in ("seen", "unknown", "sensors")}
    )
    return summed.mutate(
        day=(summed.start // _SECOND_MS).cast("int64").as_timestamp("s"),
        seen_hours=_hours(summed.seen, _MILLION),
        unknown_hours=_hours(summed.unknown, _MILLION),
        sensor_hours=_hours(summed.sensors, 1),
    )


def _count_events(events: "ir.Table", steps: "ir.Table") -> "ir.Table":
    met = events.join(
        steps,
        [
            events.segment_id == steps.segment_id,
            events.synthetic == steps.synthetic,
            events.at >= steps.begin,
            events.at < steps.end,
        ],
    )
    is_seen = met.seen >= _HALF
    return met.group_by("segment_id", "kind", "source", "marking", "synthetic").aggregate(
        n=met.count(),
        n_seen=is_seen.cast("int64").sum(),
        n_unknown=(~is_seen & (met.seen + met.unknown >= _HALF)).cast("int64").sum(),
    )


def _milliseconds(moment: "ir.TimestampColumn") -> "ir.IntegerColumn":
    """Return a moment as milliseconds since 1970."""
    whole = moment.truncate("s").epoch_seconds().cast("int64")
    return whole * _SECOND_MS + moment.millisecond().cast("int64")


def _hours(amount: "ir.IntegerColumn", unit: int) -> "ir.FloatingColumn":
    """Return milliseconds as hours, by one division of whole numbers."""
    return amount.cast("int64").cast("float64") / float(_HOUR_MS * unit)
