"""The ground that a sensor sees: how likely each cell is seen, and which cells are unknown."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from cop.analysis.sight.gdal import build_visible
from cop.analysis.sight.grid import SightGrid

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Bools = npt.NDArray[np.bool_]

Terrain = Literal["full", "partial", "none"]
"""Whether heights are known all over a sensor's range, in a part of it, or not where it stands."""

TARGET_M: Final = 1.7
DRAWS: Final = 20
_DRAWN_CELLS: Final = 256
_ERROR_STEP_M: Final = 300.0
_PLAIN_CELLS: Final = 64
_FULL_CIRCLE: Final = 360.0
_ZONE_SCALE: Final = 1.002
"""More than a UTM zone stretches at its edge: what is in range is cut by true distance."""
_DEEP_M: Final = 1_000.0
_UNSURE: Final = 0.1
_SEED: Final = 20_260


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a sensor stands (EPSG:4326 degrees) and how it looks.

    ``height_m`` is above the ground. It looks all round where ``azimuth_deg`` or ``fov_deg`` is
    None. What it sees it detects with the probability ``detect_near`` at its foot, falling
    evenly to ``detect_far`` at its range.
    """

    lon: float
    lat: float
    height_m: float
    range_m: float
    azimuth_deg: float | None = None
    fov_deg: float | None = None
    detect_near: float = 1.0
    detect_far: float = 1.0

    @property
    def view(self) -> tuple[float, float] | None:
        """The azimuth it looks at and the angle to both sides, degrees; None: all round."""
        if self.azimuth_deg is None or self.fov_deg is None or self.fov_deg >= _FULL_CIRCLE:
            return None
        return self.azimuth_deg, self.fov_deg / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Heights on a grid: (side, side) meters, NaN where none is known.

    ``spacing_m`` is how far apart the source has heights, ``error_m`` the standard deviation of
    their error, relative to those around.
    """

    grid: SightGrid
    heights: "Floats"
    spacing_m: float
    error_m: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Viewshed:
    """How likely each cell of a grid is seen (side, side), 0 to 1, and which cells are unknown.

    ``reached`` are the cells within range and field of view. A cell is unknown where it has no
    height, or where it depends on a height that is not known; its chance is then what is certain.
    """

    grid: SightGrid
    chance: "Floats"
    unknown: "Bools"
    reached: "Bools"
    terrain: Terrain


def build_viewshed(
    placement: Placement,
    ground: Ground | None,
    *,
    grid: SightGrid | None = None,
    target_m: float = TARGET_M,
    draws: int = DRAWS,
) -> Viewshed:
    """Return what a sensor sees of targets of a height; without heights all within its range.

    Where there are heights, but none at its own place, all within its range is unknown.

    Each of ``draws`` adds an error to the heights, as large as theirs, and the chance of a cell is
    the share of draws in which it is seen; heights without an error are judged once.
    """
    grid = ground.grid if ground else grid or _grid_of(placement)
    distance, azimuth = grid.measure()
    reached = (distance <= placement.range_m) & _is_in_view(placement, azimuth)
    middle = grid.side // 2
    reached[middle, middle] = True
    fall = placement.detect_far - placement.detect_near
    detect = placement.detect_near + fall * np.minimum(distance / placement.range_m, 1.0)
    if ground is None or np.isnan(ground.heights[reached]).all():
        chance = np.where(reached, detect, 0.0).astype(np.float32)
        return Viewshed(
            grid=grid,
            chance=chance,
            unknown=np.zeros_like(reached),
            reached=reached,
            terrain="none",
        )
    if np.isnan(ground.heights[middle, middle]):
        chance = np.zeros(reached.shape, np.float32)
        return Viewshed(
            grid=grid, chance=chance, unknown=reached, reached=reached, terrain="partial"
        )
    seen, unknown = _judge(placement, ground, reached, target_m, draws)
    return Viewshed(
        grid=grid,
        chance=np.where(reached, seen * detect, 0.0).astype(np.float32),
        unknown=unknown & reached,
        reached=reached,
        terrain="partial" if np.isnan(ground.heights[reached]).any() else "full",
    )


def _grid_of(placement: Placement) -> SightGrid:
    return SightGrid.around(
        placement.lon,
        placement.lat,
        range_m=placement.range_m,
        spacing_m=placement.range_m / _PLAIN_CELLS,
    )


def _is_in_view(placement: Placement, azimuth: "npt.NDArray[np.float64]") -> "Bools":
    if placement.view is None:
        return np.ones(azimuth.shape, np.bool_)
    center, half = placement.view
    turn = np.abs((azimuth - center + 180.0) % _FULL_CIRCLE - 180.0)
    return np.asarray(turn <= half)


def _judge(
    placement: Placement, ground: Ground, reached: "Bools", target_m: float, draws: int
) -> tuple["Floats", "Bools"]:
    """Return how likely cells are seen, whatever is not known; and which may be seen beyond that.

    GDAL takes a cell without a height for one that hides nothing. So it is judged twice: as if the
    gaps were deep, and as if they were as high as the highest height around.
    """
    gaps = np.isnan(ground.heights)
    if not (gaps & reached).any():
        filled = np.where(gaps, np.nanmin(ground.heights), ground.heights)
        return _draw(placement, ground, filled, target_m, draws), np.zeros_like(gaps)
    deep, high = np.nanmin(ground.heights) - _DEEP_M, np.nanmax(ground.heights)
    most, least = (
        _draw(placement, ground, np.where(gaps, fill, ground.heights), target_m, draws)
        for fill in (deep, high)
    )
    return np.where(gaps, 0.0, least), gaps | (most - least > _UNSURE)


def _draw(
    placement: Placement, ground: Ground, heights: "Floats", target_m: float, draws: int
) -> "Floats":
    """Return the share of draws in which cells are seen.

    A large grid is drawn in coarser cells. What those call certain is taken from the fine grid.
    """

    def see(of: "Floats", cell_m: float) -> "Bools":
        return build_visible(
            of,
            epsg=ground.grid.epsg,
            cell_m=cell_m,
            height_m=placement.height_m,
            target_m=target_m,
            range_m=placement.range_m * _ZONE_SCALE,
        )

    plain = see(heights, ground.grid.cell_m).astype(np.float32)
    if ground.error_m <= 0 or draws < 1:
        return plain
    coarse, cell_m, back = _coarsen(heights, ground.grid.cell_m)
    chance: Floats = np.zeros(coarse.shape, np.float32)
    for error in _draw_errors(len(coarse), cell_m, ground.spacing_m, draws):
        chance += see(coarse + ground.error_m * error, cell_m)
    chance = (chance / draws).astype(np.float32)[np.ix_(back, back)]
    if len(coarse) == len(heights):
        return chance
    return np.where((chance > 0) & (chance < 1), chance, plain)


def _coarsen(heights: "Floats", cell_m: float) -> tuple["Floats", float, "npt.NDArray[np.int64]"]:
    """Return every n-th cell around the middle one, their size, and of each fine row the coarse."""
    middle = len(heights) // 2
    step = max(1, math.ceil(middle / _DRAWN_CELLS))
    chosen = np.arange(middle % step, len(heights), step)
    back = np.rint((np.arange(len(heights)) - chosen[0]) / step).astype(np.int64)
    picked = heights[np.ix_(chosen, chosen)]
    return picked, cell_m * step, np.clip(back, 0, len(chosen) - 1)


def _draw_errors(
    side: int, cell_m: float, spacing_m: float, draws: int
) -> "npt.NDArray[np.float32]":
    """Return errors (draws, side, side) of unit variance, related as far as heights lie apart.

    The same ones each time: two viewsheds differ by what differs between their sensors.
    """
    posts_m = max(spacing_m, _ERROR_STEP_M)
    at = np.arange(side) * cell_m / posts_m
    post = np.floor(at).astype(np.int64)
    weight = np.zeros((side, post[-1] + 2), np.float32)
    weight[np.arange(side), post] = 1 - (at - post)
    weight[np.arange(side), post + 1] = at - post
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    random = np.random.default_rng(_SEED)
    posts = random.standard_normal((draws, weight.shape[1], weight.shape[1]), dtype=np.float32)
    return np.asarray(weight @ posts @ weight.T, np.float32)
