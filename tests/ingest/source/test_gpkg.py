"""Tests of GeoPackages: SQLite checks them before GDAL reads any."""

import sqlite3
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.gpkg import check_pages
from tests.support.job import build_job, write_job

pytestmark = pytest.mark.layers


def write_base(path: Path, statement: str) -> Path:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE a (b)")
    base.executemany("INSERT INTO a VALUES (?)", [("x" * 500,)] * 200)
    base.execute(statement)
    base.commit()
    base.close()
    return path


def test_a_sound_base_with_its_index_passes(tmp_path: Path) -> None:
    index = "CREATE VIRTUAL TABLE rtree_a USING rtree(id, x0, x1, y0, y1)"
    path = write_base(tmp_path / "a.gpkg", index)
    assert check_pages(build_job(path, "gpkg")) == path


def test_a_virtual_table_is_refused(tmp_path: Path) -> None:
    path = write_base(tmp_path / "a.gpkg", "CREATE VIRTUAL TABLE f USING fts5(x)")
    with pytest.raises(InputFileError, match=r"a\.gpkg: it holds virtual tables"):
        check_pages(build_job(path, "gpkg"))


def test_damaged_pages_are_refused(tmp_path: Path) -> None:
    path = write_base(tmp_path / "a.gpkg", "CREATE TABLE c (d)")
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xff" * (4096 * 2)
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="its database is damaged"):
        check_pages(build_job(path, "gpkg"))
    with pytest.raises(InputFileError, match="its database is damaged"):
        check_pages(write_job(tmp_path, "b.gpkg", b"SQLite format 3\x00junk", "gpkg"))


@pytest.mark.trust
@pytest.mark.parametrize(
    "query",
    [
        "SELECT b FROM a",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c",
    ],
)
def test_a_view_is_refused_and_never_run(tmp_path: Path, query: str) -> None:
    path = write_base(tmp_path / "a.gpkg", f"CREATE VIEW v AS {query}")
    with pytest.raises(InputFileError, match=r"a\.gpkg: it holds views \(v\)"):
        check_pages(build_job(path, "gpkg"))


@pytest.mark.trust
@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("table", "CREATE/**/VIRTUAL TABLE v USING fts5(x)"),
        ("table", "CREATE VIRTUAL TABLE v USING fts5(x, 'USING rtree')"),
        ("index", "create\tview v AS SELECT 1"),
    ],
)
def test_a_forged_schema_is_refused_all_the_same(tmp_path: Path, kind: str, sql: str) -> None:
    path = write_base(tmp_path / "a.gpkg", "CREATE TABLE c (d)")
    base = sqlite3.connect(path)
    base.execute("PRAGMA writable_schema=ON")
    base.execute("INSERT INTO sqlite_master VALUES (?, 'v', 'v', 0, ?)", (kind, sql))
    base.commit()
    base.close()
    with pytest.raises(InputFileError, match=r"virtual tables|views|damaged"):
        check_pages(build_job(path, "gpkg"))
