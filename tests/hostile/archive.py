"""Hostile archives: bombs of each kind, and names that lead elsewhere."""

import io
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.hostile.case import Case, Lure, Make

_CENTRAL = b"PK\x01\x02"
_MB = 1 << 20


def packed(members: Iterable[tuple[str, bytes]]) -> Make:
    """Make a zip of members, their names as they stand."""

    def make(path: Path, _lure: Lure) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)

    return make


def patched(members: list[tuple[str, bytes]], offset: int, value: bytes) -> Make:
    """Make a zip and change every central record at an offset."""

    def make(path: Path, lure: Lure) -> None:
        packed(members)(path, lure)
        content = bytearray(path.read_bytes())
        place = content.find(_CENTRAL)
        while place >= 0:
            content[place + offset : place + offset + len(value)] = value
            place = content.find(_CENTRAL, place + 4)
        path.write_bytes(content)

    return make


def overlapping(path: Path, lure: Lure) -> None:
    """Two names for the same bytes, as bombs without nesting have thousands."""
    packed([("a.shp", b"x" * 100), ("b.shp", b"x" * 100)])(path, lure)
    content = bytearray(path.read_bytes())
    second = content.find(_CENTRAL, content.find(_CENTRAL) + 4)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)


def linked(path: Path, lure: Lure) -> None:
    info = zipfile.ZipInfo("a.shp")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, str(lure.canary))


def truncated(path: Path, lure: Lure) -> None:
    packed([("a.shp", b"x" * 5_000)])(path, lure)
    path.write_bytes(path.read_bytes()[:60])


def doubled(path: Path, _lure: Lure) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"x")
        archive.writestr("b.shp", b"y")
    path.write_bytes(path.read_bytes().replace(b"b.shp", b"a.shp"))


def _inner() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deeper.zip", b"x" * 1_000)
    return held.getvalue()


_SHAPE = [("a.shp", b"x"), ("a.shx", b"x"), ("a.dbf", b"x")]

CASES = (
    Case(name="ratio.zip", make=packed([("a.shp", b"\0" * (40 * _MB))]), refused="times its size"),
    Case(name="ratio.kmz", make=packed([("doc.kml", b" " * (40 * _MB))]), refused="times its size"),
    Case(
        name="ratio.xlsx",
        make=packed([("xl/workbook.xml", b" " * (40 * _MB))]),
        refused="times its size",
    ),
    Case(
        name="entries.zip",
        make=packed((f"{i}.txt", b"") for i in range(2_100)),
        refused="2100 files inside; at most 2000",
    ),
    Case(name="nested.zip", make=packed([("in.zip", _inner())]), refused="inside the archive"),
    Case(name="overlap.zip", make=overlapping, refused="overlap one another"),
    Case(
        name="total.zip",
        make=patched(_SHAPE, 24, struct.pack("<I", 3 << 30)),
        refused=r"unpacks to \d+ MB; at most 2048",
    ),
    Case(
        name="lying.zip",
        make=patched([("a.shp", b"y" * 999), ("a.shx", b"x"), ("a.dbf", b"x")], 24, b"\x05\0\0\0"),
        refused="cannot be unpacked",
    ),
    Case(name="slip.zip", make=packed([("../../a.shp", b"x")]), refused="leads out of the archive"),
    Case(name="inside.zip", make=packed([("a/../../b.shp", b"x")]), refused="leads out"),
    Case(name="absolute.zip", make=packed([("/etc/a.shp", b"x")]), refused="an absolute path"),
    Case(name="backslash.zip", make=packed([("..\\a.shp", b"x")]), refused="backslash"),
    Case(name="share.zip", make=packed([("\\\\host\\a.shp", b"x")]), refused="an absolute path"),
    Case(name="drive.zip", make=packed([("C:a.shp", b"x")]), refused="an absolute path"),
    Case(name="control.zip", make=packed([("a\x01.shp", b"x")]), refused="control character"),
    Case(name="link.zip", make=linked, refused="a link or a device"),
    Case(name="encrypted.zip", make=patched(_SHAPE, 8, b"\x01\0"), refused="encrypted"),
    Case(name="doubled.zip", make=doubled, refused="share a name"),
    Case(name="truncated.zip", make=truncated, refused="not a readable zip"),
    Case(
        name="nothing.zip", make=packed([("a.txt", b"x")]), refused="no FileGDB, Shapefile or TAK"
    ),
    Case(
        name="two.zip",
        make=packed([(f"{a}{b}", b"x") for a in "ab" for b in (".shp", ".shx", ".dbf")]),
        refused="not readable as zipped Shapefile",
    ),
    Case(name="halved.zip", make=packed([("a.shp", b"x")]), refused="has no .shx, .dbf"),
    Case(name="junk.shp.zip", make=packed(_SHAPE), refused="not readable as zipped Shapefile"),
    Case(
        name="junk.gdb.zip",
        make=packed([("a.gdb/a00000001.gdbtable", b"junk"), ("a.gdb/gdb", b"x")]),
        refused="not readable as zipped FileGDB",
    ),
)
