"""Publishing the demo: the region, SYNTHETIC events and sensors, as one new version."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pandas as pd

from cop.analysis.coverage import build_footprints
from cop.ingest.demo.event import build_demo_events
from cop.ingest.demo.sensor import build_demo_sensors
from cop.ingest.locate import Locator
from cop.ingest.region import ensure_region
from cop.settings import StoreSettings
from cop.store.merge import merge_events, withdraw_source
from cop.store.publication import open_publication
from cop.store.source import Source, register_source

SOURCE = Source(
    id="demo",
    title="SYNTHETIC demo",
    publisher="cop demo generator",
    terms="synthetic data, no rights reserved",
    attribution="SYNTHETIC demo data",
    synthetic=True,
    cadence_days=1,
)

Progress = Callable[[str, int], None]


def publish_demo(
    settings: StoreSettings,
    *,
    events: int,
    days: int,
    seed: int,
    end: datetime,
    progress: Progress,
) -> int:
    """Replace the demo's records in the warehouse and give the new version.

    ``progress`` is told a step and how many events it brought.
    """
    with open_publication(settings) as publication:
        progress("region", 0)
        locator = ensure_region(publication, settings.region)
        progress("sensors", 0)
        sensors, outages = build_demo_sensors(locator.segments, seed=seed, end=end, days=days)
        sensors = sensors.assign(synthetic=True)
        publication.replace("sensors", sensors)
        publication.replace("outages", outages)
        publication.replace("coverage", build_footprints(sensors))
        withdraw_source(publication, SOURCE.id)
        frames = build_demo_events(locator.segments, events=events, days=days, seed=seed, end=end)
        merge_events(publication, SOURCE.id, _placed(locator, frames, progress))
        register_source(publication, SOURCE)
        return publication.commit(f"SYNTHETIC demo of {events} events over {days} days")


def _placed(
    locator: Locator, frames: Iterator[pd.DataFrame], progress: Progress
) -> Iterator[pd.DataFrame]:
    for frame in frames:
        placed = locator.place(frame)
        yield placed.assign(source=SOURCE.id, marking=SOURCE.marking, synthetic=True)
        progress("events", len(frame))
