"""Tests of how much memory an answer is taken to need: near what it does, and at once."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from shapely import Point, Polygon

from cop.query.size import estimate_bytes

pytestmark = pytest.mark.scale

MB = 1_000_000


@dataclass(frozen=True)
class Part:
    values: np.ndarray
    rows: tuple[tuple[str, int], ...]


@pytest.mark.parametrize(
    ("answer", "low", "high"),
    [
        (np.zeros(MB // 8), 1 * MB, 1.01 * MB),
        (np.array(["abc"] * 10_000, dtype=object), 0.5 * MB, 1 * MB),
        (pd.DataFrame({"n": np.arange(MB // 8), "x": 1.0}), 2 * MB, 2.1 * MB),
        (pd.DataFrame({"name": ["a county"] * 10_000}), 0.5 * MB, 1 * MB),
        (gpd.GeoDataFrame(geometry=[Point(0, 0)] * 10_000), 0.5 * MB, 1 * MB),
        (Polygon([(0, 0), *((n / 40_000, 1) for n in range(40_000)), (1, 0)]), 0.6 * MB, 0.8 * MB),
        (pa.table({"n": np.arange(MB // 8)}), 1 * MB, 1.01 * MB),
        ("x" * MB, 1 * MB, 1.01 * MB),
        ([("sector", n) for n in range(10_000)], 0.7 * MB, 2 * MB),
        ({n: str(n) for n in range(10_000)}, 0.5 * MB, 2 * MB),
        (None, 0, 100),
    ],
)
def test_answers_are_taken_to_be_about_as_large_as_they_are(
    answer: object, low: float, high: float
) -> None:
    assert low <= estimate_bytes(answer) <= high


def test_the_parts_of_an_answer_count_once_each() -> None:
    values = np.zeros(MB // 8)
    part = Part(values=values, rows=(("a", 1), ("b", 2)))
    assert 1 * MB < estimate_bytes(part) < 1.01 * MB
    assert estimate_bytes([part, part]) < 1.01 * MB


def test_a_circle_ends() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert estimate_bytes(circle) < 1_000
