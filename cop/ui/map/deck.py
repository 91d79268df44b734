"""The pydeck description of the map: one layer of tiles a layer, coloured by expressions."""

import json
import zlib
from typing import Any

import pydeck

from cop.model.drawing import (
    CELL_EDGE,
    GLYPH_SHARE,
    HALO,
    SHADE,
    SIZE_STEPS,
    UNKNOWN_WIDTH,
    symbol_side,
)
from cop.model.layer import Layer, Measure
from cop.model.legend import as_said
from cop.model.style import CLEAR, Classes, Color, Paint, Ramp, Sizes, Style, Theme
from cop.model.styling import CELL
from cop.model.uploaded import FEATURE_ID
from cop.ui.map.spec import LayerView, MapCamera, MapSpec

WORKER_URL = "/assets/mvt-worker.js"
MIN_ZOOM, MAX_ZOOM = 3.0, 17.0
Expression = str | float | list[int]
WALL_SCALE = 1.5
_FEATURE_ID = {
    "events": "event_id",
    "segments": "segment_id",
    "impacts": "segment_id",
    "sensors": "sensor_id",
    "uploads": FEATURE_ID,
}
_OWN_IDS = ("record_id", "cell_id", "cell", "code", "sector")
_HIGHLIGHT, _AREA_HIGHLIGHT = 110, 45
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
    """Give the deck.gl props that recolour ``layer`` by ``measure`` without a round trip."""
    measured = layer.measured_by(measure.key)
    style, scale = measured.style, WALL_SCALE if wall else 1.0
    expressions: dict[str, Expression] = {"getFillColor": build_color(style.fill, theme)}
    if style.fill is None:
        expressions = {
            "getLineColor": build_color(style.line, theme),
            "getLineWidth": _width(style, scale),
        }
    if style.point_sizes is not None:
        expressions |= _sizes(_point_props(measured, theme, scale))
    return {
        **{name: f"@@={e}" if isinstance(e, str) else e for name, e in expressions.items()},
        "updateTriggers": {name: _fingerprint(e) for name, e in expressions.items()},
    }


def feature_id(layer: Layer) -> str | None:
    """Give the property that tells the features of a layer apart, None where there is none."""
    if layer.tile in _FEATURE_ID:
        return _FEATURE_ID[layer.tile]
    return next((name for name in _OWN_IDS if name in layer.columns), None)


def build_color(color: Color | None, theme: Theme) -> str | list[int]:
    """Turn a colour into a constant, or into a pydeck expression over a feature's properties."""
    if color is None:
        return list(CLEAR.rgba(theme))
    if isinstance(color, Paint):
        return list(color.rgba(theme))
    if isinstance(color, Classes):
        return _classes_expression(color, theme)
    return _ramp_expression(color, theme)


def build_radius(style: Style, scale: float = 1.0) -> str | float:
    """Give the radius of points in pixels: a constant, or an expression over a property."""
    sizes = style.point_sizes
    if sizes is None:
        return style.point_radius_px * scale
    return _sizes_expression(sizes, scale)


def _sizes_expression(sizes: Sizes, factor: float) -> str:
    name = f"properties[{_text(sizes.property)}]"
    steps = (
        f"{name}<{edge:g}?{radius * factor:g}:"
        for edge, radius in zip(sizes.breaks, sizes.radii_px, strict=False)
    )
    return (
        f"{name}==null?{sizes.unknown_px * factor:g}:{''.join(steps)}"
        f"{sizes.radii_px[-1] * factor:g}"
    )


def _classes_expression(classes: Classes, theme: Theme) -> str:
    name = f"properties[{_text(classes.property)}]"
    tests = [
        f"{name}=={_text(entry.value)}?{_rgba(entry.paint, theme)}:" for entry in classes.classes
    ]
    return "".join(tests) + _rgba(classes.other, theme)


def _ramp_expression(ramp: Ramp, theme: Theme) -> str:
    name = f"properties[{_text(ramp.property)}]"
    steps = [
        f"{name}<{edge:g}?{_rgba(paint, theme)}:"
        for edge, paint in zip(ramp.breaks, ramp.paints, strict=False)
    ]
    unknown = f"{name}==null?{_rgba(ramp.unknown, theme)}:"
    return unknown + "".join(steps) + _rgba(ramp.paints[-1], theme)


def _rgba(paint: Paint, theme: Theme) -> str:
    return json.dumps(list(paint.rgba(theme)), separators=(",", ":"))


def _build_layer(view: LayerView, spec: MapSpec) -> pydeck.Layer:
    if view.layer.tile_format != "mvt":
        return _build_raster(view, spec.theme)
    return _build_vector(view, spec)


def _build_raster(view: LayerView, theme: Theme) -> pydeck.Layer:
    layer = view.layer
    # The image of a surface is another in each theme: the browser asks for it by its address.
    themed = {"cop_theme": f"'{theme}'", "update_triggers": {"getTileData": theme}}
    return pydeck.Layer(
        "TileLayer",
        view.tile_url,
        id=layer.id,
        visible=view.visible,
        opacity=view.opacity,
        pickable=False,
        min_zoom=layer.min_zoom,
        max_zoom=layer.max_zoom,
        tile_size=layer.tile_px,
        max_requests=8,
        **({"cop_shade": SHADE[theme]} if layer.tile == "terrain" else {}),
        **(themed if layer.tile == "surface" else {}),
    )


def _build_vector(view: LayerView, spec: MapSpec) -> pydeck.Layer:
    layer = view.layer.measured_by(view.measure)
    style, scale = layer.style, WALL_SCALE if spec.wall else 1.0
    fill = _with_cells(layer, build_color(style.fill, spec.theme), style.cell, spec.theme)
    line = _with_cells(layer, build_color(style.line, spec.theme), CELL_EDGE, spec.theme)
    width = _width(style, scale)
    points = _point_props(layer, spec.theme, scale)
    accessors = {"getFillColor": fill, "getLineColor": line, "getLineWidth": width}
    triggers = {name: _fingerprint(e) for name, e in (accessors | _sizes(points)).items()}
    if "get_icon" in points:
        triggers["getIcon"] = _fingerprint(points["get_icon"])
    own_id = feature_id(layer)
    area = style.fill is not None and layer.tile in ("features", "uploads")
    strength = _AREA_HIGHLIGHT if area else _HIGHLIGHT
    return pydeck.Layer(
        "MVTLayer",
        view.tile_url,
        id=layer.id,
        visible=view.visible,
        opacity=view.opacity,
        # Binary tiles give 0 where a number is absent, so that unknown would read as zero.
        binary=layer.group == "background"
        and layer.tile == "features"
        and style.label is None
        and not _has_numbers(style),
        pickable=bool(layer.fields) and (style.label is None or layer.tile == "uploads"),
        auto_highlight=own_id is not None,
        highlight_color=[*((255,) * 3 if spec.theme == "dark" else (0,) * 3), strength],
        unique_id_property=f"'{own_id or ''}'",
        min_zoom=layer.min_zoom,
        max_zoom=layer.max_zoom,
        max_requests=8,
        load_options={"mvt": {"workerUrl": WORKER_URL}},
        filled=style.fill is not None or style.cell is not None,
        stroked=_outlines_areas(style),
        get_fill_color=fill,
        get_line_color=line,
        get_line_width=width,
        line_width_units="'pixels'",
        line_joint_rounded=True,
        line_cap_rounded=layer.tile in ("segments", "impacts"),
        update_triggers=triggers,
        **points,
        **_ground_props(layer),
        **_label_props(layer, spec.theme, scale),
    )


def _with_cells(
    layer: Layer, color: str | list[int], cell: Color | None, theme: Theme
) -> str | list[int]:
    """Give the colour of what may be a square: areas of events always are, of uploads by a mark."""
    if layer.style.cell is None:
        return color
    squares = build_color(cell, theme)
    if layer.tile != "uploads":
        return squares
    return f"properties[{_text(CELL)}]==1?{_word(squares)}:{_word(color)}"


def _word(color: str | list[int]) -> str:
    return f"({color})" if isinstance(color, str) else json.dumps(color, separators=(",", ":"))


def _text(value: str) -> str:
    """Write a text for an expression; its reader knows no escapes of letters."""
    return json.dumps(value, ensure_ascii=False)


def _ground_props(layer: Layer) -> dict[str, Any]:
    """Say in which order the browser paints the areas of a basemap: files have them in any."""
    fill = layer.style.fill
    if layer.tile != "basemap" or not isinstance(fill, Classes):
        return {}
    # In an object, as pydeck takes a bare list of texts for an expression.
    return {"cop_ground": {"order": [entry.value for entry in fill.classes]}}


def _outlines_areas(style: Style) -> bool:
    """Say whether areas have an outline; where only classes of lines have a width, none has."""
    lines_only = style.line_widths_px and not style.line_width_px
    return style.cell is not None or (style.line is not None and not lines_only)


def _width(style: Style, scale: float) -> str | float:
    """Give a line's width: by class where the style says so, thinner where a figure is unknown."""
    usual = style.line_width_px * scale
    if isinstance(style.line, Ramp):
        name = f"properties[{_text(style.line.property)}]"
        return f"{name}==null?{usual * UNKNOWN_WIDTH:g}:{usual:g}"
    if style.line_widths_px and isinstance(style.line, Classes):
        name = f"properties[{_text(style.line.property)}]"
        widths = style.line_widths_px
        tests = (f"{name}=={_text(value)}?{px * scale:g}:" for value, px in widths)
        return f"{''.join(tests)}{usual:g}"
    return usual


def _has_numbers(style: Style) -> bool:
    return style.point_sizes is not None or any(
        isinstance(color, Ramp) for color in (style.fill, style.line, style.cell)
    )


def _point_props(layer: Layer, theme: Theme, scale: float) -> dict[str, Any]:
    style = layer.style
    if layer.tile == "basemap":
        return {"point_type": "''"} if style.label is None else {}
    labelled = style.label is not None and layer.tile != "uploads"
    if labelled or layer.tile not in ("events", "features", "changes", "uploads"):
        return {}
    if isinstance(style.fill, Classes) and style.fill.classes[0].shape not in ("area", "line"):
        return _class_icons(style, style.fill, theme, scale)
    if style.point is not None and isinstance(style.fill, Paint):
        glyph = [as_said(style.point), _css(style.fill, theme)]
        # In brackets, as pydeck takes what is only quoted for no expression.
        return _icon_props(
            style, f"({json.dumps(_OTHER_ICON)})", {_OTHER_ICON: glyph}, theme, scale
        )
    if layer.tile == "events" or style.fill is None:
        return {}
    radius = build_radius(style, scale)
    return {"get_point_radius": radius, "point_radius_units": "'pixels'"}


def _sizes(points: dict[str, Any]) -> dict[str, Expression]:
    names = {"get_point_radius": "getPointRadius", "get_icon_size": "getIconSize"}
    return {names[name]: value for name, value in points.items() if name in names}


def _class_icons(style: Style, classes: Classes, theme: Theme, scale: float) -> dict[str, Any]:
    name = f"properties[{_text(classes.property)}]"
    known = "||".join(f"{name}=={_text(entry.value)}" for entry in classes.classes)
    glyphs = {
        entry.value: [as_said(entry.glyph), _css(entry.paint, theme)] for entry in classes.classes
    }
    other = [as_said(classes.other_symbol or "circle"), _css(classes.other, theme)]
    icon = f"{known}?{name}:{json.dumps(_OTHER_ICON)}"
    return _icon_props(style, icon, glyphs | {_OTHER_ICON: other}, theme, scale)


def _icon_props(
    style: Style, icon: str, glyphs: dict[str, list[Any]], theme: Theme, scale: float
) -> dict[str, Any]:
    side = symbol_side(style)
    diameter = style.point_radius_px * 2 * scale * side
    size: str | float
    if style.point_sizes is not None:
        size = _sizes_expression(style.point_sizes, 2 * scale * side / GLYPH_SHARE)
    elif not style.grows_by_count:
        size = diameter
    else:
        steps = (f"properties.count>={least}?{diameter * k:g}:" for least, k in SIZE_STEPS)
        size = f"{''.join(steps)}{diameter:g}"
    return {
        "point_type": "'icon'",
        "get_icon": icon,
        "get_icon_size": size,
        "icon_size_units": "'pixels'",
        # The browser draws the atlas from these, with a halo in the colour of the land.
        "cop_icons": {"glyphs": glyphs, "halo": _css(HALO, theme), "side": side},
    }


def _label_props(layer: Layer, theme: Theme, scale: float) -> dict[str, Any]:
    label = layer.style.label
    if label is None:
        return {}
    return {
        **({} if layer.tile == "uploads" else {"point_type": "''"}),
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
