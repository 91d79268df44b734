"""A service over the shared records, and a Picture of a year of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.address import settle


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    """The shared records."""
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()


@pytest.fixture(scope="module")
def year(service: QueryService) -> Picture:
    """The synthetic records of 360 days."""
    synthetic = Filter(records="synthetic")
    picture = settle(Picture(filter=synthetic), service.view(synthetic))
    end = picture.filter.window.end
    assert end is not None
    window = TimeWindow(start=end - timedelta(days=360), end=end)
    return replace(picture, filter=picture.filter.within(window), preset=None)
