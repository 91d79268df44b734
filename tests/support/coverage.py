"""Coverage of segments from frames alone, as a warehouse builds it."""

from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from cop.analysis.coverage.piece import cut_segments
from cop.analysis.coverage.sighting import build_sighting
from cop.analysis.coverage.status import build_status
from cop.analysis.coverage.step import build_steps
from cop.analysis.sight.footprint import build_footprint
from cop.analysis.sight.viewshed import build_viewshed
from cop.query.coverage.placement import build_placements, placement_of

GEOD = Geod(ellps="WGS84")
LAT = 31.0
START = datetime(2026, 3, 1)
NO_POSITIONS = pd.DataFrame(
    {"sensor_id": [], "at": [], "lon": [], "lat": [], "height_m": []}
).astype({"sensor_id": "str", "at": "datetime64[us]"})


def make_segments(count: int = 6, length_m: float = 1_000.0) -> gpd.GeoDataFrame:
    """Segments end to end along one parallel, each exactly length_m of geodesic."""
    rows, lon = [], -110.0
    for number in range(count):
        east = GEOD.fwd(lon, LAT, 90.0, length_m)[0]
        rows.append(
            {
                "segment_id": f"TCA-{number + 1:04d}",
                "length_km": length_m / 1_000.0,
                "geometry": shapely.LineString([(lon, LAT), (east, LAT)]),
            }
        )
        lon = east
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def make_sensor(**changed: object) -> dict[str, object]:
    """The columns of one sensor: 3 km all round at the west end of the segments."""
    return {
        "sensor_id": "S-1",
        "kind": "tower",
        "lon": -110.0,
        "lat": LAT,
        "height_m": 10.0,
        "range_m": 3_000.0,
        "azimuth_deg": None,
        "fov_deg": None,
        "installed_at": START - timedelta(days=100),
        "removed_at": None,
    } | changed


def make_sensors(*rows: dict[str, object]) -> pd.DataFrame:
    """A frame of sensors."""
    frame = pd.DataFrame(list(rows))
    for name in ("installed_at", "removed_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame


def make_outages(*rows: tuple[str, datetime, datetime | None]) -> pd.DataFrame:
    """A frame of times when sensors were down."""
    frame = pd.DataFrame(list(rows), columns=["sensor_id", "down_at", "up_at"])
    for name in ("down_at", "up_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame.assign(state="down", cause="power")


def cover_hours(
    segments: gpd.GeoDataFrame,
    sensors: pd.DataFrame,
    outages: pd.DataFrame,
    *,
    start: datetime = START,
    end: datetime,
) -> np.ndarray:
    """Hours that the average piece of each segment is seen, without heights."""
    placements = build_placements(sensors, NO_POSITIONS)
    looks = [placement_of(row) for row in placements.itertuples()]
    footprints = [build_footprint(build_viewshed(look, None)) for look in looks]
    sighting = build_sighting(cut_segments(segments), footprints)
    steps = build_steps(sighting, build_status(placements, outages))
    edges = np.array([moment_us(start), moment_us(end)])
    return np.asarray(steps.integrate(edges).seen[:, 0])


def moment_us(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
