"""An uploaded layer in Chromium: on a page and on the wall that are open already, and off again."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from cop.ingest.layer.lifecycle import undo_layer
from cop.settings import StoreSettings
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.layer import make_features, publish_features

pytestmark = [pytest.mark.layers, pytest.mark.browser]

# Without an event in its window: one of them could lie over the layer.
HERE = "records=synthetic&map=31.5,-110.5,8&from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z"
HOSTILE = "Towers <img src=x onerror=window.hit=1>"
SHAPES = [
    shapely.Point(-110.5, 31.5),
    shapely.LineString([(-111.0, 31.4), (-110.0, 31.4)]),
    shapely.box(-110.3, 31.6, -110.0, 31.8),
]


def shows(seen: Visit, name: str) -> bool:
    layers = "(window.__copMap?.layers() ?? []).filter((l) => l.visible).map((l) => l.id)"
    return name in seen.ask(layers)


def test_shown_a_layer_comes_to_an_open_page_and_the_wall_and_undo_takes_it_off(
    own_demo: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    with serving(own_demo, tmp_path / "log.txt") as base:
        page = visit().open(f"{base}/?{HERE}")
        wall = visit().open(f"{base}/Wall?{HERE}")
        for seen in (page, wall):
            seen.ask("window.kept = 1")
        kinds = ['tower "A"', "camión", "zone"]
        step = publish_features(
            own_demo, make_features(SHAPES, kind=kinds), title=HOSTILE, timed=False
        )
        name = step.layer.name
        for seen in (page, wall):
            wait(lambda seen=seen: shows(seen, name), "the layer to come")  # type: ignore[misc]
            seen.settle()
            assert seen.ask("window.kept") == 1
            assert seen.ask("window.hit ?? null") is None
        assert HOSTILE in page.page.locator(".copmap").inner_text()
        x, y = page.ask("__copMap.project(-110.5, 31.5)")
        page.page.mouse.move(x - 30, y)
        page.page.mouse.move(x, y, steps=4)
        tip = page.page.locator(".copmap .tip")
        wait(tip.is_visible, "the tooltip")
        assert 'tower "A"' in tip.inner_text()
        undo_layer(StoreSettings(data=own_demo), step.layer.id, by="Ana")
        for seen in (page, wall):
            wait(lambda seen=seen: not shows(seen, name), "the layer to go")  # type: ignore[misc]
            assert seen.ask("window.kept") == 1
            assert seen.faults == []
            assert seen.away == []
