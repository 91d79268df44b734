"""Staging events by month, typed and identified, so that a load of any size takes little memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cop.model.event import COMPOSITION
from cop.store.dataset.event_identity import (
    CONTENT_HASH,
    NAMED_ID,
    content_sql,
    known_content_sql,
    nameless_id_sql,
)
from cop.store.dataset.schema import MONTH, PLACED_COLUMNS, RAW_COLUMNS
from cop.store.dataset.spool import WORD, Spool, SpoolView
from cop.store.engine import Cursor

POSITION = "position"
"""The column of a table that orders the rows of a load."""
Moments = np.ndarray[tuple[int], np.dtype[np.datetime64]]
Codes = np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]

_ROWS_BYTES, _IDS_BYTES = 96 * 2**20, 32 * 2**20
_ALL = "all"
_UNIQUE = ("source_id", "attributes")
"""Columns of text that differ from row to row; all others have few words."""
_TYPES = {
    "VARCHAR": WORD,
    "INTEGER": pa.int32(),
    "UINTEGER": pa.uint32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DOUBLE": pa.float64(),
    "REAL": pa.float32(),
    "BOOLEAN": pa.bool_(),
}
_POSITION_FIELD = pa.field(POSITION, pa.int64())
_RAW = pa.schema(
    [
        *((n, pa.string() if n in _UNIQUE else _TYPES[kind]) for n, kind in RAW_COLUMNS.items()),
        _POSITION_FIELD,
    ]
)
_PLACED = pa.schema([(name, _TYPES[kind]) for name, kind in PLACED_COLUMNS.items()])
_IDENTITY = pa.schema([("event_id", pa.string()), ("content_hash", pa.uint64())])
ROWS = pa.schema([*_RAW, *_PLACED, *_IDENTITY])
"""A staged row: raw and placed columns, ``position``, what it is known by."""
IDS = pa.schema(
    [
        *_IDENTITY,
        ("claim", pa.uint64()),
        ("content", pa.string()),
        ("marking", WORD),
        _POSITION_FIELD,
        ("number", pa.int32()),
        (MONTH, WORD),
    ]
)
"""What decides the fate of a row. Only a row without an id has ``content``, which it is known by;
only a refused one has no month: a later row of its id may not differ from it."""


@dataclass(eq=False)
class EventStage:
    """The events of one source on their way in."""

    source: str
    cursor: Cursor
    rows: Spool
    ids: Spool
    n: int = 0
    has_claims: bool = False

    def add(self, table: pa.Table, *, number: int = 0) -> None:
        """Stage rows of raw and placed columns and ``position``.

        Of rows with one id in tables of one ``number`` the first counts; tables of a higher number
        correct it.
        """
        if not len(table):
            return
        typed = _cast(table, pa.schema([*_RAW, *_PLACED]))
        ids = self._identify(typed, table["uncertainty_m"], number)
        for name in _IDENTITY.names:
            typed = typed.append_column(name, ids[name])
        codes, months = _number_months(typed["occurred_at"].to_numpy())
        self.ids.add(_one_batch(_with_months(ids, codes, months)), [(_ALL, 0, len(ids))])
        by_month = _one_batch(typed.take(pa.array(np.argsort(codes, kind="stable"))))
        ends = np.cumsum(np.bincount(codes)).tolist()
        self.rows.add(by_month, zip(months, [0, *ends[:-1]], ends, strict=True))
        self.n += len(table)

    def add_claims(self, table: pa.Table) -> None:
        """Stage refused rows that have an id, as far as they could be read."""
        claims = table.filter(pc.is_valid(table["source_id"]))
        if len(claims):
            ids = self._identify(_cast(claims, _RAW), claims["uncertainty_m"], 0)
            self.ids.add(_one_batch(ids), [(_ALL, 0, len(ids))])
            self.has_claims = True

    def view_month(self, month: str) -> SpoolView:
        """Return the rows of a month."""
        return self.rows.view(month)

    def view_ids(self) -> SpoolView:
        """Return what decides the fate of each row."""
        return self.ids.view(_ALL)

    def _identify(self, typed: pa.Table, stated_m: pa.ChunkedArray, number: int) -> pa.Table:
        """Return the columns of IDS, the months empty."""
        stated = pc.cast(stated_m, pa.float64())
        self.cursor.register("incoming", typed.append_column("stated_m", stated))
        try:
            found = self.cursor.execute(_IDENTIFY, {"source": self.source}).to_arrow_table()
        finally:
            self.cursor.unregister("incoming")
        columns = {
            "marking": typed["marking"],
            "number": pa.array(np.full(len(found), number, dtype=np.int32)),
            MONTH: pa.nulls(len(found), WORD),
        }
        for name, column in columns.items():
            found = found.append_column(name, column)
        return found.select(IDS.names).cast(IDS)


@contextmanager
def open_stage(cursor: Cursor, folder: Path, source: str) -> Iterator[EventStage]:
    """Open a stage for the events of a source; nothing of it is left when the block ends.

    ``cursor`` computes, it stores nothing; what is too much for memory goes to files in ``folder``.
    """
    rows = Spool(ROWS, folder, _ROWS_BYTES)
    ids = Spool(IDS, folder, _IDS_BYTES, compression=None)
    stage = EventStage(source, cursor.cursor(), rows, ids)
    try:
        yield stage
    finally:
        stage.cursor.close()
        rows.close()
        ids.close()


def stage_frame(frame: pd.DataFrame, first: int) -> pa.Table:
    """Return a frame of raw and placed columns as a stage takes it, from a position on."""
    positions = np.arange(first, first + len(frame), dtype=np.int64)
    return pa.Table.from_pandas(frame.assign(**{POSITION: positions}), preserve_index=False)


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        pa.nulls(len(table), one.type)
        if one.name in COMPOSITION and one.name not in table.schema.names
        else _cast_column(table[one.name], one.type)
        for one in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _cast_column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind == WORD and not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    return pc.cast(column, kind, safe=pa.types.is_integer(kind))


def _number_months(moments: Moments) -> tuple[Codes, list[str]]:
    """Return a number of each moment's month, and the months in their order."""
    codes, months = pd.factorize(moments.astype("datetime64[M]"), sort=True)
    # Few bits are sorted in two passes instead of seventeen.
    return codes.astype(np.min_scalar_type(len(months))), months.astype(str).tolist()


def _with_months(ids: pa.Table, codes: Codes, months: list[str]) -> pa.Table:
    words = pa.array(months, pa.string())
    column = pa.DictionaryArray.from_arrays(codes.astype(np.int32), words)
    return ids.set_column(ids.schema.get_field_index(MONTH), MONTH, column)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    (batch,) = table.combine_chunks().to_batches()
    return batch


_IDENTIFY = f"""
    SELECT CASE WHEN source_id IS NULL THEN {nameless_id_sql("known_content", "1")}
            ELSE {NAMED_ID} END AS event_id,
        {CONTENT_HASH} AS content_hash, hash(content, stated_m) AS claim,
        CASE WHEN source_id IS NULL THEN known_content END AS content, {POSITION}
    FROM (
        SELECT *, {content_sql()} AS content,
            CASE WHEN source_id IS NULL THEN {known_content_sql()} END AS known_content
        FROM incoming
    )
"""
