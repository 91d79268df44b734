"""Loading a file of any kind: the profile's kind chooses the loader."""

from pathlib import Path
from typing import Any

from cop.errors import ProfileError
from cop.ingest.event import ingest_events
from cop.ingest.facility import ingest_places
from cop.ingest.line import ingest_lines
from cop.ingest.load import IngestReport
from cop.ingest.profile import (
    EventProfile,
    LineProfile,
    PlaceProfile,
    Profile,
    SensorProfile,
    StatisticProfile,
)
from cop.ingest.sensor import ingest_sensors
from cop.ingest.statistic import ingest_statistics
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import SourceKind
from cop.settings import StoreSettings


def ingest_file(
    settings: StoreSettings,
    path: Path,
    profile: Profile,
    *,
    dry_run: bool = False,
    progress: StepProgress = ignore_progress,
) -> IngestReport:
    """Load a file by its profile as one new version; ``dry_run`` only reports what would happen."""
    how: Any = {"dry_run": dry_run, "progress": progress}
    match profile:
        case EventProfile():
            return ingest_events(settings, path, profile, **how)
        case SensorProfile():
            return ingest_sensors(settings, path, profile, **how)
        case StatisticProfile():
            return ingest_statistics(settings, path, profile, **how)
        case PlaceProfile():
            return ingest_places(settings, path, profile, **how)
        case LineProfile():
            return ingest_lines(settings, path, profile, **how)
        case _:
            from cop.ingest.terrain import ingest_terrain

            return ingest_terrain(settings, path, profile, dry_run=dry_run)


def check_kind(profile: Profile, kind: SourceKind) -> None:
    """Raise ProfileError where a profile is of another kind than was asked for."""
    if profile.kind != kind:
        raise ProfileError(
            f"profile {profile.name} is of {profile.kind}, not {kind}: "
            f"use `cop ingest {profile.kind} FILE --profile {profile.name}`"
        )
