"""Plans: the weight of pieces is that of the gaps, and what is chosen closes it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from cop.analysis.sight.viewshed import Placement
from cop.analysis.siting import CoverPlan
from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.candidate import Candidate
from cop.query.coverage.gap import Gaps, read_gaps
from cop.query.coverage.place import read_pieces
from cop.query.coverage.plan import describe_bound, plan_sensors, propose_sensors, weigh_pieces
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View

pytestmark = pytest.mark.coverage

LOOK = Placement(lon=0, lat=0, height_m=20, range_m=8_000)


def asked(service: QueryService) -> tuple[View, Gaps]:
    end = service.warehouse.snapshot.now
    window = TimeWindow(start=end - timedelta(days=10), end=end)
    view = service.view(Filter(records="synthetic", window=window, sectors=("TCA",)))
    gaps = read_gaps(service, view)
    assert gaps is not None
    return view, gaps


def candidates_of(service: QueryService) -> list[Candidate]:
    segments = read_segments(service.warehouse.snapshot)
    own = segments[segments["sector"] == "TCA"][::4]
    middles = own.geometry.apply(lambda line: line.interpolate(0.5, normalized=True))
    return [
        Candidate(name=name, lon=point.x, lat=point.y)
        for name, point in zip(own["segment_id"], middles, strict=True)
    ]


def test_the_weight_of_pieces_is_that_of_the_gaps(service: QueryService) -> None:
    view, gaps = asked(service)
    (file,) = view.snapshot.catalogue.files_of("segments")
    pieces = read_pieces(file)
    weights = weigh_pieces(service, view, gaps, pieces)
    by_segment = np.bincount(pieces.owner, weights=weights)
    names = read_segments(view.snapshot)["segment_id"]
    expected = gaps.table.set_index("segment_id")["weight"].fillna(0).reindex(names).fillna(0)
    np.testing.assert_allclose(by_segment, expected, atol=1e-6)


def test_what_is_chosen_closes_what_it_says(service: QueryService) -> None:
    """Tried as a what-if, the chosen sensors close at least that much of the gap."""
    view, gaps = asked(service)
    plan = plan_sensors(
        service, view, gaps, candidates=candidates_of(service), look=LOOK, number=3, sources=[]
    )
    assert plan.cover.is_proven
    assert len(plan.places) == 3
    assert plan.cover.weight <= sum(place.closes for place in plan.places) + 1e-6
    assert plan.runner_up is not None
    assert plan.runner_up.weight <= plan.cover.weight + 1e-9
    trials = plan.to_trials(taken={"Plan-2"})
    assert [trial.sensor for trial in trials] == ["Plan-1", "Plan-3", "Plan-4"]
    assert {(trial.height_m, trial.range_m) for trial in trials} == {(20, 8_000)}
    tried = service.view(replace(view.filter, trials=trials))
    after = read_gaps(service, tried)
    assert after is not None
    closed = gaps.table["weight"].sum() - after.table["weight"].sum()
    assert closed == pytest.approx(plan.cover.weight, rel=1e-3)


def test_nothing_to_close_is_said(service: QueryService) -> None:
    view, gaps = asked(service)
    none = replace(gaps, table=gaps.table.assign(weight=0.0))
    with pytest.raises(FilterError, match="nothing to plan"):
        plan_sensors(
            service, view, none, candidates=candidates_of(service), look=LOOK, number=1, sources=[]
        )


def test_places_are_proposed_along_the_gap_and_said_in_words(service: QueryService) -> None:
    view, gaps = asked(service)
    steps: list[tuple[str, int]] = []
    plan = propose_sensors(
        service, view, gaps, look=LOOK, number=2,
        progress=lambda step, number, _total: steps.append((step, number)),
    )  # fmt: skip
    assert plan.candidates == sum(number for _, number in steps)
    assert {step for step, _ in steps} == {"candidates"}
    assert plan.summary.startswith(f"2 of {plan.candidates} places close ")
    assert plan.summary.endswith(describe_bound(plan.cover))
    assert plan.rival is not None
    assert plan.rival.startswith("runner-up: TCA-")
    for place in plan.places:
        assert place.candidate.name in set(gaps.table["segment_id"])


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (9.0, "proven: no other choice closes more"),
        (10.0, "not proven: at most 10.0% short of the best possible"),
        (None, "not proven: the solver gave no bound in time"),
    ],
)
def test_it_is_said_how_sure_a_plan_is(bound: float | None, words: str) -> None:
    assert describe_bound(CoverPlan(chosen=(0,), weight=9.0, bound=bound)) == words
