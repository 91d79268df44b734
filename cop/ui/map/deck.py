"""The pydeck description of the map: one layer of tiles a layer, colored by expressions."""

import json
import zlib
from typing import Any

import pydeck

from cop.layerkind.registry import kind_of
from cop.layerkind.service.drawing import feature_id, resolve_layer
from cop.model.drawing import Circles, Glyphs, KindDrawing, ResolvedStyle, Text, encode_glyph
from cop.model.layer import Layer, Measure
from cop.model.scale import ByClass
from cop.model.style import Theme, read_rgba
from cop.ui.map.expression import (
    Expression,
    write_colors,
    write_numbers,
    write_property,
    write_text,
)
from cop.ui.map.spec import LayerView, MapCamera, MapSpec

WORKER_URL = "/assets/mvt-worker.js"
MIN_ZOOM, MAX_ZOOM = 3.0, 17.0
WALL_SCALE = 1.5
_OTHER_ICON = "_other"


def build_deck(spec: MapSpec) -> pydeck.Deck:
    """Describe the map; its JSON is a few KB whatever the number of records."""
    west, south, east, north = spec.home
    camera = spec.camera or MapCamera(lon=(west + east) / 2, lat=(south + north) / 2, zoom=5)
    return pydeck.Deck(
        layers=[_build_layer(view, spec) for view in spec.layers],
        views=[
            pydeck.View(
                type="MapView",
                id="map",
                repeat=False,
                controller={
                    "dragRotate": False,
                    "touchRotate": False,
                    "keyboard": True,
                    "scrollZoom": {"speed": 0.01, "smooth": False},
                },
            )
        ],
        initial_view_state=pydeck.ViewState(
            longitude=camera.lon,
            latitude=camera.lat,
            zoom=camera.zoom,
            min_zoom=MIN_ZOOM,
            max_zoom=MAX_ZOOM,
            max_pitch=0,
        ),
        map_provider=None,
        map_style=None,
        tooltip=False,
    )


def build_measure_patch(
    layer: Layer, measure: Measure, theme: Theme, *, wall: bool = False
) -> dict[str, Any]:
    """Return the deck.gl props that recolor ``layer`` by ``measure`` without a round trip."""
    measured = layer.measured_by(measure.key)
    style = resolve_layer(measured, theme, scale=_scale(wall=wall))
    names = (
        ["getFillColor"] if measured.style.fill is not None else ["getLineColor", "getLineWidth"]
    )
    if measured.style.point_sizes is not None:
        names += ["getPointRadius", "getIconSize"]
    expressions = {name: e for name, e in _accessors(style).items() if name in names}
    return {
        **{name: f"@@={e}" if isinstance(e, str) else e for name, e in expressions.items()},
        "updateTriggers": {name: _fingerprint(e) for name, e in expressions.items()},
    }


def _scale(*, wall: bool) -> float:
    return WALL_SCALE if wall else 1.0


def _build_layer(view: LayerView, spec: MapSpec) -> pydeck.Layer:
    layer, kind = view.layer.measured_by(view.measure), kind_of(view.layer).drawing
    style = resolve_layer(layer, spec.theme, opacity=view.opacity, scale=_scale(wall=spec.wall))
    shared = {
        "id": layer.id,
        "visible": view.visible,
        "opacity": style.opacity,
        "min_zoom": layer.min_zoom,
        "max_zoom": layer.max_zoom,
        "max_requests": 8,
    }
    if layer.tile_format != "mvt":
        own = _image_props(layer, kind, style)
        return pydeck.Layer("TileLayer", view.tile_url, **shared, **own)
    return pydeck.Layer("MVTLayer", view.tile_url, **shared, **_vector_props(layer, kind, style))


def _image_props(layer: Layer, kind: KindDrawing, style: ResolvedStyle) -> dict[str, Any]:
    # A themed image is another in each theme: the browser asks for it by its address.
    themed = {"cop_theme": f"'{style.theme}'", "update_triggers": {"getTileData": style.theme}}
    return {
        "pickable": False,
        "tile_size": layer.tile_px,
        **({} if style.shade is None else {"cop_shade": style.shade}),
        **(themed if kind.themed else {}),
    }


def _vector_props(layer: Layer, kind: KindDrawing, style: ResolvedStyle) -> dict[str, Any]:
    accessors, own_id = _accessors(style), feature_id(layer)
    strength = kind.area_highlight if layer.style.fill is not None else KindDrawing.area_highlight
    return {
        # Binary tiles give 0 where a number is absent, so that unknown would read as zero.
        "binary": kind.binary
        and layer.group == "background"
        and style.text is None
        and not style.has_numbers,
        "pickable": bool(layer.fields) and (style.text is None or kind.labels_shapes),
        "auto_highlight": own_id is not None,
        "highlight_color": [*((255,) * 3 if style.theme == "dark" else (0,) * 3), strength],
        "unique_id_property": f"'{own_id or ''}'",
        "load_options": {"mvt": {"workerUrl": WORKER_URL}},
        "filled": style.filled,
        "stroked": style.outlined,
        "line_width_units": "'pixels'",
        "line_joint_rounded": True,
        "line_cap_rounded": style.round_caps,
        "update_triggers": {name: _fingerprint(e) for name, e in accessors.items()},
        **{_PROPS[name]: expression for name, expression in accessors.items()},
        **_point_props(style, kind),
        # In an object, as pydeck takes a bare list of texts for an expression.
        **({"cop_ground": {"order": list(style.area_order)}} if style.area_order else {}),
        **({} if style.text is None else _text_props(style.text)),
    }


_PROPS = {
    "getFillColor": "get_fill_color",
    "getLineColor": "get_line_color",
    "getLineWidth": "get_line_width",
    "getPointRadius": "get_point_radius",
    "getIcon": "get_icon",
    "getIconSize": "get_icon_size",
}


def _accessors(style: ResolvedStyle) -> dict[str, Expression]:
    """Return what differs from feature to feature, by deck.gl's names."""
    fill, line = write_colors(style.fill), write_colors(style.line)
    if style.squares is not None:
        fill = _with_squares(style, write_colors(style.squares.fill), fill)
        line = _with_squares(style, list(read_rgba(style.squares.edge)), line)
    found: dict[str, Expression] = {
        "getFillColor": fill,
        "getLineColor": line,
        "getLineWidth": write_numbers(style.width_px),
    }
    if isinstance(style.points, Circles):
        found["getPointRadius"] = write_numbers(style.points.radius_px)
    if isinstance(style.points, Glyphs):
        found["getIcon"] = _icon(style.points)
        found["getIconSize"] = write_numbers(style.points.side_px, style.points.squares)
    return found


def _with_squares(
    style: ResolvedStyle, squares: str | list[int], other: str | list[int]
) -> str | list[int]:
    """Return the color of what may be a square."""
    marked_by = style.squares.marked_by if style.squares else None
    if marked_by is None:
        return squares
    return f"{write_property(marked_by)}==1?{_within(squares)}:{_within(other)}"


def _within(color: str | list[int]) -> str:
    return f"({color})" if isinstance(color, str) else json.dumps(color, separators=(",", ":"))


def _point_props(style: ResolvedStyle, kind: KindDrawing) -> dict[str, Any]:
    if isinstance(style.points, Circles):
        return {"point_radius_units": "'pixels'"}
    if isinstance(style.points, Glyphs):
        return {
            "point_type": "'icon'",
            "icon_size_units": "'pixels'",
            "cop_icons": _atlas(style, style.points),
        }
    replaced = style.text is not None and not kind.labels_shapes
    return {"point_type": "''"} if replaced or kind.points == "hidden" else {}


def _icon(points: Glyphs) -> str:
    if not isinstance(points.glyph, ByClass):
        # In brackets, as pydeck takes what is only quoted for no expression.
        return f"({write_text(_OTHER_ICON)})"
    name = write_property(points.glyph.property)
    known = "||".join(f"{name}=={write_text(text)}" for text in points.glyph.values)
    return f"{known}?{name}:{write_text(_OTHER_ICON)}"


def _atlas(style: ResolvedStyle, points: Glyphs) -> dict[str, Any]:
    """Return what the browser draws the icons from, with a halo in the color of the land."""
    glyph = points.glyph
    known = glyph.values if isinstance(glyph, ByClass) else {}
    name = glyph.property if isinstance(glyph, ByClass) else ""
    glyphs = {text: [encode_glyph(one), style.fill.of({name: text})] for text, one in known.items()}
    other = [encode_glyph(glyph.of({})), style.fill.of({})]
    return {
        "glyphs": glyphs | {_OTHER_ICON: other},
        "halo": points.halo,
        "side": points.squares,
    }


def _text_props(text: Text) -> dict[str, Any]:
    label = text.label
    return {
        "cop_label": {
            "property": label.property,
            "rank": label.rank,
            "size": label.size_px,
            "sizes": [list(pair) for pair in label.sizes],
            "capitals": label.capitals,
            "color": list(read_rgba(text.color)),
            "halo": list(read_rgba(text.halo)),
            "dot": list(read_rgba(text.dot)) if text.dot else None,
        },
    }


def _fingerprint(value: object) -> int:
    """Return a short number that changes with ``value``: deck.gl compares it to repaint."""
    return zlib.crc32(json.dumps(value).encode())
