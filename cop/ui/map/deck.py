"""The pydeck description of the map: one MVTLayer a layer, coloured by expressions, no data."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pydeck

from cop.model.layer import Layer, Measure
from cop.model.style import CLEAR, Classes, Color, Label, Paint, Ramp, Style
from cop.ui.map.spec import Camera, LayerView, MapSpec, Theme

WORKER_URL = "/assets/mvt-worker.js"
MIN_ZOOM, MAX_ZOOM = 3.0, 17.0
WALL_SCALE = 1.5
_UNKNOWN_WIDTH = 0.4
_FEATURE_ID = {"events": "event_id", "segments": "segment_id"}
_SIZE_STEPS = ((100, 2.0), (20, 1.6), (5, 1.3))
_OTHER_ICON = "_other"
_HALO = Paint("#0a1017", "#ffffff")
_CELL_EDGE = Paint("#0a101799", "#ffffffb3")


def build_deck(spec: MapSpec) -> pydeck.Deck:
    """Describe the map; its JSON is a few KB whatever the number of records."""
    west, south, east, north = spec.home
    camera = spec.camera or Camera(lon=(west + east) / 2, lat=(south + north) / 2, zoom=5)
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
    """Give the deck.gl props that recolour ``layer`` by ``measure`` without a round trip."""
    lines = layer.style.line is not None
    prop = "getLineColor" if lines else "getFillColor"
    expressions: dict[str, str | float | list[int]] = {prop: build_color(measure.color, theme)}
    if lines:
        painted = replace(layer.style, line=measure.color)
        expressions["getLineWidth"] = _width(painted, WALL_SCALE if wall else 1.0)
    return {
        **{name: f"@@={e}" if isinstance(e, str) else e for name, e in expressions.items()},
        "updateTriggers": {name: _fingerprint(e) for name, e in expressions.items()},
    }


def build_color(color: Color | None, theme: Theme) -> str | list[int]:
    """Turn a colour into a constant, or into a pydeck expression over a feature's properties."""
    if color is None:
        return list(CLEAR.rgba(theme))
    if isinstance(color, Paint):
        return list(color.rgba(theme))
    if isinstance(color, Classes):
        return _classes_expression(color, theme)
    return _ramp_expression(color, theme)


def _classes_expression(classes: Classes, theme: Theme) -> str:
    name = f"properties[{json.dumps(classes.property)}]"
    tests = [
        f"{name}=={json.dumps(entry.value)}?{_rgba(entry.paint, theme)}:"
        for entry in classes.classes
    ]
    return "".join(tests) + _rgba(classes.other, theme)


def _ramp_expression(ramp: Ramp, theme: Theme) -> str:
    name = f"properties[{json.dumps(ramp.property)}]"
    steps = [
        f"{name}<{edge:g}?{_rgba(paint, theme)}:"
        for edge, paint in zip(ramp.breaks, ramp.paints, strict=False)
    ]
    unknown = f"{name}==null?{_rgba(ramp.unknown, theme)}:"
    return unknown + "".join(steps) + _rgba(ramp.paints[-1], theme)


def _rgba(paint: Paint, theme: Theme) -> str:
    return json.dumps(list(paint.rgba(theme)), separators=(",", ":"))


def _build_layer(view: LayerView, spec: MapSpec) -> pydeck.Layer:
    layer = view.layer.measured_by(view.measure)
    style, scale = layer.style, WALL_SCALE if spec.wall else 1.0
    fill = build_color(style.cell or style.fill, spec.theme)
    line = build_color(_CELL_EDGE if style.cell else style.line, spec.theme)
    width = _width(style, scale)
    triggers = {
        "getFillColor": _fingerprint(fill),
        "getLineColor": _fingerprint(line),
        "getLineWidth": _fingerprint(width),
    }
    return pydeck.Layer(
        "MVTLayer",
        view.tile_url,
        id=layer.id,
        visible=view.visible,
        opacity=view.opacity,
        # Binary tiles give 0 where a number is absent, so that unknown would read as zero.
        binary=layer.group == "background" and style.label is None,
        pickable=bool(layer.fields) and style.label is None,
        auto_highlight=layer.tile in _FEATURE_ID,
        highlight_color=[255, 255, 255, 110] if spec.theme == "dark" else [0, 0, 0, 80],
        unique_id_property=f"'{_FEATURE_ID.get(layer.tile, '')}'",
        min_zoom=layer.min_zoom,
        max_zoom=layer.max_zoom,
        max_requests=8,
        load_options={"mvt": {"workerUrl": WORKER_URL}},
        filled=style.fill is not None or style.cell is not None,
        stroked=style.line is not None or style.cell is not None,
        get_fill_color=fill,
        get_line_color=line,
        get_line_width=width,
        line_width_units="'pixels'",
        line_joint_rounded=True,
        line_cap_rounded=layer.tile == "segments",
        update_triggers=triggers,
        **_point_props(layer, spec.theme, scale),
        **_label_props(style.label, spec.theme, scale),
    )


def _width(style: Style, scale: float) -> str | float:
    """Give a line's width: by class where the style says so, thinner where a figure is unknown."""
    usual = style.line_width_px * scale
    if isinstance(style.line, Ramp):
        name = f"properties[{json.dumps(style.line.property)}]"
        return f"{name}==null?{usual * _UNKNOWN_WIDTH:g}:{usual:g}"
    if style.line_widths_px and isinstance(style.line, Classes):
        name = f"properties[{json.dumps(style.line.property)}]"
        widths = style.line_widths_px
        tests = (f"{name}=={json.dumps(value)}?{px * scale:g}:" for value, px in widths)
        return f"{''.join(tests)}{usual:g}"
    return usual


def _point_props(layer: Layer, theme: Theme, scale: float) -> dict[str, Any]:
    if layer.tile != "events" or not isinstance(layer.style.fill, Classes):
        return {}
    classes = layer.style.fill
    diameter = layer.style.point_radius_px * 2 * scale
    name = f"properties[{json.dumps(classes.property)}]"
    known = "||".join(f"{name}=={json.dumps(entry.value)}" for entry in classes.classes)
    sizes = "".join(f"properties.count>={least}?{diameter * k:g}:" for least, k in _SIZE_STEPS)
    return {
        "point_type": "'icon'",
        "get_icon": f"{known}?{name}:{json.dumps(_OTHER_ICON)}",
        "get_icon_size": f"{sizes}{diameter:g}",
        "icon_size_units": "'pixels'",
        # The browser draws the atlas from these, with a halo in the colour of the land.
        "cop_icons": {
            "glyphs": {
                entry.value: [entry.shape, _css(entry.paint, theme)] for entry in classes.classes
            }
            | {_OTHER_ICON: ["circle", _css(classes.other, theme)]},
            "halo": _css(_HALO, theme),
        },
    }


def _label_props(label: Label | None, theme: Theme, scale: float) -> dict[str, Any]:
    if label is None:
        return {}
    return {
        "point_type": "''",
        "cop_label": {
            "property": label.property,
            "rank": label.rank,
            "size": label.size_px * scale,
            "sizes": [[least, size * scale] for least, size in label.sizes],
            "capitals": label.capitals,
            "color": list(label.paint.rgba(theme)),
            "halo": list(label.halo.rgba(theme)),
            "dot": list(label.dot.rgba(theme)) if label.dot else None,
        },
    }


def _css(paint: Paint, theme: Theme) -> str:
    return paint.dark if theme == "dark" else paint.light


def _fingerprint(value: object) -> int:
    """Give a short number that changes with ``value``: deck.gl compares it to repaint in place."""
    return zlib.crc32(json.dumps(value).encode())
