"""Tests of how far a layer lies from the area of operations."""

import pytest
from pyproj import Geod

from cop.ingest.upload.distance import find_far, measure_distance_km

pytestmark = pytest.mark.layers

AREA = (-117.1, 25.8, -97.1, 32.7)
MIAMI = (-80.2, 25.7, -80.1, 25.8)


def test_the_distance_is_geodesic_between_the_nearest_places() -> None:
    _, _, meters = Geod(ellps="WGS84").inv(-97.1, 25.8, -80.2, 25.8)
    assert measure_distance_km(MIAMI, AREA) == pytest.approx(meters / 1_000, rel=1e-3)
    assert measure_distance_km((-100, 30, -90, 31), AREA) == 0


def test_the_antimeridian_is_crossed() -> None:
    one, other = (179.0, 0.0, 179.5, 1.0), (-179.5, 0.0, -179.0, 1.0)
    assert measure_distance_km(one, other) == pytest.approx(111.3, abs=0.2)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (MIAMI, "This layer is 1,694 km from the area of operations. Check that x and y"),
        ((31.4, -110.9, 31.5, -110.8), "With x and y swapped it would lie in the area"),
    ],
)
def test_a_far_layer_says_how_far_and_what_may_be_wrong(
    bounds: tuple[float, float, float, float], words: str
) -> None:
    found = find_far(bounds, AREA, most_km=100)
    assert found is not None
    assert words in found.words


def test_what_is_near_or_unknown_is_not_far() -> None:
    beside = (-96.9, 26.0, -96.8, 26.1)
    assert 0 < measure_distance_km(beside, AREA) < 100
    assert find_far(beside, AREA, most_km=100) is None
    assert find_far(beside, AREA, most_km=10) is not None
    assert find_far(None, AREA, most_km=100) is None
    assert find_far(MIAMI, None, most_km=100) is None
