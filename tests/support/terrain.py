"""Made-up terrain and the plainest line of sight, to judge viewsheds by."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

from cop.analysis.sight.grid import SightGrid
from cop.analysis.sight.viewshed import Ground, Viewshed

EARTH_M = 6_378_137.0
Floats = npt.NDArray[np.float64]


def make_grid(*, cells: int = 40, cell_m: float = 100.0) -> SightGrid:
    """A grid of ``cells`` cells to each side of its middle, where no zone has its edge."""
    return SightGrid(-110.9, 31.5, cell_m, 2 * cells + 1)


def make_ground(heights: Floats, grid: SightGrid, *, error_m: float = 0.0) -> Ground:
    """Heights on a grid, one to a cell."""
    return Ground(
        grid=grid,
        heights=heights.astype(np.float32),
        spacing_m=grid.cell_m,
        error_m=error_m,
    )


def make_viewshed(grid: SightGrid, seed: int = 0) -> Viewshed:
    """Blocks of three cells, each of one kind, with chances of whole percents where seen."""
    random = np.random.default_rng(seed)
    blocks = random.choice(5, (grid.side // 3 + 1,) * 2)
    kind = np.repeat(np.repeat(blocks, 3, axis=0), 3, axis=1)[: grid.side, : grid.side]
    chance = np.where(kind == 1, random.integers(50, 101, kind.shape) / 100, 0.0)
    chance = np.where(kind == 2, random.integers(5, 50, kind.shape) / 100, chance)
    return Viewshed(
        grid=grid,
        chance=chance.astype(np.float32),
        unknown=kind == 3,
        reached=kind > 0,
        terrain="partial",
    )


def offsets(grid: SightGrid) -> tuple[Floats, Floats]:
    """Meters east and north of the middle of each cell."""
    step = (np.arange(grid.side) - grid.side // 2) * grid.cell_m
    east, north = np.meshgrid(step, -step)
    return east, north


def see_by_force(
    heights: Floats, cell_m: float, row: int, column: int, *, height_m: float, target_m: float
) -> bool:
    """Whether the middle sees a cell: the line to it is over the ground at every half a cell.

    The ground between the middles of four cells is what they have, weighted by distance.
    """
    middle = len(heights) // 2
    steps = max(1, 2 * max(abs(row - middle), abs(column - middle)))
    part = np.arange(1, steps) / steps
    along = np.hypot(row - middle, column - middle) * cell_m
    drop = (part * along) ** 2 * (6 / 7) / (2 * EARTH_M)
    rows, columns = middle + part * (row - middle), middle + part * (column - middle)
    r, c = np.floor(rows).astype(int), np.floor(columns).astype(int)
    fr, fc = rows - r, columns - c
    r2, c2 = np.minimum(r + 1, len(heights) - 1), np.minimum(c + 1, len(heights) - 1)
    ground = (
        heights[r, c] * (1 - fr) * (1 - fc)
        + heights[r2, c] * fr * (1 - fc)
        + heights[r, c2] * (1 - fr) * fc
        + heights[r2, c2] * fr * fc
    )
    begin = heights[middle, middle] + height_m
    end = heights[row, column] + target_m - along**2 * (6 / 7) / (2 * EARTH_M)
    return bool((begin + (end - begin) * part >= ground - drop).all())


def write_heights(
    path: Path,
    bounds: tuple[float, float, float, float],
    pixel_deg: float,
    height: Callable[[Floats, Floats], Floats],
) -> Path:
    """Write heights by longitude and latitude as a GeoTIFF in EPSG:4326; NaN is nodata."""
    west, south, east, north = bounds
    columns, rows = (round((b - a) / pixel_deg) for a, b in ((west, east), (south, north)))
    lon, lat = np.meshgrid(
        west + (np.arange(columns) + 0.5) * pixel_deg, north - (np.arange(rows) + 0.5) * pixel_deg
    )
    values = np.nan_to_num(height(lon, lat), nan=-32_768.0).astype(np.float32)
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "width": columns, "height": rows,
        "crs": "EPSG:4326", "nodata": -32_768.0,
        "transform": Affine(pixel_deg, 0.0, west, 0.0, -pixel_deg, north),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
    return path


def see_by_rings(
    heights: Floats, cell_m: float, *, height_m: float, target_m: float
) -> npt.NDArray[np.bool_]:
    """Which cells the middle sees by the rule that GDAL's edge mode takes, ring after ring.

    A cell's horizon is the line over that of the two cells of the ring before that the line to
    it passes between (Wang, Robinson and White, 2000, Generating Viewsheds without Using
    Sightlines, Photogrammetric Engineering and Remote Sensing 66).
    """
    middle = len(heights) // 2
    step = (np.arange(len(heights)) - middle) * cell_m
    ground = heights - (step**2 + step[:, None] ** 2) * (6 / 7) / (2 * EARTH_M)
    ground -= ground[middle, middle] + height_m
    top, seen = ground.copy(), np.ones(heights.shape, np.bool_)
    sides = [side for turned in (0, 1) for side in _sides(turned, top, seen, ground)]
    for ring in range(2, middle + 1):
        along = np.arange(-ring, ring + 1)
        part = np.abs(along) / ring
        inner = middle + along - np.sign(along)
        outer = np.clip(middle + along, middle - ring + 1, middle + ring - 1)
        for tops, sees, floor in sides:
            before = tops[middle + ring - 1]
            line = (before[inner] * part + before[outer] * (1 - part)) * ring / (ring - 1)
            here = (middle + ring, middle + along)
            sees[here] = floor[here] + target_m >= line
            tops[here] = np.maximum(floor[here], line)
    return seen


def _sides(turned: int, *grids: npt.NDArray[Any]) -> Iterator[list[npt.NDArray[Any]]]:
    """The same grids, seen so that one side of a ring is a row below the middle."""
    for flip in (1, -1):
        yield [(grid.T if turned else grid)[::flip] for grid in grids]
