"""Tests of positions as they are given: no finer than asked, no coarser one made finer."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import mgrs
import pandas as pd
import pytest

from cop.model.giving import PRECISIONS, Precision
from cop.settings import StoreSettings
from cop.store.engine import Cursor, fetch
from cop.store.given.position import ZONE, coarse_sql, middles_sql, rank_sql
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.exchange
PLACES = [(-110.94, 31.35), (-109.55, -31.36), (179.99, 5.0), (-180.0, -5.0), (21.0, 46.2)]


@pytest.fixture(scope="module")
def warehouse(bare_warehouse: Path) -> Iterator[Warehouse]:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse, threads=1))
    yield warehouse
    warehouse.close()


@pytest.fixture
def cursor(warehouse: Warehouse) -> Iterator[Cursor]:
    with warehouse.cursor() as cursor:
        for table, (select, values) in middles_sql(warehouse.snapshot.catalogue).items():
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}", values)
        yield cursor


def coarsen(
    cursor: Cursor, asked: Precision, *places: tuple[float, float], **stated: Any
) -> list[dict[str, Any]]:
    frame = pd.DataFrame(
        {
            "lon": [lon for lon, _ in places], "lat": [lat for _, lat in places],
            "uncertainty_m": 50.0, "precision": "exact", "attributes": "{}",
            "segment_id": "TCA-0040", "sector": "TCA",
        }
    ).assign(**stated)  # fmt: skip
    cursor.register("rows", frame)
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE here AS SELECT * REPLACE (uncertainty_m::REAL AS "
        "uncertainty_m, attributes::VARCHAR AS attributes) FROM rows"
    )
    zones = [zone for (zone,) in fetch(cursor, f"SELECT DISTINCT {ZONE} FROM here")]
    done = fetch(
        cursor,
        "SELECT lon, lat, uncertainty_m, precision, attributes FROM "
        f"({coarse_sql('here', asked, zones)}) ORDER BY ALL",
    )
    cursor.unregister("rows")
    names = ("lon", "lat", "uncertainty_m", "precision", "attributes")
    return [dict(zip(names, row, strict=True)) for row in done]


@pytest.mark.parametrize("place", PLACES)
def test_a_square_s_middle_is_that_of_mgrs_everywhere(
    cursor: Cursor, place: tuple[float, float]
) -> None:
    known = mgrs.MGRS()
    square = known.toMGRS(place[1], place[0], MGRSPrecision=2)
    square = square.zfill(9)
    (row,) = coarsen(cursor, "1km", place)
    found = known.toMGRS(row["lat"], row["lon"], MGRSPrecision=2).zfill(9)
    assert found == square
    middle = known.toMGRS(row["lat"], row["lon"], MGRSPrecision=5).zfill(15)
    for digits in (middle[5:10], middle[10:]):
        assert abs(int(digits[2:]) - 500) <= 1
    assert (row["uncertainty_m"], row["precision"], row["attributes"]) == (708.0, "1km", None)


def test_where_there_is_no_square_nothing_is_given(cursor: Cursor) -> None:
    assert coarsen(cursor, "1km", (10.0, 85.0), (10.0, -85.0)) == []


@pytest.mark.parametrize("came", PRECISIONS)
@pytest.mark.parametrize("asked", PRECISIONS)
def test_what_came_as_coarse_stays_and_what_is_finer_is_coarsened(
    cursor: Cursor, came: Precision, asked: Precision
) -> None:
    place = (-110.94, 31.35)
    (row,) = coarsen(cursor, asked, place, precision=came)
    stays = PRECISIONS.index(came) >= PRECISIONS.index(asked)
    assert row["precision"] == (came if stays else asked)
    assert ((row["lon"], row["lat"]) == place) is stays
    assert (row["attributes"] == "{}") is stays


@pytest.mark.parametrize("precision", ["segment", "sector"])
def test_all_of_a_segment_or_sector_are_at_one_point(cursor: Cursor, precision: Precision) -> None:
    rows = coarsen(cursor, precision, *product((-111.0, -110.0), (31.4, 31.5)))
    assert len(rows) == 4
    assert len({(row["lon"], row["lat"]) for row in rows}) == 1
    assert {row["uncertainty_m"] for row in rows} == {2_500.0 if precision == "segment" else None}


def test_what_lies_in_no_segment_is_left_out(cursor: Cursor) -> None:
    assert coarsen(cursor, "segment", PLACES[0], segment_id="outside") == []
    assert coarsen(cursor, "sector", PLACES[0], sector="outside") == []


def test_an_uncertainty_is_never_made_smaller(cursor: Cursor) -> None:
    for precision, least in (("1km", 5_000.0), ("segment", 5_000.0)):
        (row,) = coarsen(cursor, precision, PLACES[0], uncertainty_m=5_000.0)
        assert row["uncertainty_m"] == least


def test_the_rank_is_the_place_in_the_list(cursor: Cursor) -> None:
    for i, name in enumerate(PRECISIONS):
        assert fetch(cursor, f"SELECT {rank_sql('p')} FROM (SELECT '{name}' AS p)") == [(i,)]
