"""Patrol teams: they set out from towns or stations near the line, and keep to their shift."""

import pytest

from cop.analysis.patrol import Shift
from cop.query.coverage.team import plan_teams
from cop.query.service import QueryService
from tests.query.coverage.test_plan import asked

pytestmark = pytest.mark.coverage


def test_teams_set_out_from_towns_of_the_own_side(service: QueryService) -> None:
    view, gaps = asked(service)
    found = plan_teams(service, view, gaps, teams=2, shift=Shift(), seed=1)
    assert len(found.plan.stretches) == 2
    assert 0 < found.plan.cover.weight <= found.total
    for stretch in found.plan.stretches:
        assert stretch.travel_hours + stretch.patrol_hours <= 8 * 0.8 + 1e-9
    segments = found.segments
    assert set(segments.iloc[[s.first for s in found.plan.stretches]]["sector"]) == {"TCA"}
