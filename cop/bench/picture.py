"""The picture in a real browser: from a filter's change until the map is painted."""

import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page
from tqdm import tqdm

from cop.bench.page import SCREEN_PX, STOPWATCH, BenchPageError, await_true, open_browser
from cop.bench.sample import Sample, open_sample
from cop.bench.server import serving
from cop.ingest.demo.pattern import KINDS as DEMO_KINDS
from cop.ingest.geography import read_region
from cop.model.event import KINDS
from cop.settings import DEFAULT_REGION

_MOST_CHOSEN = 2
_START, _LENGTH = (0.1, 0.7), (0.06, 0.12)
"""Shares of the timeline, which is about twelve windows long."""
_REST = "!!(window.__copMap && __copMap.settled())"
_IDLE = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
_FILTERS = re.compile("^Filters")
_PLOT = ".coptime svg.plot"
Change = Callable[[], None]


def run_picture(sample: Sample, *, changes: int) -> dict[str, Any]:
    """Return {events, changes, picture: {part: {median_ms, p95_ms}}}.

    Each change is made with mouse or keys on the page's own controls and asks for a window,
    sectors and kinds that were not shown before. ``total`` goes from the key or the mouse button
    until the pixels are there; ``server`` is the part of it in which the server was at work:
    ``script`` until it has described the map, ``tiles`` while it makes any of its tiles;
    ``browser`` is the rest.
    """
    with (
        open_sample(sample) as settings,
        tempfile.TemporaryDirectory() as scratch,
        serving(settings, Path(scratch) / "log.txt") as address,
        _open_page() as page,
    ):
        try:
            page.goto(f"{address}/?records=synthetic")
            await_true(page, f"{_REST} && {_IDLE}", "the first picture")
            timed = list(_time_changes(page, changes, seed=sample.seed))
        except BrowserError as fault:
            raise BenchPageError(f"the browser failed: {fault}") from fault
    return {"events": sample.events, "changes": len(timed), "picture": _figures(timed)}


def split_times(times: dict[str, Any]) -> dict[str, float]:
    """Split the stopwatch's times of one change into parts, in ms."""
    total = times["painted"] - times["asked"]
    script = times["heard"] - times["sent"]
    tiles = _covered((t["answered"] - t["server"], t["answered"]) for t in times["tiles"])
    server = script + tiles
    return {
        "total": total,
        "server": server,
        "script": script,
        "tiles": tiles,
        "browser": total - server,
    }


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Return the length of the union of spans of time."""
    covered, reached = 0.0, -np.inf
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _figures(timed: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    parts = [split_times(times) for times in timed]
    return {
        name: {
            "median_ms": round(float(np.percentile([part[name] for part in parts], 50)), 1),
            "p95_ms": round(float(np.percentile([part[name] for part in parts], 95)), 1),
        }
        for name in parts[0]
    }


@contextmanager
def _open_page() -> Iterator[Page]:
    with open_browser() as browser:
        page = browser.new_page(viewport=SCREEN_PX, color_scheme="dark")
        page.add_init_script(path=STOPWATCH)
        yield page


def _time_changes(page: Page, changes: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """Change window, sectors and kinds in turn; the first of each warms up and is not reported."""
    controls = _Controls(page, seed)
    seen = {controls.shown()}
    ways = (
        (controls.close_filters, controls.brush),
        (controls.open_filters, controls.choose_sector),
        (controls.open_filters, controls.choose_kind),
    )
    for turn in tqdm(range(changes + len(ways)), desc="changes", file=sys.stderr, leave=False):
        prepare, change = ways[turn % len(ways)]
        prepare()
        times = _time(page, change)
        new = controls.shown() not in seen
        seen.add(controls.shown())
        if turn >= len(ways) and new:
            yield times


def _time(page: Page, change: Change) -> dict[str, Any]:
    page.evaluate("__copWatch.begin()")
    change()
    times: dict[str, Any] = await_true(page, "__copWatch.read()", "the changed map to be painted")
    await_true(page, f"{_REST} && {_IDLE}", "the page to rest")
    return times


class _Controls:
    """The page's own controls, used as a viewer uses them, by a seeded draw."""

    def __init__(self, page: Page, seed: int) -> None:
        self._page = page
        self._rng = np.random.default_rng(seed)

    def shown(self) -> str:
        """Return the filter that the address holds."""
        values = parse_qs(urlparse(self._page.evaluate("location.href")).query)
        return repr(sorted((name, values[name]) for name in values if name != "map"))

    def open_filters(self) -> None:
        """Show sectors, kinds and the other boxes, where they are not shown."""
        if not self._boxes().count():
            self._page.get_by_role("button", name=_FILTERS).click()
        self._boxes().first.wait_for()

    def close_filters(self) -> None:
        """Leave only the bar of them, so that nothing lies over the timeline."""
        if self._boxes().count():
            self._page.keyboard.press("Escape")
        self._boxes().first.wait_for(state="hidden")

    def brush(self) -> None:
        """Draw a window of about the same length on the timeline, or move the one there is."""
        timeline = self._page.locator(_PLOT)
        timeline.scroll_into_view_if_needed()
        plot = timeline.bounding_box()
        if plot is None:
            raise BenchPageError("the page shows no timeline")
        start, length = self._rng.uniform(*_START), self._rng.uniform(*_LENGTH)
        y = plot["y"] + plot["height"] / 2
        self._page.mouse.move(plot["x"] + start * plot["width"], y)
        self._page.mouse.down()
        self._page.mouse.move(plot["x"] + (start + length) * plot["width"], y, steps=4)
        self._page.mouse.up()

    def choose_sector(self) -> None:
        """Add a sector, or take the last one away."""
        self._choose("Sectors", [sector.code for sector in read_region(DEFAULT_REGION).sectors])

    def choose_kind(self) -> None:
        """Add a kind, or take the last one away."""
        self._choose("Kinds", [KINDS[kind] for kind in DEMO_KINDS])

    def _choose(self, label: str, options: list[str]) -> None:
        box = self._boxes().filter(has_text=label)
        chosen = box.locator("[data-tag]").all_inner_texts()
        field = box.locator("input")
        field.focus()
        if len(chosen) >= _MOST_CHOSEN:
            field.press("Backspace")
        else:
            left = [o for o in options if not any(tag.startswith(o) for tag in chosen)]
            name = str(self._rng.choice(left))
            field.type(name)
            self._page.get_by_role("option").filter(has_text=re.compile(f"^{name}")).first.click()
        field.blur()

    def _boxes(self) -> Locator:
        return self._page.get_by_test_id("stMultiSelect")
