"""Loading a file of events: read, map, check, place, merge, publish; rejects keep reasons."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from cop.ingest.check import Checked, check_events
from cop.ingest.locate import Locator
from cop.ingest.profile import Profile
from cop.ingest.region import ensure_region
from cop.ingest.table import ROW, read_csv
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.merge import merge_events
from cop.store.publication import Publication, open_publication
from cop.store.source import register_source

PROBLEMS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of a file's rows; the four counts add up to all of them."""

    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    version: int | None
    problems: tuple[str, ...]

    def to_json(self) -> str:
        """Give the report as one JSON object."""
        return json.dumps(asdict(self))


def ingest_events(
    settings: StoreSettings, path: Path, profile: Profile, *, dry_run: bool = False
) -> IngestReport:
    """Load a file by a profile as one new version; with ``dry_run`` only say what would happen."""
    checked = check_events(read_csv(path), profile, file=path.name, now=utc_now())
    with open_publication(settings) as publication:
        locator = ensure_region(publication, settings.region)
        counts = merge_events(publication, profile.source.id, _placed(locator, checked))
        if dry_run:
            publication.discard()
            version = None
        else:
            if counts.accepted or counts.superseded or not publication.holds("sources"):
                register_source(publication, profile.source)
            version = publication.commit(f"events from {path.name} by profile {profile.name}")
            _keep_rejects(publication, profile, path, checked.rejects, version)
    return IngestReport(
        **asdict(counts),
        rejected=len(checked.rejects),
        version=version,
        problems=_problems(path, checked.rejects),
    )


def _placed(locator: Locator, checked: Checked) -> list[pd.DataFrame]:
    return [locator.place(checked.rows)] if len(checked.rows) else []


def _keep_rejects(
    publication: Publication, profile: Profile, path: Path, rejects: pd.DataFrame, version: int
) -> None:
    if rejects.empty:
        return
    folder = publication.folder / "rejects" / profile.source.id
    folder.mkdir(parents=True, exist_ok=True)
    kept = rejects[[ROW, "reason", *[c for c in rejects if c not in (ROW, "reason")]]]
    kept = kept.rename(columns={ROW: "row"}).assign(file=path.name)
    name = f"{version:06d}-{utc_now():%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}.csv"
    kept.to_csv(folder / name, index=False)


def _problems(path: Path, rejects: pd.DataFrame) -> tuple[str, ...]:
    first: list[dict[str, Any]] = rejects.head(PROBLEMS_SHOWN)[[ROW, "reason"]].to_dict("records")
    return tuple(f"{path.name}, row {row[ROW]}: {row['reason']}" for row in first)
