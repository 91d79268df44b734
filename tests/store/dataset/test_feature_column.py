"""Tests of what is in the columns of features."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cop.model.uploaded import Attribute, AttributeKind
from cop.settings import StoreSettings
from cop.store.dataset.feature_column import ColumnFacts, describe_columns
from cop.store.engine import Cursor, open_engine

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    cursor = open_engine(StoreSettings(data=tmp_path_factory.mktemp("store")), ())
    yield cursor
    cursor.close()


def describe(cursor: Cursor, file: Path, values: list[object], kind: AttributeKind) -> ColumnFacts:
    pd.DataFrame({'a"b': values}).to_parquet(file)
    attribute = Attribute(name='a"b', kind=kind)
    (facts,) = describe_columns(cursor, file, [attribute], most=2, steps=3)
    return facts


def test_texts_have_frequent_values_and_no_quantiles(cursor: Cursor, tmp_path: Path) -> None:
    values: list[object] = ["b", "a", "b", None, "c", "a", "b"]
    facts = describe(cursor, tmp_path / "a.parquet", values, "VARCHAR")
    assert (facts.name, facts.kind, facts.distinct) == ('a"b', "VARCHAR", 3)
    assert facts.frequent == (("b", 3), ("a", 2))
    assert (facts.quantiles, facts.whole) == ((), False)


def test_numbers_have_quantiles_between_their_ends(cursor: Cursor, tmp_path: Path) -> None:
    facts = describe(cursor, tmp_path / "a.parquet", [0.0, 1.0, 2.0, 3.0, 4.0], "DOUBLE")
    assert list(facts.quantiles) == [1.0, 2.0, 3.0]
    assert facts.frequent == ()


def test_whole_numbers_have_both(cursor: Cursor, tmp_path: Path) -> None:
    facts = describe(cursor, tmp_path / "a.parquet", [1, 1, 2], "BIGINT")
    assert facts.whole
    assert facts.frequent == (("1", 2), ("2", 1))
    assert list(facts.quantiles) == [1.0, 1.0, 1.5]


def test_a_column_without_a_value_has_none(cursor: Cursor, tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.array([None, None], dtype="Float64")})
    frame.to_parquet(tmp_path / "a.parquet")
    attribute = Attribute(name="n", kind="DOUBLE")
    (facts,) = describe_columns(cursor, tmp_path / "a.parquet", [attribute], most=2, steps=3)
    assert (facts.distinct, tuple(facts.quantiles)) == (0, ())
