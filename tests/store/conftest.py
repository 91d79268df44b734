"""An empty warehouse of its own for every test of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from tests.support.engine import lending_engines


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One engine for all warehouses of a file of tests."""
    with lending_engines(StoreSettings(data=tmp_path_factory.mktemp("lent"))):
        yield
