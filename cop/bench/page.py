"""A headless Chromium for the benches, drawing in software."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from cop.errors import CopError, SettingsError

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
STOPWATCH: Final = Path(__file__).with_name("stopwatch.js")
SCREEN_PX: Final[ViewportSize] = {"width": 1366, "height": 768}
_PATIENCE_S = 240.0
_POLL_S = 0.02


class BenchPageError(CopError):
    """The browser did not show the picture that the bench asked for."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Open a browser; SettingsError where none is installed."""
    chromium = _find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_profile(folder: Path) -> Iterator[Page]:
    """Open a page of a browser whose profile is that folder and stays there, with its cache."""
    chromium = _find_chromium()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=chromium,
            args=_FLAGS,
            viewport=SCREEN_PX,
            color_scheme="dark",
        )
        yield context.pages[0]
        context.close()


def _find_chromium() -> str:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SettingsError("this bench needs a browser: install chromium, then try again")
    return chromium


def await_true(page: Page, expression: str, what: str) -> Any:
    """Wait until an expression is true in the page; its policy forbids wait_for_function."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        found = page.evaluate(expression)
        if found:
            return found
        time.sleep(_POLL_S)
    raise BenchPageError(f"waited {_PATIENCE_S:.0f} s for {what} without success: {page.url}")
