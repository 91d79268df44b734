"""A layer of vector tiles drawn on a still map, in the order in which the browser draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from cop.export.camera import Place
from cop.export.canvas import Canvas
from cop.export.feature import Feature
from cop.export.label import PlacedLabel
from cop.export.paint import (
    fade,
    is_cell,
    pick_paint,
    pick_radius,
    pick_shape,
    pick_symbol_side,
    pick_width,
)
from cop.model.drawing import CELL_EDGE, HALO
from cop.model.layer import Layer
from cop.model.style import Style

_LABEL_HALO_SHARE = 0.2
_LARGE_LABEL_PX = 13.0
_DOT_PX, _LARGE_DOT_PX = 1.9, 2.6


@dataclass(frozen=True, kw_only=True)
class VectorLayer:
    """A layer with its opacity, and of each of its tiles the place and the features."""

    layer: Layer
    opacity: float
    tiles: Sequence[tuple[Place, Sequence[Feature]]]

    @property
    def style(self) -> Style:
        """How the layer is drawn."""
        return self.layer.style


def draw_vector(canvas: Canvas, part: VectorLayer, theme: str) -> None:
    """Draw areas, lines and points tile by tile; areas and lines end where their tile does."""
    for (left, top, side), features in part.tiles:
        placed = Affine2D().scale(side).translate(left, top)
        canvas.clip(left, top, side, side)
        _draw_areas(canvas, part, [f for f in features if f.sort == "area"], placed, theme)
        _draw_lines(canvas, part, [f for f in features if f.sort == "line"], placed, theme)
        canvas.unclip()
        if _has_points(part.layer):
            _draw_points(canvas, part, [f for f in features if f.sort == "point"], placed, theme)


def draw_labels(
    canvas: Canvas, part: VectorLayer, placed: Sequence[PlacedLabel], theme: str
) -> None:
    """Draw the labels of a layer, each with its halo, and their dots beneath."""
    label = part.style.label
    if label is None:
        return
    halo = fade(label.halo, theme, part.opacity)
    for text in placed if label.dot is not None else ():
        large = text.size_px >= _LARGE_LABEL_PX
        circle = Affine2D().scale(_LARGE_DOT_PX if large else _DOT_PX).translate(*text.at)
        dot = fade(label.dot or label.paint, theme, part.opacity)
        canvas.draw(Path.unit_circle(), circle, fill=dot, stroke=halo, width_px=1)
    for text in placed:
        canvas.draw(text.path, stroke=halo, width_px=_LABEL_HALO_SHARE * text.size_px)
        canvas.draw(text.path, fill=fade(label.paint, theme, part.opacity))


def _draw_areas(
    canvas: Canvas, part: VectorLayer, areas: Sequence[Feature], placed: Affine2D, theme: str
) -> None:
    style = part.style
    for area in areas:
        fill = style.cell if is_cell(part.layer, area.properties) else style.fill
        paint = pick_paint(fill, area.properties)
        canvas.draw(area.path, placed, fill=fade(paint, theme, part.opacity))
    lines_only = style.line_widths_px and not style.line_width_px
    for area in () if lines_only else areas:
        line = CELL_EDGE if is_cell(part.layer, area.properties) else style.line
        paint = pick_paint(line, area.properties)
        canvas.draw(
            area.path,
            placed,
            stroke=fade(paint, theme, part.opacity),
            width_px=pick_width(style, area.properties),
        )


def _draw_lines(
    canvas: Canvas, part: VectorLayer, lines: Sequence[Feature], placed: Affine2D, theme: str
) -> None:
    for line in lines:
        paint = pick_paint(part.style.line, line.properties)
        canvas.draw(
            line.path,
            placed,
            stroke=fade(paint, theme, part.opacity),
            width_px=pick_width(part.style, line.properties),
            round_cap=part.layer.tile in ("segments", "impacts"),
        )


def _has_points(layer: Layer) -> bool:
    if layer.tile == "uploads":
        return True
    drawn = layer.tile in ("events", "features", "changes")
    return drawn and layer.style.label is None and layer.style.fill is not None


def _draw_points(
    canvas: Canvas, part: VectorLayer, points: Sequence[Feature], placed: Affine2D, theme: str
) -> None:
    for point in points:
        shape = pick_shape(part.style, point.properties)
        for x, y in placed.transform(point.path.vertices):
            if shape is None:
                _draw_circle(canvas, part, point, (x, y), theme)
            else:
                canvas.draw_symbol(
                    shape,
                    (x, y),
                    pick_symbol_side(part.style, point.properties),
                    color=fade(pick_paint(part.style.fill, point.properties), theme, part.opacity),
                    halo=fade(HALO, theme, part.opacity),
                )


def _draw_circle(
    canvas: Canvas, part: VectorLayer, point: Feature, at: tuple[float, float], theme: str
) -> None:
    style, properties = part.style, point.properties
    placed = Affine2D().scale(pick_radius(style, properties)).translate(*at)
    canvas.draw(
        Path.unit_circle(),
        placed,
        fill=fade(pick_paint(style.fill, properties), theme, part.opacity),
        stroke=fade(pick_paint(style.line, properties), theme, part.opacity),
        width_px=pick_width(style, properties),
    )
