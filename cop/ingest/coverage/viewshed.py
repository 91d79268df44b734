"""The viewsheds of a warehouse: built anew where a sensor or the heights around it changed."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from cop.analysis.coverage.piece import Pieces, cut_segments
from cop.analysis.coverage.sighting import look_up
from cop.analysis.sight.footprint import build_areas, build_footprint
from cop.analysis.sight.viewshed import Placement, build_viewshed
from cop.errors import DamageError
from cop.ingest.coverage.report import read_positions
from cop.ingest.coverage.segment import rebuild_segment_coverage
from cop.model.progress import StepProgress, ignore_progress
from cop.query.coverage.ground import HeightSource, list_sources, near_sources, read_ground
from cop.query.coverage.placement import (
    build_placements,
    footprint_of,
    name_sight,
    placement_of,
)
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.schema import (
    COVERAGE,
    COVERAGE_COLUMNS,
    PLACEMENTS,
    POINT_COLUMNS,
    SEGMENT_COVERAGE,
    SENSORS,
    TERRAIN,
    VIEWSHED_COLUMNS,
    VIEWSHEDS,
)

STEP = "viewsheds"
Row = dict[str, Any]


def rebuild_coverage(
    transaction: WriteTransaction, progress: StepProgress = ignore_progress
) -> None:
    """Follow a change of sensors, of their places, of heights or of segments.

    A viewshed that is there already, of the same sensor over the same heights, is kept.
    """
    if not transaction.has(SENSORS):
        for dataset in (PLACEMENTS, VIEWSHEDS, COVERAGE, SEGMENT_COVERAGE):
            transaction.drop(dataset)
        return
    placements = build_placements(transaction.read(SENSORS), read_positions(transaction))
    terrain = transaction.read(TERRAIN) if transaction.has(TERRAIN) else None
    sources = [] if terrain is None else list_sources(terrain)
    built = _build(transaction, placements, sources, progress)
    named = {name: [row[name] for row in built] for name in ("sight_key", "terrain", "heights")}
    points = gpd.points_from_xy(placements["lon"], placements["lat"], crs="EPSG:4326")
    placed = gpd.GeoDataFrame(placements.assign(**named), geometry=points)
    transaction.replace(PLACEMENTS, placed, POINT_COLUMNS)
    seen = {row["sight_key"]: row for row in built}
    viewsheds = pd.DataFrame([seen[name] for name in sorted(seen)], columns=list(VIEWSHED_COLUMNS))
    transaction.replace(VIEWSHEDS, viewsheds, VIEWSHED_COLUMNS)
    transaction.replace(COVERAGE, _spread(placed, built), COVERAGE_COLUMNS)
    rebuild_segment_coverage(transaction)


def _build(
    transaction: WriteTransaction,
    placements: pd.DataFrame,
    sources: Sequence[HeightSource],
    progress: StepProgress,
) -> list[Row]:
    """Return what is seen from each placement; ``areas`` are its bands, ``heights`` the rasters."""
    looks = [placement_of(row) for row in placements.itertuples()]
    near = [near_sources(sources, look) for look in looks]
    names = [name_sight(*both) for both in zip(looks, near, strict=True)]
    segments = str(transaction.path_of("segments"))
    pieces = cut_segments(transaction.read("segments").sort_values("km_from", ignore_index=True))
    rows = _read_stored(transaction)
    missing = {
        n: b for n, b in zip(names, zip(looks, near, strict=True), strict=True) if n not in rows
    }
    progress(STEP, 0, len(missing))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = {n: pool.submit(_look, transaction.folder, *b) for n, b in missing.items()}
        for name, task in tasks.items():
            rows[name] = task.result() | {"sight_key": name, "segments": None}
            progress(STEP, 1, len(missing))
    return [
        _see_pieces(rows[name], segments, pieces) | {"heights": [source.path for source in own]}
        for name, own in zip(names, near, strict=True)
    ]


def _look(folder: Path, look: Placement, sources: Sequence[HeightSource]) -> Row:
    """Build one viewshed as it is stored. GDAL lets other threads run meanwhile."""
    ground = read_ground(folder, sources, lon=look.lon, lat=look.lat, range_m=look.range_m)
    viewshed = build_viewshed(look, ground)
    footprint = build_footprint(viewshed)
    rows, columns = footprint.percent.shape
    return {
        "terrain": viewshed.terrain,
        "zoom": footprint.zoom,
        "left": footprint.left,
        "top": footprint.top,
        "rows": rows,
        "columns": columns,
        "percent": footprint.pack(),
        "areas": build_areas(look, viewshed),
    }


def _see_pieces(row: Row, segments: str, pieces: Pieces) -> Row:
    """Add the pieces of segments that are seen, where those of the row are of other segments."""
    if row["segments"] == segments:
        return row
    piece, percent = look_up(pieces, footprint_of(row))
    return row | {"segments": segments, "pieces": piece.tolist(), "chances": percent.tolist()}


def _read_stored(transaction: WriteTransaction) -> dict[str, Row]:
    """Return the viewsheds that are there by name; none where they are damaged."""
    if not (transaction.has(VIEWSHEDS) and transaction.has(COVERAGE)):
        return {}
    try:
        viewsheds, bands = transaction.read(VIEWSHEDS), transaction.read(COVERAGE)
    except DamageError:
        return {}
    areas: dict[str, dict[str, tuple[shapely.Geometry, float]]] = {}
    for row in bands.itertuples():
        areas.setdefault(row.sight_key, {})[row.band] = (row.geometry, row.area_km2)
    return {
        str(row["sight_key"]): {**row, "areas": areas.get(str(row["sight_key"]), {})}
        for row in viewsheds.to_dict("records")
    }


def _spread(placed: gpd.GeoDataFrame, built: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return one row for each placement and band, with its area."""
    bands = [(i, band, *area) for i, row in enumerate(built) for band, area in row["areas"].items()]
    number, band, geometry, area_km2 = zip(*bands, strict=True) if bands else ((), (), (), ())
    of = pd.DataFrame(placed.drop(columns="geometry")).iloc[list(number)]
    frame = of.reset_index(drop=True).assign(band=list(band), area_km2=list(area_km2))
    return gpd.GeoDataFrame(frame, geometry=list(geometry), crs="EPSG:4326")
