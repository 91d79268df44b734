"""Plans and files of coverage by the command line."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.support.invoked import invoke
from tests.support.terrain import write_heights

pytestmark = pytest.mark.coverage

MADE = ("--filter", "records=synthetic", "--filter", "sector=TCA")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("places") / "places.csv"
    rows = [f"P{i},{-111.4 + 0.1 * i:.2f},31.5" for i in range(8)]
    path.write_text("\n".join(["name,lon,lat", *rows]))
    return path


def test_shown_a_plan_of_sensors_names_places_bound_and_runner_up(
    warehouse_dir: Path, places: Path
) -> None:
    common = (*MADE, "--candidates", places, "--range", "20", "--data", warehouse_dir)
    done = invoke("coverage", "plan", "--add", "2", *common, "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["places"]) == 2
    assert found["candidates"] == 8
    assert found["proven"]
    assert found["bound"] >= found["closes"] - 1e-6
    assert 0 < found["closes"] < found["total"]
    assert found["runner_up"]["closes"] <= found["closes"]
    assert set(found["runner_up"]["places"]) != {place["name"] for place in found["places"]}
    words = invoke("coverage", "plan", "--add", "2", *common)
    first, *rest = words.stdout.splitlines()
    assert first.startswith("2 of 8 places close ")
    assert first.endswith("proven: no other choice closes more")
    assert found["places"][0]["mgrs"] in rest[0]
    assert rest[-2].startswith("runner-up: ")
    (_, pairs) = rest[-1].split("/Coverage?")
    tried = [("whatif", text) for text in found["whatif"]]
    assert parse_qsl(pairs) == [("records", "synthetic"), ("sector", "TCA"), *tried]


def test_shown_a_plan_of_patrols_keeps_random_checks_and_says_why(
    warehouse_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = invoke("coverage", "plan", "--patrols", "2", *MADE, "--data", warehouse_dir, "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["random_share"] == 0.2
    for team in found["teams"]:
        assert team["travel_hours"] + team["patrol_hours"] <= 8 * 0.8 + 1e-9
        assert team["random_check"]
    other = found["runner_up"]
    assert 0 < other["watches"] <= found["watches"]
    ways = [
        [(one["base"], one["first"], one["last"]) for one in plan["teams"]]
        for plan in (found, other)
    ]
    assert len(ways[1]) == 2
    assert set(ways[0]) != set(ways[1])
    monkeypatch.setenv("COP_PATROL_RANDOM_SHARE", "0.5")
    done = invoke("coverage", "plan", "--patrols", "2", *MADE, "--data", warehouse_dir)
    assert "events expected unseen (" in done.stdout
    assert re.search(r"runner-up, [0-9.]+: from .+: .+ to .+; from ", done.stdout)
    assert "50% of each shift is for random checks: a plan that follows its own" in done.stdout


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "use either --add N, for sensors, or --patrols N, for teams"),
        (("--add", "1", "--patrols", "1"), "use either --add N"),
        (("--add", "1", "--filter", "sector"), "write NAME=VALUE"),
        (("--add", "1", "--filter", "records=real"), "coverage is unknown"),
        (("--add", "1", "--filter", "sector=NOPE"), "sector='NOPE' is unknown"),
        (("--add", "21"), "less than or equal to 20"),
    ],
)
def test_bad_options_are_named(warehouse_dir: Path, options: tuple[str, ...], why: str) -> None:
    done = invoke("coverage", "plan", *options, "--data", warehouse_dir)
    assert done.exit_code == 2
    assert why in done.stderr


def test_coverage_is_written_as_files(warehouse_dir: Path, tmp_path: Path) -> None:
    done = invoke(
        "coverage", "export", tmp_path / "out", "--filter", "records=synthetic", "--cell", "2000",
        "--data", warehouse_dir, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] > 100
    assert Path(found["areas"]).is_file()
    assert Path(found["numbers"]).is_file()
    hours = pd.read_parquet(found["hours"])
    assert len(hours) == found["segment_hours"] > 10_000
    assert ((hours["end"] - hours["start"]) <= pd.Timedelta(hours=1)).all()


def test_segment_hours_by_day_are_those_by_hour_and_of_the_filter(
    warehouse_dir: Path, tmp_path: Path
) -> None:
    window = ("from=2026-03-01T06:30:00Z", "to=2026-03-05T00:00:00Z")
    filters = [part for one in window for part in ("--filter", one)]
    tables = []
    for spell in ("hour", "day"):
        done = invoke(
            "coverage", "export", tmp_path / spell, *MADE, *filters, "--cell", "5000",
            "--by", spell, "--data", warehouse_dir, "--json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        tables.append(pd.read_parquet(json.loads(done.stdout)["hours"]))
    by_hour, by_day = tables
    assert set(by_hour["sector"]) == {"TCA"}
    assert (by_hour.groupby("segment_id").size() == 90).all()
    assert (by_day.groupby("segment_id").size() == 4).all()
    names = ["hours", "seen_hours", "unknown_hours"]
    sums = by_hour.groupby(["segment_id", by_hour["start"].dt.date])[names].sum()
    days = by_day.set_index(["segment_id", by_day["start"].dt.date])[names].sort_index()
    pd.testing.assert_frame_equal(sums, days, rtol=1e-9)
    assert 0 < by_day["seen_hours"].sum() < by_day["hours"].sum()


def test_a_what_if_is_not_exported(warehouse_dir: Path, tmp_path: Path) -> None:
    done = invoke(
        "coverage", "export", tmp_path / "out", *MADE, "--filter", "whatif=add:A@-111,31.5,20,9000",
        "--data", warehouse_dir,
    )  # fmt: skip
    assert done.exit_code == 2
    assert "a what-if is not exported" in done.stderr
    assert not (tmp_path / "out").exists()


def test_shown_a_gap_is_what_working_sensors_leave(own_warehouse: Path, tmp_path: Path) -> None:
    """In kilometer-hours: more sensors never widen it, an outage gives back what the sensor saw."""
    head = "sensor_id,name,kind,lon,lat,height_m,range_m,azimuth_deg,fov_deg,agency,installed_at,"
    far = tmp_path / "far.csv"
    far.write_text("lon,lat\n-100,40\n")

    def ingest(kind: str, profile: str, *lines: str) -> None:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines))
        done = invoke("ingest", kind, path, "--profile", profile, "--data", own_warehouse)
        assert done.exit_code == 0, done.stderr

    def gap() -> float:
        window = ("from=2026-03-01T00:00:00Z", "to=2026-03-31T00:00:00Z", "records=real")
        filters = [part for one in window for part in ("--filter", one)]
        done = invoke(
            "coverage", "plan", "--add", "1", "--candidates", far, *filters,
            "--data", own_warehouse, "--json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["by_risk"], found["closes"]) == (False, 0)
        return float(found["total"])

    seen = []
    rows = [f"{head}removed_at,outages"]
    for name, lon, lat in (("S-0", -100, 40), ("S-1", -110.9, 31.34), ("S-2", -106.9, 31.78)):
        rows.append(f"{name},,tower,{lon},{lat},,6000,,,,2026-01-01T00:00:00Z,,")
        ingest("sensors", "sensors_csv", *rows)
        seen.append(gap())
    nothing, one, two = seen
    assert nothing > one > two
    ingest(
        "status", "sensor_status_csv", "sensor_id,at,state,cause,lon,lat",
        "S-1,2026-03-10T00:00:00Z,down,power,,", "S-1,2026-03-15T00:00:00Z,up,,,",
    )  # fmt: skip
    assert gap() == pytest.approx(two + (nothing - one) * 5 / 30, rel=1e-9)
    rows[2] = rows[2].replace("6000", "9000")
    ingest("sensors", "sensors_csv", *rows)
    assert gap() < two + (nothing - one) * 5 / 30


def test_shown_a_raised_sensor_loses_nothing_on_a_plane(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """Over the command line: the areas before lie within those after, and a second adds to one."""
    plane = write_heights(
        tmp_path / "plane.tif", (-111.0, 31.25, -110.8, 31.45), 0.002, lambda lon, _: 0.0 * lon
    )
    done = invoke("ingest", "terrain", plane, "--profile", "dted_geotiff", "--data", own_warehouse)
    assert done.exit_code == 0, done.stderr
    head = (
        "sensor_id,name,kind,lon,lat,height_m,range_m,azimuth_deg,fov_deg,agency,installed_at,"
        "removed_at,outages"
    )

    def look(*heights: int) -> tuple[shapely.Geometry, float]:
        rows = [f"S-{n},,tower,-110.9,31.35,{high},6000,,,,,," for n, high in enumerate(heights)]
        sensors = tmp_path / "sensors.csv"
        sensors.write_text("\n".join([head, *rows]))
        done = invoke(
            "ingest", "sensors", sensors, "--profile", "sensors_csv", "--data", own_warehouse
        )
        assert done.exit_code == 0, done.stderr
        folder = tmp_path / "-".join(map(str, heights))
        done = invoke(
            "coverage", "export", folder, "--filter", "records=real", "--data", own_warehouse,
            "--json",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
        found = json.loads(done.stdout)
        areas = gpd.read_parquet(found["areas"])
        seen = areas[areas["band"].isin(["seen", "unsure"])]
        return seen.geometry.union_all(), pd.read_parquet(found["hours"])["seen_hours"].sum()

    (low, hours_low), (high, hours_high), (_, hours_two) = look(2), look(30), look(30, 30)
    assert low.area > 0
    assert low.difference(high).area < 1e-8, "100 m2, rounded corners: a cell has 8,800"
    assert high.area > 1.02 * low.area
    assert 0 < hours_low < hours_high <= hours_two
