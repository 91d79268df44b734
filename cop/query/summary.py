"""Summaries: events of a filter by sector, county, kind, source, segment, day or year."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.planner import Grouping
from cop.store.dataset.schema import EVENTS, SOURCES
from cop.store.warehouse import Warehouse

KEY_CHARACTERS = {"day": 10, "year": 4}
"""How much of a date names the groups that are times."""

BY: dict[str, str] = {
    "sector": "sector",
    "county": "county",
    "kind": "kind",
    "source": "source",
    "segment": "segment_id",
    "day": "strftime(day, '%Y-%m-%d')",
    "year": "strftime(day, '%Y')",
}


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """One group: its key, the number of records, and what they count by unit.

    Both are None where some of its records are missing.
    """

    key: str
    n: int | None
    counts: dict[str, int] | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Groups that add up to the totals; ``records`` is whether they are real or synthetic.

    ``counts`` keeps people, kg, vehicles and items apart: units are not added. Where records are
    missing, what depends on them is None and ``caveats`` state why; they also name what comes from
    an earlier version.
    """

    by: str
    total: int | None
    counts: dict[str, int] | None
    rows: tuple[SummaryRow, ...]
    records: str
    version: int
    caveats: tuple[str, ...] = ()


def read_summary(service: QueryService, view: View, by: str) -> Summary:
    """Return the events of a view, grouped; keys ascend, NONE is outside every area."""
    if by not in BY:
        raise FilterError(f"by={by[:40]!r}: use {', '.join(BY)}")
    part = view.part(replace(view.filter, ahead=None))
    build = partial(build_summary, service.warehouse, view, by)
    return service.answer("summary", part, build, about=by)


def build_summary(warehouse: Warehouse, view: View, by: str) -> Summary:
    """Group the events of a view by a key of BY."""
    snapshot, resolved = view.snapshot, view.filter
    key = BY[by]
    column = "day" if by in KEY_CHARACTERS else key
    grouping = Grouping(columns=(column, "unit"))
    selection = warehouse.counts(snapshot, resolved, grouping)
    found = warehouse.query(
        f"SELECT {key} AS key, unit, sum(n)::BIGINT, sum(count)::BIGINT "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY ALL ORDER BY ALL",
        selection.values,
    )
    rows = tuple(
        _build_row(key, [(unit, n, count) for _, unit, n, count in group])
        for key, group in groupby(found, key=itemgetter(0))
    )
    caveats = snapshot.caveats((EVENTS, SOURCES), resolved)
    lacking = [caveat.window for caveat in snapshot.lacks_events(resolved)]
    return Summary(
        by=by,
        total=None if lacking else sum(n for _, _, n, _ in found),
        counts=None if lacking else _add_up((unit, count) for _, unit, _, count in found),
        rows=_blank(rows, by, resolved, lacking) if lacking else rows,
        records=str(resolved.records),
        version=snapshot.version,
        caveats=tuple(caveat.text for caveat in caveats),
    )


def _blank(
    rows: Iterable[SummaryRow], by: str, resolved: Filter, lacking: Iterable[TimeWindow]
) -> tuple[SummaryRow, ...]:
    """Leave out the figures of the groups that may lack records; lacking days are named."""
    by_key = {row.key: row for row in rows}
    length = KEY_CHARACTERS.get(by)
    for window in lacking:
        cut = window.cut(resolved.window)
        unknown = set(by_key) if length is None else {day[:length] for day in _days(cut, by_key)}
        by_key |= {key: SummaryRow(key=key, n=None, counts=None) for key in unknown}
    return tuple(by_key[key] for key in sorted(by_key))


def _days(window: TimeWindow, known: Iterable[str]) -> Iterable[str]:
    """Return the days of a window, the known keys where it is open."""
    if window.start is None or window.end is None:
        return known
    first, last = window.start.date(), (window.end - timedelta(microseconds=1)).date()
    return [(first + timedelta(days=i)).isoformat() for i in range((last - first).days + 1)]


def _build_row(key: str, units: list[tuple[str, int, int]]) -> SummaryRow:
    return SummaryRow(
        key=key,
        n=sum(n for _, n, _ in units),
        counts={unit: count for unit, _, count in units},
    )


def _add_up(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for unit, count in pairs:
        total[unit] += count
    return dict(sorted(total.items()))
