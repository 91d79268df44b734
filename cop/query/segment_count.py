"""Events by segment, in a window and the one before, read at once."""

from dataclasses import dataclass

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.dataset.planner import Grouping
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True)
class SegmentCount:
    """A segment's events, the people that they count, and its events in the period before."""

    n: int = 0
    people: int = 0
    previous_n: int = 0


NO_EVENTS = SegmentCount()


def count_by_segment(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter, previous: TimeWindow | None
) -> dict[str, SegmentCount]:
    """Return the counts of the segments that have events in either period, by segment_id.

    ``previous`` is the period of equal length before the filter's window; None counts no other.
    """
    window = resolved.window
    both = window if previous is None else TimeWindow(start=previous.start, end=window.end)
    since = None if previous is None else window.start
    grouping = Grouping(columns=("segment_id", "unit"), since=since)
    selection = warehouse.counts(snapshot, resolved.within(both), grouping)
    is_now = "true" if since is None else "since"
    rows = warehouse.query(
        f"SELECT segment_id, coalesce(sum(n) FILTER ({is_now}), 0)::BIGINT, "
        f"coalesce(sum(count) FILTER ({is_now} AND unit = 'people'), 0)::BIGINT, "
        "sum(n)::BIGINT "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY 1",
        selection.values,
    )
    return {
        segment: SegmentCount(n=n, people=people, previous_n=both_n - n)
        for segment, n, people, both_n in rows
    }
