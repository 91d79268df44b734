"""Headline figures and forecasts in words, the same on page, wall and hand-out."""

from collections.abc import Mapping, Sequence
from typing import Final

from cop.model.moment import format_dtg
from cop.model.text import (
    UNKNOWN,
    FigureText,
    format_count,
    format_interval,
    format_none_before,
    format_percent,
    format_range,
    format_share,
)
from cop.query.absence import name_absence
from cop.query.coverage.silence import Silence, SilentSector
from cop.query.figure import read_figures
from cop.query.forecast.track import ForecastText, describe_forecast_figures, format_window
from cop.query.headline import Figure, FigureKey
from cop.query.service import QueryService
from cop.query.view import View

_COVERED: Final = "24-h coverage"
_NO_SENSORS: Final = "No sensors are known for these records. Coverage is unknown, not zero."
_LEAST_SHARE: Final = 0.005
_COMPARED: Final[Mapping[FigureKey, tuple[str, str]]] = {
    "events": (
        "Events",
        "Records in the window. Change: compared with the previous period of equal length.",
    ),
    "people": (
        "People",
        "Sum of the events that count people; a person may be counted more than once.",
    ),
    "help": ("Rescues and deaths", "Incidents where people needed help."),
}


def format_figure(figure: Figure) -> FigureText:
    """Return the words of a headline figure."""
    if figure.key == "watched":
        return _format_watched(figure)
    if figure.key == "expected":
        return _format_expected(figure)
    title, note = _COMPARED[figure.key]
    change, brief = _format_change(figure)
    value = format_count(figure.amount)
    return FigureText(title=title, value=value, change=change, brief=brief, note=note)


def describe_forecast(service: QueryService, view: View) -> ForecastText | None:
    """Return the forecast of a view in words; None without a region."""
    figures = read_figures(service, view)
    if figures is None:
        return None
    return describe_forecast_figures(figures, past=figures.is_past(view.snapshot.now))


def _format_watched(figure: Figure) -> FigureText:
    if figure.amount is None or figure.until is None:
        return FigureText(title=_COVERED, value=UNKNOWN, note=_NO_SENSORS)
    parts = [f"{figure.maybe:.0%} unknown"] if figure.maybe >= _LEAST_SHARE else []
    if figure.untried is not None:
        # Zero is added as a small loss would be rounded to minus zero.
        change = round(100 * (figure.amount - figure.untried), 1) + 0.0
        points = f"{change:+.1f}".replace("-", "\N{MINUS SIGN}")
        parts.insert(0, f"WHAT-IF {points} points")
    words = ", ".join(parts)
    brief = words.replace(" points", "")
    return FigureText(
        title=_COVERED,
        value=format_share(figure.amount),
        change=words or None,
        brief=brief,
        note=f"Share of segment-hours that a working sensor sees, by length: 24 h to "
        f"{format_dtg(figure.until)}. Unknown: heights or status reports are missing.",
    )


def describe_silence(silent: Sequence[SilentSector]) -> str:
    """Return in one line what no events mean in the sectors without any; empty where all have."""
    kinds: tuple[tuple[Silence, str], ...] = (
        ("unobserved", "Unobserved"),
        ("unknown", "Unknown if observed"),
        ("quiet", "Quiet"),
    )
    parts = []
    for kind, title in kinds:
        own = [one for one in silent if one.silence == kind]
        if own:
            parts.append(f"{title}: {', '.join(map(_name_silent, own))}")
    return f"No events in the window. {'; '.join(parts)}" if parts else ""


def _name_silent(one: SilentSector) -> str:
    return (
        one.sector if one.coverage is None else f"{one.sector} {format_share(one.coverage)} covered"
    )


def _format_expected(figure: Figure) -> FigureText:
    forecast = figure.forecast
    if forecast is None:
        return FigureText(title="Expected", value=UNKNOWN)
    what = "" if forecast.risk.with_effort else "Detections only: effort is unknown. "
    window, track = (
        format_window(forecast.risk_window),
        describe_forecast_figures(forecast).track.line,
    )
    bounds = figure.interval
    return FigureText(
        title="Past forecast" if figure.past else f"Expected {forecast.ahead.title}",
        value=format_count(figure.amount),
        change=None if bounds is None else format_interval(*bounds),
        brief="" if bounds is None else f"{format_range(*bounds)} (80%)",
        note=f"{what}{window} UTC. {track}",
    )


def _format_change(figure: Figure) -> tuple[str, str]:
    """Return a change against the period before, in full and in short."""
    now, before = figure.amount, figure.before
    if not figure.loaded:
        words = f"no records {name_absence(figure.release)}"
    elif not figure.reported:
        words = "no source reports here in this window"
    elif now is None:
        words = "records are in quarantine"
    elif figure.stale:
        return "STALE: not compared", "STALE"
    elif before is None:
        words = "no full period before"
    elif before == 0:
        words = format_none_before(now)
    else:
        share = format_percent(now, before)
        return f"{share} ({format_count(before)} before)", share
    return words, words
