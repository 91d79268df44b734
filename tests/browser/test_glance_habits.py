"""What a hand expects of a map: the wheel, a measure, switches in the legend, a grid, a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pyproj import Geod

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.glance, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
PARTS = (".panel", ".search", ".board", ".buttons", ".foot .scale")
DRAWN = """(() => {
  const {width, height} = __copMap.owner.viewport();
  const found = __copMap.owner.deck.pickObjects({x: 0, y: 0, width, height, layerIds: ['events']});
  return [...new Set(found.map(({object}) => object.properties.kind))];
})()"""
WIDTHS = """(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(
  document.querySelector('[data-testid=stMain]'))"""
# The hint goes after a moment, which a busy machine may miss.
HEAR_HINT = """((node) => new MutationObserver(() => {
  if (!node.hidden) window.__hint = node.textContent;
}).observe(node, {attributes: true}))(__copMap.owner.wheel.node)"""
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture(scope="module")
def desk(browser: Browser, server: str) -> Iterator[Visit]:
    """One tab with the Picture, which the tests share in their order."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    yield Visit(context.new_page()).open(f"{server}/?records=synthetic")
    context.close()


def over_the_map(seen: Visit) -> tuple[float, float]:
    """Where the pointer is over nothing but the map."""
    box = seen.page.locator(".copmap .stage").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7


def test_shown_the_map_has_the_habits_of_a_map(desk: Visit) -> None:
    check_wheel(desk)
    check_click(desk)
    check_measure(desk)
    check_legend(desk)
    check_grid(desk)
    assert desk.faults == []


def check_wheel(seen: Visit) -> None:
    """It scrolls the page until the map is clicked; Ctrl and the wheel always zoom."""
    page, home = seen.page, seen.camera()
    before = home["zoom"]
    seen.ask(HEAR_HINT)
    page.mouse.move(*over_the_map(seen))
    page.mouse.wheel(0, 120)
    wait(lambda: seen.ask(SCROLLED) > 0, "the page to scroll")
    wait(lambda: "hold Ctrl" in (seen.ask("window.__hint") or ""), "the hint")
    assert seen.camera()["zoom"] == before
    page.mouse.wheel(0, -600)
    wait(lambda: seen.ask(SCROLLED) == 0, "the page to be at its top")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    wait(lambda: seen.camera()["zoom"] > before + 0.2, "Ctrl to zoom in")
    page.mouse.click(*over_the_map(seen))
    nearer = seen.camera()["zoom"]
    page.mouse.wheel(0, 200)
    wait(lambda: seen.camera()["zoom"] < nearer - 0.2, "the wheel to zoom out")
    assert seen.ask(SCROLLED) == 0
    page.keyboard.press("Escape")
    page.mouse.wheel(0, 120)
    wait(lambda: seen.ask(SCROLLED) > 0, "the page to scroll after Escape")
    page.mouse.wheel(0, -600)
    wait(lambda: seen.ask(SCROLLED) == 0, "the page to be at its top")
    # How far a wheel zooms depends on how fast its turns come in.
    seen.page.evaluate("(home) => __copMap.owner.look(home)", home)
    wait(lambda: seen.camera()["zoom"] == before, "the camera to be back")


def check_click(seen: Visit) -> None:
    """A click beside every feature tells what is there and marks it; the next one closes that."""
    page, card = seen.page, seen.page.locator(".copmap .card")
    lon, lat = -109.6, 32.3
    at = seen.ask(f"__copMap.project({lon}, {lat})")
    page.mouse.click(*at)
    wait(lambda: "Nearest segment" in card.inner_text(), "what is at the position")
    told = card.inner_text()
    assert "TCA Tucson" in told
    assert "Cochise, AZ" in told
    assert re.search(r"TCA-\d{4}, \d+\.\d km", told)
    mark = page.locator(".copmap .marker")
    assert mark.inner_text() in told, "the mark has the position in MGRS, as the card does"
    # Elsewhere, as a second click at one place may be a double click, which zooms.
    page.mouse.click(at[0], at[1] + 60)
    assert not card.is_visible()
    assert not mark.is_visible()


def check_measure(seen: Visit) -> None:
    """Its button, points by pointer or keyboard, their geodesic, the area they close; Escape."""
    page, words = seen.page, seen.page.locator(".measure dl")
    places = ((-107.0, 27.0), (-103.0, 26.0), (-105.0, 25.0))
    seen.ask("__copMap.owner.look({lon: -107, lat: 29, zoom: 4.5})")
    wait(lambda: seen.camera()["zoom"] == 4.5, "the camera")
    seen.settle()
    page.get_by_role("button", name="Measure").click()
    for lon, lat in places:
        page.mouse.click(*seen.ask(f"__copMap.project({lon}, {lat})"))
    lons, lats = zip(*places, strict=True)
    known = Geod(ellps="WGS84").line_length(lons, lats) / 1000
    wait(lambda: read_number(words.inner_text(), "km") == pytest.approx(known, rel=0.01), "km")
    page.get_by_role("button", name="Close area").click()
    area, around = Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)
    square = pytest.approx(abs(area) / 1e6, rel=0.02)
    wait(lambda: read_number(words.inner_text(), "km²") == square, "the area")
    assert read_number(words.inner_text(), "km") == pytest.approx(around / 1000, rel=0.01)
    page.keyboard.press("Escape")
    assert not words.is_visible()
    page.get_by_role("button", name="Measure").press("Enter")
    for key in ("Space", *["ArrowRight"] * 3, "Space", "Enter"):
        page.keyboard.press(key)
    said = page.locator(".measure .said")
    wait(lambda: "2 points. Distance" in said.inner_text(), "the points to be told")
    page.keyboard.press("Escape")
    assert not words.is_visible()


def check_legend(seen: Visit) -> None:
    """An entry of the legend hides and shows its class, by keyboard too, and the map says so."""
    page, chip = seen.page, seen.page.locator(".hidden-classes")
    seen.ask("__copMap.owner.look({lon: -106.4, lat: 31.75, zoom: 9})")
    seen.settle()
    kinds = set(seen.ask(DRAWN))
    assert {"apprehension", "got-away"} < kinds
    entry = page.locator("[data-layer=events] .class", has_text="Apprehension")
    assert entry.get_attribute("aria-pressed") == "true"
    entry.focus()
    entry.press("Space")
    assert entry.get_attribute("aria-pressed") == "false"
    assert "1 class hidden" in page.locator("[data-layer=events] .hidden-note").inner_text()
    assert "1 class hidden on this map only: Apprehension" in chip.inner_text()
    wait(lambda: set(seen.ask(DRAWN)) == kinds - {"apprehension"}, "the class to go, alone")
    page.get_by_role("button", name="Layers", exact=False).first.click()
    assert chip.is_visible(), "also where the legend is folded"
    chip.get_by_role("button", name="Show all").click()
    wait(lambda: set(seen.ask(DRAWN)) == kinds, "every class")
    assert not chip.is_visible()
    page.get_by_role("button", name="Layers", exact=False).first.click()


def check_grid(seen: Visit) -> None:
    """Its button draws the lines of MGRS, each step where there is room, and stays on."""
    page, lines = seen.page, seen.page.locator(".mgrs-grid polyline")
    assert lines.count() == 0
    page.get_by_role("button", name="MGRS grid").click()
    squares = page.locator(".mgrs-grid .square")
    wait(lambda: {"CR", "DR"} <= set(squares.all_text_contents()), "El Paso, in 13R")
    near = lines.count()
    assert near > 10
    seen.ask("__copMap.owner.look({lon: -106.4, lat: 31.75, zoom: 4.5})")
    wait(lambda: lines.count() < near, "zones alone")
    assert "13R" in squares.all_text_contents()
    page.get_by_role("button", name="MGRS grid").click()
    wait(lambda: lines.count() == 0, "the grid to go")


def read_number(words: str, unit: str) -> float | None:
    """The number before a unit in what a box says."""
    found = re.search(rf"([\d,.]+) {unit}(?!\S)", words)
    return None if found is None else float(found.group(1).replace(",", ""))


def test_shown_a_phone_is_enough_to_read(desk: Visit, server: str) -> None:
    page = desk.page
    page.set_viewport_size(PHONE)
    desk.open(f"{server}/?records=synthetic")
    assert_fits(desk)
    assert page.locator(".panel.folded").count() == 1
    boxes = [page.locator(css).bounding_box() for css in PARTS]
    edges = [(b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]) for b in boxes if b]
    assert len(edges) == len(PARTS)
    for i, (left, top, right, bottom) in enumerate(edges):
        for x, y, x2, y2 in edges[i + 1 :]:
            assert x >= right or x2 <= left or y >= bottom or y2 <= top, "nothing is covered"
    desk.look(f"{server}/Sectors?records=synthetic")
    assert_fits(desk)
    heights = desk.ask("[...document.querySelectorAll('.cop-grid b')].map((b) => b.offsetHeight)")
    assert len(heights) >= 10
    assert max(heights) < 30, "a code or a figure takes one line"
    assert page.locator(".st-key-wide-sector-bins [data-testid=stVegaLiteChart]").is_hidden()
    desk.look(f"{server}/Alerts?records=synthetic")
    assert_fits(desk)
    assert desk.faults == []


def assert_fits(seen: Visit) -> None:
    """Nothing is wider than the screen, and the scope is on it."""
    scrolled, room = seen.ask(WIDTHS)
    assert scrolled == room == PHONE["width"]
    box = seen.page.locator(".cop-scope").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] + box["height"] < PHONE["height"] / 2
