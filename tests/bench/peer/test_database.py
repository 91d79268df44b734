"""Tests of the peer PostGIS: it agrees with ours; its address that answers nothing is told."""

import os
from pathlib import Path

import pytest

from cop.bench.case import draw_cases
from cop.bench.ours import Ours
from cop.bench.peer.registry import choose_peers
from cop.bench.race import time_rivals
from cop.errors import SettingsError
from cop.settings import BenchSettings
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.store

DATABASE = os.environ.get("COP_BENCH_PG")


@pytest.mark.skipif(DATABASE is None, reason="COP_BENCH_PG names no database")
def test_postgis_agrees(bench_warehouse: Warehouse, tmp_path: Path) -> None:
    files = bench_warehouse.snapshot.catalogue.files_of("events")
    peer = choose_peers("", BenchSettings(bench_pg=DATABASE))["postgis"](files, tmp_path)
    try:
        times = time_rivals(
            [Ours(bench_warehouse), peer], draw_cases(bench_warehouse, seed=5, repetitions=10)
        )
    finally:
        peer.close()
    assert {len(held["postgis"]) for held in times.values()} == {9}


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    settings = BenchSettings(bench_pg="postgresql://127.0.0.1:9/none")
    with pytest.raises(SettingsError, match="COP_BENCH_PG"):
        choose_peers("", settings)["postgis"]([], tmp_path)
