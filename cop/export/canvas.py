"""A sheet for paths, symbols and images, in screen pixels from the top left."""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image

from cop.export.camera import Place
from cop.export.glyph import CELL, HALO_WIDTH, RING_HALO_WIDTH, RING_WIDTH, area, outline
from cop.export.paint import Channels, tint
from cop.model.style import Shape
from cop.model.symbol import Symbol

_INCH_POINTS = 72.0
_RENDERER: Any = RendererAgg


class Canvas:
    """Agg's own surface: no figure, no axes; ``scale`` is pixels of the file per screen pixel."""

    def __init__(self, width_px: int, height_px: int, *, scale: float, ground: Channels) -> None:
        """Create a sheet of one color."""
        self.width, self.height = round(width_px * scale), round(height_px * scale)
        # At this resolution a point, the unit of Agg's line widths, is a screen pixel.
        self._renderer: Any = _RENDERER(self.width, self.height, _INCH_POINTS * scale)
        self._screen = Affine2D().scale(scale, -scale).translate(0, self.height)
        self._scale = scale
        self._clip: Bbox | None = None
        self.draw(Path.unit_rectangle(), Affine2D().scale(width_px, height_px), fill=ground)

    def clip(self, left: float, top: float, width: float, height: float) -> None:
        """Clip all further drawing to a box."""
        self._clip = self._screen.transform_bbox(Bbox.from_bounds(left, top, width, height))

    def unclip(self) -> None:
        """Remove the clip."""
        self._clip = None

    def draw(
        self,
        path: Path,
        placed: Affine2D | None = None,
        *,
        fill: Channels | None = None,
        stroke: Channels | None = None,
        width_px: float = 0.0,
        round_cap: bool = False,
    ) -> None:
        """Fill and stroke a path; ``placed`` takes its units to screen pixels."""
        stroked = stroke is not None and stroke[3] > 0 and width_px > 0
        filled = fill is not None and fill[3] > 0
        if not (stroked or filled):
            return
        pen = self._renderer.new_gc()
        pen.set_linewidth(width_px if stroked else 0)
        pen.set_joinstyle("round")
        pen.set_capstyle("round" if round_cap else "butt")
        if stroke is not None:
            pen.set_foreground(stroke, isRGBA=True)
        if self._clip is not None:
            pen.set_clip_rectangle(self._clip)
        whole = self._screen if placed is None else placed + self._screen
        self._renderer.draw_path(pen, path, whole, fill if filled else None)
        pen.restore()

    def draw_symbol(
        self,
        shape: Shape | Symbol,
        at: tuple[float, float],
        side_px: float,
        *,
        color: Channels,
        halo: Channels,
    ) -> None:
        """Draw a shape around a place, in a square of ``side_px``, over its halo.

        A symbol of MIL-STD-2525 has its own colors, as opaque as the halo.
        """
        unit = side_px / CELL
        placed = Affine2D().scale(unit).translate(*at)
        if isinstance(shape, Symbol):
            for part in shape.parts:
                own = tint(part.fill, halo[3])
                self.draw(area(part), placed, fill=own)
            return
        path = outline(shape)
        if shape == "ring":
            self.draw(path, placed, stroke=halo, width_px=RING_HALO_WIDTH * unit)
            self.draw(path, placed, stroke=color, width_px=RING_WIDTH * unit)
            return
        self.draw(path, placed, stroke=halo, width_px=HALO_WIDTH * unit)
        self.draw(path, placed, fill=color)

    def draw_image(self, image: Image.Image, place: Place) -> None:
        """Draw an RGBA image on a square of the screen, clipped to the sheet."""
        left, top, side = place
        edges = np.array([left, top, left + side, top + side]) * self._scale
        inside = np.clip(np.rint(edges), 0, [self.width, self.height] * 2)
        size = tuple((inside[2:] - inside[:2]).astype(int))
        if min(size) <= 0:
            return
        source = (np.array(inside) - np.tile(edges[:2], 2)) / (side * self._scale)
        box = np.clip(source * np.array([image.width, image.height] * 2), 0, None)
        shown = image.resize(size, Image.Resampling.BILINEAR, box=_within(box, image))
        pen = self._renderer.new_gc()
        # A copy of its own: the renderer refuses the image's, which one row would still be.
        pixels = np.array(np.asarray(shown)[::-1], order="C")
        self._renderer.draw_image(pen, inside[0], self.height - inside[3], pixels)
        pen.restore()

    def png(self) -> bytes:
        """Return the sheet as PNG."""
        pixels = np.asarray(self._renderer.buffer_rgba())[..., :3]
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", optimize=True)
        return file.getvalue()


def _within(box: npt.NDArray[np.float64], image: Image.Image) -> tuple[float, float, float, float]:
    """Clip a box to an image: rounding may put it just over the edge."""
    left, top, right, bottom = np.minimum(box, [image.width, image.height] * 2).tolist()
    return left, top, right, bottom
