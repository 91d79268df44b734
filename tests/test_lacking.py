"""Tests of hiding a package: modules and their attributes are afterwards as they were."""

import importlib
import sys

import pytest

from tests.support.lacking import lacking

pytestmark = pytest.mark.house


def test_modules_that_were_there_are_the_same_afterwards() -> None:
    table = importlib.import_module("cop.bench.board.table")
    with lacking("polars", seen_by="cop.bench"):
        assert importlib.import_module("cop.bench.board.table") is not table
        with pytest.raises(ModuleNotFoundError, match="polars"):
            importlib.import_module("polars")
    assert sys.modules["cop.bench.board.table"] is table
    assert sys.modules["cop"].bench.board.table is table
    assert importlib.import_module("polars").DataFrame


def test_modules_that_were_not_there_are_not_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("cop.bench")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(sys.modules["cop"], "bench", raising=False)
    with lacking("polars", seen_by="cop.bench"):
        importlib.import_module("cop.bench.board.table")
    assert not [name for name in sys.modules if name.startswith("cop.bench")]
    assert not hasattr(sys.modules["cop"], "bench")
