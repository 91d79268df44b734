"""A warehouse whose records are released to some agencies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.released import draw_events, load_events, load_places
from tests.support.warehouse import copy_warehouse

EVENTS = draw_events(400, seed=3)
AMBER = draw_events(100, seed=4, source="amber", least="TLP:AMBER")
CAMP = [("Ajo camp", -112.86, 32.37, "TLP:AMBER//REL TO CBP")]
PLACES = [
    ("Ajo camp", -112.86, 32.37, "TLP:AMBER//REL TO DPS, PCSO"),
    ("Ajo yard", -112.80, 32.30, "TLP:CLEAR"),
]


@pytest.fixture(scope="module")
def released_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two sources and some places, each record released to some agencies."""
    folder = tmp_path_factory.mktemp("released")
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    settings = StoreSettings(data=data)
    load_events(settings, folder, EVENTS)
    load_events(settings, folder, AMBER, marking="TLP:AMBER")
    load_places(settings, folder, PLACES)
    return data


@pytest.fixture(scope="module")
def released(released_dir: Path) -> Iterator[QueryService]:
    """A service over it that everything may be read in."""
    warehouse = Warehouse(StoreSettings(data=released_dir))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()
