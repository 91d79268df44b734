"""Tests of the basemap: tiles as the file has them, and files that mean harm or are broken."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pmtiles.reader import MemorySource, Reader
from pmtiles.tile import Compression, Entry, TileType, serialize_directory

from cop.errors import InputFileError, SettingsError
from cop.layerkind.basemap import place_basemap
from cop.model.tile import Tile
from cop.query.registry import find_layer
from cop.tiles.basemap import MOST_DIRECTORY_BYTES, Basemap, plain_text, unfolded
from tests.support.basemap import (
    every_tile,
    header_of,
    image_tile,
    patched,
    set_number,
    vector_tile,
    write_pmtiles,
    write_raster,
    write_vector,
)

pytestmark = pytest.mark.sources

ROOT_OFFSET, ROOT_LENGTH, METADATA_LENGTH, LEAF_OFFSET, TILE_OFFSET = 8, 16, 32, 40, 56
INTERNAL, COMPRESSION, TYPE = 97, 98, 99


def test_tiles_are_those_of_the_file(tmp_path: Path) -> None:
    basemap = Basemap(write_vector(tmp_path / "v.pmtiles"))
    assert (basemap.format, basemap.tile_px) == ("mvt", 512)
    content = basemap.read(Tile(3, 5, 2))
    assert content == gzip.compress(vector_tile())
    assert unfolded(content, file="v") == vector_tile()
    assert basemap.read(Tile(5, 0, 0)) == b""
    basemap.close()


def test_every_tile_of_a_file_with_leaf_directories(tmp_path: Path) -> None:
    rng = Random(1)  # noqa: S311 tests need no secrets
    tiles = {key: rng.randbytes(rng.randint(5, 300)) for key in every_tile(b"", most_zoom=7)}
    path = write_pmtiles(
        tmp_path / "many.pmtiles",
        tiles,
        tile_type=TileType.MVT,
        tile_compression=Compression.NONE,
    )
    assert header_of(path)["leaf_directory_length"] > 0
    basemap, reader = Basemap(path), Reader(MemorySource(path.read_bytes()))
    for key, content in list(tiles.items())[::401]:
        assert basemap.read(Tile(*key)) == content == reader.get(*key)
    basemap.close()


@pytest.mark.parametrize(("kind", "side_px"), [("png", 256), ("webp", 512), ("jpeg", 256)])
def test_images_say_their_size(tmp_path: Path, kind: str, side_px: int) -> None:
    basemap = Basemap(write_raster(tmp_path / "r.pmtiles", kind=kind, side_px=side_px))
    placed = place_basemap(basemap, find_layer("basemap"))
    assert (placed.tile_format, placed.tile_px, placed.visible) == (kind, side_px, True)
    assert (placed.min_zoom, placed.max_zoom) == (0, 4)
    basemap.close()


def broken(spoil: Callable[[bytearray], object]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_vector(path)
        with patched(path) as content:
            spoil(content)

    return write


def append(content: bytearray, position: int, more: bytes) -> None:
    """Add bytes at the end and point a part of the header, offset and length, to them."""
    set_number(content, position, len(content))
    set_number(content, position + 8, len(more))
    content += more


BOMB = gzip.compress(bytes(50_000_000))
TOO_MANY = b"\xff\xff\xff\xff\x0f" + bytes(100)

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "No such file"),
    "a folder": (lambda path: path.mkdir(), "is not a file"),
    "empty": (lambda path: path.write_bytes(b""), "cut short"),
    "text": (lambda path: path.write_text("x" * 500), "not a PMTiles version 3"),
    "not text": (lambda path: path.write_bytes(b"\xff" * 500), "not a PMTiles version 3"),
    "version 2": (broken(lambda c: c.__setitem__(7, 2)), "not a PMTiles version 3"),
    "half": (lambda path: path.write_bytes(write_vector(path).read_bytes()[:140]), "cut short"),
    "no type": (broken(lambda c: c.__setitem__(TYPE, 0)), "tiles of type UNKNOWN"),
    "avif": (broken(lambda c: c.__setitem__(TYPE, 5)), "tiles of type AVIF"),
    "type 99": (broken(lambda c: c.__setitem__(TYPE, 99)), "not a PMTiles version 3"),
    "brotli": (broken(lambda c: c.__setitem__(COMPRESSION, 3)), "tile compression BROTLI"),
    "unknown": (broken(lambda c: c.__setitem__(COMPRESSION, 0)), "tile compression UNKNOWN"),
    "99": (broken(lambda c: c.__setitem__(INTERNAL, 99)), "not a PMTiles version 3"),
    "zstd inside": (broken(lambda c: c.__setitem__(INTERNAL, 4)), "internal compression ZSTD"),
    "zooms": (broken(lambda c: c.__setitem__(slice(100, 102), b"\x14\x16")), "zooms 20 to 22"),
    "zooms turned": (broken(lambda c: c.__setitem__(slice(100, 102), b"\x05\x02")), "zooms 5"),
    "far root": (broken(lambda c: set_number(c, ROOT_OFFSET, 2**63)), "does not fit"),
    "huge root": (broken(lambda c: set_number(c, ROOT_LENGTH, 2**40)), "does not fit"),
    "root bomb": (broken(lambda c: append(c, ROOT_OFFSET, BOMB)), "decompresses to more than"),
    "false root": (broken(lambda c: append(c, ROOT_OFFSET, gzip.compress(TOO_MANY))), "damaged"),
    "root of junk": (broken(lambda c: append(c, ROOT_OFFSET, b"\x1f\x8bjunk")), "damaged"),
    "metadata bomb": (
        broken(lambda c: append(c, METADATA_LENGTH - 8, BOMB)),
        "decompresses to more",
    ),
    "metadata of junk": (
        broken(lambda c: append(c, METADATA_LENGTH - 8, gzip.compress(b"{"))),
        "not JSON",
    ),
    "deep metadata": (
        broken(lambda c: append(c, METADATA_LENGTH - 8, gzip.compress(b"[" * 900_000))),
        "not JSON",
    ),
    "no image": (broken(lambda c: c.__setitem__(TYPE, 2)), "is no png image"),
    "huge images": (
        lambda path: write_raster(path, side_px=4096, most_zoom=0),
        "tiles of 4096 pixels",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_shown_is_refused_with_the_remedy(case: str, tmp_path: Path) -> None:
    make, said = BROKEN[case]
    path = tmp_path / "user.pmtiles"
    make(path)
    with pytest.raises(SettingsError, match=said) as refused:
        Basemap(path)
    assert "user.pmtiles" in str(refused.value)
    assert "COP_BASEMAP" in str(refused.value)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_refusing_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "user.pmtiles"
    path.write_bytes(b"\xff" * 500)
    before = open_files()
    for _ in range(20):
        with pytest.raises(SettingsError):
            Basemap(path)
    assert open_files() == before


def with_root(path: Path, *entries: Entry) -> Basemap:
    write_vector(path, most_zoom=0)
    with patched(path) as content:
        append(content, ROOT_OFFSET, serialize_directory(entries))
    return Basemap(path)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry(0, 2**60, 10, 1), "does not fit"),
        (Entry(0, 0, 2**40, 1), "does not fit"),
        (Entry(0, 2**60, 10, 0), "does not fit"),
        (Entry(0, 0, MOST_DIRECTORY_BYTES * 2, 0), "does not fit"),
    ],
)
def test_entries_that_point_nowhere(tmp_path: Path, entry: Entry, said: str) -> None:
    basemap = with_root(tmp_path / "v.pmtiles", entry)
    with pytest.raises(InputFileError, match=said):
        basemap.read(Tile(0, 0, 0))
    basemap.close()


def test_directories_that_lead_in_a_circle(tmp_path: Path) -> None:
    path = write_vector(tmp_path / "v.pmtiles", most_zoom=0)
    root = serialize_directory([Entry(0, 0, 60, 0)])
    with patched(path) as content:
        end = len(content)
        set_number(content, LEAF_OFFSET, end)
        set_number(content, ROOT_OFFSET, end)
        set_number(content, ROOT_LENGTH, len(root))
        content.extend(root.ljust(60, b"\0"))
    basemap = Basemap(path)
    with pytest.raises(InputFileError, match="nested deeper"):
        basemap.read(Tile(0, 0, 0))
    basemap.close()


def test_a_tile_that_unfolds_beyond_measure(tmp_path: Path) -> None:
    path = write_pmtiles(
        tmp_path / "v.pmtiles",
        {(0, 0, 0): BOMB, (1, 0, 0): BOMB[:100], (1, 0, 1): vector_tile()},
        tile_type=TileType.MVT,
        tile_compression=Compression.GZIP,
    )
    basemap = Basemap(path)
    for tile, said in ((Tile(0, 0, 0), "decompresses to more"), (Tile(1, 0, 0), "ends early")):
        with pytest.raises(InputFileError, match=said):
            basemap.read(tile)
    assert basemap.read(Tile(1, 0, 1)) == vector_tile()
    basemap.close()


def test_a_file_cut_short_while_it_is_served_is_told(tmp_path: Path) -> None:
    path = write_vector(tmp_path / "v.pmtiles")
    basemap = Basemap(path)
    os.truncate(path, header_of(path)["tile_data_offset"])
    with pytest.raises(InputFileError, match="cut short"):
        basemap.read(Tile(0, 0, 0))
    basemap.close()


def test_another_file_has_another_identity(tmp_path: Path) -> None:
    one, other = (Basemap(write_vector(tmp_path / name)) for name in ("a.pmtiles", "b.pmtiles"))
    assert one.identity != other.identity
    for basemap in (one, other):
        basemap.close()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            '<a href="https://x.example">Protomaps</a> © <b>OpenStreetMap</b>',
            "Protomaps © OpenStreetMap",
        ),
        ("<img src=x onerror=alert(1)>Maps", "Maps"),
        ("<script>alert(1)</script>Maps<style>a{}</style>", "Maps"),
        ("&lt;b&gt; &amp; co", "<b> & co"),
        ("a\nb\tc\x00d", "a b c d"),
        (None, ""),
        (["x"], ""),
        (7, ""),
    ],
)
def test_html_becomes_plain_text(given: object, text: str) -> None:
    assert plain_text(given) == text


def test_the_attribution_is_short_plain_text(tmp_path: Path) -> None:
    basemap = Basemap(write_vector(tmp_path / "v.pmtiles", attribution="<i>x</i>" * 5_000))
    assert basemap.attribution == "x" * 200
    document = basemap.tilejson()
    assert document["vector_layers"] == [{"id": "earth", "fields": {}}]
    assert "<" not in json.dumps(document)
    basemap.close()


def test_the_first_image_is_measured_only_by_its_own_kind(tmp_path: Path) -> None:
    path = write_pmtiles(
        tmp_path / "r.pmtiles",
        {(0, 0, 0): image_tile((1, 2, 3), kind="webp")},
        tile_type=TileType.PNG,
        tile_compression=Compression.NONE,
    )
    with pytest.raises(SettingsError, match="is no png image"):
        Basemap(path)
