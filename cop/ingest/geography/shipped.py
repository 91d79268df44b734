"""The geography that is shipped with the package, so that its own regions need not be built.

Each folder below ``built`` holds the tables of one region as GeoParquet and a manifest of what
they were built from; they stand for a declaration that is equal to the one they were built for.
"""

import hashlib
import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from typing import Final

import geopandas as gpd
from pydantic import BaseModel, ConfigDict, ValidationError

from cop.errors import RegionError
from cop.ingest.geography.table import TABLES, Geography
from cop.model.region import Attribution, Region

FOLDER: Final = files("cop.ingest.geography") / "built"
MANIFEST: Final = "manifest.json"
VERSION: Final = 1
"""Increase it when the same declaration and packages give another geography, and ship that."""
_COMPRESSION_LEVEL: Final = 19


class GeographyManifest(BaseModel):
    """What shipped tables were built from; ``tables`` has the sha256 of each one's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declaration_sha256: str
    geography_version: int
    attributions: tuple[Attribution, ...]
    tables: dict[str, str]


def read_manifest(region: Region, folder: Traversable = FOLDER) -> GeographyManifest | None:
    """Read the manifest of a region's shipped tables; None unless its declaration is theirs."""
    path = folder / region.name / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = GeographyManifest.model_validate_json(path.read_bytes())
    except ValidationError as fault:
        raise RegionError(f"{path}: no manifest: {fault}: install the program again") from fault
    return manifest if manifest.declaration_sha256 == declaration_sha256(region) else None


def read_shipped(region: Region, folder: Traversable = FOLDER) -> Geography | None:
    """Read the shipped geography of a region; None where its declaration is another."""
    manifest = read_manifest(region, folder)
    if manifest is None:
        return None
    tables = {name: _read(folder / region.name, name, manifest) for name in TABLES}
    return Geography(region=region, attributions=manifest.attributions, **tables)


def read_shipped_table(
    region: Region, name: str, folder: Traversable = FOLDER
) -> gpd.GeoDataFrame | None:
    """Read one shipped table of a region; None where its declaration is another."""
    manifest = read_manifest(region, folder)
    return None if manifest is None else _read(folder / region.name, name, manifest)


def write_shipped(geography: Geography, folder: Path) -> Path:
    """Write the tables and manifest of a built region and return their folder below ``folder``."""
    place = folder / geography.region.name
    place.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name in TABLES:
        path = place / _file_name(name)
        table: gpd.GeoDataFrame = getattr(geography, name)
        table.to_parquet(path, compression="zstd", compression_level=_COMPRESSION_LEVEL)
        hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = GeographyManifest(
        declaration_sha256=declaration_sha256(geography.region),
        geography_version=VERSION,
        attributions=geography.attributions,
        tables=hashes,
    )
    text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (place / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return place


def declaration_sha256(region: Region) -> str:
    """Return the sha256 of a declaration: of what it declares, not of how its file is written."""
    return hashlib.sha256(region.model_dump_json().encode()).hexdigest()


def _read(place: Traversable, name: str, manifest: GeographyManifest) -> gpd.GeoDataFrame:
    path = place / _file_name(name)
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise RegionError(f"{path}: cannot be read: {fault}: install the program again") from fault
    if hashlib.sha256(content).hexdigest() != manifest.tables.get(name):
        raise RegionError(f"{path}: is damaged, its sha256 is another: install the program again")
    return gpd.read_parquet(BytesIO(content))


def _file_name(table: str) -> str:
    return f"{table}.parquet"
