"""Tests of repairing shapes: within bounds of vertices and of CPU time."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from cop.ingest.upload.repair import TOO_MANY, UNUSABLE, ShapeRepair

pytestmark = [pytest.mark.trust, pytest.mark.layers]

BOWTIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def tangle(vertices: int, seed: int = 1) -> shapely.Polygon:
    """A ring through places at random, whose crossings grow with the square of them."""
    return shapely.Polygon(np.random.default_rng(seed).random((vertices, 2)))


def longer_bowtie() -> shapely.Polygon:
    """A bowtie of more vertices than are repaired without a process of their own."""
    corners = shapely.get_coordinates(BOWTIE)
    between = np.linspace(0, 1, 20, endpoint=False)[:, None]
    sides = [a + (b - a) * between for a, b in pairwise(corners)]
    return shapely.Polygon(np.concatenate(sides))


def test_a_shape_is_repaired_and_keeps_its_dimension() -> None:
    for shape in (BOWTIE, longer_bowtie()):
        (mended,) = ShapeRepair().mend([shape])
        assert shapely.is_valid(mended)
        assert mended.geom_type == "MultiPolygon"
        assert mended.area == pytest.approx(0.5)


def test_what_collapses_is_unusable() -> None:
    assert ShapeRepair().mend([shapely.Polygon([(0, 0), (1, 1), (0, 0), (1, 1)])]) == [UNUSABLE]


def test_beyond_the_vertices_no_repair_is_begun() -> None:
    repair = ShapeRepair(vertices=100)
    assert repair.mend([tangle(101)]) == [TOO_MANY]
    assert repair.spent == 0


@pytest.mark.full
def test_shown_a_tangle_ends_in_its_time_and_the_others_are_repaired() -> None:
    repair = ShapeRepair(seconds=20, each=1)
    first, tangled, last = repair.mend([longer_bowtie(), tangle(3_000), longer_bowtie()])
    assert tangled == TOO_MANY
    assert shapely.is_valid(first)
    assert shapely.is_valid(last)
    assert 0 < repair.spent < 3


@pytest.mark.full
def test_all_shapes_of_a_file_share_their_time() -> None:
    repair = ShapeRepair(seconds=1, each=1)
    assert repair.mend([tangle(2_000, seed) for seed in range(10)]) == [TOO_MANY] * 10
    assert repair.spent < 5
    assert repair.mend([BOWTIE]) == [TOO_MANY]
