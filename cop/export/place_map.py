"""A small map of one place: the border line, names of places, and a mark; no records."""

from typing import Final

from matplotlib.path import Path

from cop.export.camera import StillCamera
from cop.export.canvas import Canvas
from cop.export.map import draw_layers
from cop.export.paint import tint
from cop.model.drawing import HALO
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.model.style import Paint, Theme
from cop.query.border import read_border
from cop.query.service import QueryService

_LAYERS: Final = ("background", "sectors", "places")
_LINE: Final = Paint("#9aa7b5", "#5b6b7c")
_LINE_PX, _WITHIN_PX = 3.0, 0.5
_MARK: Final = Paint("#d55e00", "#d55e00")
_MARK_PX, _EDGE_PX = 7.0, 2.5


def render_place_map(
    service: QueryService,
    viewpoint: Viewpoint,
    *,
    size: tuple[int, int],
    theme: Theme,
    is_marked: bool = False,
    scale: float = 2.0,
) -> bytes:
    """Draw the background around a viewpoint as PNG, its middle marked or not."""
    width, height = size
    camera = StillCamera(viewpoint=viewpoint, width_px=width, height_px=height)
    view = service.view()
    picture = Picture(filter=view.filter, shown=tuple(ShownLayer(id=name) for name in _LAYERS))
    canvas = draw_layers(service, view, picture, camera, theme=theme, scale=scale)
    _draw_line(canvas, camera, service, theme)
    if is_marked:
        _mark(canvas, (width / 2, height / 2), theme)
    return canvas.png()


def _draw_line(canvas: Canvas, camera: StillCamera, service: QueryService, theme: Theme) -> None:
    # The layer of segments is colored by counts, which not everybody may have.
    within_deg = _WITHIN_PX * 360 / camera.world_px
    for line in read_border(service.snapshot, within_deg=within_deg):
        path = Path([camera.project(lon, lat) for lon, lat in line])
        canvas.draw(path, stroke=tint(_LINE.css(theme)), width_px=_LINE_PX, round_cap=True)


def _mark(canvas: Canvas, at: tuple[float, float], theme: Theme) -> None:
    circle = Path.circle(at, _MARK_PX)
    halo = tint(HALO.css(theme))
    canvas.draw(circle, fill=tint(_MARK.css(theme)), stroke=halo, width_px=_EDGE_PX)
