"""Loading a file of any kind: the profile's kind chooses the loader."""

from pathlib import Path
from typing import Any

from cop.errors import ProfileError
from cop.ingest.layer.history import read_line_area
from cop.ingest.mapping.load import RowProfile, load_mapped
from cop.ingest.mapping.read import read_by_mapping
from cop.ingest.profile.kind import (
    EventProfile,
    Profile,
    TerrainProfile,
)
from cop.ingest.reader import FileReader
from cop.ingest.sink.event import ingest_events
from cop.ingest.sink.kind import SINKS
from cop.ingest.sink.load import IngestReport, load_rows
from cop.ingest.source.registry import read_table
from cop.model.mapping import UPLOAD
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import SourceKind
from cop.settings import StoreSettings, UploadSettings
from cop.store.catalogue.reader import is_published

WATCH = "cop watch"
"""Who loads a file that nobody does by name."""


def ingest_file(
    settings: StoreSettings,
    path: Path,
    profile: Profile,
    *,
    reader: FileReader,
    dry_run: bool = False,
    progress: StepProgress = ignore_progress,
    uploads: UploadSettings | None = None,
    by: str = WATCH,
) -> IngestReport:
    """Load a file by its profile as one new version; ``dry_run`` only reports what would happen.

    ``reader`` parses it: a SandboxReader whatever comes from outside, a DirectReader a file that
    this program trusts. A profile with ``reader: upload`` is read in the sandbox within
    ``uploads``, and the load is noted under the name ``by``.
    """
    if isinstance(profile, RowProfile) and profile.reader == UPLOAD:
        limits = uploads or UploadSettings.model_construct()
        near = read_line_area(settings) if is_published(settings) else None
        table = read_by_mapping(path, profile, limits, near=near, progress=progress)
        return load_mapped(
            settings, table, profile, by=by, strict=False, dry_run=dry_run, progress=progress
        )
    how: Any = {"dry_run": dry_run, "progress": progress}
    if isinstance(profile, TerrainProfile):
        from cop.ingest.sink.terrain import ingest_terrain

        return ingest_terrain(settings, path, profile, reader=reader, **how)
    if isinstance(profile, EventProfile):
        return ingest_events(settings, path, profile, reader=reader, **how)
    table = read_table(path, profile, progress, reader=reader)
    return load_rows(settings, table, profile, SINKS[profile.kind], file=path.name, **how)


def check_kind(profile: Profile, kind: SourceKind) -> None:
    """Raise ProfileError where a profile is of another kind than was asked for."""
    if profile.kind != kind:
        raise ProfileError(
            f"profile {profile.name} is of {profile.kind}, not {kind}: "
            f"use `cop ingest {profile.kind} FILE --profile {profile.name}`"
        )
