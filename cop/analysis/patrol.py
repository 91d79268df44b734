"""Which stretches of the line teams patrol during a shift, with a share of random checks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array

from cop.analysis.siting import LIMIT_SECONDS, CoverPlan, plan_cover, plan_runner_up
from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

RANDOM_SHARE: Final = 0.2
"""Of each shift, the time for checks that are drawn by chance.

A plan that follows what patrols detect sends them where they were, and what they detect there
confirms it (Ensign et al., 2018, Runaway Feedback Loops in Predictive Policing, arXiv 1706.09847).
Checks that no forecast has chosen show whether it is right elsewhere.
"""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A team's shift: hours, speeds along the line, and the share of its time for random checks.

    ``travel_kmh`` is the speed on the way to a stretch and back, ``patrol_kmh`` that along it.
    """

    hours: float = 8.0
    travel_kmh: float = 40.0
    patrol_kmh: float = 10.0
    random_share: float = RANDOM_SHARE


@dataclass(frozen=True, kw_only=True, eq=False)
class PatrolLine:
    """Segments along the line in order: begin and end in kilometers, and what each is worth (n,).

    ``bases`` (bases,) are where teams set out from, kilometers; ``aside_km`` how far off the line.
    """

    km_from: "Floats"
    km_to: "Floats"
    weights: "Floats"
    bases: "Floats"
    aside_km: "Floats"


@dataclass(frozen=True, kw_only=True)
class PatrolStretch:
    """What one team watches: segments ``first`` to ``last`` from a base, and a random check.

    ``travel_hours`` and ``patrol_hours`` fill the planned part of the shift at most. The check is
    None where no segment can be checked in the time that is kept for it.
    """

    base: int
    first: int
    last: int
    travel_hours: float
    patrol_hours: float
    random_check: int | None


@dataclass(frozen=True, kw_only=True)
class PatrolPlan:
    """The stretches of the teams, what they cover, and the runner-up's cover (None: no other).

    ``other`` are the runner-up's stretches: base, first and last segment.
    """

    stretches: tuple[PatrolStretch, ...]
    cover: CoverPlan
    runner_up: CoverPlan | None
    other: tuple[tuple[int, int, int], ...]


def plan_patrols(
    line: PatrolLine, teams: int, shift: Shift, *, seed: int, seconds: float = LIMIT_SECONDS
) -> PatrolPlan:
    """Plan the shift of so many teams so that they watch the most weight, each segment once.

    A team drives from a base to a stretch, watches all of it once and drives back, within the part
    of its shift that is not for random checks. Of all such stretches the best are chosen by
    ``plan_cover``; where there are fewer than teams, further teams would only repeat them. The
    random check of a team is a segment within its reach, drawn by length whatever it is worth.
    Raise FilterError where no segment can be reached.
    """
    options = _stretches(line, shift)
    if not options:
        raise FilterError(
            f"no segment can be reached and watched within {shift.hours:g} h: use a longer shift, "
            "a smaller share of random checks or higher speeds"
        )
    covers = _covers(options, len(line.weights))
    count = min(teams, len(options))
    cover = plan_cover(covers, line.weights, count, seconds=seconds)
    other = plan_runner_up(covers, line.weights, cover, seconds=seconds)
    random = np.random.default_rng(seed)
    chosen = [options[index] for index in cover.chosen]
    checks = [_draw_check(line, shift, base, random) for base, *_ in chosen]
    stretches = tuple(
        PatrolStretch(
            base=base,
            first=first,
            last=last,
            travel_hours=travel,
            patrol_hours=patrol,
            random_check=check,
        )
        for (base, first, last, travel, patrol), check in zip(chosen, checks, strict=True)
    )
    ways = () if other is None else tuple(options[index][:3] for index in other.chosen)
    return PatrolPlan(stretches=stretches, cover=cover, runner_up=other, other=ways)


def _stretches(line: PatrolLine, shift: Shift) -> list[tuple[int, int, int, float, float]]:
    """Return (base, first, last, travel hours, patrol hours) of every longest stretch in time."""
    limit = shift.hours * (1 - shift.random_share)
    found: dict[tuple[int, int], tuple[int, int, int, float, float]] = {}
    count = len(line.km_from)
    for base, (km, aside) in enumerate(zip(line.bases, line.aside_km, strict=True)):
        for first in range(count):
            last = np.arange(first, count)
            way = np.abs(line.km_from[first] - km) + np.abs(line.km_to[last] - km) + 2 * aside
            patrol = (line.km_to[last] - line.km_from[first]) / shift.patrol_kmh
            travel = way / shift.travel_kmh
            fits = np.flatnonzero(travel + patrol <= limit)
            if len(fits) == 0:
                continue
            end = int(fits[-1])
            key, hours = (first, int(last[end])), float(travel[end])
            if key not in found or hours < found[key][3]:
                found[key] = (base, *key, hours, float(patrol[end]))
    return _longest([*found.values()])


def _longest(
    options: list[tuple[int, int, int, float, float]],
) -> list[tuple[int, int, int, float, float]]:
    """Leave out a stretch that another one contains."""
    ordered = sorted(options, key=lambda option: (option[1], -option[2]))
    kept, reached = [], -1
    for option in ordered:
        if option[2] > reached:
            kept.append(option)
            reached = option[2]
    return kept


def _covers(options: list[tuple[int, int, int, float, float]], segments: int) -> csr_array:
    rows = [np.full(last - first + 1, row) for row, (_, first, last, *_) in enumerate(options)]
    columns = [np.arange(first, last + 1) for _, first, last, *_ in options]
    row, column = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(row)), (row, column)), shape=(len(options), segments))


def _draw_check(
    line: PatrolLine, shift: Shift, base: int, random: np.random.Generator
) -> int | None:
    """Draw a segment that a team reaches and comes back from in the time for random checks."""
    length, km = line.km_to - line.km_from, line.bases[base]
    way = np.abs(line.km_from - km) + np.abs(line.km_to - km) + 2 * line.aside_km[base]
    hours = way / shift.travel_kmh + length / shift.patrol_kmh
    reached = hours <= shift.hours * shift.random_share
    if not reached.any():
        return None
    chance = np.where(reached, length, 0.0)
    return int(random.choice(len(length), p=chance / chance.sum()))
