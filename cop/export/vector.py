"""A layer of vector tiles drawn on a still map, in the order in which the browser draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from cop.export.camera import Place
from cop.export.canvas import Canvas
from cop.export.feature import Feature
from cop.export.label import PlacedLabel
from cop.export.paint import tint
from cop.model.drawing import ResolvedStyle, Sort
from cop.model.layer import Layer

_LABEL_HALO_SHARE = 0.2
_LARGE_LABEL_PX = 13.0
_DOT_PX, _LARGE_DOT_PX = 1.9, 2.6


@dataclass(frozen=True, kw_only=True)
class VectorLayer:
    """A layer as it is drawn, and of each of its tiles the place and the features."""

    layer: Layer
    style: ResolvedStyle
    tiles: Sequence[tuple[Place, Sequence[Feature]]]


def draw_vector(canvas: Canvas, part: VectorLayer) -> None:
    """Draw areas, lines and points tile by tile; areas and lines end where their tile does."""
    style = part.style
    for (left, top, side), features in part.tiles:
        placed = Affine2D().scale(side).translate(left, top)
        canvas.clip(left, top, side, side)
        _draw_areas(canvas, style, _of_sort(features, "area"), placed)
        _draw_lines(canvas, style, _of_sort(features, "line"), placed)
        canvas.unclip()
        if style.points is not None:
            _draw_points(canvas, style, _of_sort(features, "point"), placed)


def draw_labels(canvas: Canvas, part: VectorLayer, placed: Sequence[PlacedLabel]) -> None:
    """Draw the labels of a layer, each with its halo, and their dots beneath."""
    text, share = part.style.text, part.style.share
    if text is None:
        return
    halo = tint(text.halo, share)
    for label in placed if text.dot is not None else ():
        large = label.size_px >= _LARGE_LABEL_PX
        circle = Affine2D().scale(_LARGE_DOT_PX if large else _DOT_PX).translate(*label.at)
        dot = tint(text.dot or text.color, share)
        canvas.draw(Path.unit_circle(), circle, fill=dot, stroke=halo, width_px=1)
    for label in placed:
        canvas.draw(label.path, stroke=halo, width_px=_LABEL_HALO_SHARE * label.size_px)
        canvas.draw(label.path, fill=tint(text.color, share))


def _of_sort(features: Sequence[Feature], sort: Sort) -> list[Feature]:
    return [feature for feature in features if feature.sort == sort]


def _draw_areas(
    canvas: Canvas, style: ResolvedStyle, areas: Sequence[Feature], placed: Affine2D
) -> None:
    """Fill all areas before any outline, so that no neighbor covers one."""
    marks = [style.mark(area.properties, "area") for area in areas]
    for area, mark in zip(areas, marks, strict=True):
        if mark.fill is not None:
            canvas.draw(area.path, placed, fill=tint(mark.fill, style.share))
    for area, mark in zip(areas, marks, strict=True):
        stroke = tint(mark.edge, style.share)
        canvas.draw(area.path, placed, stroke=stroke, width_px=mark.width_px)


def _draw_lines(
    canvas: Canvas, style: ResolvedStyle, lines: Sequence[Feature], placed: Affine2D
) -> None:
    for line in lines:
        mark = style.mark(line.properties, "line")
        canvas.draw(
            line.path,
            placed,
            stroke=tint(mark.edge, style.share),
            width_px=mark.width_px,
            round_cap=mark.round_cap,
        )


def _draw_points(
    canvas: Canvas, style: ResolvedStyle, points: Sequence[Feature], placed: Affine2D
) -> None:
    for point in points:
        mark = style.mark(point.properties, "point")
        fill, edge = tint(mark.fill or mark.edge, style.share), tint(mark.edge, style.share)
        for at in placed.transform(point.path.vertices):
            if mark.glyph is None:
                circle = Affine2D().scale(mark.radius_px).translate(*at)
                canvas.draw(
                    Path.unit_circle(), circle, fill=fill, stroke=edge, width_px=mark.width_px
                )
            else:
                canvas.draw_symbol(mark.glyph, at, 2 * mark.radius_px, color=fill, halo=edge)
