"""Coverage without heights equals a plain hour-by-hour simulation."""

from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cop.analysis.coverage.piece import PIECE_M
from cop.errors import InputFileError
from tests.support.coverage import (
    GEOD,
    LAT,
    START,
    cover_hours,
    make_outages,
    make_segments,
    make_sensor,
    make_sensors,
)

pytestmark = pytest.mark.coverage

HOUR = timedelta(hours=1)
MARGIN = 0.03


def test_coverage_by_hand() -> None:
    outages = make_outages(("S-1", START + timedelta(minutes=90), START + timedelta(minutes=125)))
    made = cover_hours(make_segments(), make_sensors(make_sensor()), outages, end=START + 10 * HOUR)
    seen = 10 - 35 / 60
    np.testing.assert_allclose(made, [seen] * 3 + [0.0] * 3, atol=1e-6)


def test_half_a_segment_counts_half() -> None:
    made = cover_hours(
        make_segments(),
        make_sensors(make_sensor(range_m=1_500.0)),
        make_outages(),
        end=START + HOUR,
    )
    np.testing.assert_allclose(made, [1.0, 0.5, 0.0, 0.0, 0.0, 0.0], atol=1e-6)


def test_a_sensor_that_is_not_installed_yet_sees_nothing() -> None:
    end = START + timedelta(days=1)
    future = make_sensors(make_sensor(installed_at=end))
    assert (cover_hours(make_segments(), future, make_outages(), end=end) == 0).all()


def test_overlapping_outages_count_once_and_open_ones_last() -> None:
    outages = make_outages(
        ("S-1", START + HOUR, START + 4 * HOUR),
        ("S-1", START + 2 * HOUR, START + 3 * HOUR),
        ("S-1", START + 3 * HOUR, START + 5 * HOUR),
        ("S-1", START + 8 * HOUR, None),
        ("S-9", START, None),
    )
    made = cover_hours(make_segments(), make_sensors(make_sensor()), outages, end=START + 10 * HOUR)
    assert made[0] == pytest.approx(1 + 3)


def test_life_of_a_sensor_bounds_what_it_sees() -> None:
    sensors = make_sensors(make_sensor(installed_at=START + 2 * HOUR, removed_at=START + 5 * HOUR))
    always = make_sensors(make_sensor(installed_at=None))
    end = START + 10 * HOUR
    assert cover_hours(make_segments(), sensors, make_outages(), end=end)[0] == pytest.approx(3.0)
    assert cover_hours(make_segments(), always, make_outages(), end=end)[0] == pytest.approx(10.0)


def test_a_sensor_looks_only_where_it_faces() -> None:
    middle = make_segments().geometry.iloc[3].coords[0][0]
    east = make_sensors(make_sensor(lon=middle, azimuth_deg=90.0, fov_deg=60.0))
    made = cover_hours(make_segments(), east, make_outages(), end=START + HOUR)
    np.testing.assert_allclose(made, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0], atol=1e-6)


def test_the_share_of_length_ignores_how_finely_a_line_is_drawn() -> None:
    coarse = make_segments(1, 5_000.0)
    fine = coarse.copy()
    fine["geometry"] = coarse.geometry.segmentize(0.0001)
    slant = gpd.GeoDataFrame(
        {"segment_id": ["A"], "length_km": [10.0]},
        geometry=[shapely.LineString([(-110.0, 31.0), (-110.0, 31.03), (-109.965, 31.03)])],
        crs="EPSG:4326",
    )
    for line in (coarse, fine):
        sensors = make_sensors(make_sensor(range_m=2_000.0))
        made = cover_hours(line, sensors, make_outages(), end=START + HOUR)
        assert made[0] == pytest.approx(0.4, abs=PIECE_M / 5_000.0)
    sensors = make_sensors(make_sensor(range_m=3_320.0))
    made = cover_hours(slant, sensors, make_outages(), end=START + HOUR)
    assert made[0] == pytest.approx(0.5, abs=0.03)


def test_an_outage_without_a_beginning_is_named() -> None:
    outages = make_outages(("S-1", None, START))  # type: ignore[arg-type]
    with pytest.raises(InputFileError, match="outage of sensor S-1: down_at is missing"):
        cover_hours(make_segments(), make_sensors(make_sensor()), outages, end=START + HOUR)


HOURS = 12
_MOMENT = st.integers(-3, HOURS + 3)


@st.composite
def _scenes(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, downs = [], []
    for number in range(draw(st.integers(1, 5))):
        life = draw(st.tuples(_MOMENT, st.none() | _MOMENT))
        rows.append(
            make_sensor(
                sensor_id=f"S-{number}",
                lon=-110.0 + draw(st.floats(-0.02, 0.08)),
                lat=LAT + draw(st.floats(-0.02, 0.02)),
                range_m=draw(st.floats(200.0, 4_000.0)),
                azimuth_deg=draw(st.none() | st.floats(0.0, 360.0)),
                fov_deg=draw(st.none() | st.floats(20.0, 360.0)),
                installed_at=START + life[0] * HOUR,
                removed_at=None if life[1] is None else START + life[1] * HOUR,
            )
        )
        for _ in range(draw(st.integers(0, 4))):
            down, up = draw(st.tuples(_MOMENT, st.none() | _MOMENT))
            back = None if up is None else START + up * HOUR
            downs.append((f"S-{number}", START + down * HOUR, back))
    return make_sensors(*rows), make_outages(*downs)


def _by_the_hour(sensors: pd.DataFrame, outages: pd.DataFrame) -> np.ndarray:
    """Hours of each segment's quarters seen, one hour after the other."""
    everyone = list(sensors.itertuples())
    moments = [START + timedelta(hours=hour, minutes=30) for hour in range(HOURS)]
    working = [[_works(one, now, outages) for one in everyone] for now in moments]
    result = []
    for line in make_segments().geometry:
        (west, lat), (east, _) = line.coords
        seen = 0
        for quarter in range(4):
            lon = west + (east - west) * (quarter + 0.5) / 4
            reached = [_reaches(one, lon, lat) for one in everyone]
            for works in working:
                seen += any(up and near for up, near in zip(works, reached, strict=True))
        result.append(seen / 4)
    return np.array(result)


def _works(sensor: object, now: datetime, outages: pd.DataFrame) -> bool:
    if sensor.installed_at > now or (not pd.isna(sensor.removed_at) and sensor.removed_at <= now):
        return False
    for down in outages[outages["sensor_id"] == sensor.sensor_id].itertuples():
        if down.down_at <= now and (pd.isna(down.up_at) or down.up_at > now):
            return False
    return True


def _reaches(sensor: object, lon: float, lat: float) -> bool:
    """Whether it does; a scene is left out where a place lies at the edge, within a cell or two."""
    azimuth, _, distance = GEOD.inv(sensor.lon, sensor.lat, lon, lat)
    edge = MARGIN * sensor.range_m
    assume(abs(distance - sensor.range_m) > edge)
    if distance > sensor.range_m:
        return False
    if pd.isna(sensor.fov_deg) or pd.isna(sensor.azimuth_deg) or sensor.fov_deg >= 360:
        return True
    turn = abs((azimuth - sensor.azimuth_deg + 180.0) % 360.0 - 180.0)
    assume(np.radians(abs(turn - sensor.fov_deg / 2)) * distance > edge)
    return turn <= sensor.fov_deg / 2


@settings(max_examples=25, deadline=None)
@given(_scenes())
def test_coverage_equals_the_hourly_simulation(scene: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sensors, outages = scene
    # A segment of 1 km is cut into four pieces, as the simulation does.
    expected = _by_the_hour(sensors, outages)
    made = cover_hours(make_segments(), sensors, outages, end=START + HOURS * HOUR)
    np.testing.assert_allclose(made, expected, atol=1e-4)


@settings(max_examples=10, deadline=None)
@given(_scenes(), st.integers(1, HOURS - 1))
def test_windows_add_up_and_more_sensors_never_see_less(
    scene: tuple[pd.DataFrame, pd.DataFrame], cut: int
) -> None:
    sensors, outages = scene
    ends = [START, START + cut * HOUR, START + HOURS * HOUR]

    def seen(begin: int, finish: int, these: pd.DataFrame) -> np.ndarray:
        return cover_hours(make_segments(), these, outages, start=ends[begin], end=ends[finish])

    whole = seen(0, 2, sensors)
    np.testing.assert_allclose(seen(0, 1, sensors) + seen(1, 2, sensors), whole, atol=1e-6)
    if len(sensors) > 1:
        assert (seen(0, 2, sensors.iloc[1:]) <= whole + 1e-4).all()
