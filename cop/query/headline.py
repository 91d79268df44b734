"""Headline figures of the Picture against the previous period of equal length."""

from dataclasses import dataclass, field
from typing import Literal

from cop.query.figure import SegmentFigures, read_figures
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.view import View

HELP_NEEDED = ("rescue", "death")
FigureKey = Literal["events", "people", "help", "watched", "expected"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One big figure; ``amount`` is None where it is not known.

    ``before`` is that of the period of equal length before, None where there is no full one or it
    is not known. ``watched`` is a share (0-1); ``expected`` has its 80% ``interval`` and the
    ``forecast`` that it is of. Where no records are ``loaded`` at all, nothing is known.
    """

    key: FigureKey
    amount: float | None
    loaded: bool = True
    before: float | None = None
    interval: tuple[float, float] | None = None
    forecast: SegmentFigures | None = field(default=None, repr=False)


def read_headline(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the headline of a view."""
    figures = read_figures(service, view)
    counts = _count(service, view)
    return counts if figures is None else (*counts, _watched(figures), _expected(figures))


def _count(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the counts of events, people and incidents where help was needed."""
    if view.snapshot.newest(view.records) is None:
        keys: tuple[FigureKey, ...] = ("events", "people", "help")
        return tuple(Figure(key=key, amount=None, loaded=False) for key in keys)
    now = read_summary(service, view, "kind")
    previous = view.snapshot.previous(view.filter)
    before = read_summary(service, view.within(previous), "kind") if previous else None
    return (
        Figure(key="events", amount=now.total, before=before.total if before else None),
        Figure(
            key="people",
            amount=_counted(now, "people"),
            before=_counted(before, "people") if before else None,
        ),
        Figure(
            key="help",
            amount=_n(now, HELP_NEEDED),
            before=_n(before, HELP_NEEDED) if before else None,
        ),
    )


def _watched(figures: SegmentFigures) -> Figure:
    table = figures.table
    share = (table["coverage"] * table["length_km"]).sum() / table["length_km"].sum()
    known = table["coverage"].notna().any()
    return Figure(key="watched", amount=float(share) if known else None)


def _expected(figures: SegmentFigures) -> Figure:
    found = figures.expected
    return Figure(
        key="expected",
        amount=None if found is None else found[0],
        interval=None if found is None else (found[1], found[2]),
        forecast=figures,
    )


def _counted(summary: Summary, unit: str) -> int | None:
    return None if summary.counts is None else summary.counts.get(unit, 0)


def _n(summary: Summary, kinds: tuple[str, ...]) -> int | None:
    if summary.total is None:
        return None
    return sum(row.n or 0 for row in summary.rows if row.key in kinds)
