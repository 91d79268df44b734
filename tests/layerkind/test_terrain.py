"""Tests of the relief: heights as published, tiles as gdaldem shades them, no seam, no stranger."""

import io
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin
from starlette.testclient import TestClient

from cop.ingest.profile.file import read_profile
from cop.ingest.sink.terrain import ingest_terrain
from cop.layerkind.terrain import build_hillshade
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.command import CHECKOUT, run_cop
from tests.support.context import make_context
from tests.support.published import read_published
from tests.support.raster import NODATA, heights, write_tiff
from tests.support.tile import version_of
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.sources

FILES = {
    "dted0_border_w118_w096_n25_n34.tif": "dted_geotiff",
    "w107_n31.dt0": "dted",
}
MOST_GREY_LEVELS = 4
SIDE = 512
MARGIN = 4
REAL_TILES = (
    Tile(6, 12, 25),
    Tile(7, 22, 51),
    Tile(8, 52, 104),
    Tile(9, 98, 207),
    Tile(10, 179, 413),
    Tile(10, 218, 424),
)

Grey = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def terrain_folder() -> Path:
    folder = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data")) / "terrain"
    if not all((folder / name).is_file() for name in FILES):
        pytest.skip(f"no terrain in {folder}: set COP_TEST_DATA")
    return folder


@pytest.fixture(scope="module")
def loaded(
    terrain_folder: Path, bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, object]]:
    """A warehouse with both files, loaded by the command line, and what it said of each."""
    target = tmp_path_factory.mktemp("terrain") / "warehouse"
    warehouse = copy_warehouse(bare_warehouse, target)
    said = {}
    for name, profile in FILES.items():
        path = terrain_folder / name
        done = run_cop(
            "ingest", "terrain", path, "--profile", profile, "--data", warehouse, "--json"
        )
        assert done.returncode == 0, done.stderr
        said[name] = json.loads(done.stdout)
    return warehouse, said


@pytest.fixture(scope="module")
def client(loaded: tuple[Path, dict[str, object]]) -> Iterator[TestClient]:
    yield from serve(loaded[0])


def serve(warehouse: Path) -> Iterator[TestClient]:
    service = QueryService(Warehouse(StoreSettings(data=warehouse)), tile_cache_mb=64)
    with TestClient(gated(build_routes(make_context(service))), base_url=BASE) as client:
        yield client
    service.warehouse.close()


def fetch(client: TestClient, tile: Tile) -> tuple[Grey, Grey]:
    """The grey and the alpha of a tile."""
    answer = client.get(f"/tiles/hillshade/{tile.z}/{tile.x}/{tile.y}.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.mode, image.size) == ("LA", (SIDE, SIDE))
        pixels = np.asarray(image).astype(np.int64)
    return pixels[..., 0], pixels[..., 1]


def shade_by_gdal(source: Path, tile: Tile, folder: Path, resampling: str = "cubic") -> Grey:
    """The same window by gdalwarp and gdaldem, with a margin so that its edges are whole."""
    for program in ("gdalwarp", "gdaldem"):
        assert shutil.which(program), f"{program} is missing: install Debian's gdal-bin"
    west, south, east, north = tile.mercator_bounds()
    pixel = (east - west) / SIDE
    rim = MARGIN * pixel
    bounds = [west - rim, south - rim, east + rim, north + rim]
    size = [str(SIDE + 2 * MARGIN)] * 2
    warped, shaded = folder / "warped.tif", folder / "shaded.tif"
    subprocess.run(
        ["gdalwarp", "-q", "-overwrite", "-t_srs", "EPSG:3857", "-te", *map(str, bounds),
         "-ts", *size, "-r", resampling, "-ot", "Float32", source, warped],
        check=True,
    )  # fmt: skip
    middle = math.atan(math.sinh((south + north) / 2 / 6_378_137))
    subprocess.run(
        ["gdaldem", "hillshade", "-q", warped, shaded, "-s", str(math.cos(middle)),
         "-az", "315", "-alt", "45"],
        check=True,
    )  # fmt: skip
    with rasterio.open(shaded) as raster:
        return np.asarray(raster.read(1)[MARGIN:-MARGIN, MARGIN:-MARGIN], dtype=np.int64)


def test_shown_both_terrain_files_load_and_hold_their_heights(
    terrain_folder: Path, loaded: tuple[Path, dict[str, object]]
) -> None:
    warehouse, said = loaded
    table = read_published(warehouse, "terrain")
    assert len(table) == len(FILES)
    for name in FILES:
        report = said[name]
        assert isinstance(report, dict)
        counts = [report[k] for k in ("accepted", "rejected", "duplicate", "superseded")]
        assert counts == [1, 0, 0, 0]
        with rasterio.open(terrain_folder / name) as source:
            held, grid = source.read(1), source.transform
        (row,) = table[table["width"] == held.shape[1]].to_dict("records")
        with rasterio.open(warehouse / row["path"]) as cog:
            values = cog.read(1)
            assert cog.nodata == NODATA
            assert cog.transform.almost_equals(grid)
        assert (values == held).all()
        known = held[held != NODATA].astype(np.int64)
        assert (row["min_m"], row["max_m"]) == (known.min(), known.max())
        assert values[values != NODATA].mean() == known.mean()
        sys.stderr.write(
            f"{name}: {known.size} heights {known.min()}..{known.max()} m, mean "
            f"{known.mean():.3f}, nodata {held.size - known.size}: all equal\n"
        )


def test_shown_loading_both_again_adds_nothing(
    terrain_folder: Path, loaded: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    warehouse = Path(shutil.copytree(loaded[0], tmp_path / "again"))
    for name, profile in FILES.items():
        done = run_cop(
            "ingest", "terrain", terrain_folder / name, "--profile", profile,
            "--data", warehouse, "--json",
        )  # fmt: skip
        report = json.loads(done.stdout)
        assert (report["accepted"], report["duplicate"]) == (0, 1)
    assert len(list((warehouse / "rasters").iterdir())) == len(FILES)


def test_the_raw_cell_agrees_with_the_mosaic(terrain_folder: Path) -> None:
    """The mosaic lies half a pixel north and west: each post is the south-east corner of one."""
    mosaic_name, cell_name = FILES
    with (
        rasterio.open(terrain_folder / mosaic_name) as mosaic,
        rasterio.open(terrain_folder / cell_name) as cell,
    ):
        posts = cell.read(1)
        west, north = cell.transform @ (0.5, 0.5)
        half = mosaic.transform.a / 2
        row, column = mosaic.index(west - half, north + half)
        window = rasterio.windows.Window(column, row, *posts.shape[::-1])
        assert (mosaic.read(1, window=window) == posts).all()
        assert mosaic.xy(row, column) == pytest.approx((west - half, north + half))


def test_shown_hillshade_matches_gdaldem(
    client: TestClient, terrain_folder: Path, tmp_path: Path
) -> None:
    source = terrain_folder / next(iter(FILES))
    for tile in REAL_TILES:
        grey, alpha = fetch(client, tile)
        expected = shade_by_gdal(source, tile, tmp_path)
        both = (expected > 0) & (alpha == 255)
        assert (alpha[expected > 0] == 255).mean() > 0.999
        assert ((alpha == 255) & (expected == 0)).mean() < 0.01
        difference = np.abs(grey - expected)[both]
        spread = expected[both].std()
        sys.stderr.write(
            f"{tile.z}/{tile.x}/{tile.y}: mean difference {difference.mean():.3f}, most "
            f"{difference.max()} of grey levels that vary by {spread:.1f}; {both.mean():.0%} seen\n"
        )
        assert difference.mean() < MOST_GREY_LEVELS
        assert spread > MOST_GREY_LEVELS, "flat ground would match anything"


def test_another_resampling_is_within_the_same_bounds(
    client: TestClient, terrain_folder: Path, tmp_path: Path
) -> None:
    source = terrain_folder / next(iter(FILES))
    for tile in REAL_TILES[2:5]:
        grey, alpha = fetch(client, tile)
        expected = shade_by_gdal(source, tile, tmp_path, "bilinear")
        both = (expected > 0) & (alpha == 255)
        assert np.abs(grey - expected)[both].mean() < MOST_GREY_LEVELS


def test_where_no_terrain_is_there_is_no_tile(client: TestClient) -> None:
    for tile in ("8/0/0", "8/200/100", "12/810/1650"):
        assert client.get(f"/tiles/hillshade/{tile}.png").status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/hillshade/8/52/104.mvt", 404),
        ("/tiles/hillshade/8/52/104.jpeg", 404),
        ("/tiles/hillshade/8/52/104.tif", 404),
        ("/tiles/hillshade/8/52/104", 404),
        ("/tiles/hillshade/17/0/0.png", 400),
        ("/tiles/hillshade/8/256/0.png", 400),
        ("/tiles/hillshade/8/-1/0.png", 400),
        ("/tiles/hillshade/8/52/104.png?url=file:///etc/passwd", 400),
        ("/tiles/hillshade/8/52/104.png?sector=XXX", 400),
        ("/tiles/segments/8/52/104.png", 404),
        ("/tiles/basemap/0/0/0.png", 404),
    ],
)
def test_strange_addresses_are_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_only_reading_is_open(client: TestClient) -> None:
    path = "/tiles/hillshade/8/52/104.png"
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, path).status_code == 405
    assert client.head(path).status_code == 200


def test_a_relief_tile_is_private_and_named(
    client: TestClient, loaded: tuple[Path, dict[str, object]]
) -> None:
    path = "/tiles/hillshade/8/52/104.png"
    first = client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    versioned = f"{path}?v={version_of(loaded[0], 'hillshade')}"
    assert client.get(versioned).headers["cache-control"].startswith("private, max-age=")
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    filtered = client.get(f"{path}?sector=TCA&from=2020-01-01")
    assert filtered.headers["etag"] == first.headers["etag"], "no filter changes the ground"
    document = client.get("/tiles/hillshade.json").json()
    assert document["tiles"] == [f"{BASE}/tiles/hillshade/{{z}}/{{x}}/{{y}}.png"]
    assert "vector_layers" not in document


def test_neighbouring_tiles_meet_without_a_seam(client: TestClient) -> None:
    left, right = (fetch(client, Tile(9, x, 207))[0] for x in (98, 99))
    upper, lower = (fetch(client, Tile(9, 98, y))[0] for y in (207, 208))
    inside = np.abs(np.diff(left, axis=1)).mean()
    for steps in (right[:, 0] - left[:, -1], lower[0] - upper[-1]):
        assert np.abs(steps).mean() < 1.5 * inside + 0.5


def test_a_plane_is_shaded_by_its_slope_and_the_light() -> None:
    """A slope of 45 degrees towards the light gives all of it, level ground its sine, away none."""
    y, x = np.mgrid[0:6, 0:6].astype(float)
    known = np.ones((6, 6), dtype=bool)
    ascent = (x + y) / math.sqrt(2)
    for surface, grey in ((ascent, 255), (0 * x, 181), (-ascent, 1)):
        shade = build_hillshade(surface, known, cell_m=1)
        assert shade.shape == (4, 4)
        assert np.unique(shade).tolist() == [grey]


def test_an_unknown_neighbour_counts_as_level() -> None:
    flat = np.full((5, 5), 100.0)
    known = np.ones((5, 5), dtype=bool)
    known[0, 0] = False
    flat[0, 0] = -32_767
    assert np.unique(build_hillshade(flat, known, cell_m=30)).tolist() == [181]


@pytest.fixture
def two_rasters(own_warehouse: Path, tmp_path: Path) -> Path:
    """A flat coarse raster, and within it a finer one with a summit and a corner of nodata."""
    settings, profile = StoreSettings(data=own_warehouse), read_profile("dted_geotiff")
    wide = from_origin(-112, 33, 1 / 60, 1 / 60)
    coarse = write_tiff(tmp_path / "c.tif", np.full((160, 180), 200, np.int16), transform=wide)
    fine = write_tiff(tmp_path / "f.tif", heights())
    for path in (fine, coarse):
        ingest_terrain(settings, path, profile)
    return own_warehouse


def test_the_finest_raster_is_on_top_and_the_others_fill_its_holes(two_rasters: Path) -> None:
    for client in serve(two_rasters):
        grey, alpha = fetch(client, Tile(8, 49, 104))
        assert (alpha == 255).mean() > 0.95, "the coarse raster reaches further"
        assert grey.std() > 1, "the summit of the finer one is seen"


def test_a_raster_that_is_gone_is_told(two_rasters: Path) -> None:
    for client in serve(two_rasters):
        for path in (two_rasters / "rasters").iterdir():
            path.unlink()
        answer = client.get("/tiles/hillshade/8/49/104.png")
        assert answer.status_code == 503
        assert "cannot be read" in answer.json()["error"]
