"""The shared warehouse opened for reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.tiles.picture import PictureService


@pytest.fixture(scope="session")
def service(warehouse_dir: Path) -> Iterator[PictureService]:
    """A service over the shared warehouse."""
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield PictureService(warehouse, tile_cache_mb=64)
    warehouse.close()
