"""How much of each place is seen, as steps from one change of a sensor's state to the next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from cop.analysis.coverage.sighting import Sighting
from cop.analysis.coverage.status import DEGRADED, EARLIEST, LATEST, UNREPORTED, UP, StatusSteps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DEGRADED_SHARE: Final = 0.5
"""Of its chance of detection, what a degraded sensor has."""
HOUR_US: Final = 3_600_000_000
_LEAST: Final = 1e-9
_SEEN: Final = 0.5
_DECIMALS: Final = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageSteps:
    """Steps of ``places`` places, ordered by place and time; each lasts until the place's next.

    ``owner`` (steps,) is the row of the place, ``since`` microseconds since 1970, the first of each
    place EARLIEST. ``seen`` and ``unknown`` are shares of its length, 0 to 1: seen by a working
    sensor, and possibly seen where heights or reports are missing. ``sensors`` is how many working
    ones see some of it more likely than not.
    """

    places: int
    owner: "Ints"
    since: "Ints"
    seen: "Floats"
    unknown: "Floats"
    sensors: "Floats"

    def integrate(self, edges: "Ints") -> "CoverageHours":
        """Return hours seen and unknown of each place between edges, rising microseconds."""
        moments, place = np.meshgrid(edges, np.arange(self.places))
        flat, step = moments.ravel(), self._find(place.ravel(), moments.ravel())
        seen, unknown, sensors = (
            np.diff(self._sum(values, step, flat).reshape(moments.shape), axis=1)
            for values in (self.seen, self.unknown, self.sensors)
        )
        total = np.diff(edges) / HOUR_US
        return CoverageHours(edges=edges, total=total, seen=seen, unknown=unknown, sensors=sensors)

    def at(self, moment: int) -> Self:
        """Return what holds at a moment: one step a place."""
        rows = np.arange(self.places)
        step = self._find(rows, np.full(self.places, moment, np.int64))
        return self._pick(step, since=np.full(self.places, EARLIEST))

    def with_places(self, changed: Self, places: "Ints") -> Self:
        """Return them with the steps of some places taken from others."""
        kept, taken = ~np.isin(self.owner, places), np.isin(changed.owner, places)
        owner = np.concatenate((self.owner[kept], changed.owner[taken]))
        order = np.argsort(owner, kind="stable")

        def join(mine: "Floats", others: "Floats") -> "Floats":
            return np.concatenate((mine[kept], others[taken]))[order]

        return replace(
            self,
            owner=owner[order],
            since=np.concatenate((self.since[kept], changed.since[taken]))[order],
            seen=join(self.seen, changed.seen),
            unknown=join(self.unknown, changed.unknown),
            sensors=join(self.sensors, changed.sensors),
        )

    def _find(self, place: "Ints", moment: "Ints") -> "Ints":
        """Return the step of each place that holds at its moment."""
        moments = np.unique(self.since)
        rank = np.searchsorted(moments, self.since)
        width = len(moments) + 1
        wanted = np.searchsorted(moments, moment, side="right") - 1
        return np.searchsorted(self.owner * width + rank, place * width + wanted, "right") - 1

    def _sum(self, values: "Floats", step: "Ints", moment: "Ints") -> "Floats":
        """Return the integral of values, in hours, up to moments that lie within steps."""
        begun = self.since != EARLIEST
        base = min(moment.min(), self.since[begun].min(initial=LATEST))
        start = np.where(begun, self.since, base)
        is_last = np.append(self.owner[1:] != self.owner[:-1], True)
        hours = np.where(is_last, 0, np.append(start[1:], 0) - start) / HOUR_US
        before = np.concatenate(([0.0], np.cumsum(values * hours)))[step]
        return before + values[step] * ((moment - start[step]) / HOUR_US)

    def _pick(self, step: "Ints", *, since: "Ints") -> Self:
        return replace(
            self,
            owner=self.owner[step],
            since=since,
            seen=self.seen[step],
            unknown=self.unknown[step],
            sensors=self.sensors[step],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageHours:
    """Hours of each place in periods between edges: (places, periods), ``total`` (periods,).

    ``sensors`` are sensor-hours: divided by ``total`` the mean number of sensors.
    """

    edges: "Ints"
    total: "Floats"
    seen: "Floats"
    unknown: "Floats"
    sensors: "Floats"


def build_steps(
    sighting: Sighting, status: StatusSteps, *, places: Iterable[int] | None = None
) -> CoverageSteps:
    """Return the steps of all places, or of some of them; the others then have none.

    The chance that a piece is seen is 1 - prod(1 - p) over the sensors that see it, p the chance of
    detection of one that is up, half of it where it is degraded. A piece may be seen besides where
    a working sensor's sight is unknown for lack of heights, or a sensor has not reported.
    """
    bounds = np.searchsorted(
        sighting.pieces.owner[sighting.piece], np.arange(sighting.pieces.places + 1)
    )
    first = np.searchsorted(sighting.pieces.owner, np.arange(sighting.pieces.places + 1))
    chosen = range(sighting.pieces.places) if places is None else sorted(places)
    found = [
        _step(sighting, status, slice(bounds[row], bounds[row + 1]), (first[row], first[row + 1]))
        for row in chosen
    ]
    counts = [len(since) for since, *_ in found]
    columns = [np.concatenate([np.zeros(0), *parts]) for parts in zip(*found, strict=True)] or [
        np.zeros(0)
    ] * 4
    since, seen, unknown, sensors = columns
    return CoverageSteps(
        places=sighting.pieces.places,
        owner=np.repeat(np.fromiter(chosen, np.int64), counts),
        since=since.astype(np.int64),
        seen=seen,
        unknown=unknown,
        sensors=sensors,
    )


def _step(
    sighting: Sighting, status: StatusSteps, pairs: slice, span: tuple[int, int]
) -> tuple["Ints", "Floats", "Floats", "Floats"]:
    """Return the steps of one place: moments, shares seen and unknown, number of sensors."""
    begin, end = span
    who, column = np.unique(sighting.placement[pairs], return_inverse=True)
    if len(who) == 0:
        none = np.zeros(1)
        return np.array([EARLIEST]), none, none, none
    chance = np.zeros((end - begin, len(who)))
    chance[sighting.piece[pairs] - begin, column] = sighting.chance[pairs]
    since, state = _states(status, who)
    hidden, maybe = np.nan_to_num(chance), np.where(np.isnan(chance), 1.0, 0.0)
    log_up, log_half = _log_missed(hidden), _log_missed(hidden * DEGRADED_SHARE)
    up, half, silent = (state == code for code in (UP, DEGRADED, UNREPORTED))
    seen = 1.0 - np.exp(up @ log_up.T + half @ log_half.T)
    possible = np.maximum(hidden, maybe)
    missed = np.exp((up | half) @ _log_missed(maybe).T + silent @ _log_missed(possible).T)
    sees = sum(
        working.astype(np.int64) @ (hidden * share >= _SEEN).any(axis=0).astype(np.int64)
        for working, share in ((up, 1.0), (half, DEGRADED_SHARE))
    )
    values = (seen.mean(axis=1), ((1.0 - seen) * (1.0 - missed)).mean(axis=1), sees)
    rounded = np.round(np.stack(values), _DECIMALS)
    changes = np.concatenate(([True], (rounded[:, 1:] != rounded[:, :-1]).any(axis=0)))
    return since[changes], *rounded[:, changes]


def _states(status: StatusSteps, who: "Ints") -> tuple["Ints", "NDArray[np.int8]"]:
    """Return every moment at which one of some placements changes, and their states then."""
    own = [status.of(int(row)) for row in who]
    moments = np.unique(np.concatenate([since for since, _ in own]))
    moments = moments[moments < LATEST]
    states = [state[np.searchsorted(since, moments, "right") - 1] for since, state in own]
    return moments, np.stack(states, axis=1)


def _log_missed(chance: "Floats") -> "Floats":
    return np.log(np.maximum(1.0 - chance, _LEAST))
