"""A small stand-in for the region's segments: nine sectors on a bent line, 4 km a segment."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

_SECTORS = {
    "SDC": (97.0, "land"),
    "ELC": (113.0, "land"),
    "YUM": (203.0, "land"),
    "TCA": (422.0, "land"),
    "EPT": (431.0, "land"),
    "BBT": (832.0, "river"),
    "DRT": (338.0, "river"),
    "LRT": (275.0, "river"),
    "RGV": (446.0, "river"),
}
_STEP_KM = 5.0


@pytest.fixture(scope="session")
def segments() -> gpd.GeoDataFrame:
    rows = []
    lon, lat, from_km = -117.1, 32.5, 0.0
    for sector, (length_km, kind) in _SECTORS.items():
        count = round(length_km / _STEP_KM)
        for number in range(1, count + 1):
            heading = np.radians(15.0 * np.sin(from_km / 160.0) - (18.0 if kind == "river" else 0))
            east = length_km / count * np.cos(heading) / 111.32 / np.cos(np.radians(lat))
            north = length_km / count * np.sin(heading) / 111.32
            bend = (lon + east / 2, lat + north / 2 + 0.002 * np.sin(from_km))
            line = shapely.LineString([(lon, lat), bend, (lon + east, lat + north)])
            rows.append(
                {
                    "segment_id": f"{sector}-{number:04d}",
                    "sector": sector,
                    "number": number,
                    "km_from": from_km,
                    "km_to": from_km + length_km / count,
                    "length_km": length_km / count,
                    "kind": kind,
                    "county": "Pima, AZ",
                    "county_fips": "04019",
                    "geometry": line,
                }
            )
            lon, lat, from_km = lon + east, lat + north, from_km + length_km / count
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
