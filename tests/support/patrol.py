"""Lines to patrol, and the best that teams can watch of them by exhaustive search."""

from itertools import combinations

import numpy as np

from cop.analysis.patrol import PatrolLine, Shift


def make_line(
    lengths: list[float], weights: list[float], *bases: tuple[float, float]
) -> PatrolLine:
    """Segments end to end from kilometer 0; bases are (kilometer, kilometers aside)."""
    ends = np.cumsum(lengths)
    return PatrolLine(
        km_from=ends - lengths,
        km_to=ends,
        weights=np.array(weights, float),
        bases=np.array([km for km, _ in bases], float),
        aside_km=np.array([aside for _, aside in bases], float),
    )


def hours_of(
    line: PatrolLine, shift: Shift, base: int, first: int, last: int
) -> tuple[float, float]:
    """Hours to a stretch and back from it, and along it."""
    begin, end = line.km_from[first], line.km_to[last]
    km, aside = line.bases[base], line.aside_km[base]
    return (abs(begin - km) + abs(end - km) + 2 * aside) / shift.travel_kmh, (
        end - begin
    ) / shift.patrol_kmh


def find_best(line: PatrolLine, teams: int, shift: Shift) -> float:
    """The most weight that any stretches of so many teams watch; 0 where there is none."""
    count, limit = len(line.weights), shift.hours * (1 - shift.random_share)
    spans = {
        (first, last)
        for base in range(len(line.bases))
        for first in range(count)
        for last in range(first, count)
        if sum(hours_of(line, shift, base, first, last)) <= limit
    }
    choices = combinations(sorted(spans), min(teams, len(spans)))
    return max(
        sum(line.weights[i] for i in range(count) if any(a <= i <= b for a, b in chosen))
        for chosen in choices
    )
