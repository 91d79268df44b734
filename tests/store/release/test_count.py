"""Counts of what is released are those of its events, whatever they are counted by."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.release import Release
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.grain import (
    CELL_DAYS_12,
    DAYS,
    IN_COPY,
    IN_MEMORY,
    SECTOR_DAYS,
    SEGMENT_DAYS,
)
from cop.store.dataset.planner import Grouping
from cop.store.warehouse import Warehouse
from tests.support.choice import random_filters
from tests.support.published import read_published
from tests.support.released import RELEASES, release_to

pytestmark = pytest.mark.scale

FEW = [replace(release_to("DPS", "TLP:AMBER"), smallest_count=n) for n in (2, 4, 8)]
COLUMNS = [("sector", "kind"), ("county", "unit"), ("segment_id",), ("day", "sector"), ("mx", "my")]


def sums(
    service: QueryService, wanted: Filter, by: tuple[str, ...], *, few: bool
) -> tuple[list[Any], set[str]]:
    asked = Grouping(columns=by, bits=22, events=0 if few else 10**9)
    found = service.warehouse.counts(service.snapshot, wanted, asked)
    keys = ", ".join(f"{key} >> 22" if key in ("mx", "my") else key for key in by)
    rows = service.warehouse.query(
        f"SELECT {keys}, sum(n), sum(count) FROM {found.source} WHERE {found.where} "
        "GROUP BY ALL ORDER BY ALL",
        found.values,
    )
    tables = {grain.table for grain in (*IN_MEMORY, *IN_COPY)}
    return rows, {table for table in tables if f'"{table}"' in found.source}


@pytest.fixture(scope="module")
def copied(released_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=released_dir, free_mb=0))
    warehouse.serve()
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()


@pytest.mark.parametrize("release", [*RELEASES[::5], *FEW])
def test_counts_of_what_is_released_are_those_of_its_events(
    copied: QueryService, release: Release
) -> None:
    service = copied.released_to(release)
    real = read_published(copied.warehouse.folder)
    # Filters are drawn over both sorts of records, of which one is there.
    events = pd.concat([real, real.assign(synthetic=True)], ignore_index=True)
    used: set[str] = set()
    for number, (wanted, _) in enumerate(random_filters(events, 40, seed=29)):
        resolved = service.snapshot.resolve(replace(wanted, records="real", sources=()))
        by = COLUMNS[number % len(COLUMNS)]
        one_by_one, none = sums(service, resolved, by, few=True)
        counted, tables = sums(service, resolved, by, few=False)
        assert counted == one_by_one, (resolved, by)
        assert not none
        used |= tables
    if release.smallest_count > 1:
        # Neither keeps what tells a small cell: a county, or a kind.
        assert not used & {SECTOR_DAYS.table, SEGMENT_DAYS.table}
        assert used >= {DAYS.table, CELL_DAYS_12.table}
    elif service.snapshot.catalogue.event_files:
        assert used >= {SECTOR_DAYS.table, DAYS.table, SEGMENT_DAYS.table, CELL_DAYS_12.table}
