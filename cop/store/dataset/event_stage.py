"""Staging events on disk, typed and identified, so that a load of any size takes little memory."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cop.model.event import COMPOSITION
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.writer import DRAFT_SUFFIX
from cop.store.dataset.event_identity import (
    CONTENT_HASH,
    NAMED_ID,
    cast_sql,
    content_sql,
    nameless_id_sql,
)
from cop.store.dataset.schema import MONTH, PLACED_COLUMNS, RAW_COLUMNS
from cop.store.engine import Cursor, quote_text

POSITION = "position"
"""The column of a frame that orders the rows of a load."""
MEMORY_MB = 512
"""What the engine may hold while it merges; what is more is spilled beside the warehouse."""
SPILL_FOLDER = f".spill{DRAFT_SUFFIX}"
_BATCH_ROWS = 32_768
"""Rows of one Arrow batch: the engine reads several at once."""
_OPTIONS = "FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 8192"


@dataclass
class EventStage:
    """The events of one source on their way in, each frame a file sorted by month.

    ``claims`` are rows that were refused but have an id: a later row of it may not differ.
    """

    cursor: Cursor
    folder: Path
    source: str
    files: list[Path] = field(default_factory=list)
    claims: list[Path] = field(default_factory=list)
    rows: int = 0

    def add(self, frame: pd.DataFrame, *, number: int = 0) -> None:
        """Stage rows of raw and placed columns and ``position``.

        Of rows with one id in frames of one ``number`` the first counts; frames of a higher
        number correct it.
        """
        if len(frame):
            columns = {**RAW_COLUMNS, **PLACED_COLUMNS}
            months = frame["occurred_at"].to_numpy("datetime64[M]").astype("int64")
            by_month = frame.iloc[np.argsort(months, kind="stable")]
            self.files.append(self._copy(by_month, columns, _STAGED, f"{number}"))
            self.rows += len(frame)

    def add_claims(self, frame: pd.DataFrame) -> None:
        """Stage refused rows that have an id, as far as they could be read."""
        if len(frame):
            self.claims.append(self._copy(frame, RAW_COLUMNS, _CLAIMED, "0"))

    def _copy(self, frame: pd.DataFrame, columns: dict[str, str], select: str, number: str) -> Path:
        path = self.folder / f".{uuid.uuid4().hex}{DRAFT_SUFFIX}"
        lacking = dict.fromkeys({*COMPOSITION} - {*frame.columns})
        needed = frame.assign(**lacking)[[*columns, POSITION]]
        table = pa.Table.from_pandas(needed, preserve_index=False)
        batches = table.to_batches(max_chunksize=_BATCH_ROWS)
        self.cursor.register("incoming", pa.Table.from_batches(batches, table.schema))
        sql = (
            f"WITH typed AS (SELECT {cast_sql(columns)}, uncertainty_m::DOUBLE AS stated_m, "
            f"{POSITION}, {number} AS number FROM incoming), "
            f"hashed AS (SELECT *, {content_sql()} AS content FROM typed) {select}"
        )
        try:
            self.cursor.execute(
                f"COPY ({sql}) TO {quote_text(str(path))} ({_OPTIONS})", {"source": self.source}
            )
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            self.cursor.unregister("incoming")
        return path


@contextmanager
def open_stage(transaction: WriteTransaction, source: str) -> Iterator[EventStage]:
    """Open a stage for the events of a source; its files go when the block ends."""
    transaction.cursor.execute(f"SET memory_limit = '{MEMORY_MB}MB'")
    spill = quote_text(str(transaction.folder / SPILL_FOLDER))
    transaction.cursor.execute(f"SET temp_directory = {spill}")
    stage = EventStage(transaction.cursor.cursor(), transaction.folder, source)
    try:
        yield stage
    finally:
        stage.cursor.close()
        for path in stage.files + stage.claims:
            path.unlink(missing_ok=True)


_CLAIM = "hash(content, stated_m) AS claim"
_STAGED = f"""
    SELECT * EXCLUDE (content, stated_m), {_CLAIM}, {CONTENT_HASH} AS content_hash,
        CASE WHEN source_id IS NULL THEN {nameless_id_sql("content", "1")}
            ELSE {NAMED_ID} END AS event_id,
        strftime(occurred_at, '%Y-%m') AS {MONTH}
    FROM hashed
"""
_CLAIMED = f"""
    SELECT {NAMED_ID} AS event_id, {_CLAIM}, {POSITION}, number
    FROM hashed WHERE source_id IS NOT NULL
"""
