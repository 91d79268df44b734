"""Summaries: events of a filter by sector, county, kind, source, segment, day or year."""

from dataclasses import dataclass

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.store.warehouse import Edition, Warehouse

BY: dict[str, str] = {
    "sector": "sector",
    "county": "county",
    "kind": "kind",
    "source": "source",
    "segment": "segment_id",
    "day": "strftime({time}, '%Y-%m-%d')",
    "year": "strftime({time}, '%Y')",
}


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """One group: its key, the number of records, and the sum of what they count."""

    key: str
    n: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Groups that add up to the totals; ``records`` says whether they are real or synthetic."""

    by: str
    total: int
    count: int
    rows: tuple[SummaryRow, ...]
    records: str
    version: int


def build_summary(warehouse: Warehouse, edition: Edition, by: str, wanted: Filter) -> Summary:
    """Group the events of a resolved filter; keys ascend, NONE is outside every area."""
    if by not in BY:
        raise FilterError(f"by={by[:40]!r}: use {', '.join(BY)}")
    days = None if by == "segment" else warehouse.days(edition, wanted)
    if days is not None:
        selection, key = days, BY[by].format(time="day")
        figures = "sum(n)::BIGINT, sum(count)::BIGINT"
    else:
        selection, key = warehouse.events(edition, wanted), BY[by].format(time="occurred_at")
        figures = "count(*), sum(count)::BIGINT"
    found = warehouse.query(
        f"SELECT {key} AS key, {figures} FROM {selection.source} WHERE {selection.where} "
        "GROUP BY 1 ORDER BY 1",
        selection.values,
    )
    rows = tuple(SummaryRow(key=key, n=n, count=count) for key, n, count in found)
    return Summary(
        by=by,
        total=sum(row.n for row in rows),
        count=sum(row.count for row in rows),
        rows=rows,
        records=str(wanted.records),
        version=edition.version,
    )
