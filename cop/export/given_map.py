"""The map of what a partner would get: its area, and a dot for each place."""

from math import sqrt
from typing import Final

from matplotlib.path import Path
from shapely.geometry.base import BaseGeometry

from cop.export.camera import StillCamera
from cop.export.canvas import Canvas
from cop.export.map import WORLD, draw_layers
from cop.export.paint import tint
from cop.model.drawing import HALO
from cop.model.picture import Picture, ShownLayer
from cop.model.style import Paint, Theme
from cop.query.given.preview import GivenPreview
from cop.query.service import QueryService
from cop.query.view import View

_EDGE: Final = Paint("#ffffff", "#000000")
_DOT: Final = Paint("#56b4e9", "#0072b2")
_EDGE_PX, _HALO_PX, _DOT_PX, _LARGEST_PX = 2.0, 4.5, 3.0, 11.0
_BELOW: Final = ("background", "sectors", "segments")
_ABOVE: Final = ("places",)


def render_given_map(
    service: QueryService,
    view: View,
    preview: GivenPreview,
    *,
    width_px: int,
    height_px: int,
    theme: Theme,
    scale: float = 2.0,
) -> bytes:
    """Draw what a partner would get over the background, as PNG.

    The area of a dot grows with the events at its place. The camera fits the area, or the border.
    """
    bounds = view.snapshot.line_bounds if preview.area is None else preview.area.bounds
    camera = StillCamera.fit(bounds or WORLD, width_px=width_px, height_px=height_px)
    below, above = (
        Picture(filter=view.filter, shown=tuple(ShownLayer(id=name) for name in names))
        for names in (_BELOW, _ABOVE)
    )
    canvas = draw_layers(service, view, below, camera, theme=theme, scale=scale)
    if preview.area is not None:
        _draw_edge(canvas, camera, preview.area, theme)
    most = preview.places[:, 2].max() if len(preview.places) else 1
    fill, halo = tint(_DOT.css(theme)), tint(HALO.css(theme))
    for lon, lat, n in preview.places:
        radius = _DOT_PX + (_LARGEST_PX - _DOT_PX) * sqrt((n - 1) / max(most - 1, 1))
        circle = Path.circle(camera.project(lon, lat), radius)
        canvas.draw(circle, fill=(*fill[:3], 0.8), stroke=halo, width_px=1)
    return draw_layers(service, view, above, camera, theme=theme, canvas=canvas).png()


def _draw_edge(canvas: Canvas, camera: StillCamera, area: BaseGeometry, theme: Theme) -> None:
    for polygon in getattr(area, "geoms", [area]):
        for ring in (polygon.exterior, *polygon.interiors):
            path = Path([camera.project(lon, lat) for lon, lat in ring.coords], closed=True)
            canvas.draw(path, stroke=tint(HALO.css(theme)), width_px=_HALO_PX)
            canvas.draw(path, stroke=tint(_EDGE.css(theme)), width_px=_EDGE_PX)
