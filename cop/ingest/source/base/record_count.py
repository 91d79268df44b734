"""How many records a file holds, counted by other means than the reader that reads them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cop.ingest.source.base.opened import Problem

_CHUNK, _LOOK_BACK = 8 << 20, 4_096
_FEATURES = re.compile(rb'"features"\s*:\s*$')
_QUOTE, _COMMA, _OPEN, _CLOSE, _BRACE, _BRACE_END = (ord(x) for x in '",[]{}')
_MOST_LOST = 1_000
_HEAD = 100
_RECORD = 0x1E


def count_features(path: Path) -> int | None:
    """Return the elements of a collection's ``features``; None where a JSON has no such array.

    Brackets and commas outside of texts are counted; nothing is parsed.
    """
    counter = _JsonCounter()
    with path.open("rb") as stream:
        place = 0
        for chunk in _cut(stream):
            counter.take(chunk, place, stream)
            place += len(chunk)
    return counter.elements


def _cut(stream: BinaryIO) -> Iterator[bytes]:
    """Yield chunks that end in no escape."""
    place = 0
    while chunk := stream.read(_CHUNK):
        while chunk.endswith(b"\\") and (more := stream.read(1)):
            chunk += more
        place += len(chunk)
        yield chunk
        stream.seek(place)


class _JsonCounter:
    """Counts the elements of the array ``features`` of the outermost object."""

    def __init__(self) -> None:
        self.elements: int | None = None
        self._depth, self._quotes = 0, 0
        self._is_inside, self._is_filled = False, False

    def take(self, chunk: bytes, place: int, stream: BinaryIO) -> None:
        """Take a chunk; ``stream`` is looked back into for the name of an array."""
        letters = np.frombuffer(chunk.replace(b"\\\\", b"..").replace(b'\\"', b".."), np.uint8)
        quotes = np.cumsum(letters == _QUOTE, dtype=np.int32) + self._quotes
        plain = quotes % 2 == 0
        step = ((letters == _OPEN) | (letters == _BRACE)).astype(np.int8)
        step -= (letters == _CLOSE) | (letters == _BRACE_END)
        level = np.cumsum(np.where(plain, step, 0), dtype=np.int32) + self._depth
        self._count(letters, plain, level, place, stream)
        self._quotes, self._depth = int(quotes[-1]) % 2, int(level[-1])

    def _count(
        self,
        letters: npt.NDArray[np.uint8],
        plain: npt.NDArray[np.bool_],
        level: npt.NDArray[np.int32],
        place: int,
        stream: BinaryIO,
    ) -> None:
        begins = np.flatnonzero((letters == _OPEN) & plain & (level == 2))  # noqa: PLR2004
        ends = np.flatnonzero((letters == _CLOSE) & plain & (level == 1))
        commas = np.flatnonzero((letters == _COMMA) & plain & (level == 2))  # noqa: PLR2004
        filled = np.flatnonzero((letters == _BRACE) & plain & (level == 3))  # noqa: PLR2004
        first = 0
        while True:
            if not self._is_inside:
                begin = next((int(b) for b in begins[np.searchsorted(begins, first) :]), None)
                if begin is None:
                    return
                first, self._is_inside = begin + 1, _is_named(stream, place + begin)
                if self._is_inside:
                    self.elements, self._is_filled = self.elements or 0, False
                continue
            found = ends[np.searchsorted(ends, first) : np.searchsorted(ends, first) + 1]
            last = int(found[0]) if len(found) else len(letters)
            self._add(commas, filled, first, last)
            if not len(found):
                return
            first, self._is_inside = last + 1, False

    def _add(
        self, commas: npt.NDArray[np.intp], filled: npt.NDArray[np.intp], first: int, last: int
    ) -> None:
        between = int(np.searchsorted(commas, last) - np.searchsorted(commas, first))
        has_more = bool(np.searchsorted(filled, last) - np.searchsorted(filled, first)) or between
        self.elements = (self.elements or 0) + between
        if has_more and not self._is_filled:
            self.elements, self._is_filled = self.elements + 1, True


def _is_named(stream: BinaryIO, place: int) -> bool:
    back = min(place, _LOOK_BACK)
    stream.seek(place - back)
    return _FEATURES.search(stream.read(back)) is not None


def count_lines(path: Path) -> int:
    """Return the records of a text of one JSON each: after separators, or on lines with any."""
    with path.open("rb") as stream:
        if stream.read(1)[:1] == bytes([_RECORD]):
            return 1 + sum(chunk.count(_RECORD) for chunk in iter(lambda: stream.read(_CHUNK), b""))
    return sum(1 for _ in _filled_lines(path))


def find_broken_lines(path: Path) -> tuple[Problem, ...]:
    """Return the lines that are no JSON object, the first thousand."""
    broken = []
    for number, line in _filled_lines(path):
        reason = _judge_line(line)
        if reason is not None:
            value = line[:200].decode("utf-8", "replace")
            broken.append(Problem(row=number, column="", value=value, reason=reason))
            if len(broken) == _MOST_LOST:
                break
    return tuple(broken)


def _filled_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, line


def _judge_line(line: bytes) -> str | None:
    try:
        found = json.loads(line.lstrip(bytes([_RECORD])))
    except (ValueError, RecursionError) as fault:
        return f"no JSON: {fault}"
    return None if isinstance(found, dict) else "no object"


def count_shapes(shp: Path) -> int:
    """Return the most records that any part of a shapefile has, less those marked as deleted."""
    parts = {suffix: shp.with_suffix(suffix) for suffix in (".shx", ".dbf")}
    shapes = max(_size(parts[".shx"]) - _HEAD, 0) // 8
    end = _HEAD
    if shapes:
        place, length = np.fromfile(parts[".shx"], ">i4", 2, offset=_HEAD + 8 * (shapes - 1))
        end = 2 * int(place) + 8 + 2 * int(length)
    rows, deleted = _count_rows(parts[".dbf"])
    return max(shapes + _count_beyond(shp, end), rows) - deleted


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _count_beyond(shp: Path, place: int) -> int:
    """Return the records of a .shp that lie behind those of its index."""
    size, beyond = shp.stat().st_size, 0
    with shp.open("rb") as stream:
        while place > 0 and place + 12 <= size:
            stream.seek(place + 4)
            length = int.from_bytes(stream.read(4), "big")
            place += 8 + 2 * length
            beyond += 1
    return beyond


def _count_rows(dbf: Path) -> tuple[int, int]:
    """Return the rows that a .dbf states or has, whichever are more, and how many are deleted."""
    if _size(dbf) < 32:  # noqa: PLR2004 its header
        return 0, 0
    content = np.memmap(dbf, np.uint8, "r")
    stated, head, size = (
        int.from_bytes(content[a:b].tobytes(), "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    there = max(len(content) - head, 0) // size if size else 0
    marks = content[head : head + min(there, stated) * size : size] if size else content[:0]
    return max(stated, 0), int((marks == ord("*")).sum())
