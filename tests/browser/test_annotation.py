"""Annotations in Chromium: one draws, all see it at once; an area narrows the picture."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest

from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.annotation import Annotations
from cop.store.warehouse import Warehouse
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.drawing import drawing
from tests.support.published import passing, read_published

pytestmark = [pytest.mark.table, pytest.mark.browser]

LINK = "?records=synthetic&map=31.5,-110.5,8"
CORNERS = [(-110.9, 31.7), (-110.4, 31.7), (-110.4, 31.3), (-110.9, 31.3)]
BORDER_ZOOM = 6
HOSTILE = "@@=alert(1) <b>Falcon</b>"


@pytest.fixture
def base(own_demo: Path, tmp_path: Path) -> Iterator[str]:
    with serving(own_demo, tmp_path / "log.txt") as base:
        yield base


def shown(seen: Visit) -> list[dict[str, Any]]:
    return list(seen.ask("window.__copMap?.annotations() ?? []"))


def titles(seen: Visit) -> list[str]:
    return [feature["properties"]["title"] for feature in shown(seen)]


def click(seen: Visit, lon: float, lat: float) -> None:
    x, y = seen.ask(f"__copMap.project({lon}, {lat})")
    seen.page.mouse.click(x, y)


def draw(seen: Visit, shape: str, places: Sequence[tuple[float, float]], title: str) -> None:
    """Draw a shape by hand up to its form, which is left open."""
    tools = seen.page.locator(".tools")
    if not tools.is_visible():
        seen.page.locator(".board").get_by_role("button", name="Draw").click()
    tools.get_by_role("button", name=shape, exact=True).click()
    for lon, lat in places:
        click(seen, lon, lat)
    if len(places) > 1:
        seen.page.keyboard.press("Enter")
    tools.get_by_label("Title").fill(title)


def put(seen: Visit) -> None:
    seen.page.get_by_role("button", name="Add to map").click()


def test_shown_annotations_appear_for_all(
    base: str, own_demo: Path, visit: Callable[..., Visit]
) -> None:
    drawer, other = (visit().open(f"{base}/{LINK}") for _ in range(2))
    wall = visit(size=(1920, 1080)).open(f"{base}/Wall{LINK}")
    camera = drawer.camera()
    draw(drawer, "Area", CORNERS, HOSTILE)
    put(drawer)
    for seen in (drawer, other, wall):
        wait(lambda seen=seen: titles(seen) == [HOSTILE], "the area on every map")
    assert drawer.camera() == camera
    draw(drawer, "Point", [(-110.2, 31.2)], "Water")
    drawer.page.get_by_label("Marking").select_option("TLP:AMBER")
    put(drawer)
    for seen in (drawer, other, wall):
        wait(lambda seen=seen: len(titles(seen)) == 2, "the point on every map")
        marks = seen.page.locator(".cop-strip, .copkiosk .marks").first
        wait(lambda marks=marks: "TLP:AMBER" in marks.inner_text(), "its marking")
    use_as_filter(other, own_demo)
    erase(other, "Water", (-110.2, 31.2))
    for seen in (drawer, other, wall):
        wait(lambda seen=seen: titles(seen) == [HOSTILE], "the point to go")
    wait(
        lambda: "TLP:CLEAR" in drawer.page.locator(".cop-strip").first.inner_text(),
        "the marking to go back",
    )
    assert [seen.faults for seen in (drawer, other, wall)] == [[], [], []]


def use_as_filter(seen: Visit, data: Path) -> None:
    """The figures of the page are then those that geopandas counts inside of the area."""
    seen.settle()
    click(seen, -110.65, 31.62)
    seen.page.get_by_role("button", name="Use as filter").click()
    wait(lambda: "area=" in seen.address(), "the area in the address")
    seen.settle()
    pairs = [(k, v) for k, vs in parse_qs(urlsplit(seen.address()).query).items() for v in vs]
    wanted = Picture.from_pairs(pairs).filter
    events: gpd.GeoDataFrame = read_published(data)
    expected = len(passing(events, wanted, synthetic=True))
    assert 0 < expected < len(events)
    figure = seen.page.locator('[data-testid="stMetricValue"]').first
    wait(lambda: figure.inner_text() == f"{expected:,}", "the figure of the area")
    warehouse = Warehouse(StoreSettings(data=data))
    service = QueryService(warehouse, tile_cache_mb=1)
    assert (
        read_headline(service, service.view(Picture.from_pairs(pairs).filter))[0].amount == expected
    )
    warehouse.close()
    chip = seen.page.get_by_role("button", name=f"Area: {HOSTILE}")
    wait(chip.is_visible, "the chip with the area's title as text")
    chip.click()
    wait(lambda: "area=" not in seen.address(), "the area to be cleared")
    wait(lambda: seen.camera()["zoom"] < BORDER_ZOOM, "the map to show the whole border")


def erase(seen: Visit, title: str, at: tuple[float, float]) -> None:
    seen.settle()
    click(seen, *at)
    card = seen.page.locator(".copmap .card")
    wait(lambda: title in card.inner_text(), "the card")
    card.get_by_role("button", name="Erase", exact=True).click()
    assert title in titles(seen)
    card.get_by_role("button", name="Erase for everyone").click()


def test_an_annotation_leaves_the_map_at_its_time(
    base: str, own_demo: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit().open(f"{base}/{LINK}")
    began = utc_now() - timedelta(hours=6) + timedelta(seconds=30)
    with closing(Annotations(StoreSettings(data=own_demo), now=lambda: began)) as annotations:
        annotations.draw(drawing(lasts_h=6), author="Avery")
    wait(lambda: titles(seen) == ["Falcon"], "the annotation")
    wait(lambda: titles(seen) == [], "its end")
    assert seen.faults == []


def test_drawing_does_not_step_out_of_the_board(base: str, visit: Callable[..., Visit]) -> None:
    presenter, follower = (visit().open(base + path) for path in (f"/{LINK}", "/"))
    presenter.page.locator(".board").get_by_role("button", name="Present", exact=True).click()
    follows = "!!__copMap.board()?.following"
    wait(lambda: follower.ask(follows), "the follower")
    follower.settle()
    wait(lambda: abs(follower.camera()["lon"] + 110.5) < 0.001, "the presenter's camera")
    draw(follower, "Line", [(-110.3, 31.2), (-110.1, 31.1), (-109.9, 31.2)], "Route")
    put(follower)
    wait(lambda: titles(presenter) == ["Route"], "the line on the presenter's map")
    assert follower.ask(follows)
    follower.page.locator(".tools").get_by_role("button", name="Text", exact=True).click()
    follower.page.keyboard.press("Escape")
    assert follower.ask(follows)
    assert not follower.page.get_by_label("Drawing on the map").is_visible()
