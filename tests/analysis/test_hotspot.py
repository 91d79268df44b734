"""Hot-spot classes against their definitions, esda and scipy; and what chance alone gives."""

from itertools import combinations

import numpy as np
import pytest
from esda.getisord import G_Local
from libpysal.weights import WSP
from scipy.sparse import csr_array, eye_array, kron
from scipy.stats import false_discovery_control, kendalltau, norm, pearson3

from cop.analysis.hotspot import (
    CLASSES,
    NONE,
    Floats,
    build_gi_star,
    build_hotspots,
    build_mann_kendall,
    build_neighbors,
    classify,
    mann_kendall_p,
    skewed_p,
)
from cop.errors import FilterError

pytestmark = pytest.mark.sources

STEPS = 20
SIDE = 44
BLOCK = 5
QUIET, BUSY = 20.0, 90.0
STEPS_APART = pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")


def all_cells(width: int, height: int) -> np.ndarray:
    return np.array([(x, y) for x in range(width) for y in range(height)], dtype=np.int64)


def patterns() -> dict[str, Floats]:
    """What a block of each class counts per cell and step: known from the definitions alone."""
    steps = np.arange(STEPS)
    calm = np.where(steps % 2, QUIET, QUIET + 1)
    even = np.where(steps % 2, BUSY, BUSY + 1)
    return {
        "new": np.where(steps == STEPS - 1, BUSY, calm),
        "consecutive": np.where(steps >= STEPS - 4, BUSY, calm),
        "intensifying": BUSY + 3.0 * steps,
        "persistent": even,
        "diminishing": BUSY + 3.0 * (STEPS - steps),
        "sporadic": np.where(np.isin(steps, [2, 3, 9, 10, STEPS - 1]), BUSY, calm),
        "oscillating": np.where(
            steps == STEPS - 1, BUSY, np.where(np.isin(steps, [4, 5, 6]), 0, calm)
        ),
        "historical": np.where(steps < STEPS - 1, BUSY, calm),
    }


def constructed() -> tuple[np.ndarray, Floats, dict[str, tuple[int, int]]]:
    """A calm grid with a block of 5 by 5 cells for each class, five cells apart."""
    cells = all_cells(SIDE, SIDE // 2)
    counts = np.random.default_rng(5).poisson(QUIET, (len(cells), STEPS)).astype(float)
    corners = {}
    for i, (name, pattern) in enumerate(patterns().items()):
        x, y = 4 + 10 * (i % 4), 3 + 11 * (i // 4)
        corners[name] = (x, y)
        inside = within(cells, x, y, margin=0)
        counts[inside] = pattern
    return cells, counts, corners


def within(cells: np.ndarray, x: int, y: int, *, margin: int) -> np.ndarray:
    low, high = np.array([x, y]) - margin, np.array([x, y]) + BLOCK + margin
    return ((cells >= low) & (cells < high)).all(axis=1)


@STEPS_APART
def test_shown_hotspot_classes() -> None:
    cells, counts, corners = constructed()
    found = build_hotspots(cells, counts).table["class"].to_numpy()
    assert set(corners) == set(CLASSES)
    far = np.ones(len(cells), dtype=bool)
    for name, (x, y) in corners.items():
        # Cells whose whole neighbourhood lies in the block, and no other class in or around it.
        assert (found[within(cells, x, y, margin=-1)] == name).all()
        far &= ~within(cells, x, y, margin=1)
    assert far.sum() > 400
    assert (found[far] == NONE).all()
    assert (found == reference_classes(cells, counts)).all()


def reference_classes(cells: np.ndarray, counts: Floats) -> list[str]:
    """The same by esda, scipy and the words of the definitions, one cell at a time."""
    z = esda_z(cells, counts)
    size = esda_neighbours(cells).sum(axis=1)[:, None]
    mean = counts.mean()
    variance = max(float((np.diff(counts, axis=1) ** 2).mean() / 2), mean)
    bend = (2 * variance - mean) / (mean * variance**0.5) / size**0.5
    p = 2 * np.where(z > 0, pearson3.sf(z, np.broadcast_to(bend, z.shape)), norm.cdf(z))
    found = false_discovery_control(np.minimum(p, 1), axis=None).reshape(z.shape) <= 0.05
    hot, cold = found & (z > 0), found & (z < 0)
    trends = [reference_trend(row) for row in z]
    asked = [i for i in range(len(z)) if hot[i].mean() >= 0.9 and hot[i, -1]]
    certain = dict.fromkeys(range(len(z)), False)
    certain |= dict(
        zip(asked, false_discovery_control([trends[i][1] for i in asked]) <= 0.05, strict=True)
    )
    return [
        reference_class(hot[i], cold[i], trends[i][0] if certain[i] else 0) for i in range(len(z))
    ]


def reference_trend(row: Floats) -> tuple[int, float]:
    """The sign of Mann-Kendall's S and its p, from the pairs."""
    score = sum(int(np.sign(later - earlier)) for earlier, later in combinations(row, 2))
    n = len(row)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in np.unique(row, return_counts=True)[1])
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    size = max(abs(score) - 1, 0)
    return int(np.sign(score)), 2 * float(norm.sf(size / variance**0.5)) if variance else 1.0


def reference_class(hot: np.ndarray, cold: np.ndarray, trend: int) -> str:
    share = hot.sum() / len(hot)
    if share >= 0.9 and not hot[-1]:
        return "historical"
    if share >= 0.9:
        return {1: "intensifying", 0: "persistent", -1: "diminishing"}[trend]
    if not hot[-1]:
        return NONE
    if cold[:-1].any():
        return "oscillating"
    if not hot[:-1].any():
        return "new"
    first = int(np.argmax(hot))
    return "consecutive" if hot[first:].all() else "sporadic"


def esda_neighbours(cells: np.ndarray) -> np.ndarray:
    near = np.abs(cells[:, None, :] - cells[None, :, :]).max(axis=2) <= 1
    return near.astype(float)


def esda_z(cells: np.ndarray, counts: Floats) -> Floats:
    """esda's Gi* of every bin, neighbors in the same step only."""
    around = esda_neighbours(cells)
    np.fill_diagonal(around, 0)
    blocks = kron(csr_array(around), eye_array(counts.shape[1])).tocsr()
    weights = WSP(blocks).to_W(silence_warnings=True)
    found = G_Local(counts.ravel(), weights, transform="B", star=True, permutations=0)
    return found.Zs.reshape(counts.shape)


@STEPS_APART
def test_gi_star_equals_esda_on_scattered_cells() -> None:
    rng = np.random.default_rng(3)
    cells = all_cells(14, 14)[rng.permutation(196)[:120]] + np.array([410, 830])
    counts = rng.negative_binomial(0.7, 0.3, (len(cells), 11)).astype(float)
    ours = build_gi_star(counts, build_neighbors(cells))
    np.testing.assert_allclose(ours, esda_z(cells, counts), rtol=1e-9, atol=1e-9)


def test_neighbours_are_the_cell_and_those_that_touch_it() -> None:
    rng = np.random.default_rng(4)
    cells = all_cells(9, 9)[rng.permutation(81)[:50]]
    assert (build_neighbors(cells).toarray() == esda_neighbours(cells)).all()


def test_mann_kendall_equals_scipy() -> None:
    rng = np.random.default_rng(6)
    rows = np.vstack(
        [rng.poisson(2, (150, 15)), rng.normal(0, 1, (50, 15)), np.ones((1, 15))]
    ).astype(float)
    score, variance = build_mann_kendall(rows)
    for row, own, spread in zip(rows[:-1], score, variance, strict=False):
        theirs = kendalltau(np.arange(15), row, method="asymptotic")
        assert np.sign(own) == (np.sign(theirs.statistic) if own else 0)
        assert 2 * norm.sf(abs(own) / spread**0.5) == pytest.approx(theirs.pvalue)
    assert (score[-1], mann_kendall_p(score, variance)[-1]) == (0, 1)


@pytest.mark.parametrize("mean", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("scatter", ["poisson", "bursty"])
def test_chance_alone_is_called_hot_no_more_often_than_claimed(mean: float, scatter: str) -> None:
    rng = np.random.default_rng(7)
    cells = all_cells(60, 5)
    hot = classed = 0
    fields = 60
    for _ in range(fields):
        size = (len(cells), 12)
        counts = (
            rng.poisson(mean, size)
            if scatter == "poisson"
            else rng.negative_binomial(0.5, 0.5 / (0.5 + mean), size)
        )
        found = build_hotspots(cells, counts.astype(float))
        hot += found.hot.any()
        classed += (found.table["class"] != NONE).any()
    # Where all is chance, a false discovery rate of 5% means anything hot in 5% of the fields.
    assert hot / fields <= 0.05 + 2 * (0.05 * 0.95 / fields) ** 0.5
    assert classed <= hot


def test_the_normal_p_would_call_chance_hot() -> None:
    rng = np.random.default_rng(8)
    cells = all_cells(60, 5)
    counts = rng.poisson(0.05, (len(cells), 12)).astype(float)
    z = build_gi_star(counts, build_neighbors(cells))
    assert (false_discovery_control(2 * norm.sf(np.abs(z)), axis=None) <= 0.05).any()
    assert not build_hotspots(cells, counts).hot.any()


def test_the_skewed_p_is_the_gamma_of_scipy_and_the_normal_without_skew() -> None:
    z = np.linspace(-3, 8, 45)
    for bend in (0.2, 1.0, 2.5):
        ours = skewed_p(z, np.full_like(z, bend))
        above = z > 0
        expected = np.minimum(1, 2 * pearson3.sf(z[above], bend))
        np.testing.assert_allclose(ours[above], expected, rtol=1e-6)
        np.testing.assert_allclose(ours[~above], 2 * norm.cdf(z[~above]))
    np.testing.assert_allclose(skewed_p(z, np.zeros_like(z)), 2 * norm.sf(np.abs(z)), rtol=1e-2)


def test_the_order_of_the_cells_does_not_matter() -> None:
    cells, counts, _ = constructed()
    order = np.random.default_rng(9).permutation(len(cells))
    one, other = build_hotspots(cells, counts), build_hotspots(cells[order], counts[order])
    assert (one.table["class"].to_numpy()[order] == other.table["class"].to_numpy()).all()


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_cube_without_variation_has_no_class(value: float) -> None:
    cells = all_cells(6, 6)
    found = build_hotspots(cells, np.full((36, 12), value))
    assert (found.table["class"] == NONE).all()
    assert (found.z == 0).all()


def test_an_empty_cube_is_no_fault() -> None:
    found = build_hotspots(np.empty((0, 2), dtype=np.int64), np.empty((0, 12)))
    assert found.table.empty


def test_what_is_mostly_hot_needs_nine_in_ten() -> None:
    hot = np.zeros((2, 10), dtype=bool)
    hot[0, 1:] = True
    hot[1, 2:] = True
    none = np.zeros_like(hot)
    classes = classify(hot, none, np.zeros(2), np.ones(2))
    assert classes.tolist() == ["persistent", "consecutive"]


@pytest.mark.parametrize(
    ("cells", "counts", "words"),
    [
        (all_cells(2, 2), np.zeros((3, 12)), "shape"),
        (np.zeros((2, 2), dtype=np.int64), np.zeros((2, 12)), "twice"),
        (all_cells(1, 2), np.full((2, 12), np.nan), "not a number"),
    ],
)
def test_what_is_no_cube_is_refused(cells: np.ndarray, counts: Floats, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        build_hotspots(cells, counts)
