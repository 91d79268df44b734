"""Reading a table of text: every cell as it was written, every row with its number in the file."""

import gzip
import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from cop.errors import InputFileError
from cop.ingest.source.format import FileFormat, ProfileReader
from cop.ingest.source.table import BATCH_ROWS, FIRST_ROW, need_file
from cop.model.source import ROW

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile

_BLOCK_BYTES = 8 * 2**20
_MOST_HEADER_BYTES = 2**20
_SAMPLE_BYTES = 2**20
_LEAST_SEPARATORS = 2
"""Fewer separators in a line of text prove nothing."""
_UNREADABLE = (
    pd.errors.ParserError,
    pd.errors.ParserWarning,
    ValueError,
    OSError,
    EOFError,
    zlib.error,
)
_OPTIONS: dict[str, Any] = {
    "dtype": str,
    "index_col": False,
    "keep_default_na": False,
    "na_values": [""],
    "skip_blank_lines": False,
    "encoding": "utf-8-sig",
}
"""Strict: without index_col=False a row longer than the header shifts every column."""


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV (gzip too) as text columns, and ``__row__``, the row's number (the header is 1).

    Raises InputFileError naming the file, the line and what to do.
    """
    return pd.concat(read_csv_batches(path), ignore_index=True)


def read_csv_batches(path: Path) -> Iterator[pd.DataFrame]:
    """Read what ``read_csv`` reads in bounded batches, at least one."""
    need_file(path)
    first = FIRST_ROW
    with _explained(path):
        for batch in _read_batches(path):
            rows = len(batch)
            batch[ROW] = np.arange(first, first + rows)
            first += rows
            yield _without_blank_rows(batch)


def estimate_rows(path: Path) -> int | None:
    """Return about how many rows a file has, by the lines that it begins with."""
    try:
        with path.open("rb") as file:
            opened = gzip.open(file) if path.suffix == ".gz" else file  # noqa: SIM115 ends with it
            lines = opened.read(_SAMPLE_BYTES).count(b"\n")
            read = file.tell()
            return lines * file.seek(0, io.SEEK_END) // read if read else None
    except (OSError, EOFError, zlib.error):
        return None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise what is wrong with a file as InputFileError."""
    try:
        yield
    except pd.errors.EmptyDataError as fault:
        raise InputFileError(
            f"{path.name}: the file is empty; a CSV with a header row is needed"
        ) from fault
    except UnicodeDecodeError as fault:
        raise InputFileError(
            f"{path.name}: not UTF-8 text (0x{fault.object[fault.start]:02x} stands for no "
            "character); save the file as UTF-8 CSV"
        ) from fault
    except _UNREADABLE as fault:
        reason = " ".join(str(fault).split())
        raise InputFileError(
            f"{path.name}: not a readable CSV: {reason}; mend the line and retry"
        ) from fault


def _read_batches(path: Path) -> Iterator[pd.DataFrame]:
    """Read plain blocks fast; from the first that is not plain on, pandas reads the file."""
    done = 0
    for table in _read_plain(path):
        if table is None:
            yield from _read_carefully(path, skip=done)
            return
        done += len(table)
        for batch in table.to_batches(max_chunksize=BATCH_ROWS) or [table]:
            yield batch.to_pandas()


def _read_carefully(path: Path, *, skip: int) -> Iterator[pd.DataFrame]:
    packing = "gzip" if path.suffix == ".gz" else None
    with _strict():
        opened = pd.read_csv(path, chunksize=BATCH_ROWS, compression=packing, **_OPTIONS)
    with opened as chunks:
        number = 0
        while (chunk := _next(chunks)) is not None:
            _check_quotes(chunk)
            left = chunk.iloc[max(0, skip - number) :].reset_index(drop=True)
            if len(left) or not number:
                yield left
            number += len(chunk)


def _check_quotes(chunk: pd.DataFrame) -> None:
    """Raise ValueError where a quoted cell holds lines that are rows: a quote is not closed."""
    least = len(chunk.columns) - 1
    if least < _LEAST_SEPARATORS:
        return
    for place, name in enumerate(chunk):
        cells = chunk[name]
        for row, text in cells[cells.str.contains("\n", na=False)].items():
            begin = str(chunk.iloc[row - chunk.index[0], 0])
            for line in text.splitlines()[1:]:
                first, *others = line.split(",")
                is_row = len(others) in {least, place} and len(others) >= _LEAST_SEPARATORS
                if is_row and _is_number(first) and _is_number(begin):
                    raise ValueError(
                        f"row {row + FIRST_ROW}: a quoted cell holds lines like rows "
                        f"({line[:40]!r}); close the quote"
                    )


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()


@contextmanager
def _strict() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        yield


def _next(chunks: Any) -> pd.DataFrame | None:
    with _strict():
        return next(chunks, None)


def _read_plain(path: Path) -> Iterator[pa.Table | None]:
    """Read blocks of whole lines without quotes; None at what only pandas can judge."""
    try:
        with _open(path) as file:
            names = _read_header(file.readline(_MOST_HEADER_BYTES))
            rest = b""
            read = names is not None
            while names and (block := file.read(_BLOCK_BYTES)):
                block, rest = _cut(rest + block)
                read = False
                table = _parse_plain(block, names)
                yield table
                if table is None:
                    return
            if names is None or read:
                yield None
            elif rest:
                yield _parse_plain(rest, names)
    except (OSError, EOFError, zlib.error):
        yield None


def _open(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return io.BufferedReader(gzip.open(path))  # type: ignore[arg-type]
    return path.open("rb")


def _cut(block: bytes) -> tuple[bytes, bytes]:
    end = block.rfind(b"\n") + 1
    return block[:end], block[end:]


def _read_header(line: bytes) -> list[str] | None:
    """Return the columns that pandas finds in a first line that stands alone; else None."""
    if not line.endswith(b"\n") or not line.strip() or b"\r" in line.rstrip(b"\r\n"):
        return None
    try:
        with _strict():
            return list(pd.read_csv(io.BytesIO(line), **_OPTIONS))
    except (pd.errors.EmptyDataError, *_UNREADABLE):
        return None


def _parse_plain(block: bytes, names: list[str]) -> pa.Table | None:
    """Parse lines that hold no quote, each as long as the header; None where one does not fit."""
    if b'"' in block or b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
        return None
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(block),
            pa_csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
            pa_csv.ParseOptions(quote_char=False),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if len(table) == lines else None


def _without_blank_rows(batch: pd.DataFrame) -> pd.DataFrame:
    cells = batch.drop(columns=ROW)
    if any(not cells[name].hasnans for name in cells):
        return batch
    return batch[~cells.isna().all(axis=1)].reset_index(drop=True)


def open_csv(job: "Job") -> "OpenedFile":
    """Open a CSV of any encoding and separator; InputFileError where it cannot be read."""
    from cop.ingest.source.base.delimited import open_delimited

    return open_delimited(job)


FORMAT = FileFormat(
    id="csv",
    title="CSV",
    kind="table",
    suffixes=(".csv", ".txt"),
    open_file=open_csv,
    reader=ProfileReader(
        read_batches=lambda path, _profile: read_csv_batches(path), count_rows=estimate_rows
    ),
)
