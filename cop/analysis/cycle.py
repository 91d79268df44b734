"""Profiles over a cycle (week, lunar month, year), with a test that chance bursts do not fool."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.errors import FilterError

LEAST_CYCLES: Final = 3
ROTATIONS: Final = 999
_SEED: Final = 1

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Events by position in a cycle.

    ``table`` has a row per position: position, n, days (how many in the window), per_day,
    ratio (per_day against the mean of all days), and low and high: the least and greatest per_day
    of a single cycle, of the cycles that hold at least half of the position's days, NaN where less
    than two do. ``p`` is None where ``reason`` says why nothing was tested.
    """

    table: pd.DataFrame
    n: int
    days: int
    cycles: int
    p: float | None
    reason: str | None = None


def build_profile(
    counts: Floats, position: Integers, cycle: Integers, *, positions: int, cycles: str
) -> Profile:
    """Count days by their position in a cycle and test whether the positions differ.

    ``counts`` are the events of consecutive days, ``position`` each day's place in its cycle and
    ``cycle`` the cycle's number; ``cycles`` is what cycles are called. The statistic is chi-square
    of the counts against the days; it is compared with 999 turns in which the days of each cycle
    are shifted around by a random number. That keeps bursts, trends and the spread of the daily
    counts, all of which make the usual chi-square see differences in chance, and breaks only what
    is tied to the cycle.
    """
    if not len(counts) == len(position) == len(cycle):
        raise FilterError(
            f"{len(counts)} counts, {len(position)} positions and {len(cycle)} cycles: "
            "pass one of each per day"
        )
    days = np.bincount(position, minlength=positions)
    n: Floats = np.bincount(position, weights=counts, minlength=positions).astype(np.float64)
    whole = _whole_cycles(position, cycle, positions)
    reason = _reason(int(counts.sum()), whole, cycles)
    return Profile(
        table=_table(counts, position, cycle, n=n, days=days),
        n=int(counts.sum()),
        days=len(counts),
        cycles=whole,
        p=None if reason else _rotation_p(counts, position, cycle, n=n, days=days),
        reason=reason,
    )


def _reason(total: int, whole: int, cycles: str) -> str | None:
    if total == 0:
        return "there are no records"
    if whole < LEAST_CYCLES:
        return f"whole {cycles} in the window: {whole}; needed: {LEAST_CYCLES}"
    return None


def _whole_cycles(position: Integers, cycle: Integers, positions: int) -> int:
    """Count cycles in which every position occurs."""
    positions_of_cycle = pd.DataFrame({"cycle": cycle, "position": position}).groupby("cycle")[
        "position"
    ]
    return int((positions_of_cycle.nunique() == positions).sum())


def _table(
    counts: Floats, position: Integers, cycle: Integers, *, n: Floats, days: Integers
) -> pd.DataFrame:
    mean = counts.mean() if len(counts) else 0.0
    per_day = np.divide(n, days, out=np.full(len(n), np.nan), where=days > 0)
    table = pd.DataFrame(
        {
            "position": np.arange(len(n)),
            "n": n.astype(np.int64),
            "days": days,
            "per_day": per_day,
            "ratio": per_day / mean if mean > 0 else np.nan,
        }
    )
    single = pd.DataFrame({"cycle": cycle, "position": position, "n": counts})
    rates = single.groupby(["cycle", "position"])["n"].agg(["mean", "size"]).reset_index()
    most = rates.groupby("position")["size"].transform("max")
    rates = rates[2 * rates["size"] >= most]
    band = rates.groupby("position")["mean"].agg(["min", "max", "size"])
    band = band[band["size"] > 1].reindex(table["position"])
    return table.assign(low=band["min"].to_numpy(), high=band["max"].to_numpy())


def _rotation_p(
    counts: Floats, position: Integers, cycle: Integers, *, n: Floats, days: Integers
) -> float:
    generator = np.random.default_rng(_SEED)
    turned = np.zeros((ROTATIONS, len(n)))
    edges = np.flatnonzero(np.diff(cycle)) + 1
    for own in np.split(np.arange(len(cycle)), edges):
        shift = generator.integers(0, len(own), ROTATIONS)
        moved = counts[own[(np.arange(len(own)) + shift[:, None]) % len(own)]]
        places = np.zeros((len(own), len(n)))
        places[np.arange(len(own)), position[own]] = 1.0
        turned += moved @ places
    seen, chance = _chi_square(n[None, :], days)[0], _chi_square(turned, days)
    return float((1 + (chance >= seen - 1e-9).sum()) / (1 + ROTATIONS))


def _chi_square(n: Floats, days: Integers) -> Floats:
    expected = n.sum(axis=1, keepdims=True) * days / days.sum()
    observed = days > 0
    value: Floats = ((n - expected)[:, observed] ** 2 / expected[:, observed]).sum(axis=1)
    return value
