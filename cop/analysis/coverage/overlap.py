"""How many sensors see each point of a grid at a moment, and where that is unknown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from cop.analysis.coverage.status import DEGRADED, UNREPORTED, UP
from cop.analysis.coverage.step import DEGRADED_SHARE
from cop.analysis.sight.footprint import HIDDEN, PERCENT, SEEN, UNKNOWN, UNSURE, SightPicture

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.uint8]
    States = npt.NDArray[np.int8]

View = Literal["outside", "hidden", "unknown", "unsure", "one", "several", "lost", "gained"]
VIEWS: Final[tuple[View, ...]] = (
    "outside",
    "hidden",
    "unknown",
    "unsure",
    "one",
    "several",
    "lost",
    "gained",
)
"""Codes by their place: out of every range, within range but not seen, unknown, seen with less
than even chance, by one sensor, by more. Of two that apply the later one holds. Where changes of
sensors are tried, what is no longer seen, and what is seen only with them."""

_MOST_COUNTED: Final = 254


def overlap_views(
    footprints: Sequence[SightPicture], states: "States", x: "Floats", y: "Floats"
) -> "Codes":
    """Return the code of the view (rows, columns) at the crossings of columns and rows.

    ``states`` (placements,) are codes of STATE_CODES; a sensor that is down counts for nothing, one
    that has not reported may see what it would. ``x`` (columns,) and ``y`` (rows,) are shares of
    the Web Mercator world from the west and the north.
    """
    shape = (len(y), len(x))
    number, missed = np.zeros(shape, np.uint16), np.ones(shape)
    reached, maybe = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for footprint, state in zip(footprints, states.tolist(), strict=True):
        if state not in {UP, DEGRADED, UNREPORTED} or not footprint.touches(x, y):
            continue
        percent = footprint.pick(x, y)
        is_seen = (percent > 0) & (percent < HIDDEN)
        reached |= percent > 0
        maybe |= percent == UNKNOWN
        if state == UNREPORTED:
            maybe |= is_seen
            continue
        share = 1.0 if state == UP else DEGRADED_SHARE
        chance = np.where(is_seen, percent * (share / PERCENT), 0.0)
        number += chance >= SEEN
        missed *= 1.0 - chance
    seen = 1.0 - missed
    code = np.where(reached, VIEWS.index("hidden"), VIEWS.index("outside"))
    code[maybe] = VIEWS.index("unknown")
    code[seen >= UNSURE] = VIEWS.index("unsure")
    code[seen >= SEEN] = VIEWS.index("one")
    code[number > 1] = VIEWS.index("several")
    return code.astype(np.uint8)


def compare_views(before: "Codes", after: "Codes") -> "Codes":
    """Return the views after changes, with what is seen only since or no longer by even chance."""
    was, now = (code >= VIEWS.index("one") for code in (before, after))
    code = after.copy()
    code[was & ~now] = VIEWS.index("lost")
    code[now & ~was] = VIEWS.index("gained")
    return code


def count_sensors(
    footprints: Sequence[SightPicture],
    states: "States",
    x: "Floats",
    y: "Floats",
    *,
    unknown: int,
) -> "Codes":
    """Return how many working sensors see each crossing (rows, columns) with at least even chance.

    ``unknown`` stands where none does, but heights or reports are missing. At most 254 count.
    """
    number = np.zeros((len(y), len(x)), np.int64)
    maybe = np.zeros(number.shape, np.bool_)
    for footprint, state in zip(footprints, states.tolist(), strict=True):
        if state not in {UP, DEGRADED, UNREPORTED} or not footprint.touches(x, y):
            continue
        percent = footprint.pick(x, y)
        is_seen = (percent > 0) & (percent < HIDDEN)
        if state == UNREPORTED:
            maybe |= is_seen
            continue
        share = 1.0 if state == UP else DEGRADED_SHARE
        number += is_seen & (percent * (share / PERCENT) >= SEEN)
        maybe |= percent == UNKNOWN
    number = np.minimum(number, _MOST_COUNTED)
    return np.where((number == 0) & maybe, unknown, number).astype(np.uint8)
