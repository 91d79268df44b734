"""Coverage in Chromium: what-if on every surface, the line of sight, the page and its gaps."""

import re
import urllib.request
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit, wait
from tests.browser.test_board import board, join, press

pytestmark = [pytest.mark.coverage, pytest.mark.browser]

HERE = "records=synthetic&map=31.5,-110.9,9"
MARK = "WHAT-IF"


def words(seen: Visit) -> str:
    """What a page says; a wall's words are in its frame."""
    frames = [*seen.page.locator(".copkiosk").all_inner_texts()]
    return " ".join(" ".join([seen.page.inner_text("body"), *frames]).split())


def click(seen: Visit, lon: float, lat: float) -> None:
    """Click the map at a place."""
    x, y = seen.ask(f"__copMap.project({lon}, {lat})")
    seen.page.mouse.click(x, y)


def versions(server: str) -> int:
    with urllib.request.urlopen(f"{server}/healthz", timeout=30) as answer:  # noqa: S310 http
        return int(re.search(rb'"version": ?(\d+)', answer.read())[1])


def test_shown_a_sensor_that_is_tried_is_on_every_screen_and_stored_nowhere(
    server: str, visit: Callable[..., Visit]
) -> None:
    before = versions(server)
    mine = join(visit(), f"{server}/?{HERE}")
    other, wall = join(visit(), server), join(visit(), f"{server}/Wall")
    press(mine, "Present")
    for seen in (other, wall):
        wait(lambda seen=seen: board(seen)["following"], "both to follow")  # type: ignore[misc]
    mine.rest()
    mine.page.get_by_role("button", name="Line of sight").click()
    click(mine, -110.95, 31.5)
    tool = mine.page.locator(".copmap .sight")
    wait(lambda: "km²" in tool.inner_text(), "what is seen from there")
    tool.get_by_role("button", name="Try a sensor here").click()
    for seen in (mine, other, wall):
        wait(lambda seen=seen: MARK in words(seen), "the mark of a what-if")  # type: ignore[misc]
    assert "whatif=add" in mine.address()
    wait(lambda: re.search(rf"24-h coverage \d+% {MARK}", words(wall)), "the figure with its mark")
    assert versions(server) == before
    press(mine, "Stop")
    for seen in (mine, other, wall):
        assert seen.faults == []
        assert seen.away == []


def test_shown_the_line_of_sight_tells_what_is_seen_and_the_profile(
    server: str, visit: Callable[..., Visit]
) -> None:
    seen = visit().open(f"{server}/?{HERE}")
    seen.page.get_by_role("button", name="Line of sight").click()
    tool = seen.page.locator(".copmap .sight")
    click(seen, -110.95, 31.5)
    wait(lambda: "No terrain: range alone." in tool.inner_text(), "the answer of one point")
    click(seen, -110.9, 31.5)
    wait(lambda: "Unknown: no heights at one of the ends." in tool.inner_text(), "the profile")
    seen.page.keyboard.press("Escape")
    wait(lambda: not tool.is_visible(), "the tool to end")
    assert (seen.faults, seen.away) == ([], [])


def test_shown_the_page_leads_to_the_biggest_gap(server: str, visit: Callable[..., Visit]) -> None:
    seen = visit().look(f"{server}/Coverage?records=synthetic")
    text = words(seen)
    assert re.search(r"\d+% of segment-hours covered in the window", text)
    assert "Biggest gaps · SYNTHETIC" in text
    assert "Outages · SYNTHETIC" in text
    assert re.search(r"\d+ sensors: \d+ working, \d+ down", text)
    charts = seen.page.locator("canvas, svg.marks")
    wait(lambda: charts.count() >= 2, "both charts to be drawn")
    assert (seen.faults, seen.away) == ([], [])
