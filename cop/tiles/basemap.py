"""The user's own background: a PMTiles v3 file, read piece by piece and trusted in nothing."""

import gzip
import io
import json
import os
import stat
import threading
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from cachetools import LRUCache
from PIL import Image
from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    read_varint,
    zxy_to_tileid,
)

from cop.errors import InputFileError, SettingsError
from cop.model.layer import MAX_ZOOM, Layer, TileFormat
from cop.model.tile import Tile

MOST_TILE_BYTES = 16_000_000
MOST_DIRECTORY_BYTES = 1_000_000
MOST_METADATA_BYTES = 4_000_000
MOST_ATTRIBUTION = 200
LEAST_PX, MOST_PX = 64, 2048
FORMATS: dict[TileType, TileFormat] = {
    TileType.MVT: "mvt",
    TileType.PNG: "png",
    TileType.WEBP: "webp",
    TileType.JPEG: "jpeg",
}
_HEADER_BYTES = 127
_E7 = 10_000_000
_MOST_DEPTH = 4
_LEAST_ENTRY_BYTES = 4
_DIRECTORIES_CACHED = 64
_GZIP_WINDOW = 31
_GZIP_MAGIC = b"\x1f\x8b"
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_REMEDY = "COP_BASEMAP or --basemap names it; make it with `pmtiles convert`"


class Basemap:
    """An open PMTiles file; safe to use from many threads.

    Reads go by position: a mapped file that is cut short while it is served would end the process.
    """

    def __init__(self, path: Path) -> None:
        """Open and check the file; SettingsError says what is wrong with it and what to do."""
        self.path = path
        self._directories: LRUCache[tuple[int, int], list[Entry]] = LRUCache(_DIRECTORIES_CACHED)
        self._guard = threading.Lock()
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as fault:
            raise SettingsError(f"basemap {path}: {fault.strerror}; {_REMEDY}") from fault
        try:
            self._open()
        except (InputFileError, SettingsError) as fault:
            self.close()
            raise SettingsError(f"{fault}; {_REMEDY}") from fault

    def _open(self) -> None:
        status = os.fstat(self._handle)
        if not stat.S_ISREG(status.st_mode):
            raise InputFileError(f"basemap {self.path} is not a file")
        self.size = status.st_size
        self.header = self._read_header()
        self.format: TileFormat = FORMATS[self.header["tile_type"]]
        self.metadata = self._read_metadata()
        self._directory(self.header["root_offset"], self.header["root_length"])
        self.tile_px = self._measure_tile()
        self.identity = f"{status.st_dev} {status.st_ino} {self.size} {status.st_mtime_ns}"

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    @property
    def attribution(self) -> str:
        """Whom the file credits, as plain text: what was HTML has lost its tags."""
        return plain_text(self.metadata.get("attribution"))[:MOST_ATTRIBUTION]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the file's stated bounds, degrees."""
        header = self.header
        return (
            header["min_lon_e7"] / _E7,
            header["min_lat_e7"] / _E7,
            header["max_lon_e7"] / _E7,
            header["max_lat_e7"] / _E7,
        )

    def tilejson(self) -> dict[str, Any]:
        """Return the file's metadata in the words of TileJSON."""
        document: dict[str, Any] = {"bounds": self.bounds, "attribution": self.attribution}
        if self.format == "mvt":
            declared = self.metadata.get("vector_layers")
            named = declared if isinstance(declared, list) else []
            document["vector_layers"] = [
                {"id": plain_text(layer["id"]), "fields": {}}
                for layer in named
                if isinstance(layer, dict) and isinstance(layer.get("id"), str)
            ]
        return document

    def read(self, tile: Tile) -> bytes:
        """Return a tile's bytes as the file has them, maybe gzip; empty where it has none.

        Raise InputFileError where the file is damaged or the tile unfolds beyond all measure.
        """
        number = zxy_to_tileid(tile.z, tile.x, tile.y)
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(_MOST_DEPTH):
            entry = find_tile(self._directory(offset, length), number)
            if entry is None or entry.length == 0:
                return b""
            if entry.run_length:
                start = self.header["tile_data_offset"] + entry.offset
                content = self._bytes(start, entry.length, MOST_TILE_BYTES, "a tile")
                unfolded(content, file=self.path.name)
                return content
            offset = self.header["leaf_directory_offset"] + entry.offset
            length = entry.length
        raise InputFileError(f"{self.path.name}: directories nested deeper than {_MOST_DEPTH}")

    def _read_header(self) -> HeaderDict:
        try:
            header = deserialize_header(self._bytes(0, _HEADER_BYTES, _HEADER_BYTES, "the header"))
        except (MagicNumberNotFound, SpecVersionUnsupported, ValueError) as fault:
            raise InputFileError(f"{self.path.name} is not a PMTiles version 3 file") from fault
        if header["tile_type"] not in FORMATS:
            raise InputFileError(
                f"{self.path.name}: tiles of type {header['tile_type'].name}; "
                f"{', '.join(kind.name for kind in FORMATS)} can be shown"
            )
        for part in ("internal_compression", "tile_compression"):
            if header[part] not in {Compression.NONE, Compression.GZIP}:
                raise InputFileError(
                    f"{self.path.name}: {part.replace('_', ' ')} {header[part].name}; GZIP and "
                    "NONE can be read"
                )
        if not header["min_zoom"] <= min(header["max_zoom"], MAX_ZOOM):
            raise InputFileError(
                f"{self.path.name}: zooms {header['min_zoom']} to {header['max_zoom']}; "
                f"some within 0 to {MAX_ZOOM} are needed"
            )
        return header

    def _read_metadata(self) -> dict[str, Any]:
        offset, length = self.header["metadata_offset"], self.header["metadata_length"]
        if not length:
            return {}
        text = self._unfolded(offset, length, MOST_METADATA_BYTES, "the metadata")
        try:
            metadata = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise InputFileError(f"{self.path.name}: the metadata is not JSON") from fault
        return metadata if isinstance(metadata, dict) else {}

    def _directory(self, offset: int, length: int) -> list[Entry]:
        key = (offset, length)
        with self._guard:
            if key in self._directories:
                return self._directories[key]
        text = self._unfolded(offset, length, MOST_DIRECTORY_BYTES, "a directory")
        try:
            if read_varint(io.BytesIO(text)) * _LEAST_ENTRY_BYTES > len(text):
                raise ValueError("more entries than it has bytes for")
            entries = deserialize_directory(gzip.compress(text, compresslevel=0))
        except (ValueError, EOFError) as fault:
            raise InputFileError(f"{self.path.name}: a directory is damaged: {fault}") from fault
        with self._guard:
            self._directories[key] = entries
        return entries

    def _unfolded(self, offset: int, length: int, most: int, what: str) -> bytes:
        content = self._bytes(offset, length, most, what)
        if self.header["internal_compression"] is Compression.NONE:
            return content
        return unfolded(content, most=most, file=self.path.name, what=what)

    def _bytes(self, offset: int, length: int, most: int, what: str) -> bytes:
        if length > most or offset + length > self.size:
            raise InputFileError(
                f"{self.path.name}: {what} of {length} bytes at {offset} does not fit into the "
                f"file of {self.size} bytes (at most {most}); it is damaged or cut short"
            )
        content = os.pread(self._handle, length, offset)
        if len(content) != length:
            raise InputFileError(f"{self.path.name}: {what} ends early; the file was cut short")
        return content

    def _measure_tile(self) -> int:
        """Return the pixels of an image tile's side, from the first one at the least zoom."""
        if self.format == "mvt":
            return Layer.tile_px
        content = self._first_tile()
        try:
            with Image.open(io.BytesIO(content), formats=[self.format]) as image:
                side = int(image.width)
        except (OSError, ValueError, *_BOMBS) as fault:
            raise InputFileError(
                f"{self.path.name}: its first tile is no {self.format} image"
            ) from fault
        if not LEAST_PX <= side <= MOST_PX:
            raise InputFileError(
                f"{self.path.name}: tiles of {side} pixels; {LEAST_PX} to {MOST_PX} can be shown"
            )
        return side

    def _first_tile(self) -> bytes:
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(_MOST_DEPTH):
            directory = self._directory(offset, length)
            if directory and directory[0].run_length:
                start = self.header["tile_data_offset"] + directory[0].offset
                return self._bytes(start, directory[0].length, MOST_TILE_BYTES, "a tile")
            if directory:
                offset = self.header["leaf_directory_offset"] + directory[0].offset
                length = directory[0].length
        raise InputFileError(f"{self.path.name}: has no tile")


def is_gzip(content: bytes) -> bool:
    """Whether bytes are gzip: no tile format begins like it."""
    return content.startswith(_GZIP_MAGIC)


def unfolded(
    content: bytes, *, file: str, most: int = MOST_TILE_BYTES, what: str = "a tile"
) -> bytes:
    """Undo gzip where there is one; InputFileError where it is damaged or beyond ``most`` bytes."""
    if not is_gzip(content):
        return content
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        text = inflater.decompress(content, most + 1)
    except zlib.error as fault:
        raise InputFileError(f"{file}: {what} is damaged: {fault}") from fault
    if len(text) > most:
        raise InputFileError(f"{file}: {what} decompresses to more than {most} bytes")
    if not inflater.eof:
        raise InputFileError(f"{file}: {what} is damaged: it ends early")
    return text


def plain_text(value: object) -> str:
    """Return the text of a piece of HTML without tags, on one line; nothing where it is no text."""
    if not isinstance(value, str):
        return ""
    reader = _TextReader()
    reader.feed(value[:MOST_METADATA_BYTES])
    reader.close()
    return " ".join("".join(c if c.isprintable() else " " for c in "".join(reader.parts)).split())


class _TextReader(HTMLParser):
    """Collects what a browser would show of a piece of HTML."""

    _UNSEEN = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._within += tag in self._UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in self._UNSEEN and self._within > 0

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.parts.append(data)
