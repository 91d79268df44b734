"""Tests of batches that are kept by key, in memory and beyond it."""

from pathlib import Path

import pyarrow as pa
import pytest

from cop.store.dataset.spool import Spool

pytestmark = pytest.mark.house

SCHEMA = pa.schema([("n", pa.int64()), ("word", pa.string())])


def batch(*numbers: int) -> pa.RecordBatch:
    words = [None if n % 2 else f"w{n}" for n in numbers]
    return pa.record_batch([pa.array(numbers), pa.array(words, pa.string())], schema=SCHEMA)


@pytest.mark.parametrize("most_bytes", [1, 60, 10**6])
def test_batches_are_read_by_key_as_often_as_asked(tmp_path: Path, most_bytes: int) -> None:
    spool = Spool(SCHEMA, tmp_path, most_bytes)
    spool.add("b", batch(1, 2))
    spool.add("a", batch(3))
    spool.add("b", batch(4))
    assert spool.keys() == ["a", "b"]
    for _ in range(2):
        assert pa.table(spool.view("b"))["n"].to_pylist() == [1, 2, 4]
    assert pa.table(spool.view("b"))["word"].to_pylist() == [None, "w2", "w4"]
    assert pa.table(spool.view("a"))["n"].to_pylist() == [3]
    spool.close()


def test_an_unknown_key_has_no_rows(tmp_path: Path) -> None:
    table = pa.table(Spool(SCHEMA, tmp_path, 1).view("none"))
    assert table.schema == SCHEMA
    assert table.num_rows == 0


def test_a_large_key_is_read_in_parts(tmp_path: Path) -> None:
    spool = Spool(SCHEMA, tmp_path, 1)
    spool.add("a", batch(*range(70_000)))
    spool.add("b", batch(1))
    assert [len(part) for part in spool.read("a")] == [32_768, 32_768, 4_464]
    assert pa.table(spool.view("a"))["n"].to_pylist() == list(range(70_000))
    assert pa.table(spool.view("b"))["n"].to_pylist() == [1]
    spool.close()


def test_what_is_spilled_has_no_name(tmp_path: Path) -> None:
    spool = Spool(SCHEMA, tmp_path, 1)
    spool.add("a", batch(1, 2, 3))
    assert list(tmp_path.iterdir()) == []
    spool.close()
    assert spool.keys() == []
