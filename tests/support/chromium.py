"""The one headless Chromium of a test session: Playwright runs once a process."""

import asyncio
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

# Mesa's software GL keeps the shaders it has compiled; SwiftShader compiles them for every page.
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu-compositing",
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--ignore-gpu-blocklist",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium with software GL, without a window: its pages take a quarter less CPU."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or "/usr/bin/chromium-headless-shell"
        opened = playwright.chromium.launch(
            executable_path=path, args=FLAGS, env={**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"}
        )
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def own_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test without the browser run a loop of its own: Playwright's runs from its start on."""
    if "browser" in request.fixturenames:
        yield
        return
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)
