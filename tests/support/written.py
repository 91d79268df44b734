"""One file of every format that is taken, by other programs where there are any: gdal-bin first."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.shutil

from cop.model.upload import Choices
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.raster import write_tiff
from tests.support.upload import ogr2ogr, write_photo, zip_folder

PLACES = {
    "a": (-110.9374812, 31.3336211),
    "b": (-109.5445678, 31.3344567),
    "c": (-111.1234567, 32.7654321),
}
LABELS = {"a": "Nogales é", "b": None, "c": "=cmd"}
COUNTS = {"a": 5, "b": None, "c": -7}
KINDS = {"a": "tower", "b": "camera", "c": "tower"}
SEEN = {"a": "2026-03-04T05:06:07Z", "b": None, "c": "2026-03-05T00:00:00Z"}
WGS84 = Choices(crs="EPSG:4326")


def write_source(folder: Path) -> Path:
    """Write three places as GeoJSON, some of their values unknown."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "ref": ref,
                "n": COUNTS[ref],
                "label": LABELS[ref],
                "kind": KINDS[ref],
                "seen": SEEN[ref],
            },
            "geometry": {"type": "Point", "coordinates": place},
        }
        for ref, place in PLACES.items()
    ]
    path = folder / "source.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def write_vectors(folder: Path, source: Path) -> list[tuple[Path, Choices]]:
    """Write what ogr2ogr can of a source, and GeoParquet; with how each is to be read."""
    plain, as_xy = Choices(), ("-lco", "GEOMETRY=AS_XY")
    shape, base, parquet = folder / "shape", folder / "a.gdb", folder / "a.parquet"
    shape.mkdir()
    ogr2ogr("ESRI Shapefile", shape / "a.shp", source, "-mapFieldType", "DateTime=String")
    ogr2ogr("OpenFileGDB", base, source, "-nln", "places")
    wkt = ogr2ogr("CSV", folder / "wkt.csv", source, "-lco", "GEOMETRY=AS_WKT")
    tab = ogr2ogr("CSV", folder / "tab.csv", source, *as_xy, "-lco", "SEPARATOR=TAB")
    gpd.read_file(source).to_parquet(parquet)
    return [
        (source, plain),
        (ogr2ogr("GPKG", folder / "a.gpkg", source), plain),
        (zip_folder(shape, folder / "a.zip"), plain),
        (zip_folder(base, folder / "b.zip", "a.gdb/"), plain),
        (ogr2ogr("FlatGeobuf", folder / "a.fgb", source), plain),
        (ogr2ogr("LIBKML", folder / "a.kml", source), plain),
        (ogr2ogr("LIBKML", folder / "a.kmz", source), plain),
        (ogr2ogr("GPX", folder / "a.gpx", source, "-dsco", "GPX_USE_EXTENSIONS=YES"), plain),
        (ogr2ogr("GeoJSONSeq", folder / "a.geojsonl", source), plain),
        (ogr2ogr("CSV", folder / "xy.csv", source, *as_xy), plain),
        (tab.rename(folder / "a.tsv"), plain),
        (wkt, WGS84),
        (ogr2ogr("XLSX", folder / "a.xlsx", wkt, "-oo", "KEEP_GEOM_COLUMNS=YES"), WGS84),
        (parquet, plain),
    ]


def write_others(folder: Path) -> list[tuple[Path, Choices]]:
    """Write rasters, a photo and a TAK data package."""
    makers: dict[str, Callable[[Path], object]] = {
        "a.tif": write_tiff,
        "a.nc": _write_netcdf,
        "a.dt0": _write_dted,
        "a.jpg": write_photo,
        "tak.zip": lambda path: packed(_cot())(path, Lure("", path)),
    }
    for name, make in makers.items():
        make(folder / name)
    keep = Choices(keep_photo=True)
    return [(folder / name, keep if name == "a.jpg" else Choices()) for name in makers]


def _write_netcdf(path: Path) -> None:
    plain = write_tiff(path.parent / "plain.tif")
    command = ["gdal_translate", "-q", "-of", "netCDF", str(plain), str(path)]
    subprocess.run(command, check=True, timeout=60)


def _write_dted(path: Path) -> None:
    grid = rasterio.Affine(1 / 120, 0, -111 - 1 / 240, 0, -1 / 120, 32 + 1 / 240)
    plain = path.parent / "dted.tif"
    options = {"width": 121, "height": 121, "count": 1, "dtype": "int16", "crs": "EPSG:4326"}
    with rasterio.open(plain, "w", driver="GTiff", transform=grid, **options) as raster:
        raster.write((300 + np.arange(121 * 121) % 900).astype(np.int16).reshape(1, 121, 121))
    rasterio.shutil.copy(plain, path, driver="DTED")


def _cot() -> list[tuple[str, bytes]]:
    event = (
        '<event uid="{0}" type="{1}" how="h-e" time="2026-03-04T05:06:07Z" '
        'start="2026-03-04T05:06:07Z" stale="2026-03-04T06:00:00Z"><point lat="31.5" lon="-110.5" '
        'hae="9999999.0" ce="10"/><detail><contact callsign="POST 1"/>{2}</detail></event>'
    )
    ring = "".join(f'<link point="{p}"/>' for p in ("31,-111", "32,-111", "32,-110", "31,-111"))
    return [
        ("MANIFEST/manifest.xml", b"<MissionPackageManifest/>"),
        ("a/a.cot", event.format("one", "a-f-G", "").encode()),
        ("b/b.cot", event.format("two", "u-d-f", ring).encode()),
        ("c/picture.jpg", b"x"),
    ]
