"""Rasters, photos and packages, written by other programs and read by the sandbox."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image

from cop.ingest.upload.read import Upload
from cop.model.upload import FEATURES, RASTER, Choices
from tests.support.raster import NODATA, heights, write_tiff
from tests.support.upload import Read, need_gdal, read_all
from tests.support.written import write_others

pytestmark = pytest.mark.layers

UTM12 = rasterio.Affine(30, 0, 500_000, 0, -30, 3_500_000)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Rasters, a photo and a TAK data package, read once."""
    need_gdal()
    folder = tmp_path_factory.mktemp("others")
    plain = Choices()
    written = [
        *write_others(folder),
        (write_tiff(folder / "utm.tif", crs="EPSG:32612", transform=UTM12), plain),
        (write_tiff(folder / "bands.tif", np.stack([heights(300, 300)] * 3)), plain),
    ]
    uploads = [Upload(path=path, name=path.name, choices=said) for path, said in written]
    return read_all(uploads, folder / "drafts")


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
