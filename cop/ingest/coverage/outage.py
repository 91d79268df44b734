"""When sensors were not up: by the intervals of their own records, and by status reports."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd

from cop.errors import DamageError, FilterError
from cop.ingest.coverage.report import empty_outages, read_intervals, to_outages
from cop.model.moment import parse_moment
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.schema import OUTAGE_COLUMNS, OUTAGES, SENSORS
from cop.store.dataset.source import Source

FORM = "write START/END CAUSE in UTC, more after a semicolon, .. for an end that is not there yet"
_OPEN = ".."
_INTERVAL = re.compile(r"\s*([^/;\s]+)/([^/;\s]+)(?:\s+([^;]*?))?\s*")
_NO_CAUSE = "unknown"


def read_outages(text: str) -> list[tuple[datetime, datetime | None, str]]:
    """Read ``START/END CAUSE; ...``, END ``..`` where it is down still; FilterError where not."""
    outages = []
    for part in filter(str.strip, text.split(";")):
        found = _INTERVAL.fullmatch(part)
        if found is None:
            raise FilterError(f"outage {part.strip()[:60]!r}: {FORM}")
        start, end, cause = found.groups()
        down_at = parse_moment(start, name="down_at")
        up_at = None if end == _OPEN else parse_moment(end, name="up_at")
        if up_at is not None and up_at <= down_at:
            raise FilterError(f"outage {part.strip()[:60]!r} ends before it begins")
        outages.append((down_at, up_at, cause or _NO_CAUSE))
    return outages


def write_outages(outages: Iterable[tuple[str, str | None, str]]) -> str:
    """Write what ``read_outages`` reads, from moments in ISO 8601 and causes."""
    return "; ".join(f"{down}/{up or _OPEN} {cause}" for down, up, cause in outages)


def rebuild_outages(transaction: WriteTransaction, renewed: Source | None = None) -> None:
    """Derive all outages from the records of sensors and the status reports that are there.

    ``renewed`` is a source as it will be.
    """
    sensors = transaction.read(SENSORS) if transaction.has(SENSORS) else None
    stated = empty_outages() if sensors is None else _stated(sensors)
    _replace(transaction, stated, read_intervals(transaction, renewed))


def follow_reports(transaction: WriteTransaction, source: Source, sensors: tuple[str, ...]) -> None:
    """Derive the outages of some sensors anew from the reports of one source; others stay.

    Without any named it is those of all sensors that it reports on.
    """
    stored = _read_stored(transaction)
    if stored is None:
        rebuild_outages(transaction, source)
        return
    is_own = stored["source"] == source.id
    if sensors:
        is_own &= stored["sensor_id"].isin(sensors)
    _replace(
        transaction,
        stored[~is_own],
        read_intervals(transaction, source, alone=True, sensors=sensors),
    )


def _read_stored(transaction: WriteTransaction) -> pd.DataFrame | None:
    """Read the outages that are there; None where there are none, or they are damaged."""
    try:
        return transaction.read(OUTAGES) if transaction.has(OUTAGES) else None
    except DamageError:
        return None


def _stated(sensors: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each outage in the ``outages`` of sensors."""
    rows: list[tuple[Any, ...]] = [
        (sensor.source, sensor.sensor_id, down_at, up_at, "down", cause)
        for sensor in sensors.itertuples()
        if isinstance(sensor.outages, str)
        for down_at, up_at, cause in read_outages(sensor.outages)
    ]
    return to_outages(pd.DataFrame(rows, columns=list(OUTAGE_COLUMNS)))


def _replace(transaction: WriteTransaction, *parts: pd.DataFrame) -> None:
    filled = [part[list(OUTAGE_COLUMNS)] for part in parts if len(part)]
    joined = pd.concat(filled, ignore_index=True) if filled else empty_outages()
    order = ["sensor_id", "down_at", "source", "state"]
    transaction.replace(OUTAGES, joined.sort_values(order, ignore_index=True))
