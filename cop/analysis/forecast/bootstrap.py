"""Bounds of a gain over a rival by the block bootstrap: neighboring periods stay together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS: Final = 2_000
LEVEL: Final = 0.9


@dataclass(frozen=True, kw_only=True)
class Gain:
    """A gain as a fraction, with its 90% bounds; None if the rival has 0."""

    gain: float | None
    low: float | None
    high: float | None


def bound_loss_gain(ours: "Floats", rival: "Floats", *, block: int, seed: int = 0) -> Gain:
    """Gain 1 - ours / rival of two losses by period: above 0 is better."""
    return _bound(ours, rival, block, seed, sign=-1.0)


def bound_hit_gain(ours: "Floats", rival: "Floats", *, block: int, seed: int = 0) -> Gain:
    """Gain ours / rival - 1 of two numbers of hits by period: above 0 is better."""
    return _bound(ours, rival, block, seed, sign=1.0)


def _bound(ours: "Floats", rival: "Floats", block: int, seed: int, *, sign: float) -> Gain:
    """Resample blocks of periods, joined end to start (Politis and Romano 1992)."""
    periods = len(ours)
    if periods == 0 or rival.sum() <= 0.0:
        return Gain(gain=None, low=None, high=None)
    length = min(block, periods)
    draw = np.random.default_rng(seed)
    start = draw.integers(0, periods, (DRAWS, -(-periods // length)))
    rows = (start[:, :, None] + np.arange(length)) % periods
    rows = rows.reshape(DRAWS, -1)[:, :periods]
    theirs = rival[rows].sum(axis=1)
    ratio = ours[rows].sum(axis=1)[theirs > 0.0] / theirs[theirs > 0.0]
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(sign * (ratio - 1.0), [tail, 1.0 - tail])
    gain = sign * (float(ours.sum() / rival.sum()) - 1.0)
    return Gain(gain=gain, low=float(low), high=float(high))
