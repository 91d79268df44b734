"""A small warehouse as the bench builds it, over more than five years."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.bench.sample import Sample, build_sample
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.warehouse import copy_warehouse

EVENTS = 20_000


def bench_sample(folder: Path | None) -> Sample:
    """What that warehouse holds."""
    return Sample(events=EVENTS, seed=1, memory_mb=4096, threads=2, folder=folder)


@pytest.fixture(scope="session")
def bench_settings(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    """The settings of that warehouse. Read it only."""
    folder = tmp_path_factory.mktemp("bench") / "warehouse"
    copy_warehouse(bare_warehouse, folder)
    settings = StoreSettings(data=folder)
    build_sample(settings, bench_sample(folder))
    return settings


@pytest.fixture(scope="session")
def bench_warehouse(bench_settings: StoreSettings) -> Iterator[Warehouse]:
    """That warehouse, open."""
    warehouse = Warehouse(bench_settings)
    yield warehouse
    warehouse.close()
