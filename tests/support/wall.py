"""A wall in the browser: its words with their sizes and boxes, wherever in the page they are."""

from typing import TYPE_CHECKING, Any

from cop.model.display import HEADLINE

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

HD, UHD = (1920, 1080), (3840, 2160)
LIBRARY = """
window.wall = {
  unseen: 'style, script, .cop-page-title',
  roots: () => [document, ...[...document.querySelectorAll('*')].map(n => n.shadowRoot)]
    .filter(Boolean),
  all: (css) => wall.roots().flatMap(root => [...root.querySelectorAll(css)]),
  words: () => wall.roots().flatMap(root => {
    const found = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !node || node.closest(wall.unseen)) continue;
      if (!node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      const {left, right, top, bottom} = range.getBoundingClientRect();
      if (right <= left || bottom <= 0 || top >= innerHeight) continue;
      const px = parseFloat(getComputedStyle(node).fontSize);
      found.push({text: walk.currentNode.data.trim(), px, left, right, top, bottom,
                  folded: Boolean(node.closest('.fold-body'))});
    }
    return found;
  }),
  labels: () => __copMap.owner.deck.layerManager.getLayers()
    .flatMap(layer => layer.state?.copLabels?.data ?? []).map(label => label.size),
};
"""
# Text line by line, a little less than its line's height; in a fold, the page that it is on, and
# whether it is that page's turn.
TEXTS = """
(() => {
  const found = [];
  for (const root of wall.roots()) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !node || node.closest(wall.unseen)) continue;
      if (!node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
      const px = parseFloat(getComputedStyle(node).fontSize);
      const body = node.closest('.fold-body');
      const fold = body?.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      for (const {left, right, top, bottom} of range.getClientRects()) {
        const middle = (top + bottom) / 2;
        if (right <= left) continue;
        const page = fold && Math.floor((middle - fold.top + body.scrollTop) / fold.height);
        const hidden = Boolean(fold && (middle < fold.top || middle > fold.bottom));
        const box = [left, middle - 0.4 * px, right, middle + 0.4 * px];
        const text = walk.currentNode.data.trim();
        const before = found.at(-1);
        const again = before?.node === walk.currentNode && before.page === page;
        const named = {fold: body?.parentElement.className, page, hidden};
        found.push({text, box, again, node: walk.currentNode, ...named});
      }
    }
  }
  const map = __copMap.owner;
  const {left, top} = map.nodes.stage.getBoundingClientRect();
  const viewport = map.viewport();
  for (const layer of map.deck.layerManager.getLayers()) {
    const {data = [], boxes = [], zoom} = layer.state?.copLabels ?? {};
    data.forEach(({text, position}, i) => {
      const world = 512 * 2 ** zoom;
      const [x, y] = viewport.project(position);
      const [lon, lat] = position;
      const at = [
        ((lon + 180) / 360) * world,
        (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * world,
      ];
      const box = boxes[i].map((edge, k) => edge - at[k % 2] + [x + left, y + top][k % 2]);
      found.push({text: text.replaceAll('\\u200a', ''), box, label: true});
    });
  }
  return found.map(({node, ...text}) => text);
})()
"""


def text_of(seen: "Visit", css: str) -> str:
    return " ".join(seen.ask(f"wall.all({css!r}).map(n => n.textContent)"))


def has_least_sizes(seen: "Visit", least: float) -> None:
    """Every word on the page, and every name on the map, is as large as the seat asks for."""
    from tests.browser.conftest import wait

    wait(lambda: seen.ask("wall.labels().length"), "names on the map")
    words: list[dict[str, Any]] = seen.ask("wall.words()")
    assert len(words) > 20
    small = [word["text"] for word in words if word["px"] < least - 0.01]
    assert small == []
    assert min(seen.ask("wall.labels()")) >= least - 0.01
    figures = seen.ask("wall.all('.figure b').map(n => parseFloat(getComputedStyle(n).fontSize))")
    assert len(figures) >= 4
    assert min(figures) >= HEADLINE * least - 0.01


def stays_inside(seen: "Visit", size: tuple[int, int]) -> None:
    assert seen.ask("document.documentElement.scrollHeight <= innerHeight")
    outside = [
        word["text"]
        for word in seen.ask("wall.words()")
        if not word["folded"] and (word["left"] < 0 or word["right"] > size[0])
    ]
    assert outside == []
