"""Tests of what changed since a partner was given something: counted by hand from two grants."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from cop.query.given.state import GivenFiles, write_given
from cop.settings import StoreSettings
from cop.store.dataset.received import GIVEN_COLUMNS
from cop.store.engine import Cursor, quote
from cop.store.given.event import GRANTED
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)


@pytest.fixture
def cursor(own_warehouse: Path) -> Iterator[Cursor]:
    warehouse = Warehouse(StoreSettings(data=own_warehouse, threads=1))
    with warehouse.cursor() as cursor:
        yield cursor
    warehouse.close()


@pytest.fixture
def folder(own_warehouse: Path) -> Path:
    path = own_warehouse / "exchange"
    path.mkdir()
    return path


def grant(cursor: Cursor, **hashes: int) -> None:
    """Grant records by their letter, each with the hash of its content."""
    names = [name for name in GIVEN_COLUMNS if name not in ("number", "origin", "record")]
    columns = ", ".join(
        f"{v} AS {quote(n)}" if (v := {"lon": "-110.0", "lat": "31.0",
                                       "marking": "'TLP:GREEN'"}.get(n))
        else f"NULL::{GIVEN_COLUMNS[n]} AS {quote(n)}"
        for n in names
    )  # fmt: skip
    rows = " UNION ALL ".join(
        f"SELECT 'JTF' AS origin, '{record}' AS record, {columns}, {hashed}::UBIGINT AS hash"
        for record, hashed in hashes.items()
    )
    empty = f"SELECT 'JTF' AS origin, 'x' AS record, {columns}, 0::UBIGINT AS hash WHERE false"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {GRANTED} AS {rows or empty}")


def records(path: Path | None) -> dict[str, int]:
    if path is None:
        return {}
    return dict(duckdb.sql(f"SELECT record, number FROM '{path}' ORDER BY 1").fetchall())


def step(
    cursor: Cursor, folder: Path, stored: Path | None, number: int, since: int, **hashes: int
) -> tuple[GivenFiles, dict[str, int], dict[str, int]]:
    grant(cursor, **hashes)
    files = write_given(cursor, folder, stored=stored, number=number, since=since, at=NOW)
    found, gone = records(files.events), records(files.withdrawn)
    assert (files.n, files.n_withdrawn) == (len(found), len(gone))
    assert files.n_given == len(hashes)
    assert sum(tally.n for tally in files.delays.occurred_to_reported) == files.news.added
    return files, found, gone


def test_what_is_new_changed_and_gone_is_given_with_its_number(
    cursor: Cursor, folder: Path
) -> None:
    first, new, gone = step(cursor, folder, None, 5, 0, a=1, b=1, c=1)
    assert (new, gone) == ({"a": 5, "b": 5, "c": 5}, {})
    # b changes, c goes, d comes.
    second, new, gone = step(cursor, folder, first.state, 6, 5, a=1, b=2, d=1)
    assert (new, gone) == ({"b": 6, "d": 6}, {"c": 6})
    # The last one was not confirmed: this one leads from 5, with what it said, and e.
    third, new, gone = step(cursor, folder, second.state, 7, 5, a=1, b=2, d=1, e=1)
    assert (new, gone) == ({"b": 6, "d": 6, "e": 7}, {"c": 6})
    # Confirmed.
    _, new, gone = step(cursor, folder, third.state, 8, 7, a=1, b=2, d=1, e=1)
    assert (new, gone) == ({}, {})


def test_what_was_gone_and_comes_again_is_new(cursor: Cursor, folder: Path) -> None:
    first, *_ = step(cursor, folder, None, 5, 0, a=1, b=1)
    second, _, gone = step(cursor, folder, first.state, 6, 5, b=1)
    assert gone == {"a": 6}
    _, new, gone = step(cursor, folder, second.state, 7, 6, a=1, b=1)
    assert (new, gone) == ({"a": 7}, {})


def test_a_whole_one_holds_everything_with_the_numbers_in_which_it_changed(
    cursor: Cursor, folder: Path
) -> None:
    first, *_ = step(cursor, folder, None, 5, 0, a=1, b=1)
    second, *_ = step(cursor, folder, first.state, 6, 5, b=2)
    _, new, gone = step(cursor, folder, second.state, 7, 0, b=2)
    assert (new, gone) == ({"b": 6}, {})


def test_where_nothing_is_granted_no_file_is_empty(cursor: Cursor, folder: Path) -> None:
    files, *_ = step(cursor, folder, None, 5, 0)
    assert (files.events, files.withdrawn, files.state, files.markings) == (None, None, None, ())
