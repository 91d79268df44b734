"""Tests of the GeoParquet writer: whole files or none, readable by geopandas."""

from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue import writer
from cop.store.catalogue.writer import (
    CONTENT_DRAFT,
    ROW_GROUP_ROWS,
    place_file,
    write_file,
    write_parquet,
)
from cop.store.engine import open_engine

pytestmark = pytest.mark.picture

POINTS = (
    "SELECT i, ST_SetCRS(ST_Point(i / 1000, 1), 'EPSG:4326') AS geometry FROM range(60000) AS t(i)"
)


def test_geopandas_reads_it_with_its_crs(tmp_path: Path) -> None:
    engine = open_engine(StoreSettings())
    written = write_parquet(engine, POINTS, tmp_path / "a b" / "c")
    assert written is not None
    path = written.path
    frame = gpd.read_parquet(path)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == 60_000
    assert frame.geometry.iloc[1].x == pytest.approx(0.001)
    metadata = pq.ParquetFile(path)
    assert b"geo" in metadata.schema_arrow.metadata
    assert metadata.metadata.num_row_groups > 1
    assert metadata.metadata.row_group(0).num_rows <= 1.3 * ROW_GROUP_ROWS
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    engine = open_engine(StoreSettings())
    with pytest.raises(StoreError, match="cannot write"):
        write_parquet(engine, "SELECT error('boom') AS a FROM range(10)", tmp_path / "x")
    assert list((tmp_path / "x").iterdir()) == []


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def interrupted(_path: Path) -> None:
        raise fault

    monkeypatch.setattr(writer, "sync", interrupted)
    with pytest.raises((KeyboardInterrupt, StoreError)):
        write_parquet(open_engine(StoreSettings()), "SELECT 1 AS a", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_draft_of_a_file_named_by_its_content_is_known_as_such(tmp_path: Path) -> None:
    """What sweeps drafts knows them by their names."""
    drafts: list[Path] = []

    def write(draft: Path) -> None:
        drafts.append(draft)
        draft.write_text("whole")

    write_file(tmp_path, ".txt", write)
    place_file(tmp_path / "other.txt", write)
    assert [CONTENT_DRAFT.fullmatch(draft.name) is not None for draft in drafts] == [True, False]
