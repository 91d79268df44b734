"""Tests of synthetic catalogues: they are as a real warehouse of so many events, and stay cheap."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cop.bench.scale.event_order import EventOrder
from cop.bench.scale.row_group import RowGroupIndex, build_row_groups
from cop.bench.scale.run import compare_scans, list_cases, plan, read_model
from cop.bench.scale.scaled_warehouse import ScaledWarehouse
from cop.settings import StoreSettings
from cop.store.catalogue.writer import ROW_GROUP_ROWS
from tests.bench.scale.conftest import EVENTS, make_sample
from tests.support.command import run_cop
from tests.support.invoked import invoke, read_refusal
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.scale

MILLION = 1_000_000
TILES = ("z6", "z9", "z12")
BOUNDS = """
    SELECT file_name, row_group_id, any_value(row_group_num_rows) AS rows,
        max(stats_min_value) FILTER (path_in_schema = 'mx')::BIGINT AS mx_low,
        max(stats_max_value) FILTER (path_in_schema = 'mx')::BIGINT AS mx_high,
        max(stats_min_value) FILTER (path_in_schema = 'my')::BIGINT AS my_low,
        max(stats_max_value) FILTER (path_in_schema = 'my')::BIGINT AS my_high,
        max(stats_min_value) FILTER (path_in_schema = 'sector') AS sector_low,
        max(stats_max_value) FILTER (path_in_schema = 'sector') AS sector_high
    FROM parquet_metadata($files) GROUP BY ALL ORDER BY ALL
"""


def read_real_index(warehouse: ScaledWarehouse) -> RowGroupIndex:
    """Return the bounds that the real files of a warehouse state."""
    order = EventOrder.read(warehouse)
    found = warehouse.frame(BOUNDS, {"files": list(order.files)})
    file = found["file_name"].map({path: i for i, path in enumerate(order.files)}).to_numpy()
    sectors = np.array(order.sectors)

    def both(name: str) -> tuple[np.ndarray, np.ndarray]:
        low, high = found[f"{name}_low"], found[f"{name}_high"]
        if name == "sector":
            return np.searchsorted(sectors, low), np.searchsorted(sectors, high)
        return low.to_numpy(), high.to_numpy()

    return RowGroupIndex(
        order=order,
        file=(file, file),
        mx=both("mx"),
        my=both("my"),
        sector=both("sector"),
        rows=found["rows"].to_numpy(),
    )


@pytest.mark.full
def test_shown_a_synthetic_catalogue_is_as_that_of_a_real_million(
    scaled: ScaledWarehouse, bare_warehouse: Path, tmp_path: Path
) -> None:
    copy_warehouse(bare_warehouse, tmp_path / "million")
    model = read_model(scaled)
    synthetic = build_row_groups(model.order, MILLION, group_rows=ROW_GROUP_ROWS)
    million = make_sample(tmp_path / "million", MILLION)
    with closing(ScaledWarehouse(million, copied=False)) as real:
        index = read_real_index(real)
        assert len(model.order.files) == len(index.order.files)
        assert np.allclose(model.order.scale(MILLION), index.order.n, rtol=0.15)
        assert len(synthetic.rows) == pytest.approx(len(index.rows), rel=0.15)
        stored = sum(Path(file).stat().st_size for file in index.order.files)
        assert MILLION * model.file_bytes == pytest.approx(stored, rel=0.25)
        months = dict(zip(index.order.files, index.order.months, strict=True))
        rows = {"synthetic": 0, "real": 0}
        for name, case in list_cases(scaled, seed=1, repetitions=10):
            real.imitate(MILLION, served=False)
            scaled.imitate(MILLION, served=False)
            read, planned = plan(real, name, case), plan(scaled, name, case)
            asked = {scaled.snapshot.catalogue.event_months[f] for f in planned.event_files}
            assert asked == {str(months[file]) for file in read.event_files}, name
            for which, files, own in (
                ("synthetic", planned.event_files, synthetic),
                ("real", read.event_files, index),
            ):
                rows[which] += int(own.rows[own.find(files, case.filter, case.bounds)].sum())
        assert rows["synthetic"] == pytest.approx(rows["real"], rel=0.1)


def test_the_index_finds_the_rows_that_are_scanned(scaled: ScaledWarehouse) -> None:
    model = read_model(scaled)
    found = compare_scans(scaled, model, list_cases(scaled, seed=1, repetitions=5))
    assert {*TILES, "Q1", "Q2", "summary", "cut summary", "cut z6"} == {*found}
    for name, one in found.items():
        assert 0 < one["scanned_rows"] <= one["index_rows"] <= EVENTS, name
    scanned, index = (
        sum(one[key] for one in found.values()) for key in ("scanned_rows", "index_rows")
    )
    assert index <= 1.5 * scanned


@pytest.mark.full
def test_shown_files_of_a_tile_do_not_grow_and_its_bytes_grow_less_than_events(
    scale_settings: StoreSettings,
) -> None:
    done = run_cop(
        "bench", "scale", "--events", "10000000,100000000,1000000000", "--sample", str(EVENTS),
        "--repetitions", "9", "--data", scale_settings.data, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    small, middle, large = json.loads(done.stdout)["sizes"]
    assert [one["events"] for one in (small, middle, large)] == [10**7, 10**8, 10**9]
    assert large["gb"] == pytest.approx(100 * small["gb"], rel=0.1)
    for name in (*TILES, "summary", "cut z6", "cut summary"):
        few, some, many = (one["questions"][name] for one in (small, middle, large))
        assert 1 <= few["files"] <= 3, name
        assert max(some["files"], many["files"]) <= few["files"], name
        assert few["copy_mb"] > 0
        assert some["copy_mb"] <= 5 * few["copy_mb"], name
        assert many["copy_mb"] <= 10 * few["copy_mb"], name
    assert large["questions"]["z12"]["copy_mb"] <= 4 * small["questions"]["z12"]["copy_mb"]


def test_no_number_of_events_is_refused() -> None:
    assert "--events some: write numbers" in read_refusal(
        invoke("bench", "scale", "--events", "some")
    )
