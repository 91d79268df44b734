"""Tests of loading terrain: what is published is what the file holds; what cannot be is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine, from_origin

from cop.errors import CopError, InputFileError, StoreError
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.sink.terrain import ingest_terrain
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction
from tests.support.published import read_published
from tests.support.raster import NODATA, heights, write_tiff

pytestmark = pytest.mark.sources

GEOTIFF = read_profile("dted_geotiff")
DTED = read_profile("dted")


def load(warehouse: Path, path: Path, profile: object = GEOTIFF, **options: bool) -> object:
    assert isinstance(profile, TerrainProfile)
    return ingest_terrain(StoreSettings(data=warehouse), path, profile, **options)


def rasters(warehouse: Path) -> list[Path]:
    return sorted(p for p in (warehouse / "rasters").rglob("*") if p.is_file())


def published(warehouse: Path) -> gpd.GeoDataFrame:
    return read_published(warehouse, "terrain")


def test_the_cog_holds_the_heights_of_the_file(own_warehouse: Path, tmp_path: Path) -> None:
    report = load(own_warehouse, write_tiff(tmp_path / "t.tif"))
    assert (report.accepted, report.rejected, report.duplicate) == (1, 0, 0)
    (row,) = published(own_warehouse).to_dict("records")
    values = heights()
    known = values[values != NODATA]
    assert (row["min_m"], row["max_m"], row["nodata"]) == (known.min(), known.max(), NODATA)
    assert (row["width"], row["height"], row["source"]) == (50, 40, "dted")
    assert row["geometry"].bounds == pytest.approx((-111, 32 - 40 / 120, -111 + 50 / 120, 32))
    assert rasters(own_warehouse) == [own_warehouse / row["path"]]
    with rasterio.open(own_warehouse / row["path"]) as cog:
        assert (cog.read(1) == values).all()
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert cog.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert cog.crs.to_epsg() == 4326


def test_a_large_raster_has_overviews(own_warehouse: Path, tmp_path: Path) -> None:
    load(own_warehouse, write_tiff(tmp_path / "t.tif", heights(700, 1300)))
    (path,) = rasters(own_warehouse)
    with rasterio.open(path) as cog:
        assert cog.overviews(1)


def test_the_same_file_twice_adds_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "t.tif")
    first = load(own_warehouse, path)
    before = rasters(own_warehouse)
    again = load(own_warehouse, Path(shutil.copy(path, tmp_path / "other-name.tif")))
    assert (again.accepted, again.duplicate, again.superseded) == (0, 1, 0)
    assert again.version == first.version
    assert len(published(own_warehouse)) == 1
    assert rasters(own_warehouse) == before


def test_a_dry_run_leaves_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    report = load(own_warehouse, write_tiff(tmp_path / "t.tif"), dry_run=True)
    assert (report.accepted, report.version) == (1, None)
    assert rasters(own_warehouse) == []


def test_a_failure_before_the_commit_leaves_nothing(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> int:
        raise StoreError("the disk is full")

    monkeypatch.setattr(WriteTransaction, "commit", fail)
    with pytest.raises(StoreError, match="disk is full"):
        load(own_warehouse, write_tiff(tmp_path / "t.tif"))
    assert rasters(own_warehouse) == []
    monkeypatch.undo()
    assert load(own_warehouse, write_tiff(tmp_path / "t.tif")).accepted == 1


def test_projected_heights_are_warped_to_degrees(own_warehouse: Path, tmp_path: Path) -> None:
    rows, columns = 60, 80
    path = write_tiff(
        tmp_path / "utm.tif",
        np.full((rows, columns), 1_234, dtype=np.int16),
        crs="EPSG:32612",
        transform=from_origin(500_000, 3_540_000, 900, 900),
        nodata=None,
    )
    load(own_warehouse, path)
    (row,) = published(own_warehouse).to_dict("records")
    with rasterio.open(own_warehouse / row["path"]) as cog:
        assert cog.crs.to_epsg() == 4326
        values = cog.read(1, masked=True)
        middle = values[cog.index(-110.7, 31.8)]
    assert set(np.unique(values.compressed())) == {1_234}
    assert middle == 1_234
    assert (row["min_m"], row["max_m"]) == (1_234, 1_234)
    west, south, east, north = row["geometry"].bounds
    assert (west, south, east, north) == pytest.approx((-111, 31.5, -110.24, 32), abs=0.02)


def test_a_profile_can_name_the_nodata(own_warehouse: Path, tmp_path: Path) -> None:
    values = heights()
    path = write_tiff(tmp_path / "t.tif", values, nodata=None)
    with pytest.raises(InputFileError, match=r"row 1, column 1: -32767 is not a height"):
        load(own_warehouse, path)
    load(own_warehouse, path, GEOTIFF.model_copy(update={"nodata": NODATA}))
    (row,) = published(own_warehouse).to_dict("records")
    with rasterio.open(own_warehouse / row["path"]) as cog:
        assert (cog.nodata, (cog.read(1) == values).all()) == (NODATA, True)


def with_value(value: float, kind: str = "int16") -> Callable[[Path], object]:
    def write(path: Path) -> None:
        values = heights().astype(kind)
        values[20, 30] = value
        write_tiff(path, values)

    return write


def sparse(path: Path) -> None:
    options = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True}
    with rasterio.open(
        path, "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="int16",
        crs="EPSG:4326", transform=from_origin(-111, 32, 1e-5, 1e-5), bigtiff="YES", **options,
    ):  # fmt: skip
        pass
    assert path.stat().st_size < 10_000_000


VRT = """<VRTDataset rasterXSize="50" rasterYSize="40"><VRTRasterBand dataType="Int16" band="1">
<SimpleSource><SourceFilename relativeToVRT="0">/etc/hostname</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""
WMS = """<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1:9/${z}/${x}/${y}.png</ServerUrl>
</Service><DataWindow><SizeX>512</SizeX><SizeY>512</SizeY></DataWindow></GDAL_WMS>"""

REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no such file"),
    "a folder": (lambda path: path.mkdir(), "no such file"),
    "empty": (lambda path: path.write_bytes(b""), "not readable as GTiff"),
    "text": (lambda path: path.write_text("lon,lat\n1,2\n"), "not readable as GTiff"),
    "a VRT": (lambda path: path.write_text(VRT), "not readable as GTiff"),
    "a WMS": (lambda path: path.write_text(WMS), "not readable as GTiff"),
    "cut short": (
        lambda path: path.write_bytes(write_tiff(path).read_bytes()[:900]),
        "not readable as GTiff",
    ),
    "sparse": (sparse, "claims 200000 x 200000 pixels"),
    "two bands": (lambda path: write_tiff(path, np.stack([heights()] * 2)), "2 bands"),
    "no place": (lambda path: write_tiff(path, crs=None), "no coordinate system"),
    "a local grid": (
        lambda path: write_tiff(path, crs='LOCAL_CS["plan",UNIT["metre",1]]'),
        "no coordinate system",
    ),
    "rotated": (
        lambda path: write_tiff(path, transform=Affine(0.01, 0.002, -111, 0.002, -0.01, 32)),
        "not north up",
    ),
    "meters labeled degrees": (
        lambda path: write_tiff(path, transform=from_origin(-12_356_000, 3_763_000, 900, 900)),
        "outside of the earth",
    ),
    "feet": (lambda path: write_tiff(path, units="ft"), "heights in ft"),
    "complex": (
        lambda path: write_tiff(path, heights().astype("complex64"), nodata=None),
        "pixels are complex",
    ),
    "all nodata": (
        lambda path: write_tiff(path, np.full((9, 9), NODATA, dtype=np.int16)),
        "every pixel is nodata",
    ),
    "too high": (with_value(9_001), "row 21, column 31: 9001 is not a height"),
    "too low": (with_value(-501), "row 21, column 31: -501 is not a height"),
    "not a number": (with_value(np.nan, "float32"), "row 21, column 31: nan is not a height"),
    "infinite": (with_value(np.inf, "float32"), "row 21, column 31: inf is not a height"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_terrain_is_refused_with_the_reason(case: str, tmp_path: Path) -> None:
    make, said = REFUSED[case]
    path = tmp_path / "user.tif"
    make(path)
    with pytest.raises(CopError, match=said) as refused:
        load(tmp_path / "warehouse", path)
    assert "user.tif" in str(refused.value)
    assert not (tmp_path / "warehouse").exists()


def test_a_sidecar_file_is_not_read(own_warehouse: Path, tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "t.tif")
    path.with_suffix(".tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>200</NoDataValue></PAMRasterBand>'
        "</PAMDataset>"
    )
    load(own_warehouse, path)
    assert published(own_warehouse)["nodata"].tolist() == [NODATA]


@pytest.fixture
def dted_file(tmp_path: Path) -> Path:
    """A small raw DTED cell, written by GDAL."""
    posts = np.full((121, 121), 300, dtype=np.int16)
    posts[40:60, 50:70] = 900
    corner = from_origin(-107 - 1 / 240, 32 + 1 / 240, 1 / 120, 1 / 120)
    plain = write_tiff(tmp_path / "plain.tif", posts, transform=corner)
    target = tmp_path / "w107_n31.dt0"
    rasterio.shutil.copy(plain, target, driver="DTED")
    return target


def test_raw_dted_is_read_by_its_own_profile_alone(own_warehouse: Path, dted_file: Path) -> None:
    with pytest.raises(InputFileError, match="not readable as GTiff"):
        load(own_warehouse, dted_file)
    assert load(own_warehouse, dted_file, DTED).accepted == 1
    (row,) = published(own_warehouse).to_dict("records")
    with rasterio.open(own_warehouse / row["path"]) as cog, rasterio.open(dted_file) as raw:
        assert (cog.read(1) == raw.read(1)).all()
        assert cog.transform.almost_equals(raw.transform)


@pytest.mark.parametrize("spoil", ["half", "a byte"])
def test_damaged_dted_is_refused(tmp_path: Path, dted_file: Path, spoil: str) -> None:
    content = bytearray(dted_file.read_bytes())
    if spoil == "half":
        content = content[: len(content) // 2]
    else:
        content[20_000] ^= 0x41
    dted_file.write_bytes(content)
    with pytest.raises(InputFileError, match="not readable as DTED"):
        load(tmp_path / "warehouse", dted_file, DTED)
    assert not (tmp_path / "warehouse").exists()
