"""The shared warehouses opened for reading, and small ones made for one test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.published import read_published
from tests.support.store import publish_events

OpenService = Callable[..., QueryService]


@pytest.fixture(scope="session")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    """A service over the shared warehouse."""
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=64)
    warehouse.close()


@pytest.fixture(scope="session")
def events(warehouse_dir: Path) -> gpd.GeoDataFrame:
    """Every event of the shared warehouse, read by geopandas."""
    return read_published(warehouse_dir)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[OpenService]:
    """Opens a service over given frames alone, without any region."""
    opened: list[Warehouse] = []

    def open_small(*frames: pd.DataFrame) -> QueryService:
        settings = StoreSettings(data=tmp_path / "small")
        publish_events(settings, *frames)
        opened.append(Warehouse(settings))
        return QueryService(opened[-1], tile_cache_mb=8)

    yield open_small
    for warehouse in opened:
        warehouse.close()


@pytest.fixture(scope="session")
def standing(standing_dir: Path) -> Iterator[QueryService]:
    """A service over the public files."""
    warehouse = Warehouse(StoreSettings(data=standing_dir))
    yield QueryService(warehouse, tile_cache_mb=64)
    warehouse.close()
