"""From a filter to SQL: the files that can hold its events, the condition, all values bound."""

from dataclasses import dataclass, field
from typing import Any

from cop.model.filter import Filter
from cop.store.catalogue import Snapshot
from cop.store.engine import quote
from cop.store.publication import month_of
from cop.store.schema import EVENT_COLUMNS, EVENTS


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A FROM clause and a WHERE condition over events, and the values that they bind."""

    source: str
    where: str
    values: dict[str, Any] = field(default_factory=dict)


def select_events(snapshot: Snapshot, wanted: Filter) -> Selection:
    """Give the selection of the events that pass a filter, reading only the months it touches."""
    start, end = wanted.window.start, wanted.window.end
    low = "" if start is None else start.isoformat()[:7]
    high = "9999-99" if end is None else end.isoformat()[:7]
    files = [f for f in snapshot.files.get(EVENTS, ()) if low <= month_of(f) <= high]
    conditions, values = _conditions(wanted, time_column="occurred_at")
    if not files:
        return Selection(source=_no_events(), where=conditions, values=values)
    return Selection(
        source="read_parquet($files, hive_partitioning => false)",
        where=conditions,
        values={**values, "files": files},
    )


def select_days(table: str, wanted: Filter) -> Selection | None:
    """Give the same selection over the daily rollup; None where the window cuts a day."""
    for moment in (wanted.window.start, wanted.window.end):
        if moment is not None and (moment.hour, moment.minute, moment.second) != (0, 0, 0):
            return None
        if moment is not None and moment.microsecond:
            return None
    conditions, values = _conditions(wanted, time_column="day")
    return Selection(source=quote(table), where=conditions, values=values)


def _conditions(wanted: Filter, *, time_column: str) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, operator, moment in (
        ("start", ">=", wanted.window.start),
        ("end", "<", wanted.window.end),
    ):
        if moment is not None:
            conditions.append(f"{time_column} {operator} ${name}")
            values[name] = moment
    for column, allowed in (
        ("sector", wanted.sectors),
        ("county", wanted.counties),
        ("kind", wanted.kinds),
        ("source", wanted.sources),
    ):
        if allowed:
            conditions.append(f"{column} IN (SELECT unnest(${column}::VARCHAR[]))")
            values[column] = list(allowed)
    if wanted.records is not None:
        conditions.append("synthetic = $synthetic")
        values["synthetic"] = wanted.records == "synthetic"
    return " AND ".join(conditions) or "true", values


def _no_events() -> str:
    columns = ", ".join(f"NULL::{kind} AS {quote(name)}" for name, kind in EVENT_COLUMNS.items())
    return f"(SELECT {columns} WHERE false)"
