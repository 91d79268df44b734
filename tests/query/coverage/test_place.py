"""What sensors see at any place: as of segments where the pieces are the same, sorts apart."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from cop.analysis.coverage.piece import Pieces
from cop.analysis.coverage.step import CoverageSteps
from cop.model.filter import Filter, Records
from cop.model.trial import SensorTrial
from cop.query.coverage.place import build_place_steps, read_pieces, read_sights
from cop.query.coverage.segment import read_steps
from cop.query.segment import read_segments
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.coverage import moment_us
from tests.support.sighted import MADE, REAL, build_sighted

pytestmark = pytest.mark.coverage

BOTH: tuple[Records, ...] = ("real", "synthetic")
NAMES = ("owner", "since", "seen", "unknown", "sensors")
NEAR_R2 = (-108.5, 31.79)
NOWHERE = (-100.0, 40.0)
FEBRUARY, MARCH = moment_us(datetime(2026, 2, 15)), moment_us(datetime(2026, 3, 4))


@pytest.fixture(scope="module")
def warehouse(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    data = build_sighted(bare_warehouse, tmp_path_factory.mktemp("place"))
    opened = Warehouse(StoreSettings(data=data))
    yield opened
    opened.close()


def trying(text: str, records: Records = "real") -> Filter:
    return Filter(records=records, trials=(SensorTrial.from_text(text),))


def points(*places: tuple[float, float]) -> Pieces:
    """Places of one piece each."""
    count = len(places)
    return Pieces(points=np.array(places, float), owner=np.arange(count), places=count)


def steps_at(warehouse: Warehouse, pieces: Pieces, wanted: Filter | None = None) -> CoverageSteps:
    found = build_place_steps(
        warehouse, warehouse.snapshot, wanted or Filter(records="real"), pieces
    )
    assert found is not None
    return found


def segment_pieces(warehouse: Warehouse) -> Pieces:
    return read_pieces(warehouse.snapshot.catalogue.files_of("segments")[0])


@pytest.mark.parametrize("records", BOTH)
def test_of_the_pieces_of_segments_the_steps_are_those_that_are_stored(
    warehouse: Warehouse, records: Records
) -> None:
    wanted = Filter(records=records)
    stored = read_steps(warehouse, warehouse.snapshot, wanted)
    assert stored is not None
    found = steps_at(warehouse, segment_pieces(warehouse), wanted)
    assert found.places == stored.places
    assert found.seen.max() > 0.5
    for name in NAMES:
        np.testing.assert_array_equal(getattr(found, name), getattr(stored, name), err_msg=name)


def test_of_some_of_the_segments_it_is_theirs_alone(warehouse: Warehouse) -> None:
    pieces = segment_pieces(warehouse)
    whole = steps_at(warehouse, pieces)
    seen = np.unique(whole.owner[whole.seen > 0])
    kept = np.isin(pieces.owner, seen)
    owner = np.searchsorted(seen, pieces.owner[kept])
    some = steps_at(warehouse, Pieces(points=pieces.points[kept], owner=owner, places=len(seen)))
    of_these = np.isin(whole.owner, seen)
    for name in NAMES[1:]:
        np.testing.assert_array_equal(getattr(some, name), getattr(whole, name)[of_these])


def test_a_place_is_seen_while_its_sensor_works_and_no_place_far_away(
    warehouse: Warehouse,
) -> None:
    steps = steps_at(warehouse, points(NEAR_R2, NOWHERE))
    assert steps.at(FEBRUARY).seen.tolist() == [1.0, 0.0]
    assert steps.at(FEBRUARY).sensors.tolist() == [1.0, 0.0]
    assert steps.at(MARCH).seen.tolist() == [0.0, 0.0]


def test_a_synthetic_sensor_sees_no_place_for_real_ones(warehouse: Warehouse) -> None:
    near_m2 = points((-106.9, 31.79))
    assert steps_at(warehouse, near_m2).seen.max() == 0
    made = steps_at(warehouse, near_m2, Filter(records="synthetic"))
    assert made.at(FEBRUARY).seen.tolist() == [1.0]
    assert made.at(MARCH).seen.tolist() == [0.5]


def test_sights_are_those_of_the_records_and_read_once(warehouse: Warehouse) -> None:
    found = [read_sights(warehouse, warehouse.snapshot, Filter(records=r)) for r in BOTH]
    for sights, names in zip(found, (REAL, MADE), strict=True):
        assert sights is not None
        assert {*sights.placements["sensor_id"]} == {*names}
    again = read_sights(warehouse, warehouse.snapshot, Filter(records="real"))
    assert again is found[0]


def test_what_is_tried_counts_only_where_it_is_asked_for(warehouse: Warehouse) -> None:
    off = trying("off:R-2")
    base = read_sights(warehouse, warehouse.snapshot, Filter(records="real"))
    assert read_sights(warehouse, warehouse.snapshot, off, tried=False) is base
    tried = read_sights(warehouse, warehouse.snapshot, off)
    assert tried is not None
    assert tried is not base
    assert steps_at(warehouse, points(NEAR_R2), off).at(FEBRUARY).seen.tolist() == [1.0]


def test_the_pieces_are_those_of_the_segments_west_to_east(warehouse: Warehouse) -> None:
    segments = read_segments(warehouse.snapshot)
    pieces = segment_pieces(warehouse)
    assert pieces.places == len(segments)
    assert (np.diff(pieces.owner) >= 0).all()
    box = segments.geometry.bounds.iloc[pieces.owner]
    lon, lat = pieces.points.T
    assert ((lon >= box["minx"] - 1e-9) & (lon <= box["maxx"] + 1e-9)).all()
    assert ((lat >= box["miny"] - 1e-9) & (lat <= box["maxy"] + 1e-9)).all()


def test_without_sensors_there_is_nothing_to_see(bare_warehouse: Path) -> None:
    bare = Warehouse(StoreSettings(data=bare_warehouse))
    for records in BOTH:
        wanted = Filter(records=records)
        assert read_sights(bare, bare.snapshot, wanted) is None
        assert build_place_steps(bare, bare.snapshot, wanted, points(NEAR_R2)) is None
    bare.close()
