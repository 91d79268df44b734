"""A service over the shared records."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    """The shared records."""
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()
