"""Layers of other kinds than events and lines: relief, sized points, areas by a figure, groups."""

import math

import pytest

from cop.ui.component.asset import find_address
from cop.ui.map.component import ASSETS, NAME
from tests.ui.map.conftest import Map, border, distance, wait

pytestmark = [pytest.mark.sources, pytest.mark.browser]

LAND = (24, 34, 45)
LOW, HIGH = (32, 64, 128), (240, 192, 64)
FAR = 40
RELIEF_TILE = (6, 11, 26)
DOM = f"import('{find_address(NAME, ASSETS)}dom.js')"


def within(tile: tuple[int, int, int], right: float, down: float) -> tuple[float, float]:
    """The position so far right and down in a tile, 0 to 1."""
    z, x, y = tile
    turned = math.pi * (1 - 2 * (y + down) / 2**z)
    return (x + right) / 2**z * 360 - 180, math.degrees(math.atan(math.sinh(turned)))


def beside(page: Map, lon: float, lat: float, pixels: int) -> tuple[int, int, int]:
    """The color so many pixels to the right of a position."""
    x, _ = page.at(lon, lat)
    x_of_degree, _ = page.at(lon + 1, lat)
    return page.pixel(lon + pixels / (x_of_degree - x), lat)


def test_relief_lightens_and_darkens_the_land_and_lets_what_is_above_be_picked(
    page: Map, address: str
) -> None:
    lon, lat = within(RELIEF_TILE, 0.5, 0.5)
    page.open(f"{address}/?extra=1&lon={lon}&lat={lat}&zoom=6")
    light = page.pixel(*within(RELIEF_TILE, 0.9, 0.4))
    dark = page.pixel(*within(RELIEF_TILE, 0.4, 0.9))
    none = page.pixel(*within(RELIEF_TILE, 0.6, 0.6))
    assert sum(light) > sum(LAND) + 60
    assert sum(dark) < sum(LAND) - 30
    assert distance(none, LAND) < 12, "where the image is empty the land shows"
    page.page.locator("[data-group=background] h2 button").click()
    legend = page.page.locator("[data-layer=my_relief]").inner_text()
    assert "shaded relief, light from the northwest" in legend
    page.page.mouse.click(*page.at(-110.0, border(-110.0)[1] + 0.6))
    card = page.page.locator(".card")
    wait(lambda: "241830Z NOV 26" in card.inner_text(), "the details of the event on the relief")
    page.switch("my_basemap")
    page.idle()
    assert distance(page.pixel(*within(RELIEF_TILE, 0.6, 3000 / 4096)), (255, 255, 255)) < FAR
    assert page.problems == []


def test_images_that_fail_are_said_and_asked_for_again(page: Map, address: str) -> None:
    page.open(f"{address}/?extra=1")
    page.choose("broken")
    wait(lambda: page.layer("my_relief")["failed"], "the images to fail")
    trouble = page.page.locator(".trouble .words")
    wait(lambda: "no relief today" in str(trouble.get_attribute("title")), "the reason")
    page.choose("all")
    page.wait_for_url("my_relief", "choice=all")
    assert page.layer("my_relief")["failed"] == 0


def test_points_are_sized_by_a_figure_and_the_measure_changes_size_and_colour(
    page: Map, address: str
) -> None:
    page.open(f"{address}/?extra=1")
    page.page.locator("[data-group=background] h2 button").click()
    page.switch("my_relief")
    page.idle()
    assert distance(beside(page, -114.0, 28.5, 12), HIGH) < FAR, "250,000 people: 16 px"
    assert distance(page.pixel(-112.0, 28.5), LOW) < FAR, "a fall is blue"
    assert distance(beside(page, -112.0, 28.5, 7), LAND) < FAR, "50 people: 4 px"
    legend = page.page.locator("[data-layer=my_ports] .sizes")
    assert legend.inner_text().split() == [
        *["people", "a", "month", "unknown"],
        *("<100", "\N{GREATER-THAN OR EQUAL TO}100"),
        *("\N{GREATER-THAN OR EQUAL TO}1k", "\N{GREATER-THAN OR EQUAL TO}100k"),
    ]
    largest = legend.locator("li .disc").last.bounding_box()
    assert largest is not None
    assert largest["width"] == 32
    page.page.mouse.click(*page.at(-114.0, 28.5))
    card = page.page.locator(".card")
    wait(lambda: "250,000 people" in card.inner_text(), "the details of the port")
    assert "+12%" in card.inner_text()
    assert "0.4%" in card.inner_text()
    page.idle()
    assert distance(page.pixel(-114.0, 28.5), HIGH) > FAR, "what was clicked is highlighted"
    page.page.keyboard.press("Escape")
    page.page.get_by_role("radio", name="Trucks", exact=True).first.click()
    page.idle()
    assert distance(beside(page, -114.0, 28.5, 12), LAND) < FAR, "2 trucks: 3 px"
    assert "trucks a month" in legend.inner_text()
    assert page.problems == []


def test_an_area_is_filled_by_its_figure_grey_where_it_is_unknown(page: Map, address: str) -> None:
    page.open(f"{address}/?extra=1")
    page.page.locator("[data-group=background] h2 button").click()
    for name in ("my_relief", "sectors"):
        page.switch(name)
    page.idle()
    assert distance(page.pixel(-109.3, 33.5), HIGH) < FAR
    red, green, blue = page.pixel(-107.0, 34.3)
    assert max(red, green, blue) - min(red, green, blue) < FAR, "unknown is grey"
    page.page.mouse.move(*page.at(-109.3, 33.5))
    tip = page.page.locator(".tip")
    wait(lambda: "12,345 people" in tip.inner_text(), "the tooltip of the area")
    assert "\N{MINUS SIGN}8.6%" in tip.inner_text()
    page.page.get_by_role("radio", name="Trend", exact=True).last.click()
    page.idle()
    red, _, blue = page.pixel(-109.3, 33.5)
    assert blue > red + 60, "a fall is blue, be it still highlighted"
    page.page.mouse.click(*page.at(-107.0, 34.3))
    card = page.page.locator(".card")
    wait(lambda: "El Paso" in card.inner_text(), "the details of the area without figures")
    assert card.inner_text().count("unknown") >= 2


def test_layers_stand_in_groups_and_those_without_data_apart(page: Map, address: str) -> None:
    page.open(f"{address}/?extra=1")
    groups = page.page.locator(".group")
    names = [group.get_attribute("data-group") for group in groups.all()]
    assert names == ["picture", "place", "statistic", "background", "absent"]
    assert page.page.locator("[data-layer=places]").count() == 0, "the background is folded"
    background = page.page.locator("[data-group=background] h2 button")
    assert background.get_attribute("aria-expanded") == "false"
    background.focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator("[data-layer=places]").count() == 1
    absent = page.page.locator("[data-group=absent]")
    assert absent.inner_text().strip().lower() == "no data (1)"
    absent.locator("button").click()
    assert "Load seizures with the profile cbp_seizures" in absent.inner_text()
    assert absent.locator("input").count() == 0
    page.page.locator("[data-layer=my_ports] button.fold").click()
    page.page.get_by_role("button", name="Move down: Ports of entry").first.click()
    ports = page.page.locator("[data-group=place] .layer")
    assert [row.get_attribute("data-layer") for row in ports.all()][:2] != [
        "my_stations",
        "my_ports",
    ]


def test_the_wall_names_only_shown_layers_that_have_data(page: Map, address: str) -> None:
    page.open(f"{address}/?extra=1&wall=1")
    panel = page.page.locator(".panel").inner_text()
    assert "Encounters by sector" in panel
    assert "Seizures" not in panel
    assert "Stations" not in panel
    assert page.page.locator(".search").is_hidden()


def test_times_and_numbers_are_no_finer_than_they_are_known(page: Map, address: str) -> None:
    page.open(address)
    at = "2026-11-24T18:30:00Z"
    precisions = ["minute", "hour", "day", "week", "month", "year"]
    words = page.page.evaluate(
        f"([at, names]) => {DOM}.then(m => names.map(name => m.when(at, name)))", [at, precisions]
    )
    assert words == [
        "241830Z NOV 26", "241830Z NOV 26", "24 NOV 26 (day only)", "week of 24 NOV 26",
        "NOV 26 (month only)", "2026 (year only)",
    ]  # fmt: skip
    figures = [0.126, 12.34, 1234.56, -0.004, 250_000.4]
    assert page.page.evaluate(f"f => {DOM}.then(m => f.map(n => m.number(n)))", figures) == [
        "0.13", "12.3", "1,235", "0", "250,000",
    ]  # fmt: skip
    changes = page.page.evaluate(f"f => {DOM}.then(m => f.map(n => m.signed(n)))", [12.4, -3.2, 0])
    assert changes == ["+12%", "\N{MINUS SIGN}3.2%", "0%"]
