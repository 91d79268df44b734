"""Browsers at one board: from the presenter's input until the followers' maps look there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Page, ViewportSize
from tqdm import tqdm

from cop.bench.page import BenchPageError, await_true, open_browser

FOLLOWERS = 3
_WARM_UP = 2
_LAPTOP: ViewportSize = {"width": 1366, "height": 768}
_WALL: ViewportSize = {"width": 1920, "height": 1080}
_INPUTS = """
  window.__copInputs = [];
  for (const name of ['wheel', 'pointermove']) {
    addEventListener(name, (event) => {
      if (name === 'wheel' || event.buttons) {
        window.__copInputs.push(Date.now() - (performance.now() - event.timeStamp));
      }
    }, true);
  }
"""
_SEATED = "!!window.__copMap?.board()?.state"


def run_table(address: str, *, moves: int, seed: int) -> dict[str, Any]:
    """Return {moves, total, server, drawn: {median_ms, p95_ms}} over every follower and move.

    ``total`` goes from the presenter's last input of a move until a follower's camera is the
    presenter's; ``server`` is the part of it from the presenter's word until the server had
    written it down.
    """
    with _open_table(address) as (presenter, others):
        rng = np.random.default_rng(seed)
        timed: list[tuple[float, float]] = []
        for n in tqdm(range(moves + _WARM_UP), desc="moves", leave=False):
            revisions = [page.evaluate("__copMap.board().state.revision") for page in others]
            _move(presenter, rng, zooms=n % 2 == 0)
            camera = _rest(presenter)
            _await_cameras(others, camera)
            last_input = presenter.evaluate("Math.max(...__copInputs)")
            if n >= _WARM_UP:
                timed += [
                    _time(page, before, last_input)
                    for page, before in zip(others, revisions, strict=True)
                ]
    total, server = (np.array(part) for part in zip(*timed, strict=True))
    return {"moves": moves, "total": _spread(total), "server": _spread(server)}


@contextmanager
def _open_table(address: str) -> Iterator[tuple[Page, list[Page]]]:
    with open_browser() as browser:
        presenter = browser.new_page(viewport=_LAPTOP, color_scheme="dark")
        presenter.add_init_script(_INPUTS)
        presenter.goto(f"{address}/?records=synthetic")
        await_true(presenter, _SEATED, "the presenter's board")
        others = [browser.new_page(viewport=_WALL, color_scheme="dark")]
        others[0].goto(f"{address}/Wall")
        for _ in range(FOLLOWERS):
            others.append(browser.new_page(viewport=_LAPTOP, color_scheme="dark"))
            others[-1].goto(address)
        for page in others:
            await_true(page, _SEATED, "a follower's board")
        presenter.get_by_role("button", name="Present", exact=True).click()
        for page in (presenter, *others):
            await_true(page, "__copMap.settled()", "the first picture")
        yield presenter, others


def _move(page: Page, rng: np.random.Generator, *, zooms: bool) -> None:
    """Zoom by the wheel or pan by the mouse, in several inputs, as a hand does."""
    page.evaluate("__copInputs.length = 0")
    stage = page.locator(".copmap .stage").bounding_box()
    if stage is None:
        raise BenchPageError("the page shows no map")
    x, y = stage["x"] + 0.6 * stage["width"], stage["y"] + 0.5 * stage["height"]
    page.mouse.move(x, y)
    if zooms:
        way = -1 if page.evaluate("__copMap.camera().zoom") < 7 else 1  # noqa: PLR2004 mid scale
        for _ in range(4):
            page.mouse.wheel(0, way * float(rng.uniform(40, 120)))
        return
    page.mouse.down()
    dx, dy = rng.uniform(-150, 150, 2)
    page.mouse.move(x + dx, y + dy / 2, steps=6)
    # A hand that stops before it lets go: without this the map would glide on.
    time.sleep(0.3)
    page.mouse.up()


def _rest(page: Page) -> dict[str, float]:
    """Wait until the presenter's own camera no longer moves."""
    before: dict[str, float] = {}
    while True:
        camera: dict[str, float] = page.evaluate("__copMap.camera()")
        if camera == before:
            return camera
        before = camera
        time.sleep(0.15)


def _await_cameras(pages: list[Page], camera: dict[str, float]) -> None:
    limits = {"lon": 1e-6, "lat": 1e-6, "zoom": 0.01}
    there = " && ".join(
        f"Math.abs(__copMap.camera().{part} - {camera[part]!r}) <= {limit}"
        for part, limit in limits.items()
    )
    for page in pages:
        await_true(page, there, "a follower's camera")


def _time(page: Page, before: int, last_input: float) -> tuple[float, float]:
    """Return the ms until the last of a move's cameras was shown, and the server's part of them."""
    last = page.evaluate(f"__copMap.board().trace.findLast((one) => one.revision > {before})")
    return last["shown"] - last_input, last["at"] - last["sent"]


def _spread(values: np.ndarray) -> dict[str, float]:
    return {
        "median_ms": round(float(np.percentile(values, 50)), 1),
        "p95_ms": round(float(np.percentile(values, 95)), 1),
    }
