"""The audit record as a file: CSV or JSON lines, each with the chain, so that it proves itself.

A cell of CSV that a spreadsheet could take for a formula begins with an apostrophe, which is taken
off again when the file is read: the hashes are those of the record.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from io import StringIO
from pathlib import Path
from typing import Any, Final, Literal

from cop.errors import AuditError
from cop.model.audit import AuditEntry
from cop.model.audit_chain import ReadEntries

ExportFormat = Literal["csv", "jsonl"]
MEDIA_TYPES: Final[dict[ExportFormat, str]] = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
}
_NAMES: Final = tuple(field.name for field in fields(AuditEntry))
_NUMBERS: Final = frozenset({"seq", "completes"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_MOST_LINE: Final = 100_000


def render_entries(entries: Iterable[AuditEntry], form: ExportFormat) -> Iterator[str]:
    """Return the lines of a file, each with its end."""
    if form == "jsonl":
        for entry in entries:
            yield json.dumps(asdict(entry), sort_keys=True, separators=(",", ":")) + "\n"
        return
    yield _write_row(_NAMES)
    for entry in entries:
        yield _write_row([_defuse(getattr(entry, name)) for name in _NAMES])


def open_export(path: Path) -> ReadEntries:
    """Return what reads the entries of an exported file again, in its order.

    Raise AuditError for a line that is no entry.
    """

    def read() -> Iterator[AuditEntry]:
        try:
            with path.open(encoding="utf-8", newline="") as file:
                begins = file.read(1)
                file.seek(0)
                yield from _read_lines(path, file) if begins == "{" else _read_csv(path, file)
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            raise AuditError(f"{path}: cannot be read: {fault}") from fault

    return read


def _read_lines(path: Path, lines: Iterable[str]) -> Iterator[AuditEntry]:
    for number, line in enumerate(lines, start=1):
        try:
            yield _build(json.loads(line[:_MOST_LINE]))
        except (ValueError, TypeError, RecursionError) as fault:
            raise _refusal(path, number, fault) from fault


def _read_csv(path: Path, lines: Iterable[str]) -> Iterator[AuditEntry]:
    rows = csv.reader(lines, strict=True)
    heads = next(rows, [])
    if tuple(heads) != _NAMES:
        raise AuditError(
            f"{path}: it does not begin with the columns of `cop audit export`, {', '.join(_NAMES)}"
        )
    for number, row in enumerate(rows, start=2):
        try:
            stated = {name: _fuse(cell) for name, cell in zip(_NAMES, row, strict=True)}
            numbers = {name: int(stated[name]) if stated[name] else None for name in _NUMBERS}
            yield _build(stated | numbers)
        except ValueError as fault:
            raise _refusal(path, number, fault) from fault


def _build(stated: Any) -> AuditEntry:
    """Return the entry of a line; raise ValueError if it has other fields or kinds of them."""
    if not isinstance(stated, dict) or stated.keys() != {*_NAMES}:
        raise ValueError("it has other fields")
    for name, value in stated.items():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        optional = name == "completes" and value is None
        if not (optional or (is_number if name in _NUMBERS else isinstance(value, str))):
            raise ValueError(f"{name} is {str(value)[:40]!r}")
    return AuditEntry(**stated)


def _refusal(path: Path, number: int, fault: Exception) -> AuditError:
    return AuditError(
        f"{path}, line {number}: not an entry of the audit record ({fault}): the file was changed "
        "or is not one of `cop audit export`"
    )


def _write_row(cells: Iterable[object]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def _defuse(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _fuse(cell: str) -> str:
    return cell.removeprefix("'")
