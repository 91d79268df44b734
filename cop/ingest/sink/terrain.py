"""Loading a raster of heights: converted to a COG and published, with what it holds as a record."""

import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
from shapely.geometry import box

from cop.errors import InputFileError, StoreError
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.reader import DirectReader, FileReader
from cop.ingest.region import ensure_region
from cop.ingest.sink.load import IngestReport, finish_load
from cop.model.progress import StepProgress, ignore_progress
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.raster import FOLDER
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import TERRAIN

CRS = "EPSG:4326"


def ingest_terrain(
    settings: StoreSettings,
    path: Path,
    profile: TerrainProfile,
    *,
    dry_run: bool = False,
    reader: FileReader | None = None,
    progress: StepProgress = ignore_progress,
) -> IngestReport:
    """Publish the heights of a file by a profile; with ``dry_run`` only report what would happen.

    The report counts files: 1 accepted, or 1 duplicate where the same bytes are there already.
    Raise InputFileError where the file is not a raster of heights that can be used.
    """
    sha256 = _fingerprint(path)
    with TemporaryDirectory(prefix="cop-terrain-") as scratch:
        cog = Path(scratch) / "heights.tif"
        raster = (reader or DirectReader()).read_heights(path, profile, cog)
        with open_transaction(settings) as transaction:
            ensure_region(transaction, settings.region)
            stored = transaction.store_file(FOLDER, ".tif", lambda draft: _copy(cog, draft))
            row = gpd.GeoDataFrame(
                {
                    "width": [raster.width],
                    "height": [raster.height],
                    "pixel_deg": [raster.pixel_deg],
                    "nodata": [raster.nodata],
                    "title": profile.source.title,
                    "sha256": sha256,
                    "path": stored.relative_to(transaction.folder).as_posix(),
                    "min_m": raster.min_m,
                    "max_m": raster.max_m,
                },
                geometry=[box(*raster.bounds)],
                crs=CRS,
            )
            counts = merge_records(transaction, TERRAIN, profile.source, row, key=("sha256",))
            if counts.accepted and not dry_run:
                rebuild_coverage(transaction, progress)
            return finish_load(transaction, path.name, profile, counts, dry_run=dry_run)


def _fingerprint(path: Path) -> str:
    if not path.is_file():
        raise InputFileError(f"{path}: no such file; check the path")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(cog: Path, target: Path) -> None:
    try:
        shutil.copyfile(cog, target)
    except OSError as fault:
        raise StoreError(f"the raster {target} could not be written: {fault}") from fault
