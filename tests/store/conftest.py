"""An empty warehouse of its own for every test of the store."""

from pathlib import Path

import pytest

from cop.settings import StoreSettings


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")
