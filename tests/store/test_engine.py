"""Tests of the engine: quoting, offline extensions, hardening."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.settings import StoreSettings
from cop.store.engine import (
    EXTENSIONS,
    DatabaseError,
    describe_fault,
    fetch,
    harden,
    open_engine,
    quote,
    quote_text,
)

pytestmark = pytest.mark.picture

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@pytest.fixture(scope="module")
def engine():
    connection = open_engine(StoreSettings())
    yield connection
    connection.close()


@given(text=_TEXT)
def test_quoted_text_reads_back(engine, text: str) -> None:
    assert fetch(engine, f"SELECT {quote_text(text)} AS {quote(text)}") == [(text,)]


def test_extensions_are_loaded_without_a_network(engine) -> None:
    assert fetch(engine, "SELECT ST_AsText(ST_Point(1, 2))") == [("POINT (1 2)",)]
    assert fetch(engine, "SELECT current_setting('TimeZone')") == [("UTC",)]


def test_a_hardened_engine_reads_its_folder_and_nothing_else(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in" / "a.csv", tmp_path / "out.csv"
    inside.parent.mkdir()
    for path in (inside, outside):
        path.write_text("a\n1\n")
    engine = open_engine(StoreSettings())
    harden(engine, inside.parent)
    assert fetch(engine, "SELECT a FROM read_csv($f)", {"f": str(inside)}) == [(1,)]
    tricks = (
        ("SELECT * FROM read_csv($f)", {"f": str(outside)}),
        ("SELECT * FROM read_csv($f)", {"f": f"{inside.parent}/../out.csv"}),
        (f"COPY (SELECT 1) TO '{outside}'", {}),
        (f"ATTACH '{tmp_path}/x.db'", {}),
        ("SET enable_external_access = true", {}),
        ("SET memory_limit = '1TB'", {}),
        ("INSTALL httpfs", {}),
    )
    for sql, values in tricks:
        with pytest.raises(DatabaseError):
            fetch(engine, sql, values)
    engine.close()


def test_engines_are_opened_side_by_side(tmp_path: Path) -> None:
    faults: list[Exception] = []

    def open_some() -> None:
        try:
            for _ in range(5):
                open_engine(StoreSettings(data=tmp_path), EXTENSIONS).close()
        except Exception as fault:  # noqa: BLE001 kept for the assertion
            faults.append(fault)

    threads = [threading.Thread(target=open_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_fault_of_the_catalogue_is_described_without_its_statements() -> None:
    words = describe_fault(
        DatabaseError(
            "Failed to commit DuckLake transaction.\nExceeded the maximum retry count of 0 set by "
            "the ducklake_max_retry_count setting.\n. Consider increasing the value with: e.g., "
            '"SET '
            'ducklake_max_retry_count = 0;"\nFailed to flush: Failed to execute query "INSERT INTO '
            '"main".t VALUES (\'a ": b\');": ERROR:  another writer'
        )
    )
    assert words == "Failed to commit DuckLake transaction. Failed to flush: ERROR: another writer"
