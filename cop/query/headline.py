"""Headline figures of the Picture against the previous period of equal length."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from cop.model.filter import Filter
from cop.model.release import Release
from cop.model.window import TimeWindow
from cop.query.coverage.segment import BASIS, Covered, cover_segments, is_lacking
from cop.query.figure import SegmentFigures, read_figures
from cop.query.reporting import OUT_OF_SCOPE, read_reporting
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.view import View
from cop.store.dataset.schema import QUARANTINE

HELP_NEEDED = ("rescue", "death")
RECENT = timedelta(hours=24)
"""The window of the share of the border that is covered."""
FigureKey = Literal["events", "people", "help", "watched", "expected"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One big figure; ``amount`` is None where it is not known.

    ``before`` is that of the period of equal length before, None where there is no full one or it
    is not known, or where the records are ``stale``. ``watched`` is a share (0-1); ``expected`` has
    its 80% ``interval`` and the ``forecast`` that it is of, ``past`` where it lies before now.
    ``watched`` is of the 24 h up to ``until``; ``maybe`` is the share that may be seen besides,
    ``untried`` what it is without the changes of sensors that are tried.
    Where none are ``loaded`` at all for a ``release``, or none is ``reported`` within the filter
    and window, nothing is known.
    """

    key: FigureKey
    amount: float | None
    loaded: bool = True
    release: Release | None = None
    reported: bool = True
    stale: bool = False
    past: bool = False
    before: float | None = None
    interval: tuple[float, float] | None = None
    forecast: SegmentFigures | None = field(default=None, repr=False)
    until: datetime | None = None
    maybe: float = 0.0
    untried: float | None = None


def read_headline(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the headline of a view."""
    figures = read_figures(service, view)
    counts = _count(service, view)
    if figures is None:
        return counts
    return (*counts, _watched(service, view, figures), _expected(figures, view.snapshot.now))


def _count(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the counts of events, people and incidents where help was needed."""
    if view.snapshot.newest(view.records) is None:
        keys: tuple[FigureKey, ...] = ("events", "people", "help")
        release = view.snapshot.release
        return tuple(Figure(key=key, amount=None, loaded=False, release=release) for key in keys)
    now, reporting = read_summary(service, view, "kind"), read_reporting(service, view)
    previous = None if reporting.is_stale else view.snapshot.previous(view.filter)
    before = read_summary(service, view.within(previous), "kind") if previous else None
    reported = bool(now.total is None or now.total or reporting.places)
    read: dict[FigureKey, Callable[[Summary], int | None]] = {
        "events": lambda summary: summary.total,
        "people": partial(_counted, unit="people"),
        "help": partial(_n, kinds=HELP_NEEDED),
    }
    return tuple(
        Figure(
            key=key,
            amount=count(now) if reported else None,
            before=count(before) if before else None,
            reported=reported,
            stale=reporting.is_stale,
        )
        for key, count in read.items()
    )


def _watched(service: QueryService, view: View, figures: SegmentFigures) -> Figure:
    """Return the share of segment-hours seen in the last 24 h, weighted by length."""
    now = view.snapshot.now
    until = min(view.filter.window.end or now, now)
    recent = view.filter.within(TimeWindow(start=until - RECENT, end=until))
    inside = (figures.table["state"] != OUT_OF_SCOPE).to_numpy()
    length = figures.table["length_km"].to_numpy(float)[inside]

    def share(covered: Covered) -> tuple[float, float]:
        parts = (covered.seen[inside], covered.unknown[inside])
        seen, maybe = (float((part * length).sum() / length.sum()) for part in parts)
        return seen, maybe

    covered = _cover(service, view.narrowed(recent))
    if not inside.any() or not covered.is_known:
        return Figure(key="watched", amount=None, until=until)
    seen, maybe = share(covered)
    untried = None
    if recent.trials:
        plain = replace(recent, trials=())
        untried, _ = share(_cover(service, view.narrowed(plain)))
    return Figure(key="watched", amount=seen, until=until, maybe=maybe, untried=untried)


def _cover(service: QueryService, view: View) -> Covered:
    """Return the coverage of all segments: the same for all filters of places, kinds, sources."""
    asked = view.filter
    relevant = Filter(window=asked.window, records=asked.records, trials=asked.trials)
    return service.answer(
        "covered",
        view.content("segments", *BASIS, QUARANTINE, relevant=relevant),
        lambda: cover_segments(service.warehouse, view.snapshot, relevant),
        about=is_lacking(view.snapshot, relevant),
    )


def _expected(figures: SegmentFigures, now: datetime) -> Figure:
    found = figures.expected
    return Figure(
        key="expected",
        amount=None if found is None else found[0],
        interval=None if found is None else (found[1], found[2]),
        forecast=figures,
        past=figures.is_past(now),
    )


def _counted(summary: Summary, unit: str) -> int | None:
    return None if summary.counts is None else summary.counts.get(unit, 0)


def _n(summary: Summary, kinds: tuple[str, ...]) -> int | None:
    if summary.total is None:
        return None
    return sum(row.n or 0 for row in summary.rows if row.key in kinds)
