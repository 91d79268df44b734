"""Tests of the bench of loading: its files load whole, each kind as many rows as asked."""

from pathlib import Path

import numpy as np
import pytest

from cop.bench import ingest as module
from cop.bench.report import format_ingest
from cop.settings import StoreSettings

pytestmark = pytest.mark.house

SPOTS = np.array([[-110.9, 31.4], [-106.5, 31.8]])


@pytest.mark.parametrize(
    ("suffix", "what"), [(".csv", "load"), (".csv", "copy"), (".parquet", "load")]
)
def test_all_rows_are_loaded(own_warehouse: Path, tmp_path: Path, suffix: str, what: str) -> None:
    path = tmp_path / f"events{suffix}"
    write = module.write_csv if suffix == ".csv" else module.write_parquet
    write(path, module.draw_tables(SPOTS, 300, seed=1))
    measured = module.work(StoreSettings(data=own_warehouse), what, [path])
    assert measured["rows"] == 300
    assert measured["peak_mb"] > 0
    text = format_ingest([{"case": what, **measured}])
    assert text.splitlines()[1].split()[:2] == [what, "300"]
