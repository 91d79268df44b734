"""Loading sensors: where they stand and look, when they were down, and the ground they reach."""

import re
from datetime import datetime
from typing import Any

import pandas as pd

from cop.analysis.coverage import build_footprints
from cop.errors import FilterError, InputFileError
from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.check.locate import Locator
from cop.ingest.profile.kind import SensorProfile
from cop.ingest.sink.load import Sink
from cop.model.moment import parse_moment
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import OUTAGE_COLUMNS, OUTAGES, SENSORS
from cop.store.dataset.source import Source

COVERAGE = "coverage"
_NUMBERS = {
    "range_m": (1, 1_000_000),
    "height_m": (0, 50_000),
    "azimuth_deg": (0, 360),
    "fov_deg": (1, 360),
}
_OPEN = ".."
_INTERVAL = re.compile(r"\s*([^/;\s]+)/([^/;\s]+)(?:\s+([^;]*?))?\s*")
_FORM = "write START/END CAUSE in UTC, more after a semicolon, .. for an end that is not there yet"


def merge_checked(
    transaction: WriteTransaction, _locator: Locator, profile: SensorProfile, rows: pd.DataFrame
) -> MergeCounts:
    """Merge checked sensors; their outages and the footprints follow."""
    if rows.empty:
        return MergeCounts()
    _refuse_other_sources(transaction, profile.source, rows)
    counts = merge_records(transaction, SENSORS, profile.source, rows, key=("sensor_id",))
    if counts.accepted or counts.superseded:
        sensors = transaction.read(SENSORS)
        own = sensors[sensors["source"] == profile.source.id]
        replace_outages(transaction, profile.source.id, build_outages(own))
        rebuild_coverage(transaction)
    return counts


def check_sensors(
    table: pd.DataFrame, profile: SensorProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table; a column that the file lacks is a ProfileError."""
    check = Check(table, profile, file=file)
    rows = pd.DataFrame({ROW: table[ROW]}, index=table.index)
    rows["sensor_id"] = check.name("sensor_id", "sensor_id")
    rows["name"] = check.text("name")
    rows["kind"] = check.word("kind")
    rows["lon"], rows["lat"] = check.positions()
    for name, (least, most) in _NUMBERS.items():
        rows[name] = check.number(name, name, needed=name == "range_m")
        column = profile.columns.get(name)
        if column is not None:
            outside = ~rows[name].between(least, most) & rows[name].notna()
            check.refuse(outside, column, f"{name} lies within {least} and {most}")
    rows["agency"] = check.text("agency")
    precision = pd.Series(profile.time.precision, index=table.index)
    for name in ("installed_at", "removed_at"):
        rows[name] = check.moments(name, profile.time, precision, now, needed=False)
    if "removed_at" in profile.columns:
        removed_early = rows["removed_at"] < rows["installed_at"]
        check.refuse(
            removed_early, profile.columns["removed_at"], "removed before it was installed"
        )
    rows["outages"] = check.text("outages")
    if "outages" in profile.columns:
        unread = rows["outages"].notna() & ~rows["outages"].map(_is_readable).astype(bool)
        check.refuse(unread, profile.columns["outages"], f"no outages; {_FORM}")
    content = rows.drop(columns=[ROW])
    check.refuse_repeated(rows[["sensor_id"]], content, profile.columns["sensor_id"])
    return check.finish(rows)


def read_outages(text: str) -> list[tuple[datetime, datetime | None, str]]:
    """Read ``START/END CAUSE; ...``, END ``..`` where it is down still; FilterError where not."""
    outages = []
    for part in filter(str.strip, text.split(";")):
        found = _INTERVAL.fullmatch(part)
        if found is None:
            raise FilterError(f"outage {part.strip()[:60]!r}: {_FORM}")
        start, end, cause = found.groups()
        down_at = parse_moment(start, name="down_at")
        up_at = None if end == _OPEN else parse_moment(end, name="up_at")
        if up_at is not None and up_at <= down_at:
            raise FilterError(f"outage {part.strip()[:60]!r} ends before it begins")
        outages.append((down_at, up_at, cause or "unknown"))
    return outages


def build_outages(sensors: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each outage in the ``outages`` of sensors."""
    rows: list[tuple[Any, ...]] = [
        (sensor.source, sensor.sensor_id, *outage)
        for sensor in sensors.itertuples()
        if isinstance(sensor.outages, str)
        for outage in read_outages(sensor.outages)
    ]
    return pd.DataFrame(rows, columns=list(OUTAGE_COLUMNS)).astype(
        {
            "source": "str",
            "sensor_id": "str",
            "cause": "str",
            "down_at": "datetime64[us]",
            "up_at": "datetime64[us]",
        }
    )


def replace_outages(transaction: WriteTransaction, source: str, outages: pd.DataFrame) -> None:
    """Set the outages of one source's sensors; those of other sources stay."""
    parts = [outages[list(OUTAGE_COLUMNS)]]
    if transaction.has(OUTAGES):
        stored = transaction.read(OUTAGES)
        parts.append(stored[stored["source"] != source])
    filled = [part for part in parts if len(part)] or parts[:1]
    transaction.replace(OUTAGES, pd.concat(filled, ignore_index=True))


def rebuild_coverage(transaction: WriteTransaction) -> None:
    """Build the footprints of every sensor of the transaction."""
    transaction.replace(COVERAGE, build_footprints(transaction.read(SENSORS)))


def _refuse_other_sources(
    transaction: WriteTransaction, source: Source, rows: pd.DataFrame
) -> None:
    if not transaction.has(SENSORS):
        return
    sensors = transaction.read(SENSORS)
    others = sensors[
        (sensors["source"] != source.id) & sensors["sensor_id"].isin(rows["sensor_id"])
    ]
    if len(others):
        first = others.iloc[0]
        raise InputFileError(
            f"sensor_id {first['sensor_id']!r}: source {first['source']} has a sensor of that id "
            "already; put a prefix of the agency before the ids of this file"
        )


def _is_readable(text: object) -> bool:
    try:
        return not isinstance(text, str) or bool(read_outages(text))
    except FilterError:
        return False


SINK: Sink[SensorProfile] = Sink(check_sensors, merge_checked)
