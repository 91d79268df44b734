"""Footprints have the right size, and coverage equals a plain hour-by-hour simulation."""

import time
from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from cop.analysis.coverage import PIECE_M, build_coverage, build_footprints
from cop.errors import FilterError, InputFileError

pytestmark = pytest.mark.picture

GEOD = Geod(ellps="WGS84")
START = datetime(2026, 3, 1)
LAT = 31.0


def _segments(count: int = 6, length_m: float = 1000.0) -> gpd.GeoDataFrame:
    """Segments end to end along one parallel, each exactly length_m of geodesic."""
    rows, lon = [], -110.0
    for number in range(count):
        east = GEOD.fwd(lon, LAT, 90.0, length_m)[0]
        rows.append(
            {
                "segment_id": f"TCA-{number + 1:04d}",
                "length_km": length_m / 1000.0,
                "geometry": shapely.LineString([(lon, LAT), (east, LAT)]),
            }
        )
        lon = east
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def _sensor(**changed: object) -> dict:
    return {
        "sensor_id": "S-1",
        "lon": -110.0,
        "lat": LAT,
        "range_m": 3000.0,
        "azimuth_deg": None,
        "fov_deg": None,
        "installed_at": START - timedelta(days=100),
        "removed_at": None,
    } | changed


def _sensors(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows) or [_sensor()])
    for name in ("installed_at", "removed_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame if rows else frame.iloc[:0]


def _outages(*rows: tuple[str, datetime, datetime | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["sensor_id", "down_at", "up_at"])
    for name in ("down_at", "up_at"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame.assign(cause="power")


@pytest.mark.parametrize("lat", [0.0, 25.9, 32.5, 48.0])
@pytest.mark.parametrize("range_m", [400.0, 12_000.0, 60_000.0])
def test_a_circle_has_the_geodesic_radius_and_area(lat: float, range_m: float) -> None:
    (shape,) = build_footprints(_sensors(_sensor(lat=lat, range_m=range_m))).geometry
    rim = np.array(shape.exterior.coords)
    _, _, distance = GEOD.inv(np.full(len(rim), -110.0), np.full(len(rim), lat), *rim.T)
    np.testing.assert_allclose(distance, range_m, rtol=1e-6)
    area = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert area == pytest.approx(np.pi * range_m**2, rel=0.01)


@pytest.mark.parametrize(("azimuth", "fov"), [(180.0, 75.0), (5.0, 60.0), (270.0, 200.0)])
def test_a_field_of_view_is_a_sector(azimuth: float, fov: float) -> None:
    made = build_footprints(_sensors(_sensor(azimuth_deg=azimuth, fov_deg=fov)))
    shape = made.geometry.iloc[0]
    assert shape.is_valid
    area = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert area == pytest.approx(np.pi * 3000.0**2 * fov / 360.0, rel=0.01)
    for turn, is_inside in ((0.0, True), (fov * 0.49, True), (fov * 0.52, False)):
        for side in (-1, 1):
            lon, lat, _ = GEOD.fwd(-110.0, LAT, azimuth + side * turn, 2900.0)
            assert shape.contains(shapely.Point(lon, lat)) is is_inside


def test_footprints_keep_columns_and_crs() -> None:
    made = build_footprints(_sensors(_sensor(), _sensor(sensor_id="S-2", fov_deg=360.0)))
    assert made.crs.to_epsg() == 4326
    assert made["sensor_id"].tolist() == ["S-1", "S-2"]
    assert "range_m" in made.columns
    assert build_footprints(_sensors()).empty


def test_coverage_by_hand() -> None:
    sensors = _sensors(_sensor())
    outages = _outages(("S-1", START + timedelta(minutes=90), START + timedelta(minutes=125)))
    made = build_coverage(
        _segments(), sensors, outages, start=START, end=START + timedelta(hours=10)
    )
    seen = 10 - 35 / 60
    np.testing.assert_allclose(made["segment_hours_total"], 10.0)
    np.testing.assert_allclose(made["segment_hours_seen"], [seen] * 3 + [0.0] * 3)
    np.testing.assert_allclose(made["share"], [seen / 10] * 3 + [0.0] * 3)
    np.testing.assert_allclose(made["covered_length_km_mean"], [seen / 10] * 3 + [0.0] * 3)
    assert made["segment_id"].tolist() == _segments()["segment_id"].tolist()


def test_half_a_segment_counts_half() -> None:
    made = build_coverage(
        _segments(), _sensors(_sensor(range_m=1500.0)), _outages(), start=START, end=datetime.max
    )
    np.testing.assert_allclose(made["share"], [1.0, 0.5, 0.0, 0.0, 0.0, 0.0], atol=1e-9)


def test_no_sensors_is_unknown_but_absent_sensors_see_nothing() -> None:
    end = START + timedelta(days=1)
    none = build_coverage(_segments(), _sensors(), _outages(), start=START, end=end)
    assert none[["share", "segment_hours_seen", "covered_length_km_mean"]].isna().all(axis=None)
    assert (none["segment_hours_total"] == 24.0).all()
    future = _sensors(_sensor(installed_at=end))
    assert (
        build_coverage(_segments(), future, _outages(), start=START, end=end)["share"] == 0
    ).all()


def test_overlapping_outages_count_once_and_open_ones_last() -> None:
    hour = timedelta(hours=1)
    outages = _outages(
        ("S-1", START + hour, START + 4 * hour),
        ("S-1", START + 2 * hour, START + 3 * hour),
        ("S-1", START + 3 * hour, START + 5 * hour),
        ("S-1", START + 8 * hour, None),
        ("S-9", START, None),
    )
    made = build_coverage(
        _segments(), _sensors(_sensor()), outages, start=START, end=START + 10 * hour
    )
    assert made["segment_hours_seen"].iloc[0] == pytest.approx(1 + 3)


def test_life_of_a_sensor_bounds_what_it_sees() -> None:
    hour = timedelta(hours=1)
    sensors = _sensors(_sensor(installed_at=START + 2 * hour, removed_at=START + 5 * hour))
    always = _sensors(_sensor(installed_at=None))
    window = {"start": START, "end": START + 10 * hour}
    seen = build_coverage(_segments(), sensors, _outages(), **window)["segment_hours_seen"]
    assert seen.iloc[0] == pytest.approx(3.0)
    seen = build_coverage(_segments(), always, _outages(), **window)["segment_hours_seen"]
    assert seen.iloc[0] == pytest.approx(10.0)


def test_a_sensor_looks_only_where_it_faces() -> None:
    middle = _segments().geometry.iloc[3].coords[0][0]
    east = _sensors(_sensor(lon=middle, azimuth_deg=90.0, fov_deg=60.0))
    made = build_coverage(
        _segments(), east, _outages(), start=START, end=START + timedelta(hours=1)
    )
    np.testing.assert_allclose(made["share"], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0])


HOURS = 12
_MOMENT = st.integers(-3, HOURS + 3)


@st.composite
def _scenes(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, downs = [], []
    for number in range(draw(st.integers(1, 5))):
        life = draw(st.tuples(_MOMENT, st.none() | _MOMENT))
        rows.append(
            _sensor(
                sensor_id=f"S-{number}",
                lon=-110.0 + draw(st.floats(-0.02, 0.08)),
                lat=LAT + draw(st.floats(-0.02, 0.02)),
                range_m=draw(st.floats(200.0, 4000.0)),
                azimuth_deg=draw(st.none() | st.floats(0.0, 360.0)),
                fov_deg=draw(st.none() | st.floats(20.0, 360.0)),
                installed_at=START + timedelta(hours=life[0]),
                removed_at=None if life[1] is None else START + timedelta(hours=life[1]),
            )
        )
        for _ in range(draw(st.integers(0, 4))):
            down, up = draw(st.tuples(_MOMENT, st.none() | _MOMENT))
            back = None if up is None else START + timedelta(hours=up)
            downs.append((f"S-{number}", START + timedelta(hours=down), back))
    return _sensors(*rows), _outages(*downs)


def _by_the_hour(sensors: pd.DataFrame, outages: pd.DataFrame) -> np.ndarray:
    """Share of each segment's quarters seen, averaged over the hours, one after the other."""
    everyone = list(sensors.itertuples())
    moments = [START + timedelta(hours=hour, minutes=30) for hour in range(HOURS)]
    working = [[_works(one, now, outages) for one in everyone] for now in moments]
    result = []
    for line in _segments().geometry:
        (west, lat), (east, _) = line.coords
        seen = 0
        for quarter in range(4):
            lon = west + (east - west) * (quarter + 0.5) / 4
            reached = [_reaches(one, lon, lat) for one in everyone]
            for works in working:
                seen += any(up and near for up, near in zip(works, reached, strict=True))
        result.append(seen / 4 / HOURS)
    return np.array(result)


def _works(sensor: object, now: datetime, outages: pd.DataFrame) -> bool:
    if sensor.installed_at > now or (not pd.isna(sensor.removed_at) and sensor.removed_at <= now):
        return False
    for down in outages[outages["sensor_id"] == sensor.sensor_id].itertuples():
        if down.down_at <= now and (pd.isna(down.up_at) or down.up_at > now):
            return False
    return True


def _reaches(sensor: object, lon: float, lat: float) -> bool:
    azimuth, _, distance = GEOD.inv(sensor.lon, sensor.lat, lon, lat)
    if distance > sensor.range_m:
        return False
    if pd.isna(sensor.fov_deg) or pd.isna(sensor.azimuth_deg):
        return True
    turn = abs((azimuth - sensor.azimuth_deg + 180.0) % 360.0 - 180.0)
    return turn <= sensor.fov_deg / 2


@settings(max_examples=60, deadline=None)
@given(_scenes())
def test_coverage_equals_the_hourly_simulation(scene: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sensors, outages = scene
    # A segment of 1 km is cut into four pieces, as the simulation does.
    made = build_coverage(
        _segments(), sensors, outages, start=START, end=START + timedelta(hours=HOURS)
    )
    np.testing.assert_allclose(made["share"], _by_the_hour(sensors, outages), atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(_scenes(), st.integers(1, HOURS - 1))
def test_windows_add_up_and_more_sensors_never_see_less(
    scene: tuple[pd.DataFrame, pd.DataFrame], cut: int
) -> None:
    sensors, outages = scene
    ends = [START, START + timedelta(hours=cut), START + timedelta(hours=HOURS)]

    def seen(begin: int, finish: int, these: pd.DataFrame) -> np.ndarray:
        made = build_coverage(_segments(), these, outages, start=ends[begin], end=ends[finish])
        return made["segment_hours_seen"].to_numpy()

    whole = seen(0, 2, sensors)
    np.testing.assert_allclose(seen(0, 1, sensors) + seen(1, 2, sensors), whole, atol=1e-9)
    if len(sensors) > 1:
        assert (seen(0, 2, sensors.iloc[1:]) <= whole + 1e-9).all()


def test_the_share_of_length_ignores_how_finely_a_line_is_drawn() -> None:
    coarse = _segments(1, 5000.0)
    fine = coarse.copy()
    fine["geometry"] = coarse.geometry.segmentize(0.0001)
    slant = gpd.GeoDataFrame(
        {"segment_id": ["A"], "length_km": [10.0]},
        geometry=[shapely.LineString([(-110.0, 31.0), (-110.0, 31.03), (-109.965, 31.03)])],
        crs="EPSG:4326",
    )
    window = {"start": START, "end": START + timedelta(hours=1)}
    for line in (coarse, fine):
        made = build_coverage(line, _sensors(_sensor(range_m=2000.0)), _outages(), **window)
        assert made["share"].iloc[0] == pytest.approx(0.4, abs=PIECE_M / 5000.0)
    made = build_coverage(slant, _sensors(_sensor(range_m=3320.0)), _outages(), **window)
    assert made["share"].iloc[0] == pytest.approx(0.5, abs=0.03)


def test_the_footprint_and_the_coverage_agree() -> None:
    segments = _segments(30)
    sensors = _sensors(
        _sensor(lon=-109.95, lat=LAT + 0.01, azimuth_deg=200.0, fov_deg=80.0),
        _sensor(sensor_id="S-2", lon=-109.8, lat=LAT + 0.02, range_m=5000.0),
    )
    made = build_coverage(
        segments, sensors, _outages(), start=START, end=START + timedelta(hours=1)
    )
    ground = build_footprints(sensors).union_all()
    lines = segments.geometry.to_numpy()
    inside = shapely.length(shapely.intersection(lines, ground)) / shapely.length(lines)
    np.testing.assert_allclose(made["share"], inside, atol=0.26)
    assert made["share"].sum() == pytest.approx(inside.sum(), abs=0.5)


def test_unusable_input_is_named() -> None:
    window = {"start": START, "end": START + timedelta(hours=1)}
    for column, value in (("range_m", -5.0), ("lon", 200.0), ("lat", None)):
        with pytest.raises(InputFileError, match=f"sensor S-1: {column} is"):
            build_coverage(_segments(), _sensors(_sensor(**{column: value})), _outages(), **window)
    outages = _outages(("S-1", None, START))
    with pytest.raises(InputFileError, match="outage of sensor S-1: down_at is missing"):
        build_coverage(_segments(), _sensors(_sensor()), outages, **window)
    with pytest.raises(FilterError, match="is empty: choose a start"):
        build_coverage(_segments(), _sensors(_sensor()), _outages(), start=START, end=START)


def test_the_whole_line_takes_well_under_a_second() -> None:
    segments = _segments(630, 4990.0)
    rng = np.random.default_rng(1)
    lons = rng.uniform(-110.0, segments.total_bounds[2], 220)
    ranges = rng.choice([400.0, 4000.0, 8000.0, 12_000.0, 20_000.0, 60_000.0], 220)
    sensors = _sensors(
        *(
            _sensor(sensor_id=f"S-{index}", lon=lon, range_m=reach)
            for index, (lon, reach) in enumerate(zip(lons, ranges, strict=True))
        )
    )
    downs = [
        (f"S-{rng.integers(220)}", START + timedelta(hours=hour), START + timedelta(hours=hour + 9))
        for hour in rng.uniform(0, 720, 900)
    ]
    begin = time.process_time()
    build_coverage(segments, sensors, _outages(*downs), start=START, end=START + timedelta(days=30))
    assert time.process_time() - begin < 1.0
