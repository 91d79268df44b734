"""What sensors see as it is stored: real and synthetic ones apart, with their states."""

from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.analysis.coverage.piece import cut_segments
from cop.analysis.coverage.sighting import look_up
from cop.analysis.coverage.status import DEGRADED, DOWN, UP
from cop.query.coverage.sights import Sights, load_sights
from tests.support.coverage import moment_us
from tests.support.published import published_files
from tests.support.sighted import MADE, REAL, build_sighted

pytestmark = pytest.mark.coverage

FEBRUARY, MARCH, JUNE = datetime(2026, 2, 15), datetime(2026, 3, 4), datetime(2026, 6, 2)


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sighted(bare_warehouse, tmp_path_factory.mktemp("sights"))


def file_of(data: Path, dataset: str) -> str:
    (path,) = published_files(data, dataset)
    return str(path)


def load(data: Path, *, synthetic: bool, outages: bool = True) -> Sights:
    return load_sights(
        file_of(data, "placements"),
        file_of(data, "viewsheds"),
        file_of(data, "outages") if outages else None,
        synthetic=synthetic,
    )


@pytest.fixture(scope="module")
def real(data: Path) -> Sights:
    return load(data, synthetic=False)


@pytest.fixture(scope="module")
def made(data: Path) -> Sights:
    return load(data, synthetic=True)


def names_of(sights: Sights) -> list[str]:
    return [*sights.placements["sensor_id"]]


def test_real_and_synthetic_sensors_are_apart(real: Sights, made: Sights) -> None:
    assert names_of(real) == ["R-1", "R-1", *REAL]
    assert names_of(made) == [*MADE]
    assert not real.placements["synthetic"].any()
    assert made.placements["synthetic"].all()
    for sights in (real, made):
        assert not sights.is_empty
        assert len(sights.footprints) == len(sights.seen) == len(sights.placements)
        assert len(sights.status.first) == len(sights.placements) + 1


def test_the_stored_pieces_are_those_of_the_footprints(
    data: Path, real: Sights, made: Sights
) -> None:
    segments = gpd.read_parquet(file_of(data, "segments"))
    pieces = cut_segments(segments.sort_values("km_from", ignore_index=True))
    for sights in (real, made):
        for (piece, percent), footprint in zip(sights.seen, sights.footprints, strict=True):
            expected = look_up(pieces, footprint)
            np.testing.assert_array_equal(piece, expected[0])
            np.testing.assert_array_equal(percent, expected[1])
        assert any(len(piece) for piece, _ in sights.seen)


def test_each_footprint_lies_around_its_own_place(real: Sights, made: Sights) -> None:
    for sights in (real, made):
        for row, footprint in zip(sights.placements.itertuples(), sights.footprints, strict=True):
            width = 2.0**footprint.zoom * 256
            rows, columns = footprint.percent.shape
            west, east = ((footprint.left + at) / width * 360 - 180 for at in (0, columns))
            assert west < row.lon < east
            assert east - west < 0.1
            assert footprint.percent[rows // 2, columns // 2] == 100


@pytest.mark.parametrize(
    ("moment", "states"),
    [
        (datetime(2025, 12, 31), [DOWN, DOWN, DOWN, DOWN, DOWN]),
        (datetime(2026, 1, 15), [UP, DOWN, DOWN, UP, UP]),
        (FEBRUARY, [DOWN, UP, DOWN, UP, UP]),
        (MARCH, [DOWN, DOWN, UP, DOWN, UP]),
        (datetime(2026, 3, 5), [DOWN, DOWN, UP, UP, UP]),
        (JUNE, [DOWN, DOWN, UP, UP, DOWN]),
    ],
)
def test_states_follow_reports_and_the_time_at_a_place(
    real: Sights, moment: datetime, states: list[int]
) -> None:
    assert real.status.at(moment_us(moment)).tolist() == states


def test_reports_of_real_sensors_are_none_of_synthetic_ones(made: Sights) -> None:
    assert made.status.at(moment_us(FEBRUARY)).tolist() == [UP, UP]
    assert made.status.at(moment_us(MARCH)).tolist() == [UP, DEGRADED]


def test_without_a_file_of_outages_all_work_while_they_stand(data: Path, real: Sights) -> None:
    sights = load(data, synthetic=False, outages=False)
    assert sights.outages.empty
    assert sights.status.at(moment_us(MARCH)).tolist() == [DOWN, DOWN, UP, UP, UP]
    pd.testing.assert_frame_equal(sights.placements, real.placements)


def test_without_sensors_of_a_sort_sights_are_empty(data: Path, tmp_path: Path) -> None:
    placements = gpd.read_parquet(file_of(data, "placements"))
    path = tmp_path / "real.parquet"
    placements[~placements["synthetic"]].to_parquet(path)
    sights = load_sights(str(path), file_of(data, "viewsheds"), None, synthetic=True)
    assert sights.is_empty
    assert (sights.footprints, sights.seen) == ((), ())
    assert sights.status.at(moment_us(MARCH)).tolist() == []
