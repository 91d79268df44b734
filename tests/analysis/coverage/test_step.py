"""Steps of coverage against an hour by hour count, and what must hold of every one of them."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.coverage.piece import Pieces
from cop.analysis.coverage.sighting import Sighting
from cop.analysis.coverage.status import StatusSteps, build_status
from cop.analysis.coverage.step import CoverageSteps, build_steps

pytestmark = pytest.mark.coverage

START = datetime(2026, 3, 1)
HOURS = 48
FACTOR = {"up": 1.0, "degraded": 0.5, "down": 0.0, "unknown": 0.0}


def micros(hours: float) -> int:
    return int((START + timedelta(hours=hours) - datetime(1970, 1, 1)) / timedelta(microseconds=1))


def make_sighting(chance: np.ndarray, owner: list[int]) -> Sighting:
    """Chances (pieces, placements), 0 where a placement does not see a piece."""
    piece, placement = np.nonzero(np.nan_to_num(chance, nan=1.0))
    pieces = Pieces(points=np.zeros((len(owner), 2)), owner=np.array(owner), places=max(owner) + 1)
    return Sighting(
        pieces=pieces,
        placements=chance.shape[1],
        piece=piece,
        placement=placement,
        chance=chance[piece, placement],
    )


def make_status(count: int, *intervals: tuple[int, float, float | None, str]) -> StatusSteps:
    """Intervals of sensors by number, in hours from the start."""
    placements = pd.DataFrame(
        {
            "sensor_id": [f"S-{i}" for i in range(count)],
            "valid_from": pd.Series([pd.NaT] * count, dtype="datetime64[us]"),
            "valid_to": pd.Series([pd.NaT] * count, dtype="datetime64[us]"),
        }
    )
    rows = [
        (
            f"S-{number}",
            START + timedelta(hours=begin),
            pd.NaT if end is None else START + timedelta(hours=end),
            state,
        )
        for number, begin, end, state in intervals
    ]
    frame = pd.DataFrame(rows, columns=["sensor_id", "down_at", "up_at", "state"])
    for name in ("down_at", "up_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return build_status(placements, frame)


def hours_of(steps: CoverageSteps) -> tuple[np.ndarray, np.ndarray]:
    edges = np.array([micros(hour) for hour in range(HOURS + 1)])
    found = steps.integrate(edges)
    np.testing.assert_allclose(found.total, 1.0)
    return found.seen, found.unknown


def count_by_hour(
    chance: np.ndarray, owner: list[int], intervals: list[tuple[int, int, int | None, str]]
) -> np.ndarray:
    """The share seen of each place in each hour, one hour, piece and sensor at a time."""
    order = ("up", "degraded", "unknown", "down")
    shares = np.zeros((max(owner) + 1, HOURS))
    for hour in range(HOURS):
        states = ["up"] * chance.shape[1]
        for number, begin, end, state in intervals:
            if begin <= hour < (HOURS if end is None else end):
                states[number] = max(states[number], state, key=order.index)
        for place in range(max(owner) + 1):
            rows = [i for i, one in enumerate(owner) if one == place]
            missed = [
                np.prod([1 - FACTOR[s] * p for s, p in zip(states, chance[row], strict=True)])
                for row in rows
            ]
            shares[place, hour] = 1 - np.mean(missed)
    return shares


OUTAGE = st.tuples(
    st.integers(0, 2),
    st.integers(0, HOURS - 2),
    st.one_of(st.none(), st.integers(1, 30)),
    st.sampled_from(["down", "degraded", "unknown"]),
).map(lambda o: (o[0], o[1], None if o[2] is None else min(HOURS, o[1] + o[2]), o[3]))
CHANCES = st.lists(
    st.lists(st.sampled_from([0.0, 0.3, 0.8, 1.0]), min_size=3, max_size=3), min_size=5, max_size=5
).map(np.array)
OWNER = [0, 0, 1, 1, 1]


@given(chance=CHANCES, outages=st.lists(OUTAGE, max_size=6))
def test_steps_equal_a_count_hour_by_hour(chance: np.ndarray, outages: list) -> None:
    steps = build_steps(make_sighting(chance, OWNER), make_status(3, *outages))
    seen, unknown = hours_of(steps)
    np.testing.assert_allclose(seen, count_by_hour(chance, OWNER, outages), atol=3e-6)
    assert ((seen + unknown) <= 1 + 1e-6).all()
    assert (np.diff(steps.owner) >= 0).all()


@given(chance=CHANCES, outages=st.lists(OUTAGE, max_size=6))
def test_a_further_sensor_never_covers_less(chance: np.ndarray, outages: list) -> None:
    fewer = chance.copy()
    fewer[:, 2] = 0.0
    status = make_status(3, *outages)
    with_all, _ = hours_of(build_steps(make_sighting(chance, OWNER), status))
    with_two, _ = hours_of(build_steps(make_sighting(fewer, OWNER), status))
    assert (with_all >= with_two - 2e-6).all()


@given(begin=st.integers(0, 40), length=st.integers(1, 8))
def test_an_outage_of_the_only_sensor_makes_its_hours_gaps(begin: int, length: int) -> None:
    chance = np.ones((2, 1))
    steps = build_steps(
        make_sighting(chance, [0, 0]), make_status(1, (0, begin, begin + length, "down"))
    )
    seen, unknown = hours_of(steps)
    down = (np.arange(HOURS) >= begin) & (np.arange(HOURS) < begin + length)
    np.testing.assert_allclose(seen[0], np.where(down, 0.0, 1.0), atol=1e-6)
    np.testing.assert_allclose(unknown, 0.0, atol=1e-6)


@given(chance=CHANCES, outages=st.lists(OUTAGE, max_size=4))
def test_splitting_a_place_conserves_what_is_seen_of_it(chance: np.ndarray, outages: list) -> None:
    status = make_status(3, *outages)
    whole, _ = hours_of(build_steps(make_sighting(chance, [0] * 5), status))
    parts, _ = hours_of(build_steps(make_sighting(chance, [0, 0, 1, 1, 1]), status))
    np.testing.assert_allclose(5 * whole[0], 2 * parts[0] + 3 * parts[1], atol=1e-5)


def test_no_report_and_no_heights_are_unknown_not_uncovered() -> None:
    chance = np.array([[1.0, 0.0], [0.0, np.nan], [0.0, 0.0], [0.0, 0.0]])
    steps = build_steps(make_sighting(chance, [0] * 4), make_status(2, (0, 10, 20, "unknown")))
    seen, unknown = hours_of(steps)
    np.testing.assert_allclose(seen[0, :10], 0.25, atol=1e-6)
    np.testing.assert_allclose(unknown[0, :10], 0.25, atol=1e-6)
    np.testing.assert_allclose(seen[0, 10:20], 0.0, atol=1e-6)
    np.testing.assert_allclose(unknown[0, 10:20], 0.5, atol=1e-6)


def test_a_place_that_no_sensor_sees_has_one_step_of_nothing() -> None:
    steps = build_steps(make_sighting(np.array([[1.0], [0.0]]), [0, 1]), make_status(1))
    assert steps.owner.tolist() == [0, 1]
    assert steps.seen.tolist() == pytest.approx([1.0, 0.0])
    assert steps.sensors.tolist() == [1.0, 0.0]


def test_some_places_are_built_anew_as_all_would_be() -> None:
    chance = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.8]])
    sighting = make_sighting(chance, [0, 1, 2])
    before = build_steps(sighting, make_status(2))
    status = make_status(2, (1, 3, 9, "down"))
    touched = sighting.places_of(np.array([1]))
    assert touched.tolist() == [1, 2]
    changed = before.with_places(build_steps(sighting, status, places=touched), touched)
    whole = build_steps(sighting, status)
    for name in ("owner", "since", "seen", "unknown", "sensors"):
        np.testing.assert_array_equal(getattr(changed, name), getattr(whole, name))


def test_a_degraded_sensor_counts_where_it_sees_more_likely_than_not() -> None:
    chance = np.array([[1.0, 0.9], [0.0, 0.9]])
    status = make_status(2, (0, 0, 10, "degraded"), (1, 0, 10, "degraded"))
    steps = build_steps(make_sighting(chance, [0, 0]), status)
    assert steps.at(micros(-1)).sensors.tolist() == [2.0]
    assert steps.at(micros(5)).sensors.tolist() == [1.0], "half of 0.9 is less likely than not"
