"""The border line as arrays: sampled points, the way to the north side, each segment's sector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from cop.errors import RegionError
from cop.ingest.demo.pattern import SECTORS, SectorPattern

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

METERS_PER_DEGREE: Final = 111_320.0
_SAMPLES: Final = 64
_NEEDED: Final = ("sector", "km_from", "km_to", "length_km", "kind", "geometry")


@dataclass(frozen=True, kw_only=True)
class DemoLine:
    """Segments in west-to-east order.

    points is (segments, 65, 2) lon/lat; tangent is (segments, 2), meters (east, north) of length 1,
    pointing along the line, so that its left side is the north side.
    """

    points: "Floats"
    tangent: "Floats"
    middle_km: "Floats"
    length_km: "Floats"
    is_river: "NDArray[np.bool_]"
    sectors: tuple[str, ...]
    sector: "Ints"

    @property
    def size(self) -> int:
        """Number of segments."""
        return len(self.length_km)

    def patterns(self) -> list[SectorPattern]:
        """Pattern of each sector; one in no table gets a share by its length."""
        known = sum(SECTORS[code].share for code in self.sectors if code in SECTORS)
        total_km = float(self.length_km.sum())
        found = []
        for index, code in enumerate(self.sectors):
            part = float(self.length_km[self.sector == index].sum()) / total_km
            found.append(SECTORS.get(code) or SectorPattern(share=part * (known or 1.0)))
        return found

    def place(self, segment: "Ints", fraction: "Floats") -> "Floats":
        """Lon/lat (n, 2) at a fraction 0 to 1 of each segment."""
        position = np.clip(fraction, 0.0, 1.0) * _SAMPLES
        left = np.minimum(position.astype(np.int64), _SAMPLES - 1)
        part = (position - left)[:, None]
        low, high = self.points[segment, left], self.points[segment, left + 1]
        placed: Floats = low + (high - low) * part
        return placed

    def shift(self, start: "Floats", segment: "Ints", north_m: "Floats", along_m: "Floats") -> None:
        """Move lon/lat points (n, 2) in place: north_m off the line to its left, along_m along."""
        east, north = self.tangent[segment, 0], self.tangent[segment, 1]
        x_m = along_m * east - north_m * north
        y_m = along_m * north + north_m * east
        start[:, 0] += x_m / (METERS_PER_DEGREE * np.cos(np.radians(start[:, 1])))
        start[:, 1] += y_m / METERS_PER_DEGREE


def build_line(segments: "gpd.GeoDataFrame") -> DemoLine:
    """Sample the segments (EPSG:4326 lines); raises RegionError where a column is missing."""
    missing = [name for name in _NEEDED if name not in segments.columns]
    if missing or len(segments) == 0:
        what = f"lacks the column {missing[0]!r}" if missing else "has no rows"
        message = f"the segments table {what}: build the region's segments first"
        raise RegionError(message)
    ordered = segments.sort_values("km_from", kind="stable")
    fractions = np.linspace(0.0, 1.0, _SAMPLES + 1)
    lines = np.asarray(ordered.geometry.array)
    sampled = shapely.line_interpolate_point(lines[:, None], fractions, normalized=True)
    points: Floats = shapely.get_coordinates(sampled).reshape(len(lines), _SAMPLES + 1, 2)
    codes = ordered["sector"].astype(str).to_numpy(dtype=object)
    sectors = tuple(dict.fromkeys(codes))
    return DemoLine(
        points=points,
        tangent=_tangent(points),
        middle_km=((ordered["km_from"] + ordered["km_to"]) / 2).to_numpy(dtype=np.float64),
        length_km=ordered["length_km"].to_numpy(dtype=np.float64),
        is_river=(ordered["kind"] == "river").to_numpy(dtype=bool),
        sectors=sectors,
        sector=np.array([sectors.index(code) for code in codes], dtype=np.int64),
    )


def _tangent(points: "Floats") -> "Floats":
    """Direction over two neighbors either way: a river's meanders must not turn it round."""
    middle = points[:, _SAMPLES // 2]
    if len(middle) == 1:
        before, after = points[:, 0], points[:, -1]
    else:
        index = np.arange(len(middle))
        before = middle[np.maximum(index - 2, 0)]
        after = middle[np.minimum(index + 2, len(middle) - 1)]
    step = after - before
    step[:, 0] *= np.cos(np.radians(middle[:, 1]))
    length: Floats = np.linalg.norm(step, axis=1, keepdims=True)
    unit: Floats = step / np.where(length > 0.0, length, 1.0)
    return unit
