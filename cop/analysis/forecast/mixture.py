"""The mixture of kernels, fitted by EM, with its negative binomial spread."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import gammaln

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

EM_STEPS: Final = 20
"""From equal weights; more steps fit the past closer without forecasting better."""
SIZES: Final = (*np.geomspace(0.05, 50.0, 31).tolist(), inf)
_LEAST: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Weights of the kernels (kernels,), at least 0, and the size of the negative binomial."""

    weights: "Floats"
    size: float

    def expect(self, features: "Singles") -> "Floats":
        """Expected events from features (kernels, ...) to (...)."""
        expected: Floats = np.tensordot(self.weights, features, axes=1)
        return expected


def fit_mixture(
    features: "Singles", counts: "Floats", *, effort: "Floats | None" = None
) -> Mixture:
    """Fit counts (periods, cells) by features (kernels, periods, cells) of the past.

    A discretized self-exciting process (Mohler et al. 2011) whose kernels are fixed and whose
    weights are estimated: expected = sum of weight x feature, Poisson likelihood, EM as in Mohler
    et al. (2015): each event is shared out among the kernels that expected it. The size is that of
    largest likelihood given the expectation, inf where the Poisson fits best. With ``effort``
    (periods, cells) the features are events by effort, and so is what is expected.
    """
    exposure = np.ones(counts.shape, np.float32) if effort is None else effort.astype(np.float32)
    if not features.shape[1:] == counts.shape == exposure.shape:
        message = (
            f"features {features.shape}, counts {counts.shape}, effort {exposure.shape} differ"
        )
        raise FilterError(message)
    mass = np.tensordot(features, exposure, axes=2).astype(np.float64)
    occupied = counts > 0
    events, seen = counts[occupied], features[:, occupied].astype(np.float64)
    weights = np.full(len(features), 1.0 / len(features))
    for _ in range(EM_STEPS):
        share = events / np.maximum(weights @ seen, _LEAST)
        weights = weights * (seen @ share) / np.maximum(mass, _LEAST)
    expected = exposure * np.tensordot(weights.astype(np.float32), features, axes=1)
    return Mixture(
        weights=weights, size=_size(expected, events, exposure[occupied] * (weights @ seen))
    )


def _size(expected: "Singles", events: "Floats", at_events: "Floats") -> float:
    """Size of the largest likelihood among SIZES."""
    if not len(events):
        return inf
    mean = np.maximum(at_events, _LEAST)
    likelihood = []
    for size in SIZES[:-1]:
        none = -size * np.log1p(expected / np.float32(size)).sum(dtype=np.float64)
        some = gammaln(events + size) - gammaln(size) + events * np.log(mean / (size + mean))
        likelihood.append(none + float(some.sum()))
    poisson = -float(expected.sum(dtype=np.float64)) + float((events * np.log(mean)).sum())
    best: float = SIZES[int(np.argmax([*likelihood, poisson]))]
    return best
