"""Reading records in JSON, an array of objects or one object a line, as text cells."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cop.errors import InputFileError
from cop.ingest.source.format import FileFormat, FileMapping, ProfileReader
from cop.ingest.source.table import as_text, cut_batches, need_file
from cop.model.source import ROW

Records = list[tuple[int, dict[str, Any]]]


def read_json(path: Path) -> pd.DataFrame:
    """Read a JSON array or NDJSON as text columns, and ``__row__``: the record or the line from 1.

    Raises InputFileError naming the file, the row and what to do.
    """
    need_file(path)
    try:
        return parse_json(path.read_bytes(), file=path.name)
    except OSError as fault:
        raise InputFileError(f"{path.name}: cannot be read: {fault}") from fault


def parse_json(content: bytes, *, file: str) -> pd.DataFrame:
    """Parse what ``read_json`` reads; ``file`` names it in errors."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputFileError(f"{file}: not UTF-8 text; send UTF-8") from fault
    records = _of_array(text, file) if text.lstrip()[:1] == "[" else _of_lines(text, file)
    cells = [_cells(record, file, row) for row, record in records]
    names = dict.fromkeys(name for record in cells for name in record)
    table = pd.DataFrame(cells, columns=list(names), dtype="str")
    table[ROW] = [row for row, _ in records]
    return table


def with_fields(table: pd.DataFrame, fields: Iterable[str]) -> pd.DataFrame:
    """Return the table with a blank column for each field that no record has."""
    missing = [name for name in fields if name not in table]
    return table.assign(**{name: pd.Series(index=table.index, dtype="str") for name in missing})


def _of_array(text: str, file: str) -> Records:
    return list(enumerate(_parse(text, file, ""), start=1))


def _of_lines(text: str, file: str) -> Records:
    lines = enumerate(text.split("\n"), start=1)
    return [(row, _parse(line, file, f", line {row}")) for row, line in lines if line.strip()]


def _parse(text: str, file: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise InputFileError(
            f"{file}{where}: not readable as JSON: {fault}; send an array of objects, or one "
            "object a line"
        ) from fault


def _cells(record: Any, file: str, row: int) -> dict[str, str | None]:
    if not isinstance(record, dict):
        raise InputFileError(f"{file}, row {row}: {str(record)[:40]!r} is no object of fields")
    cells = {name: as_text(value) for name, value in record.items()}
    try:
        "".join(text for pair in cells.items() for text in pair if text).encode()
    except UnicodeEncodeError as fault:
        raise InputFileError(
            f"{file}, row {row}: half of a surrogate pair stands for no character; send UTF-8"
        ) from fault
    if ROW in cells:
        raise InputFileError(f"{file}, row {row}: no field may be named {ROW}")
    return cells


def _unrepeated(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice[:40]!r} stands twice in one object")
    return fields


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _read_batches(path: Path, profile: FileMapping) -> Iterator[pd.DataFrame]:
    """Read records; what none of them says is blank."""
    return cut_batches(with_fields(read_json(path), profile.file_columns))


FORMAT = FileFormat(
    id="json",
    title="JSON records",
    kind="table",
    reader=ProfileReader(read_batches=_read_batches),
)
