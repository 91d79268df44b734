"""Tests of batches that are kept by key, in memory and beyond it."""

from pathlib import Path

import pyarrow as pa
import pytest

from cop.store.dataset.spool import WORD, Spool

pytestmark = pytest.mark.house

SCHEMA = pa.schema([("n", pa.int64()), ("text", pa.string()), ("word", WORD)])


def add(spool: Spool, key: str, *numbers: int) -> None:
    texts = [None if n % 2 else f"t{n}" for n in numbers]
    words = pa.array([None if n % 3 else f"w{n % 7}" for n in numbers], pa.string())
    columns = [pa.array(numbers), pa.array(texts, pa.string()), words.dictionary_encode()]
    batch = pa.record_batch(columns, schema=SCHEMA)
    spool.add(batch, [(key, 0, len(numbers))])


@pytest.mark.parametrize("most_bytes", [1, 60, 10**6])
def test_batches_are_read_by_key_as_often_as_asked(tmp_path: Path, most_bytes: int) -> None:
    spool = Spool(SCHEMA, tmp_path, most_bytes)
    add(spool, "b", 1, 2, 9)
    add(spool, "a", 3)
    add(spool, "b", 4, 12)
    assert spool.keys() == ["a", "b"]
    for _ in range(2):
        assert pa.table(spool.view("b"))["n"].to_pylist() == [1, 2, 9, 4, 12]
    stored = pa.table(spool.view("b"))
    assert stored.schema == SCHEMA
    assert stored["text"].to_pylist() == [None, "t2", None, "t4", "t12"]
    assert stored["word"].to_pylist() == [None, None, "w2", None, "w5"]
    assert pa.table(spool.view("a"))["word"].to_pylist() == ["w3"]
    spool.close()


def test_a_batch_is_parted_by_key(tmp_path: Path) -> None:
    spool = Spool(pa.schema([("n", pa.int64())]), tmp_path, 10**6)
    spool.add(pa.record_batch({"n": [1, 2, 3]}), [("a", 0, 2), ("b", 2, 3)])
    assert pa.table(spool.view("a"))["n"].to_pylist() == [1, 2]
    assert pa.table(spool.view("b"))["n"].to_pylist() == [3]


def test_an_unknown_key_has_no_rows(tmp_path: Path) -> None:
    table = pa.table(Spool(SCHEMA, tmp_path, 1).view("none"))
    assert table.schema == SCHEMA
    assert table.num_rows == 0


def test_a_large_key_is_read_in_parts(tmp_path: Path) -> None:
    spool = Spool(SCHEMA, tmp_path, 1)
    add(spool, "a", *range(70_000))
    add(spool, "b", 1)
    assert [len(part) for part in spool.read("a")] == [32_768, 32_768, 4_464]
    assert pa.table(spool.view("a"))["n"].to_pylist() == list(range(70_000))
    assert pa.table(spool.view("b"))["n"].to_pylist() == [1]
    spool.close()


def test_what_is_spilled_has_no_name(tmp_path: Path) -> None:
    spool = Spool(SCHEMA, tmp_path, 1)
    add(spool, "a", 1, 2, 3)
    assert list(tmp_path.iterdir()) == []
    spool.close()
    assert spool.keys() == []
