"""The legend of a layer, read from the same style that paints it."""

from itertools import pairwise
from typing import Any

from cop.model.drawing import ResolvedStyle, encode_glyph, resolve_color, resolve_style
from cop.model.scale import ByClass, ByStep, Constant, Scale
from cop.model.style import Classes, Color, Paint, Ramp, Sizes, Style, Theme
from cop.model.symbol import Symbol

Block = dict[str, Any]
RELIEF = "shaded relief, light from the northwest"
_THOUSAND, _MILLION = 1_000, 1_000_000
_SIZE_PAINT = Paint("#8fa0b2", "#7c8da0")


def build_legend(style: Style, theme: Theme) -> list[Block]:
    """Return the blocks of a legend: classes with shape and color, ramps and sizes with unit."""
    drawn, sizes = resolve_style(style, theme), style.point_sizes
    blocks = []
    if isinstance(style.fill, Classes):
        blocks.append(_classes_block(style.fill, drawn.fill, drawn.line))
    elif isinstance(style.line, Classes):
        blocks.append(_classes_block(style.line, drawn.line, None))
    if isinstance(style.point, Symbol):
        blocks.append(_symbol_block(style.point))
    points = "circle" if sizes is not None else "area"
    line = None if style.line == style.fill else style.line
    shapes = ((style.fill, points), (line, "line"), (style.cell, "square"))
    blocks += [
        _ramp_block(color, shape, theme)
        for color, shape in shapes
        if isinstance(color, Ramp) and not _same_classes(color, sizes)
    ]
    if sizes is not None:
        blocks.append(_sizes_block(sizes, style.fill, drawn))
    return blocks


def build_size_labels(sizes: Sizes) -> list[str]:
    """Name each circle: "<100" below the first break, then "≥100", "≥1k"."""
    edges = [_short(edge) for edge in sizes.breaks]
    return [f"<{edges[0]}", *(f"\N{GREATER-THAN OR EQUAL TO}{edge}" for edge in edges)]


def build_ramp_labels(ramp: Ramp) -> list[str]:
    """Name each class of a ramp: counts as "1-4", other numbers as "0.5 to 2"."""
    first, last = ramp.breaks[0], ramp.breaks[-1]
    if not ramp.whole:
        between = [f"{_number(low)} to {_number(high)}" for low, high in pairwise(ramp.breaks)]
        return [f"below {_number(first)}", *between, f"{_number(last)} and more"]
    edges = [int(edge) for edge in ramp.breaks]
    lowest = "0" if edges[0] == 1 else f"below {_number(edges[0])}"
    between = [
        _number(low) if high - low == 1 else f"{_number(low)}\N{EN DASH}{_number(high - 1)}"
        for low, high in pairwise(edges)
    ]
    return [lowest, *between, f"{_number(edges[-1])} and more"]


def _ramp_block(ramp: Ramp, shape: str, theme: Theme) -> Block:
    *steps, unknown = resolve_color(ramp, theme).every()
    return {
        "type": "ramp",
        "unit": ramp.unit,
        "shape": shape,
        "steps": [
            {"label": label, "color": color}
            for label, color in zip(build_ramp_labels(ramp), steps, strict=True)
        ],
        "breaks": [_short(edge) for edge in ramp.breaks],
        "unknown": {"label": ramp.unknown_label, "color": unknown},
    }


def _same_classes(color: Color | None, sizes: Sizes | None) -> bool:
    """Whether color and size show the same thing, so that one row of circles explains both."""
    return (
        isinstance(color, Ramp)
        and sizes is not None
        and (color.property, color.breaks) == (sizes.property, sizes.breaks)
    )


def _sizes_block(sizes: Sizes, fill: Color | None, drawn: ResolvedStyle) -> Block:
    """Return circles of true radius, filled where one paint or the same classes fill them."""
    fills: list[str | None] = [None] * len(sizes.radii_px)
    edge = unknown = _SIZE_PAINT.css(drawn.theme)
    if isinstance(drawn.fill, ByStep) and _same_classes(fill, sizes):
        fills, unknown = [*drawn.fill.values], drawn.fill.unknown
    elif isinstance(drawn.fill, Constant) and fill is not None:
        fills = [drawn.fill.value] * len(sizes.radii_px)
    return {
        "type": "sizes",
        "unit": sizes.unit,
        "edge": edge,
        "entries": [
            {"radius": radius, "label": label, "fill": color}
            for radius, label, color in zip(
                sizes.radii_px, build_size_labels(sizes), fills, strict=True
            )
        ],
        "unknown": {"radius": sizes.unknown_px, "fill": unknown},
    }


def _classes_block(classes: Classes, colors: Scale[str], edges: Scale[str] | None) -> Block:
    edge_of = edges.values if isinstance(edges, ByClass) else {}
    entries = [
        {
            "value": entry.value,
            "label": entry.label,
            "shape": encode_glyph(entry.glyph),
            "color": colors.of({classes.property: entry.value}),
            "edge": edge_of.get(entry.value),
        }
        for entry in classes.classes
    ]
    if classes.other_label:
        entries.append(
            {
                "value": None,
                "label": classes.other_label,
                "shape": _other_shape(classes),
                "color": colors.of({}),
                "edge": None,
            }
        )
    return {"type": "classes", "property": classes.property, "entries": entries}


def _other_shape(classes: Classes) -> str | Block:
    """Return what the map draws where no class fits."""
    shape = classes.classes[0].shape
    return encode_glyph(classes.other_symbol or (shape if shape in ("area", "line") else "circle"))


def _symbol_block(symbol: Symbol) -> Block:
    """Return the words for the single symbol of a layer."""
    entry = {
        "value": None,
        "label": symbol.title,
        "shape": encode_glyph(symbol),
        "color": "#00000000",
        "edge": None,
    }
    return {"type": "classes", "property": "", "entries": [entry]}


def _short(value: float) -> str:
    if abs(value) >= _MILLION:
        return f"{_number(value / _MILLION)}M"
    return f"{_number(value / _THOUSAND)}k" if abs(value) >= _THOUSAND else _number(value)


def _number(value: float) -> str:
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")
