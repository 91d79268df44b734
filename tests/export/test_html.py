"""The standalone map in a browser without network: drawn, asking nothing, text shown as text."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.export.conftest import HOSTILE, Kept
from tests.support.command import run_cop

pytestmark = [pytest.mark.table, pytest.mark.browser]

SIZES = [(1366, 768), (1920, 1080)]
_MAP = "Object.values(window).find((value) => value instanceof L.Map)"
_FEATURES = f"""() => {{
  const found = [];
  ({_MAP}).eachLayer((layer) => {{ if (layer.feature) found.push(layer.feature.properties); }});
  return found;
}}"""
PATIENCE_SECONDS = 180
INKED_COLORS = 20
_INKED = """() => {
  const canvas = document.querySelector('.leaflet-overlay-pane canvas');
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
}"""
_OPEN_HOSTILE = f"""() => {{
  let opened = false;
  ({_MAP}).eachLayer((layer) => {{
    const values = layer.feature && layer.feature.properties.p;
    if (!opened && values && values.some((value) => String(value).includes('<img'))) {{
      layer.openPopup();
      opened = true;
    }}
  }});
  return document.querySelector('.leaflet-popup-content').textContent;
}}"""


class Offline:
    """A browser page with the network off, and all that it asked for or complained about."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("requestfailed", lambda request: self.faults.append(request.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self._said)
        page.goto(file.as_uri())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while page.evaluate(_INKED) <= INKED_COLORS:
            assert time.monotonic() < deadline, self.faults
            page.wait_for_timeout(100)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)


@pytest.fixture(scope="module")
def file(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-out of the Picture with the hostile name, by the real command."""
    out = tmp_path_factory.mktemp("html") / "map.html"
    ended = run_cop("handout", "--picture", kept.hostile, "--data", kept.folder, out)
    assert ended.returncode == 0, ended.stderr
    return out


@pytest.fixture
def opened(browser: Browser, file: Path, size: tuple[int, int]) -> Iterator[Offline]:
    width, height = size
    context = browser.new_context(offline=True, viewport={"width": width, "height": height})
    yield Offline(context.new_page(), file)
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_shown_the_html_opens_without_network(opened: Offline, file: Path, kept: Kept) -> None:
    page = opened.page
    assert opened.asked == [file.as_uri()]
    assert opened.faults == []
    assert page.evaluate(_INKED) > INKED_COLORS
    assert page.evaluate(f"{_MAP}.getZoom()") == 10
    for place in ("header", "footer"):
        words = page.locator(place).inner_text()
        assert "TLP:CLEAR" in words
        assert "SYNTHETIC" in words
    side = page.locator("aside").inner_text()
    words = ("Events", "Border segments", "SYNTHETIC demo", "Exported ", "MGRS 12R", "as known at")
    for word in words:
        assert word in side
    assert f"/?picture={kept.hostile}&revision=1" in side
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("size", SIZES[:1])
def test_shown_a_value_with_html_is_text(opened: Offline) -> None:
    page = opened.page
    assert HOSTILE in page.evaluate(_OPEN_HOSTILE)
    assert HOSTILE in page.locator("h1").inner_text()
    assert "Field reports <script>" in page.locator("aside").inner_text()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked === undefined")
    assert page.locator("img").count() == 0
    assert opened.faults == []


@pytest.mark.parametrize("size", SIZES[:1])
def test_layers_can_be_switched_and_keep_their_place(opened: Offline) -> None:
    page = opened.page
    before = page.evaluate(_FEATURES)
    box = page.locator(".leaflet-control-layers label", has_text="Recent events").locator("input")
    box.uncheck()
    without = page.evaluate(_FEATURES)
    assert 0 < len(without) < len(before)
    box.check()
    assert len(page.evaluate(_FEATURES)) == len(before)
    assert opened.faults == []
