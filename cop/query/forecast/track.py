"""What is said of a forecast: its time, the title of its layer, and how such forecasts did."""

from dataclasses import replace
from datetime import timedelta

from cop.analysis.forecast.segment_record import describe_segment_track
from cop.analysis.forecast.surface_record import describe_surface_track
from cop.model.ahead import Ahead
from cop.model.layer import Layer
from cop.model.window import TimeWindow
from cop.query.figure import SegmentFigures
from cop.query.forecast.surface import Surface


def describe_track(figures: SegmentFigures) -> str:
    """Return how such forecasts did, or why there is none or that is not known."""
    risk = figures.risk
    if risk.reason is not None:
        return f"no forecast: {risk.reason}"
    said = describe_segment_track(risk.track) + _describe_distance(figures.ahead)
    if risk.left_out:
        said += f"; {risk.left_out:,} records dated more coarsely than a {risk.period} left out"
    return said


def describe_surface(surface: Surface, ahead: Ahead) -> str:
    """Say of which time and cells a surface is, how such forecasts did, and what is left out."""
    study = surface.study
    if surface.reason is not None:
        return f"no forecast: {surface.reason}"
    unseen = study.cells - int(surface.observed.sum())
    words = [
        format_window(ahead.window_from(surface.origin)),
        "" if surface.with_effort else "effort unknown",
        f"cells of {study.side_km:g} km within {study.within_km:g} km of the line, {unseen:,} of "
        f"{study.cells:,} unobserved",
        describe_surface_track(surface.track, cells=study.cells) + _describe_distance(ahead),
        *(
            f"{n:,} records {why}"
            for n, why in (
                (surface.coarse_time, f"dated more coarsely than a {surface.period} left out"),
                (surface.coarse_place, "placed more coarsely than a cell left out"),
                (surface.beyond, "farther from the line not forecast"),
            )
            if n
        ),
    ]
    return "; ".join(word for word in words if word)


def _describe_distance(ahead: Ahead) -> str:
    """Say of which distance the record is, where that is not the one that is shown."""
    if ahead.period == "day":
        return "; record of days 1 to 7 together"
    alone = f"; record of forecasts one week ahead, of week {ahead.number} there is none"
    return alone if ahead.number > 1 else ""


def title_layer(layer: Layer, figures: SegmentFigures | None) -> Layer:
    """Return a layer of risk the title that fits: without known effort, detections are expected."""
    return layer if figures is None else title_by_effort(layer, known=figures.risk.with_effort)


def title_by_effort(layer: Layer, *, known: bool) -> Layer:
    """Return a layer of risk the title that fits where effort is known, or is not."""
    if known:
        return layer
    titles = {"risk": "Expected detections", "risk_surface": "Expected detections, surface"}
    return replace(layer, title=titles.get(layer.id, layer.title))


def format_window(window: TimeWindow) -> str:
    """Name whole days, the last one included."""
    if window.start is None or window.end is None:
        return ""
    last = window.end - timedelta(days=1)
    first = f"{window.start:%d %b}".upper()
    return first if last <= window.start else f"{first} \N{EN DASH} {last:%d %b}".upper()
