"""The map's description of images: the relief in both themes, and basemaps of either sort."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cop.model.layer import Layer
from cop.model.style import Theme
from cop.query.registry import find_layer
from cop.ui.map.deck import build_deck
from cop.ui.map.spec import LayerView, MapSpec

pytestmark = pytest.mark.sources

HOME = (-117.2, 25.8, -97.0, 33.0)


def described(layer: Layer, theme: Theme = "dark") -> Any:
    address = f"/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{layer.tile_format}?v=1"
    view = LayerView(layer=layer, tile_url=address)
    deck = build_deck(MapSpec(layers=[view], home=HOME, theme=theme))
    return json.loads(deck.to_json())["layers"][0]


def test_the_relief_is_an_image_layer_with_shade_for_each_theme() -> None:
    layer = find_layer("hillshade")
    dark, light = (described(layer, theme) for theme in ("dark", "light"))
    for deck in (dark, light):
        assert deck["@@type"] == "TileLayer"
        assert (deck["tileSize"], deck["maxZoom"], deck["pickable"]) == (512, 11, False)
        for strength, most in deck["copShade"]:
            assert 0 < most < 1 <= strength
    assert dark["copShade"] != light["copShade"]


@pytest.mark.forecast
def test_the_surface_is_an_image_of_its_theme_under_every_line() -> None:
    layer = find_layer("risk_surface")
    for theme in ("dark", "light"):
        deck = described(layer, theme)  # type: ignore[arg-type]
        assert (deck["@@type"], deck["copTheme"]) == ("TileLayer", theme)
        assert deck["updateTriggers"] == {"getTileData": theme}
        assert "copShade" not in deck
    lines = ("risk", "segments", "sectors", "places", "events")
    assert layer.order < min(find_layer(name).order for name in lines)


def test_the_relief_lies_over_the_land_and_under_the_lines() -> None:
    order = find_layer("hillshade").order
    assert find_layer("basemap").order < find_layer("background").order < order
    assert order < min(find_layer(name).order for name in ("segments", "sectors", "places"))


def test_an_image_basemap_keeps_its_colours_and_size() -> None:
    deck = described(replace(find_layer("basemap"), tile_format="webp", tile_px=256))
    assert (deck["@@type"], deck["tileSize"]) == ("TileLayer", 256)
    assert "copShade" not in deck


def test_a_vector_basemap_is_painted_land_first_whatever_its_order() -> None:
    deck = described(find_layer("basemap"))
    assert deck["@@type"] == "MVTLayer"
    assert not deck["binary"], "features are sorted in the browser"
    ground = deck["copGround"]["order"]
    assert ground.index("earth") < ground.index("landuse") < ground.index("water")
    assert ground.index("water") < ground.index("buildings")
    for name in ("earth", "water", "roads", "transportation", "boundary"):
        assert f'"{name}"' in deck["getFillColor"] + deck["getLineColor"]
