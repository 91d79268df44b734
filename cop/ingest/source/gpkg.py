"""GeoPackage, whose pages SQLite checks before GDAL reads them."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from pathlib import Path

    from cop.ingest.source.base.opened import Job, OpenedFile


_INDEX = re.compile(
    r'CREATE VIRTUAL TABLE ("[^"]*"|\[[^\]]*\]|\w+) USING rtree ?\([\w ,"]*\)', re.IGNORECASE
)

_WHOLE, _REAL = "'integer', 'null'", "'real', 'integer', 'null'"
_HELD = {
    "BOOLEAN": (0, 1, _WHOLE),
    "TINYINT": (-(1 << 7), (1 << 7) - 1, _WHOLE),
    "SMALLINT": (-(1 << 15), (1 << 15) - 1, _WHOLE),
    "MEDIUMINT": (-(1 << 31), (1 << 31) - 1, _WHOLE),
    "INT": (-(1 << 63), (1 << 63) - 1, _WHOLE),
    "INTEGER": (-(1 << 63), (1 << 63) - 1, _WHOLE),
    "FLOAT": (-(1 << 24), 1 << 24, _REAL),
    "DOUBLE": (-(1 << 53), 1 << 53, _REAL),
    "REAL": (-(1 << 53), 1 << 53, _REAL),
}
"""What GDAL reads of a column of a type: the least and the greatest integer, and SQLite's types."""


def open_gpkg(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where the database is damaged or can reach outside."""
    from cop.ingest.source.base.feature import open_feature

    opened = open_feature(job, prepare=check_pages)
    check_values(job, str(opened.layer))
    return replace(opened, count=lambda: count_rows(job.path, str(opened.layer)))


def check_pages(job: "Job") -> "Path":
    """Let SQLite check its pages, as GDAL reads on past damaged ones, and what its schema runs."""
    try:
        with closing(_open(job.path)) as base:
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


def count_rows(path: "Path", layer: str) -> int | None:
    """Return the rows of a layer's table by SQLite itself."""
    try:
        with closing(_open(path)) as base:
            found: int = base.execute(f"SELECT count(*) FROM {_quote(layer)}").fetchone()[0]  # noqa: S608 quoted
            return found
    except sqlite3.Error:
        return None


def check_values(job: "Job", layer: str) -> None:
    """Refuse a layer whose cells are not of their columns' types: GDAL reads other values then."""
    with closing(_open(job.path)) as base:
        for _, name, declared, *_ in base.execute(f"PRAGMA table_info({_quote(layer)})").fetchall():
            kind = str(declared).upper().partition("(")[0].strip()
            if kind not in _HELD:
                continue
            least, most, types = _HELD[kind]
            column = _quote(name)
            query = (
                f"SELECT count(*) FROM {_quote(layer)} WHERE typeof({column}) NOT IN ({types}) "  # noqa: S608 quoted
                f"OR typeof({column}) = 'integer' AND {column} NOT BETWEEN ? AND ?"
            )
            (unlike,) = base.execute(query, (least, most)).fetchone()
            if unlike:
                raise job.refuse(
                    f"column {name!r} says {kind}, but {unlike:,} of its cells hold something "
                    "else, which would be read as another value; export it as TEXT"
                )


def _open(path: "Path") -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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
