"""Tests of DuckDB as an engine of batches: types that are stated, and no column that is not."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.batch.local import DuckEngine
from tests.support.batch import describe, publish_drawn, read_events, read_written, rows_of

pytestmark = pytest.mark.scale


def test_columns_are_read_and_written_as_they_are_stated(tmp_path: Path) -> None:
    """The sum of counts is wider in DuckDB than it is written; geometry is left where it is."""
    settings = publish_drawn(tmp_path / "warehouse", n=50)
    with closing(DuckEngine(settings)) as engine:
        events = read_events(engine, settings, {"mx": "int64", "kind": "string", "count": "int64"})
        assert [*events.columns] == ["mx", "kind", "count"]
        summed = events.group_by("kind").aggregate(total=events["count"].sum()).order_by("kind")
        engine.write(summed, {"kind": "string", "total": "int64"}, tmp_path / "sums")
    written = read_written(tmp_path, "sums")
    assert describe(written) == {"kind": "string", "total": "int64"}
    assert [kind for kind, _ in rows_of(written)] == ["crossing", "rescue", "Überfall"]
