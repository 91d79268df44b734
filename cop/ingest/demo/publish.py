"""Publishing the demo: the region, SYNTHETIC events and sensors, as one new version."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby

import numpy as np
import pandas as pd
import pyarrow as pa

from cop.ingest.coverage.outage import rebuild_outages, write_outages
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.ingest.demo.composition import add_composition
from cop.ingest.demo.detection import DetectionNames
from cop.ingest.demo.draw import build_words
from cop.ingest.demo.event import build_demo_events
from cop.ingest.demo.sensor import build_demo_sensors
from cop.ingest.region import ensure_region, read_current_region
from cop.model.moment import format_instant
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_append import append_month, month_of_batch
from cop.store.dataset.event_merge import withdraw_source
from cop.store.dataset.locate import Locator
from cop.store.dataset.marking import Marked, mark_records, remark_by
from cop.store.dataset.record import merge_records, withdraw_records
from cop.store.dataset.schema import EVENTS, SENSORS
from cop.store.dataset.source import Source, at_least_stored, register_source

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
"""Called with a step and how many more events it added."""


def publish_demo(
    settings: StoreSettings,
    *,
    events: int,
    days: int,
    seed: int,
    end: datetime,
    progress: Progress,
) -> int:
    """Replace the demo's records in the warehouse and return the new version."""
    with open_transaction(settings) as transaction:
        progress("region", 0)
        locator = ensure_region(
            transaction, settings.region, lambda step, _share: progress(f"region: {step}", 0)
        )
        progress("sensors", 0)
        region = read_current_region(transaction)
        sensors, outages = build_demo_sensors(
            locator.segments, seed=seed, end=end, days=days, agencies=region.agencies
        )
        _replace_sensors(transaction, sensors, outages)
        withdraw_source(transaction, SOURCE.id)
        zones = {sector.code: sector.time_zone for sector in region.sectors}
        batches = build_demo_events(
            locator.segments, time_zones=zones, events=events, days=days, seed=seed, end=end
        )
        names = DetectionNames(sensors, outages, seed=seed)
        placed = _draw_ahead(_place(locator, batches, names, progress, seed))
        for month, of_month in groupby(placed, key=month_of_batch):
            append_month(transaction, SOURCE.id, month, of_month)
        _register_events(transaction)
        progress("publishing", 0)
        return transaction.commit(describe_demo(events=events, days=days, seed=seed, end=end))


def describe_demo(*, events: int, days: int, seed: int, end: datetime) -> str:
    """Return the message of the version that a demo is published as."""
    return f"SYNTHETIC demo of {events} events over {days} days to {end:%Y-%m-%d}, seed {seed}"


def _replace_sensors(
    transaction: WriteTransaction, sensors: pd.DataFrame, outages: pd.DataFrame
) -> None:
    stated = {name: _write(own) for name, own in outages.groupby("sensor_id")}
    frame = sensors.assign(outages=sensors["sensor_id"].map(stated))
    withdraw_records(transaction, SENSORS, SENSOR_SOURCE.id)
    source = at_least_stored(transaction, SENSOR_SOURCE)
    merge_records(transaction, SENSORS, source, frame, key=("sensor_id",))
    rebuild_outages(transaction)
    rebuild_coverage(transaction)
    register_source(transaction, source)


def _register_events(transaction: WriteTransaction) -> None:
    """Mark the events at least as their source, where that was raised."""
    source = at_least_stored(transaction, SOURCE)
    if source != SOURCE:
        mark_records(
            transaction, Marked(EVENTS, source.id), remark_by(SOURCE.marking, source.marking)
        )
    register_source(transaction, source)


def _write(outages: pd.DataFrame) -> str:
    return write_outages(
        (
            format_instant(row.down_at),
            None if pd.isna(row.up_at) else format_instant(row.up_at),
            row.cause,
        )
        for row in outages.itertuples()
    )


def _place(
    locator: Locator,
    batches: Iterator[pa.RecordBatch],
    names: DetectionNames,
    progress: Progress,
    seed: int,
) -> Iterator[pa.RecordBatch]:
    """Add groups, places, the sensors that detected them, and the source to raw events."""
    groups = np.random.default_rng(seed)
    for batch in batches:
        position = (batch[name].to_numpy() for name in ("lon", "lat", "uncertainty_m"))
        every = np.zeros(len(batch), dtype=np.int64)
        columns = {
            **locator.locate(*position),
            "source": build_words((SOURCE.id,), every),
            "marking": build_words((SOURCE.marking,), every),
            "synthetic": pa.array(every == 0),
        }
        placed = add_composition(names.name(batch), groups)
        for name, column in columns.items():
            placed = placed.append_column(name, column)
        yield placed
        progress("events", len(batch))


def _draw_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Draw batches in a thread of their own, two ahead.

    DuckDB asks for them from its own threads, in which pyproj must not run: it crashes there.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, batches, None) for _ in range(2))
        while (batch := coming.popleft().result()) is not None:
            coming.append(pool.submit(next, batches, None))
            yield batch
