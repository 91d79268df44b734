"""The map's sandbox server and a browser page on it, for the tests of the component."""

import io
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support.command import free_port
from tests.support.streamlit import STOP_SECONDS, streamlit_command

SANDBOX = Path(__file__).with_name("sandbox")
PATIENCE_SECONDS = 180


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    port = free_port()
    command = streamlit_command(SANDBOX / "app.py", port)
    root = Path(__file__).parents[3]
    server = subprocess.Popen(
        command, cwd=root, env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait(lambda: reachable(f"{url}/healthz"), "the sandbox server")
        yield url
    finally:
        server.terminate()
        server.wait(STOP_SECONDS)


class Map:
    """A page with the map; remembers what was asked for and what went wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type == "error" else None,
        )

    def open(self, url: str) -> "Map":
        self.page.goto(url)
        return self.idle()

    def idle(self) -> "Map":
        # evaluate, not wait_for_function: the policy forbids what that one does in the page.
        wait(lambda: self.ask("window.__copMap?.settled() ?? false"), "the map to settle")
        return self

    def ask(self, code: str) -> Any:
        return self.page.evaluate(code)

    def layer(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            layer for layer in self.ask("__copMap.layers()") if layer["id"] == name
        )
        return found

    def camera(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("__copMap.camera()")
        return found

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self.ask(f"__copMap.project({lon}, {lat})")
        return x, y

    def pixel(self, lon: float, lat: float) -> tuple[int, int, int]:
        x, y = self.at(lon, lat)
        self.page.mouse.move(5, 5)
        shot = self.page.screenshot(clip={"x": x - 1, "y": y - 1, "width": 3, "height": 3})
        middle = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))[1, 1]
        return tuple(int(channel) for channel in middle)  # type: ignore[return-value]

    def switch(self, name: str) -> None:
        # Not a click: the panel may be drawn anew while Playwright looks for its place.
        self.page.locator(f"[data-layer={name}] input[role=switch]").dispatch_event("click")

    def choose(self, filter_name: str) -> None:
        self.page.get_by_text(filter_name, exact=True).click()

    def wait_for_url(self, name: str, part: str) -> "Map":
        wait(lambda: part in self.layer(name)["url"], f"{part} in the tiles of {name}")
        return self.idle()


@pytest.fixture
def page(browser: Browser) -> Iterator[Map]:
    context = browser.new_context(viewport={"width": 1366, "height": 820})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    opened = Map(context.new_page())
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


def distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def border(lon: float) -> tuple[float, float]:
    return lon, 32.5 - (lon + 117.0) * 0.32
