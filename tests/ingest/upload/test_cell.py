"""Cells of a column: their kind, and reading them as it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from cop.ingest.upload.cell import (
    arrow_type,
    clean_texts,
    kind_of,
    narrow,
    plain_cells,
    read_numbers,
    read_texts,
)
from cop.model.upload import Kind

pytestmark = pytest.mark.layers
ALL: set[Kind] = {"BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (pa.int8(), "BIGINT"), (pa.uint64(), "DOUBLE"), (pa.float16(), "DOUBLE"),
        (pa.decimal128(10, 2), "DOUBLE"), (pa.bool_(), "BOOLEAN"), (pa.date32(), "TIMESTAMP"),
        (pa.timestamp("ns", tz="UTC"), "TIMESTAMP"), (pa.list_(pa.int8()), "VARCHAR"),
        (pa.binary(), None), (pa.dictionary(pa.int8(), pa.int64()), "BIGINT"),
    ],
)  # fmt: skip
def test_a_type_has_a_kind(given: pa.DataType, kind: Kind | None) -> None:
    assert kind_of(given) == kind


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (["1", " -2 ", None], {"BIGINT", "DOUBLE", "VARCHAR"}),
        (["1", "2.5e3"], {"DOUBLE", "VARCHAR"}),
        (["True", "false"], {"BOOLEAN", "VARCHAR"}),
        (["007", "1"], {"VARCHAR"}),
        (["1234567890123456789"], {"DOUBLE", "VARCHAR"}),
        ([None], ALL),
    ],
)
def test_texts_narrow_what_a_column_can_be(texts: list[str | None], kinds: set[Kind]) -> None:
    assert narrow(pa.array(texts, pa.string()), ALL) == kinds


@pytest.mark.parametrize(
    ("kind", "texts", "values"),
    [
        ("BIGINT", [" 7 ", "+8", "x", None], [7, 8, None, None]),
        ("DOUBLE", ["1e3", ".5", "1,5"], [1000.0, 0.5, None]),
        ("BOOLEAN", ["TRUE", "false", "yes"], [True, False, None]),
        ("VARCHAR", [" a "], [" a "]),
    ],
)
def test_texts_are_read_as_a_kind(kind: Kind, texts: list[Any], values: list[Any]) -> None:
    read = read_texts(pa.array(texts, pa.string()), kind)
    assert read.to_pylist() == values
    assert read.type == arrow_type(kind)


def test_a_comma_parts_decimals_where_it_does_not_part_cells() -> None:
    cells = pa.array(["31,5", "31.5", "1,2,3"])
    assert read_numbers(cells, comma=True).to_pylist() == [31.5, 31.5, None]


def test_typed_cells_become_plain() -> None:
    at = datetime(2026, 11, 24, 18, 30)
    zoned = pa.array([at], pa.timestamp("ns", tz="America/Denver"))
    assert plain_cells(zoned).to_pylist() == [at]
    assert plain_cells(pa.array([date(2026, 11, 24)])).to_pylist() == [datetime(2026, 11, 24)]
    assert plain_cells(pa.array([[1, 2], None])).to_pylist() == ["[1, 2]", None]
    assert plain_cells(pa.array([b"x"])).to_pylist() == [None]
    words = pa.array(["a", "b", "a"]).dictionary_encode()
    assert plain_cells(words).to_pylist() == ["a", "b", "a"]


def test_control_characters_are_replaced_and_counted() -> None:
    cells = pa.array(["a\x00b", "tab\tand\nline", None, "del\x7f"])
    clean, count = clean_texts(cells)
    assert count == 2
    assert clean.to_pylist() == ["a\ufffdb", "tab\tand\nline", None, "del\ufffd"]
    plain = pa.array(["fine"])
    assert clean_texts(plain) == (plain, 0)
