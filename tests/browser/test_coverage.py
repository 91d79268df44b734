"""Coverage in Chromium: what-if on every surface, the line of sight, the page and its gaps."""

import io
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import Visit, wait
from tests.browser.test_board import board, join, press
from tests.support.command import serving
from tests.support.invoked import invoke
from tests.support.published import published_files
from tests.support.terrain import write_heights
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.coverage, pytest.mark.browser]

HERE = "records=synthetic&map=31.5,-110.9,9"
MARK = "WHAT-IF"


class Live(NamedTuple):
    """The address of a server and the folder of its warehouse."""

    base: str
    data: Path


def words(seen: Visit) -> str:
    """What a page says; a wall's words are in its frame."""
    frames = [*seen.page.locator(".copkiosk").all_inner_texts()]
    return " ".join(" ".join([seen.page.inner_text("body"), *frames]).split())


def click(seen: Visit, lon: float, lat: float) -> None:
    """Click the map at a place."""
    x, y = seen.ask(f"__copMap.project({lon}, {lat})")
    seen.page.mouse.click(x, y)


def tiles_of(seen: Visit, layer: str) -> str:
    """The address that a map has a layer's tiles from."""
    return unquote(str(seen.ask(f"__copMap.layers().find(({{id}}) => id === '{layer}').url")))


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
    wait(lambda: "sensors: 1 added" in words(other), "what is tried to be told")
    wait(lambda: re.search(rf"24-h coverage \d+% {MARK}", words(wall)), "the figure with its mark")
    for seen in (mine, other, wall):
        wait(lambda seen=seen: "whatif=add" in tiles_of(seen, "coverage"), "the coverage of it")  # type: ignore[misc]
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


def test_shown_a_ridge_blocks_the_line_of_sight(live: Live, visit: Callable[..., Visit]) -> None:
    seen = visit().open(f"{live.base}/?{HERE}")
    seen.page.get_by_role("button", name="Line of sight").click()
    tool = seen.page.locator(".copmap .sight")
    click(seen, -110.95, 31.5)
    wait(lambda: "km²" in tool.inner_text(), "the answer of one point")
    assert "No terrain" not in tool.inner_text()
    click(seen, -110.9, 31.5)
    wait(lambda: "Blocked after" in tool.inner_text(), "the profile")
    blocked = re.search(r"Blocked after ([\d.]+) of ([\d.]+) km", tool.inner_text())
    assert blocked
    at, far = map(float, blocked.groups())
    assert far == pytest.approx(4.7, abs=0.1)
    assert 1.6 < at < 3.1, "where the ridge is"
    assert tool.locator("svg").is_visible()
    assert (seen.faults, seen.away) == ([], [])


def test_shown_the_page_leads_to_the_biggest_gap(server: str, visit: Callable[..., Visit]) -> None:
    seen = visit().look(f"{server}/Coverage?records=synthetic")
    text = words(seen)
    assert re.search(r"\d+% of segment-hours covered in the window", text)
    assert "Biggest gaps · SYNTHETIC" in text
    assert "Outages · SYNTHETIC" in text
    assert re.search(r"\d+ sensors: \d+ working, \d+ down", text)
    charts = seen.page.locator("[data-testid=stVegaLiteChart]:has(canvas, svg)")
    wait(lambda: charts.count() == 2, "both charts to be drawn")
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Download CSV").first.click()
    head, *lines = Path(download.value.path()).read_text().splitlines()
    assert head.startswith("# ")
    table = pd.read_csv(io.StringIO("\n".join(lines)), comment="#")
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table["unseen"].dropna().is_monotonic_decreasing
    assert table["unseen"].iloc[0] > 0
    assert table["mgrs"].str.fullmatch(r"1[1-4][RS] [A-Z]{2} \d+ \d+").all()
    assert (seen.faults, seen.away) == ([], [])


@pytest.fixture(scope="module")
def live(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of its own: what these tests publish is in no other's figures."""
    folder = tmp_path_factory.mktemp("live")
    data = copy_warehouse(warehouse_dir, folder / "warehouse")
    ridge = write_heights(
        folder / "ridge.tif", (-111.2, 31.35, -110.7, 31.65), 0.005,
        lambda lon, _: np.where(abs(lon + 110.925) < 0.006, 1_500.0, 1_000.0),
    )  # fmt: skip
    done = invoke("ingest", "terrain", ridge, "--profile", "dted_geotiff", "--data", data)
    assert done.exit_code == 0, done.stderr
    with serving(data, folder / "log.txt") as base:
        yield Live(base, data)


def drag(seen: Visit, ring: Locator, by: tuple[int, int]) -> None:
    """Drag the ring by some pixels."""
    box = ring.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.page.mouse.move(x, y)
    seen.page.mouse.down()
    seen.page.mouse.move(x + by[0], y + by[1], steps=4)
    seen.page.mouse.up()


def test_shown_a_drag_and_a_plan_are_on_the_board_and_stored_once_published(
    live: Live, visit: Callable[..., Visit]
) -> None:
    sensors = pd.read_parquet(published_files(live.data, "sensors")[0])
    near = sensors[sensors["removed_at"].isna() & sensors["kind"].isin(["tower", "radar"])]
    own = near.loc[near["sensor_id"].str.startswith("TCA")].iloc[0]
    before = versions(live.base)
    here = f"records=synthetic&sector=TCA&map={own.lat:.4f},{own.lon:.4f},11&layers=sensors*1"
    mine = join(visit(), f"{live.base}/?{here}")
    other, wall = join(visit(), live.base), join(visit(), f"{live.base}/Wall")
    press(mine, "Present")
    for seen in (other, wall):
        wait(lambda seen=seen: board(seen)["following"], "both to follow")  # type: ignore[misc]
    mine.rest()
    click(mine, own.lon, own.lat)
    card = mine.page.locator(".copmap .card")
    wait(lambda: own.sensor_id in card.inner_text(), "the sensor's details")
    card.get_by_role("button", name="Move").click()
    ring = mine.page.locator(".copmap .handle")
    drag(mine, ring, (90, -60))
    for seen in (mine, other, wall):
        wait(lambda seen=seen: MARK in words(seen), "the mark of a what-if")  # type: ignore[misc]
    assert f"whatif=move:{own.sensor_id}@" in unquote(mine.address())
    assert not ring.is_visible()
    for seen in (mine, other, wall):
        wait(lambda seen=seen: "whatif=move" in tiles_of(seen, "sensors"), "the sensor there")  # type: ignore[misc]
    wait(lambda: "sensors: 1 moved" in words(other), "what is tried to be told")

    mine.rest()
    mine.page.get_by_role("link", name="Coverage").click()
    wait(lambda: "Biggest gaps" in words(mine), "the page Coverage")
    mine.rest_of_script()
    assert f"{own.sensor_id} moved to" in words(mine)
    mine.page.get_by_role("tab", name="Propose sensors").click()
    mine.page.get_by_role("button", name="Propose places").click()
    wait(lambda: "3 of " in words(mine) and "Plan-3 added" in words(mine), "the proposal")
    mine.rest_of_script()
    mine.page.get_by_role("link", name="Picture", exact=True).click()
    mine.rest()
    for seen in (other, wall):
        wait(lambda seen=seen: "3 added" in words(seen), "the plan to be on the board")  # type: ignore[misc]
    assert versions(live.base) == before

    mine.page.get_by_role("link", name="Coverage").click()
    wait(lambda: "Biggest gaps" in words(mine), "the page Coverage again")
    mine.rest_of_script()
    mine.page.get_by_role("button", name="Publish", exact=True).click()
    mine.page.get_by_role("textbox", name="Your name").fill("Ana")
    mine.page.get_by_role("textbox", name="Your name").press("Enter")
    mine.rest_of_script()
    mine.page.get_by_role("button", name="Publish changes").click()
    wait(lambda: versions(live.base) == before + 1, "the new version")
    wait(lambda: MARK not in words(mine), "the what-if to end here")
    stored = pd.read_parquet(published_files(live.data, "sensors")[0])
    assert set(stored["sensor_id"]) - set(sensors["sensor_id"]) == {"Plan-1", "Plan-2", "Plan-3"}
    for seen in (mine, other, wall):
        assert (seen.faults, seen.away) == ([], [])
