"""GeoPackage, whose pages SQLite checks before GDAL reads them."""

import sqlite3
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from pathlib import Path

    from cop.ingest.source.base.opened import Job, OpenedFile


def open_gpkg(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where the database is damaged or can reach outside."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=check_pages)


def check_pages(job: "Job") -> "Path":
    """Let SQLite check its pages: GDAL reads on past damaged ones."""
    try:
        base = sqlite3.connect(f"file:{job.path}?mode=ro&immutable=1", uri=True)
        try:
            found = base.execute("PRAGMA quick_check(1)").fetchone()
            virtual = base.execute(
                "SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' "
                "AND sql NOT LIKE '%USING rtree%'"
            ).fetchone()
        finally:
            base.close()
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise job.refuse(f"its database is damaged: {fault}; export it again") from fault
    if found != ("ok",):
        raise job.refuse(f"its database is damaged: {found[0]}; export it again")
    if virtual != (0,):
        raise job.refuse("it holds virtual tables, which can reach outside; export the layer alone")
    return job.path


FORMAT = FileFormat(
    id="gpkg",
    title="GeoPackage",
    kind="vector",
    suffixes=(".gpkg",),
    magic=(b"SQLite format 3\x00",),
    driver="GPKG",
    open_file=open_gpkg,
)
