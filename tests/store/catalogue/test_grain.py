"""Tests of the grains: each counts what the events are, and a coarser one sums a finer one."""

from collections.abc import Iterator

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.grain import (
    CELL_DAYS_12,
    CELLS,
    DAYS,
    IN_COPY,
    IN_MEMORY,
    SECTOR_DAYS,
    SEGMENT_DAYS,
    TOTALS,
    Grain,
)
from cop.store.engine import Cursor, open_engine

pytestmark = pytest.mark.scale

EVENTS = """
    (SELECT 1 AS part, TIMESTAMP '2026-01-05 10:00:00' + INTERVAL (i) HOUR AS occurred_at,
        (1000000 * i)::UINTEGER AS mx, 7::UINTEGER AS my, 'TCA' AS sector,
        'county ' || (i % 2) AS county, 'crossing' AS kind, 'test' AS source, 'people' AS unit,
        'TLP:CLEAR' AS marking, false AS synthetic, 'TCA-0001' AS segment_id, i::INTEGER AS count
    FROM range(20) t(i))
"""


@pytest.fixture
def cursor() -> Iterator[Cursor]:
    cursor = open_engine(StoreSettings(), ())
    yield cursor
    cursor.close()


@pytest.mark.parametrize("grain", [*IN_MEMORY, *IN_COPY], ids=lambda grain: grain.table)
def test_a_grain_counts_every_event_once(cursor: Cursor, grain: Grain) -> None:
    cursor.execute(grain.create_sql())
    cursor.execute(f"INSERT INTO {grain.table} {grain.count_sql(EVENTS, 'part')}")
    assert cursor.execute(f"SELECT sum(n), sum(count) FROM {grain.table}").fetchall() == [(20, 190)]


def test_days_and_cells_are_those_of_the_events(cursor: Cursor) -> None:
    rows = cursor.execute(
        f"SELECT day, sum(n) FROM ({DAYS.count_sql(EVENTS)}) GROUP BY 1 ORDER BY 1"
    )
    assert [(f"{day:%d}", n) for day, n in rows.fetchall()] == [("05", 14), ("06", 6)]
    corners = cursor.execute(f"SELECT DISTINCT mx, my FROM ({CELL_DAYS_12.count_sql(EVENTS)})")
    expected = {((1_000_000 * i) // 2**20 * 2**20, 0) for i in range(20)}
    assert {*corners.fetchall()} == expected


def test_a_coarser_grain_sums_a_finer_one(cursor: Cursor) -> None:
    assert SECTOR_DAYS.of is DAYS
    cursor.execute(DAYS.create_sql())
    cursor.execute(f"INSERT INTO {DAYS.table} {DAYS.count_sql(EVENTS, 'part')}")
    summed, counted = (
        sorted(cursor.execute(sql).fetchall())
        for sql in (SECTOR_DAYS.sum_sql(DAYS.table), SECTOR_DAYS.count_sql(EVENTS, "part"))
    )
    assert summed == counted
    assert len(counted) == 2


def test_small_cells_are_told_where_all_that_makes_them_is_kept() -> None:
    assert DAYS.tells_small_cells
    assert CELLS.tells_small_cells
    assert not any(grain.tells_small_cells for grain in (SECTOR_DAYS, SEGMENT_DAYS, TOTALS))
