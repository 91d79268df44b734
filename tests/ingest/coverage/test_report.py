"""What status reports say, against a simulation of every minute: states and places."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.ingest.coverage.report import read_intervals, read_positions
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.report import merge_reports
from cop.store.dataset.source import Source, register_source
from tests.support.report import Row, make_reports, make_status_source

pytestmark = pytest.mark.coverage

START = datetime(2026, 1, 31, 23, 50)
MINUTES = 50
DAY_MINUTES = 1_440
STEADY = make_status_source("steady")
PROMPT = make_status_source("prompt", cadence_days=8 / DAY_MINUTES)
SILENT_AFTER = 10
"""Minutes: the interval of 8 and a quarter of it."""
REPORTED = st.tuples(
    st.sampled_from(["S-1", "S-2"]),
    st.integers(0, MINUTES - 1),
    st.sampled_from(["up", "down", "degraded", "unknown", None]),
    st.sampled_from(["power", "weather", None]),
)
REPORTS = st.lists(REPORTED, unique_by=lambda one: one[:2], max_size=10)

Reported = tuple[str, int, str | None, str | None]


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def rows_of(reports: Iterable[Reported]) -> list[Row]:
    return [
        (sensor, minute(at), state, cause, -110.5, 31.5, None)
        for sensor, at, state, cause in reports
    ]


def read(*loads: tuple[Source, list[Row]], renewed: Source | None = None) -> pd.DataFrame:
    """The intervals of reports that are merged into an empty warehouse."""
    with (
        TemporaryDirectory() as folder,
        open_transaction(StoreSettings(data=Path(folder))) as transaction,
    ):
        for source, rows in loads:
            merge_reports(transaction, source, make_reports(*rows))
            if source != renewed:
                register_source(transaction, source)
        return read_intervals(transaction, renewed, alone=renewed is not None)


def simulate(
    source: Source, sensor: str, reports: list[Reported], minutes: int
) -> list[tuple[str, str] | None]:
    """State and cause of each minute by the last report of a sensor; None where it is up."""
    own = sorted(row[1:] for row in reports if row[0] == sensor and row[2] is not None)
    found: list[tuple[str, str] | None] = []
    for now in range(minutes):
        known = [row for row in own if row[0] <= now]
        at, state, cause = known[-1] if known else (now, "up", None)
        if source.cadence_days and now - at >= SILENT_AFTER:
            state, cause = "unknown", "no report"
        found.append(None if state == "up" else (str(state), cause or "not stated"))
    return found


def spread(intervals: pd.DataFrame, source: Source, sensor: str) -> list[tuple[str, str] | None]:
    """State and cause of each minute by intervals, no two of which may overlap."""
    found: list[tuple[str, str] | None] = [None] * (MINUTES + 20)
    own = intervals[(intervals["source"] == source.id) & (intervals["sensor_id"] == sensor)]
    for row in own.itertuples():
        for number in range(len(found)):
            if row.down_at <= minute(number) and not row.up_at <= minute(number):
                assert found[number] is None
                found[number] = (row.state, row.cause)
    return found


@given(steady=REPORTS, prompt=REPORTS)
def test_every_minute_is_as_the_last_report_says(
    steady: list[Reported], prompt: list[Reported]
) -> None:
    given_reports = {STEADY: steady, PROMPT: prompt}
    intervals = read(*((source, rows_of(rows)) for source, rows in given_reports.items()))
    assert (intervals["up_at"].isna() | (intervals["up_at"] > intervals["down_at"])).all()
    for source, rows in given_reports.items():
        for sensor in ("S-1", "S-2"):
            simulated = simulate(source, sensor, rows, MINUTES + 20)
            assert spread(intervals, source, sensor) == simulated


@given(reports=REPORTS)
def test_repeated_reports_are_one_interval(reports: list[Reported]) -> None:
    intervals = read((STEADY, rows_of(reports)))
    for _, own in intervals.groupby("sensor_id"):
        for before, after in pairwise(own.itertuples()):
            same = (before.state, before.cause) == (after.state, after.cause)
            assert not (same and before.up_at == after.down_at)


def test_reports_on_time_leave_no_gap_and_late_ones_are_unknown_up_to_the_next() -> None:
    down: list[Row] = [
        ("S-1", minute(at), "down", "power", None, None, None) for at in (0, 10, 20, 35)
    ]
    intervals = read((PROMPT, down))
    assert intervals["state"].tolist() == ["down", "unknown", "down", "unknown"]
    assert intervals["cause"].tolist() == ["power", "no report", "power", "no report"]
    assert intervals["down_at"].tolist() == [minute(at) for at in (0, 30, 35, 45)]
    assert intervals["up_at"].tolist()[:3] == [minute(at) for at in (30, 35, 45)]
    assert pd.isna(intervals["up_at"].iloc[3])


def test_a_renewed_source_counts_alone_and_by_its_new_interval() -> None:
    one: list[Row] = [("S-1", minute(0), "down", None, None, None, None)]
    slow = make_status_source("steady", cadence_days=16 / DAY_MINUTES)
    intervals = read((PROMPT, one), (slow, one), renewed=slow)
    assert intervals["source"].tolist() == ["steady", "steady"]
    assert intervals["down_at"].tolist() == [minute(0), minute(20)]


def positions(*loads: tuple[Source, list[Row]]) -> list[tuple[str, float, float, float]]:
    """Sensor, minute and place of each move."""
    with (
        TemporaryDirectory() as folder,
        open_transaction(StoreSettings(data=Path(folder))) as transaction,
    ):
        for source, rows in loads:
            merge_reports(transaction, source, make_reports(*rows))
        found = read_positions(transaction)
    at = (found["at"] - START) / timedelta(minutes=1)
    return list(zip(found["sensor_id"], at, found["lon"], found["lat"], strict=True))


def test_only_moves_are_positions() -> None:
    places = [(-110.5, 31.5), (-110.50004, 31.49996), (None, None), (-110.5, 31.5), (-110.5, 31.6)]
    rows: list[Row] = [
        ("M-1", minute(at), "up", None, *place, 6.0)
        for at, place in enumerate((*places, places[0]))
    ]
    other: list[Row] = [("M-0", minute(3), None, None, -110.123_46, 31.5, None)]
    assert positions((STEADY, [*rows, *other])) == [
        ("M-0", 3, -110.1235, 31.5),
        ("M-1", 0, -110.5, 31.5),
        ("M-1", 4, -110.5, 31.6),
        ("M-1", 5, -110.5, 31.5),
    ]


def test_another_height_at_the_same_place_is_a_position() -> None:
    rows: list[Row] = [
        ("A-1", minute(at), None, None, -110.5, 31.5, height)
        for at, height in enumerate((900.0, 900.0, 300.0, None))
    ]
    assert [at for _, at, *_ in positions((STEADY, rows))] == [0, 2, 3]


def test_of_two_places_at_one_moment_the_first_source_is_believed() -> None:
    rows: list[tuple[Source, list[Row]]] = [
        (STEADY, [("M-1", minute(1), None, None, -110.2, 31.2, 5.0)]),
        (PROMPT, [("M-1", minute(1), None, None, -110.1, 31.1, None)]),
    ]
    assert positions(*rows) == [("M-1", 1, -110.1, 31.1)]
