"""The features of a vector tile, with their shapes on the unit square of the tile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import numpy as np
from matplotlib.path import Path

from cop.model.drawing import Sort

_SORTS: dict[str, Sort] = {"Polygon": "area", "LineString": "line", "Point": "point"}
_DEPTHS = {"Polygon": 1, "MultiPolygon": 2, "LineString": 0, "MultiLineString": 1}
_UNIT_SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))


@dataclass(frozen=True)
class Feature:
    """Its properties, and its rings, lines or points: x from the left, y from the top, 0-1.

    ``middle`` is the position of its label and ``weight`` the area of the ring it is the middle of,
    None where there is no area.
    """

    sort: Sort
    properties: dict[str, Any]
    path: Path

    @property
    def middle(self) -> tuple[float, float, float] | None:
        """Return x, y and area of the middle of its largest ring; None where there is none."""
        return max(
            (found for ring in self.path.to_polygons() if (found := _centroid(ring))),
            key=lambda found: found[2],
            default=None,
        )


def read_features(mvt: bytes) -> list[Feature]:
    """Read a tile; each feature has ``layerName`` among its properties, as in the browser."""
    if not mvt:
        return []
    decoded = mapbox_vector_tile.decode(mvt, default_options={"y_coord_down": True})
    return [
        _build(name, layer["extent"], feature)
        for name, layer in decoded.items()
        for feature in layer["features"]
    ]


def build_land() -> Feature:
    """Return the background of a basemap's tile."""
    return Feature("area", {"layerName": "earth"}, Path(_UNIT_SQUARE, closed=True))


def _build(name: str, extent: int, feature: dict[str, Any]) -> Feature:
    kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
    sort = _SORTS[kind.removeprefix("Multi")]
    if sort == "point":
        path = Path(np.reshape(np.asarray(coordinates, dtype=float), (-1, 2)) / extent)
    else:
        path = _join(_parts(coordinates, _DEPTHS[kind]), extent, closed=sort == "area")
    return Feature(sort, feature["properties"] | {"layerName": name}, path)


def _parts(coordinates: Sequence[Any], depth: int) -> Iterator[Sequence[Any]]:
    if depth == 0:
        yield coordinates
        return
    for inner in coordinates:
        yield from _parts(inner, depth - 1)


def _join(parts: Iterator[Sequence[Any]], extent: int, *, closed: bool) -> Path:
    """Return one path of all parts: rings within others run the other way round and are holes."""
    vertices, codes = [], []
    for part in parts:
        code = np.full(len(part), Path.LINETO, dtype=Path.code_type)
        code[0] = Path.MOVETO
        if closed:
            code[-1] = Path.CLOSEPOLY
        vertices.append(np.asarray(part, dtype=float) / extent)
        codes.append(code)
    if not vertices:
        return Path(np.empty((0, 2)))
    return Path(np.concatenate(vertices), np.concatenate(codes))


def _centroid(ring: Any) -> tuple[float, float, float] | None:
    x, y = np.asarray(ring).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    total = float(cross.sum())
    if total == 0:
        return None
    east = float(((x[:-1] + x[1:]) * cross).sum()) / (3 * total)
    south = float(((y[:-1] + y[1:]) * cross).sum()) / (3 * total)
    return east, south, abs(total)
