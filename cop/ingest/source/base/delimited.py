"""CSV and TSV: the text's encoding and separator, then batches of cells as they were written."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from cop.ingest.source.base.opened import Batch, Job, OpenedFile, Problem, clean_names
from cop.ingest.source.table import FIRST_ROW
from cop.model.upload import Fix

_CHUNK, _BLOCK = 1 << 20, 4 << 20
_SEPARATORS = ",;\t|"
_MOST_PROBLEMS = 10_000
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_GUESSES = ("cp1252", "iso-8859-1")
_NUL_SHARE = 0.05


def open_delimited(job: Job, *, separator: str | None = None) -> OpenedFile:
    """Open a text of rows; the header is row 1. Without a ``separator`` the header has it.

    Raises InputFileError where it is no text, has no header or too many columns.
    """
    encoding = _find_encoding(job)
    head = _read_head(job, encoding)
    separator = separator or _find_separator(head)
    names = clean_names(_read_header(job, head, separator), job)
    lines = head.strip().replace("\r", "\n")
    return OpenedFile(
        names=names,
        read=partial(_read, job, encoding, separator, names) if "\n" in lines else _read_none,
        is_text=True,
        is_shaped=False,
        encoding=encoding.removesuffix("-sig"),
        separator=separator,
    )


def _find_encoding(job: Job) -> str:
    with job.path.open("rb") as file:
        head = file.read(_CHUNK)
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    if marked is None and head.count(0) > _NUL_SHARE * len(head):
        raise job.refuse("it holds NUL bytes and is no text; save it as CSV in UTF-8")
    chosen = marked or job.choices.encoding
    for encoding in (chosen,) if chosen else ("utf-8", *_GUESSES):
        if _is_encoded(job, encoding):
            if encoding in _GUESSES and chosen is None:
                fixes = tuple(Fix(field="encoding", value=one) for one in ("cp1250", "cp1251"))
                job.notes.add("encoding_guessed", encoding, fixes=fixes)
            return encoding
    raise job.refuse(f"it is no text in {chosen}; choose another encoding, or save it as UTF-8")


def _is_encoded(job: Job, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with job.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _read_head(job: Job, encoding: str) -> str:
    with job.path.open(encoding=encoding, newline="") as file:
        return file.read(_CHUNK)


def _find_separator(head: str) -> str:
    """Return the separator that the first line has most of, outside of quotes."""
    line = head.splitlines()[0] if head.strip() else ""
    unquoted = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=unquoted.count)


def _read_header(job: Job, head: str, separator: str) -> list[str]:
    try:
        header = next(csv.reader(io.StringIO(head, newline=""), delimiter=separator), [])
    except csv.Error as fault:
        raise job.refuse(f"its header cannot be read: {fault}; mend the first line") from fault
    if not any(name.strip() for name in header):
        raise job.refuse("it has no header row; name the columns in the first line")
    return header


def _read_none() -> Iterator[Batch]:
    """Return the rows of a text that is a header alone, which Arrow takes for a broken row."""
    return iter(())


@dataclass
class _Ragged:
    """Rows with another number of cells than the header, as the reader meets them."""

    width: int
    fresh: list[Problem] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def skip(self, row: arrow_csv.InvalidRow) -> str:
        self.numbers.append(row.number)
        reason = f"{row.actual_columns} cells where the header has {self.width}"
        self.fresh.append(
            Problem(row=row.number, column="", value=(row.text or "")[:200], reason=reason)
        )
        return "skip"

    def number(self, first: int, count: int) -> npt.NDArray[np.int64]:
        """Return the numbers of the next rows, those of ragged rows left out."""
        skipped = sorted(number for number in self.numbers if number >= first)
        rows = np.arange(first, first + count + len(skipped), dtype=np.int64)
        return rows[~np.isin(rows, skipped)][:count]


def _read(job: Job, encoding: str, separator: str, names: tuple[str, ...]) -> Iterator[Batch]:
    ragged = _Ragged(len(names))
    size = max(job.path.stat().st_size, 1)
    following, done = FIRST_ROW, 0
    try:
        with _open(job, encoding, separator, names, ragged) as reader:
            for record in reader:
                rows = ragged.number(following, record.num_rows)
                following = int(rows[-1]) + 1 if len(rows) else following
                done += record.nbytes
                fresh, ragged.fresh = tuple(ragged.fresh), []
                yield _without_blank(record, rows, min(done / size, 1.0), fresh)
    except pa.ArrowInvalid as fault:
        raise job.refuse(f"not a readable CSV: {fault}; mend the row and retry") from fault
    if ragged.fresh:
        yield Batch(
            rows=np.array([], np.int64),
            columns={name: pa.array([], pa.string()) for name in names},
            share=1.0,
            problems=tuple(ragged.fresh),
        )


def _open(
    job: Job, encoding: str, separator: str, names: tuple[str, ...], ragged: _Ragged
) -> arrow_csv.CSVStreamingReader:
    return arrow_csv.open_csv(
        job.path,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            column_names=list(names),
            skip_rows_after_names=1,
            block_size=_BLOCK,
            encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=separator,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=ragged.skip,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _without_blank(
    record: pa.RecordBatch, rows: npt.NDArray[np.int64], share: float, problems: tuple[Problem, ...]
) -> Batch:
    """Leave out rows without any cell, such as a last empty line."""
    filled = np.zeros(record.num_rows, dtype=bool)
    for column in record.columns:
        if filled.all():
            break
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    if not filled.all():
        record, rows = record.filter(pa.array(filled)), rows[filled]
    columns = dict(zip(record.schema.names, record.columns, strict=True))
    return Batch(rows=rows, columns=columns, share=share, problems=problems)
