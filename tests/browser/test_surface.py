"""The risk surface in Chromium: switched on, with its record, its cells under the pointer."""

from collections.abc import Callable
from itertools import count

import pytest

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.forecast, pytest.mark.browser]

HERE = "records=synthetic&map=31.5,-110.5,8"
CELL = (-110.3, 31.34)


def test_shown_the_surface_comes_with_its_record_and_tells_its_cells(
    server: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(dark=False).open(f"{server}/?{HERE}")
    page = seen.page
    assert not [address for address in seen.tiles if "/risk_surface/" in address]
    page.get_by_role("switch", name="Show Risk surface").locator("xpath=..").click()
    note = page.locator("[data-layer=risk_surface] .note")
    wait(lambda: note.count() and "(PAI " in note.inner_text(), "the surface's track record")
    seen.settle()
    asked = [address for address in seen.tiles if "/risk_surface/" in address]
    assert asked
    assert all(address.endswith("&theme=light") for address in asked)
    box = page.get_by_role("status", name="Value under the pointer")

    # What is asked for is dropped when the pointer moves: a slow machine needs a longer rest.
    rests = (400 * 2**n for n in count())

    def is_told() -> bool:
        x, y = seen.ask(f"__copMap.project{CELL}")
        page.mouse.move(x + 3, y + 3)
        page.mouse.move(x, y)
        page.wait_for_timeout(next(rests))
        return box.is_visible() and "events expected" in box.inner_text()

    wait(is_told, "what the cell is expected to have")
    (value,) = (one for one in seen.ask("__copMap.values()") if one["layer"] == "risk_surface")
    assert value["low"] <= value["value"] <= value["high"]
    assert f"80% interval {value['low']:,.0f} to {value['high']:,.0f}" in box.inner_text()
    assert (seen.faults, seen.away) == ([], [])
