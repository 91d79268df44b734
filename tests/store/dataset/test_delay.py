"""Delays of events by SQL: beside a plain count, and what is not known."""

from datetime import datetime

import duckdb
import pytest

from cop.model.delay import BOUNDS_H
from cop.store.dataset.delay import read_delays

pytestmark = pytest.mark.exchange
COLUMNS = "origin, origin_source, occurred_at, reported_at, time_precision, synthetic"
ROWS = (
    "VALUES "
    "('JTF', 'own', TIMESTAMP '2026-11-01', TIMESTAMP '2026-11-01 01:00', 'minute', false), "
    "('JTF', 'own', '2026-11-01 00:00', '2026-11-01 01:00:01', 'minute', false), "
    "('JTF', 'own', '2026-11-01 00:00', '2026-10-31 23:00', 'minute', false), "
    "('JTF', 'own', '2026-11-01 00:00', '2026-11-02 00:00', 'day', false), "
    "('JTF', 'own', '2026-11-01 00:00', NULL, 'minute', false), "
    "('JTF', 'own', '2026-09-01 00:00', '2026-11-01 00:00', 'minute', true), "
    "('DPS', 'own', '2026-11-01 00:00', '2026-11-02 00:00', 'minute', false)"
)  # fmt: skip


def test_each_event_is_in_its_class() -> None:
    with duckdb.connect() as cursor:
        delays = read_delays(
            cursor, f"SELECT * FROM ({ROWS}) t({COLUMNS})", at=datetime(2026, 11, 2)
        )
    reported = {tally.source: tally for tally in delays.occurred_to_reported}
    assert set(reported) == {"JTF/own", "SYNTHETIC:JTF/own", "DPS/own"}
    # At most an hour twice (one before it occurred), up to two once, a day alone and no report.
    assert reported["JTF/own"].counts[:2] == (2, 1)
    assert (reported["JTF/own"].n, reported["JTF/own"].n_known) == (5, 3)
    assert reported["SYNTHETIC:JTF/own"].median_h == float("inf")
    assert reported["DPS/own"].counts[BOUNDS_H.index(24)] == 1
    shared = {tally.source: tally for tally in delays.reported_to_shared}
    assert (shared["JTF/own"].n_known, shared["JTF/own"].n_late) == (4, 1)
    assert delays.for_record()["reported_to_shared"][0].startswith("JTF/own 1.")


def test_of_very_many_sources_the_rest_is_together() -> None:
    many = (
        "SELECT 'JTF', concat('s', i), TIMESTAMP '2026-11-01', TIMESTAMP '2026-11-01', 'minute', "
        "i % 2 = 0 FROM range(120) r(i)"
    )
    with duckdb.connect() as cursor:
        delays = read_delays(
            cursor, f"SELECT * FROM ({many}) t({COLUMNS})", at=datetime(2026, 11, 2)
        )
    tallies = delays.occurred_to_reported
    assert len(tallies) == 50
    assert sum(tally.n for tally in tallies) == 120
    assert sum(tally.n for tally in tallies if tally.synthetic) == 60
