"""A warehouse whose records are released to some agencies, and what each agency may read of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cop.ingest.profile.file import build_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.model.marking import MARKINGS, Marking
from cop.model.release import Release
from cop.settings import StoreSettings

AGENCIES = ("JTF", "CBP", "DPS", "PCSO", "HCSO")
"""The joint force, a federal agency, a state's and two counties'."""
START = datetime(2026, 3, 1, tzinfo=UTC)
SECTORS = ((-117.0, 32.55), (-110.95, 31.4), (-106.4, 31.75), (-99.5, 27.5), (-97.6, 25.95))
"""Places in San Diego, Tucson, El Paso, Laredo and Rio Grande Valley."""
_KINDS = ("crossing", "apprehension", "rescue", "death", "seizure")


def release_to(agency: str, highest: str = "TLP:AMBER+STRICT") -> Release:
    """What people of an agency may read."""
    return Release(agency=agency, highest=highest)


RELEASES = tuple(release_to(agency, highest) for agency in AGENCIES for highest in MARKINGS)
"""Every agency with every highest label."""


@dataclass(frozen=True)
class ReleasedEvent:
    """An event of the made-up file, with the marking that it ends up with."""

    source_id: str
    source: str
    marking: str
    kind: str
    count: int
    lon: float
    lat: float
    occurred_at: datetime


def draw_events(
    n: int, *, seed: int, source: str = "table", least: str = "TLP:CLEAR"
) -> list[ReleasedEvent]:
    """Draw events of every label, released to any agencies or to none in particular."""
    rng = np.random.default_rng(seed)
    drawn = []
    for i in range(n):
        named = [code for code in AGENCIES if rng.random() < 0.4] if rng.random() < 0.6 else []
        label = MARKINGS[int(rng.integers(MARKINGS.index(least), len(MARKINGS)))]
        lon, lat = SECTORS[int(rng.integers(len(SECTORS)))]
        drawn.append(
            ReleasedEvent(
                source_id=f"{source}-{i}",
                source=source,
                marking=str(Marking.of(label, named)),
                kind=_KINDS[int(rng.integers(len(_KINDS)))],
                count=int(rng.integers(1, 9)),
                lon=lon + float(rng.normal(0, 0.05)),
                lat=lat + float(rng.normal(0, 0.05)),
                occurred_at=START + timedelta(minutes=int(rng.integers(60 * 24 * 90))),
            )
        )
    return drawn


def may_read(release: Release, marking: str) -> bool:
    """What the rules say, written down once more: labels in order, agencies by name."""
    label, _, named = marking.partition("//REL TO ")
    order = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
    if order.index(label) > order.index(release.highest):
        return False
    return not named or release.agency in named.split(", ")


def load_events(
    settings: StoreSettings,
    folder: Path,
    events: Sequence[ReleasedEvent],
    *,
    marking: str = "TLP:CLEAR",
    synthetic: bool = False,
) -> None:
    """Load events of one source through the pipeline, each with its own marking."""
    source = events[0].source
    rows = [
        {
            "id": event.source_id,
            "kind": event.kind,
            "count": event.count,
            "lon": event.lon,
            "lat": event.lat,
            "at": event.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "marking": event.marking,
        }
        for event in events
    ]
    _load(settings, folder / f"{source}.csv", rows, _event_profile(source, marking, synthetic))


def load_places(
    settings: StoreSettings, folder: Path, rows: Iterable[tuple[str, float, float, str]]
) -> None:
    """Load places with a name, lon, lat and marking."""
    profile = {
        "kind": "places",
        "source": _source("places", "TLP:CLEAR", False),
        "reader": "csv",
        "columns": {"name": "name", "lon": "lon", "lat": "lat", "marking": "marking"},
        "values": {"facility_type": "other", "uncertainty_m": 100},
        "identity": ["name"],
    }
    columns = ("name", "lon", "lat", "marking")
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    _load(settings, folder / "places.csv", listed, profile)


def load_sensors(
    settings: StoreSettings, folder: Path, rows: Iterable[tuple[str, float, float, str]]
) -> None:
    """Load towers that look around 15 km, each with an id, lon, lat and marking."""
    profile = {
        "kind": "sensors",
        "source": _source("towers", "TLP:CLEAR", False),
        "reader": "csv",
        "columns": {"sensor_id": "id", "lon": "lon", "lat": "lat", "marking": "marking"},
        "values": {"kind": "tower", "range_m": 15_000, "height_m": 20},
        "time": {"format": "%Y-%m-%dT%H:%M:%SZ"},
    }
    columns = ("id", "lon", "lat", "marking")
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    _load(settings, folder / "towers.csv", listed, profile)


def _event_profile(source: str, marking: str, synthetic: bool) -> dict[str, Any]:
    return {
        "kind": "events",
        "source": _source(source, marking, synthetic),
        "reader": "csv",
        "columns": {
            "source_id": "id",
            "kind": "kind",
            "count": "count",
            "lon": "lon",
            "lat": "lat",
            "occurred_at": "at",
            "marking": "marking",
        },
        "values": {"unit": "people", "detection": "patrol", "confidence": "high"},
        "time": {"format": "%Y-%m-%dT%H:%M:%SZ", "precision": "minute"},
    }


def _source(name: str, marking: str, synthetic: bool) -> dict[str, Any]:
    return {
        "id": name,
        "title": name.title(),
        "publisher": "the table",
        "terms": "none",
        "marking": marking,
        "synthetic": synthetic,
    }


def _load(
    settings: StoreSettings, path: Path, rows: list[dict[str, Any]], profile: dict[str, Any]
) -> None:
    pd.DataFrame(rows).to_csv(path, index=False)
    built = build_profile(path.stem, profile)
    report = ingest_file(settings, path, built, reader=DirectReader())
    assert report.rejected == 0, report
