"""Summaries: events of a filter by sector, county, kind, source, segment, day or year."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

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
    """One group: its key, the number of records, the sum of what they count, that by unit."""

    key: str
    n: int
    count: int
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Groups that add up to the totals; ``records`` says whether they are real or synthetic.

    ``count`` adds whatever the records count; ``counts`` keeps people, kg, vehicles and items
    apart.
    """

    by: str
    total: int
    count: int
    counts: dict[str, int]
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
        f"SELECT {key} AS key, unit, {figures} FROM {selection.source} WHERE {selection.where} "
        "GROUP BY ALL ORDER BY ALL",
        selection.values,
    )
    rows = tuple(
        _build_row(key, [(unit, n, count) for _, unit, n, count in group])
        for key, group in groupby(found, key=itemgetter(0))
    )
    return Summary(
        by=by,
        total=sum(row.n for row in rows),
        count=sum(row.count for row in rows),
        counts=_add_up(pair for row in rows for pair in row.counts.items()),
        rows=rows,
        records=str(wanted.records),
        version=edition.version,
    )


def _build_row(key: str, units: list[tuple[str, int, int]]) -> SummaryRow:
    return SummaryRow(
        key=key,
        n=sum(n for _, n, _ in units),
        count=sum(count for _, _, count in units),
        counts={unit: count for unit, _, count in units},
    )


def _add_up(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for unit, count in pairs:
        total[unit] += count
    return dict(sorted(total.items()))
