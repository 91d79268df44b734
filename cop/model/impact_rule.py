"""Rules of impact levels: the conditions that propose a level, and the reaction to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Level = Literal["low", "medium", "high", "critical"]
LEVELS: Final[dict[str, str]] = {
    "critical": "temporarily critical",
    "high": "high",
    "medium": "medium",
    "low": "low",
}
"""By key, the highest first; the words of EUROSUR's impact levels."""
UNKNOWN: Final = "unknown"
"""The level of a segment that nobody observed."""

Figure = Literal[
    "expected",
    "expected_low",
    "expected_high",
    "rank",
    "events",
    "events_before",
    "change",
    "coverage",
]
FIGURES: Final[dict[str, str]] = {
    "expected": "events expected in seven days",
    "expected_low": "events expected in seven days, lower end of the interval",
    "expected_high": "events expected in seven days, upper end of the interval",
    "rank": "rank among the region's segments in percent",
    "events": "events in the window",
    "events_before": "events in the window before",
    "change": "change in percent",
    "coverage": "share of segment-hours seen",
}
_LIMITS: Final[dict[str, tuple[float, float]]] = {
    "change": (-100, 1e6),
    "coverage": (0, 1),
    "rank": (0, 100),
}
_USUAL: Final = (0.0, 1e6)

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Hours = Annotated[int, Field(ge=1, le=24 * 366)]


class _RuleModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Bound(_RuleModel):
    """``at_least <= figure < below``; an unknown figure never matches."""

    at_least: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("set at_least, below, or both")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"at_least {self.at_least:g} is not less than below {self.below:g}")
        return self

    def contains(self, value: float) -> bool:
        """Return whether a known figure lies within."""
        return (self.at_least is None or value >= self.at_least) and (
            self.below is None or value < self.below
        )

    def contains_all(self, low: float, high: float) -> bool | None:
        """Return whether a figure between two values lies within; None where that is open."""
        if self.contains(low) and self.contains(high):
            return True
        is_outside = (self.at_least is not None and high < self.at_least) or (
            self.below is not None and low >= self.below
        )
        return False if is_outside else None

    @property
    def words(self) -> str:
        """The condition in words: "at least 3", "below 0.25"."""
        parts = (("at least", self.at_least), ("below", self.below))
        return " and ".join(f"{word} {value:g}" for word, value in parts if value is not None)


class Rule(_RuleModel):
    """A level and the conditions that all must hold for it."""

    name: Line
    level: Level
    when: Annotated[dict[Figure, Bound], Field(min_length=1)]

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        for figure, bound in self.when.items():
            least, most = _LIMITS.get(figure, _USUAL)
            for word, value in (("at_least", bound.at_least), ("below", bound.below)):
                if value is not None and not least <= value <= most:
                    raise ValueError(
                        f"{figure} {word} {value:g}: use a number from {least:g} to {most:g}"
                    )
        return self


class Observed(_RuleModel):
    """What makes a segment observed: a coverage seen, or so many events recorded."""

    coverage: Annotated[float, Field(gt=0, le=1)]
    events: Annotated[int, Field(ge=1)]


class Reaction(_RuleModel):
    """How long an agreement on a level lasts, and its checklist."""

    lasts_h: Hours
    longest_h: Hours
    checklist: Annotated[tuple[Line, ...], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _lasts_no_longer(self) -> Self:
        if self.lasts_h > self.longest_h:
            raise ValueError(f"lasts_h {self.lasts_h} is more than longest_h {self.longest_h}")
        return self


class RuleBook(_RuleModel):
    """All rules and levels; ``rules`` go from the highest level to the lowest."""

    window_days: Annotated[int, Field(ge=1, le=366)]
    observed: Observed
    levels: Mapping[Level, Reaction]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=50)]
    otherwise: Level

    @model_validator(mode="after")
    def _whole(self) -> Self:
        lacking = [level for level in LEVELS if level not in self.levels]
        if lacking:
            raise ValueError(f"levels: {lacking[0]} is missing, with its checklist")
        if self.otherwise == "critical":
            raise ValueError("otherwise: critical needs a rule; use low, medium or high")
        names = [rule.name for rule in self.rules]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two rules are named {twice!r}; use a different name for each")
        rank = list(LEVELS)
        for above, rule in zip(self.rules, self.rules[1:], strict=False):
            if rank.index(rule.level) < rank.index(above.level):
                raise ValueError(
                    f"rule {rule.name!r} of level {rule.level} is below {above.name!r} of "
                    f"level {above.level}: put the rules of higher levels first"
                )
        return self

    @property
    def window(self) -> timedelta:
        """The length of the window of events and coverage."""
        return timedelta(days=self.window_days)

    def lasts(self, level: str) -> timedelta:
        """Return the default duration of an agreement on a level."""
        return timedelta(hours=self._reaction(level).lasts_h)

    def longest(self, level: str) -> timedelta:
        """Return the maximum duration of an agreement on a level."""
        return timedelta(hours=self._reaction(level).longest_h)

    def checklist(self, level: str) -> tuple[str, ...]:
        """Return the reaction checklist of a level; for an unknown one, to observe the segment."""
        if level == UNKNOWN:
            return ("Not observed. Check this segment before reporting no activity",)
        return self._reaction(level).checklist

    def _reaction(self, level: str) -> Reaction:
        return {str(key): reaction for key, reaction in self.levels.items()}[level]
