"""Tests of batches on a real Spark cluster with two workers, by the real command."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.batch.build import MANIFEST
from cop.settings import StoreSettings
from cop.store.catalogue.grain import IN_COPY, IN_MEMORY
from cop.store.warehouse import Warehouse
from tests.support.batch import describe, publish_drawn, read_written, rows_of, store_rollup
from tests.support.command import run_cop
from tests.support.spark import SparkCluster, spark_cluster

pytestmark = [pytest.mark.full, pytest.mark.scale]
GRAINS = (*IN_MEMORY, *IN_COPY)


@pytest.fixture(scope="module")
def cluster() -> Iterator[SparkCluster]:
    with spark_cluster() as started:
        yield started


@pytest.fixture(scope="module")
def data(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sensors, a year of synthetic events, real incidents, and events with every gap."""
    folder = tmp_path_factory.mktemp("batch") / "warehouse"
    shutil.copytree(warehouse_dir, folder)
    publish_drawn(folder)
    return folder


def build_both(what: str, cluster: SparkCluster, data: Path, folder: Path) -> tuple[Path, Path]:
    """Build a batch on DuckDB and on Spark, in two time zones; return the folders."""
    duck, spark = folder / "duckdb", folder / "spark"
    here = run_cop(
        "batch", what, "--data", data, "--out", duck, environment={"TZ": "America/Chicago"}
    )
    assert here.returncode == 0, here.stderr
    there = cluster.run_cop(
        *("batch", what, "--data", data, "--out", spark),
        *("--engine", "spark", "--spark", cluster.address),
        zone="Asia/Kolkata",
    )
    assert there.returncode == 0, there.stderr
    assert there.stdout == here.stdout.replace(str(duck), str(spark))
    return duck, spark


def compare(duck: Path, spark: Path) -> list[str]:
    """Compare all rows in order, and all files else; return the tables."""
    manifest = (duck / MANIFEST).read_text()
    assert (spark / MANIFEST).read_text() == manifest
    tables = json.loads(manifest)["tables"]
    for name, n in tables.items():
        one, other = read_written(duck, name), read_written(spark, name)
        assert describe(one) == describe(other), name
        # What may be empty is stated by each engine in its own way.
        assert one.equals(other.cast(one.schema)), name
        assert len(one) == n > 0, name
    names = {MANIFEST, *tables}
    assert {p.name for p in duck.iterdir()} == {p.name for p in spark.iterdir()} == names
    return [*tables]


@pytest.mark.timeout(1_200)
def test_shown_rollups_on_spark_are_those_of_duckdb_and_of_the_store(
    cluster: SparkCluster, data: Path, tmp_path: Path
) -> None:
    duck, spark = build_both("rollups", cluster, data, tmp_path)
    assert compare(duck, spark) == [grain.table for grain in GRAINS]
    assert all(cluster.list_executors())
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        for grain in GRAINS:
            stored = Counter(store_rollup(warehouse, grain))
            assert Counter(rows_of(read_written(spark, grain.table))) == stored


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("what", ["backtest", "coverage"])
def test_shown_backtest_and_coverage_are_the_same_on_spark(
    cluster: SparkCluster, data: Path, tmp_path: Path, what: str
) -> None:
    assert len(compare(*build_both(what, cluster, data, tmp_path))) == 2
