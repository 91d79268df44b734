"""CSV and TSV: the text's encoding and separator, then batches of cells as they were written."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
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
    header = _read_header(job, head, separator)
    names = clean_names(header, job)
    inner = _Lines(separator, len(names), header=1 + sum(map(_count_breaks, header)))
    lines = head.strip().replace("\r", "\n")
    return OpenedFile(
        names=names,
        read=partial(_read, job, encoding, separator, names, inner)
        if "\n" in lines
        else _read_none,
        is_text=True,
        is_shaped=False,
        encoding=encoding.removesuffix("-sig"),
        separator=separator,
        count=lambda: inner.count(job, encoding),
        find_lost=lambda: tuple(inner.lost),
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
    inner: "_Lines"
    fresh: list[Problem] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def skip(self, row: arrow_csv.InvalidRow) -> str:
        self.numbers.append(row.number)
        self.inner.see_row(row.number, row.text or "")
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


@dataclass
class _Lines:
    """The lines of a file that are no row of their own: in the header, in cells, or blank."""

    separator: str
    width: int
    header: int
    inside: int = 0
    blank: int = 0
    like_rows: int = 0
    lost: list[Problem] = field(default_factory=list)
    _last: str = ""

    def start(self) -> None:
        """Begin another reading of the file."""
        self.inside = self.blank = self.like_rows = 0
        self.lost = []

    def see(self, record: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> None:
        """Count the lines within cells, and those of them that look like rows."""
        for place, column in enumerate(record.columns):
            content = column.buffers()[2]
            if content is None or not _has_break(np.frombuffer(content, np.uint8)):
                continue
            for row in np.flatnonzero(pc.match_substring_regex(column, r"[\r\n]").fill_null(False)):
                begin = str(record.column(0)[int(row)].as_py() or "")
                self._see_cell(int(rows[row]), place, column[int(row)].as_py(), begin)

    def see_row(self, row: int, text: str) -> None:
        """Count the lines within a row that was left out."""
        self._note(row, text, sum(map(self._is_like, text.splitlines()[1:])))

    def _see_cell(self, row: int, place: int, text: str, begin: str) -> None:
        lines = text.splitlines()[1:]
        like_rows = sum(map(self._is_like, lines))
        if lines and place and not text.endswith(("\r", "\n")) and not self._is_like(lines[-1]):
            # The quote is closed within this line, so that it ends behind its cell.
            first, *others = lines[-1].split(self.separator)
            like_rows += len(others) == place and _is_number(first) == _is_number(begin)
        self._note(row, text, like_rows)

    def _is_like(self, line: str) -> bool:
        return line.count(self.separator) >= max(self.width - 1, 1)

    def _note(self, row: int, text: str, like_rows: int) -> None:
        self.inside += _count_breaks(text)
        self._last = text
        self.like_rows += like_rows
        if like_rows and len(self.lost) < _MOST_PROBLEMS:
            reason = f"{like_rows:,} lines like rows lie within its quotes"
            self.lost.append(Problem(row=row, column="", value=text[:200], reason=reason))

    def count(self, job: Job, encoding: str) -> int:
        """Return the lines of the file that look like rows; note quotes that seem to be open."""
        if self.like_rows:
            job.notes.add("quotes_open", rows=self.like_rows)
        lines, end = _count_lines(job.path, encoding)
        # The file's last line end is within a quote that nothing closes.
        is_open = self._last.endswith(("\r", "\n")) and end != '"'
        inside = self.inside - is_open - self.like_rows
        return lines - self.header - inside - self.blank


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "").lstrip("+-").isdigit()


def _count_breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _has_break(content: npt.NDArray[np.uint8]) -> bool:
    return bool(((content == ord("\n")) | (content == ord("\r"))).any())


def _count_lines(path: Path, encoding: str) -> tuple[int, str]:
    """Return the lines of a text, the last one whether it ends or not, and its last letter."""
    lines, last, end = 0, "", ""
    with path.open(encoding=encoding, newline="") as file:
        while chunk := file.read(_CHUNK):
            lines += _count_breaks(chunk) - (last == "\r" and chunk[0] == "\n")
            last = chunk[-1]
            end = chunk.rstrip("\r\n")[-1:] or end
    return lines + (last not in ("", "\r", "\n")), end


def _read(
    job: Job, encoding: str, separator: str, names: tuple[str, ...], inner: _Lines
) -> Iterator[Batch]:
    ragged = _Ragged(len(names), inner)
    inner.start()
    size = max(job.path.stat().st_size, 1)
    following, done = FIRST_ROW, 0
    try:
        with _open(job, encoding, separator, names, ragged) as reader:
            for record in reader:
                rows = ragged.number(following, record.num_rows)
                following = int(rows[-1]) + 1 if len(rows) else following
                done += record.nbytes
                inner.see(record, rows)
                fresh, ragged.fresh = tuple(ragged.fresh), []
                batch = _without_blank(record, rows, min(done / size, 1.0), fresh)
                inner.blank += record.num_rows - len(batch.rows)
                yield batch
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
