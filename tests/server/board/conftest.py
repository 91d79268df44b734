"""A hub over a warehouse of three events, in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.hub import Connect, opened_hub
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse


@pytest.fixture(scope="module")
def service(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[QueryService]:
    folder = tmp_path_factory.mktemp("message") / "warehouse"
    copy_warehouse(bare_warehouse, folder)
    publish_events(StoreSettings(data=folder), make_frame(3, source_id=["a", "b", "c"]))
    warehouse = Warehouse(StoreSettings(data=folder))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.fixture(scope="module")
def connect(service: QueryService) -> Iterator[Connect]:
    """Opens a connection to a hub; what the hub raises is raised in the test."""
    with opened_hub(service) as connecting:
        yield connecting
