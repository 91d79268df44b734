"""Notes of a layer's status: typed facts, each with its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cop.model.release import Release
from cop.model.window import TimeWindow
from cop.query.absence import name_absence
from cop.query.figure import SegmentFigures
from cop.query.forecast.track import describe_track, format_window
from cop.store.integrity.quarantine import Caveat


class StatusNote(Protocol):
    """A fact about a layer's data; a kind of layer declares its own beside the kind."""

    @property
    def line(self) -> str:
        """The fact in words."""


def format_notes(notes: Iterable[StatusNote]) -> str:
    """Return notes in one line."""
    return "; ".join(line for note in notes if (line := note.line))


@dataclass(frozen=True, kw_only=True)
class NotLoadedNote:
    """The dataset is missing for a release; ``kind`` is the kind of source that fills it."""

    kind: str | None
    release: Release | None = None

    @property
    def brief(self) -> str:
        """The fact without what would load it."""
        if self.release is None:
            return "unknown: not loaded"
        return f"unknown: nothing {name_absence(self.release)}"

    @property
    def line(self) -> str:
        """The fact in words, with the command that loads it."""
        command = f"`python -m cop ingest {self.kind} FILE --profile NAME`"
        return self.brief + (f"; load it with {command}" if self.kind else "")


@dataclass(frozen=True, kw_only=True)
class NoRegionNote:
    """No region is loaded."""

    line: str = "no region is loaded"


@dataclass(frozen=True, kw_only=True)
class NoRecordsNote:
    """No records of these kinds are loaded for a release."""

    kinds: tuple[str, ...]
    release: Release | None = None

    @property
    def line(self) -> str:
        """The fact in words."""
        absent = name_absence(self.release)
        return f"unknown: no records of {', '.join(self.kinds)} are {absent}"


@dataclass(frozen=True, kw_only=True)
class UnknownNote:
    """The layer cannot be computed, for a reason in words."""

    reason: str

    @property
    def line(self) -> str:
        """The fact in words."""
        return f"unknown: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class FaultNote:
    """An error of the layer alone, in its own words."""

    fault: Exception

    @property
    def line(self) -> str:
        """The fact in words."""
        return str(self.fault)


@dataclass(frozen=True, kw_only=True)
class CaveatNote:
    """Records in quarantine."""

    caveat: Caveat

    @property
    def line(self) -> str:
        """The fact in words."""
        return self.caveat.text


@dataclass(frozen=True, kw_only=True)
class TrackNote:
    """The track record of the forecast by segment."""

    figures: SegmentFigures

    @property
    def line(self) -> str:
        """The fact in words."""
        return describe_track(self.figures)


@dataclass(frozen=True, kw_only=True)
class ForecastWindowNote:
    """The days of a forecast; ``past`` is whether they lie before now."""

    window: TimeWindow
    past: bool = False

    @property
    def line(self) -> str:
        """The fact in words."""
        days = format_window(self.window)
        return f"past forecast {days}" if self.past else days


@dataclass(frozen=True, kw_only=True)
class EffortUnknownNote:
    """Observation effort is not measured, so that the forecast is of detections."""

    line: str = "effort unknown"
