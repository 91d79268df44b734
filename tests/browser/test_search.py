"""The place search as a viewer uses it, in every region: typed, Enter, and the map is there."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

import pytest

from tests.browser.conftest import Served, Visit, wait
from tests.support.town import km_between, town_position

pytestmark = [pytest.mark.sources, pytest.mark.browser]

TYPED = {
    "sw_border": ("nogales, arizona", ("Nogales", "US", "AZ")),
    "hu_rs": ("roszke", ("Röszke", "HU", "06")),
}


def test_shown_place_search_flies_the_map_there(
    served: Served, visit: Callable[..., Visit]
) -> None:
    text, town = TYPED[served.region.name]
    seen = visit().open(f"{served.base}/?records=synthetic")
    seen.page.keyboard.press("/")
    seen.page.keyboard.type(text)
    seen.page.keyboard.press("Enter")
    where = town_position(*town)

    def away() -> float:
        camera = seen.camera()
        return km_between((camera["lon"], camera["lat"]), where)

    wait(lambda: away() < 1, "the map to arrive")
    seen.settle()
    assert seen.camera()["zoom"] > 10
    marker = seen.page.locator(".marker")
    assert town[0] in marker.inner_text()
    wait(lambda: "map" in parse_qs(urlparse(seen.address()).query), "the address to follow")
    wait(
        lambda: (
            km_between(
                tuple(
                    map(float, parse_qs(urlparse(seen.address()).query)["map"][0].split(",")[1::-1])
                ),  # type: ignore[arg-type]
                where,
            )
            < 1
        ),
        "the address to hold the place",
    )
    seen.page.keyboard.press("Escape")
    wait(marker.locator(".pin").is_hidden, "the marker to go")
    assert seen.faults == []
