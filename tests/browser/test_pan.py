"""The hand over the map: what it took hold of stays below it, however costly a frame is."""

from collections.abc import Callable
from math import hypot

import pytest

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.table, pytest.mark.browser]

TAKEN, STEP, STEPS = (500, 350), 15, 16
SLOW = """
const {pace} = __copMap.owner;
pace.measure = () => { pace.shown = ++pace.drawn; pace.frameMs = 400; };
pace.frameMs = 400;
window.slid = 0;
const canvas = __copMap.owner.deck.getCanvas();
new MutationObserver(() => { slid += canvas.style.transform !== ''; })
  .observe(canvas, {attributeFilter: ['style']});
"""


def test_shown_a_dragged_map_stays_under_the_hand(server: str, visit: Callable[..., Visit]) -> None:
    seen = visit().open(f"{server}/?records=synthetic&map=31.44,-110.65,8")
    seen.ask(f"(() => {{{SLOW}}})()")
    left, top = TAKEN
    mouse = seen.page.mouse
    mouse.move(left, top)
    mouse.down()
    taken = seen.ask(f"__copMap.unproject({left}, {top})")
    off = []
    for step in range(1, STEPS + 1):
        hand = (left + STEP * step, top - STEP * step / 2)
        mouse.move(*hand)
        if step > 1:
            found = seen.ask(f"__copMap.project({taken[0]}, {taken[1]})")
            off.append(hypot(found[0] - hand[0], found[1] - hand[1]))
    mouse.up()
    assert seen.ask("slid"), "the canvas was never slid, so this shows nothing"
    assert max(off) < 2 * STEP, off
    wait(lambda: seen.ask("!__copMap.owner.deck.getCanvas().style.transform"), "the map to rest")
    assert seen.faults == []
