"""Numbers that GDAL would round become text: quoted in JSON, a field of characters in a DBF."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cop.ingest.source.base.opened import Job
from cop.ingest.upload.cell import count_inexact, is_exact

_SUSPECT = re.compile(rb":\s*-?(?:[\d.]{16}|\d[\d.]*[eE])|[\[,]\s*-?\d{16,}\s*[,\]]")
_TOKEN = re.compile(
    rb'("(?:[^"\\]|\\.)*")(\s*:\s*)?(?(2)(-?\d[\d.eE+-]*)?)|([\[,]\s*)(-?\d{16,})(?=\s*[,\]])'
)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_HEAD, _FIELD, _MANY = 32, 32, 16


def quote_long_numbers(job: Job) -> Path:
    """Return the path of a JSON text whose numbers GDAL holds: a copy where some must be quoted.

    GDAL makes a column of integers and fractions one of doubles, and integers beyond 64 bits too.
    """
    content = job.path.read_bytes()
    if _SUSPECT.search(content) is None:
        return job.path
    numbers = _list_numbers(content)
    mixed = {key for key, number in numbers if not _fits_integer(number)}
    # GDAL rounds the other numbers of a column that becomes text.
    texts = {key for key, number in numbers if _must_quote(number, is_mixed=key in mixed)}
    quoted = 0

    def quote(found: re.Match[bytes]) -> bytes:
        nonlocal quoted
        key, colon, number, before, element = found.groups()
        if not (number and key in texts) and not (element and _must_quote(element, is_mixed=True)):
            return found[0]
        quoted += _must_quote(number or element, is_mixed=element or key in mixed)
        return b'%s"%s"' % (before, element) if element else b'%s%s"%s"' % (key, colon, number)

    changed = _TOKEN.sub(quote, content)
    if not quoted:
        return job.path
    job.notes.add("numbers_as_text", rows=quoted)
    copy = job.scratch / f"quoted{job.path.suffix}"
    copy.write_bytes(changed)
    return copy


def _list_numbers(content: bytes) -> set[tuple[bytes, bytes]]:
    """Return keys with a number that is no small integer, as many as differ."""
    return {
        (found[1], found[3])
        for found in _TOKEN.finditer(content)
        if found[3] and (len(found[3]) >= _MANY or not found[3].lstrip(b"-").isdigit())
    }


def _fits_integer(number: bytes) -> bool:
    return number.lstrip(b"-").isdigit() and _LEAST <= int(number) <= _MOST


def _must_quote(number: bytes, *, is_mixed: object) -> bool:
    if number.lstrip(b"-").isdigit():
        if not _fits_integer(number):
            return True
        return bool(is_mixed) and not is_exact(number.decode())
    try:
        return not is_exact(number.decode())
    except (ValueError, ArithmeticError):
        return False


def keep_long_numbers(job: Job, table: Path) -> None:
    """Make text of those columns of numbers in a DBF that doubles do not hold; it is changed."""
    content = bytearray(table.read_bytes())
    first, size = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    rows = max(len(content) - first, 0) // size if size else 0
    cells = np.frombuffer(bytes(content[first : first + rows * size]), np.uint8)
    grid = cells.reshape(rows, size) if rows else None
    place = 1
    for field in range(_HEAD, first - _FIELD + 1, _FIELD):
        kind, width = chr(content[field + 11]), content[field + 16]
        decimals = content[field + 17]
        is_whole = decimals == 0 and width < 19  # noqa: PLR2004 GDAL's 64 bits
        if grid is not None and kind in "NF" and width >= _MANY and not is_whole:
            column = grid[:, place : place + width]
            long = count_inexact(_as_texts(np.ascontiguousarray(column), width))
            if long:
                content[field + 11] = ord("C")
                name = bytes(content[field : field + 11]).split(b"\0")[0].decode("latin-1")
                job.notes.add("numbers_as_text", rows=long, column=name)
        place += width
    table.write_bytes(content)


def _as_texts(column: np.ndarray, width: int) -> pa.Array:
    texts = pa.array(column.view(f"S{width}").ravel().tolist(), pa.binary())
    return pc.utf8_trim_whitespace(_decode(texts))


def _decode(texts: pa.Array) -> pa.Array:
    try:
        return texts.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([text.decode("latin-1") for text in texts.to_pylist()], pa.string())
