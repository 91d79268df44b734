"""The search box on the map: typed, chosen by keys, shown, cleared; what is found stays text."""

import pytest

from tests.ui.map.conftest import Map, wait

pytestmark = [pytest.mark.sources, pytest.mark.browser]


def test_a_place_is_found_by_keys_alone_and_marked_until_escape(page: Map, address: str) -> None:
    page.open(address)
    box = page.page.get_by_role("combobox", name="Find a place, segment or position")
    page.page.keyboard.press("/")
    page.page.keyboard.type("tuc")
    options = page.page.get_by_role("option")
    wait(lambda: options.count() == 2, "two places")
    assert box.get_attribute("aria-expanded") == "true"
    assert options.first.locator(".title").inner_text() == "<b>Tucson</b>"
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("ArrowDown")
    assert options.last.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == options.last.get_attribute("id")
    page.page.keyboard.press("Enter")
    wait(lambda: abs(page.camera()["zoom"] - 7) < 0.01, "the flight")
    page.idle()
    camera = page.camera()
    assert (camera["lon"], camera["lat"]) == pytest.approx((-111.5, 31.5), abs=1e-3)
    wait(lambda: page.page.get_by_text("CAMERA 7.00").count(), "the camera to be told")
    marker = page.page.locator(".marker")
    assert "12R VV 52" in marker.inner_text()
    x, y = page.at(-111.5, 31.5)
    pin = marker.locator(".pin").bounding_box()
    assert pin is not None
    assert (pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2) == pytest.approx(
        (x, y), abs=1.5
    )
    page.page.keyboard.press("Escape")
    wait(marker.locator(".pin").is_hidden, "the marker to go")
    assert box.input_value() == ""
    assert page.problems == []


def test_enter_does_not_wait_for_the_list_and_text_is_never_markup(page: Map, address: str) -> None:
    page.open(address)
    page.page.keyboard.press("/")
    page.page.keyboard.type("tucson, rc")
    page.page.keyboard.press("Enter")
    marker = page.page.locator(".marker")
    wait(marker.locator(".pin").is_visible, "the marker")
    assert "<b>Tucson</b>" in marker.inner_text()
    assert page.page.locator(".copmap b").count() == 0
    assert page.page.get_by_role("dialog").count() == 0, "the page's own keys stay out of the field"
    page.page.get_by_role("button", name="Clear the search").click()
    wait(marker.locator(".pin").is_hidden, "the marker to go")


def test_nonsense_and_a_server_that_fails_are_answered_in_the_box(page: Map, address: str) -> None:
    page.open(address)
    page.page.keyboard.press("/")
    page.page.keyboard.type("xyzzy")
    say = page.page.locator(".drop .say")
    wait(lambda: "Nothing found for 'xyzzy'" in say.inner_text(), "the answer")
    assert page.page.get_by_role("option").count() == 0
    page.page.keyboard.press("Control+a")
    page.page.keyboard.type("fail")
    wait(lambda: "the search is broken" in say.inner_text(), "the fault")
    page.page.route("**/api/search*", lambda route: route.abort())
    page.page.keyboard.type("ure")
    wait(lambda: "Search failed" in say.inner_text(), "the loss")
