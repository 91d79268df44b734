"""Readings of a file whose numbers do not fit its system: each is told, none is taken."""

from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
import shapely

from cop.ingest.upload.read import Upload, inspect_files
from cop.model.upload import Choices, Inspection, UploadFinding
from cop.settings import UploadSettings
from tests.support.raster import write_tiff
from tests.support.upload import zip_folder

pytestmark = pytest.mark.layers

NEAR = (-117.2, 25.8, -97.0, 33.0)
UTM12, MERCATOR = (500_000.0, 3_470_000.0), (-12_301_803.5, 3_694_834.2)


def shapefile(folder: Path, name: str, place: tuple[float, float], said: int) -> Upload:
    """A zipped Shapefile of one point whose .prj says a system."""
    inner = folder / name
    inner.mkdir()
    shapes = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(place)], crs=said)
    shapes.to_file(inner / f"{name}.shp")
    return Upload(path=zip_folder(inner, folder / f"{name}.zip"), name=f"{name}.zip")


def raster(folder: Path, name: str, transform: rasterio.Affine, said: str) -> Upload:
    return Upload(path=write_tiff(folder / name, transform=transform, crs=said), name=name)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Inspection]:
    """All files looked at by one sandbox, as they are dropped in the region."""
    folder = tmp_path_factory.mktemp("readings")
    settled = shapefile(folder, "settled", UTM12, 32633)
    uploads = [
        shapefile(folder, "zone", UTM12, 32633),
        shapefile(folder, "degrees", (-111.0, 31.4), 32612),
        shapefile(folder, "state", (2_000_000.0, 9_000_000.0), 2223),
        shapefile(folder, "right", UTM12, 32612),
        shapefile(folder, "abroad", (500_000.0, 5_200_000.0), 32634),
        Upload(path=settled.path, name=settled.name, choices=Choices(crs="EPSG:32633")),
        raster(folder, "meters.tif", rasterio.Affine(90, 0, *MERCATOR[:1], 0, -90, MERCATOR[1]),
               "EPSG:4326"),
        raster(folder, "right.tif", rasterio.Affine(90, 0, UTM12[0], 0, -90, UTM12[1]),
               "EPSG:32612"),
    ]  # fmt: skip
    seen = {}
    for upload, one in zip(
        uploads, inspect_files(uploads, UploadSettings(), near=NEAR), strict=True
    ):
        assert isinstance(one, Inspection), one
        seen[upload.name] = one
    return seen


def ask_of(seen: Inspection) -> UploadFinding:
    (asked,) = seen.asks
    assert asked.code == "crs_contradictory"
    return asked


def test_shown_a_wrong_zone_is_asked_for_where_another_lies_in_the_region(
    found: dict[str, Inspection],
) -> None:
    asked = ask_of(found["zone.zip"])
    own, *others = asked.readings
    assert own.name == "EPSG:32633, as the file says"
    assert own.bounds is not None
    assert own.bounds[0] == pytest.approx(15, abs=0.01)
    read = {one.crs: one.bounds for one in others}
    assert {"EPSG:3857", "EPSG:32612"} <= set(read)
    assert read["EPSG:32612"] is not None
    assert read["EPSG:32612"][0] == pytest.approx(-111, abs=0.01)
    assert {fix.value for fix in asked.fixes} == {"EPSG:32633", *read}


@pytest.mark.parametrize(
    ("name", "said", "other"),
    [
        ("degrees.zip", "EPSG:32612", "EPSG:4326"),
        ("state.zip", "EPSG:2223", "EPSG:3857"),
        ("meters.tif", "EPSG:4326", "EPSG:3857"),
    ],
)
def test_shown_numbers_that_do_not_fit_are_told_in_both_readings(
    found: dict[str, Inspection], name: str, said: str, other: str
) -> None:
    readings = {one.crs: one for one in ask_of(found[name]).readings}
    assert next(iter(readings)) == said
    assert readings[other].bounds is not None
    assert readings[other].fix is not None
    assert readings[said].numbers is not None
    if name == "meters.tif":
        assert readings[said].bounds is None
        assert readings[said].fix is None


@pytest.mark.parametrize("name", ["right.zip", "right.tif", "abroad.zip", "settled.zip"])
def test_what_fits_or_was_chosen_is_not_asked_for(found: dict[str, Inspection], name: str) -> None:
    assert found[name].asks == ()
    warned = {one.code for one in found[name].findings if one.severity == "warning"}
    assert warned == ({"outside_region"} if name in ("abroad.zip", "settled.zip") else set())
