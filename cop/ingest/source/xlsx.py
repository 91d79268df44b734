"""Excel workbooks: each sheet a layer, its first row the header, cells as text."""

import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa

from cop.ingest.source.base.archive import open_archive
from cop.ingest.source.base.markup import check_xml
from cop.ingest.source.base.opened import (
    Batch,
    Job,
    OpenedFile,
    choose_layer,
    clean_names,
    number_rows,
)
from cop.ingest.source.format import ZIP, FileFormat
from cop.ingest.source.table import FIRST_ROW
from cop.model.upload import LayerSeen

_BATCH = 5_000
_SHEETS = "xl/worksheets/"
_UNREADABLE = (
    zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError,
    IndexError, OSError, EOFError,
)  # fmt: skip


def open_sheet(job: Job) -> OpenedFile:
    """Open a sheet; InputFileError where the workbook cannot be read."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    filled = _check_members(job)
    try:
        book = openpyxl.load_workbook(job.path, read_only=True, data_only=True, keep_links=False)
        sheets = _list_sheets(job, book)
        headers = [_read_header(sheet) for sheet in sheets]
        layers = tuple(
            LayerSeen(name=sheet.title[:200], rows=None if header else 0)
            for sheet, header in zip(sheets, headers, strict=True)
        )
        place = choose_layer(job, layers)
        sheet, given = sheets[place], headers[place]
    except (InvalidFileException, *_UNREADABLE) as fault:
        raise job.refuse(f"not a readable workbook: {fault}; save it again as XLSX") from fault
    if not given:
        raise job.refuse(f"sheet {sheet.title!r} has no header row; name the columns in row 1")
    names = clean_names(given, job)
    return OpenedFile(
        names=names,
        read=partial(_read, job, sheet, names),
        is_text=True,
        is_shaped=False,
        layers=layers,
        layer=layers[place].name,
        count=lambda: _count_rows(filled, sheet),
    )


def _count_rows(filled: Mapping[str, int], sheet: Any) -> int | None:
    """Return the rows below the header that have a value in the sheet's XML."""
    rows = filled.get(str(getattr(sheet, "_worksheet_path", "")).lstrip("/"))
    return None if rows is None else max(rows - 1, 0)


def _list_sheets(job: Job, book: Any) -> list[Any]:
    """Return the visible sheets; note those that are hidden."""
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        job.notes.add("sheets_hidden", ", ".join(hidden[:10]), rows=len(hidden))
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _read_header(sheet: Any) -> list[str | None]:
    """Return the cells of the first row up to the last one filled."""
    sheet.reset_dimensions()
    header = [as_cell(cell) for cell in next(sheet.iter_rows(values_only=True), ())]
    while header and header[-1] is None:
        header.pop()
    return header


def _check_members(job: Job) -> Mapping[str, int]:
    """Refuse entities in any part; return how many rows of each sheet have a value.

    Formulas are counted, as their saved values are taken.
    """
    formulas, filled, is_filled = 0, Counter[str](), True

    def count(element: str) -> None:
        nonlocal formulas, is_filled
        local = element.rpartition(":")[2]
        formulas += local == "f"
        if local == "row":
            is_filled = False
        elif local in ("v", "is") and not is_filled:
            is_filled = True
            filled[name] += 1

    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        if "xl/workbook.xml" not in archive.members:
            archive.refuse("no workbook inside (xl/workbook.xml); save it again as XLSX")
        for name in archive.members:
            if name.endswith((".xml", ".rels")):
                on_start = count if name.startswith(_SHEETS) else None
                with archive.open(name) as member:
                    check_xml(member, file=job.name, on_start=on_start)
    if formulas:
        job.notes.add("formula_values", rows=formulas)
    return filled


def _read(job: Job, sheet: Any, names: tuple[str, ...]) -> Iterator[Batch]:
    rows = sheet.iter_rows(min_row=2, values_only=True)
    first, total = FIRST_ROW, max(job.path.stat().st_size * 0.1, 1)
    try:
        while taken := list(islice(rows, _BATCH)):
            numbers = number_rows(first, len(taken))
            first += len(taken)
            filled = [i for i, row in enumerate(taken) if any(cell is not None for cell in row)]
            cells = [
                [as_cell(taken[i][place]) if place < len(taken[i]) else None for i in filled]
                for place in range(len(names))
            ]
            columns = {n: pa.array(c, pa.string()) for n, c in zip(names, cells, strict=True)}
            yield Batch(rows=numbers[filled], columns=columns, share=min(first / total, 1.0))
    except _UNREADABLE as fault:
        raise job.refuse(f"not a readable sheet: {fault}; save it again as XLSX") from fault


def as_cell(value: Any) -> str | None:
    """Write a cell as text: moments in ISO 8601, whole numbers without a fraction."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 2**53
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).encode("utf-8", "replace").decode()


FORMAT = FileFormat(
    id="xlsx",
    title="Excel workbook",
    kind="table",
    suffixes=(".xlsx",),
    magic=(ZIP,),
    open_file=open_sheet,
)
