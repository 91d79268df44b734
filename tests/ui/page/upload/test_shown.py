"""A just published layer: on in the address that names layers, and the link that shows it."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer
from cop.model.styling import StyleWords
from cop.model.window import TimeWindow
from cop.ui.page.upload import shown
from cop.ui.page.upload.shown import add_shown, build_show_link, build_shown, join_bounds

pytestmark = pytest.mark.layers

BOUNDS = (-111.0, 31.0, -110.0, 32.0)


def layer(name: str, *, timed: bool = False, opacity: float = 1.0) -> Any:
    moments = (datetime(2022, 1, 1), datetime(2022, 3, 1))
    content = SimpleNamespace(oldest=moments[0], newest=moments[1])
    return SimpleNamespace(
        name=name, style=StyleWords(opacity=opacity), is_timed=timed, content=content
    )


def test_layers_are_added_to_those_that_are_named_and_once() -> None:
    named = Picture(shown=(ShownLayer(id="events"), ShownLayer(id="layer_a", opacity=0.2)))
    found = add_shown(named, [layer("layer_a"), layer("layer_b", opacity=0.5)])
    assert [(one.id, one.opacity) for one in found.shown or ()] == [
        ("events", 1.0), ("layer_a", 0.2), ("layer_b", 0.5),
    ]  # fmt: skip
    assert add_shown(Picture(), [layer("layer_a")]).shown is None


def test_the_picture_fits_and_no_filter_leaves_the_layer_out() -> None:
    sectors = Filter(sectors=("RGV",), counties=("Webb",), kinds=("crossing",))
    known = Picture(filter=sectors, preset="72 h", known_at=datetime(2026, 1, 1))
    found = build_shown(known, [layer("a")], BOUNDS)
    assert (found.filter, found.preset) == (Filter(kinds=("crossing",)), "72 h")
    assert found.known_at is None
    assert found.viewpoint is not None
    assert (round(found.viewpoint.lon, 3), round(found.viewpoint.lat, 2)) == (-110.5, 31.5)
    assert 7 < found.viewpoint.zoom < 9
    dated = build_shown(known, [layer("a", timed=True), layer("b")], BOUNDS)
    window = TimeWindow(start=datetime(2022, 1, 1), end=datetime(2022, 3, 1, 0, 0, 1))
    assert (dated.filter.window, dated.preset) == (window, None)


def test_the_link_is_an_address_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(shown=(ShownLayer(id="events"),))
    monkeypatch.setattr(shown, "read_picture", lambda: picture)
    words = build_show_link([layer("layer_a")], BOUNDS)
    assert words.endswith(">Show on map</a>")
    address = words.split('"')[1].replace("&amp;", "&").removeprefix("/?")
    again = Picture.from_pairs(parse_qsl(address))
    assert [one.id for one in again.shown or ()] == ["events", "layer_a"]
    assert again.viewpoint is not None
    assert build_show_link([layer("layer_a")], None) == ""


def test_bounds_are_joined() -> None:
    assert join_bounds([None, BOUNDS, (-100.0, 20.0, -99.0, 21.0)]) == (-111.0, 20.0, -99.0, 32.0)
    assert join_bounds([None]) is None
