"""Places many points at once, exactly as a Locator does: a batch of a demo takes no second."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from cop.ingest.demo.draw import build_words
from cop.ingest.locate import AREA_UNCERTAINTY_M, SEGMENT_UNCERTAINTY_M, Locator
from cop.model.event import OUTSIDE
from cop.model.tile import FloatArray, mercator_integers

_STEP: Final = 60.0
_SAMPLES: Final = 3
_TO_MERCATOR: Final = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

Codes = npt.NDArray[np.int64]


class Placer:
    """The areas and segments of a locator, made ready; a code is a row of them, -1 is outside."""

    def __init__(self, locator: Locator) -> None:
        """Prepare a locator's areas and the segments of each sector."""
        self._sectors = _NamedAreas.of(locator.sectors, "sector")
        self._counties = _NamedAreas.of(locator.counties, "county")
        self._segment_names = tuple(locator.segments["segment_id"])
        lines = np.asarray(locator.segments.geometry.to_crs("EPSG:3857").array)
        own = locator.segments["sector"].to_numpy(object)
        self._near = [
            _NearestSegment(lines, np.flatnonzero(own == name)) for name in self._sectors.names
        ]

    def place(self, events: pa.RecordBatch) -> pa.RecordBatch:
        """Add segment_id, sector, county, mx and my to events; NONE is outside."""
        lon, lat, uncertainty_m = (
            events[name].to_numpy() for name in ("lon", "lat", "uncertainty_m")
        )
        sector, county = self._sectors.holding(lon, lat), self._counties.holding(lon, lat)
        segment = self._nearest(lon, lat, sector)
        segment[uncertainty_m > SEGMENT_UNCERTAINTY_M] = -1
        sector[uncertainty_m > AREA_UNCERTAINTY_M] = -1
        county[uncertainty_m > AREA_UNCERTAINTY_M] = -1
        mx, my = mercator_integers(lon, lat)
        columns = {
            "segment_id": build_words((*self._segment_names, OUTSIDE), segment),
            "sector": build_words((*self._sectors.names, OUTSIDE), sector),
            "county": build_words((*self._counties.names, OUTSIDE), county),
            "mx": pa.array(mx),
            "my": pa.array(my),
        }
        for name, column in columns.items():
            events = events.append_column(name, column)
        return events

    def _nearest(self, lon: FloatArray, lat: FloatArray, sector: Codes) -> Codes:
        xy = np.column_stack(_TO_MERCATOR.transform(lon, lat))
        found = np.full(len(lon), -1, dtype=np.int64)
        for code, near in enumerate(self._near):
            rows = np.flatnonzero(sector == code)
            if len(rows) and len(near.rows):
                found[rows] = near.find(xy[rows])
        return found


@dataclass(frozen=True, eq=False)
class _NamedAreas:
    """Prepared areas with their names and bounds."""

    names: tuple[str, ...]
    shapes: npt.NDArray[np.object_]
    bounds: FloatArray

    @classmethod
    def of(cls, areas: gpd.GeoDataFrame, column: str) -> "_NamedAreas":
        shapes = np.asarray(areas.geometry.array)
        shapely.prepare(shapes)
        return cls(names=tuple(areas[column]), shapes=shapes, bounds=shapely.bounds(shapes))

    def holding(self, lon: FloatArray, lat: FloatArray) -> Codes:
        """Return the first area that holds each point."""
        found = np.full(len(lon), -1, dtype=np.int64)
        for code in reversed(range(len(self.shapes))):
            west, south, east, north = self.bounds[code]
            rows = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            if len(rows):
                inside = shapely.intersects_xy(self.shapes[code], lon[rows], lat[rows])
                found[rows[inside]] = code
        return found


class _NearestSegment:
    """The segments of one sector, sampled: most points need their nearest samples alone."""

    def __init__(self, lines: npt.NDArray[np.object_], rows: Codes) -> None:
        """Sample ``rows`` of lines in EPSG:3857 at most a step apart."""
        self.rows = rows
        self._exact = shapely.STRtree(lines[rows])
        points, owner = shapely.get_coordinates(
            shapely.segmentize(lines[rows], _STEP), return_index=True
        )
        self._owner, self._samples = owner, cKDTree(points) if len(points) else None

    def find(self, xy: FloatArray) -> Codes:
        """Return the row of the segment nearest to each point.

        A sample is at most half a step from the foot of a perpendicular on its segment, so a
        segment without a sample among the nearest few is farther than the last of them allows.
        """
        if self._samples is None:
            return np.full(len(xy), -1, dtype=np.int64)
        distance, near = self._samples.query(xy, k=_SAMPLES)
        owner = self._owner[np.minimum(near, len(self._owner) - 1)]
        is_sure = (owner == owner[:, :1]).all(axis=1)
        is_sure &= distance[:, -1] ** 2 - (_STEP / 2) ** 2 > distance[:, 0] ** 2
        found = owner[:, 0]
        unsure = np.flatnonzero(~is_sure)
        point, exact = self._exact.query_nearest(shapely.points(xy[unsure]), all_matches=False)
        found[unsure[point]] = exact
        rows: Codes = self.rows[found]
        return rows
