"""What lies under the picture: the user's own basemap, and the relief of loaded heights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.sink.terrain import ingest_terrain
from cop.settings import StoreSettings
from layers.background import LAND
from layers.basemap import LAND as BASEMAP_LAND
from layers.basemap import WATER
from tests.browser.conftest import Visit
from tests.browser.test_picture import canvas, painted, tiles
from tests.support.basemap import write_raster, write_vector
from tests.support.command import serving
from tests.support.raster import heights, write_tiff
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.sources, pytest.mark.browser]

Begin = Callable[..., Visit]
GREEN = (40, 120, 80)
HTML = '<b onclick="x()">Maps of ours</b><img src="https://away.example/x.png">'


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_shown_a_vector_basemap_is_the_background(
    bare_warehouse: Path, visit: Begin, tmp_path: Path, dark: bool
) -> None:
    path = write_vector(tmp_path / "user.pmtiles", attribution=HTML)
    with serving(bare_warehouse, tmp_path / "log.txt", "--basemap", path) as base:
        seen = visit(dark=dark).open(f"{base}/?map=31,-100,3.2")
        asked = tiles(seen)
        assert any("/tiles/basemap/" in name for name in asked)
        assert not any("/tiles/background/" in name for name in asked)
        credit = seen.page.locator(".copmap .attribution")
        assert "Maps of ours" in credit.inner_text()
        assert credit.locator("img, b").count() == 0
        assert seen.away == []
        assert seen.faults == []
        pixels = canvas(seen)
        theme = "dark" if dark else "light"
        for paint in (BASEMAP_LAND, WATER):
            share = painted(pixels, paint.rgba(theme), within=3) / pixels[..., 0].size
            assert share > 0.25, f"{paint} covers {share:.0%}: half the world is land"


def test_shown_a_raster_basemap_is_the_background(
    bare_warehouse: Path, visit: Begin, tmp_path: Path
) -> None:
    path = write_raster(tmp_path / "user.pmtiles", GREEN, kind="webp")
    with serving(bare_warehouse, tmp_path / "log.txt", "--basemap", path) as base:
        seen = visit().open(f"{base}/?map=31,-100,3.6")
        pixels = canvas(seen)
        assert painted(pixels, GREEN, within=6) > pixels[..., 0].size * 0.55
        assert seen.faults == []


def test_shown_the_relief_darkens_and_lightens_the_land(
    bare_warehouse: Path, visit: Begin, tmp_path: Path
) -> None:
    warehouse = copy_warehouse(bare_warehouse, tmp_path / "warehouse")
    file = write_tiff(tmp_path / "summit.tif", heights())
    ingest_terrain(StoreSettings(data=warehouse), file, read_profile("dted_geotiff"))
    with serving(warehouse, tmp_path / "log.txt") as base:
        address = f"{base}/?map=31.87,-110.83,9.5&layers=background,hillshade"
        seen = visit().open(address)
        assert any("/tiles/hillshade/" in name for name in tiles(seen))
        pixels = canvas(seen).mean(axis=2)
        land = np.mean(LAND.rgba("dark")[:3])
        assert (pixels > land + 15).sum() > 500, "slopes in the light"
        assert (pixels < land - 5).sum() > 500, "slopes in the shade"
        assert seen.faults == []
        assert seen.away == []
