"""A sample whose row groups can be told apart, with its serving copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.bench.sample import Sample, build_sample
from cop.bench.scale.scaled_warehouse import ScaledWarehouse
from cop.settings import StoreSettings
from tests.support.warehouse import copy_warehouse

EVENTS = 100_000


def make_sample(folder: Path, events: int) -> StoreSettings:
    """Build a sample in a warehouse that has the region already."""
    settings = StoreSettings(data=folder, free_mb=0)
    sample = Sample(events=events, seed=1, memory_mb=2048, threads=2, folder=folder)
    build_sample(settings, sample)
    return settings


@pytest.fixture(scope="session")
def scale_settings(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    """The settings of that sample."""
    folder = tmp_path_factory.mktemp("scale") / "warehouse"
    copy_warehouse(bare_warehouse, folder)
    return make_sample(folder, EVENTS)


@pytest.fixture
def scaled(scale_settings: StoreSettings) -> Iterator[ScaledWarehouse]:
    """That sample, open to plan as if it had more events."""
    warehouse = ScaledWarehouse(scale_settings)
    yield warehouse
    warehouse.close()
