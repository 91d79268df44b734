"""Small still maps and a brief without data, for the tests of what draws and writes them."""

import io
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cop.export.brief import Brief
from cop.export.canvas import Canvas
from cop.model.picture import Viewpoint
from cop.query.scope import Scope

BLACK, RED = (0.0, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, 1.0)


def make_canvas(side_px: int = 20, *, scale: float = 1.0) -> Canvas:
    """Return a black sheet."""
    return Canvas(side_px, side_px, scale=scale, ground=BLACK)


def read_pixels(canvas: Canvas) -> NDArray[np.uint8]:
    """Return the pixels of a sheet: rows from the top, columns, red green blue."""
    return np.asarray(Image.open(io.BytesIO(canvas.png())))


def make_png(color: tuple[int, int, int], *, side_px: int = 4) -> bytes:
    """Return an image of one color."""
    file = io.BytesIO()
    Image.new("RGB", (side_px, side_px), color).save(file, "PNG")
    return file.getvalue()


def make_brief(**changes: Any) -> Brief:
    """Return a brief without layers and sources."""
    usual: dict[str, Any] = {
        "title": "Morning",
        "scope": Scope(
            region="Southwest border",
            ground="Southwest border",
            places="",
            kinds="all kinds",
            window="24 NOV 26",
            records="records of a test",
            data="data to 251200Z NOV 26, 1 h old",
        ),
        "marking": "TLP:GREEN",
        "synthetic": True,
        "window": "241200Z NOV 26 to 251200Z NOV 26",
        "known": "as known at 251200Z NOV 26",
        "filters": "all",
        "created_at": datetime(2026, 11, 25, 17, 30),
        "version": "version 7",
        "picture_id": "abcdefghij",
        "revision": 3,
        "viewpoint": Viewpoint(lat=31.5, lon=-110.5, zoom=8),
        "bounds": None,
        "center": "31.5, -110.5",
        "figures": (),
        "layers": (),
        "sources": (),
        "credits": (),
        "caveats": (),
    }
    return Brief(**(usual | changes))
