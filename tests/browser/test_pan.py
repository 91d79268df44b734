"""The hand over the map: what it took hold of stays below it, however costly a frame is."""

from collections.abc import Callable
from math import hypot

import pytest

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.table, pytest.mark.browser]

TAKEN, STEP, STEPS = (500, 350), 15, 16
NEAR_PX = 20
"""More than one step: a drag begins a little after the hand does."""
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
    hand = TAKEN

    def off() -> float:
        x, y = seen.ask(f"__copMap.project({taken[0]}, {taken[1]})")
        return hypot(x - hand[0], y - hand[1])

    for step in range(1, STEPS + 1):
        hand = (left + STEP * step, top - STEP * step // 2)
        mouse.move(*hand)
        # Where it is slow, the map comes after the hand.
        wait(lambda: off() < NEAR_PX, "the map to be under the hand", off)
    mouse.up()
    assert seen.ask("slid"), "the canvas was never slid, so this shows nothing"
    wait(lambda: seen.ask("!__copMap.owner.deck.getCanvas().style.transform"), "the map to rest")
    assert seen.faults == []
