"""The rows of a partner's package, checked one column after another before any is taken."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from cop.errors import InputFileError, PackageError
from cop.ingest.source.format import MappedColumns
from cop.ingest.source.registry import BatchReader
from cop.model.event import (
    COMPOSITION,
    CONFIDENCES,
    DETECTIONS,
    KINDS,
    TIME_PRECISIONS,
    UNITS,
)
from cop.model.giving import PRECISIONS
from cop.model.marking import MarkingError, check_marking, is_agency
from cop.model.partner import MOST_HOPS
from cop.store.dataset.received import GIVEN_COLUMNS, WITHDRAWN_COLUMNS

ARROW: Final[dict[str, pa.DataType]] = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "TIMESTAMP": pa.timestamp("us"),
    "DOUBLE": pa.float64(),
    "REAL": pa.float32(),
    "BOOLEAN": pa.bool_(),
}
_RECORD: Final = r"[0-9a-f]{32}"
_SOURCE: Final = r"[a-z0-9][a-z0-9_-]{0,59}"
_LONGEST_ATTRIBUTES: Final = 20_000
_LONGEST_PATH: Final = 500
MOST_ROWS: Final = 5_000_000
_MOST_BYTES: Final = 2_000_000_000
_OLDEST: Final = pd.Timestamp("1900-01-01")
_REPORTED_AHEAD: Final = timedelta(days=1)
"""As a file may be (cop.ingest.check)."""
Mask: TypeAlias = pd.Series


def read_given(
    path: Path, *, sender: str, most_number: int, made_at: datetime, reader: BatchReader
) -> pa.Table:
    """Read the events of a package: GIVEN_COLUMNS; PackageError names the row and the value."""
    rules = _rules(sender, most_number, made_at)

    def check(frame: pd.DataFrame, first: int) -> None:
        for column, is_valid, why in rules:
            good = is_valid(frame[column])
            if not good.all():
                row = int(np.flatnonzero(~good.to_numpy(bool))[0])
                raise PackageError(
                    f"{path.name}, row {first + row + 1}: "
                    f"{column}={str(frame[column].iloc[row])[:60]!r}: {why}"
                )
        for row, (origin, codes) in enumerate(zip(frame["origin"], frame["path"], strict=True)):
            if codes[0] != origin:
                raise PackageError(
                    f"{path.name}, row {first + row + 1}: its path does not begin at {origin}"
                )

    return _read(path, GIVEN_COLUMNS, reader, check)


def read_withdrawn(path: Path, *, most_number: int, reader: BatchReader) -> pa.Table:
    """Read what a package withdraws: WITHDRAWN_COLUMNS."""

    def check(frame: pd.DataFrame, first: int) -> None:
        good = (
            frame["record"].str.fullmatch(_RECORD, na=False)
            & frame["origin"].map(_is_code)
            & frame["number"].between(1, most_number)
        )
        if not good.all():
            row = int(np.flatnonzero(~good.to_numpy(bool))[0])
            raise PackageError(
                f"{path.name}, row {first + row + 1}: {[*frame.iloc[row]]}: not a record's key"
            )

    return _read(path, WITHDRAWN_COLUMNS, reader, check)


def _read(
    path: Path,
    columns: Mapping[str, str],
    reader: BatchReader,
    check: Callable[[pd.DataFrame, int], None],
) -> pa.Table:
    """Read rows in batches, each checked before the next is read; what all may hold is limited."""
    profile = MappedColumns(reader="parquet", columns={name: name for name in columns})
    schema = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
    tables, rows, size = [schema.empty_table()], 0, 0
    try:
        for batch in reader(path, profile):
            table = _type(batch, schema)
            frame = table.to_pandas()
            if "path" in columns:
                frame["path"] = [[] if codes is None else [*codes] for codes in frame["path"]]
            check(frame, rows)
            tables.append(table)
            rows, size = rows + len(table), size + table.nbytes
            if rows > MOST_ROWS or size > _MOST_BYTES:
                raise PackageError(
                    f"{path.name}: more than {MOST_ROWS:,} rows or {_MOST_BYTES // 1_000_000:,} MB "
                    "of them: ask for less at once (`cop partner give` there)"
                )
    except (InputFileError, pa.ArrowException, KeyError, ValueError, RecursionError) as fault:
        raise PackageError(f"{path.name}: not the rows of a package: {str(fault)[:200]}") from fault
    whole = pa.concat_tables(tables)
    _check_keys(path, whole.select(["origin", "record"]).to_pandas())
    return whole


def _type(batch: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return what was read, texts mostly, in the types of a schema; nothing is rounded."""
    columns = []
    for field in schema:
        cells = batch[field.name]
        if pa.types.is_list(field.type):
            lists = {text: _parse_list(text) for text in cells.dropna().unique()}
            column = pa.array([lists.get(text) for text in cells], field.type)
        else:
            column = pa.array(cells, from_pandas=True).cast(field.type)
        columns.append(column)
    return pa.table(columns, schema=schema)


def _parse_list(text: str) -> list[str] | None:
    found = json.loads(text) if len(text) <= _LONGEST_PATH else None
    return found if isinstance(found, list) and all(isinstance(c, str) for c in found) else None


def _check_keys(path: Path, frame: pd.DataFrame) -> None:
    repeated = frame.duplicated(["origin", "record"])
    if repeated.any():
        row = int(np.flatnonzero(repeated.to_numpy())[0])
        raise PackageError(f"{path.name}, row {row + 1}: its record comes twice")


def _rules(
    sender: str, most_number: int, made_at: datetime
) -> list[tuple[str, Callable[[pd.Series], Mask], str]]:
    """Return a test and its words by column."""
    latest, reported = pd.Timestamp(made_at), pd.Timestamp(made_at + _REPORTED_AHEAD)
    return [
        ("number", lambda c: c.between(1, most_number), "not the number of a package up to it"),
        ("origin", lambda c: c.map(_is_code), "not the code of an agency"),
        ("record", lambda c: c.str.fullmatch(_RECORD, na=False), "not the id of a record"),
        ("origin_source", lambda c: c.str.fullmatch(_SOURCE, na=False), "not the id of a source"),
        ("path", lambda c: c.map(lambda p: _is_path(p, sender)), f"no path to {sender}"),
        ("hops_left", lambda c: c.between(0, MOST_HOPS), f"use 0 to {MOST_HOPS}"),
        ("precision", lambda c: c.isin(PRECISIONS), f"use one of {', '.join(PRECISIONS)}"),
        ("kind", lambda c: c.isin([*KINDS]), "not a kind of event"),
        ("count", lambda c: c.ge(0), "a count is a whole number from 0"),
        ("unit", lambda c: c.isin(UNITS), f"use one of {', '.join(UNITS)}"),
        *((name, lambda c: c.isna() | c.ge(0), "a whole number from 0") for name in COMPOSITION),
        ("occurred_at", lambda c: c.between(_OLDEST, latest), "before 1900 or not past yet"),
        ("reported_at", lambda c: c.isna() | c.between(_OLDEST, reported), "before 1900 or later"),
        ("time_precision", lambda c: c.isin(TIME_PRECISIONS), "not a precision of time"),
        ("lon", lambda c: c.between(-180, 180), "not a longitude"),
        ("lat", lambda c: c.between(-90, 90), "not a latitude"),
        ("uncertainty_m", lambda c: c.isna() | (c.ge(0) & np.isfinite(c)), "not a radius"),
        ("detection", lambda c: c.isna() | c.isin(DETECTIONS), "not a means of detection"),
        ("confidence", lambda c: c.isna() | c.isin(CONFIDENCES), "not a confidence"),
        ("marking", lambda c: c.map(_is_marking), "not a marking"),
        ("synthetic", lambda c: c.notna(), "real or synthetic: one of them"),
        ("attributes", lambda c: c.map(_is_object), "not a JSON object of text and numbers"),
    ]  # fmt: skip


def _is_code(code: Any) -> bool:
    return isinstance(code, str) and is_agency(code)


def _is_path(path: Any, sender: str) -> bool:
    codes = [*path]
    return (
        1 <= len(codes) <= MOST_HOPS
        and codes[-1] == sender
        and len({*codes}) == len(codes)
        and all(map(_is_code, codes))
    )


def _is_marking(marking: Any) -> bool:
    try:
        return isinstance(marking, str) and check_marking(marking) == marking
    except MarkingError:
        return False


def _is_object(text: Any) -> bool:
    if pd.isna(text):
        return True
    if not isinstance(text, str) or len(text) > _LONGEST_ATTRIBUTES:
        return False
    try:
        found = json.loads(text)
        # What cannot be written again, as half a character or no number, nobody could be shown.
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)
