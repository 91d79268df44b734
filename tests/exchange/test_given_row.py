"""Tests of the rows of a package: each column with what it may not hold."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cop.errors import PackageError
from cop.exchange import given_row
from cop.exchange.given_row import ARROW, read_given, read_withdrawn
from cop.ingest.reader import DirectReader
from cop.ingest.sandbox.reader import SandboxReader
from cop.settings import UploadSettings
from cop.store.dataset.received import GIVEN_COLUMNS, WITHDRAWN_COLUMNS
from tests.support.given_rows import GOOD, SCHEMA, write_rows
from tests.support.partner import MADE_AT

pytestmark = pytest.mark.exchange


def read(path: Path) -> pa.Table:
    return read_given(path, sender="DPS", most_number=7, made_at=MADE_AT, reader=DirectReader())


def test_good_rows_are_read_as_they_are(tmp_path: Path) -> None:
    rows = (GOOD, GOOD | {"record": "b" * 32, "attributes": None, "hops_left": 0})
    table = read(write_rows(tmp_path, *rows))
    assert table.schema == SCHEMA
    assert table.to_pylist() == [{name: row.get(name) for name in SCHEMA.names} for row in rows]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("number", (0, 8, None)),
        ("origin", ("cbp", "", None, "C" * 13)),
        ("record", ("A" * 32, "a" * 31, "a" * 32 + "\n", None)),
        ("origin_source", ("Own", "../own", "", "s" * 61, None)),
        ("path", ([], None, ["CBP"], ["CBP", "CBP", "DPS"], ["CBP", "x", "DPS"],
                  ["CBP", *(f"A{i}" for i in range(8)), "DPS"])),
        ("hops_left", (-1, 9, None)),
        ("precision", ("rough", None)),
        ("kind", ("burglary", None)),
        ("count", (-1, None)),
        ("unit", ("cows", None)),
        ("occurred_at", (datetime(1899, 12, 31), MADE_AT + timedelta(seconds=1), None)),
        ("reported_at", (datetime(1, 1, 1), MADE_AT + timedelta(days=1, seconds=1))),
        ("time_precision", ("second?", None)),
        ("lon", (-180.1, 180.1, np.nan, np.inf, None)),
        ("lat", (-90.1, 90.1, np.nan, None)),
        ("uncertainty_m", (-1.0, np.inf)),
        ("detection", ("hearsay",)),
        ("confidence", ("total",)),
        ("marking", ("SECRET", "TLP:GREEN//REL TO x", "", None)),
        ("synthetic", (None,)),
        ("attributes", ('{"a":' + "[" * 9_000, "[]",
                        "heat", '{"a":', '{"a": "\\ud800"}', '{"\\udc00": 1}', '{"a": NaN}',
                        '{"a": 1e999}', '{"a": ' + "9" * 5_000 + "}",
                        '{"a": "' + "x" * 20_000 + '"}')),
    ],
)  # fmt: skip
def test_what_a_column_may_not_hold_is_refused_with_its_row(
    tmp_path: Path, column: str, values: tuple[Any, ...]
) -> None:
    for value in values:
        second = GOOD | {"record": "b" * 32, column: value}
        with pytest.raises(PackageError, match=rf"^events\.parquet, row 2: {column}="):
            read(write_rows(tmp_path, GOOD, second))


def test_every_column_is_looked_at() -> None:
    """A column without a rule of its own could hold anything: those are named here."""
    from cop.exchange.given_row import _rules

    assert {*GIVEN_COLUMNS} == {name for name, *_ in _rules("DPS", 1, MADE_AT)}


def test_a_path_begins_at_the_origin_and_a_record_comes_once(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="row 1: its path does not begin at CBP"):
        read(write_rows(tmp_path, GOOD | {"path": ["JTF", "DPS"]}))
    with pytest.raises(PackageError, match="row 2: its record comes twice"):
        read(write_rows(tmp_path, GOOD, GOOD | {"number": 6}))


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + b"\xff" * 500 + b"PAR1", b"a,b\n1,2\n"]
)
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(content)
    with pytest.raises(PackageError, match=r"^events\.parquet: not the rows of a package"):
        read(path)


def test_columns_that_are_missing_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    for schema in (
        pa.schema([field for field in SCHEMA if field.name != "marking"]),
        pa.schema([pa.field("lon", pa.list_(pa.int8())) if f.name == "lon" else f for f in SCHEMA]),
    ):
        frame = pd.DataFrame([{name: GOOD.get(name) for name in schema.names}])
        frame["lon"] = [[1]] if schema.field("lon").type == pa.list_(pa.int8()) else 1.0
        path = tmp_path / "events.parquet"
        pq.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False), path)
        with pytest.raises(PackageError, match="not the rows of a package"):
            read(path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"record": "x"}, "not a record's key"), ({"origin": "cbp"}, "not a record's key"),
        ({"number": 8}, "not a record's key"), ({"number": 0}, "not a record's key"),
        ({"record": None}, "not a record's key"), ({}, "comes twice"),
    ],
)  # fmt: skip
def test_what_is_withdrawn_names_records(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    schema = pa.schema([(name, ARROW[kind]) for name, kind in WITHDRAWN_COLUMNS.items()])
    path = write_rows(tmp_path, GOOD, GOOD | changed, schema=schema)
    with pytest.raises(PackageError, match=words):
        read_withdrawn(path, most_number=7, reader=DirectReader())
    good = write_rows(tmp_path, GOOD, GOOD | {"record": "b" * 32}, schema=schema)
    assert read_withdrawn(good, most_number=7, reader=DirectReader())["record"].to_pylist() == [
        "a" * 32,
        "b" * 32,
    ]


def read_in_sandbox(path: Path) -> pa.Table:
    """As a server does, with little memory."""
    small = SandboxReader(settings=UploadSettings.model_construct(upload_memory_mb=300),
                          memory_mb=300)  # fmt: skip
    return read_given(path, sender="DPS", most_number=7, made_at=MADE_AT, reader=small)


def test_in_the_sandbox_the_same_is_read(tmp_path: Path) -> None:
    rows = [
        GOOD, GOOD | {"record": "b" * 32, "attributes": None, "uncertainty_m": 12.5,
                      "reported_at": datetime(2026, 11, 2, 3, 4, 5, 678), "synthetic": True,
                      "count": 2**31 - 1, "lon": -110.123456789012},
    ]  # fmt: skip
    path = write_rows(tmp_path, *rows)
    assert read_in_sandbox(path) == read(path)
    assert read(path).to_pylist() == [{n: row.get(n) for n in SCHEMA.names} for row in rows]


def test_a_bomb_of_texts_ends_in_the_sandbox(tmp_path: Path) -> None:
    """A few KB of file that would be 20 GB of text here."""
    text = pa.array(['{"a": "' + "x" * 19_000 + '"}'])
    n = 1_000_000
    columns = {
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), text)
        if name == "attributes"
        else pa.array([GOOD.get(name)], SCHEMA.field(name).type).take(pa.array(np.zeros(n, int)))
        for name in SCHEMA.names
    }
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd")
    assert path.stat().st_size < 2_000_000
    with pytest.raises(PackageError, match=r"^events\.parquet: not the rows of a package"):
        read_in_sandbox(path)


def test_more_rows_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_row, "MOST_ROWS", 2)
    rows = [GOOD | {"record": f"{i:032x}"} for i in range(3)]
    assert len(read(write_rows(tmp_path, *rows[:2]))) == 2
    with pytest.raises(PackageError, match=r"more than 2 rows .* ask for less at once"):
        read(write_rows(tmp_path, *rows))
