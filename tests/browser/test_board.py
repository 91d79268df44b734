"""The live board in Chromium: a presenter, a wall and three followers see the same map."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import Visit, wait
from tests.support.command import kill, serving
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.table, pytest.mark.browser]

LINK = "/?records=synthetic"
FOLLOWERS = 3
CONNECTED = """
  document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'CONNECTED'"""
# The news goes after a moment, which a busy machine may miss.
HEAR_NEWS = """((board) => {
  window.__news = [];
  new MutationObserver(() => board.checkVisibility() && window.__news.push(board.innerText))
    .observe(board, {attributes: true, childList: true, subtree: true});
})(__copMap.owner.nodes.board)"""


@dataclass
class Table:
    """Who sits at the table: one presents, the others follow, the wall among them."""

    base: str
    data: Path
    presenter: Visit
    wall: Visit
    followers: list[Visit] = field(default_factory=list)

    @property
    def others(self) -> list[Visit]:
        return [self.wall, *self.followers]


def board(seen: Visit) -> dict[str, Any]:
    """What a page knows of the board; nothing yet where its map is being mounted."""
    return defaultdict(lambda: None, seen.ask("window.__copMap?.board() ?? {}"))


def press(seen: Visit, name: str) -> None:
    """Press a button of the board's bar, once it is there."""
    button = seen.page.locator(".board").get_by_role("button", name=name, exact=True)
    wait(button.is_visible, f"the button {name}")
    button.first.click()


def same_camera(one: Visit, other: Visit) -> bool:
    here, there = (seen.ask("window.__copMap?.camera()") for seen in (one, other))
    if not here or not there:
        return False
    if urlsplit(other.address()).path == "/Wall":
        return shows_all(there["bounds"], here["bounds"])
    near = all(abs(here[part] - there[part]) <= 1e-6 for part in ("lon", "lat"))
    return near and abs(here["zoom"] - there["zoom"]) <= 0.01


def shows_all(wall: list[float], presenter: list[float]) -> bool:
    """Whether a wall shows all that the presenter sees, as large as its shape allows."""
    over = [(a - b) * sign for a, b, sign in zip(presenter, wall, (1, 1, -1, -1), strict=True)]
    west, south, east, north = over
    return min(over) > -1e-6 and (max(west, east) < 1e-3 or min(south, north) < 1e-3)


def join(seen: Visit, address: str) -> Visit:
    seen.page.goto(address)
    wait(lambda: seen.ask("!!window.__copMap?.board()?.state"), "the board's word")
    return seen


@pytest.fixture(scope="module")
def table(
    browser: Browser, warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Table]:
    """Everybody is there and follows; the presenter has taken the board."""
    folder = tmp_path_factory.mktemp("table")
    copy_warehouse(warehouse_dir, folder / "warehouse")
    contexts = []

    def begin(*, size: tuple[int, int]) -> Visit:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        return Visit(context.new_page())

    with serving(folder / "warehouse", folder / "log.txt") as base:
        presenter = join(begin(size=(1366, 768)), base + LINK)
        wall = join(begin(size=(1920, 1080)), base + "/Wall")
        table = Table(base, folder / "warehouse", presenter, wall)
        table.followers = [join(begin(size=(1024, 640)), base) for _ in range(FOLLOWERS)]
        press(presenter, "Present")
        for seen in table.others:
            wait(lambda seen=seen: board(seen)["following"], "all to follow")
        follow(table)
        yield table
        for context in contexts:
            context.close()


def wheel(seen: Visit, by: int) -> None:
    box = seen.page.locator(".copmap .stage").bounding_box()
    assert box is not None
    seen.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    seen.page.keyboard.down("Control")
    seen.page.mouse.wheel(0, by)
    seen.page.keyboard.up("Control")


def drag(seen: Visit, dx: int, dy: int) -> None:
    box = seen.page.locator(".copmap .stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5
    seen.page.mouse.move(x, y)
    seen.page.mouse.down()
    seen.page.mouse.move(x + dx / 2, y + dy / 2)
    seen.page.mouse.move(x + dx, y + dy)
    time.sleep(0.3)
    seen.page.mouse.up()


def follow(table: Table, others: list[Visit] | None = None) -> None:
    for seen in table.others if others is None else others:
        wait(lambda seen=seen: same_camera(table.presenter, seen), "the presenter's camera")


def test_shown_all_follow_the_presenter(table: Table) -> None:
    presenter, follower = table.presenter, table.followers[0]
    before = presenter.camera()
    wheel(presenter, -300)
    drag(presenter, 120, 60)
    follow(table)
    assert abs(follower.camera()["zoom"] - before["zoom"]) > 0.5
    shows = "__copMap.layers().find((layer) => layer.id === '%s').visible"
    assert follower.ask(shows % "events")
    presenter.page.get_by_label("Show Recent events").evaluate("node => node.click()")
    for seen in table.others:
        wait(lambda seen=seen: not seen.ask(shows % "events"), "the layer to be switched off")
    presenter.page.get_by_text("7 d", exact=True).click()
    address = "__copMap.layers().find((layer) => layer.id === 'segments').url"
    wait(lambda: "window=7+d" in presenter.address(), "the presenter's own window")
    wanted = parse_qs(urlsplit(presenter.address()).query)["from"]

    def begins(seen: Visit) -> list[str] | None:
        return parse_qs(urlsplit(seen.ask(address)).query).get("from")

    for seen in table.others:
        wait(lambda seen=seen: begins(seen) == wanted, "the filter")
        assert board(seen)["following"]
    press(presenter, "Point")
    wheel(presenter, 0)
    for seen in table.others:
        wait(lambda seen=seen: seen.ask("__copMap.pointer()"), "the pointer")
        assert (
            seen.page.locator(".pointer .who").text_content()
            == board(presenter)["state"]["presenter"]["name"]
        )
    press(presenter, "Point")
    for seen in table.others:
        wait(lambda seen=seen: not seen.ask("__copMap.pointer()"), "the pointer to go")
    play = "window.dispatchEvent(new CustomEvent('cop:frame', {detail: %s}))"
    january = "{from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2)}"
    for detail, start in ((january, ["2026-01-01T00:00:00Z"]), ("null", wanted)):
        presenter.ask(play % detail)
        for seen in table.others:
            wait(lambda seen=seen, start=start: begins(seen) == start, "the frame that is played")
    assert [seen.faults for seen in (presenter, *table.others)] == [[]] * (FOLLOWERS + 2)


def ended(seen: Visit, held: list[tuple[WebSocketRoute, str | bytes]]) -> int:
    """How many runs of a page's script have ended in what is held back from it."""
    seen.ask("0")  # Only while it is asked something a page passes messages on.
    told = [ForwardMsg.FromString(message) for _, message in held if isinstance(message, bytes)]
    return sum(one.HasField("script_finished") for one in told)


def test_a_follower_that_hears_late_follows_on(table: Table, visit: Callable[..., Visit]) -> None:
    """What it reports in between says the filter before, which is no choice of its viewer."""
    presenter, late = table.presenter, visit(size=(1024, 640))
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    reports: list[str | bytes] = []
    is_late = False

    def pass_on(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def report(message: str | bytes) -> None:
            reports.append(message)
            server.send(message)

        def answer(message: str | bytes) -> None:
            if is_late or held:
                held.append((page, message))
            else:
                page.send(message)

        page.on_message(report)
        server.on_message(answer)

    late.page.route_web_socket(re.compile("/_stcore/stream"), pass_on)
    join(late, table.base).rest()
    follow(table, [late])
    bar, wanted = presenter.page.locator(".st-key-filter-bar"), "window=72+h"
    is_late, before = True, len(reports)
    bar.get_by_text("72 h", exact=True).click()
    wait(lambda: wanted in presenter.address(), "the presenter's filter")
    wait(lambda: ended(late, held) and len(reports) > before, "the late page to be told")
    late.rest()
    asked, told = len(reports), ended(late, held)
    presenter.page.get_by_label("Show Recent events").evaluate("node => node.click()")
    wait(lambda: ended(late, held) > told and len(reports) > asked, "the answer to its layers")
    is_late = False
    # What comes meanwhile waits for its turn.
    while held:
        page, message = held[0]
        page.send(message)
        del held[0]
    wait(lambda: wanted in late.address(), "the filter to be followed")
    late.rest()
    assert wanted in late.address()
    assert board(late)["following"]
    assert late.faults == []


def test_shown_a_follower_steps_out_and_back(table: Table) -> None:
    presenter, follower, other = table.presenter, *table.followers[:2]
    drag(follower, 150, 40)
    wait(lambda: board(follower)["mode"] == "own", "the own view")
    wait(follower.page.locator(".board").get_by_text("Own view").is_visible, "the word of it")
    there = follower.camera()
    wheel(presenter, -200)
    follow(table, [table.wall, other])
    assert follower.camera() == there
    press(follower, "Back to board")
    follow(table)
    assert board(presenter)["presenting"]
    assert board(other)["following"]


def test_shown_taking_over_is_explicit_and_shown(table: Table) -> None:
    presenter, follower, other = table.presenter, *table.followers[:2]
    press(follower, "Take over")
    assert board(presenter)["presenting"]
    press(follower, "Cancel")
    for seen in (presenter, other, table.wall):
        seen.ask(HEAR_NEWS)
    press(follower, "Take over")
    follower.page.get_by_role("alertdialog").get_by_role("button", name="Take over").click()
    wait(lambda: board(follower)["presenting"], "the other presenter")
    wait(lambda: board(presenter)["following"], "the first to follow")
    name = board(follower)["state"]["presenter"]["name"]
    news = f"{name} is now presenting"
    for seen in (presenter, other, table.wall):
        wait(lambda seen=seen: news in seen.ask("window.__news.join()"), "the news")
    wheel(follower, -300)
    for seen in (presenter, other, table.wall):
        wait(lambda seen=seen: same_camera(follower, seen), "the new presenter's camera")


def test_shown_a_restarted_server_brings_all_back(table: Table, tmp_path: Path) -> None:
    """The last test of the table: its server is gone after it."""
    everyone = [table.presenter, *table.others]
    (presenter,) = [seen for seen in everyone if board(seen)["presenting"]]
    others = [seen for seen in everyone if seen is not presenter]
    follower = others[-1]
    for seen in others:
        wait(lambda seen=seen: board(seen)["following"], "all to follow")
    kill(table.base)
    for seen in everyone:
        wait(lambda seen=seen: board(seen)["goneSince"], "the loss to be said")
    lost = follower.page.locator(".board").get_by_text("Connection lost")
    wait(lost.is_visible, "the word of it")
    with serving(table.data, tmp_path / "again.txt", port=urlsplit(table.base).port):
        for seen in everyone:
            wait(lambda seen=seen: not board(seen)["goneSince"], "the board again")
        wheel(presenter, -300)
        for seen in others:
            wait(lambda seen=seen: same_camera(presenter, seen), "the presenter's camera")
        for seen in (follower, presenter):
            # Until then a page may be loaded anew by itself.
            wait(lambda seen=seen: seen.ask(CONNECTED), "the page's own connection")
        follower.page.reload()
        wait(lambda: follower.ask("!!window.__copMap?.board()?.following"), "it to follow")
        wait(lambda: same_camera(presenter, follower), "the camera after a reload")
        presenter.page.reload()
        wait(lambda: presenter.ask("!!window.__copMap?.board()?.presenting"), "it to present")
        wait(lambda: same_camera(presenter, follower), "the camera of both")
        assert [seen.faults for seen in everyone] == [[]] * (FOLLOWERS + 2)
