"""Tests of reading whole columns of cells, against pandas and the json module."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.ingest.check.cell import constant, parse_numbers, translate, write_objects

pytestmark = pytest.mark.house

NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)
ODD = st.sampled_from(
    ["", "-0", " 1 ", "+1", "1_0", "0x1f", "nan", "inf", "1e999", "5.", ".5", "x"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.one_of(st.none(), NUMBERS, ODD), max_size=30))
def test_numbers_are_those_of_pandas(cells: list[str | None]) -> None:
    column = pd.Series(cells, dtype="str")
    expected = pd.to_numeric(column, errors="coerce").astype(float)
    read = parse_numbers(column)
    assert list(map(repr, read)) == list(map(repr, expected))


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), min_size=1, max_size=20))
def test_objects_are_those_of_json(rows: list[tuple[str | None, str | None]]) -> None:
    columns = {
        name: pd.Series(cells, dtype="str")
        for name, cells in zip(("a", 'é "b"'), zip(*rows, strict=True), strict=True)
    }
    expected = [
        json.dumps({n: c for n, c in zip(columns, row, strict=True) if c is not None})
        for row in rows
    ]
    assert write_objects(columns).tolist() == expected


def test_a_column_of_blanks_is_empty_objects() -> None:
    assert write_objects({"a": pd.Series([None, None], dtype="str")}).tolist() == ["{}", "{}"]


def test_words_are_looked_up() -> None:
    cells = pd.Series(["a", None, "b", "q"], dtype="str", index=[3, 5, 7, 9])
    words = translate(cells, {"a": "A", "b": "B"})
    assert words.index.tolist() == [3, 5, 7, 9]
    assert words.isna().tolist() == [False, True, False, True]
    assert words.dropna().tolist() == ["A", "B"]
    assert translate(cells, {"a": 1.5, "b": 2}).tolist() == [1.5, None, 2, None]


def test_a_constant_is_as_long_as_its_index() -> None:
    index = pd.RangeIndex(3)
    assert constant("x", index).tolist() == ["x"] * 3
    assert constant(None, index).isna().all()
    assert np.isnan(parse_numbers(pd.Series([None], dtype="str"))[0])
