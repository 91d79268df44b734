"""Why a level is proposed for a segment: typed reasons, and their words."""

from dataclasses import dataclass
from datetime import datetime
from math import isfinite, isnan

from cop.model.impact_rule import Bound
from cop.model.moment import format_dtg

_ENDS = {"expected_low": "lower end ", "expected_high": "upper end "}


@dataclass(frozen=True, kw_only=True)
class RuleFits:
    """All conditions of a rule are met."""

    rule: str

    @property
    def line(self) -> str:
        """The reason in words."""
        return f"rule: {self.rule}"


@dataclass(frozen=True, kw_only=True)
class FigureFits:
    """A figure meets a condition; an infinite change is a rise from none."""

    figure: str
    value: float
    bound: Bound

    @property
    def line(self) -> str:
        """The reason in words."""
        value = self.value
        words = {
            "rank": f"among the top {max(value, 0.1):.1f}% of segments",
            "events": f"{value:,.0f} events",
            "events_before": f"{value:,.0f} events before",
            "change": f"change {value:+,.0f}%" if isfinite(value) else "none before",
            "coverage": f"{value:.0%} of segment-hours seen",
        }[self.figure]
        return f"{words} ({self.bound.words})"


@dataclass(frozen=True, kw_only=True)
class ForecastFits:
    """Expected events, or an end of their 80% interval (NaN: unknown), meet a condition."""

    figure: str
    expected: float
    low: float
    high: float
    bound: Bound

    @property
    def line(self) -> str:
        """The reason in words."""
        low, high = self.low, self.high
        interval = f"{low:.0f} to {high:.0f}" if low <= high else "interval unknown"
        condition = f"{_ENDS.get(self.figure, '')}{self.bound.words}"
        return f"{self.expected:.1f} events expected in 7 days ({interval}), {condition}"


@dataclass(frozen=True, kw_only=True)
class NotObserved:
    """Coverage (NaN: no sensor is known) and events of ``days`` are below what the rules need.

    ``unknown`` is the further share of segment-hours of which it is not known if they were seen.
    """

    coverage: float
    least_events: int
    days: int
    unknown: float = 0.0

    @property
    def line(self) -> str:
        """The reason in words."""
        seen, least = self.coverage, self.least_events
        watched = "no sensor is known" if isnan(seen) else f"sensors saw {seen:.0%} of it"
        if self.unknown > 0:
            watched += f", {self.unknown:.0%} is unknown"
        few = "no events" if least == 1 else f"fewer than {least} events"
        return f"nobody observed it: {watched}, and {few} are recorded in {self.days} days"


@dataclass(frozen=True, kw_only=True)
class DataStale:
    """The records are older than their sources' update intervals allow; ``newest`` is naive UTC."""

    newest: datetime

    @property
    def line(self) -> str:
        """The reason in words."""
        return f"not proposed: data are STALE, newest record {format_dtg(self.newest)}"


@dataclass(frozen=True, kw_only=True)
class NotJudged:
    """Rules of higher levels need a figure that is unknown."""

    rules: tuple[str, ...]

    @property
    def line(self) -> str:
        """The reason in words."""
        return f"cannot be judged, as a figure is unknown: {', '.join(self.rules)}"


@dataclass(frozen=True, kw_only=True)
class NoRuleFits:
    """No rule of a higher level fits."""

    @property
    def line(self) -> str:
        """The reason in words."""
        return "no rule of a higher level fits"


@dataclass(frozen=True, kw_only=True)
class CriticalOver:
    """The time of a critical level is over; ``until`` is when it ended (naive UTC)."""

    rule: str
    until: datetime | None

    @property
    def line(self) -> str:
        """The reason in words."""
        when = f" until {format_dtg(self.until)}" if self.until else ""
        return f"temporarily critical{when} by the rule {self.rule!r}, which is over"


Reason = (
    RuleFits
    | FigureFits
    | ForecastFits
    | NotObserved
    | DataStale
    | NotJudged
    | NoRuleFits
    | CriticalOver
)
