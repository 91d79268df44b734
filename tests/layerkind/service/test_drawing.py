"""Map, stills, HTML files and legends draw the same feature alike, whatever the layer."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from cop.export.feature import Feature
from cop.export.ink import Inks
from cop.export.legend import build_rows
from cop.export.vector import VectorLayer, draw_vector
from cop.layerkind.registry import kind_of
from cop.layerkind.service.drawing import resolve_layer
from cop.model.drawing import Sort, encode_glyph
from cop.model.layer import Layer
from cop.model.style import Classes, Color, Ramp, Sizes, Style, Theme, read_rgba
from cop.model.styling import CELL, StyleWords
from cop.model.symbol import Symbol, SymbolPart
from cop.query.registry import load_layers
from cop.ui.map.component import build_data
from cop.ui.map.spec import LayerView, MapSpec
from tests.support.expression import evaluate

pytestmark = pytest.mark.house

OPACITY = 0.6
POST, BOAT = "10031000002002000000", "10043000001405000000"
SYMBOLS = {
    code: Symbol(
        code=code,
        box=(-reach, -reach, reach, reach),
        parts=(SymbolPart(fill=fill, path="M-9,-9L9,-9L9,9Z"),),
    )
    for code, reach, fill in ((POST, 40.0, "#80e0ff"), (BOAT, 30.0, "#ff8080"))
}
KINDS = [
    {"value": "tower", "paint": ["#ff0000", "#aa0000"], "shape": "star"},
    {"value": "a 'b'", "paint": "#00ff0080"},
]
SAID: Mapping[str, dict[str, Any]] = {
    "one paint": {"fill": ["#ff0000", "#aa0000"], "line_width_px": 3},
    "one shape": {"fill": "#ff0000", "shape": "diamond", "point_radius_px": 7},
    "one symbol": {"fill": "#ff0000", "symbol": POST},
    "classes": {"fill": {"property": "kind", "classes": KINDS, "other_label": "else"}},
    "class symbols": {
        "fill": {
            "property": "kind",
            "classes": [{"value": "post", "symbol": POST}, {"value": "boat", "symbol": BOAT}],
        },
        "label": {"property": "name"},
    },
    "ramp": {"fill": {"property": "x", "breaks": [1, 5.5]}, "line": "#abcdef"},
    "sizes": {
        "fill": {"property": "kind", "classes": KINDS},
        "point_sizes": {"property": "x", "breaks": [1, 5], "radii_px": [3, 6, 9]},
    },
}


def uploaded(name: str, **shapes: int) -> Layer:
    style = StyleWords.model_validate(SAID[name]).build(**shapes, symbols=SYMBOLS)
    usual = {"title": name, "note": "", "dataset": "made", "order": 1}
    return Layer(id="made", tile="uploads", style=style, **usual)  # type: ignore[arg-type]


def every_layer() -> Iterator[Any]:
    for layer in load_layers().values():
        for measure in layer.measures or (None,):
            key = measure.key if measure else ""
            measured = replace(layer, measures=(measure,) if measure else ())
            yield pytest.param(measured.measured_by(None), id=f"{layer.id}-{key}")
    for name in SAID:
        for n in (1, 3_000):
            layer = uploaded(name, points=n, lines=n, areas=n)
            yield pytest.param(layer, id=f"{name}-{n}")
        yield pytest.param(uploaded(name, points=0, lines=0, areas=5), id=f"{name}-areas")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is seen of a feature: channels 0-1, pixels."""

    fill: Any = None
    edge: Any = None
    width: float = 0.0
    glyph: Any = None
    radius: float = 0.0


def seen(*, fill: Any, edge: Any, width: float, glyph: Any = None, radius: float = 0.0) -> Seen:
    """Leave out what cannot be seen; a symbol has colors of its own."""
    if isinstance(glyph, dict):
        return Seen(glyph=glyph["parts"], radius=radius)
    stroked = edge is not None and edge[3] > 0 and width > 0
    return Seen(
        fill=fill if fill is not None and fill[3] > 0 else None,
        edge=edge if stroked else None,
        width=width if stroked else 0.0,
        glyph=glyph,
        radius=radius,
    )


def like(one: Seen) -> Seen:
    """What looks the same: a hand-out's file rounds channels and pixels."""
    return Seen(
        fill=one.fill and pytest.approx(one.fill, abs=2e-3),
        edge=one.edge and pytest.approx(one.edge, abs=2e-3),
        width=pytest.approx(one.width),
        glyph=one.glyph,
        radius=pytest.approx(one.radius, abs=0.06),
    )


def describe(layer: Layer, theme: Theme) -> dict[str, Any]:
    view = LayerView(layer=layer, tile_url="/t/{z}/{x}/{y}.mvt", opacity=OPACITY)
    return build_data(MapSpec(layers=[view], home=(-117, 25, -97, 33), theme=theme))


def draw_deck(props: Mapping[str, Any], properties: Mapping[str, Any], sort: Sort) -> Seen:
    found = {name: evaluate(value, properties) for name, value in props.items()}
    share = props["opacity"] ** (1 / 2.2)

    def faded(color: Any) -> tuple[float, ...]:
        *rgb, alpha = (channel / 255 for channel in color)
        return (*rgb, alpha * share)

    line = faded(found["getLineColor"])
    if sort == "line":
        return seen(fill=None, edge=line, width=found["getLineWidth"])
    fill = faded(found["getFillColor"]) if props["filled"] else None
    if sort == "area":
        width = found["getLineWidth"] if props["stroked"] else 0
        return seen(fill=fill, edge=line, width=width)
    if props.get("pointType") == "icon":
        icons = props["copIcons"]
        glyph, color = icons["glyphs"][found["getIcon"]]
        halo = faded(read_rgba(icons["halo"]))
        radius = found["getIconSize"] / icons["side"] / 2
        return seen(fill=faded(read_rgba(color)), edge=halo, width=1, glyph=glyph, radius=radius)
    radius = found["getPointRadius"]
    return seen(fill=fill, edge=line, width=found["getLineWidth"], radius=radius)


@dataclass
class Sheet:
    """A canvas that remembers what was drawn on it."""

    drawn: list[dict[str, Any]] = field(default_factory=list)

    def clip(self, *_box: float) -> None: ...

    def unclip(self) -> None: ...

    def draw(self, path: Path, placed: Affine2D, **how: Any) -> None:
        radius = float(placed.get_matrix()[0, 0]) if path == Path.unit_circle() else 0.0
        self.drawn.append({"radius": radius, **how})

    def draw_symbol(self, glyph: Any, at: Any, side: float, **how: Any) -> None:
        self.drawn.append({"glyph": encode_glyph(glyph), "radius": side / 2, **how})


SHAPES: Mapping[Sort, Path] = {
    "area": Path([(0, 0), (1, 0), (1, 1), (0, 0)]),
    "line": Path([(0, 0), (1, 1)]),
    "point": Path([(0.5, 0.5)]),
}


def draw_still(layer: Layer, theme: Theme, properties: Mapping[str, Any], sort: Sort) -> Seen:
    style = resolve_layer(layer, theme, opacity=OPACITY)
    feature = Feature(sort, dict(properties), SHAPES[sort])
    tiles = [((0.0, 0.0, 256.0), [feature])]
    sheet: Any = Sheet()
    draw_vector(sheet, VectorLayer(layer=layer, style=style, tiles=tiles))
    drawn: dict[str, Any] = {}
    for one in sheet.drawn:
        drawn |= one
    if "glyph" in drawn:
        halo, radius = drawn["halo"], drawn["radius"]
        return seen(fill=drawn["color"], edge=halo, width=1, glyph=drawn["glyph"], radius=radius)
    return seen(
        fill=drawn.get("fill"),
        edge=drawn.get("stroke"),
        width=drawn["width_px"],
        radius=drawn["radius"] if sort == "point" else 0.0,
    )


def draw_html(layer: Layer, theme: Theme, properties: Mapping[str, Any], sort: Sort) -> Seen:
    square = sort == "area" and properties.get(CELL) == 1
    inks = Inks(resolve_layer(layer, theme, opacity=OPACITY), cells=square)
    inks.number(properties, {"area": "Polygon", "line": "LineString", "point": "Point"}[sort])
    (ink,) = inks.found
    glyph = ink.get("shape")
    if isinstance(glyph, dict):
        return seen(fill=None, edge=None, width=0, glyph=glyph, radius=ink["unit"] * 32)

    def color(name: str, opacity: str) -> tuple[float, ...]:
        *rgb, _ = (channel / 255 for channel in read_rgba(ink[name]))
        return (*rgb, ink[opacity])

    return seen(
        fill=color("fillColor", "fillOpacity") if ink["fill"] else None,
        edge=color("color", "opacity"),
        width=ink["weight"] if ink["stroke"] else 0,
        glyph=glyph,
        radius=ink.get("radius", 0.0),
    )


def values_of(scale: Color | Sizes | None) -> list[dict[str, Any]]:
    """Properties that meet every class or step, what is of none, and what is unknown."""
    if isinstance(scale, Classes):
        return [{scale.property: c.value} for c in scale.classes] + [{scale.property: "no such"}]
    if isinstance(scale, Ramp | Sizes):
        edges = [scale.breaks[0] - 1, *scale.breaks]
        return [{scale.property: edge} for edge in edges]
    return []


def samples(style: Style) -> list[dict[str, Any]]:
    """Properties of features, one of each look, some of them squares."""
    looks = [style.fill, style.line, style.point_sizes]
    squares = [{**one, CELL: 1} for one in ({}, *values_of(style.cell))] if style.cell else []
    counted = [{"count": n} for n in (1, 5, 20, 100)]
    return [{}, *counted, *(one for look in looks for one in values_of(look)), *squares]


def sorts_of(layer: Layer, properties: Mapping[str, Any]) -> list[Sort]:
    """What a feature can be: squares are areas, events points or squares."""
    style = resolve_layer(layer, "dark")
    if properties.get(CELL) == 1:
        return ["area"]
    lines: list[Sort] = [] if style.squares and style.squares.marked_by is None else ["line"]
    return ["area", *lines, *(["point"] if style.points else [])]  # type: ignore[list-item]


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("layer", [*every_layer()])
def test_shown_that_map_still_and_html_draw_a_feature_alike(layer: Layer, theme: Theme) -> None:
    if layer.tile_format != "mvt":
        return
    (props,) = describe(layer, theme)["deck"]["layers"]
    for properties in samples(layer.style):
        for sort in sorts_of(layer, properties):
            deck = like(draw_deck(props, properties, sort))
            assert draw_still(layer, theme, properties, sort) == deck, (properties, sort)
            if kind_of(layer).drawing.has_rows:
                assert draw_html(layer, theme, properties, sort) == deck, (properties, sort)


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("layer", [*every_layer()])
def test_shown_that_legends_name_what_the_map_draws(layer: Layer, theme: Theme) -> None:
    words = describe(layer, theme)["layers"][0]
    blocks = kind_of(layer).build_legend(layer, theme)
    if not layer.measures:
        assert words["legend"] == blocks
    style = resolve_layer(layer, theme)
    for block in blocks:
        if block["type"] == "classes" and block["property"]:
            for entry in block["entries"]:
                properties = {block["property"]: entry["value"]}
                sort: Sort = "area" if layer.style.fill is not None else "line"
                mark = style.mark(properties, sort)
                color = mark.fill if sort == "area" else mark.edge
                if style.squares is None:
                    assert entry["color"] == color
                if style.points is not None and not isinstance(layer.style.fill, Ramp):
                    glyph = style.mark(properties, "point").glyph
                    assert glyph is None or encode_glyph(glyph) == entry["shape"]
        if block["type"] == "sizes":
            sizes = layer.style.point_sizes
            assert sizes is not None
            for entry, properties in zip(block["entries"], values_of(sizes), strict=True):
                drawn = style.mark(properties, "point")
                shared = drawn.radius_px if drawn.glyph is None else drawn.radius_px * 40 / 64
                assert entry["radius"] == pytest.approx(shared)
    rows = [row for block in build_rows(layer, theme) for row in block.rows]
    colors = {row.fill for row in rows}
    said = json.dumps(blocks)
    assert all(color is None or color in said for color in colors)


def test_an_order_of_areas_is_the_basemaps_alone() -> None:
    basemap = load_layers()["basemap"]
    fill = basemap.style.fill
    assert isinstance(fill, Classes)
    order = tuple(entry.value for entry in fill.classes)
    assert resolve_layer(basemap, "dark").area_order == order
    assert resolve_layer(replace(basemap, tile="features"), "dark").area_order == ()
