"""Tests of the bench's figures as a picture: bars on a logarithmic axis."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cop.bench.chart import render_chart

pytestmark = pytest.mark.store

OURS, POLARS, OTHER = (0x00, 0x72, 0xB2), (0x00, 0x9E, 0x73), (0x77, 0x77, 0x77)


def draw(**medians: float) -> NDArray[np.uint8]:
    by_rival = {name: {"median_ms": median} for name, median in medians.items()}
    png = render_chart({"events": 20_000, "queries": {"Q1": by_rival}})
    return np.asarray(Image.open(io.BytesIO(png)))


def length(pixels: NDArray[np.uint8], color: tuple[int, ...]) -> int:
    """How many pixels the bar of a color is long."""
    columns = np.flatnonzero((pixels == color).all(axis=2).any(axis=0))
    return 0 if not len(columns) else int(columns[-1] - columns[0])


def test_ten_times_as_long_is_one_power_further() -> None:
    pixels = draw(ours=10.0, polars=100.0, postgis=1000.0)
    bars = [length(pixels, color) for color in (OURS, POLARS, OTHER)]
    assert bars[0] <= 1, "the axis begins at the power of ten of the shortest"
    assert bars[2] == pytest.approx(2 * bars[1], abs=3)
    assert pixels.shape[1] == 1200


def test_equal_figures_have_an_axis_of_one_power() -> None:
    pixels = draw(ours=10.0, polars=10.0)
    assert length(pixels, OURS) == length(pixels, POLARS)


def test_each_query_adds_its_bars() -> None:
    one = {"ours": {"median_ms": 2.0}}
    heights = [
        Image.open(
            io.BytesIO(render_chart({"events": 1, "queries": dict.fromkeys(names, one)}))
        ).height
        for names in (["Q1"], ["Q1", "Q2"])
    ]
    assert heights[1] > heights[0]
