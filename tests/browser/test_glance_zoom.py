"""At 200% zoom every page stays readable: nothing is wider than the screen, no words overlap."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit
from tests.browser.test_picture import MAPPED, PAGES

pytestmark = [pytest.mark.glance, pytest.mark.browser]

LAPTOP_AT_200 = {"width": 1366 // 2, "height": 768 // 2}
LEAST_PX = 3
WIDTHS = """(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(
  document.querySelector('[data-testid=stMain]'))"""
# Lines of text as they are seen: cut by whatever scrolls or hides what is beyond its edges.
LINES = """(() => {
  const roots = [document];
  for (const root of roots) {
    for (const node of root.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
  }
  const above = (node) => node.parentElement ?? node.getRootNode().host;
  const cut = (box, node) => {
    for (let one = node; one && !one.matches('body, [data-testid=stMain]'); one = above(one)) {
      const {overflowX, overflowY} = getComputedStyle(one);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const {left, top, right, bottom} = one.getBoundingClientRect();
      const [west, north, east, south] = box;
      box = [Math.max(west, left), Math.max(north, top),
        Math.min(east, right), Math.min(south, bottom)];
    }
    return box;
  };
  const found = [];
  let text = 0;
  for (const root of roots) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode.parentElement;
      const words = walk.currentNode.data.trim();
      if (!words || !node || node.closest('style, script, .cop-page-title')) continue;
      if (!node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
      const px = parseFloat(getComputedStyle(node).fontSize);
      text += 1;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      for (const {left, right, top, bottom} of range.getClientRects()) {
        const middle = (top + bottom) / 2;
        const box = cut([left, middle - 0.35 * px, right, middle + 0.35 * px], node);
        if (box[2] > box[0] && box[3] > box[1]) found.push([text, words.slice(0, 60), box]);
      }
    }
  }
  return found;
})()"""


@pytest.fixture
def zoomed(browser: Browser) -> Iterator[Visit]:
    """A laptop's browser at 200%: half the pixels in each direction, each twice as large."""
    context = browser.new_context(viewport=LAPTOP_AT_200, device_scale_factor=2)
    yield Visit(context.new_page())
    context.close()


def list_overlaps(lines: list[Any]) -> list[str]:
    """Return the pairs of texts whose boxes share some pixels in both directions.

    A shortened text has two boxes of its own: the whole, and what is left of it.
    """
    return [
        f"{one!r} {[*map(round, a)]} and {other!r} {[*map(round, b)]}"
        for (first, one, a), (second, other, b) in combinations(lines, 2)
        if first != second
        and min(a[2], b[2]) - max(a[0], b[0]) > LEAST_PX
        and min(a[3], b[3]) - max(a[1], b[1]) > LEAST_PX
    ]


def test_shown_at_200_percent_nothing_overlaps(server: str, zoomed: Visit) -> None:
    faults = []
    for page in PAGES:
        if page == "/Wall":
            continue
        (zoomed.open if page in MAPPED else zoomed.look)(f"{server}{page}?records=synthetic")
        scrolled, room = zoomed.ask(WIDTHS)
        if scrolled > room:
            faults.append(f"{page}: {scrolled} pixels wide in {room}")
        lines = zoomed.ask(LINES)
        assert len(lines) > 5, page
        faults += [f"{page}: {found}" for found in list_overlaps(lines)]
    assert not faults, "\n".join(faults)
