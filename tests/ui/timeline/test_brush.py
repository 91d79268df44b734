"""The brush in a real browser, behind the gate's own headers, on a page with made-up bars."""

import datetime as dt
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from tests.support.command import free_port
from tests.support.streamlit import STOP_SECONDS, streamlit_command

pytestmark = [pytest.mark.picture, pytest.mark.browser]

ROOT = Path(__file__).parents[3]
SANDBOX = Path(__file__).with_name("sandbox")
PATIENCE_SECONDS = 180
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DAY_MS = 86_400_000
FIRST_MS = dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp() * 1000
TO = "\u2013"
# In one go: how long lies between presses of a driven keyboard is the machine's.
THREE_PRESSES = """(plot) => [1, 2, 3].forEach(() => ['keydown', 'keyup'].forEach((kind) =>
  plot.dispatchEvent(
    new KeyboardEvent(kind, {key: 'ArrowLeft', bubbles: true, cancelable: true}))))"""
_TWO_FRAMES = "new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    command = streamlit_command(SANDBOX / "app.py", port)
    server = subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait(lambda: reachable(f"{url}/_stcore/health"), "the sandbox server")
        yield url
    finally:
        server.terminate()
        server.wait(STOP_SECONDS)


@dataclass(frozen=True)
class Span:
    """A window in days of November 2026, so that 19.5 is noon of the 19th; October is negative."""

    start: float
    end: float


def to_day(milliseconds: float) -> float:
    return (milliseconds - FIRST_MS) / DAY_MS + 1


def to_ms(day: float) -> float:
    return FIRST_MS + (day - 1) * DAY_MS


class Timeline:
    """A page with the timeline; remembers what was asked for and what went wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.plot = page.locator(".coptime .plot")
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type == "error" else None,
        )

    def open(self, url: str) -> "Timeline":
        self.page.goto(url)
        self.page.get_by_text("TOLD 0").wait_for()
        self.page.locator(".coptime .plot .base").first.wait_for(state="attached")
        return self

    def ask(self, code: str) -> Any:
        return self.page.evaluate(f"__copTimeline.{code}")

    @property
    def window(self) -> Span:
        found = self.ask("window()")
        return Span(to_day(found["start"]), to_day(found["end"]))

    def point(self, day: float) -> tuple[float, float]:
        x, y = self.ask(f"at({to_ms(day)})")
        return x, y

    def pull(self, start: float, end: float) -> None:
        """Press at one day and move to another, without release."""
        (x, y), (to, _) = self.point(start), self.point(end)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move((x + to) / 2, y - 6)
        self.page.mouse.move(to, y)

    def drag(self, start: float, end: float) -> None:
        self.pull(start, end)
        self.page.mouse.up()

    def told(self, times: int) -> None:
        """Wait until Python has heard, then make sure that it was not told more often."""
        self.page.get_by_text(f"TOLD {times}", exact=True).wait_for()
        self.page.wait_for_timeout(300)
        assert self.page.get_by_text(f"TOLD {times}", exact=True).count() == 1

    def last(self) -> str:
        return self.page.get_by_text("LAST").inner_text().removeprefix("LAST ")

    def press(self, name: str) -> None:
        before = self.runs()
        self.page.get_by_role("button", name=name).click()
        wait(lambda: self.runs() > before, f"the page to hear of {name}")
        self.page.evaluate(_TWO_FRAMES)

    def runs(self) -> int:
        return int(self.page.get_by_text("RUNS").inner_text().removeprefix("RUNS "))


@pytest.fixture
def page(browser: Browser) -> Iterator[Timeline]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    opened = Timeline(context.new_page())
    yield opened
    context.close()


def wait(check: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def reachable(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server on loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def test_it_draws_under_the_policy_and_asks_no_other_host(page: Timeline, address: str) -> None:
    page.open(f"{address}/?synthetic=1")
    assert page.window == Span(19, 26)
    head = page.page.locator(".coptime .head").inner_text()
    assert page.page.get_by_label("What the bars count").input_value() == "events"
    assert "per day" in head
    assert "SYNTHETIC" in head
    assert f"190000Z {TO} 260000Z NOV 26 · 7 d · " in head
    ticks = page.page.locator(".coptime text.tick").all_text_contents()
    assert {"UTC", "0", "1k", "2k", "16 NOV"} <= set(ticks)
    assert page.page.locator(".coptime .bars").count() == 3
    hosts = {urlparse(url).hostname for url in page.requests if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
    assert page.problems == []


def test_a_drag_makes_a_window_of_whole_bins_and_is_told_on_release(
    page: Timeline, address: str
) -> None:
    page.open(address)
    page.pull(3.4, 8.6)
    assert page.window == Span(3, 9)
    page.page.wait_for_timeout(500)
    assert page.page.get_by_text("TOLD 0").count() == 1
    page.page.mouse.up()
    page.told(1)
    assert page.last() == "2026-11-03 00:00:00 to 2026-11-09 00:00:00"
    assert page.window == Span(3, 9)
    page.press("again")
    page.told(1)
    assert page.window == Span(3, 9)
    assert page.ask("seen()") == page.ask("revision()") == 1


def test_edges_resize_the_middle_moves_and_ends_stop(page: Timeline, address: str) -> None:
    page.open(address)
    page.drag(19.0, 14.2)
    page.told(1)
    assert page.window == Span(14, 26)
    page.drag(26.0, 20.1)
    page.told(2)
    assert page.window == Span(14, 20)
    page.drag(17.0, 15.1)
    page.told(3)
    assert page.window == Span(12, 18)
    page.drag(15.0, 60.0)
    page.told(4)
    assert page.window == Span(20, 26)
    page.drag(20.0, 25.9)
    page.told(5)
    assert page.window == Span(25, 26)


def test_a_click_selects_nothing_and_escape_drops_a_drag(page: Timeline, address: str) -> None:
    page.open(address)
    page.drag(5.0, 5.01)
    page.plot.focus()
    page.pull(3.4, 8.6)
    page.page.keyboard.press("Escape")
    page.page.mouse.up()
    page.page.wait_for_timeout(500)
    page.told(0)
    assert page.window == Span(19, 26)


def test_a_double_click_clears_to_the_whole_extent(page: Timeline, address: str) -> None:
    page.open(address)
    x, y = page.point(5)
    page.page.mouse.dblclick(x, y)
    page.told(1)
    assert page.last() == "2026-09-27 00:00:00 to 2026-11-26 00:00:00"
    page.drag(3.4, 8.6)
    page.told(2)
    assert page.window == Span(3, 9), "in a window of everything a drag makes a new one"


def test_keys_move_and_resize_by_one_bin_and_are_told_once(page: Timeline, address: str) -> None:
    page.open(address)
    page.plot.focus()
    page.plot.evaluate(THREE_PRESSES)
    assert page.window == Span(16, 23)
    page.told(1)
    page.page.keyboard.press("Shift+ArrowRight")
    page.told(2)
    assert page.window == Span(16, 24)
    assert page.plot.get_attribute("role") == "slider"
    assert f"160000Z {TO} 240000Z NOV 26" in (page.plot.get_attribute("aria-valuetext") or "")
    assert page.page.locator(".coptime .plot:focus").count() == 1


def test_an_equal_window_is_told_again_and_the_spec_has_the_last_word(
    page: Timeline, address: str
) -> None:
    page.open(f"{address}/?ignore=1")
    page.drag(3.4, 8.6)
    page.told(1)
    assert page.window == Span(3, 9)
    page.drag(2.6, 2.9)
    page.told(2)
    page.drag(3.4, 8.6)
    page.told(3)
    page.drag(9.0, 9.3)
    page.told(4)
    assert page.window == Span(3, 9)
    page.press("again")
    assert page.window == Span(19, 26)
    page.told(4)


def test_it_follows_the_window_of_the_spec(page: Timeline, address: str) -> None:
    page.open(address)
    page.drag(3.4, 8.6)
    page.told(1)
    page.press("72 h")
    end = 25 + 6.5 / 24
    assert page.window == Span(end - 3, pytest.approx(end))
    page.plot.focus()
    page.page.keyboard.press("ArrowLeft")
    page.told(2)
    assert page.window == Span(21, 24), "an unaligned window snaps before it moves"


@pytest.mark.parametrize("way", ["first", "fragment"])
def test_a_page_may_read_the_brush_before_it_draws(page: Timeline, address: str, way: str) -> None:
    page.open(f"{address}/?read={way}")
    page.drag(3.4, 8.6)
    page.told(1)
    assert page.last() == "2026-11-03 00:00:00 to 2026-11-09 00:00:00"
    page.press("again")
    page.told(1)
    assert page.window == Span(3, 9)
    page.drag(9.0, 12.2)
    page.told(2)
    assert page.window == Span(3, 12)


def test_the_readout_says_the_bin_and_its_doubts(page: Timeline, address: str) -> None:
    page.open(f"{address}/?case=stale")
    tip = page.page.locator(".coptime .tip")
    n = {to_day(bin_["start"]): bin_["n"] for bin_ in page.ask("bins()")}
    for day, words in (
        (2, f"{n[2]:,} events"),
        (11, "reports incomplete"),
        (20, "no records yet"),
    ):
        page.page.mouse.move(*page.point(day + 0.5))
        assert f"{day:02}0000Z {TO} {day + 1:02}0000Z NOV 26" in tip.inner_text()
        assert words in tip.inner_text()
    page.page.mouse.move(5, 5)
    assert tip.is_hidden()
    assert "no records yet" in page.page.locator(".coptime .summary").inner_text()
    assert page.page.locator(".coptime .silence").count() == 1


def test_one_unit_is_drawn_at_a_time(page: Timeline, address: str) -> None:
    page.open(address)
    counted = page.page.get_by_label("What the bars count")
    assert counted.locator("option").all_inner_texts() == ["Events", "People"]
    ticks = page.page.locator(".coptime text.tick")
    assert "2k" in ticks.all_text_contents()
    assert "5k" not in ticks.all_text_contents()
    counted.select_option("people")
    assert "5k" in ticks.all_text_contents(), "three people an event, and no event beside them"
    assert page.plot.get_attribute("aria-label").startswith("People per day")  # type: ignore[union-attr]


def test_text_stays_text(page: Timeline, address: str) -> None:
    page.open(f"{address}/?unit=%3Cimg+src=x+onerror=alert(1)%3E")
    assert "<img src=x" in page.page.locator(".coptime option").last.inner_text().lower()
    assert page.page.locator(".coptime img").count() == 0


@pytest.mark.parametrize("case", ["hours", "years", "long", "empty", "none", "few"])
@pytest.mark.parametrize("width", [420, 1366])
def test_every_state_draws_at_every_width(
    page: Timeline, address: str, case: str, width: int
) -> None:
    page.page.set_viewport_size({"width": width, "height": 700})
    page.open(f"{address}/?case={case}&theme=light")
    box = page.page.locator(".coptime").bounding_box()
    assert box is not None
    assert box["height"] == 96
    wait(lambda: page.plot.bounding_box()["width"] <= box["width"], "the plot to fit")  # type: ignore[index]
    labels = page.page.locator(".coptime text.tick").all()
    spans = sorted((b["x"], b["y"], b["width"]) for b in (t.bounding_box() for t in labels) if b)
    bottom = max(y for _, y, _ in spans)
    axis = [(x, x + w) for x, y, w in spans if y > bottom - 3]
    assert all(end <= start for (_, end), (start, _) in pairwise(axis))
    assert len(axis) >= 3
    assert axis[-1][1] <= box["x"] + box["width"]
    assert page.problems == []


def test_the_wall_has_nothing_to_operate(page: Timeline, address: str) -> None:
    page.open(f"{address}/?wall=1&height=150")
    assert page.plot.get_attribute("role") == "img"
    assert page.plot.get_attribute("tabindex") is None
    assert page.page.locator(".coptime .grip").count() == 0
    page.drag(3.4, 8.6)
    page.page.wait_for_timeout(500)
    page.told(0)
    assert page.window == Span(19, 26)
