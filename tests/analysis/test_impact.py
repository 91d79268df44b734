"""Proposals of impact levels: the first rule that fits, its reasons, and what is unknown."""

from datetime import datetime, timedelta
from math import nan
from typing import Any

import pandas as pd
import pytest

from cop.analysis.impact import build_proposals
from cop.errors import FilterError
from cop.model.impact import Proposal
from cop.model.impact_rule import UNKNOWN, RuleBook
from cop.resource import package_path
from cop.store.room.impact_rule import read_rules

pytestmark = pytest.mark.forecast

SHIPPED = package_path("data", "impact.yaml")
NOW = datetime(2026, 11, 26, 12)
BUSY = {"risk": 20.0, "risk_low": 9.0, "risk_high": 31.0, "n": 80, "previous_n": 20, "change": 300}
STEADY = {"risk": 4.0, "risk_low": 1.0, "risk_high": 8.0, "n": 16, "previous_n": 16, "change": 0}
NOTHING = {"risk": 0.0, "risk_low": 0.0, "risk_high": 0.0, "n": 0, "previous_n": 0, "change": nan}


def propose(
    *rows: dict[str, Any], age_h: float = 1, rules: RuleBook | None = None
) -> list[Proposal]:
    """Propose for rows among a hundred watched segments where next to nothing is expected."""
    others = [NOTHING | {"risk": 0.1, "risk_high": 1.0, "n": 1, "coverage": 0.9}] * 100
    table = pd.DataFrame([{"coverage": 0.9} | row for row in (*rows, *others)])
    table.insert(0, "segment_id", [f"TCA-{i:04d}" for i in range(len(table))])
    table.insert(1, "sector", "TCA")
    known_to = NOW - timedelta(hours=age_h)
    found = build_proposals(table, rules or read_rules(SHIPPED), known_to=known_to, now=NOW)
    return list(found[: len(rows)])


def test_the_first_rule_that_fits_proposes_and_says_why() -> None:
    busy, steady, blind, quiet = propose(
        BUSY, STEADY, STEADY | {"risk_low": 0.0, "coverage": 0.1}, NOTHING
    )
    assert (busy.level, busy.rule) == ("critical", "surge on a busy segment")
    assert busy.until == NOW + timedelta(hours=47)
    assert "20.0 events expected in 7 days (9 to 31), lower end at least 5" in busy.reason_lines
    assert "change +300% (at least 100)" in busy.reason_lines
    assert (steady.level, steady.rule) == ("high", "among the busiest")
    assert (blind.level, blind.rule) == ("high", "busy and hardly watched")
    assert "10% of segment-hours seen (below 0.25)" in blind.reason_lines
    assert (quiet.level, quiet.rule, quiet.until) == ("low", None, None)


def test_a_critical_proposal_ends_and_the_next_rule_is_asked() -> None:
    (fresh,), (old,) = propose(BUSY, age_h=47), propose(BUSY, age_h=49)
    assert (fresh.level, fresh.lapsed) == ("critical", None)
    assert (old.level, old.lapsed, old.until) == ("high", "surge on a busy segment", None)
    assert any("which is over" in reason for reason in old.reason_lines)


def test_unobserved_is_unknown_and_never_low() -> None:
    unwatched, no_sensors, recorded, watched = propose(
        NOTHING | {"coverage": 0.0},
        NOTHING | {"coverage": nan},
        NOTHING | {"coverage": 0.0, "previous_n": 1},
        NOTHING | {"coverage": 0.05},
    )
    assert [p.level for p in (unwatched, no_sensors)] == [UNKNOWN, UNKNOWN]
    assert "sensors saw 0% of it" in unwatched.reason_lines[0]
    assert "no sensor is known" in no_sensors.reason_lines[0]
    assert [p.level for p in (recorded, watched)] == ["low", "low"]


def test_coverage_that_may_be_more_is_neither_seen_nor_a_gap() -> None:
    busy = STEADY | {"risk_low": 0.0, "coverage": 0.1}
    sure, open_, unseen, seen = propose(
        busy | {"coverage_unknown": 0.1},
        busy | {"coverage_unknown": 0.6},
        NOTHING | {"coverage": 0.0, "coverage_unknown": 0.6},
        NOTHING | {"coverage": 0.5, "coverage_unknown": 0.5},
    )
    assert (sure.level, sure.rule) == ("high", "busy and hardly watched")
    assert (open_.level, open_.unjudged) == ("medium", ("busy and hardly watched",))
    assert unseen.level == UNKNOWN
    assert "sensors saw 0% of it, 60% is unknown" in unseen.reason_lines[0]
    assert seen.level == "low"


def test_what_rests_on_an_unknown_figure_is_not_called_low() -> None:
    lacking = {"risk": nan, "risk_low": nan, "risk_high": nan, "change": nan, "coverage": nan}
    nothing, no_sensors, fitting = propose(
        STEADY | lacking | {"previous_n": nan},
        NOTHING | {"risk": 0.5, "risk_high": 3.0, "n": 1, "coverage": nan},
        STEADY | {"risk_low": 0.0, "coverage": nan},
    )
    assert nothing.level == UNKNOWN
    assert "busy and hardly watched" in nothing.unjudged
    assert (no_sensors.level, no_sensors.unjudged) == (
        UNKNOWN,
        ("events possible where nobody looks",),
    )
    assert "cannot be judged" in no_sensors.reason_lines[0]
    assert (fitting.level, fitting.rule) == ("medium", "events likely")
    assert fitting.unjudged == ("busy and hardly watched",)


def test_a_rise_from_none_is_a_rise() -> None:
    rise, calm = propose(
        NOTHING | {"risk": 0.2, "risk_high": 1.0, "n": 6}, NOTHING | {"n": 0, "coverage": 0.9}
    )
    assert (rise.level, rise.rule) == ("medium", "rising")
    assert "none before (at least 50)" in rise.reason_lines
    assert calm.level == "low"


def test_a_tie_is_not_ranked_better_than_it_is() -> None:
    found = propose(*[STEADY] * 10)
    assert [p.figures["rank"] for p in found] == pytest.approx([100 * 10 / 110] * 10)
    assert {p.level for p in found} == {"medium"}


def test_figures_without_a_segment_are_refused() -> None:
    with pytest.raises(FilterError, match="segment_id"):
        build_proposals(pd.DataFrame({"n": [1]}), read_rules(SHIPPED), known_to=None, now=NOW)
