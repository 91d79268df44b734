"""Headline figures of the Picture against the previous period of equal length."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from cop.query.figure import SegmentFigures, read_figures
from cop.query.reporting import OUT_OF_SCOPE, read_reporting
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.view import View

HELP_NEEDED = ("rescue", "death")
FigureKey = Literal["events", "people", "help", "watched", "expected"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One big figure; ``amount`` is None where it is not known.

    ``before`` is that of the period of equal length before, None where there is no full one or it
    is not known, or where the records are ``stale``. ``watched`` is a share (0-1); ``expected`` has
    its 80% ``interval`` and the ``forecast`` that it is of, ``past`` where it lies before now.
    Where no records are ``loaded`` at all, or none is ``reported`` within the filter and window,
    nothing is known.
    """

    key: FigureKey
    amount: float | None
    loaded: bool = True
    reported: bool = True
    stale: bool = False
    past: bool = False
    before: float | None = None
    interval: tuple[float, float] | None = None
    forecast: SegmentFigures | None = field(default=None, repr=False)


def read_headline(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the headline of a view."""
    figures = read_figures(service, view)
    counts = _count(service, view)
    if figures is None:
        return counts
    return (*counts, _watched(figures), _expected(figures, view.snapshot.now))


def _count(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the counts of events, people and incidents where help was needed."""
    if view.snapshot.newest(view.records) is None:
        keys: tuple[FigureKey, ...] = ("events", "people", "help")
        return tuple(Figure(key=key, amount=None, loaded=False) for key in keys)
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


def _watched(figures: SegmentFigures) -> Figure:
    table = figures.table[figures.table["state"] != OUT_OF_SCOPE]
    if not table["coverage"].notna().any():
        return Figure(key="watched", amount=None)
    share = (table["coverage"] * table["length_km"]).sum() / table["length_km"].sum()
    return Figure(key="watched", amount=float(share))


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
