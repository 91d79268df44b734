"""GeoPackage, whose pages SQLite checks before GDAL reads them."""

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from pathlib import Path

    from cop.ingest.source.base.opened import Job, OpenedFile


_INDEX = re.compile(
    r'CREATE VIRTUAL TABLE ("[^"]*"|\[[^\]]*\]|\w+) USING rtree ?\([\w ,"]*\)', re.IGNORECASE
)


def open_gpkg(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where the database is damaged or can reach outside."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=check_pages)


def check_pages(job: "Job") -> "Path":
    """Let SQLite check its pages, as GDAL reads on past damaged ones, and what its schema runs."""
    try:
        with closing(sqlite3.connect(f"file:{job.path}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            found = base.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise job.refuse(f"its database is damaged: {found[0]}; export it again")
            _check_schema(job, base)
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise job.refuse(f"its database is damaged: {fault}; export it again") from fault
    return job.path


def _check_schema(job: "Job", base: sqlite3.Connection) -> None:
    """Refuse views, whose queries may never end, and virtual tables but the spatial index.

    SQLite itself says what is a view or virtual: the type and the text of its schema can be forged.
    """
    kinds = [(str(name), kind) for _, name, kind, *_ in base.execute("PRAGMA table_list")]
    views = [name for name, kind in kinds if kind == "view"]
    if views:
        raise job.refuse(
            f"it holds views ({', '.join(views[:3])}), which run queries of their own; export the "
            "layer alone"
        )
    written = base.execute("SELECT sql FROM sqlite_master WHERE sql LIKE '%virtual%'").fetchall()
    indexes = [sql for (sql,) in written if _INDEX.fullmatch(str(sql))]
    if sum(kind == "virtual" for _, kind in kinds) > len(indexes):
        raise job.refuse("it holds virtual tables, which can reach outside; export the layer alone")


FORMAT = FileFormat(
    id="gpkg",
    title="GeoPackage",
    kind="vector",
    suffixes=(".gpkg",),
    magic=(b"SQLite format 3\x00",),
    driver="GPKG",
    open_file=open_gpkg,
    can_reach=True,
)
