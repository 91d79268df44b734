"""Small PMTiles files, vector and raster, made as a user's tools would make them."""

import gzip
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from PIL import Image
from pmtiles.tile import Compression, TileType, deserialize_header, zxy_to_tileid
from pmtiles.writer import Writer

Tiles = Mapping[tuple[int, int, int], bytes]
TYPES = {"png": TileType.PNG, "webp": TileType.WEBP, "jpeg": TileType.JPEG, "avif": TileType.AVIF}
HEADER_BYTES, MOST_ZOOM = 127, 101
_SQUARE = "POLYGON((0 0, 4096 0, 4096 4096, 0 4096, 0 0))"
_EAST = "POLYGON((2048 0, 4096 0, 4096 4096, 2048 4096, 2048 0))"


def write_pmtiles(
    path: Path, tiles: Tiles, *, metadata: Mapping[str, Any] | None = None, **header: Any
) -> Path:
    """Write tiles as they are; ``header`` has tile_type and tile_compression."""
    with path.open("wb") as file:
        writer = Writer(file)
        for (z, x, y), content in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(z, x, y), content)
        writer.finalize(dict(header), dict(metadata or {}))
    with patched(path) as content:
        # The writer takes the zoom at which the last run of equal tiles begins.
        content[MOST_ZOOM] = max(z for z, _, _ in tiles)
    return path


def vector_tile() -> bytes:
    """A land with water in the east, a road and a border; areas in an order that would hide it."""
    parts = {
        "water": _EAST,
        "earth": _SQUARE,
        "roads": "LINESTRING(0 1024, 2000 1024)",
        "boundaries": "LINESTRING(0 3072, 4096 3072)",
        "places": "POINT(512 512)",
    }
    layers = [
        {"name": name, "features": [{"geometry": shape, "properties": {"kind": name}}]}
        for name, shape in parts.items()
    ]
    return bytes(mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True}))


def every_tile(content: bytes, *, most_zoom: int) -> dict[tuple[int, int, int], bytes]:
    """The same tile everywhere, from zoom 0."""
    return {
        (z, x, y): content for z in range(most_zoom + 1) for x in range(2**z) for y in range(2**z)
    }


def write_vector(path: Path, *, attribution: str = "", most_zoom: int = 4) -> Path:
    """A vector basemap of the whole world, its tiles gzip."""
    return write_pmtiles(
        path,
        every_tile(gzip.compress(vector_tile()), most_zoom=most_zoom),
        metadata={"attribution": attribution, "vector_layers": [{"id": "earth", "fields": {}}]},
        tile_type=TileType.MVT,
        tile_compression=Compression.GZIP,
    )


def image_tile(color: tuple[int, int, int], *, kind: str = "png", side_px: int = 256) -> bytes:
    """An image of one color."""
    out = io.BytesIO()
    Image.new("RGB", (side_px, side_px), color).save(out, kind)
    return out.getvalue()


def write_raster(
    path: Path,
    color: tuple[int, int, int] = (40, 120, 80),
    *,
    kind: str = "png",
    side_px: int = 256,
    most_zoom: int = 4,
) -> Path:
    """A raster basemap of the whole world in one color."""
    return write_pmtiles(
        path,
        every_tile(image_tile(color, kind=kind, side_px=side_px), most_zoom=most_zoom),
        tile_type=TYPES[kind],
        tile_compression=Compression.NONE,
    )


@contextmanager
def patched(path: Path) -> Iterator[bytearray]:
    """The bytes of a file to change, written back at the end."""
    content = bytearray(path.read_bytes())
    yield content
    path.write_bytes(content)


def set_number(content: bytearray, position: int, value: int) -> None:
    """Set one of the header's 64-bit numbers."""
    content[position : position + 8] = value.to_bytes(8, "little")


def header_of(path: Path) -> Any:
    """The header of a file, read by the library."""
    return deserialize_header(path.read_bytes()[:HEADER_BYTES])
