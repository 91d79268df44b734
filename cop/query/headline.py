"""Headline figures of the Picture against the previous period of equal length."""

from dataclasses import dataclass

from cop.query.figure import SegmentFigures, read_figures
from cop.query.forecast.track import describe_track, format_window
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.view import View

HELP_NEEDED = ("rescue", "death")
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One big figure: its title, value, change against the previous period, and what it means.

    ``amount`` is the number behind the words, None where it is not known.
    """

    title: str
    value: str
    change: str | None
    note: str
    amount: float | None = None


def read_headline(service: QueryService, view: View) -> tuple[Figure, ...]:
    """Return the headline of a view."""
    now = read_summary(service, view, "kind")
    previous = view.snapshot.previous(view.filter)
    before = read_summary(service, view.within(previous), "kind") if previous else None
    figures = read_figures(service, view)
    headline = [
        Figure(
            title="Events",
            value=_words(now.total),
            change=_change(now.total, before.total if before else None),
            note="Records in the window; the change is against the period of equal length before.",
            amount=now.total,
        ),
        _people(now, before),
        Figure(
            title="Rescues and deaths",
            value=_words(_n(now, HELP_NEEDED)),
            change=_change(_n(now, HELP_NEEDED), _n(before, HELP_NEEDED) if before else None),
            note="Incidents where help was needed.",
            amount=_n(now, HELP_NEEDED),
        ),
    ]
    if figures is None:
        return tuple(headline)
    table = figures.table
    share = (table["coverage"] * table["length_km"]).sum() / table["length_km"].sum()
    known = table["coverage"].notna().any()
    headline.append(
        Figure(
            title="Border watched",
            value=f"{share:.0%}" if known else "unknown",
            change=None,
            note="Share of segment-hours within the range of a working sensor; no terrain."
            if known
            else "No sensors are loaded for these records, so nobody knows: that is not zero.",
            amount=float(share) if known else None,
        )
    )
    headline.append(_expected(figures))
    return tuple(headline)


def _expected(figures: SegmentFigures) -> Figure:
    found, risk = figures.expected, figures.risk
    what = "" if risk.with_effort else "Detections, as nobody knows how much is looked; "
    return Figure(
        title=f"Expected {figures.ahead.title}",
        value=UNKNOWN if found is None else f"{found[0]:,.0f}",
        change=None if found is None else f"{found[1]:,.0f} to {found[2]:,.0f} (80% interval)",
        note=f"{what}{format_window(figures.risk_window)} UTC. {describe_track(figures)}",
        amount=None if found is None else found[0],
    )


def describe_forecast(service: QueryService, view: View) -> str:
    """Return of what time the forecast of a view is and how such did; nothing without a region.

    One line for the page, the wall and the hand-out.
    """
    figures = read_figures(service, view)
    return "" if figures is None else describe_figures(figures)


def describe_figures(figures: SegmentFigures) -> str:
    """Return of what time the forecast of figures is and how such did."""
    said = describe_track(figures)
    if figures.risk.reason is not None:
        return f"{said[0].upper()}{said[1:]}"
    return f"Forecast {format_window(figures.risk_window)}: {said}"


def _people(now: Summary, before: Summary | None) -> Figure:
    people = _counted(now, "people")
    return Figure(
        title="People counted",
        value=_words(people),
        change=_change(people, _counted(before, "people") if before else None),
        note="Sum of the events that count people; the same person can be counted more than once.",
        amount=people,
    )


def _words(figure: int | None) -> str:
    return UNKNOWN if figure is None else f"{figure:,}"


def _counted(summary: Summary, unit: str) -> int | None:
    return None if summary.counts is None else summary.counts.get(unit, 0)


def _n(summary: Summary, kinds: tuple[str, ...]) -> int | None:
    if summary.total is None:
        return None
    return sum(row.n or 0 for row in summary.rows if row.key in kinds)


def _change(now: int | None, before: int | None) -> str | None:
    if now is None:
        return "records are in quarantine"
    if before is None:
        return "no full period before"
    if before == 0:
        return "none before" if now else "none before either"
    share = round(100 * (now - before) / before)
    return f"{share:+d}% ({before:,} before)" if share else f"±0% ({before:,} before)"
