"""Tests of impact levels: which of a proposal and a decision stands, and what is said of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from cop.model.impact import MOST_SEGMENTS, RANKS, Agreement, Decision, Impact, name_level
from cop.model.impact_rule import LEVELS, UNKNOWN
from tests.support.impact import NOW, SURGE, make_proposal

pytestmark = pytest.mark.house

HOUR = timedelta(hours=1)
DECISION = Decision(
    records="real",
    segment_id=SURGE,
    revision=3,
    step="changed",
    level="low",
    proposed="high",
    evidence="rule",
    reason="exercise",
    by="Avery",
    at=NOW - HOUR,
    until=NOW + HOUR,
    version=7,
    marking="TLP:AMBER",
)
AGREED = replace(DECISION, step="agreed", level="high")
CLEARED = replace(DECISION, step="cleared", level=None, until=None)


def impact(decision: Decision | None, *, level: str = "high", now: datetime = NOW) -> Impact:
    return Impact(proposal=make_proposal(level=level), decision=decision, now=now)


def test_levels_are_ranked_from_critical_to_unknown() -> None:
    assert sorted(RANKS, key=RANKS.__getitem__) == ["critical", "high", "medium", "low", UNKNOWN]
    assert [name_level(level) for level in LEVELS] == list(LEVELS.values())
    assert name_level(None) == name_level(UNKNOWN) == name_level("no level") == UNKNOWN


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (DECISION.at - HOUR, False),
        (DECISION.at, True),
        (NOW, True),
        (NOW + HOUR - timedelta(microseconds=1), True),
        (NOW + HOUR, False),
    ],
)
def test_a_decision_holds_from_its_moment_until_its_end(now: datetime, holds: bool) -> None:
    found = impact(DECISION, now=now)
    assert (found.valid_decision is not None) == holds
    assert (found.level, found.state) == (("low", "changed") if holds else ("high", "proposed"))
    assert found.until == (DECISION.until if holds else None)
    assert found.revision == DECISION.revision


@pytest.mark.parametrize("decision", [None, CLEARED])
def test_without_a_decision_in_force_the_proposal_counts(decision: Decision | None) -> None:
    found = impact(decision)
    assert (found.level, found.state, found.ended, found.differs) == ("high", "proposed", "", "")
    assert found.why == "rule: made up"
    assert found.revision == (3 if decision else 0)


def test_a_proposal_ends_when_it_says() -> None:
    proposal = replace(make_proposal(level="critical"), until=NOW + HOUR)
    assert Impact(proposal=proposal, decision=None, now=NOW).until == NOW + HOUR


def test_an_agreement_is_no_change() -> None:
    assert impact(AGREED).state == "agreed"
    assert "Avery" in impact(AGREED).status_text
    assert impact(AGREED).status_text != impact(DECISION).status_text


def test_a_decision_that_has_ended_is_named() -> None:
    found = impact(DECISION, now=NOW + HOUR)
    assert "Avery" in found.ended
    assert found.ended in found.why


@pytest.mark.parametrize(
    ("level", "differs"), [("high", False), ("low", False), ("medium", True), ("critical", True)]
)
def test_a_new_proposal_is_named_beside_the_decision(level: str, differs: bool) -> None:
    found = impact(DECISION, level=level)
    assert bool(found.differs) == differs
    assert (name_level(level) in found.differs) == differs
    assert found.why.startswith("exercise; ")


@pytest.mark.parametrize("decision", [DECISION, AGREED, CLEARED])
def test_the_line_of_a_decision_has_who_and_why(decision: Decision) -> None:
    assert decision.line.startswith("Avery ")
    assert decision.line.endswith(": exercise")


def test_only_a_change_names_what_was_proposed() -> None:
    assert "proposed" in DECISION.line
    assert "proposed" not in AGREED.line


@pytest.mark.parametrize(
    "wrong",
    [
        {"segments": ()},
        {"segments": (SURGE,) * (MOST_SEGMENTS + 1)},
        {"segments": ("tca-0010",)},
        {"by": " "},
        {"by": "x" * 41},
        {"reason": ""},
        {"reason": "a\nb"},
        {"level": "unknown"},
        {"more": 1},
    ],
)
def test_an_agreement_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    good = {"segments": (SURGE,), "by": " Avery ", "reason": "seen"}
    assert Agreement.model_validate(good).by == "Avery"
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Agreement.model_validate(good | wrong)
