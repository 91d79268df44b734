"""The legend of a layer, read from the same style that paints it."""

from itertools import pairwise
from typing import Any

from cop.model.style import Classes, Color, Paint, Ramp, Style
from cop.ui.map.spec import Theme

Block = dict[str, Any]
_THOUSAND = 1000


def build_legend(style: Style, theme: Theme) -> list[Block]:
    """Give the blocks of a legend: classes with shape and colour, ramps with breaks and unit."""
    blocks = []
    if isinstance(style.fill, Classes):
        blocks.append(_classes_block(style.fill, style.line, theme))
    elif isinstance(style.line, Classes):
        blocks.append(_classes_block(style.line, None, theme))
    shapes = ((style.fill, "area"), (style.line, "line"), (style.cell, "square"))
    blocks += [
        _ramp_block(color, shape, theme) for color, shape in shapes if isinstance(color, Ramp)
    ]
    return blocks


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
    return {
        "type": "ramp",
        "unit": ramp.unit,
        "shape": shape,
        "steps": [
            {"label": label, "color": css_color(paint, theme)}
            for label, paint in zip(build_ramp_labels(ramp), ramp.paints, strict=True)
        ],
        "breaks": [_short(edge) for edge in ramp.breaks],
        "unknown": {"label": ramp.unknown_label, "color": css_color(ramp.unknown, theme)},
    }


def _classes_block(classes: Classes, edge: Color | None, theme: Theme) -> Block:
    edges = {c.value: c.paint for c in edge.classes} if isinstance(edge, Classes) else {}
    entries = [
        {
            "value": entry.value,
            "label": entry.label,
            "shape": entry.shape,
            "color": css_color(entry.paint, theme),
            "edge": css_color(edges[entry.value], theme) if entry.value in edges else None,
        }
        for entry in classes.classes
    ]
    if classes.other_label:
        entries.append(
            {
                "value": None,
                "label": classes.other_label,
                "shape": classes.classes[0].shape,
                "color": css_color(classes.other, theme),
                "edge": None,
            }
        )
    return {"type": "classes", "property": classes.property, "entries": entries}


def css_color(paint: Paint, theme: Theme) -> str:
    """Give a paint as a CSS colour."""
    return paint.dark if theme == "dark" else paint.light


def _short(value: float) -> str:
    return f"{_number(value / _THOUSAND)}k" if abs(value) >= _THOUSAND else _number(value)


def _number(value: float) -> str:
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")
