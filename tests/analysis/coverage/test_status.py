"""States of sensors against a simulation minute by minute."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.coverage.status import (
    EARLIEST,
    LATEST,
    STATE_CODES,
    StatusSteps,
    build_status,
    to_microseconds,
)
from cop.errors import InputFileError

pytestmark = pytest.mark.coverage

START = datetime(2026, 3, 8)
MINUTES = 60
MINUTE = st.integers(-10, MINUTES + 10)
OPEN = st.none() | MINUTE
SENSORS = ("S-1", "S-2", "S-9")
Interval = tuple[str, int, int | None, str | None]
Life = tuple[str, int | None, int | None]
INTERVALS = st.lists(
    st.tuples(st.sampled_from(SENSORS), MINUTE, OPEN, st.sampled_from([*STATE_CODES, None])),
    max_size=12,
)
LIVES = st.lists(st.tuples(st.sampled_from(SENSORS[:2]), OPEN, OPEN), max_size=4)
WORST = ("down", "unknown", "degraded", "up")


def moment(minute: int | None) -> datetime | None:
    return None if minute is None else START + timedelta(minutes=minute)


def micros(minute: float) -> int:
    return int(
        (START + timedelta(minutes=minute) - datetime(1970, 1, 1)) / timedelta(microseconds=1)
    )


def frame_of(rows: list, columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows whose second and third values are minutes."""
    moments = [(name, moment(begin), moment(end), *more) for name, begin, end, *more in rows]
    frame = pd.DataFrame(moments, columns=list(columns))
    return frame.astype(dict.fromkeys(columns[1:3], "datetime64[us]"))


def build(lives: list[Life], intervals: list[Interval]) -> StatusSteps:
    placements = frame_of(lives, ("sensor_id", "valid_from", "valid_to"))
    return build_status(placements, frame_of(intervals, ("sensor_id", "down_at", "up_at", "state")))


def state_at(life: Life, intervals: list[Interval], now: float) -> str:
    """The worst of what holds of a sensor at a minute."""
    name, begin, end = life
    if (begin is not None and now < begin) or (end is not None and now >= end):
        return "down"
    held = [
        state or "down"
        for sensor, down, up, state in intervals
        if sensor == name and down <= now and (up is None or now < up)
    ]
    return min([*held, "up"], key=WORST.index)


@given(LIVES, INTERVALS)
def test_steps_equal_a_simulation_minute_by_minute(
    lives: list[Life], intervals: list[Interval]
) -> None:
    """At each minute, and half a minute later."""
    status = build(lives, intervals)
    for half in range(-30, 2 * MINUTES + 30):
        expected = [STATE_CODES[state_at(life, intervals, half / 2)] for life in lives]
        assert status.at(micros(half / 2)).tolist() == expected


@given(LIVES, INTERVALS)
def test_steps_are_no_more_than_there_are_changes(
    lives: list[Life], intervals: list[Interval]
) -> None:
    status = build(lives, intervals)
    assert len(status.first) == len(lives) + 1
    assert status.first[-1] == len(status.since) == len(status.state)
    for row in range(len(lives)):
        since, state = status.of(row)
        assert since[0] == EARLIEST
        assert (np.diff(since) > 0).all()
        assert (np.diff(state) != 0).all()
        assert since[-1] < LATEST


@given(LIVES, INTERVALS, st.randoms(use_true_random=False))
def test_the_order_of_intervals_does_not_matter(
    lives: list[Life], intervals: list[Interval], random: object
) -> None:
    before = build(lives, intervals)
    random.shuffle(intervals)  # type: ignore[attr-defined]
    after = build(lives, intervals)
    for name in ("first", "since", "state"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


def test_states_by_hand() -> None:
    """A degraded hour with a silent half hour in it, and ten minutes down in that."""
    intervals = [("S-1", 0, 60, "degraded"), ("S-1", 15, 45, "unknown"), ("S-1", 30, 40, "down")]
    since, state = build([("S-1", None, None)], intervals).of(0)
    assert since.tolist() == [EARLIEST, *map(micros, (0, 15, 30, 40, 45, 60))]
    assert state.tolist() == [STATE_CODES[name] for name in ("up", *STEPS)]


STEPS = ("degraded", "unknown", "down", "unknown", "degraded", "up")


def test_two_outages_end_to_end_are_one() -> None:
    since, state = build([("S-1", None, None)], [("S-1", 5, 9, "down"), ("S-1", 9, 12, "down")]).of(
        0
    )
    assert since.tolist() == [EARLIEST, micros(5), micros(12)]
    assert state.tolist() == [3, 0, 3]


def test_without_a_column_of_states_all_are_down() -> None:
    placements = frame_of([("S-1", None, None)], ("sensor_id", "valid_from", "valid_to"))
    outages = frame_of([("S-1", 5, None)], ("sensor_id", "down_at", "up_at"))
    status = build_status(placements, outages)
    assert [status.at(micros(minute)).tolist() for minute in (4, 5, 10**6)] == [[3], [0], [0]]


def test_an_interval_without_a_beginning_names_its_sensor() -> None:
    rows = frame_of([("S-1", 1, 2, "down"), ("S-2", None, 3, "degraded")],
                    ("sensor_id", "down_at", "up_at", "state"))  # fmt: skip
    placements = frame_of([], ("sensor_id", "valid_from", "valid_to"))
    with pytest.raises(InputFileError, match="outage of sensor S-2: down_at is missing"):
        build_status(placements, rows)


def test_times_are_microseconds_since_1970() -> None:
    times = pd.Series([datetime(1970, 1, 2, 0, 0, 0, 7), None, datetime(1969, 12, 31, 23)])
    found = to_microseconds(times.astype("datetime64[us]"), missing=LATEST)
    assert found.tolist() == [86_400_000_007, LATEST, -3_600_000_000]
