"""The shapes of an SVG as areas: strokes, dashes, circles and words become what a fill can draw."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from shapely.affinity import affine_transform
from shapely.ops import polygonize, substring

Area = Any
Matrix = tuple[float, float, float, float, float, float]
Attributes = Mapping[str, str]
Points = list[tuple[float, float]]

_STEPS = 10
"""Straight pieces of a curve."""
_MITRE = 4.0
_WORDS: Final = FontProperties(family="DejaVu Sans", weight="bold")
_NARROWED = 0.86
"""What makes words in DejaVu Sans as wide as in Arial, which the symbols are laid out for."""
_MIDDLE = 0.26
"""Where the middle of words lies above their line, in sizes of the type."""
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_INHERITED = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "fill-opacity",
)


def read_areas(svg: str) -> list[tuple[str, Area]]:
    """Return the areas that an SVG of ours paints, the first lowest, each with its color."""
    return list(_walk(ET.fromstring(svg), {}, _IDENTITY))  # noqa: S314 the text of a package


def _walk(node: ET.Element, inherited: Attributes, placed: Matrix) -> Iterator[tuple[str, Area]]:
    own = {**inherited, **{name: node.attrib[name] for name in _INHERITED if name in node.attrib}}
    placed = _combine(placed, _read_transform(node.get("transform", "")))
    kind = node.tag.rpartition("}")[2]
    if kind == "text":
        yield from _paint(own.get("fill", "black"), _write(node), placed)
    elif kind == "path":
        yield from _paint_lines(_trace(node.get("d", "")), own, placed)
    elif kind == "circle":
        yield from _paint_lines([_round(node)], own, placed)
    elif kind not in ("svg", "g"):
        raise ValueError(f"a symbol's drawing holds {kind!r}, which is not drawn")
    for child in node:
        yield from _walk(child, own, placed)


def _paint_lines(
    lines: Sequence[Points], own: Attributes, placed: Matrix
) -> Iterator[tuple[str, Area]]:
    fill, stroke = own.get("fill", "black"), own.get("stroke", "none")
    if fill != "none" and float(own.get("fill-opacity", 1)) > 0:
        yield from _paint(fill, _fill(lines), placed)
    width = float(own.get("stroke-width", 1))
    if stroke != "none" and width > 0:
        yield from _paint(stroke, _stroke(lines, own, width), placed)


def _paint(color: str, area: Area, placed: Matrix) -> Iterator[tuple[str, Area]]:
    if not area.is_empty:
        a, b, c, d, e, f = placed
        yield color, affine_transform(area, (a, c, b, d, e, f))


def _fill(lines: Sequence[Points]) -> Area:
    """Return what lines enclose by the rule of SVG: where they wind around a place at all."""
    rings = [shapely.LinearRing(points) for points in lines if len(set(points)) > 2]  # noqa: PLR2004
    if not rings:
        return shapely.Polygon()
    faces = polygonize(shapely.unary_union(rings))
    return shapely.unary_union([face for face in faces if _winds(face, rings)])


def _winds(face: shapely.Polygon, rings: Sequence[shapely.LinearRing]) -> bool:
    place = face.representative_point()
    turns = 0
    for ring in rings:
        # A ring that crosses itself may wind around a place twice.
        x, y = (np.asarray(ring.coords) - (place.x, place.y)).T
        angles = np.unwrap(np.arctan2(y, x))
        turns += round(float(angles[-1] - angles[0]) / (2 * np.pi))
    return turns != 0


def _stroke(lines: Sequence[Points], own: Attributes, width: float) -> Area:
    round_ends = own.get("stroke-linecap") == "round"
    drawn = [
        piece.buffer(
            width / 2,
            cap_style="round" if round_ends else "flat",
            join_style="round" if round_ends else "mitre",
            mitre_limit=_MITRE,
        )
        for points in lines
        if len(set(points)) > 1
        for piece in _dash(shapely.LineString(points), own.get("stroke-dasharray", ""))
    ]
    return shapely.unary_union(drawn) if drawn else shapely.Polygon()


def _dash(line: shapely.LineString, pattern: str) -> Iterator[shapely.LineString]:
    lengths = [float(text) for text in re.findall(r"[0-9.]+", pattern)]
    if not lengths:
        yield line
        return
    at, i = 0.0, 0
    while at < line.length:
        end = at + lengths[i % len(lengths)]
        if i % 2 == 0:
            yield substring(line, at, min(end, line.length))
        at, i = end, i + 1


def _trace(path: str) -> list[Points]:
    """Return the lines of a path; one that was closed ends where it began."""
    pen = RecordingPen()
    parse_path(path, pen)
    lines: list[Points] = []
    for name, places in pen.value:
        if name == "moveTo":
            lines.append([_pair(places[0])])
        elif name == "closePath":
            lines[-1].append(lines[-1][0])
        elif name != "endPath":
            lines[-1] += _bend([lines[-1][-1], *map(_pair, places)])
    return lines


def _bend(places: Sequence[tuple[float, float]]) -> Points:
    """Return the corners of a line, or of a curve by its Bernstein form, without the first."""
    if len(places) == 2:  # noqa: PLR2004 a straight line
        return [places[1]]
    points = np.array(places)
    shares = np.linspace(0, 1, _STEPS + 1)[1:, None]
    while len(points) > 1:
        # De Casteljau's rule, for all shares at once.
        first, second = points[:-1], points[1:]
        if points.ndim == 2:  # noqa: PLR2004
            first, second = first[:, None, :], second[:, None, :]
        points = first * (1 - shares) + second * shares
    return [_pair(place) for place in points[0]]


def _round(node: ET.Element) -> Points:
    x, y, radius = (float(node.get(name, 0)) for name in ("cx", "cy", "r"))
    turns = np.linspace(0, 2 * np.pi, 4 * _STEPS + 1)
    points = [(x + radius * float(np.cos(t)), y + radius * float(np.sin(t))) for t in turns]
    return [*points[:-1], points[0]]


def _write(node: ET.Element) -> Area:
    """Return the letters of a text as areas."""
    if not (node.text or "").strip():
        return shapely.Polygon()
    size = float(node.get("font-size", 12))
    letters: Any = TextPath((0, 0), node.text or "", size=size, prop=_WORDS).to_polygons()
    area = _fill([[_pair(corner) for corner in ring] for ring in letters])
    if area.is_empty:
        return area
    left, _, right, _ = area.bounds
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor", "start")]
    lift = _MIDDLE * size if node.get("dominant-baseline") == "middle" else 0.0
    x = float(node.get("x", 0)) - (left + share * (right - left)) * _NARROWED
    y = float(node.get("y", 0)) + lift
    return affine_transform(area, (_NARROWED, 0, 0, -1, x, y))


def _read_transform(text: str) -> Matrix:
    """Read ``translate(x,y)``, ``rotate(degrees,x,y)`` or ``scale(factor)``."""
    found = re.fullmatch(r"(translate|rotate|scale)\(([^)]*)\)", text.strip())
    if found is None:
        return _IDENTITY
    numbers = [float(number) for number in found[2].split(",")]
    if found[1] == "translate":
        return (1.0, 0.0, 0.0, 1.0, numbers[0], numbers[1])
    if found[1] == "scale":
        return (numbers[0], 0.0, 0.0, numbers[0], 0.0, 0.0)
    turn, x, y = np.radians(numbers[0]), numbers[1], numbers[2]
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    return (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)


def _combine(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (
        a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e,
        b * k + d * m + f,
    )  # fmt: skip


def _pair(place: Any) -> tuple[float, float]:
    return float(place[0]), float(place[1])
