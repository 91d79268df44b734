"""Tests of how many synthetic events each segment expects on each day."""

import geopandas as gpd
import numpy as np
import pytest

from cop.ingest.demo.intensity import build_intensity
from cop.ingest.demo.line import build_line

pytestmark = pytest.mark.picture


DAYS = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")


@pytest.fixture(scope="module")
def intensity(segments: gpd.GeoDataFrame) -> np.ndarray:
    return build_intensity(build_line(segments), DAYS, np.random.default_rng(1))


def test_it_sums_to_one_and_each_sector_to_its_share(
    segments: gpd.GeoDataFrame, intensity: np.ndarray
) -> None:
    line = build_line(segments)
    assert intensity.shape == (line.size, len(DAYS))
    assert intensity.min() >= 0.0
    assert intensity.sum() == pytest.approx(1.0)
    shares = np.array([pattern.share for pattern in line.patterns()])
    found = [intensity[line.sector == index].sum() for index in range(len(shares))]
    assert found == pytest.approx(shares / shares.sum())


def test_equal_seeds_give_equal_fields(segments: gpd.GeoDataFrame, intensity: np.ndarray) -> None:
    line = build_line(segments)
    assert np.array_equal(build_intensity(line, DAYS, np.random.default_rng(1)), intensity)
    assert not np.array_equal(build_intensity(line, DAYS, np.random.default_rng(2)), intensity)


def test_some_stretches_are_quiet_and_some_are_hot(intensity: np.ndarray) -> None:
    by_segment = np.sort(intensity.sum(axis=1))
    assert by_segment[-20:].mean() > 20 * by_segment[:20].mean()


def test_a_day_is_enough(segments: gpd.GeoDataFrame) -> None:
    one = build_intensity(build_line(segments), DAYS[:1], np.random.default_rng(3))
    assert one.shape[1] == 1
    assert one.sum() == pytest.approx(1.0)
