"""Where to place a number of sensors or teams so that they watch the most: maximal covering."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LIMIT_SECONDS: Final = 20.0
_PROVEN: Final = 1e-6
_CHOSEN: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class CoverPlan:
    """Chosen candidates, rising, the weight that they cover, and what no plan can exceed.

    ``bound`` is None where the solver gave none within its time.
    """

    chosen: tuple[int, ...]
    weight: float
    bound: float | None

    @property
    def is_proven(self) -> bool:
        """Whether no other choice covers more."""
        return self.bound is not None and self.bound <= self.weight * (1 + _PROVEN) + _PROVEN

    @property
    def short_of_bound(self) -> float | None:
        """By which share of the bound the plan falls short of it; None where there is none."""
        if self.bound is None:
            return None
        return max(0.0, 1 - self.weight / self.bound) if self.bound > 0 else 0.0


def plan_cover(
    covers: csr_array,
    weights: "Floats",
    count: int,
    *,
    seconds: float = LIMIT_SECONDS,
) -> CoverPlan:
    """Choose ``count`` candidates that cover the most weight.

    ``covers`` (candidates, places) is true where a candidate covers a place, ``weights`` (places,)
    what each is worth, at least 0. The maximal covering location problem (Church and ReVelle, 1974,
    Papers of the Regional Science Association 32), solved by HiGHS, and never worse than the greedy
    choice. Raise FilterError for a count outside of 1 to the number of candidates.
    """
    candidates = covers.shape[0]
    if not 1 <= count <= candidates:
        raise FilterError(f"{count} of {candidates} candidates: choose from 1 to {candidates}")
    cut, value = _cut_worthless(covers, weights)
    solved, bound = _solve(cut, value, count, (), seconds)
    greedy = choose_greedily(covers, weights, count)
    choices = [choice for choice in (solved, greedy) if choice is not None]
    best = max(choices, key=lambda choice: covered_weight(covers, weights, choice))
    return CoverPlan(chosen=best, weight=covered_weight(covers, weights, best), bound=bound)


def plan_runner_up(
    covers: csr_array, weights: "Floats", plan: CoverPlan, *, seconds: float = LIMIT_SECONDS
) -> CoverPlan | None:
    """Return the best other choice of as many candidates; None where none was found in time."""
    cut, value = _cut_worthless(covers, weights)
    chosen, bound = _solve(cut, value, len(plan.chosen), (plan.chosen,), seconds)
    if chosen is None:
        return None
    return CoverPlan(chosen=chosen, weight=covered_weight(covers, weights, chosen), bound=bound)


def _cut_worthless(covers: csr_array, weights: "Floats") -> tuple[csr_array, "Floats"]:
    """Return what is covered of the places that are worth anything and can be covered."""
    worth = np.flatnonzero((weights > 0) & (covers.sum(axis=0) > 0))
    return csr_array(covers[:, worth].astype(np.float64)), weights[worth]


def choose_greedily(covers: csr_array, weights: "Floats", count: int) -> tuple[int, ...]:
    """Choose one candidate after another, each the one that adds the most weight."""
    left, chosen = weights.astype(np.float64).copy(), list[int]()
    for _ in range(count):
        gain = covers.astype(np.float64) @ left
        gain[chosen] = -1.0
        best = int(np.argmax(gain))
        chosen.append(best)
        left[covers[[best]].indices] = 0.0
    return tuple(sorted(chosen))


def covered_weight(covers: csr_array, weights: "Floats", chosen: tuple[int, ...]) -> float:
    """Return the weight of the places that some candidates cover, each place once."""
    covered = np.unique(covers[list(chosen)].indices)
    return float(weights[covered].sum())


def _solve(
    covers: csr_array,
    weights: "Floats",
    count: int,
    without: tuple[tuple[int, ...], ...],
    seconds: float,
) -> tuple[tuple[int, ...] | None, float | None]:
    """Return HiGHS's choice and bound: maximize w y, y <= covers' x, sum x = count, x in {0, 1}."""
    candidates, places = covers.shape
    if places == 0:
        return None, 0.0
    link = hstack([-covers.T, eye_array(places)])
    number = hstack([csr_array(np.ones((1, candidates))), csr_array((1, places))])
    low: list[Floats] = [np.full(places, -np.inf), np.array([float(count)])]
    high: list[Floats] = [np.zeros(places), np.array([float(count)])]
    rows = [link, number]
    for choice in without:
        row = np.zeros((1, candidates + places))
        row[0, list(choice)] = 1
        rows.append(csr_array(row))
        low.append(np.array([-np.inf]))
        high.append(np.array([len(choice) - 1.0]))
    result = milp(
        np.concatenate((np.zeros(candidates), -weights)),
        integrality=np.concatenate((np.ones(candidates), np.zeros(places))),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            vstack(rows).tocsc(), np.concatenate(low), np.concatenate(high)
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    bound = getattr(result, "mip_dual_bound", None)
    limit = None if bound is None or not np.isfinite(bound) else -float(bound)
    if result.x is None:
        return None, limit
    chosen = np.flatnonzero(result.x[:candidates] > _CHOSEN)
    return tuple(int(one) for one in chosen), limit
