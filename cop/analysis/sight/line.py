"""The line of sight between two places over the heights between them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from cop.analysis.sight.gdal import CURVATURE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

SEMI_MAJOR_M: Final = 6_378_137.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SightLine:
    """A line of sight over heights at distances from its beginning (n,), meters.

    ``ground_m`` is lowered by the earth's curvature less refraction, so that the line ``line_m`` is
    straight; NaN where no height is known. ``blocked_m`` is the distance of the first ground that
    stands into the line, None where it is clear. ``is_known`` tells whether unknown heights could
    change that; ``clearance_m`` is the least height of the line over the known ground between.
    """

    distance_m: "Floats"
    ground_m: "Floats"
    line_m: "Floats"
    blocked_m: float | None
    is_known: bool
    clearance_m: float


def lower_ground(heights_m: "Floats", distance_m: "Floats") -> "Floats":
    """Return heights above the plane that touches the earth at distance 0, refraction included."""
    return heights_m - distance_m**2 * CURVATURE / (2 * SEMI_MAJOR_M)


def build_sight_line(
    distance_m: "Floats", heights_m: "Floats", *, from_m: float, to_m: float
) -> SightLine:
    """Judge the line between ``from_m`` above the first height and ``to_m`` above the last one.

    Both ends have a height; ``distance_m`` rises from 0.
    """
    ground = lower_ground(heights_m, distance_m)
    begin, end = ground[0] + from_m, ground[-1] + to_m
    line = begin + (end - begin) * distance_m / distance_m[-1]
    over = (line - ground)[1:-1]
    blocked = np.flatnonzero(over < 0)
    return SightLine(
        distance_m=distance_m,
        ground_m=ground,
        line_m=line,
        blocked_m=float(distance_m[1:-1][blocked[0]]) if len(blocked) else None,
        is_known=bool(len(blocked)) or not np.isnan(over).any(),
        clearance_m=float(np.nanmin(over)) if len(over) and not np.isnan(over).all() else np.inf,
    )


def chance_of_sight(line: SightLine, errors: "npt.NDArray[np.float32]", *, error_m: float) -> float:
    """Return in which share of the draws of errors (draws, n) the line is clear.

    The ends rise with the ground that they stand on.
    """
    error = errors * error_m
    part = line.distance_m / line.distance_m[-1]
    shifted = line.line_m + error[:, :1] * (1 - part) + error[:, -1:] * part
    over = (shifted - line.ground_m - error)[:, 1:-1]
    return float(np.mean(~(over < 0).any(axis=1)))
