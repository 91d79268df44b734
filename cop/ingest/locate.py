"""Placing events: the sector and county that hold a point, the nearest segment of its sector."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from cop.model.event import OUTSIDE
from cop.model.tile import FloatArray, mercator_integers

_TO_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

SEGMENT_UNCERTAINTY_M = 25_000.0
"""Beyond it a record is in no segment: five segments to either side would be as likely."""
AREA_UNCERTAINTY_M = 100_000.0
"""Beyond it a record is in no sector or county: most sectors are narrower than twice that."""

Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Locator:
    """The areas and segments of a region, indexed."""

    sectors: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame

    def place(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add segment_id, sector, county, mx, my to rows with lon, lat; NONE is outside.

        A row whose ``uncertainty_m`` is too large to say so is in none either; without one the
        position is taken as it is.
        """
        lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
        points = shapely.points(lon, lat)
        sector = _holding(points, self.sectors, "sector")
        segment = self._nearest(lon, lat, sector)
        county = _holding(points, self.counties, "county")
        if "uncertainty_m" in frame:
            uncertainty_m = frame["uncertainty_m"].to_numpy(float, na_value=np.nan)
            segment[uncertainty_m > SEGMENT_UNCERTAINTY_M] = OUTSIDE
            sector[uncertainty_m > AREA_UNCERTAINTY_M] = OUTSIDE
            county[uncertainty_m > AREA_UNCERTAINTY_M] = OUTSIDE
        mx, my = mercator_integers(lon, lat)
        return frame.assign(segment_id=segment, sector=sector, county=county, mx=mx, my=my)

    def _nearest(self, lon: FloatArray, lat: FloatArray, sector: Names) -> Names:
        """Mercator keeps angles: within a sector the nearest there is the nearest on the ground."""
        found = np.full(len(lon), OUTSIDE, dtype=object)
        for code, own in self.segments.groupby("sector"):
            rows = np.flatnonzero(sector == code)
            if not len(rows):
                continue
            tree = shapely.STRtree(own.geometry.to_crs("EPSG:3857").to_numpy())
            points = shapely.points(*_TO_MERCATOR.transform(lon[rows], lat[rows]))
            source, nearest = tree.query_nearest(points, all_matches=False)
            found[rows[source]] = own["segment_id"].to_numpy(object)[nearest]
        return found


def _holding(points: npt.NDArray[np.object_], areas: gpd.GeoDataFrame, column: str) -> Names:
    found = np.full(len(points), OUTSIDE, dtype=object)
    tree = shapely.STRtree(areas.geometry.to_numpy())
    source, area = tree.query(points, predicate="intersects")
    first = np.unique(source, return_index=True)[1]
    found[source[first]] = areas[column].to_numpy(object)[area[first]]
    return found
