"""Publishing the demo: the region, SYNTHETIC events and sensors, as one new version."""

from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from cop.ingest.demo.composition import build_composition
from cop.ingest.demo.event import build_demo_events
from cop.ingest.demo.sensor import build_demo_sensors
from cop.ingest.locate import Locator
from cop.ingest.region import ensure_region, read_held_region
from cop.ingest.sensor import rebuild_coverage, replace_outages
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import merge_events, withdraw_source
from cop.store.dataset.record import merge_records, withdraw_records
from cop.store.dataset.schema import SENSORS
from cop.store.dataset.source import Source, register_source

SOURCE = Source(
    id="demo",
    title="SYNTHETIC demo",
    publisher="cop demo generator",
    terms="synthetic data, no rights reserved",
    attribution="SYNTHETIC demo data",
    synthetic=True,
    cadence_days=1,
)
SENSOR_SOURCE = SOURCE.model_copy(
    update={"id": "demo_sensors", "title": "SYNTHETIC demo sensors", "kind": "sensors"}
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
    with open_transaction(settings) as transaction:
        progress("region", 0)
        locator = ensure_region(transaction, settings.region)
        progress("sensors", 0)
        region = read_held_region(transaction)
        sensors, outages = build_demo_sensors(
            locator.segments, seed=seed, end=end, days=days, agencies=region.agencies
        )
        _replace_sensors(transaction, sensors, outages)
        withdraw_source(transaction, SOURCE.id)
        zones = {sector.code: sector.time_zone for sector in region.sectors}
        frames = build_demo_events(
            locator.segments, time_zones=zones, events=events, days=days, seed=seed, end=end
        )
        merge_events(transaction, SOURCE.id, _placed(locator, frames, progress, seed))
        register_source(transaction, SOURCE)
        return transaction.commit(describe_demo(events=events, days=days, seed=seed, end=end))


def describe_demo(*, events: int, days: int, seed: int, end: datetime) -> str:
    """Give the message of the version that a demo is published as."""
    return f"SYNTHETIC demo of {events} events over {days} days to {end:%Y-%m-%d}, seed {seed}"


def _replace_sensors(
    transaction: WriteTransaction, sensors: pd.DataFrame, outages: pd.DataFrame
) -> None:
    withdraw_records(transaction, SENSORS, SENSOR_SOURCE.id)
    merge_records(transaction, SENSORS, SENSOR_SOURCE, sensors, key=("sensor_id",))
    replace_outages(transaction, SENSOR_SOURCE.id, outages.assign(source=SENSOR_SOURCE.id))
    rebuild_coverage(transaction)
    register_source(transaction, SENSOR_SOURCE)


def _placed(
    locator: Locator, frames: Iterator[pd.DataFrame], progress: Progress, seed: int
) -> Iterator[pd.DataFrame]:
    groups = np.random.default_rng(seed)
    for frame in frames:
        placed = locator.place(frame).join(build_composition(frame, groups))
        yield placed.assign(source=SOURCE.id, marking=SOURCE.marking, synthetic=True)
        progress("events", len(frame))
