"""The map in a real browser, under the content security policy, with tiles made up on the spot."""

import random
from urllib.parse import urlparse

import mgrs
import pytest
from playwright.sync_api import Route

from tests.ui.map.conftest import Map, border, distance, wait

pytestmark = [pytest.mark.picture, pytest.mark.browser]

LAND, OCEAN = (24, 34, 45), (10, 16, 23)
FAR = 40
LATE_MS = 3_000


def test_the_map_paints_land_line_events_and_squares(page: Map, address: str) -> None:
    page.open(address)
    assert distance(page.pixel(-108.0, 27.0), LAND) < FAR
    # Segment S-19 has 380 events: the brightest class of the ramp.
    assert distance(page.pixel(*border(-97.5)), (252, 244, 196)) < FAR
    # The first has none, the darkest.
    assert distance(page.pixel(*border(-116.6)), (42, 95, 147)) < FAR
    # A rescue is a green cross.
    assert distance(page.pixel(-110.0, border(-110.0)[1] + 0.6), (31, 191, 143)) < FAR
    square = page.pixel(-104.2, 33.3)
    assert square[1] > LAND[1] + 60
    assert page.problems == []


def test_a_style_sheet_that_comes_after_the_runtime_leaves_the_map_its_size(
    page: Map, address: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.page.route("**/map.css", hold)
    with page.page.expect_response("**/assets/deck/index.js"):
        page.page.goto(address)
    page.page.wait_for_timeout(LATE_MS)
    (sheet,) = held
    assert not page.ask("!!window.__copMap")
    sheet.continue_()
    page.idle()
    assert page.ask("__copMap.state().clientHeight") > 300
    assert distance(page.pixel(-108.0, 27.0), LAND) < FAR
    assert page.problems == []


def test_nothing_is_asked_of_another_host(page: Map, address: str) -> None:
    page.open(address)
    hosts = {urlparse(url).hostname for url in page.requests if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
    assert any(url.endswith("mvt-worker.js") for url in page.requests)


def test_a_filter_keeps_the_camera_and_refetches_only_what_it_changes(
    page: Map, address: str
) -> None:
    page.open(address)
    x, y = page.at(-107.0, 31.0)
    page.page.mouse.move(x, y)
    before = page.camera()
    page.page.keyboard.down("Control")
    page.page.mouse.wheel(0, -240)
    page.page.keyboard.up("Control")
    wait(lambda: page.camera()["zoom"] > before["zoom"] + 0.3, "the zoom")
    page.idle()
    moved = page.camera()
    page.requests.clear()
    page.choose("few")
    page.wait_for_url("events", "choice=few")
    assert page.camera() == moved
    asked = {url.split("/")[4] for url in page.requests if "/tiles/" in url}
    assert asked == {"events", "segments", "risk"}
    assert distance(page.pixel(*border(-107.5)), (42, 95, 147)) < FAR


def test_old_tiles_stay_until_the_new_ones_are_there(page: Map, address: str) -> None:
    page.open(address)
    held: list[Route] = []
    released: list[bool] = []
    page.page.route("**/*choice=few*", lambda r: r.continue_() if released else held.append(r))
    page.choose("few")
    wait(lambda: "few" in page.layer("segments")["url"] and held, "the new tiles to be asked for")
    page.page.wait_for_timeout(500)
    assert distance(page.pixel(*border(-97.5)), (252, 244, 196)) < FAR
    released.append(True)
    for route in held:
        route.continue_()
    page.idle()
    assert distance(page.pixel(*border(-97.5)), (42, 95, 147)) < FAR


def test_switch_opacity_order_and_measure_apply_at_once_and_are_told(
    page: Map, address: str
) -> None:
    page.open(address)
    page.switch("segments")
    page.switch("risk")
    page.idle()
    assert page.layer("segments")["visible"] is False
    assert distance(page.pixel(*border(-97.5)), (252, 244, 196)) > FAR
    page.switch("segments")
    page.page.locator("[data-layer=segments] button.fold").click()
    page.page.locator("[data-layer=segments] input[type=range]").fill("50")
    page.idle()
    assert page.layer("segments")["opacity"] == 0.5
    assert distance(page.pixel(*border(-97.5)), (252, 244, 196)) > FAR
    page.page.locator("[data-layer=segments] input[type=range]").fill("100")
    page.page.locator("[data-layer=segments]").get_by_role(
        "radio", name="Change", exact=True
    ).click()
    page.idle()
    # S-19 rose by 250%; S-18 had nothing before.
    assert distance(page.pixel(*border(-97.5)), (255, 196, 192)) < FAR
    red, green, blue = page.pixel(*border(-98.6))
    assert max(red, green, blue) - min(red, green, blue) < FAR, "unknown is grey"
    page.page.get_by_role("button", name="Move down: Border segments").click()
    page.idle()
    order = [layer["id"] for layer in page.ask("__copMap.layers()")]
    assert order.index("segments") < order.index("events")
    told = page.page.get_by_text("ORDER basemap background")
    wait(lambda: told.count() and "segments events" in told.inner_text(), "the order to be told")
    assert page.layer("segments")["measure"] == "change"
    assert page.problems == []


def test_a_click_opens_the_details_and_escape_closes_them(page: Map, address: str) -> None:
    page.open(address)
    page.page.mouse.click(*page.at(-110.0, border(-110.0)[1] + 0.6))
    card = page.page.locator(".card")
    wait(lambda: "241830Z NOV 26" in card.inner_text(), "the details of the event")
    text = card.inner_text()
    for words in ("Rescue", "SYNTHETIC", "3 people", "12R WA 00000 00000", "± 150 m", "TLP:GREEN"):
        assert words in text
    assert "<img src=x onerror=alert(1)>" in text
    assert card.locator("img").count() == 0
    wait(lambda: page.page.get_by_text("CLICK events").count(), "the click to be told")
    page.page.keyboard.press("Escape")
    wait(card.is_hidden, "the card to close")
    wait(lambda: page.page.get_by_text("CLICK none").count(), "the closing to be told")


def test_squares_and_sensors_have_details_too_and_every_text_is_escaped(
    page: Map, address: str
) -> None:
    page.open(address)
    card = page.page.locator(".card")
    page.page.mouse.click(*page.at(-104.2, 33.3))
    wait(lambda: "5,000 events" in card.inner_text(), "the details of the square")
    assert "9,000" in card.inner_text()
    page.switch("sensors")
    page.idle()
    page.page.mouse.click(*page.at(-101.0, 31.0))
    wait(lambda: "<b>T-1</b>" in card.inner_text(), "the details of the sensor")
    assert "unknown" in card.inner_text()
    assert page.page.locator(".copmap img, .copmap b").count() == 0


def test_failed_tiles_are_said_and_can_be_asked_for_again(page: Map, address: str) -> None:
    page.open(address)
    page.choose("broken")
    trouble = page.page.locator(".trouble")
    wait(lambda: "tiles failed" in trouble.inner_text(), "the trouble chip")
    wait(lambda: page.layer("events")["failed"] > 0, "the events' own failures")
    page.idle()
    assert page.layer("background")["failed"] == 0
    assert "400: <i>this filter</i> is broken" in str(
        trouble.locator(".words").get_attribute("title")
    )
    page.page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    trouble.get_by_role("button", name="Retry").click()
    wait(trouble.is_hidden, "the trouble to pass")
    assert page.layer("events")["failed"] == 0


def test_a_server_that_is_gone_is_said_and_the_map_recovers(page: Map, address: str) -> None:
    page.open(address)
    page.page.route("**/tiles/**", lambda route: route.abort())
    page.page.route("**/healthz", lambda route: route.abort())
    page.page.get_by_role("button", name="Zoom in").click()
    trouble = page.page.locator(".trouble")
    wait(lambda: "Server not reachable since" in trouble.inner_text(), "the notice")
    page.page.unroute("**/tiles/**")
    page.page.unroute("**/healthz")
    wait(trouble.is_hidden, "the recovery")
    page.idle()
    assert page.layer("background")["failed"] == 0


def test_the_panel_says_source_time_age_marking_and_state(page: Map, address: str) -> None:
    page.open(address)
    events = page.page.locator("[data-layer=events]").inner_text()
    for words in ("as of 241830Z NOV 26", "SYNTHETIC", "TLP:CLEAR", "Rescue", "events per square"):
        assert words in events
    assert "STALE" in page.page.locator("[data-layer=coverage]").inner_text()
    assert "UNKNOWN" in page.page.locator("[data-layer=humanitarian]").inner_text()
    page.page.locator("[data-layer=events] button.fold").click()
    assert "<img src=x" in page.page.locator("[data-layer=events]").inner_text()


def test_the_pointers_position_and_the_scale_are_shown(page: Map, address: str) -> None:
    page.open(f"{address}/?lon=-110.0&lat=31.5&zoom=9")
    x, y = page.at(-109.9, 31.4)
    page.page.mouse.move(x, y)
    cursor = page.page.locator(".cursor")
    wait(lambda: "109.90" in cursor.inner_text(), "the position")
    grid = mgrs.MGRS().toMGRS(31.4, -109.9)
    assert cursor.locator(".grid").inner_text().startswith(f"{grid[:3]} {grid[3:5]} ")
    assert "km" in page.page.locator(".scale").inner_text()
    assert "mi" in page.page.locator(".scale").inner_text()


def test_mgrs_equals_the_library_for_200_points(page: Map, address: str) -> None:
    page.open(address)
    chance = random.Random(20)  # noqa: S311 - points on a map, not secrets
    points = [(chance.uniform(25, 34), chance.uniform(-118, -97)) for _ in range(140)]
    points += [(chance.uniform(-79, 83), chance.uniform(-180, 180)) for _ in range(60)]
    library = mgrs.MGRS()
    ours = page.page.evaluate("points => points.map(p => __copMap.mgrs(p[0], p[1], 5, ''))", points)
    assert ours == [library.toMGRS(lat, lon) for lat, lon in points]


def test_the_wall_has_no_controls_and_the_light_theme_is_light(page: Map, address: str) -> None:
    page.open(f"{address}/?wall=1&theme=light&empty=Nothing+matches")
    assert page.page.locator(".copmap button:visible, .copmap input:visible").count() == 0
    assert "Recent events" in page.page.locator(".panel").inner_text()
    assert page.page.locator(".copmap > .empty").inner_text() == "Nothing matches"
    assert min(page.pixel(-103.0, 27.5)) > 200
