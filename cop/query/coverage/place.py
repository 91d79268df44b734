"""What the sensors of a view see, at any place and of segments, with what is tried."""

from functools import lru_cache
from pathlib import Path

import geopandas as gpd

from cop.analysis.coverage.piece import Pieces, cut_segments
from cop.analysis.coverage.sighting import build_sighting, join_sightings
from cop.analysis.coverage.step import CoverageSteps, build_steps
from cop.model.filter import Filter
from cop.model.trial import SensorTrial
from cop.query.coverage.ground import list_sources
from cop.query.coverage.sights import Sights, load_sights
from cop.query.coverage.trial import try_sights
from cop.query.segment import read_segment_file
from cop.store.dataset.schema import OUTAGES, PLACEMENTS, TERRAIN, VIEWSHEDS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_FILES_CACHED = 4
_TRIALS_CACHED = 8


def read_sights(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter, *, tried: bool = True
) -> Sights | None:
    """Return what the sensors of a filter's records see; None where none are loaded.

    Its trials count only where they are ``tried``.
    """
    files = snapshot.catalogue.files
    if not {PLACEMENTS, VIEWSHEDS, "segments"} <= set(files):
        return None
    outages, terrain = (files[name][0] if name in files else None for name in (OUTAGES, TERRAIN))
    of = (files[PLACEMENTS][0], files[VIEWSHEDS][0], outages, resolved.records == "synthetic")
    if tried and resolved.trials:
        sights = _try(of, warehouse.folder, terrain, files["segments"][0], resolved.trials)
    else:
        sights = _load(of)
    return None if sights.is_empty else sights


def build_place_steps(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter, pieces: Pieces
) -> CoverageSteps | None:
    """Return the steps of places by their pieces; None where no such sensors are loaded."""
    sights = read_sights(warehouse, snapshot, resolved, tried=False)
    if sights is None:
        return None
    return build_steps(build_sighting(pieces, sights.footprints), sights.status)


def build_segment_steps(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter
) -> CoverageSteps | None:
    """Return the steps of segments by the sensors that a viewer may know of; None without any."""
    if snapshot.catalogue.admitted is None:
        return None
    sights = read_sights(warehouse, snapshot, resolved, tried=False)
    if sights is None:
        return None
    return _build_steps(sights, snapshot.catalogue.files["segments"][0])


# Sights are the same object as long as they are cached, which keeps what is built of them.
@lru_cache(_FILES_CACHED)
def _build_steps(sights: Sights, segments_file: str) -> CoverageSteps:
    pieces = read_pieces(segments_file)
    return build_steps(join_sightings(pieces, sights.seen), sights.status)


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def read_pieces(segments_file: str) -> Pieces:
    """Cut the segments of a stored file, west to east."""
    return cut_segments(read_segment_file(segments_file))


def _load(of: tuple[str, str, str | None, bool]) -> Sights:
    placements, viewsheds, outages, synthetic = of
    return load_sights(placements, viewsheds, outages, synthetic=synthetic)


@lru_cache(_TRIALS_CACHED)
def _try(
    of: tuple[str, str, str | None, bool],
    folder: Path,
    terrain_file: str | None,
    segments_file: str,
    trials: tuple[SensorTrial, ...],
) -> Sights:
    sources = [] if terrain_file is None else list_sources(gpd.read_parquet(terrain_file))
    pieces = read_pieces(segments_file)
    return try_sights(_load(of), trials, pieces, folder=folder, sources=sources)
