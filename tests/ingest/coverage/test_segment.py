"""Steps of segments follow status reports: those that a sensor sees alone, and as if built anew."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cop.analysis.coverage.piece import cut_segments
from cop.analysis.coverage.step import CoverageSteps, build_steps
from cop.ingest.coverage import segment
from cop.ingest.coverage.segment import rebuild_segment_coverage
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.schema import SEGMENT_COVERAGE
from tests.support.damage import flip_bit
from tests.support.published import published_files
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage

WEST = {"sensor_id": "S-1", "lon": "-110.9", "lat": "31.34"}
NEXT = {"sensor_id": "S-2", "lon": "-110.88", "lat": "31.34"}
FAR = {"sensor_id": "S-3", "lon": "-107.5", "lat": "31.78"}
DOWN = {"sensor_id": "S-1", "at": "2026-03-01T00:00:00Z", "state": "down", "cause": "power"}


@pytest.fixture
def stepped(monkeypatch: pytest.MonkeyPatch) -> list[set[int] | None]:
    """The places that steps were built of, by call; None is all."""
    asked: list[set[int] | None] = []
    build = build_steps

    def count(*given: Any, places: Any = None) -> CoverageSteps:
        asked.append(None if places is None else {*map(int, places)})
        return build(*given, places=places)

    monkeypatch.setattr(segment, "build_steps", count)
    return asked


def stored(folder: Path) -> pd.DataFrame:
    return table_of(folder, SEGMENT_COVERAGE)


def assert_as_built_anew(folder: Path) -> None:
    """Build all steps anew in a transaction that publishes nothing, and compare."""
    with open_transaction(StoreSettings(data=folder)) as transaction:
        followed = transaction.read(SEGMENT_COVERAGE)
        rebuild_segment_coverage(transaction)
        anew = transaction.read(SEGMENT_COVERAGE)
    pd.testing.assert_frame_equal(followed, anew)


def seen_from(folder: Path, sensor: str) -> set[str]:
    """The segments with a piece that a sensor sees, by the stored viewsheds."""
    placed = table_of(folder, "placements").merge(table_of(folder, "viewsheds"), on="sight_key")
    segments = table_of(folder, "segments").sort_values("km_from", ignore_index=True)
    with open_transaction(StoreSettings(data=folder)) as transaction:
        shapes = transaction.read("segments").sort_values("km_from", ignore_index=True)
    owner = cut_segments(shapes).owner
    pieces = placed.loc[placed["sensor_id"] == sensor, "pieces"]
    rows = {int(owner[piece]) for own in pieces for piece in own}
    return {*segments["segment_id"].iloc[sorted(rows)]}


def changed_segments(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    parts = [
        {name: own.drop(columns="segment_id").to_csv() for name, own in rows.groupby("segment_id")}
        for rows in (
            table.assign(nth=table.groupby("segment_id").cumcount()).set_index("nth")
            for table in (before, after)
        )
    ]
    return {name for name in parts[0] | parts[1] if parts[0].get(name) != parts[1].get(name)}


def test_a_report_steps_only_the_segments_that_its_sensor_sees(
    own_warehouse: Path, tmp_path: Path, stepped: list[set[int] | None]
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, FAR)
    before = stored(own_warehouse)
    viewsheds = published_files(own_warehouse, "viewsheds")
    assert stepped == [None]
    load_status(own_warehouse, tmp_path, DOWN)
    seen = seen_from(own_warehouse, "S-1")
    assert 0 < len(seen) < before["segment_id"].nunique() / 10
    assert len(stepped[-1] or ()) == len(seen)
    assert changed_segments(before, stored(own_warehouse)) == seen
    assert published_files(own_warehouse, "viewsheds") == viewsheds
    assert_as_built_anew(own_warehouse)


def test_every_further_report_gives_what_a_build_from_nothing_gives(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, NEXT, FAR)
    for day, sensor, state in (
        (3, "S-1", "degraded"),
        (5, "S-2", "unknown"),
        (4, "S-1", "up"),
        (2, "S-3", "down"),
        (6, "S-9", "down"),
    ):
        at = f"2026-03-0{day}T00:00:00Z"
        load_status(own_warehouse, tmp_path, {"sensor_id": sensor, "at": at, "state": state})
        assert_as_built_anew(own_warehouse)
    steps = stored(own_warehouse)
    first = steps[steps["since"].isna()]
    assert sorted(first["segment_id"]) == sorted(table_of(own_warehouse, "segments")["segment_id"])
    far = steps[steps["segment_id"].isin(seen_from(own_warehouse, "S-3"))].dropna()
    assert [at.day for at in far["since"].unique()] == [1, 2]
    up, down = far.groupby("since")["seen"].max()
    assert up > 0.5
    assert down == 0


def test_a_degraded_sensor_sees_half_and_an_unknown_one_perhaps(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, FAR)
    load_status(
        own_warehouse, tmp_path,
        {"sensor_id": "S-3", "at": "2026-03-01T00:00:00Z", "state": "degraded"},
        {"sensor_id": "S-3", "at": "2026-03-02T00:00:00Z", "state": "unknown"},
    )  # fmt: skip
    steps = stored(own_warehouse).dropna().pivot(index="segment_id", columns="since")
    up, half, silent = (steps["seen"][at].to_numpy() for at in sorted(steps["seen"]))
    assert up.max() > 0.5
    np.testing.assert_allclose(half, up / 2, atol=1e-6)
    assert (silent == 0).all()
    unknown = steps["unknown"].to_numpy()
    np.testing.assert_allclose(unknown, np.stack([0 * up, 0 * up, up], axis=1), atol=1e-6)


def test_reports_of_real_sensors_leave_the_steps_of_synthetic_ones(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, NEXT, source="made", synthetic=True)
    load_sensors(own_warehouse, tmp_path, WEST)
    before = stored(own_warehouse)
    load_status(own_warehouse, tmp_path, DOWN)
    after = stored(own_warehouse)
    made = [table[table["synthetic"]].reset_index(drop=True) for table in (before, after)]
    pd.testing.assert_frame_equal(*made)
    assert made[0]["seen"].max() > 0
    assert not after[~after["synthetic"]].equals(before[~before["synthetic"]])
    assert_as_built_anew(own_warehouse)


def test_damaged_steps_are_built_anew(
    own_warehouse: Path, tmp_path: Path, stepped: list[set[int] | None]
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, FAR)
    (file,) = published_files(own_warehouse, SEGMENT_COVERAGE)
    flip_bit(file)
    load_status(own_warehouse, tmp_path, DOWN)
    assert stepped == [None, None]
    assert_as_built_anew(own_warehouse)
