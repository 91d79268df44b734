"""A raster on the Upload page in Chromium: read as the analyst says, drawn, asked, published."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import rasterio
from rasterio.warp import transform

from cop.ingest.layer.history import read_uploaded_layers
from cop.settings import StoreSettings
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.raster import heights, write_tiff

pytestmark = [pytest.mark.layers, pytest.mark.browser]

WEST, NORTH, PIXEL_M = -12_301_803.5, 3_694_834.2, 900.0
SUMMIT, CORNER = (15, 20), (1, 2)
METRES = rasterio.Affine(PIXEL_M, 0, WEST, 0, -PIXEL_M, NORTH)


def place_of(row: int, column: int) -> tuple[float, float]:
    """The longitude and latitude of the middle of a pixel."""
    x, y = WEST + (column + 0.5) * PIXEL_M, NORTH - (row + 0.5) * PIXEL_M
    (lon,), (lat,) = transform("EPSG:3857", "EPSG:4326", [x], [y])
    return lon, lat


def press(seen: Visit, words: str) -> None:
    button = seen.page.get_by_role("button", name=words, exact=True)
    wait(lambda: button.count() and button.is_enabled(), f"the button {words}")
    button.click()


def told_at(seen: Visit, pixel: tuple[int, int], words: str) -> None:
    """Rest the pointer on a pixel until the map tells some words there."""
    lon, lat = place_of(*pixel)
    box = seen.page.get_by_role("status", name="Value under the pointer")

    # What is asked for is dropped when the pointer moves: a slow machine needs a longer rest.
    rests = (400 * 2**n for n in count())

    def is_told() -> bool:
        x, y = seen.ask(f"__copMap.project({lon}, {lat})")
        seen.page.mouse.move(x + 3, y + 3)
        seen.page.mouse.move(x, y)
        seen.page.wait_for_timeout(next(rests))
        return box.is_visible() and words in box.inner_text()

    wait(is_told, f"{words!r} at the pointer")


def test_shown_a_raster_of_two_readings_is_chosen_drawn_and_tells_its_values(
    own_demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    file = write_tiff(tmp_path / "Heights.tif", transform=METRES, crs="EPSG:4326", units="m")
    with serving(own_demo, tmp_path / "log.txt") as base:
        seen = visit().look(f"{base}/Upload")
        seen.drop(file)
        page = seen.page
        wait(page.get_by_text("EPSG:4326, as the file says: not on the earth").count, "reading A")
        name = page.get_by_role("textbox", name="Your name")
        name.fill("Ana")
        name.press("Enter")
        wait(page.locator("img[src^='data:image/svg']").count, "the map of the readings")
        assert not read_uploaded_layers(StoreSettings(data=own_demo)), "nothing is chosen by itself"
        press(seen, "Read as EPSG:3857")
        press(seen, "Create draft")
        wait(page.get_by_text("50 x 40 pixels, values from").count, "the draft")
        seen.settle()
        page.locator(".copmap").scroll_into_view_if_needed()
        told_at(seen, SUMMIT, f"{heights()[SUMMIT]:,} m")
        told_at(seen, CORNER, "no data here")
        press(seen, "Publish")
        wait(page.get_by_text("Published. Unpublish").count, "the layer to be published")
        (layer,) = read_uploaded_layers(StoreSettings(data=own_demo)).values()
        assert (layer.state, layer.declared.title) == ("published", "Heights")
        assert layer.content.raster is not None
        assert (seen.faults, seen.away) == ([], [])
