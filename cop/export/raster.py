"""Tiles that are images on a still map; relief is drawn as the browser's shade.js does."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cop.export.camera import Place
from cop.export.canvas import Canvas
from cop.model.drawing import ResolvedStyle

_FLAT, _WHITE = 181, 255


@dataclass(frozen=True, kw_only=True)
class RasterLayer:
    """A layer as it is drawn, and each of its tiles with its place."""

    style: ResolvedStyle
    tiles: Sequence[tuple[Place, bytes]]


def draw_raster(canvas: Canvas, part: RasterLayer) -> None:
    """Draw a layer of images; relief as shadow and light."""
    for place, content in part.tiles:
        with Image.open(io.BytesIO(content)) as tile:
            image = tile.convert("RGBA")
        if part.style.shade is not None:
            image = _shade(image, part.style.shade)
        faded = image.getchannel("A").point(lambda alpha: round(alpha * part.style.share))
        image.putalpha(faded)
        canvas.draw_image(image, place)


def _shade(image: Image.Image, shade: list[list[float]]) -> Image.Image:
    """Turn gray into black or white of fitting opacity; what is transparent stays so."""
    gray, alpha = np.asarray(image.getchannel("R")), np.asarray(image.getchannel("A"))
    shadow, light = shade
    steps = np.arange(_WHITE + 1)
    dark = steps < _FLAT
    share = np.where(dark, (_FLAT - steps) / _FLAT, (steps - _FLAT) / (_WHITE - _FLAT))
    strength, most = (np.where(dark, shadow[i], light[i]) for i in (0, 1))
    cover = np.rint(_WHITE * most * (1 - np.exp(-share * strength / most)))
    color = np.where(dark, 0, _WHITE)[gray]
    shaded = np.stack([color, color, color, np.where(alpha > 0, cover[gray], 0)], axis=-1)
    return Image.fromarray(shaded.astype(np.uint8))
