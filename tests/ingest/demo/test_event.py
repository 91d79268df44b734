"""The synthetic events keep their promises: exact counts, known shares, rhythm, delays, places."""

import json
import time
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyproj import Geod

from cop.errors import RegionError, SettingsError
from cop.ingest.demo import build_demo_events

pytestmark = pytest.mark.picture

END = datetime(2026, 3, 18, 15, 40)
DAYS = 730
EVENTS = 200_000
COLUMNS = [
    "source_id",
    "kind",
    "count",
    "unit",
    "occurred_at",
    "time_precision",
    "reported_at",
    "lon",
    "lat",
    "uncertainty_m",
    "detection",
    "confidence",
    "attributes",
]
# Encounters October 2012 to September 2022, DHS OHSS, of 7,452,850.
PUBLIC_SHARES = {
    "SDC": 0.0819,
    "ELC": 0.0410,
    "YUM": 0.0770,
    "TCA": 0.1343,
    "EPT": 0.1152,
    "BBT": 0.0162,
    "DRT": 0.1284,
    "LRT": 0.0717,
    "RGV": 0.3343,
}
ZONES = {
    "SDC": "America/Los_Angeles",
    "TCA": "America/Phoenix",
    "EPT": "America/Denver",
    "RGV": "America/Chicago",
}
NEIGHBOURS = {"ELC": "SDC", "YUM": "TCA", "BBT": "RGV", "DRT": "RGV", "LRT": "RGV"}
ALL_ZONES = ZONES | {code: ZONES[like] for code, like in NEIGHBOURS.items()}


def _made(segments: gpd.GeoDataFrame, **changed: object) -> list[pd.DataFrame]:
    wanted: dict = {"events": EVENTS, "days": DAYS, "seed": 7, "end": END}
    drawn = build_demo_events(segments, **{"time_zones": ALL_ZONES, **wanted, **changed})
    return [_frame(batch) for batch in drawn]


def _frame(batch: pa.RecordBatch) -> pd.DataFrame:
    frame = batch.to_pandas()
    words = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(words, "str"))


@pytest.fixture(scope="module")
def months(segments: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    return _made(segments)


@pytest.fixture(scope="module")
def events(segments: gpd.GeoDataFrame, months: list[pd.DataFrame]) -> gpd.GeoDataFrame:
    frame = pd.concat(months, ignore_index=True)
    points = gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326"
    ).to_crs("EPSG:5070")
    lines = segments[["segment_id", "sector", "kind", "geometry"]].rename(
        columns={"kind": "ground"}
    )
    joined = points.sjoin_nearest(lines.to_crs("EPSG:5070"), distance_col="distance_m")
    return joined[~joined.index.duplicated()]


def test_yields_exactly_the_asked_rows_month_by_month(months: list[pd.DataFrame]) -> None:
    assert sum(len(month) for month in months) == EVENTS
    periods = []
    for month in months:
        assert list(month.columns) == COLUMNS
        (period,) = month["occurred_at"].dt.to_period("M").unique()
        periods.append(period)
    assert periods == sorted(set(periods))
    assert len(periods) == 25


def test_types_follow_the_contract(months: list[pd.DataFrame]) -> None:
    month = months[3]
    assert month["occurred_at"].dtype == "datetime64[us]"
    assert month["reported_at"].dtype == "datetime64[us]"
    assert month["count"].dtype == "int64"
    for name in ("source_id", "kind", "unit", "time_precision", "detection", "confidence"):
        assert month[name].dtype == "str"
        assert month[name].notna().all()


def test_source_ids_are_unique_and_run_through(months: list[pd.DataFrame]) -> None:
    ids = pd.concat([month["source_id"] for month in months])
    assert ids.iloc[0] == "D-00000001"
    assert ids.iloc[-1] == f"D-{EVENTS:08d}"
    assert ids.is_unique


def test_many_events_come_in_batches_of_whole_days(
    segments: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.ingest.demo.event.BATCH_ROWS", 300)
    made = _made(segments, events=5_000, days=60)
    assert sum(len(frame) for frame in made) == 5_000
    assert max(len(frame) for frame in made) < 400
    assert len(made) > 15
    events = pd.concat(made)
    assert events["occurred_at"].is_monotonic_increasing
    assert events["source_id"].tolist() == [f"D-{n:08d}" for n in range(1, 5_001)]
    for frame in made:
        assert frame["occurred_at"].dt.to_period("M").nunique() == 1
    days = [set(frame["occurred_at"].dt.date) for frame in made]
    assert sum(map(len, days)) == len(set.union(*days))


@pytest.mark.parametrize("events", [0, 1, 3, 17, 1000])
def test_small_numbers_are_exact(segments: gpd.GeoDataFrame, events: int) -> None:
    assert sum(len(month) for month in _made(segments, events=events, days=400)) == events


@pytest.mark.parametrize("days", [1, 2, 31])
def test_short_windows_hold_their_bounds(segments: gpd.GeoDataFrame, days: int) -> None:
    frame = pd.concat(_made(segments, events=5000, days=days))
    assert len(frame) == 5000
    assert frame["occurred_at"].min() >= END - timedelta(days=days)
    assert frame["occurred_at"].max() < END
    assert frame["reported_at"].max() <= END
    assert (frame["reported_at"] > frame["occurred_at"]).all()


def test_same_seed_same_rows_other_seed_other_rows(segments: gpd.GeoDataFrame) -> None:
    first, again = (pd.concat(_made(segments, events=2000, days=90)) for _ in range(2))
    other = pd.concat(_made(segments, events=2000, days=90, seed=8))
    pd.testing.assert_frame_equal(first, again)
    assert not np.array_equal(first["lon"].to_numpy(), other["lon"].to_numpy())


def test_an_aware_end_means_the_same_moment(segments: gpd.GeoDataFrame) -> None:
    naive = pd.concat(_made(segments, events=500, days=30))
    aware = pd.concat(_made(segments, events=500, days=30, end=END.replace(tzinfo=UTC)))
    pd.testing.assert_frame_equal(naive, aware)


def test_sector_shares_are_the_public_ones(events: gpd.GeoDataFrame) -> None:
    shares = events["sector"].value_counts(normalize=True)
    for sector, share in PUBLIC_SHARES.items():
        assert shares[sector] == pytest.approx(share, abs=0.01), sector


def test_kinds_are_all_there_in_plausible_shares(events: gpd.GeoDataFrame) -> None:
    shares = events["kind"].value_counts(normalize=True)
    bounds = {
        "apprehension": (0.40, 0.60),
        "crossing": (0.10, 0.22),
        "got-away": (0.09, 0.20),
        "turn-back": (0.06, 0.14),
        "rescue": (0.01, 0.04),
        "death": (0.0005, 0.004),
        "seizure": (0.02, 0.06),
        "tunnel": (0.0, 0.0002),
        "drone": (0.02, 0.08),
        "other": (0.02, 0.06),
    }
    assert set(shares.index) <= set(bounds)
    for kind, (low, high) in bounds.items():
        assert low <= shares.get(kind, 0.0) <= high, kind
    units = events.groupby("kind")["unit"].unique().map(list).to_dict()
    assert units["seizure"] == ["kg"]
    assert units["drone"] == ["items"]
    assert units["apprehension"] == ["people"]


def test_tunnels_lie_under_land(segments: gpd.GeoDataFrame) -> None:
    frame = pd.concat(_made(segments, events=400_000, days=60))
    tunnels = frame[frame["kind"] == "tunnel"]
    assert 1 <= len(tunnels) <= 40
    # The land sectors of the stand-in lie west of its first river segment.
    river_west = segments[segments["kind"] == "river"].total_bounds[0]
    assert (tunnels["lon"] < river_west + 0.02).all()


def test_group_sizes_are_heavy_tailed_by_kind(events: gpd.GeoDataFrame) -> None:
    assert events["count"].min() >= 1
    sizes = events.groupby("kind")["count"]
    assert sizes.median()["apprehension"] == 1
    assert 1.8 < sizes.mean()["apprehension"] < 3.0
    assert sizes.max()["apprehension"] > 150
    assert sizes.max()["got-away"] <= 60
    assert sizes.mean()["death"] < 1.3
    assert sizes.quantile(0.99)["seizure"] > 20 * sizes.median()["seizure"]


@pytest.mark.parametrize("sector", ZONES)
@pytest.mark.parametrize(
    ("kind", "peak"), [("got-away", 2.0), ("crossing", 0.5), ("apprehension", 5.5)]
)
def test_hours_peak_in_local_time(
    events: gpd.GeoDataFrame, sector: str, kind: str, peak: float
) -> None:
    chosen = events[
        (events["sector"] == sector)
        & (events["kind"] == kind)
        & (events["time_precision"] == "minute")
    ]
    local = chosen["occurred_at"].dt.tz_localize("UTC").dt.tz_convert(ZONES[sector])
    angle = (local.dt.hour + local.dt.minute / 60.0) * np.pi / 12.0
    mean = np.angle(np.exp(1j * angle).mean()) * 12.0 / np.pi
    assert abs((mean - peak + 12.0) % 24.0 - 12.0) < 0.5


def test_rescues_happen_by_day_and_got_aways_by_night(events: gpd.GeoDataFrame) -> None:
    exact = events[(events["time_precision"] == "minute") & (events["sector"] == "TCA")]
    hour = (exact["occurred_at"].dt.hour - 7) % 24
    is_day = hour.between(8, 18)
    by_kind = is_day.groupby(exact["kind"]).mean()
    assert by_kind["rescue"] > 0.65
    assert by_kind["got-away"] < 0.25


def test_season_and_weekday(segments: gpd.GeoDataFrame) -> None:
    events = pd.concat(_made(segments, days=1826, end=datetime(2026, 1, 1)))
    month = events["occurred_at"].dt.month
    spring = month.isin([3, 4, 5, 6]).sum()
    winter = month.isin([11, 12, 1, 2]).sum()
    # 1.32 in the public totals.
    assert 1.15 < spring / winter < 1.5
    by_day = events["occurred_at"].dt.day_of_week.value_counts()
    assert by_day[[5, 6]].mean() < 0.95 * by_day[[0, 1, 2, 3, 4]].mean()


def test_heat_and_water_decide_where_help_is_needed(segments: gpd.GeoDataFrame) -> None:
    frame = pd.concat(_made(segments, events=400_000, days=365, end=datetime(2026, 1, 1)))
    river_west = segments[segments["kind"] == "river"].total_bounds[0]
    desert = frame[frame["lon"].between(-112.0, -108.0)]
    month = desert["occurred_at"].dt.month
    in_need = desert["kind"].isin(["rescue", "death"])
    summer = in_need[month.isin([6, 7, 8])].mean()
    winter = in_need[month.isin([12, 1, 2])].mean()
    assert summer > 3.0 * winter
    asked = frame[frame["kind"].isin(["rescue", "death"])]
    assert frame[~frame["kind"].isin(["rescue", "death"])]["attributes"].isna().all()
    hazard = asked["attributes"].map(lambda text: json.loads(text)["hazard"])
    drowned = (hazard == "drowning").groupby(asked["lon"] > river_west + 0.2).mean()
    assert drowned[True] == pytest.approx(0.6, abs=0.05)
    assert drowned[False] < 0.05


def test_reports_come_later_by_the_means_of_detection(events: gpd.GeoDataFrame) -> None:
    assert (events["reported_at"] > events["occurred_at"]).all()
    assert events["reported_at"].max() <= END
    exact = events[events["time_precision"] != "day"]
    old = exact[exact["occurred_at"] < END - timedelta(days=90)]
    delay = (old["reported_at"] - old["occurred_at"]).dt.total_seconds() / 60.0
    median = delay.groupby(old["detection"]).median()
    assert 4 < median["sensor"] < 9
    assert 120 < median["patrol"] < 200
    assert 16 * 60 < median["partner"] < 26 * 60
    assert 4 * 1440 < median["record"] < 9 * 1440
    log_delay = np.log(delay[old["detection"] == "sensor"])
    assert abs(log_delay.skew()) < 0.4


def test_the_last_days_miss_what_is_still_to_be_reported(segments: gpd.GeoDataFrame) -> None:
    full = pd.concat(_made(segments, events=300_000, days=60))
    slow = full["detection"].isin(["partner", "record"])
    days_ago = (END - full["occurred_at"]).dt.total_seconds() / 86_400
    assert slow[days_ago < 0.5].mean() < 0.3 * slow[days_ago > 30].mean()
    hours = full[full["occurred_at"] >= END - timedelta(hours=1)]
    assert 0 < len(hours) < len(full) / (60 * 24)


def test_positions_scatter_mostly_to_the_north(
    events: gpd.GeoDataFrame, segments: gpd.GeoDataFrame
) -> None:
    km = events["distance_m"] / 1000.0
    by_kind = km.groupby(events["kind"]).median()
    assert by_kind["crossing"] < 0.6
    assert 2.0 < by_kind["apprehension"] < 5.0
    assert by_kind["death"] > 7.0
    assert 20.0 < km.quantile(0.99) < 60.0
    assert km.max() < 110.0
    ends = segments.geometry.get_coordinates().sort_values("x")
    line_lat = np.interp(events["lon"], ends["x"], ends["y"])
    is_north = events["lat"] > line_lat
    share = is_north.groupby(events["kind"]).mean()
    assert share["apprehension"] > 0.85
    assert 0.2 < share["turn-back"] < 0.6


def test_uncertainty_follows_the_means_of_detection(events: gpd.GeoDataFrame) -> None:
    median = events.groupby("detection")["uncertainty_m"].median()
    assert median["patrol"] < median["sensor"] < median["partner"] < median["public-report"]
    assert median["public-report"] < median["record"]
    assert set(events["confidence"]) == {"low", "medium", "high"}


def test_hot_places_appear_move_on_and_leave_quiet_stretches(
    events: gpd.GeoDataFrame, segments: gpd.GeoDataFrame
) -> None:
    near = events[events["distance_m"] < 8000]
    fortnight = (near["occurred_at"] - near["occurred_at"].min()).dt.days // 14
    table = pd.crosstab(near["segment_id"], fortnight).reindex(segments["segment_id"]).fillna(0)
    total = table.sum(axis=1).sort_values()
    busy = table.loc[total.index[-100:]].iloc[:, 1:-2].to_numpy()
    # A Poisson process would have a variance as large as its mean.
    assert np.median(busy.var(axis=1) / busy.mean(axis=1)) > 5.0
    peaks = busy.argmax(axis=1)
    assert len(np.unique(peaks)) > 15
    quarter = table.iloc[:, :6].sum(axis=1), table.iloc[:, -9:-3].sum(axis=1)
    top = [set(part.nlargest(40).index) for part in quarter]
    assert 1 <= len(top[0] & top[1]) < 35
    assert total.iloc[: len(total) // 10].mean() < 0.15 * total.mean()


def test_no_segment_or_bad_number_is_told(segments: gpd.GeoDataFrame) -> None:
    with pytest.raises(RegionError, match="has no rows"):
        _made(segments.iloc[:0])
    with pytest.raises(RegionError, match="'km_from'"):
        _made(segments.drop(columns="km_from"))
    with pytest.raises(SettingsError, match="-1 events"):
        _made(segments, events=-1)
    with pytest.raises(SettingsError, match="0 days"):
        _made(segments, days=0)


def test_other_regions_share_by_length(segments: gpd.GeoDataFrame) -> None:
    other = segments.copy()
    other["sector"] = np.where(np.arange(len(other)) < len(other) // 4, "AAA", "BBB")
    zones = {"AAA": "Europe/Budapest", "BBB": "Europe/Belgrade"}
    frame = pd.concat(_made(other, events=40_000, days=200, time_zones=zones))
    edge = other[other["sector"] == "BBB"].total_bounds[0]
    assert (frame["lon"] < edge).mean() == pytest.approx(0.25, abs=0.03)


def test_the_north_side_does_not_depend_on_the_drawing_direction(
    segments: gpd.GeoDataFrame,
) -> None:
    turned = segments.copy()
    turned["geometry"] = turned.geometry.reverse()
    frame = pd.concat(_made(turned, events=5000, days=60))
    ends = segments.geometry.get_coordinates().sort_values("x")
    line_lat = np.interp(frame["lon"], ends["x"], ends["y"])
    is_deep = frame["kind"] == "death"
    assert (frame["lat"] > line_lat)[frame["kind"] == "apprehension"].mean() > 0.85
    assert (frame["lat"] > line_lat)[is_deep].mean() > 0.7
    distance = Geod(ellps="WGS84").inv(
        frame["lon"], frame["lat"], frame["lon"].to_numpy(), line_lat
    )[2]
    assert np.median(distance) < 6000


def test_speed(segments: gpd.GeoDataFrame) -> None:
    begin = time.process_time()
    made = sum(len(f) for f in _made(segments, events=300_000, days=365, seed=1))
    assert made == 300_000
    # 10 million in a minute is 1.8 s for these.
    assert time.process_time() - begin < 3.0
