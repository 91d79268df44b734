"""Made-up candidates and places, and all choices of them."""

from itertools import combinations

import numpy as np

Choice = tuple[int, ...]
Case = tuple[np.ndarray, np.ndarray, int]


def make_case(seed: int, *, candidates: int, places: int, count: int) -> Case:
    """Candidates that each cover a stretch of a line, some of them a few places elsewhere too."""
    random = np.random.default_rng(seed)
    begin = random.integers(0, places, candidates)
    length = random.integers(1, max(2, places // 3), candidates)
    at = np.arange(places)
    covers = (at >= begin[:, None]) & (at < (begin + length)[:, None])
    covers |= random.random(covers.shape) < 0.05
    weights = random.exponential(1.0, places) * (random.random(places) < 0.8)
    return covers, weights, count


def weigh(covers: np.ndarray, weights: np.ndarray, chosen: Choice) -> float:
    """The weight of the places that any of the chosen covers."""
    return float(weights[covers[list(chosen)].any(axis=0)].sum())


def rank(covers: np.ndarray, weights: np.ndarray, count: int) -> list[tuple[float, Choice]]:
    """All choices, the best first."""
    choices = combinations(range(len(covers)), count)
    return sorted(((weigh(covers, weights, one), one) for one in choices), reverse=True)
