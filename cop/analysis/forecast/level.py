"""The level of the whole line: how recent totals lie to what was expected of them."""

from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AGES: Final = (1.0, 2.0, 4.0, 8.0)
"""Mean ages in periods of the totals that a level looks at."""
_LEARNT: Final = 4
"""Periods that a level has seen before it is compared."""


def fit_level(expected: "Floats", counted: "Floats", *, ahead: int) -> tuple[float, float]:
    """Factor by which the next total differs from what is expected of it, and the total's size.

    ``expected`` and ``counted`` (periods,) are totals, oldest first, each known ``ahead`` + 1
    periods before the next forecast that may use it. A rise or fall of the whole line that lasts
    leaves errors of one sign: their level, smoothed exponentially, corrects the next ones. Of the
    ages and no correction at all that one is taken whose errors, each made of what was known
    before, were the least. The size is that of the negative binomial whose variance is the mean
    squared of those errors, inf where a Poisson is wider.
    """
    plain = np.ones(len(expected) + ahead + 1)
    tried = [plain, *(_levels(expected, counted, age, ahead) for age in AGES)]
    usable = (expected > 0.0) & (
        np.arange(len(expected)) >= min(_LEARNT, len(expected) // 2) + ahead
    )
    if not usable.any():
        return 1.0, inf
    means = [level[: len(expected)][usable] * expected[usable] for level in tried]
    best = int(np.argmin([((counted[usable] - mean) ** 2 / mean).mean() for mean in means]))
    mean = means[best]
    n = len(mean)
    known = (n + 1) / max(1, n - 1)  # what a next period adds, and that few are uncertain
    beyond = ((known * (counted[usable] - mean) ** 2 - mean) / mean**2).mean()
    return float(tried[best][-1]), float(1.0 / beyond) if beyond > 0.0 else inf


def _levels(expected: "Floats", counted: "Floats", age: float, ahead: int) -> "Floats":
    """Levels before each period and the next (periods + ahead + 1,), from those known by then.

    One period as expected is assumed, so that few events weigh little.
    """
    weight = age / (1.0 + age)
    usual = float(expected.mean())
    observed = due = usual
    levels = np.ones(len(expected) + ahead + 1)
    for period, (mean, count) in enumerate(zip(expected, counted, strict=True)):
        observed = weight * observed + (1.0 - weight) * count
        due = weight * due + (1.0 - weight) * mean
        levels[period + ahead + 1] = observed / due if due > 0.0 else 1.0
    return levels
