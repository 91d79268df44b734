"""Every format, written by other programs, is inspected and becomes the same features."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from PIL import Image

from cop.errors import InputFileError
from cop.ingest.upload.driver import DRIVERS
from cop.ingest.upload.format import FORMATS, detect_format
from cop.ingest.upload.read import Upload
from cop.model.upload import FEATURES, RASTER, Choices
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.raster import NODATA, heights, write_tiff
from tests.support.upload import Read, need_gdal, ogr2ogr, read_all, write_photo, zip_folder

pytestmark = pytest.mark.layers

PLACES = {
    "a": (-110.9374812, 31.3336211),
    "b": (-109.5445678, 31.3344567),
    "c": (-111.1234567, 32.7654321),
}
LABELS = {"a": "Nogales é", "b": None, "c": "=cmd"}
COUNTS = {"a": 5, "b": None, "c": -7}
WGS84 = Choices(crs="EPSG:4326")
UTM12 = rasterio.Affine(30, 0, 500_000, 0, -30, 3_500_000)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The features as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"ref": ref, "n": COUNTS[ref], "label": LABELS[ref]},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for ref, place in PLACES.items()
    ]
    path = tmp_path_factory.mktemp("source") / "source.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="module")
def vectors(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """All that ogr2ogr writes, and GeoParquet, read once."""
    need_gdal()
    folder = tmp_path_factory.mktemp("vectors")
    made = [
        Upload(path=path, name=path.name, choices=choices)
        for path, choices in _write_vectors(folder, source)
    ]
    return read_all(made, folder / "drafts")


def _write_vectors(folder: Path, source: Path) -> list[tuple[Path, Choices]]:
    plain, as_xy = Choices(), ("-lco", "GEOMETRY=AS_XY")
    shape, base, parquet = folder / "shape", folder / "a.gdb", folder / "a.parquet"
    shape.mkdir()
    ogr2ogr("ESRI Shapefile", shape / "a.shp", source)
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


def test_shown_files_of_ogr2ogr_become_the_same_features(vectors: Read) -> None:
    assert {seen.format for seen, _, _ in vectors.values()} == {
        one.id for one in FORMATS.values() if one.kind in ("vector", "table")
    }
    for name, (seen, report, draft) in vectors.items():
        features = gpd.read_parquet(draft / FEATURES)
        columns = {column.removeprefix("ogr_"): column for column in features}
        assert seen.rows == report.accepted == len(PLACES), name
        assert features["feature_id"].is_unique, name
        for _, row in features.iterrows():
            ref = row[columns["ref"]]
            assert row.geometry.distance(shapely.Point(PLACES[ref])) < 1e-7, name
            label, count = row[columns["label"]], row[columns["n"]]
            assert (label if isinstance(label, str) else None) == LABELS[ref], name
            assert (None if count is None or np.isnan(count) else count) == COUNTS[ref], name


def test_ids_are_the_same_when_a_file_comes_again(
    vectors: Read, source: Path, tmp_path: Path
) -> None:
    _, _, draft = vectors[source.name]
    again = read_all([Upload(path=source, name="b.geojson")], tmp_path / "d")["b.geojson"][2]
    first, second = (gpd.read_parquet(one / FEATURES)["feature_id"] for one in (draft, again))
    assert first.tolist() == second.tolist()


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Rasters, a photo and a TAK data package, read once."""
    need_gdal()
    folder = tmp_path_factory.mktemp("others")
    makers: dict[str, Callable[[Path], object]] = {
        "a.tif": write_tiff,
        "utm.tif": lambda path: write_tiff(path, crs="EPSG:32612", transform=UTM12),
        "bands.tif": lambda path: write_tiff(path, np.stack([heights(300, 300)] * 3)),
        "a.nc": _write_netcdf,
        "a.dt0": _write_dted,
        "a.jpg": write_photo,
        "tak.zip": lambda path: packed(_cot())(path, Lure("", path)),
    }
    for name, make in makers.items():
        make(folder / name)
    keep = Choices(keep_photo=True)
    uploads = [
        Upload(path=folder / name, name=name, choices=keep if name == "a.jpg" else Choices())
        for name in makers
    ]
    return read_all(uploads, folder / "drafts")


def _write_netcdf(path: Path) -> None:
    plain = write_tiff(path.parent / "plain.tif")
    command = ["gdal_translate", "-q", "-of", "netCDF", str(plain), str(path)]
    subprocess.run(command, check=True, timeout=60)


def _write_dted(path: Path) -> None:
    grid = rasterio.Affine(1 / 120, 0, -111 - 1 / 240, 0, -1 / 120, 32 + 1 / 240)
    plain = path.parent / "dted.tif"
    options = {"width": 121, "height": 121, "count": 1, "dtype": "int16", "crs": "EPSG:4326"}
    with rasterio.open(plain, "w", driver="GTiff", transform=grid, **options) as raster:
        raster.write(np.full((1, 121, 121), 300, dtype=np.int16))
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


def test_shown_rasters_become_cogs_of_their_own_system_bands_and_nodata(others: Read) -> None:
    rasters = {n: held for n, held in others.items() if held[0].kind == "raster"}
    assert {seen.format for seen, _, _ in rasters.values()} == {"geotiff", "netcdf", "dted"}
    for name, (seen, _, draft) in rasters.items():
        with rasterio.open(draft / RASTER) as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG", name
            assert seen.raster is not None
            assert (raster.width, raster.count) == (seen.raster.width, seen.raster.bands), name
            assert raster.nodata == NODATA, name
            assert seen.bounds is not None
            assert -112 < seen.bounds[0] < seen.bounds[2] < -108, name
    with rasterio.open(others["utm.tif"][2] / RASTER) as raster:
        assert raster.crs.to_epsg() == 32612
    with rasterio.open(others["bands.tif"][2] / RASTER) as raster:
        assert (raster.read(2) == heights(300, 300)).all()


def test_shown_a_photo_gives_its_place_and_time_and_a_picture_without_metadata(
    others: Read,
) -> None:
    _, report, draft = others["a.jpg"]
    features = gpd.read_parquet(draft / FEATURES)
    assert features.geometry[0].distance(shapely.Point(-110.9375, 31.33375)) < 1e-7
    assert str(features["occurred_at"][0]) == "2026-03-04 12:06:07"
    assert report.has_photo
    with Image.open(draft / "photo.jpg") as picture:
        assert picture.size == (64, 48)
        assert not picture.getexif()


def test_shown_a_tak_data_package_gives_points_and_areas(others: Read) -> None:
    seen, _, draft = others["tak.zip"]
    features = gpd.read_parquet(draft / FEATURES).set_index("uid")
    assert seen.format == "tak"
    assert features.geometry["one"] == shapely.Point(-110.5, 31.5)
    assert features.geometry["two"].geom_type == "Polygon"
    assert features["ce_m"].tolist() == [10, 10]
    assert "hae_m" not in features
    assert {finding.code for finding in seen.findings} >= {"members_ignored", "geometry_mixed"}


def test_every_driver_that_is_left_is_of_a_format_and_none_reaches_out() -> None:
    drivers = {one.driver for one in FORMATS.values()} - {None}
    assert drivers <= set(DRIVERS)
    assert not drivers & {"VRT", "OGR_VRT", "WMS", "WFS", "HTTP", "GDALG"}


@pytest.mark.parametrize("name", ["a.exe", "a", "", "a.shp", "a.vrt", "a.csv.gz", "a.CSV.exe"])
def test_other_suffixes_are_refused_with_what_is_taken(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_text("lat,lon\n1,1\n")
    with pytest.raises(InputFileError, match=r"no format that is taken.*\.geojson"):
        detect_format(path, name)
    assert detect_format(path, "A.CSV").id == "csv"
