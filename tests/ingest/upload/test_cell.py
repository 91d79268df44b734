"""Cells of a column: their kind, and reading them as it."""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.ingest.upload.cell import (
    arrow_type,
    clean_texts,
    is_wide,
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
        (pa.int8(), "BIGINT"), (pa.float16(), "DOUBLE"), (pa.bool_(), "BOOLEAN"),
        (pa.date32(), "TIMESTAMP"), (pa.timestamp("ns", tz="UTC"), "TIMESTAMP"),
        (pa.list_(pa.int8()), "VARCHAR"),
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
        (["9223372036854775807", "-9223372036854775808"], {"BIGINT", "VARCHAR"}),
        (["9223372036854775808"], {"DOUBLE", "VARCHAR"}),
        (["9223372036854775809"], {"VARCHAR"}),
        (["9007199254740993"], {"BIGINT", "VARCHAR"}),
        (["9007199254740993", "1.5"], {"VARCHAR"}),
        (["1e400"], {"VARCHAR"}),
        (["0.1000000000000000055511151231257827"], {"DOUBLE", "VARCHAR"}),
        (["-764213456.123399972915649", "-764213456.12339997291564"], {"DOUBLE", "VARCHAR"}),
        ([None], ALL),
    ],
)
def test_texts_narrow_what_a_column_can_be(texts: list[str | None], kinds: set[Kind]) -> None:
    assert narrow(pa.array(texts, pa.string()), ALL) == kinds


@pytest.mark.parametrize(
    ("kind", "texts", "values"),
    [
        ("BIGINT", ["9007199254740993", "-9223372036854775808"], [2**53 + 1, -(2**63)]),
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


@pytest.mark.trust
def test_wide_numbers_are_read_as_the_kind_that_holds_them() -> None:
    large = pa.array([2**64 - 1, 1], pa.uint64())
    assert is_wide(large.type)
    assert plain_cells(large).to_pylist() == [str(2**64 - 1), "1"]
    assert plain_cells(pa.array([3, None], pa.uint64()), "BIGINT").to_pylist() == [3, None]
    money = pa.array([Decimal("1.50")], pa.decimal128(10, 2))
    assert is_wide(money.type)
    assert plain_cells(money, "DOUBLE").to_pylist() == [1.5]
    assert not is_wide(pa.int64())


NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.integers(2**53 - 3, 2**53 + 3).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda d: f"{d:f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{1,24}(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)


@pytest.mark.trust
@pytest.mark.hypothesis
@given(texts=st.lists(NUMBERS, min_size=1, max_size=5))
def test_shown_the_kind_of_a_column_holds_every_number_of_it(texts: list[str]) -> None:
    cells = pa.array(texts, pa.string())
    order: tuple[Kind, ...] = ("BIGINT", "DOUBLE", "VARCHAR")
    found = narrow(cells, ALL)
    kind = next(one for one in order if one in found)
    for text, value in zip(texts, read_texts(cells, kind).to_pylist(), strict=True):
        if kind == "VARCHAR":
            assert value == text
        elif kind == "BIGINT":
            assert value == Decimal(text)
        else:
            digits = len(Decimal(text).as_tuple().digits)
            ways = [Context(prec=digits, rounding=r) for r in (ROUND_HALF_EVEN, ROUND_DOWN)]
            written = [way.create_decimal(Decimal(value)) for way in ways]
            assert Decimal(text) in written[: 2 if digits > 17 else 1]
