"""Tests of the tables of synthetic catalogues."""

import pytest

from cop.bench.scale.table import format_scale

pytestmark = pytest.mark.scale

QUESTION = {
    "files": 2, "row_groups": 7, "rows": 114_688, "mb": 1.25, "bounds": 20, "copy_row_groups": 4,
    "copy_rows": 163_840, "count_rows": 0, "copy_mb": 2.5, "copy_bounds": 245, "planning_ms": 0.5,
}  # fmt: skip
FIGURES = {
    "sample": {
        "events": 1_000,
        "bytes_per_event": 70.5,
        "copy_bytes_per_event": 80.5,
        "questions": {"z9": {"index_rows": 1_000, "scanned_rows": 999}},
    },
    "sizes": [
        {
            "events": 10_000_000, "files": 61, "row_groups": 640, "gb": 0.71,
            "copy_row_groups": 245, "copy_gb": 0.81, "counts": {"cell_days_12": 5_000_000},
            "questions": {"z9": QUESTION},
        }
    ],
}  # fmt: skip


def test_each_size_has_its_table() -> None:
    lines = format_scale(FIGURES).splitlines()
    assert lines[0].startswith("sample of 1,000 events: 70.5 bytes each in Parquet, 80.5 in the")
    assert lines[1].split() == ["z9", "1,000", "/", "999"]
    assert lines[2].startswith("10,000,000 events: 61 files with 640 row groups, 0.71 GB")
    assert lines[2].endswith("cell_days_12 5,000,000")
    assert lines[4].split() == [
        "z9", "2", "7", "114,688", "1.2", "20", "4", "163,840", "0", "2.5", "245", "0.50",
    ]  # fmt: skip
