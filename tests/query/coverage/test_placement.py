"""Places of sensors: one for each position of a mobile one, with the usual heights and chances."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.sight.viewshed import Placement
from cop.model.sensor import USUAL_HEIGHT_M, USUAL_OTHER_HEIGHT_M
from cop.query.coverage.ground import HeightSource
from cop.query.coverage.placement import build_placements, name_sight, placement_of
from tests.support.coverage import LAT, NO_POSITIONS, START, make_sensor, make_sensors

pytestmark = pytest.mark.coverage

DAYS = 12
INSTALLED = make_sensor()["installed_at"]
WHERE = st.sampled_from([(-110.0, 31.5), (-109.0, 31.4)])
MOVES = st.dictionaries(st.integers(0, DAYS - 1), WHERE, max_size=5)
LOOK = Placement(lon=-110.0, lat=31.0, height_m=10.0, range_m=3_000.0)
HEIGHTS = HeightSource(path="rasters/a.tif", pixel_deg=1 / 120, bounds=(-111.0, 30.0, -109.0, 32.0))


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def make_positions(sensor: str, moves: dict[int, tuple[float, float]]) -> pd.DataFrame:
    """Positions of one sensor by day."""
    rows = [(sensor, day(number), *place, np.nan) for number, place in moves.items()]
    frame = pd.DataFrame(rows, columns=list(NO_POSITIONS))
    return frame.astype({"at": "datetime64[us]", "lon": "float64", "lat": "float64"})


def spans(placements: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Sensor, place, and from when to when, None for always."""
    names = ["sensor_id", "lon", "lat", "valid_from", "valid_to"]
    table = placements[names].astype(object)
    return [*table.where(table.notna(), None).itertuples(index=False, name=None)]


def test_a_fixed_sensor_stands_where_its_record_says() -> None:
    sensors = make_sensors(make_sensor(), make_sensor(sensor_id="S-2", removed_at=day(3)))
    assert spans(build_placements(sensors, NO_POSITIONS)) == [
        ("S-1", -110.0, LAT, INSTALLED, None),
        ("S-2", -110.0, LAT, INSTALLED, day(3)),
    ]


def test_a_mobile_sensor_has_a_place_for_each_position() -> None:
    sensors = make_sensors(make_sensor(sensor_id="M-1", removed_at=day(9)), make_sensor())
    moves = {4: (-109.0, 31.4), 1: (-110.5, 31.5), 6: (-110.5, 31.5)}
    placements = build_placements(sensors, make_positions("M-1", moves))
    assert spans(placements) == [
        ("M-1", -110.0, LAT, INSTALLED, day(1)),
        ("M-1", -110.5, 31.5, day(1), day(4)),
        ("M-1", -109.0, 31.4, day(4), day(6)),
        ("M-1", -110.5, 31.5, day(6), day(9)),
        ("S-1", -110.0, LAT, INSTALLED, None),
    ]
    assert placements["range_m"].tolist() == [3_000.0] * 5
    assert placements["kind"].tolist() == ["tower"] * 5


def test_a_position_after_it_was_removed_leaves_its_past() -> None:
    sensors = make_sensors(make_sensor(removed_at=day(3)))
    placements = build_placements(sensors, make_positions("S-1", {5: (-110.5, 31.5)}))
    assert spans(placements) == [("S-1", -110.0, LAT, INSTALLED, day(3))]


def test_positions_of_a_sensor_that_is_not_loaded_are_none() -> None:
    placements = build_placements(
        make_sensors(make_sensor()), make_positions("M-1", {1: (-110.5, 31.5)})
    )
    assert placements["sensor_id"].tolist() == ["S-1"]


@given(
    moves=MOVES.filter(bool),
    installed=st.none() | st.integers(-2, DAYS),
    removed=st.none() | st.integers(0, DAYS + 2),
)
def test_each_day_it_stands_where_the_last_position_or_its_record_says(
    moves: dict[int, tuple[float, float]], installed: int | None, removed: int | None
) -> None:
    if installed is not None and removed is not None and removed < installed:
        removed = installed
    begin, end = (None if number is None else day(number) for number in (installed, removed))
    sensors = make_sensors(make_sensor(installed_at=begin, removed_at=end))
    found = spans(build_placements(sensors, make_positions("S-1", moves)))
    for number in range(-3, DAYS + 4):
        now = day(number)
        there = [
            p[1:3] for p in found
            if (p[3] is None or p[3] <= now) and (p[4] is None or now < p[4])
        ]  # fmt: skip
        known = [(-110.0, LAT)] + [moves[at] for at in sorted(moves) if at <= number]
        works = (begin is None or begin <= now) and (end is None or now < end)
        assert there == (known[-1:] if works else [])


def test_an_unstated_height_is_the_usual_one_and_told_as_assumed() -> None:
    kinds = [*USUAL_HEIGHT_M, "balloon"]
    rows = [make_sensor(sensor_id=kind, kind=kind, height_m=None) for kind in kinds]
    sensors = make_sensors(*rows, make_sensor(sensor_id="stated", height_m=0.0))
    placements = build_placements(sensors, NO_POSITIONS).set_index("sensor_id")
    assumed = placements.drop(index="stated")
    assert assumed["height_assumed"].all()
    expected = {**USUAL_HEIGHT_M, "balloon": USUAL_OTHER_HEIGHT_M}
    assert assumed["height_m"].to_dict() == expected
    assert placements.loc["stated", ["height_m", "height_assumed"]].tolist() == [0.0, False]


def test_a_mobile_sensor_has_the_usual_height_at_every_place() -> None:
    sensors = make_sensors(make_sensor(kind="mobile", height_m=None))
    moves = make_positions("S-1", {1: (-110.5, 31.5), 2: (-110.4, 31.5)})
    placements = build_placements(sensors, moves)
    assert placements["height_m"].tolist() == [6.0] * 3
    assert placements["height_assumed"].tolist() == [True] * 3


def test_a_reported_height_holds_from_then_on() -> None:
    sensors = make_sensors(make_sensor(height_m=10.0), make_sensor(sensor_id="S-2", height_m=None))
    places = {1: (-110.5, 31.5), 2: (-110.5, 31.5)}
    one, two = (make_positions(name, places) for name in ("S-1", "S-2"))
    moves = pd.concat([one, two], ignore_index=True).assign(height_m=[30.0, np.nan, np.nan, 8.0])
    placements = build_placements(sensors, moves)
    assert placements["height_m"].tolist() == [10.0, 30.0, 10.0, 24.0, 24.0, 8.0]
    assert placements["height_assumed"].tolist() == [False] * 3 + [True, True, False]


def test_a_sensor_of_no_stated_chance_detects_what_it_sees() -> None:
    (plain,) = build_placements(make_sensors(make_sensor()), NO_POSITIONS).itertuples()
    assert (plain.detect_near, plain.detect_far) == (1.0, 1.0)
    rows = [
        make_sensor(detect_near=0.9, detect_far=None),
        make_sensor(sensor_id="S-2", detect_near=None, detect_far=0.0),
    ]
    stated = build_placements(make_sensors(*rows), NO_POSITIONS)
    assert stated["detect_near"].tolist() == [0.9, 1.0]
    assert stated["detect_far"].tolist() == [1.0, 0.0]


def test_a_row_says_how_its_sensor_looks() -> None:
    sensors = make_sensors(
        make_sensor(azimuth_deg=0.0, fov_deg=90.0, detect_far=0.25),
        make_sensor(sensor_id="S-2", fov_deg=90.0),
    )
    first, second = map(placement_of, build_placements(sensors, NO_POSITIONS).itertuples())
    assert first == Placement(
        lon=-110.0, lat=LAT, height_m=10.0, range_m=3_000.0, azimuth_deg=0.0, fov_deg=90.0,
        detect_near=1.0, detect_far=0.25,
    )  # fmt: skip
    assert first.view == (0.0, 45.0)
    assert (second.azimuth_deg, second.view) == (None, None)
    assert second.detect_far == 1.0


@pytest.mark.parametrize(
    "changed",
    [
        {"lon": -110.0001}, {"lat": 31.0001}, {"height_m": 11.0}, {"range_m": 3_001.0},
        {"azimuth_deg": 0.0}, {"fov_deg": 90.0}, {"detect_near": 0.9}, {"detect_far": 0.9},
    ],
)  # fmt: skip
def test_whatever_decides_a_viewshed_is_in_its_name(changed: dict[str, float]) -> None:
    parts = {name: getattr(LOOK, name) for name in LOOK.__dataclass_fields__}
    assert name_sight(Placement(**parts), [HEIGHTS]) == name_sight(LOOK, [HEIGHTS])
    assert name_sight(Placement(**parts | changed), [HEIGHTS]) != name_sight(LOOK, [HEIGHTS])


def test_the_rasters_around_and_their_order_are_in_the_name() -> None:
    other = HeightSource(path="rasters/b.tif", pixel_deg=1 / 120, bounds=HEIGHTS.bounds)
    given_sources = [[], [HEIGHTS], [other], [HEIGHTS, other], [other, HEIGHTS]]
    assert len({name_sight(LOOK, sources) for sources in given_sources}) == len(given_sources)
