"""What if: coverage with sensors added, moved, raised or switched off, and nothing stored."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from cop.analysis.coverage.sighting import join_sightings
from cop.analysis.coverage.step import CoverageSteps, build_steps
from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.trial import SensorTrial
from cop.model.window import TimeWindow
from cop.query.coverage.place import read_pieces, read_sights
from cop.query.coverage.segment import cover_segments, read_steps
from cop.query.coverage.trial import try_placements
from cop.query.segment import read_segments
from cop.query.service import QueryService

pytestmark = pytest.mark.coverage

END = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
MADE = Filter(records="synthetic", window=TimeWindow(start=END - timedelta(days=30), end=END))
"""A window that does not move on between two looks."""


def trying(*texts: str) -> Filter:
    return replace(MADE, trials=tuple(map(SensorTrial.from_text, texts)))


def steps_of(service: QueryService, asked: Filter) -> CoverageSteps:
    view = service.view(asked)
    found = read_steps(service.warehouse, view.snapshot, view.filter)
    assert found is not None
    return found


def seen_share(service: QueryService, asked: Filter) -> np.ndarray:
    view = service.view(asked)
    return cover_segments(service.warehouse, view.snapshot, view.filter).seen


def a_fixed_sensor(service: QueryService) -> str:
    sights = read_sights(service.warehouse, service.view(MADE).snapshot, MADE)
    assert sights is not None
    counts = [len(pieces) for pieces, _ in sights.seen]
    return str(sights.placements["sensor_id"].iloc[int(np.argmax(counts))])


def test_without_a_sensor_it_is_as_if_it_had_never_been_there(service: QueryService) -> None:
    name = a_fixed_sensor(service)
    view = service.view(MADE)
    base = read_sights(service.warehouse, view.snapshot, view.filter)
    assert base is not None
    (file,) = view.snapshot.catalogue.files_of("segments")
    kept = np.flatnonzero(base.placements["sensor_id"] != name)
    sighting = join_sightings(read_pieces(file), [base.seen[row] for row in kept])
    tried = read_sights(service.warehouse, view.snapshot, trying(f"off:{name}"))
    assert tried is not None
    expected = build_steps(sighting, tried.status)
    found = steps_of(service, trying(f"off:{name}"))
    for part in ("owner", "since", "seen", "unknown", "sensors"):
        np.testing.assert_allclose(getattr(found, part), getattr(expected, part), atol=1e-9)
    before, after = seen_share(service, MADE), seen_share(service, trying(f"off:{name}"))
    assert (after <= before + 1e-9).all()
    assert after.sum() < before.sum()


def test_a_further_sensor_closes_a_gap_and_takes_nothing(service: QueryService) -> None:
    before = seen_share(service, MADE)
    segments = read_segments(service.warehouse.snapshot)
    gap = int(np.argmin(before))
    middle = segments.geometry.iloc[gap].interpolate(0.5, normalized=True)
    tried = trying(f"add:New@{middle.x:.5f},{middle.y:.5f},20,8000")
    after = seen_share(service, tried)
    assert (after >= before - 1e-9).all()
    assert after[gap] == pytest.approx(1.0)
    far = np.abs(segments["km_from"] - segments["km_from"].iloc[gap]) > 40
    np.testing.assert_allclose(after[far], before[far], atol=1e-9)


def test_a_sensor_that_is_moved_back_sees_what_it_saw(service: QueryService) -> None:
    name = a_fixed_sensor(service)
    sights = read_sights(service.warehouse, service.view(MADE).snapshot, MADE)
    assert sights is not None
    row = sights.placements.set_index("sensor_id").loc[name]
    away = seen_share(service, trying(f"move:{name}@{row.lon + 5},{row.lat}"))
    back = seen_share(service, trying(f"move:{name}@{row.lon},{row.lat}"))
    before = seen_share(service, MADE)
    assert away.sum() < before.sum()
    np.testing.assert_allclose(back, before, atol=1e-6)


def test_a_tried_sensor_says_whether_terrain_is_known_there(service: QueryService) -> None:
    name = a_fixed_sensor(service)
    asked = trying(f"move:{name}@-111.0,31.5", "add:New@-111.2,31.5,20,8000")
    view = service.view(asked)
    sights = read_sights(service.warehouse, view.snapshot, view.filter)
    assert sights is not None
    terrain = sights.placements.set_index("sensor_id")["terrain"]
    assert terrain[[name, "New"]].tolist() == ["none", "none"]
    stored = service.view(MADE).snapshot
    before = read_sights(service.warehouse, stored, MADE)
    assert before is not None
    moved = try_placements(before.placements, view.filter.trials).set_index("sensor_id")
    assert moved.loc[[name, "New"], "terrain"].isna().all(), "not known before it is looked up"


def test_what_is_tried_is_no_other_figure_and_is_stored_nowhere(service: QueryService) -> None:
    version = service.warehouse.snapshot.version
    real = service.view(Filter(records="real", trials=trying("add:N@-110,31.4,9,9000").trials))
    assert np.isnan(cover_segments(service.warehouse, real.snapshot, real.filter).seen).all()
    service.warehouse.refresh()
    assert service.warehouse.snapshot.version == version
    assert read_steps(
        service.warehouse, real.snapshot, trying("add:N@-110,31.4,9,9000"), tried=False
    ) == steps_of(service, MADE)


def test_a_sensor_that_is_not_there_is_named(service: QueryService) -> None:
    with pytest.raises(FilterError, match="sensor GONE, which this warehouse does not have"):
        service.view(trying("off:GONE"))
    name = a_fixed_sensor(service)
    with pytest.raises(FilterError, match="is there already: give the added one another name"):
        service.view(trying(f"add:{name}@-110,31,5,500"))
    kept, lacking = service.warehouse.snapshot.sift(trying("off:GONE", f"off:{name}"))
    assert [one.sensor for one in kept.trials] == [name]
    assert [one.words for one in lacking] == ["sensor GONE, which this warehouse does not have"]
