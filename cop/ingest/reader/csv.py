"""Reading a table of text: every cell as it was written, every row with its number in the file."""

import warnings
import zlib
from pathlib import Path

import pandas as pd

from cop.errors import InputFileError
from cop.ingest.reader.table import need_file
from cop.store.dataset.record import ROW

FIRST_ROW = 2
_UNREADABLE = (
    pd.errors.ParserError,
    pd.errors.ParserWarning,
    ValueError,
    OSError,
    EOFError,
    zlib.error,
)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV (gzip too) as text columns, and ``__row__``, the row's number (the header is 1).

    Raises InputFileError naming the file, the line and what to do.
    """
    need_file(path)
    try:
        table = _read_text(path)
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
    table[ROW] = range(FIRST_ROW, FIRST_ROW + len(table))
    blank = table.drop(columns=ROW).isna().all(axis=1)
    return table[~blank].reset_index(drop=True)


def _read_text(path: Path) -> pd.DataFrame:
    """Read strictly: without index_col=False a row longer than the header shifts every column."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            path,
            dtype=str,
            index_col=False,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            encoding="utf-8-sig",
            compression="gzip" if path.suffix == ".gz" else None,
        )
