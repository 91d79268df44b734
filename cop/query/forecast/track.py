"""Forecasts in words: their window, their track record, and the title of their layer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from cop.analysis.forecast.bootstrap import Gain
from cop.analysis.forecast.month_card import Verdict
from cop.analysis.forecast.score import flagged_cells
from cop.analysis.forecast.segment_record import (
    AREA_SHARE,
    SegmentTrack,
    judge_segment_track,
    judge_surface_track,
    keeps_intervals,
)
from cop.model.ahead import Ahead
from cop.model.layer import Layer
from cop.model.moment import format_day
from cop.model.text import format_skill, format_times
from cop.model.window import TimeWindow
from cop.query.figure import SegmentFigures
from cop.query.forecast.surface import Surface

Confidence = Literal["good", "fair", "low"]
_CONFIDENCES: Final[dict[Verdict, Confidence]] = {"better": "good", "unsure": "fair", "none": "low"}
_TOTALS: Final = {"week": "weekly totals", "day": "daily totals"}


@dataclass(frozen=True, kw_only=True)
class TrackText:
    """The track record of past forecasts: ``weeks``, findings, or the ``reason`` why unknown."""

    weeks: str = ""
    findings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def line(self) -> str:
        """Everything in one line."""
        found = "; ".join(self.findings)
        head = self.reason or f"{self.weeks}: "
        return f"{head}; {found}" if self.reason and found else f"{head}{found}"

    def with_notes(self, *notes: str) -> "TrackText":
        """Return the same with further findings; what is empty is none."""
        return replace(self, findings=(*self.findings, *(note for note in notes if note)))


@dataclass(frozen=True, kw_only=True)
class ForecastText:
    """A forecast in words: its days and track record, or the reason why there is none."""

    window: str
    track: TrackText
    reason: str = ""
    past: bool = False
    confidence: Confidence = "low"

    @property
    def line(self) -> str:
        """Everything in one line."""
        return f"No forecast: {self.reason}" if self.reason else f"{self._head}: {self.track.line}"

    @property
    def brief(self) -> str:
        """The days and how far the forecast can be trusted."""
        return (
            f"No forecast: {self.reason}"
            if self.reason
            else (f"{self._head}. Confidence: {self.confidence}")
        )

    @property
    def _head(self) -> str:
        return f"{self._name} {self.window}"

    @property
    def _name(self) -> str:
        return "Past forecast" if self.past else "Forecast"


def confidence_of(track: SegmentTrack) -> Confidence:
    """Return how far a forecast can be trusted, by its track record against repeating the last one.

    Good is surely better with totals in their 80% intervals as often as that says; fair is not
    clearly better, or better with intervals that are too narrow; low is not better or not known.
    """
    judged = None if track.reason is not None else judge_segment_track(track)
    found = _CONFIDENCES.get(judged or "none", "low")
    return "fair" if found == "good" and not keeps_intervals(track) else found


def describe_forecast_figures(figures: SegmentFigures, *, past: bool = False) -> ForecastText:
    """Return the days of the segments' forecast and its track record in words.

    The track record is of the whole border. ``past`` is whether the days lie before now.
    """
    risk = figures.risk
    window = format_window(figures.risk_window)
    if risk.reason is not None:
        nothing = TrackText(reason=f"no forecast: {risk.reason}")
        return ForecastText(window=window, track=nothing, reason=risk.reason, past=past)
    coarse = f"{risk.left_out:,} records dated more coarsely than a {risk.period} left out"
    track = describe_segment_track(risk.track).with_notes(
        _describe_distance(figures.ahead), coarse if risk.left_out else ""
    )
    return ForecastText(window=window, track=track, past=past, confidence=confidence_of(risk.track))


def describe_track(figures: SegmentFigures) -> str:
    """Return the track record in one line, or why there is none."""
    return describe_forecast_figures(figures).track.line


def describe_segment_track(track: SegmentTrack) -> TrackText:
    """Return the track record of forecasts by segment in words."""
    hit = track.models["model"].hit if track.models else None
    if track.reason is not None or hit is None:
        return _describe_nothing(track)
    rival = f"repeating {'last week' if track.period == 'week' else 'the last day'}"
    return TrackText(
        weeks=f"last {track.weeks} weeks, whole border",
        findings=(
            _describe_hit(track, f"{hit:.0%} of events in the top {AREA_SHARE:.0%} of segments"),
            _describe_gain(rival, track.last_gain, judge_segment_track(track)),
            f"80% intervals correct for {track.coverage:.0%} of segments and "
            f"{track.total_coverage:.0%} of {_TOTALS[track.period]}",
        ),
    )


def describe_surface_track(track: SegmentTrack, *, cells: int) -> TrackText:
    """Return the track record of forecasts of ``cells`` cells in words.

    PAI is the share of events in the cells ranked first over their share of the area.
    """
    hit = track.models["model"].hit if track.models else None
    if track.reason is not None or hit is None:
        return _describe_nothing(track)
    pai = hit * cells / flagged_cells(AREA_SHARE, cells)
    found = f"{hit:.0%} of events in the top {AREA_SHARE:.0%} of cells (PAI {pai:.1f})"
    return TrackText(
        weeks=f"last {track.weeks} weeks",
        findings=(
            _describe_hit(track, found),
            _describe_gain("the moving average", track.crps_gain, judge_surface_track(track)),
            f"80% intervals correct for {track.coverage:.0%} of cells",
        ),
    )


def _describe_nothing(track: SegmentTrack) -> TrackText:
    if track.reason is not None:
        return TrackText(reason=f"no track record: {track.reason}")
    weeks = f"last {track.weeks} weeks, whole border"
    return TrackText(weeks=weeks, findings=("no events to score against",))


def _describe_hit(track: SegmentTrack, found: str) -> str:
    ratio = track.hit_ratio
    return found if ratio is None else f"{found}, {format_times(ratio)} the moving average"


def _describe_gain(rival: str, gain: Gain | None, verdict: Verdict | None) -> str:
    if verdict is None or gain is None or gain.gain is None:
        return f"skill over {rival} unknown"
    if gain.low is None or gain.high is None:
        return f"skill over {rival} unknown"
    return format_skill(verdict, rival, gain=gain.gain, low=gain.low, high=gain.high)


def describe_surface(surface: Surface, ahead: Ahead, now: datetime) -> str:
    """Return a surface's window, cells, track record and left-out records in words."""
    study = surface.study
    if surface.reason is not None:
        return f"no forecast: {surface.reason}"
    unseen = study.cells - int(surface.observed.sum())
    track = describe_surface_track(surface.track, cells=study.cells)
    window = ahead.window_from(surface.origin)
    past = window.end is not None and window.end <= now
    words = [
        f"past forecast {format_window(window)}" if past else format_window(window),
        "" if surface.with_effort else "effort unknown",
        f"cells of {study.side_km:g} km within {study.within_km:g} km of the line, {unseen:,} of "
        f"{study.cells:,} unobserved",
        track.with_notes(_describe_distance(ahead)).line,
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
    """Return which distance the track record is for, if not the shown one."""
    if ahead.period == "day":
        return "track record of days 1 to 7 together"
    alone = f"track record of one week ahead; none for week {ahead.number}"
    return alone if ahead.number > 1 else ""


def title_layer(layer: Layer, figures: SegmentFigures | None) -> Layer:
    """Return a risk layer with its title: without known effort, it is expected detections."""
    return layer if figures is None else title_by_effort(layer, known=figures.risk.with_effort)


def title_by_effort(layer: Layer, *, known: bool) -> Layer:
    """Return a risk layer with its title by whether effort is known."""
    if known:
        return layer
    titles = {"risk": "Expected detections", "risk_surface": "Expected detections, surface"}
    return replace(layer, title=titles.get(layer.id, layer.title))


def format_window(window: TimeWindow) -> str:
    """Name whole days, the last one included, with the year."""
    if window.start is None or window.end is None:
        return ""
    last = window.end - timedelta(days=1)
    if last <= window.start:
        return format_day(last)
    first = (
        f"{window.start:%d %b}" if window.start.year == last.year else f"{window.start:%d %b %y}"
    )
    return f"{first.upper()} \N{EN DASH} {format_day(last)}"
