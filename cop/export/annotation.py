"""Annotations on the still map, drawn as the browser draws them."""

from collections.abc import Sequence
from math import atan2, cos, sin
from typing import Final

from matplotlib.path import Path

from cop.export.camera import StillCamera
from cop.export.canvas import Canvas
from cop.export.label import center_label
from cop.export.paint import tint
from cop.model.annotation import Annotation
from cop.model.area import Area
from cop.model.drawing import HALO
from cop.model.style import Paint, Theme

LINE_PX, POINT_PX, TEXT_PX = 2.5, 6.0, 13.0
_HALO_PX = 5.5
_HEAD_PX, _HEAD_TURN = 15.0, 0.42
FILL_SHARE: Final = 34 / 255
_ABOVE: Final = 1.1
_EDGE: Final = Paint("#ffffff", "#000000")
"""The edge of the area that the picture is narrowed to."""

_Pixels = list[tuple[float, float]]


def draw_annotations(
    canvas: Canvas, camera: StillCamera, annotations: Sequence[Annotation], theme: Theme
) -> None:
    """Draw annotations over the layers, and their titles over all of them."""
    for one in annotations:
        _draw(canvas, one, _project(camera, one), theme)
    for one in annotations:
        _draw_title(canvas, one, camera, theme)


def draw_area(canvas: Canvas, camera: StillCamera, area: Area, theme: Theme) -> None:
    """Draw the edge of the area that the picture is narrowed to."""
    pixels = [camera.project(lon, lat) for lon, lat in area.vertices]
    path = Path([*pixels, pixels[0]], closed=True)
    canvas.draw(path, stroke=tint(HALO.css(theme)), width_px=_HALO_PX, round_cap=True)
    canvas.draw(path, stroke=tint(_EDGE.css(theme)), width_px=LINE_PX, round_cap=True)


def find_anchor(annotation: Annotation) -> tuple[float, float]:
    """Return the position of a title, as in the browser's map."""
    places = annotation.drawing.coordinates
    if annotation.drawing.shape == "area":
        ring = places[:-1] if places[0] == places[-1] else places
        lons, lats = zip(*ring, strict=True)
        return sum(lons) / len(lons), sum(lats) / len(lats)
    if len(places) == 1:
        return places[0]
    middle = (len(places) - 1) // 2
    (lon, lat), (other_lon, other_lat) = places[middle : middle + 2]
    return (lon + other_lon) / 2, (lat + other_lat) / 2


def _project(camera: StillCamera, annotation: Annotation) -> _Pixels:
    return [camera.project(lon, lat) for lon, lat in annotation.drawing.coordinates]


def _draw(canvas: Canvas, annotation: Annotation, pixels: _Pixels, theme: Theme) -> None:
    shape = annotation.drawing.shape
    color, halo = tint(annotation.purpose.paint.css(theme)), tint(HALO.css(theme))
    if shape == "point":
        circle = Path.circle(pixels[0], POINT_PX)
        canvas.draw(circle, fill=color, stroke=halo, width_px=2)
    elif shape != "text":
        path = Path([*pixels, pixels[0]], closed=True) if shape == "area" else Path(pixels)
        if shape == "area":
            canvas.draw(path, fill=(*color[:3], FILL_SHARE))
        canvas.draw(path, stroke=halo, width_px=_HALO_PX, round_cap=True)
        canvas.draw(path, stroke=color, width_px=LINE_PX, round_cap=True)
        if shape == "arrow":
            canvas.draw(_head(*pixels[-2:]), fill=color)


def _head(tail: tuple[float, float], tip: tuple[float, float]) -> Path:
    angle = atan2(tip[1] - tail[1], tip[0] - tail[0])
    corners = [
        (tip[0] - _HEAD_PX * cos(angle + turn), tip[1] - _HEAD_PX * sin(angle + turn))
        for turn in (_HEAD_TURN, -_HEAD_TURN)
    ]
    return Path([tip, *corners, tip], closed=True)


def _draw_title(canvas: Canvas, annotation: Annotation, camera: StillCamera, theme: Theme) -> None:
    x, y = camera.project(*find_anchor(annotation))
    if annotation.drawing.shape not in ("area", "text"):
        y -= _ABOVE * TEXT_PX
    label = center_label(annotation.title, TEXT_PX, (x, y))
    canvas.draw(label.path, stroke=tint(HALO.css(theme)), width_px=4)
    canvas.draw(label.path, fill=tint(annotation.purpose.paint.css(theme)))
