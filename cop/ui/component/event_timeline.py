"""The timeline of the Picture: events in bins around its window, all other filters applied."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from cop.model.event import UNITS
from cop.model.style import Theme
from cop.model.window import TimeWindow
from cop.query.forecast.incomplete import read_incomplete
from cop.query.reporting import read_reporting
from cop.query.service import QueryService
from cop.query.summary import SummaryRow, read_summary
from cop.query.view import View
from cop.ui.timeline import Bar, TimelineSpec

_DAY = timedelta(days=1)
_LEAST_DAYS = 21
_WINDOWS_BEFORE, _WINDOWS_AFTER = 9, 2
_MOST_BARS = 240


def build_timeline(
    service: QueryService, view: View, theme: Theme, *, wall: bool = False
) -> TimelineSpec | None:
    """Describe the timeline of a view; None where its window is open or unheld."""
    snapshot, window = view.snapshot, view.filter.window
    records = view.records
    oldest = snapshot.oldest(records)
    if oldest is None or window.start is None or window.end is None:
        return None
    first, last = _extent(window.start, window.end, oldest, snapshot.now)
    around = view.within(TimeWindow(start=_midnight(first), end=_midnight(last)))
    counted = read_summary(service, around, "day")
    bars = _bars(first, last, counted.rows)
    lacking = {date.fromisoformat(row.key) for row in counted.rows if row.n is None}
    return TimelineSpec(
        bars=tuple(_without(bar, lacking) for bar in bars),
        window=window,
        extent=(bars[0].start, bars[-1].end),
        now=snapshot.now,
        present="now" if snapshot.known_at is None else "known at",
        previous=snapshot.previous(view.filter),
        newest=read_reporting(service, view).newest,
        units=tuple(unit for unit in UNITS if unit in (counted.counts or {})),
        incomplete_after=read_incomplete(service, view),
        theme=theme,
        synthetic=records == "synthetic",
        wall=wall,
    )


def _extent(start: datetime, end: datetime, oldest: datetime, now: datetime) -> tuple[date, date]:
    """Some windows before and after, within the records and now, but never less than the window."""
    length = max(end - start, timedelta(days=_LEAST_DAYS) / _WINDOWS_BEFORE)
    before = max(start - min(length * _WINDOWS_BEFORE, start - datetime.min), oldest)
    after = min(end + min(length * _WINDOWS_AFTER, datetime.max - end - _DAY), now)
    first = min(start, before).date()
    last = max(end, after)
    return first, (last if last == _midnight(last.date()) else last + _DAY).date()


def _bars(first: date, last: date, rows: Iterable[SummaryRow]) -> tuple[Bar, ...]:
    edges = _edges(first, last)
    n: Counter[int] = Counter()
    counts = defaultdict[int, Counter[str]](Counter)
    for row in rows:
        position = bisect_right(edges, date.fromisoformat(row.key)) - 1
        n[position] += row.n or 0
        counts[position].update(row.counts or {})
    return tuple(
        Bar(start=_midnight(one), end=_midnight(other), n=n[i], counts=counts[i])
        for i, (one, other) in enumerate(pairwise(edges))
    )


def _without(bar: Bar, lacking: set[date]) -> Bar:
    """Return a bar without figures where records of one of its days are missing."""
    days = (bar.start.date() + i * _DAY for i in range((bar.end - bar.start).days))
    return replace(bar, n=None) if not lacking.isdisjoint(days) else bar


def _edges(first: date, last: date) -> list[date]:
    """Return bins of days, of weeks, or of calendar months, whichever keeps the bars readable."""
    span = (last - first).days
    if span <= _MOST_BARS:
        return [first + i * _DAY for i in range(span + 1)]
    if span <= _MOST_BARS * 7:
        weeks = [first + 7 * i * _DAY for i in range(-(-span // 7))]
        return [*weeks, last]
    months = [first]
    while True:
        year, month = divmod(months[-1].year * 12 + months[-1].month, 12)
        following = date(year, month + 1, 1)
        if following >= last:
            return [*months, last]
        months.append(following)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
