"""Impact levels of segments: proposals of rules, decisions of people, and the level in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cop.model.filter import Records
from cop.model.impact_reason import Reason
from cop.model.impact_rule import LEVELS, UNKNOWN, Level, Line
from cop.model.moment import format_dtg

Step = Literal["agreed", "changed", "cleared"]
State = Literal["proposed", "agreed", "changed"]
MOST_SEGMENTS: Final = 500
RANKS: Final[dict[str, int]] = {level: rank for rank, level in enumerate((*LEVELS, UNKNOWN))}
"""0 is the highest level; unknown comes last."""

SegmentId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}-\d{1,6}$")]
Person = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the rules propose for a segment: the level, the rule, and the figures behind it.

    ``rule`` is None if no rule fits or nobody observed the segment. ``unjudged`` names rules of
    higher levels that need a figure that is unknown, ``lapsed`` the rule of a critical level whose
    time was over. ``until`` is when a proposed critical level ends (naive UTC). Of the figures NaN
    is unknown, and an infinite change a rise from none.
    """

    segment_id: str
    sector: str
    level: str
    rule: str | None
    reasons: tuple[Reason, ...]
    figures: Mapping[str, float]
    unjudged: tuple[str, ...] = ()
    lapsed: str | None = None
    until: datetime | None = None

    @property
    def reason_lines(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(reason.line for reason in self.reasons)


class Agreement(BaseModel):
    """A person's decision on segments: a level (None: the proposed one), reason and expiry.

    ``based_on`` is the revision of each segment that the person saw, 0 for none; other segments are
    not checked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    segments: Annotated[tuple[SegmentId, ...], Field(min_length=1, max_length=MOST_SEGMENTS)]
    by: Person
    reason: Line
    level: Level | None = None
    until: datetime | None = None
    based_on: Mapping[str, int] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One step of a person on a segment's level; times are naive UTC.

    ``proposed`` is the level that was proposed then, and ``evidence`` the reasons. ``level`` and
    ``until`` are None if a decision was cleared.
    """

    records: Records
    segment_id: str
    revision: int
    step: Step
    level: str | None
    proposed: str
    evidence: str
    reason: str
    by: str
    at: datetime
    until: datetime | None
    version: int
    marking: str

    def is_valid(self, now: datetime) -> bool:
        """Return whether it is in force at a moment."""
        return self.until is not None and self.at <= now < self.until

    @property
    def line(self) -> str:
        """Who did what, when, until when and why."""
        if self.step == "cleared":
            return f"{self.by} cleared the decision, {format_dtg(self.at)}: {self.reason}"
        until = f", until {format_dtg(self.until)}" if self.until else ""
        word = "agreed on" if self.step == "agreed" else "changed to"
        was = "" if self.step == "agreed" else f" (proposed: {name_level(self.proposed)})"
        return (
            f"{self.by} {word} {name_level(self.level)}{was}, {format_dtg(self.at)}{until}: "
            f"{self.reason}"
        )


@dataclass(frozen=True, kw_only=True)
class Impact:
    """A segment's level at a moment: the proposal, and the newest decision of a person on it."""

    proposal: Proposal
    decision: Decision | None
    now: datetime

    @property
    def valid_decision(self) -> Decision | None:
        """The decision that is in force."""
        decision = self.decision
        return decision if decision is not None and decision.is_valid(self.now) else None

    @property
    def level(self) -> str:
        """The level in force."""
        decision = self.valid_decision
        return self.proposal.level if decision is None else str(decision.level)

    @property
    def state(self) -> State:
        """Whether the level is proposed by the program, or agreed or changed by a person."""
        decision = self.valid_decision
        return (
            "proposed" if decision is None else "agreed" if decision.step == "agreed" else "changed"
        )

    @property
    def until(self) -> datetime | None:
        """When the level ends; None for a proposal, which changes only with its figures."""
        decision = self.valid_decision
        return self.proposal.until if decision is None else decision.until

    @property
    def revision(self) -> int:
        """The number of the newest decision, 0 if there is none."""
        return 0 if self.decision is None else self.decision.revision

    @property
    def ended(self) -> str:
        """A note that a decision ended and the proposal applies again, or an empty text."""
        decision = self.decision
        if decision is None or decision.until is None or decision.until > self.now:
            return ""
        return (
            f"{name_level(decision.level)} set by {decision.by} expired "
            f"{format_dtg(decision.until)}: the proposal applies again"
        )

    @property
    def differs(self) -> str:
        """A note that the proposal has changed since a person decided, or an empty text."""
        decision, own = self.valid_decision, self.proposal.level
        if decision is None or own in (decision.level, decision.proposed):
            return ""
        return f"now proposed: {name_level(own)}"

    @property
    def status_text(self) -> str:
        """How the level came about: "proposed", "agreed by ... until ..."."""
        decision = self.valid_decision
        if decision is None:
            until = self.proposal.until
            return f"proposed until {format_dtg(until)}" if until else "proposed"
        word = "agreed" if decision.step == "agreed" else "changed"
        return f"{word} by {decision.by} until {format_dtg(decision.until or self.now)}"

    @property
    def why(self) -> str:
        """The reasons for the level in one line."""
        decision = self.valid_decision
        reasons = [decision.reason] if decision is not None else []
        reasons += [*self.proposal.reason_lines, self.differs, self.ended]
        return "; ".join(part for part in reasons if part)


def name_level(level: str | None) -> str:
    """Return the name of a level."""
    return LEVELS.get(level or UNKNOWN, UNKNOWN)
