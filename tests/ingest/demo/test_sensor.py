"""The synthetic sensors are the right number, look south, and fail and recover plausibly."""

from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.errors import SettingsError
from cop.ingest.demo import build_demo_sensors
from tests.support.coverage import cover_hours

pytestmark = pytest.mark.picture

END = datetime(2026, 3, 18, 15, 40)
DAYS = 365
RANGE_M = {
    "tower": 12_000,
    "camera": 4_000,
    "ground": 400,
    "radar": 20_000,
    "aerostat": 60_000,
    "mobile": 8_000,
}


@pytest.fixture(scope="module")
def made(segments: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return build_demo_sensors(segments, seed=3, end=END, days=DAYS)


def test_tables_follow_the_contract(made: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sensors, outages = made
    assert list(sensors.columns) == [
        "sensor_id",
        "name",
        "kind",
        "lon",
        "lat",
        "height_m",
        "range_m",
        "azimuth_deg",
        "fov_deg",
        "agency",
        "installed_at",
        "removed_at",
    ]
    assert list(outages.columns) == ["sensor_id", "down_at", "up_at", "cause"]
    for frame, names in (
        (sensors, ("installed_at", "removed_at")),
        (outages, ("down_at", "up_at")),
    ):
        for name in names:
            assert frame[name].dtype == "datetime64[us]"
    assert sensors["sensor_id"].is_unique


def test_about_220_sensors_of_all_kinds(made: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sensors, _ = made
    assert 200 <= len(sensors) <= 240
    counts = sensors["kind"].value_counts()
    assert set(counts.index) == set(RANGE_M)
    assert 2 <= counts["aerostat"] <= 10
    assert counts["tower"] > 40
    for kind, range_m in RANGE_M.items():
        mean = sensors.loc[sensors["kind"] == kind, "range_m"].mean()
        assert mean == pytest.approx(range_m, rel=0.15), kind


def test_directional_sensors_face_the_line(
    made: tuple[pd.DataFrame, pd.DataFrame], segments: gpd.GeoDataFrame
) -> None:
    sensors, _ = made
    directed = sensors["fov_deg"].notna()
    assert (directed == sensors["azimuth_deg"].notna()).all()
    assert set(sensors.loc[directed, "kind"]) == {"camera", "radar", "mobile"}
    south = np.cos(np.radians(sensors.loc[directed, "azimuth_deg"] - 180.0))
    assert (south > 0.0).mean() > 0.97
    assert south.mean() > 0.8
    ends = segments.geometry.get_coordinates().sort_values("x")
    assert (sensors["lat"] > np.interp(sensors["lon"], ends["x"], ends["y"]) - 0.01).all()


def test_big_bend_has_long_gaps_and_san_diego_is_well_covered(
    made: tuple[pd.DataFrame, pd.DataFrame], segments: gpd.GeoDataFrame
) -> None:
    sensors, outages = made
    start, end = datetime(2026, 2, 16), datetime(2026, 3, 18)
    hours = cover_hours(segments, sensors, outages, start=start, end=end)
    seen = pd.Series(hours / (24 * 30))
    share = seen.groupby(segments["sector"].to_numpy()).mean()
    assert share["SDC"] > 0.6
    assert share["BBT"] < 0.3
    assert share["BBT"] == share.min()
    dark = (seen < 0.01).to_numpy() & (segments["sector"] == "BBT").to_numpy()
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate(([0], dark, [0]))) != 0))[::2]
    assert runs.max() * 5 > 150


def test_outages_are_ordered_and_lie_in_the_life_of_their_sensor(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    sensors, outages = made
    joined = outages.merge(sensors, on="sensor_id", how="left", validate="many_to_one")
    assert joined["kind"].notna().all()
    closed = joined[joined["up_at"].notna()]
    assert (closed["up_at"] > closed["down_at"]).all()
    assert (joined["down_at"] >= joined["installed_at"]).all()
    assert (joined["down_at"] >= pd.Timestamp(END) - pd.Timedelta(days=DAYS)).all()
    assert (joined["down_at"] < END).all()
    assert (closed["up_at"] <= END).all()
    gone = closed[closed["removed_at"].notna()]
    assert (gone["up_at"] <= gone["removed_at"]).all()
    for _, one in outages.groupby("sensor_id"):
        ordered = one.sort_values("down_at")
        assert (ordered["down_at"].iloc[1:].to_numpy() >= ordered["up_at"].iloc[:-1]).all()


def test_durations_are_realistic_and_some_are_still_down(
    made: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    sensors, outages = made
    kind = outages["sensor_id"].map(sensors.set_index("sensor_id")["kind"])
    hours = (outages["up_at"] - outages["down_at"]).dt.total_seconds() / 3600.0
    median = hours.groupby(kind).median()
    assert 5 < median["tower"] < 15
    assert median["ground"] > 48
    assert 8 < median["aerostat"] < 20
    still = outages["up_at"].isna()
    assert 5 <= still.sum() <= 60
    standing = sensors.set_index("sensor_id").loc[outages.loc[still, "sensor_id"], "removed_at"]
    assert standing.isna().all()


@pytest.mark.parametrize("days", [1, 30, 1826])
def test_every_window_has_a_sensor_down_at_its_end(segments: gpd.GeoDataFrame, days: int) -> None:
    sensors, outages = build_demo_sensors(segments, seed=11, end=END, days=days)
    assert outages["up_at"].isna().any()
    assert outages["sensor_id"].isin(sensors["sensor_id"]).all()


def test_same_seed_same_tables(segments: gpd.GeoDataFrame) -> None:
    first, again = (build_demo_sensors(segments, seed=5, end=END, days=60) for _ in range(2))
    other = build_demo_sensors(segments, seed=6, end=END, days=60)
    for index in (0, 1):
        pd.testing.assert_frame_equal(first[index], again[index])
    assert not first[0]["lon"].equals(other[0]["lon"])


def test_less_than_a_day_is_refused(segments: gpd.GeoDataFrame) -> None:
    with pytest.raises(SettingsError, match="0 days"):
        build_demo_sensors(segments, seed=5, end=END, days=0)


def test_the_region_names_who_runs_them(segments: gpd.GeoDataFrame) -> None:
    wanted: dict = {"seed": 3, "end": END, "days": 20}
    roles, _ = build_demo_sensors(segments, **wanted)
    named, _ = build_demo_sensors(segments, **wanted, agencies={"border": "Police"})
    assert set(roles["agency"]) == {"border", "air", "state", "county"}
    assert list(named["agency"] == "Police") == list(roles["agency"] == "border")
    assert named.drop(columns="agency").equals(roles.drop(columns="agency"))
