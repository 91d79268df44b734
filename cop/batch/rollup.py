"""Rollups of events as one expression each: the counts that the store makes, of a whole version."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from cop.batch.engine import Types
from cop.batch.table import BatchTable
from cop.store.catalogue.grain import IN_COPY, IN_MEMORY, Grain
from cop.store.dataset.schema import EVENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

COLUMNS: Final[Types] = {
    "occurred_at": "timestamp",
    "mx": "int64",
    "my": "int64",
    "synthetic": "boolean",
    "count": "int64",
    **dict.fromkeys(("segment_id", "sector", "county", "kind", "source", "unit"), "string"),
    "marking": "string",
}
READS: Final = {EVENTS: COLUMNS}
_KINDS: Final[Mapping[str, str]] = {
    "BIGINT": "int64",
    "UINTEGER": "int64",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
}
_FIGURES: Final = ("n", "count", "oldest", "newest")


def build_rollups(tables: "Mapping[str, ir.Table]") -> Iterator[BatchTable]:
    """Return every rollup of the store."""
    for grain in (*IN_MEMORY, *IN_COPY):
        yield build_rollup(tables[EVENTS], grain)


def build_rollup(events: "ir.Table", grain: Grain) -> BatchTable:
    """Return the counts of events of a grain."""
    own = [name for name in grain.columns if name not in _FIGURES]
    figures = {
        "n": events.count(),
        "count": events["count"].sum(),
        "oldest": events.occurred_at.min(),
        "newest": events.occurred_at.max(),
    }
    counted = events.group_by([_key(events, grain, name).name(name) for name in own]).aggregate(
        **{name: figures[name] for name in _FIGURES if name in grain.columns}
    )
    return BatchTable(
        name=grain.table,
        rows=counted,
        columns={name: _KINDS[kind] for name, (kind, _) in grain.columns.items()},
        order=(*grain.order, *(name for name in own if name not in grain.order))
        if {*grain.order} <= {*own}
        else tuple(own),
    )


def _key(events: "ir.Table", grain: Grain, name: str) -> "ir.Column":
    """Return a column that events are counted by; cells are found by whole numbers alone."""
    if name == "day":
        return events.occurred_at.truncate("D")
    if name == "month":
        return events.occurred_at.truncate("M")
    if name in {"mx", "my"} and grain.bits is not None:
        return events[name] - events[name] % 2**grain.bits
    return events[name]
