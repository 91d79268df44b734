"""Tests of converting heights: what a COG holds, and which records of one are believed."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pydantic import ValidationError

from cop.errors import InputFileError
from cop.ingest.heights import HeightRaster, convert_heights
from cop.ingest.source.format import MappedHeights
from tests.support.raster import NODATA, heights, write_tiff

pytestmark = pytest.mark.sources

GEOTIFF = MappedHeights(reader="geotiff")


def test_the_record_is_of_the_cog_that_was_written(tmp_path: Path) -> None:
    target = tmp_path / "cog.tif"
    raster = convert_heights(write_tiff(tmp_path / "a.tif"), GEOTIFF, target)
    known = heights()[heights() != NODATA]
    assert (raster.min_m, raster.max_m) == (known.min(), known.max())
    with rasterio.open(target) as cog:
        assert (cog.width, cog.height) == (raster.width, raster.height)
        assert tuple(cog.bounds) == raster.bounds
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert HeightRaster.model_validate(raster.model_dump()) == raster


def test_a_profile_overrides_the_nodata(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", nodata=None)
    with pytest.raises(InputFileError, match="is not a height in meters"):
        convert_heights(path, GEOTIFF, tmp_path / "one.tif")
    given = MappedHeights(reader="geotiff", nodata=NODATA)
    assert convert_heights(path, given, tmp_path / "two.tif").nodata == NODATA


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"bounds": (0, 0, 1, np.inf)},
        {"bounds": (0, 0, 1, 500)},
        {"max_m": 99_999},
        {"pixel_deg": -1},
        {"more": 1},
    ],
)
def test_a_record_that_no_raster_has_is_refused(change: dict[str, object]) -> None:
    good = {
        "width": 2,
        "height": 2,
        "pixel_deg": 0.1,
        "nodata": None,
        "bounds": (-111, 31, -110, 32),
        "min_m": 1,
        "max_m": 2,
    }
    assert HeightRaster.model_validate(good).max_m == 2
    with pytest.raises(ValidationError):
        HeightRaster.model_validate({**good, **change})
