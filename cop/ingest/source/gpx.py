"""GPX, checked as XML before GDAL reads it: waypoints, routes and tracks are layers."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from cop.ingest.source.format import FileFormat
from cop.ingest.source.kml import check_markup

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Batch, Job, OpenedFile

_MARK = "\x7f"
_SMALL = re.compile(r"\s*-?(0|[1-9]\d{0,8})\s*")
_REAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)
_COUNTED = {
    "waypoints": "wpt", "routes": "rte", "tracks": "trk", "route_points": "rtept",
    "track_points": "trkpt",
}  # fmt: skip
_CUT = (1 << 31) - 1
_CHUNK = 1 << 20


def open_gpx(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature

    path = check_markup(job)
    found = _Extensions()
    found.look(path)
    marked = _write_marked(job, path, found.risky) if found.risky else path
    opened = open_feature(job, prepare=lambda _job: marked, drops_blank=True)
    element = _COUNTED.get(opened.layer or "")
    counted = replace(opened, count=lambda: found.elements[element] if element else None)
    return replace(counted, read=lambda: _read_unmarked(opened)) if found.risky else counted


class _Extensions:
    """Values of extensions that GDAL would change, as it cuts numbers to 32 bits or to doubles."""

    def __init__(self) -> None:
        self.elements: Counter[str] = Counter()
        self.risky: list[int] = []
        self._inside, self._start, self._text = 0, -1, ""

    def look(self, path: Path) -> None:
        parser = expat.ParserCreate()

        def start(name: str, _attributes: object) -> None:
            self.elements[name.rpartition(":")[2]] += 1
            self._inside += self._inside > 0 or name.endswith("extensions")
            self._start, self._text = -1, ""

        def end(_name: str) -> None:
            if self._inside and self._start >= 0 and _is_risky(self._text):
                self.risky.append(self._start)
            self._inside -= self._inside > 0
            self._start = -1

        def take(text: str) -> None:
            if self._inside:
                self._start = parser.CurrentByteIndex if self._start < 0 else self._start
                self._text += text

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = take
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)


def _is_risky(text: str) -> bool:
    from cop.ingest.upload.cell import is_exact

    if _SMALL.fullmatch(text) or not _REAL.fullmatch(text):
        return False
    plain = text.strip().lstrip("+-")
    if plain.isdigit() and plain[0] != "0":
        return int(plain) >= _CUT
    return re.match(r"0\d", plain) is not None or not is_exact(text)


def _write_marked(job: "Job", path: Path, places: list[int]) -> Path:
    """Write a copy in which a mark before each such value makes texts of its column."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise job.refuse("its extensions hold long numbers; save it as UTF-8, so that they stay")
    pieces = [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]
    copy = job.scratch / "marked.gpx"
    copy.write_bytes(_MARK.encode().join(pieces))
    return copy


def _read_unmarked(opened: "OpenedFile") -> "Iterator[Batch]":
    import pyarrow as pa
    import pyarrow.compute as pc

    for batch in opened.read():
        columns = {
            name: pc.replace_substring_regex(cells, f"^\\s*{_MARK}", "")
            if pa.types.is_string(cells.type)
            else cells
            for name, cells in batch.columns.items()
        }
        yield replace(batch, columns=columns)


FORMAT = FileFormat(
    id="gpx",
    title="GPX",
    kind="vector",
    suffixes=(".gpx",),
    magic=(b"<",),
    text=True,
    driver="GPX",
    open_file=open_gpx,
)
