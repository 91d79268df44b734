"""A click hits what was aimed at: alerts, days, the map's boxes, a follower's table, a lost server.

One server and two tabs serve all of it, in this order; the last test kills the server.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator

from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from tests.browser.conftest import Visit, wait
from tests.support.alert import raise_in
from tests.support.command import kill, serving
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.glance, pytest.mark.browser]

SMALL, LARGE = (1366, 768), (1920, 1080)
SECTORS = ("TCA", "RGV", "LRT")
PARTS = (".panel", ".search", ".board", ".tools", ".card", ".buttons", ".foot")
_BOXES = f"""(() => {{
  const roots = (root) => [root, ...[...root.querySelectorAll('*')]
    .flatMap((node) => (node.shadowRoot ? roots(node.shadowRoot) : []))];
  const map = roots(document).map((root) => root.querySelector('.copmap')).find(Boolean);
  return Object.fromEntries({list(PARTS)!r}.map((css) => [css, map.querySelector(css)])
    .filter(([, node]) => node?.checkVisibility())
    .map(([css, node]) => {{
      const {{left, top, right, bottom}} = node.getBoundingClientRect();
      return [css, [left, top, right, bottom]];
    }}));
}})()"""
_FEATURE = """(() => {
  const {deck} = __copMap.owner;
  const {width, height} = __copMap.owner.viewport();
  // A picture for each pick is slow: whole blocks are asked for first.
  for (let top = height - 112; top > 60; top -= 48)
    for (let left = Math.round(width * 0.4); left < width - 110; left += 48) {
      const block = {x: left, y: top, width: 48, height: 48, maxObjects: 1};
      if (!deck.pickObjects(block).length) continue;
      for (let y = top; y < top + 48; y += 6)
        for (let x = left; x < left + 48; x += 6)
          if (deck.pickObject({x, y, radius: 1})) return [x, y];
    }
  return null;
})()"""
_WATCH = """(() => {
  window.dialogs = {opened: 0, painted: 0};
  const css = '[data-testid=stDialog]';
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    window.dialogs.opened += added.filter((node) => node.matches?.(css)
      || node.querySelector?.(css)).length;
    requestAnimationFrame(() => {
      const shown = [...document.querySelectorAll(css)].filter((node) => node.checkVisibility());
      window.dialogs.painted += shown.length;
    });
  }).observe(document.body, {childList: true, subtree: true});
})()"""
_DIALOGS = """[...document.querySelectorAll('[role=dialog], [data-testid=stDialog]')]
  .filter((node) => node.checkVisibility()).map((node) => node.innerText)"""


@dataclass
class Desk:
    """Two tabs of one browser on one server, whose warehouse has three alerts."""

    base: str
    data: Path
    one: Visit
    other: Visit


@pytest.fixture(scope="module")
def desk(
    browser: Browser, warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Nothing is open yet."""
    folder = tmp_path_factory.mktemp("desk")
    data = copy_warehouse(warehouse_dir, folder / "warehouse")
    alerts = Alerts(StoreSettings(data=data))
    for days, sector in enumerate(SECTORS, start=2):
        raise_in(alerts, sector, f"v{days}", days=days)
    alerts.close()
    context = browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]})
    with serving(data, folder / "log.txt") as base:
        yield Desk(base, data, Visit(context.new_page()), Visit(context.new_page()))
    context.close()


def states(desk: Desk) -> dict[str, str]:
    """The state of each alert by its sector."""
    store = Alerts(StoreSettings(data=desk.data))
    found = {alert.finding.sector: alert.state for alert in store.list("real")}
    store.close()
    return found


def alert_id(desk: Desk, sector: str) -> str:
    """The id of the alert in a sector."""
    with closing(Alerts(StoreSettings(data=desk.data))) as store:
        (found,) = [alert for alert in store.list("real") if alert.finding.sector == sector]
    return found.id


def center(node: Locator) -> tuple[float, float]:
    """Where a button lies once nothing moves it any more, as charts above it are drawn late."""
    node.scroll_into_view_if_needed()
    seen = [node.bounding_box()]

    def rests() -> bool:
        node.page.wait_for_timeout(300)
        seen.append(node.bounding_box())
        return seen[-1] == seen[-2] and seen[-1] is not None

    wait(rests, "the button to rest")
    box = seen[-1]
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def sign(seen: Visit, name: str) -> None:
    """Type a name; what was clicked before it has been done when the page has taken that."""
    seen.rest_of_script()
    before = seen.runs()
    box = seen.page.get_by_label("Your name")
    box.fill(name)
    box.press("Enter")
    # Frames are only heard while the page is asked something.
    wait(lambda: seen.ask("true") and seen.runs() > before, "the name to be taken")
    seen.rest_of_script()


def test_shown_a_second_click_takes_no_other_alert(desk: Desk) -> None:
    seen = desk.one.look(f"{desk.base}/Alerts?records=real")
    page = seen.page
    charts = page.locator("[data-testid=stVegaLiteChart] :is(svg, canvas)")
    wait(lambda: charts.count() >= len(SECTORS), "the evidence above the buttons")
    place = center(page.get_by_role("button", name="Acknowledge", exact=True).first)
    page.mouse.click(*place)
    fault = page.get_by_test_id("stAlert").get_by_text("use 1 to 60 characters")
    wait(fault.count, "the fault of a step without a name")
    box = fault.bounding_box()
    assert box is not None
    assert 0 < box["y"] - place[1] < 80, "it is just below the button"
    sign(seen, "Ana")
    page.mouse.click(*place)
    wait(lambda: states(desk)[SECTORS[0]] == "acknowledged", "the step")
    wait(lambda: "acknowledged by Ana" in page.inner_text("body"), "the word of it")
    page.mouse.click(*place)
    sign(seen, "Ana Lee")
    assert states(desk) == dict.fromkeys(SECTORS, "open") | {SECTORS[0]: "acknowledged"}
    # A run that the next click cut off has left the button of the revision before.
    close_key = f".st-key-close-{alert_id(desk, SECTORS[0])}-2"
    wait(page.locator(close_key).count, "the button that closes what was acknowledged")
    reason = page.get_by_label("Reason").first
    reason.fill("Chance.")
    close = center(page.get_by_role("button", name="Close", exact=True).first)
    page.mouse.click(*close)
    wait(lambda: states(desk)[SECTORS[0]] == "closed", "it to be closed")
    wait(lambda: "closed by Ana Lee" in page.inner_text("body"), "the word of it")
    page.mouse.click(*close)
    page.mouse.click(*place)
    sign(seen, "Ana")
    assert states(desk) == dict.fromkeys(SECTORS, "open") | {SECTORS[0]: "closed"}


def test_shown_typed_days_are_the_window_or_are_refused(desk: Desk) -> None:
    address = f"{desk.base}/Sectors?records=synthetic&from=2026-09-25&to=2026-10-21"
    seen = desk.one.look(address)
    page = seen.page

    def window() -> list[str]:
        parts = parse_qs(urlsplit(seen.address()).query)
        return [*parts["from"], *parts["to"]]

    page.get_by_role("textbox", name="First day (UTC)").fill("1 NOV 26")
    page.get_by_role("button", name="Apply days").click()
    words = page.get_by_text("First day 01 NOV 26 is after last day 20 OCT 26")
    wait(words.count, "the days to be refused")
    assert window() == ["2026-09-25", "2026-10-21"]
    page.get_by_role("textbox", name="Last day (UTC)").fill("10 NOV 26")
    page.get_by_role("button", name="Apply days").click()
    wait(lambda: window() == ["2026-11-01", "2026-11-11"], "exactly what was typed")
    wait(lambda: not words.count(), "the words to go")
    fields = [page.get_by_role("textbox", name=f"{day} day (UTC)") for day in ("First", "Last")]
    shown = ["01 NOV 26", "10 NOV 26"]
    wait(lambda: [field.input_value() for field in fields] == shown, "the days shown")
    stale = "[data-testid=stElementContainer]:has([data-testid=stDownloadButton])"
    page.get_by_text("Data table").click()
    wait(page.locator(stale).count, "the download")
    inert = seen.ask(
        f"""(() => {{
          const box = document.querySelector('{stale}');
          box.dataset.stale = 'true';
          const button = box.querySelector('[data-testid=stDownloadButton]');
          return getComputedStyle(button).pointerEvents;
        }})()"""
    )
    assert inert == "none", "a download of the selection before is not offered"


def overlaps(boxes: dict[str, list[float]]) -> list[tuple[str, str]]:
    """The parts of the map that lie over each other."""
    found = []
    for one, (left, top, right, bottom) in boxes.items():
        for other, (west, north, east, south) in boxes.items():
            across = min(right, east) - max(left, west)
            down = min(bottom, south) - max(top, north)
            if one < other and across > 1 and down > 1:
                found.append((one, other))
    return found


def test_shown_card_board_and_drawing_never_cover_each_other(desk: Desk) -> None:
    seen = desk.one.open(f"{desk.base}/Picture?records=synthetic")
    page = seen.page
    bar = page.locator(".copmap .board")
    bar.get_by_role("button", name="Present", exact=True).click()
    bar.get_by_role("button", name="Draw").click()
    for size in (SMALL, LARGE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        seen.settle()
        stage = page.locator(".copmap .stage").bounding_box()
        assert stage is not None
        x, y = seen.ask(_FEATURE)
        page.mouse.click(stage["x"] + x, stage["y"] + y)
        wait(page.locator(".copmap .card").is_visible, "the card")
        for people in (False, True):
            crowd = bar.locator(".crowd")
            if (crowd.get_attribute("aria-expanded") == "true") != people:
                crowd.click()
            boxes = seen.ask(_BOXES)
            assert {".board", ".tools", ".card"} <= set(boxes)
            assert overlaps(boxes) == [], f"{size}, people {people}"
            for name in (".board", ".tools", ".card"):
                left, top, right, bottom = boxes[name]
                assert left >= stage["x"]
                assert right <= stage["x"] + stage["width"]
                assert top >= stage["y"]
                assert bottom <= stage["y"] + stage["height"]
        page.get_by_role("button", name="Close the details").click()
    page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})


def in_view(seen: Visit) -> int:
    """How many events the table below the map counts."""
    label = seen.page.get_by_text(re.compile(r"^Events in view")).first.inner_text()
    found = re.search(r"([\d,]+)(?: ·|,|$)", label.replace("the newest 200 of ", ""))
    assert found is not None
    return int(found.group(1).replace(",", ""))


def test_shown_a_followers_table_follows(desk: Desk) -> None:
    presenter = desk.one
    follower = desk.other.open(f"{desk.base}/")
    wait(lambda: follower.ask("!!__copMap.board()?.following"), "it to follow")
    presenter.page.get_by_role("button", name=re.compile("^Filters")).focus()
    everything = in_view(presenter)
    presenter.ask("__copMap.owner.fly({lon: -98.2, lat: 26.2, zoom: 9})")
    wait(lambda: in_view(presenter) < everything / 2, "the presenter's table")
    wait(lambda: abs(follower.camera()["lon"] + 98.2) < 0.1, "the follower's camera")
    follower.settle()
    width = "(([west, , east]) => east - west)(__copMap.camera().bounds)"
    wait(lambda: 0 < in_view(follower) < everything / 2, "the follower's table")
    assert abs(in_view(follower) - in_view(presenter)) < everything / 10
    assert follower.ask(width) == pytest.approx(presenter.ask(width), rel=0.2)
    presenter.ask("__copMap.owner.fly({lon: -111, lat: 27, zoom: 8})")
    wait(lambda: in_view(follower) == 0, "nothing in view")
    assert follower.ask("!!__copMap.board()?.following"), "it still follows"


def test_shown_a_lost_server_is_said_in_our_words_and_each_page_returns(
    desk: Desk, tmp_path: Path
) -> None:
    one = desk.one.open(f"{desk.base}/Picture?records=synthetic")
    tabs = (one, desk.other.look(f"{desk.base}/Sectors?records=synthetic"))
    for seen in tabs:
        # What watches the line comes with a script of its own, which the server must still send.
        wait(seen.page.locator(".cop-connection").count, "the line to be watched")
        seen.ask(_WATCH)
    kill(desk.base)
    for seen in tabs:
        bar = seen.page.locator(".cop-connection")
        wait(bar.is_visible, "the bar")
        words = r"Connection to the server lost at \d{6}Z [A-Z]{3} \d\d\."
        assert re.match(words, bar.inner_text())
    # Streamlit has opened its own dialog after it has asked in vain a few times.
    for seen in tabs:
        wait(lambda seen=seen: seen.ask("window.dialogs.opened"), "Streamlit's dialog")
        assert seen.ask("new Promise((done) => setTimeout(done, 500, dialogs.painted))") == 0
        assert seen.ask(_DIALOGS) == []
    with serving(desk.data, tmp_path / "again.txt", port=urlsplit(desk.base).port):
        for seen in tabs:
            bar = seen.page.locator(".cop-connection")
            wait(lambda bar=bar: bar.count() and not bar.is_visible(), "the page to return")
            seen.rest_of_script()
        wait(lambda: not tabs[0].ask("__copMap.board()?.goneSince"), "the board")
        tabs[1].page.get_by_text("7 d", exact=True).click()
        wait(lambda: "window=7+d" in tabs[1].address(), "a control to work")
    assert [seen.faults for seen in tabs] == [[], []]
