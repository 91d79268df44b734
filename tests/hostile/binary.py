"""Hostile binary files: truncated, with flipped bits, claiming sizes, reaching outside."""

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely
from PIL import ExifTags, Image

from cop.model.upload import Choices
from tests.hostile.case import Case, Lure, Make
from tests.support.damage import flip_bit
from tests.support.raster import write_tiff

_BOWTIE = shapely.Polygon([(-111, 31), (-110, 32), (-110, 31), (-111, 32)])


def shapes(*given: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """A table of shapes."""
    return gpd.GeoDataFrame({"n": range(len(given))}, geometry=list(given), crs="EPSG:4326")


def written(frame: gpd.GeoDataFrame, driver: str) -> Make:
    return lambda path, _lure: frame.to_file(path, driver=driver)


def harmed(make: Make, harm: Callable[[Path], None]) -> Make:
    def both(path: Path, lure: Lure) -> None:
        make(path, lure)
        harm(path)

    return both


def cut(share: float) -> Callable[[Path], None]:
    return lambda path: (
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)]) and None
    )


def parquet(frame: gpd.GeoDataFrame) -> Make:
    return lambda path, _lure: frame.to_parquet(path, write_page_checksum=True, compression=None)


def flip_page(path: Path) -> None:
    """Flip a bit in the middle of the first page's values."""
    flip_bit(path, bit=400 * 8)


def no_rows_bomb(path: Path, _lure: Lure) -> None:
    """A hundred million nulls in a few kilobytes."""
    schema = pa.schema([("a", pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        part = pa.table({"a": pa.nulls(10_000_000, pa.int64())})
        for _ in range(10):
            writer.write_table(part, row_group_size=10_000_000)


def giant_footer(path: Path, _lure: Lure) -> None:
    path.write_bytes(b"PAR1" + bytes(100) + struct.pack("<I", 0x7FFFFFFF) + b"PAR1")


def bad_geo(path: Path, _lure: Lure) -> None:
    geo = {"primary_column": "no", "columns": {"no": {"encoding": "WKB"}}}
    schema = pa.schema([("a", pa.int64())], metadata={"geo": json.dumps(geo)})
    pq.write_table(pa.table({"a": [1]}, schema=schema), path)


def virtual_gpkg(path: Path, lure: Lure) -> None:
    """A virtual table of GDAL's own that opens another file."""
    shapes(shapely.Point(-111, 31)).to_file(path, driver="GPKG")
    base = sqlite3.connect(path)
    base.execute("PRAGMA writable_schema=1")
    base.execute(
        "INSERT INTO sqlite_master VALUES ('table','v','v',0,?)",
        (f"CREATE VIRTUAL TABLE v USING VirtualOGR('{lure.canary}')",),
    )
    base.commit()
    base.close()


def flip_gpkg(path: Path) -> None:
    """Flip the kind of a page of the tree."""
    content = bytearray(path.read_bytes())
    content[4096 * 5] ^= 0x40
    path.write_bytes(content)


def shapefile(changes: dict[str, bytes | None], frame: gpd.GeoDataFrame | None = None) -> Make:
    """A zipped shapefile, parts of which are changed or left out."""

    def make(path: Path, _lure: Lure) -> None:
        folder = path.parent / f"{path.name}.parts"
        folder.mkdir()
        given = shapes(shapely.Point(-111, 31)) if frame is None else frame
        given.to_file(folder / "a.shp", driver="ESRI Shapefile")
        parts = {one.suffix: one.read_bytes() for one in folder.iterdir()} | changes
        with zipfile.ZipFile(path, "w") as archive:
            for suffix, content in parts.items():
                if content is not None:
                    archive.writestr(f"a{suffix}", content)

    return make


def huge_tiff(path: Path, _lure: Lure) -> None:
    grid = rasterio.Affine(0.001, 0, -111, 0, -0.001, 32)
    size = {"width": 200_000, "height": 200_000, "count": 1, "dtype": "uint8", "transform": grid}
    tiles = {"tiled": True, "blockxsize": 2048, "blockysize": 2048, "sparse_ok": True}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:4326", bigtiff="YES", **size, **tiles):
        pass


def tiff(**changed: object) -> Make:
    return lambda path, _lure: write_tiff(path, **changed) and None


def photo(gps: dict[int, object] | None, size: tuple[int, int] = (64, 48)) -> Make:
    def make(path: Path, _lure: Lure) -> None:
        exif = Image.Exif()
        if gps is not None:
            exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
        noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(noise).save(path, "JPEG", exif=exif)

    return make


def claim_pixels(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.find(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", 65_000, 65_000)
    path.write_bytes(content)


def place(lat: tuple[float, float, float], lon: tuple[float, float, float]) -> dict[int, object]:
    return {1: "N", 2: lat, 3: "W", 4: lon}


def garbage(head: bytes) -> Make:
    return lambda path, _lure: path.write_bytes(head + bytes(range(256)) * 20) and None


_WGS84 = (
    b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    b'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
_POINTS = shapes(*[shapely.Point(-111 + i / 1000, 31) for i in range(500)])
_HERE = place((31.0, 20.0, 1.5), (110.0, 56.0, 15.0))
_MERCATOR = gpd.GeoDataFrame(
    {"n": [1]}, geometry=[shapely.Point(-12301803.5, 3694834.2)], crs="EPSG:3857"
)
_NULLS = (
    shapely.Point(-111, 31),
    None,
    shapely.Polygon(),
    shapely.LineString([(-111, 31), (-110, 31)]),
)

CASES = (
    Case(
        name="bowtie.gpkg",
        make=written(shapes(_BOWTIE), "GPKG"),
        flagged=("geometry_repaired",),
        kept=1,
    ),
    Case(
        name="degrees.gpkg",
        make=written(shapes(shapely.Point(-111, 31)).set_crs(32612, allow_override=True), "GPKG"),
        flagged=("crs_contradictory",),
        asked=True,
    ),
    Case(
        name="antimeridian.geojson",
        make=written(shapes(shapely.LineString([(179, 10), (-179, 10)])), "GeoJSON"),
        flagged=("antimeridian",),
        kept=1,
    ),
    Case(name="other.fgb", make=garbage(b"SQLite format 3\0"), refused="content is no FlatGeobuf"),
    Case(
        name="empties.parquet",
        make=parquet(shapes(*_NULLS)),
        flagged=("geometry_missing", "geometry_empty", "geometry_mixed"),
        kept=2,
    ),
    Case(
        name="nan.parquet",
        make=parquet(
            shapes(
                shapely.Point(np.nan, 31),
                shapely.LineString([(0, 0), (np.inf, 1)]),
                shapely.Point(1, 1),
            )
        ),
        kept=1,
    ),
    Case(
        name="mercator.parquet",
        make=parquet(shapes(shapely.Point(-12301803.5, 3694834.2))),
        flagged=("crs_contradictory",),
        asked=True,
    ),
    Case(
        name="chosen.parquet",
        make=parquet(shapes(shapely.Point(-12301803.5, 3694834.2))),
        choices=Choices(crs="EPSG:3857"),
        flagged=("crs_chosen",),
        kept=1,
    ),
    Case(
        name="cut.parquet",
        make=harmed(parquet(_POINTS), cut(0.6)),
        refused="not a readable Parquet",
    ),
    Case(name="flipped.parquet", make=harmed(parquet(_POINTS), flip_page), refused="damaged"),
    Case(name="nulls.parquet", make=no_rows_bomb, refused="100,000,000 rows"),
    Case(name="footer.parquet", make=giant_footer, refused="not a readable Parquet"),
    Case(name="geo.parquet", make=bad_geo, refused="geo metadata"),
    Case(
        name="cut.gpkg",
        make=harmed(written(_POINTS, "GPKG"), cut(0.6)),
        refused="database is damaged",
    ),
    Case(
        name="flipped.gpkg",
        make=harmed(written(_POINTS, "GPKG"), flip_gpkg),
        refused="database is damaged",
    ),
    Case(name="virtual.gpkg", make=virtual_gpkg, refused="virtual tables|damaged"),
    Case(
        name="cut.fgb",
        make=harmed(written(_POINTS, "FlatGeobuf"), cut(0.5)),
        refused="not readable|none of",
    ),
    Case(
        name="junk.fgb",
        make=garbage(b"fgb\x03fgb\x00"),
        refused="not readable as FlatGeobuf|holds no layer",
    ),
    Case(
        name="unplaced.shp.zip",
        make=shapefile({".prj": None}),
        flagged=("crs_missing",),
        asked=True,
    ),
    Case(
        name="contradictory.shp.zip",
        make=shapefile(
            {".prj": _WGS84},
            _MERCATOR,
        ),
        flagged=("crs_contradictory",),
        asked=True,
    ),
    Case(name="cut.shp.zip", make=shapefile({".shx": b"junk"}), refused="not readable"),
    Case(name="huge.tif", make=huge_tiff, refused="200000 x 200000 pixels; at most 500 million"),
    Case(name="cut.tif", make=harmed(tiff(), cut(0.5)), draft_refused="not readable as GeoTIFF"),
    Case(
        name="unplaced.tif",
        make=tiff(transform=rasterio.Affine.identity()),
        refused="no place on the earth",
    ),
    Case(name="systemless.tif", make=tiff(crs=None), flagged=("crs_missing",), asked=True),
    Case(
        name="mercator.tif",
        make=tiff(transform=rasterio.Affine(10, 0, -12301803, 0, -10, 3694834)),
        flagged=("crs_contradictory",),
        asked=True,
    ),
    Case(name="good.tif", make=tiff(), kept=1),
    Case(name="junk.dt1", make=garbage(b"UHL1"), refused="not readable as DTED"),
    Case(name="junk.nc", make=garbage(b"CDF\x01"), refused="not readable as NetCDF"),
    Case(name="hdf.nc", make=garbage(b"\x89HDF\r\n\x1a\n"), refused="not readable as HDF5"),
    Case(
        name="beyond.jpg",
        make=photo(place((91.0, 0.0, 0.0), (110.0, 0.0, 0.0))),
        refused="latitude 91",
    ),
    Case(name="nowhere.jpg", make=photo(None), refused="says no position"),
    Case(
        name="pixels.jpg", make=harmed(photo(_HERE), claim_pixels), refused="pixels.* exceeds limit"
    ),
    Case(
        name="cut.jpg",
        make=harmed(photo(_HERE, (640, 480)), cut(0.5)),
        choices=Choices(keep_photo=True),
        draft_refused="picture is damaged",
    ),
    Case(name="good.jpg", make=photo(_HERE), choices=Choices(keep_photo=True), kept=1),
)
