"""A small warehouse as the bench builds it, over more than five years."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.bench.race import DAYS, END
from cop.ingest.demo.publish import publish_demo
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

EVENTS = 20_000


@pytest.fixture(scope="session")
def bench_settings(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    """The settings of that warehouse. Read it only."""
    folder = tmp_path_factory.mktemp("bench") / "warehouse"
    settings = StoreSettings(data=Path(shutil.copytree(bare_warehouse, folder)))
    publish_demo(
        settings, events=EVENTS, days=DAYS, seed=1, end=END, progress=lambda _step, _rows: None
    )
    return settings


@pytest.fixture(scope="session")
def bench_warehouse(bench_settings: StoreSettings) -> Iterator[Warehouse]:
    """That warehouse, open."""
    warehouse = Warehouse(bench_settings)
    yield warehouse
    warehouse.close()
