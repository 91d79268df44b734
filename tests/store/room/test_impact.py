"""Decisions on impact levels: added and never changed, with an expiry, an audit and revisions."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.errors import ImpactError
from cop.model.impact import Agreement, Decision, Impact
from cop.model.impact_rule import UNKNOWN
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.room.impact import Decisions
from cop.store.room.impact_rule import read_rules
from tests.support.impact import NEVER, NOW, QUIET, SURGE, make_proposal
from tests.support.released import release_to

pytestmark = pytest.mark.forecast

RULES = read_rules(package_path("data", "impact.yaml"))
PROPOSALS = {
    SURGE: make_proposal(SURGE, "critical"),
    QUIET: make_proposal(QUIET, "low"),
    NEVER: make_proposal(NEVER, UNKNOWN),
}


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def decisions(either: StoreSettings, clock: Clock) -> Iterator[Decisions]:
    opened = Decisions(either, now=clock)
    yield opened
    opened.close()


def agree(
    decisions: Decisions,
    *segments: str,
    records: Any = "real",
    marking: str = "TLP:GREEN",
    sources: Iterable[str] | None = None,
    **said: Any,
) -> Any:
    words = {"segments": segments, "by": "Ana", "reason": "seen on the ground"} | said
    agreement = Agreement.model_validate(words)
    basis = {"version": 7, "marking": marking, "sources": sources}
    return decisions.agree(agreement, PROPOSALS, RULES, records=records, **basis)


def at(decisions: Decisions, segment: str, moment: datetime) -> Impact:
    held = decisions.list("real", moment).get(segment)
    return Impact(proposal=PROPOSALS[segment], decision=held, now=moment)


def test_an_agreement_stands_until_its_expiry_and_then_the_proposal_again(
    decisions: Decisions,
) -> None:
    (agreed,) = agree(decisions, QUIET, level="critical", until=NOW + timedelta(hours=6))
    assert (agreed.step, agreed.level, agreed.proposed) == ("changed", "critical", "low")
    before = at(decisions, QUIET, NOW + timedelta(hours=5))
    assert (before.level, before.state, before.ended) == ("critical", "changed", "")
    after = at(decisions, QUIET, NOW + timedelta(hours=6))
    assert (after.level, after.state) == ("low", "proposed")
    assert "temporarily critical set by Ana expired 261800Z NOV 26" in after.ended
    assert "the proposal applies again" in after.why


def test_every_decision_ends_and_critical_the_soonest(decisions: Decisions) -> None:
    (critical,) = agree(decisions, SURGE)
    assert (critical.step, critical.until) == ("agreed", NOW + timedelta(hours=48))
    (low,) = agree(decisions, QUIET)
    assert low.until == NOW + RULES.lasts("low")
    with pytest.raises(ImpactError, match=r"TCA-0010: .* longer than the 168 h"):
        agree(decisions, SURGE, until=NOW + timedelta(days=8))
    with pytest.raises(ImpactError, match=r"until 261200Z NOV 26 is past"):
        agree(decisions, SURGE, until=NOW)


def test_two_people_do_not_overwrite_each_other(decisions: Decisions) -> None:
    agree(decisions, SURGE, based_on={SURGE: 0})
    with pytest.raises(ImpactError, match=r"revision 1 came before yours.*Ana agreed on"):
        agree(decisions, SURGE, by="Chief", level="low", based_on={SURGE: 0})
    agree(decisions, SURGE, by="Chief", level="high", based_on={SURGE: 1})
    held = decisions.history("real", SURGE)
    assert [(d.revision, d.by, d.level) for d in held] == [
        (2, "Chief", "high"),
        (1, "Ana", "critical"),
    ]


def test_all_of_them_or_none(decisions: Decisions, either: StoreSettings) -> None:
    with pytest.raises(ImpactError, match=r"TCA-0030: nobody observed it"):
        agree(decisions, SURGE, NEVER)
    with pytest.raises(ImpactError, match=r"'TCA-9999' is not of this region"):
        agree(decisions, SURGE, "TCA-9999")
    assert decisions.list("real") == {}
    assert list_steps(either) == []
    assert len(agree(decisions, SURGE, NEVER, level="medium")) == 2


def test_real_and_synthetic_are_kept_apart(decisions: Decisions) -> None:
    agree(decisions, SURGE, records="synthetic")
    assert decisions.list("real") == {}
    agree(decisions, SURGE, level="low", based_on={SURGE: 0})
    assert decisions.list("synthetic")[SURGE].level == "critical"
    assert decisions.list("real")[SURGE].level == "low"


def test_steps_are_added_and_told_in_the_audit_record(
    decisions: Decisions, either: StoreSettings, clock: Clock
) -> None:
    agree(decisions, SURGE)
    clock.now = NOW + timedelta(hours=1)
    said = Agreement(segments=(SURGE,), by="Chief", reason="it is over")
    (cleared,) = decisions.clear(said, PROPOSALS, records="real", version=8, marking="TLP:GREEN")
    assert (cleared.step, cleared.level, cleared.until) == ("cleared", None, None)
    assert at(decisions, SURGE, clock.now).state == "proposed"
    assert at(decisions, SURGE, NOW).state == "agreed"
    with pytest.raises(ImpactError, match="no decision is in force"):
        decisions.clear(said, PROPOSALS, records="real", version=8, marking="TLP:GREEN")
    newest: Decision = decisions.history("real", SURGE)[0]
    assert newest == cleared
    steps = list_steps(either, subject=f"impact {SURGE}")
    assert [(step.who, step.action) for step in steps] == [("Chief", "cleared"), ("Ana", "agreed")]
    assert "seen on the ground" in steps[1].detail


def test_the_mark_tells_that_levels_changed(decisions: Decisions, clock: Clock) -> None:
    marks = [decisions.mark()]
    agree(decisions, SURGE)
    marks.append(decisions.mark())
    clock.now = NOW + timedelta(hours=47)
    assert decisions.mark() == marks[-1]
    clock.now = NOW + timedelta(hours=48)
    marks.append(decisions.mark())
    assert len(set(marks)) == len(marks)


def test_a_proposal_that_moved_on_is_said(decisions: Decisions) -> None:
    agree(decisions, QUIET)
    held = decisions.list("real")[QUIET]
    moved = Impact(proposal=make_proposal(QUIET, "high"), decision=held, now=NOW)
    assert (moved.level, moved.differs) == ("low", "now proposed: high")
    same = Impact(proposal=PROPOSALS[QUIET], decision=held, now=NOW)
    assert same.differs == ""


@pytest.mark.parametrize("field", ["by", "reason"])
def test_a_name_and_a_reason_are_needed(decisions: Decisions, field: str) -> None:
    for text in ("", "  ", "two\nlines", "x" * 200):
        with pytest.raises(ValueError, match=field):
            agree(decisions, SURGE, **{field: text})


@pytest.mark.access
def test_a_decision_that_is_withheld_changes_nothing_of_those_before_and_after(
    decisions: Decisions, clock: Clock
) -> None:
    county = decisions.released_to(release_to("HCSO", "TLP:GREEN"))
    agree(county, SURGE, level="high")
    before = county.list("real"), county.history("real", SURGE), county.mark()
    hidden = agree(decisions, SURGE, marking="TLP:RED", level="low", reason="known to few")
    agree(decisions, QUIET, marking="TLP:RED", level="high")
    assert (county.list("real"), county.history("real", SURGE), county.mark()) == before
    assert decisions.list("real")[SURGE] == hidden[0]
    # Who saw the first may decide on it, and is told neither of another nor of its number.
    agree(county, SURGE, level="medium", based_on={SURGE: 1})
    assert [one.revision for one in county.history("real", SURGE)] == [2, 1]
    assert [one.revision for one in decisions.history("real", SURGE)] == [3, 2, 1]
    assert decisions.list("real")[SURGE].level == "low"
    with pytest.raises(ImpactError, match="revision 2 came before yours") as refused:
        agree(county, SURGE, level="low", based_on={SURGE: 1})
    assert "known to few" not in str(refused.value)
    with pytest.raises(ImpactError, match="no decision is in force"):
        county.clear(
            Agreement(segments=(QUIET,), by="Ana", reason="quiet"), PROPOSALS, records="real",
            version=7, marking="TLP:GREEN",
        )  # fmt: skip


@pytest.mark.access
def test_a_decision_is_not_replaced_by_one_of_who_might_not_read_it(
    decisions: Decisions, clock: Clock
) -> None:
    county = decisions.released_to(release_to("HCSO", "TLP:GREEN"))
    state = decisions.released_to(release_to("DPS", "TLP:RED"))
    agree(state, SURGE, marking="TLP:RED", level="critical", until=NOW + timedelta(hours=6))
    clock.now += timedelta(minutes=1)
    agree(county, SURGE, level="low", based_on={SURGE: 0})
    assert county.list("real")[SURGE].level == "low"
    for own in (state, decisions):
        assert (own.list("real")[SURGE].level, own.list("real")[SURGE].revision) == ("critical", 1)
        assert len(own.history("real", SURGE)) == 2
    # Who reads both replaces both, also with what is marked lower.
    clock.now += timedelta(minutes=1)
    agree(state, SURGE, level="high", based_on={SURGE: 1}, until=NOW + timedelta(hours=6))
    assert {own.list("real")[SURGE].level for own in (county, state, decisions)} == {"high"}
    clock.now += timedelta(minutes=1)
    agree(county, SURGE, level="medium", based_on={SURGE: 2})
    assert state.list("real")[SURGE].level == "medium"


@pytest.mark.access
def test_what_others_decided_counts_once_a_decision_that_they_might_not_read_is_over(
    decisions: Decisions, clock: Clock
) -> None:
    county = decisions.released_to(release_to("HCSO", "TLP:GREEN"))
    agree(decisions, SURGE, marking="TLP:RED", level="critical", until=NOW + timedelta(hours=6))
    clock.now += timedelta(hours=1)
    agree(county, SURGE, level="low", until=NOW + timedelta(hours=9))
    assert decisions.list("real")[SURGE].level == "critical"
    assert decisions.list("real", NOW + timedelta(hours=5))[SURGE].level == "critical"
    clock.now = NOW + timedelta(hours=6)
    assert decisions.list("real")[SURGE].level == "low"
    agree(decisions, QUIET, marking="TLP:RED", level="critical")
    agree(county, QUIET, level="low")
    said = Agreement(segments=(QUIET,), by="Chief", reason="it is over")
    decisions.clear(said, PROPOSALS, records="real", version=8, marking="TLP:RED")
    assert decisions.list("real")[QUIET].step == "cleared"
    assert county.list("real")[QUIET].level == "low"


@pytest.mark.access
def test_a_decision_is_withheld_with_any_source_that_it_rests_on(decisions: Decisions) -> None:
    asked = []

    def may_count(sources: Collection[str] | None, version: int) -> bool:
        asked.append((sources, version))
        return sources is not None and "raised" not in sources

    own = decisions.released_to(release_to("HCSO", "TLP:GREEN")).counted_by(may_count)
    agree(decisions, SURGE, sources=("raised", "other"))
    agree(decisions, QUIET, sources=("other",))
    agree(decisions, NEVER, level="low")
    before = own.mark()
    assert {*own.list("real")} == {QUIET}
    assert own.history("real", SURGE) == ()
    assert (["other", "raised"], 7) in asked
    assert {*decisions.counted_by(may_count).list("real")} == {SURGE, QUIET, NEVER}
    agree(decisions, SURGE, sources=("raised",), level="high")
    assert own.mark() == before
    # They decide on it as if there were none, which takes nothing from who reads both.
    agree(own, SURGE, sources=("other",), level="low", based_on={SURGE: 0})
    assert decisions.list("real")[SURGE].level == "high"
