"""A small map of where the numbers of a file lie in each of its readings, as SVG."""

from collections.abc import Sequence
from functools import cache
from html import escape
from math import cos, radians

import numpy as np
import shapely

from cop.ingest.geography.source import LAND, read_traces
from cop.model.palette import OKABE_ITO
from cop.model.style import Theme
from cop.model.upload import Bounds, Reading
from cop.query.border import Points

WIDTH_PX, HEIGHT_PX = 540, 260
WORLD: Bounds = (-180.0, -60.0, 180.0, 80.0)
_LEAST_SPAN, _MARGIN = 6.0, 0.12
_FEWEST_PX, _RING_PX, _LETTER_PX, _TEXT_PX = 12.0, 9.0, 9.0, 13
_STEPS = (1, 2, 5, 10, 20, 30, 60)
_MOST_LINES = 7
_SIMPLE_DEGREES, _SMALLEST_KM2 = 0.05, 500.0
_LABEL_PX, _ROW_PX, _TITLE_PX = 260.0, 23.0, 3.5
_HUES = ("orange", "blue", "green", "vermilion", "purple", "yellow", "sky", "gray")
_GROUND: dict[Theme, dict[str, str]] = {
    "dark": {"sea": "#0a1017", "land": "#1b2733", "grid": "#2b3947", "ink": "#dfe6ee",
             "border": "#ffffff", "halo": "#0a1017"},
    "light": {"sea": "#d9e3ec", "land": "#f6f7f8", "grid": "#c3ced8", "ink": "#1b2733",
              "border": "#1b2733", "halo": "#ffffff"},
}  # fmt: skip


def letter(place: int) -> str:
    """Name a reading by its place: A, B, C."""
    return chr(ord("A") + place)


def hue(place: int, theme: Theme) -> str:
    """Return the color of a reading by its place."""
    paint = OKABE_ITO[_HUES[place % len(_HUES)]]
    return paint.dark if theme == "dark" else paint.light


def build_locator(
    readings: Sequence[Reading], theme: Theme, *, border: Sequence[Points] = (), title: str = ""
) -> str:
    """Draw each reading that lies on the earth over the shores, and the border for comparison.

    ``border`` are lines of (lon, lat) under the ``title`` of their region.
    """
    reach = [one.bounds for one in readings if one.bounds is not None]
    frame = _Frame.around([*reach, *([_reach(border)] if len(border) else [])])
    ink = _GROUND[theme]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" '
        f'width="{WIDTH_PX}" height="{HEIGHT_PX}" font-family="sans-serif">',
        f'<rect width="100%" height="100%" fill="{ink["sea"]}"/>',
        f'<path d="{_rings(frame)}" fill="{ink["land"]}" fill-rule="evenodd"/>',
        *_grid(frame, ink),
        *_border(frame, border, title, ink),
    ]
    taken: list[tuple[float, float]] = []
    for place, reading in enumerate(readings):
        if reading.bounds is not None:
            parts += _mark(frame, place, reading, theme, taken)
    return "".join([*parts, "</svg>"])


class _Frame:
    """From degrees to pixels: equirectangular, true to shape at the middle."""

    def __init__(self, bounds: Bounds) -> None:
        west, south, east, north = bounds
        squeeze = max(0.2, cos(radians((south + north) / 2)))
        self.scale = min(WIDTH_PX / ((east - west) * squeeze), HEIGHT_PX / (north - south))
        self.across = self.scale * squeeze
        self.lon, self.lat = (west + east) / 2, (south + north) / 2

    @classmethod
    def around(cls, found: Sequence[Bounds]) -> "_Frame":
        """Return the frame of all bounds with a margin; the world where they are far apart."""
        if not found:
            return cls(WORLD)
        corners = np.array(found)
        (west, south), (east, north) = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
        by = max(_MARGIN * max(east - west, north - south), (_LEAST_SPAN - (east - west)) / 2)
        return cls((float(west - by), float(south - by), float(east + by), float(north + by)))

    def pixels(self, lonlat: Points) -> Points:
        """Return pixels from the left top."""
        x = WIDTH_PX / 2 + (lonlat[:, 0] - self.lon) * self.across
        y = HEIGHT_PX / 2 - (lonlat[:, 1] - self.lat) * self.scale
        return np.column_stack([x, y])

    @property
    def bounds(self) -> Bounds:
        """What is seen, in degrees."""
        wide, high = WIDTH_PX / 2 / self.across, HEIGHT_PX / 2 / self.scale
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high


@cache
def _land() -> tuple[Points, ...]:
    """The world's land, coarse (GSHHG), as rings."""
    traces = read_traces("gshhs", (-360, -90, 360, 90), detail="c")
    rings = [one.lonlat for one in traces if one.level == LAND and one.area_km2 > _SMALLEST_KM2]
    return tuple(
        shapely.get_coordinates(shapely.simplify(shapely.LinearRing(ring), _SIMPLE_DEGREES))
        for ring in rings
    )


def _rings(frame: _Frame) -> str:
    west, south, east, north = frame.bounds
    drawn = []
    for ring in _land():
        low, high = ring.min(axis=0), ring.max(axis=0)
        if low[0] > east or high[0] < west or low[1] > north or high[1] < south:
            continue
        drawn.append(f"M{_path(frame.pixels(ring))}Z")
    return "".join(drawn)


def _path(pixels: Points) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in np.clip(pixels, -5_000, 5_000))


def _grid(frame: _Frame, ink: dict[str, str]) -> list[str]:
    west, south, east, north = frame.bounds
    step = next((s for s in _STEPS if (east - west) / s <= _MOST_LINES), _STEPS[-1])
    parts = []
    for lon in np.arange(np.ceil(west / step) * step, east, step):
        if abs(lon) <= WORLD[2]:
            ((x, _),) = frame.pixels(np.array([[lon, 0.0]]))
            parts.append(
                _rule(x, 0, x, HEIGHT_PX, ink) + _words(x + 3, HEIGHT_PX - 5, _lon(lon), ink)
            )
    for lat in np.arange(np.ceil(south / step) * step, north, step):
        if abs(lat) <= 90:  # noqa: PLR2004 degrees
            ((_, y),) = frame.pixels(np.array([[0.0, lat]]))
            parts.append(_rule(0, y, WIDTH_PX, y, ink) + _words(4, y - 3, _lat(lat), ink))
    return parts


def _rule(x: float, y: float, to_x: float, to_y: float, ink: dict[str, str]) -> str:
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {ends} stroke="{ink["grid"]}" stroke-width="1"/>'


def _words(x: float, y: float, words: str, ink: dict[str, str], *, px: int = 11) -> str:
    halo = f'stroke="{ink["halo"]}" stroke-width="3" paint-order="stroke"'
    at = f'x="{x:.1f}" y="{y:.1f}" font-size="{px}" fill="{ink["ink"]}"'
    return f"<text {at} {halo}>{escape(words)}</text>"


def _lon(value: float) -> str:
    return f"{abs(value):g}\N{DEGREE SIGN}{'W' if value < 0 else 'E'}"


def _lat(value: float) -> str:
    return f"{abs(value):g}\N{DEGREE SIGN}{'S' if value < 0 else 'N'}"


def _reach(border: Sequence[Points]) -> Bounds:
    every = np.concatenate(list(border))
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _border(frame: _Frame, border: Sequence[Points], title: str, ink: dict[str, str]) -> list[str]:
    if not len(border):
        return []
    lines = "".join(f"M{_path(frame.pixels(line))}" for line in border)
    west, south, east, _ = _reach(border)
    ((x, y),) = frame.pixels(np.array([[(west + east) / 2, south]]))
    return [
        f'<path d="{lines}" fill="none" stroke="{ink["border"]}" stroke-width="2.5"/>',
        _words(x - _TITLE_PX * len(title), y + 20, title, ink, px=12),
    ]


def _mark(
    frame: _Frame, place: int, reading: Reading, theme: Theme, taken: list[tuple[float, float]]
) -> list[str]:
    """Draw where a reading lies as a box, or as a ring where that is too small to be seen."""
    west, south, east, north = reading.bounds or WORLD
    (left, top), (right, bottom) = frame.pixels(np.array([[west, north], [east, south]]))
    color, ink = hue(place, theme), _GROUND[theme]
    x, y = (left + right) / 2, (top + bottom) / 2
    if right - left < _FEWEST_PX and bottom - top < _FEWEST_PX:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RING_PX}"'
    else:
        box = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        shape = f'<rect {box}height="{bottom - top:.1f}"'
    dash = ' stroke-dasharray="7 4"' if place else ""
    letter_x, letter_y = _free(min(max(x, 20), WIDTH_PX - 20), max(22, y - _RING_PX - 14), taken)
    words_x = letter_x + _LETTER_PX + 5
    long = len(reading.name) * _TEXT_PX * 0.58
    if words_x + long > WIDTH_PX:
        words_x = letter_x - _LETTER_PX - 5 - long
    return [
        f'<path d="M{x:.1f} {y:.1f}L{letter_x:.1f} {letter_y:.1f}" stroke="{color}"/>',
        f'{shape} fill="{color}" fill-opacity="0.28" stroke="{color}" stroke-width="2.5"{dash}/>',
        f'<circle cx="{letter_x:.1f}" cy="{letter_y:.1f}" r="{_LETTER_PX}" fill="{color}"/>',
        f'<text x="{letter_x:.1f}" y="{letter_y + 4.5:.1f}" font-size="{_TEXT_PX}" fill="#000" '
        f'font-weight="700" text-anchor="middle">{letter(place)}</text>',
        _words(words_x, letter_y + 4.5, reading.name, ink, px=_TEXT_PX),
    ]


def _free(x: float, y: float, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """Move a label up, or else below its mark, until it covers none before it."""

    def is_free(at: float) -> bool:
        return at > _ROW_PX and not any(
            abs(x - a) < _LABEL_PX and abs(at - b) < _ROW_PX for a, b in taken
        )

    tried = [y + step * _ROW_PX for step in (0, -1, -2, -3, 2, 3, 4)]
    found = (x, next(filter(is_free, tried), y))
    taken.append(found)
    return found
