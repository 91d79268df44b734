"""The picture as a viewer meets it: painted, shared by its address, steady, small, offline."""

import io
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cop.ingest.demo.publish import publish_demo
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.ui.app import HOME
from layers.background import LAYER as BACKGROUND
from layers.event import KINDS
from layers.segment import EVENTS as SEGMENT_RAMP
from tests.browser.conftest import Served, Visit, wait
from tests.support.command import CHECKOUT, serving
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.picture, pytest.mark.browser]

Begin = Callable[..., Visit]
PAGES = sorted(
    "/" if path.stem == HOME else f"/{path.stem}" for path in (CHECKOUT / "pages").glob("[!_]*.py")
)
MAPPED = ("/", "/Wall")
MOST_DECK_BYTES = 64_000


def canvas(visit: Visit) -> npt.NDArray[np.int16]:
    """The pixels of the map without the words over it."""
    visit.ask("document.querySelectorAll('.copmap > :not(.stage)').forEach(n => n.remove())")
    shot = visit.page.locator(".copmap").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=np.int16)


def painted(pixels: npt.NDArray[np.int16], rgb: tuple[int, ...], *, within: int = 10) -> int:
    """How many pixels are close to a color."""
    near = np.abs(pixels - np.array(rgb[:3], dtype=np.int16)).max(axis=2) <= within
    return int(near.sum())


def shown_zoom(visit: Visit) -> float:
    """The zoom that the address holds."""
    held = parse_qs(urlparse(visit.address()).query).get("map", ["0,0,0"])[0]
    return float(held.split(",")[2])


def drag(visit: Visit) -> None:
    """Drag the map."""
    visit.page.locator(".copmap").hover(position={"x": 700, "y": 200})
    visit.page.mouse.down()
    visit.page.mouse.move(900, 420, steps=6)
    visit.page.mouse.up()


def headline(visit: Visit) -> list[str]:
    return [node.inner_text() for node in visit.page.get_by_test_id("stMetric").all()]


def quarter_hour() -> datetime:
    now = utc_now()
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def tiles(visit: Visit) -> list[str]:
    """The tile addresses asked for until now; asking the page lets Playwright tell of them."""
    visit.ask("0")
    return sorted({urlparse(url)._replace(netloc="").geturl() for url in visit.tiles})


@pytest.mark.parametrize("page", MAPPED)
def test_shown_no_map_of_any_region_asks_another_host(
    served: Served, visit: Begin, page: str
) -> None:
    look_whole(visit(), served.base, page)


def look_whole(seen: Visit, base: str, page: str, query: str = "") -> None:
    """Open a page until it is whole: nothing failed, and all came from the server."""
    before = seen.answered
    (seen.open if page in MAPPED else seen.look)(base + page + query)
    assert seen.page.get_by_test_id("stException").count() == 0, page
    assert seen.away == [], page
    assert seen.faults == [], page
    assert seen.answered > before, page


def test_shown_the_picture_paints(served: Served, visit: Begin) -> None:
    seen = visit(size=(1920, 1080)).open(f"{served.base}/?records=synthetic")
    fill = {c.value: c.paint.rgba("dark") for c in BACKGROUND.style.fill.classes}  # type: ignore[union-attr]
    pixels = canvas(seen)
    total = pixels.shape[0] * pixels.shape[1]
    assert painted(pixels, fill["land"]) > total // 5
    line = sum(painted(pixels, paint.rgba("dark")) for paint in SEGMENT_RAMP.paints)
    assert line > 1_000
    kinds = {c.value: c.paint.rgba("dark") for c in KINDS.classes}
    assert painted(pixels, kinds["apprehension"], within=30) > 30


def test_the_table_is_made_when_it_is_opened(server: str, visit: Begin) -> None:
    seen = visit().open(f"{server}/?records=synthetic")
    table, file = (seen.page.get_by_test_id(name) for name in ("stDataFrame", "stDownloadButton"))
    assert (table.count(), file.count()) == (0, 0)
    seen.page.get_by_test_id("stExpander").locator("summary").click()
    wait(lambda: table.count() == 1 and file.count() == 1, "the table and its file")
    assert seen.faults == []


def test_shown_one_address_is_one_picture(served: Served, visit: Begin) -> None:
    region = served.region
    first, middle = region.sectors[0].code, region.sectors[len(region.sectors) // 2].code
    end = utc_now().replace(day=1)
    start = end - timedelta(days=170)
    address = (
        f"{served.base}/?records=synthetic&sector={first}&sector={middle}&kind=apprehension"
        f"&window=30+d&map={region.camera.lat:.5f},{region.camera.lon:.5f},7.50&measure=coverage"
        f"&from={start:%Y-%m-%d}&to={end:%Y-%m-%d}"
    )
    began = quarter_hour()
    one, other = visit().open(address), visit().open(address)
    if quarter_hour() != began:
        # What reaches to now has moved on between the two.
        one, other = visit().open(address), visit().open(address)
    assert headline(one) == headline(other)
    assert tiles(one) == tiles(other)
    assert any(f"sector={middle}" in name and "kind=apprehension" in name for name in tiles(one))
    assert one.camera() == other.camera()
    assert one.camera()["zoom"] == pytest.approx(7.5, abs=0.01)
    assert one.ask("__copMap.layers()") == other.ask("__copMap.layers()")


def test_shown_a_filter_change_keeps_the_camera(served: Served, visit: Begin) -> None:
    seen = visit().open(f"{served.base}/?records=synthetic")
    drag(seen)
    seen.page.mouse.wheel(0, -400)
    seen.settle()
    wait(lambda: shown_zoom(seen) == round(seen.camera()["zoom"], 2), "the camera in the address")
    before, asked = seen.camera(), set(tiles(seen))
    figures = headline(seen)
    seen.page.locator(".st-key-filter-bar").get_by_text("7 d", exact=True).click()
    wait(lambda: "window=7" in seen.address(), "the filter to reach the address")
    wait(lambda: headline(seen) != figures, "the figures to follow")
    wait(lambda: set(tiles(seen)) - asked, "new tiles")
    seen.settle()
    assert seen.camera() == before


def test_what_a_page_reports_late_does_not_undo_a_filter(server: str, visit: Begin) -> None:
    seen = visit().open(f"{server}/?records=synthetic&sector=TCA")
    one_sector, before = headline(seen), seen.address()
    bar = seen.page.locator(".st-key-filter-bar")
    bar.get_by_role("button", name="Reset filters").click()
    wait(lambda: "sector" not in seen.address(), "the filter to leave the address")
    wait(lambda: headline(seen) != one_sector, "the figures to follow")
    seen.rest()
    # So a browser says it that has not heard of the reset yet.
    seen.ask(f"history.replaceState({{}}, '', {before!r})")
    drag(seen)
    wait(lambda: "sector" not in seen.address(), "the reset to hold against a moved map")
    seen.ask(f"history.replaceState({{}}, '', {before!r})")
    bar.get_by_text("7 d", exact=True).click()
    wait(lambda: "window=7" in seen.address(), "the filter to reach the address")
    assert "sector" not in seen.address()
    seen.rest()
    bar.get_by_text("30 d", exact=True).click()
    wait(lambda: "window=30" in seen.address(), "the filter to reach the address")
    assert "sector" not in seen.address()
    every_sector = headline(visit().open(seen.address()))
    wait(lambda: headline(seen) == every_sector, "the figures of every sector")
    seen.ask("history.back()")
    wait(lambda: "window=7" in seen.address(), "the step back")
    wait(lambda: headline(seen) != every_sector, "the figures to step back")


def test_shown_the_description_is_small_at_a_million_events(
    bare_warehouse: Path, visit: Begin, tmp_path: Path
) -> None:
    folder = copy_warehouse(bare_warehouse, tmp_path / "million")
    publish_demo(
        StoreSettings(data=folder),
        events=1_000_000,
        days=365,
        seed=3,
        end=utc_now(),
        progress=lambda _step, _rows: None,
    )
    with serving(folder, tmp_path / "log.txt") as base:
        seen = visit().open(base)
        assert headline(seen)[0].startswith("Events")
        described = [frame for frame in seen.frames if b"MVTLayer" in frame]
        assert described
        assert max(map(len, described)) < MOST_DECK_BYTES
        everything = seen.answered + sum(map(len, seen.frames))
        sys.stderr.write(
            f"description {max(map(len, described))}, first paint {everything} bytes\n"
        )


def test_a_wrong_address_is_told_and_the_program_goes_on(served: Served, visit: Begin) -> None:
    seen = visit()
    seen.page.goto(f"{served.base}/?sector=NOWHERE")
    words = "Not applied: sector NOWHERE, which this warehouse does not have"
    seen.page.get_by_text(words).wait_for()
    seen.settle()
    assert "NOWHERE" in seen.address()
    seen.page.get_by_role("button", name="Reset filters").click()
    wait(lambda: "NOWHERE" not in seen.address(), "the address without what is not there")
    seen.page.get_by_text(words).wait_for(state="detached")


def test_an_empty_window_says_so(served: Served, visit: Begin) -> None:
    seen = visit().open(f"{served.base}/?records=synthetic&from=1999-01-01&to=1999-02-01")
    seen.page.get_by_text("No source reports here in this window").first.wait_for()
    assert headline(seen)[0].split()[:2] == ["Events", "unknown"]
