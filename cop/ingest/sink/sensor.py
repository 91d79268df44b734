"""Loading sensors: where they stand and look, and when they were not up."""

from datetime import datetime

import pandas as pd

from cop.errors import FilterError, InputFileError
from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.coverage.outage import FORM, read_outages, rebuild_outages
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.ingest.profile.kind import SensorProfile
from cop.ingest.sink.load import Sink
from cop.model.progress import StepProgress, ignore_progress
from cop.model.sensor import HEIGHT_LIMITS_M
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import SENSORS
from cop.store.dataset.source import Source

_NUMBERS = {
    "range_m": (1, 1_000_000),
    "height_m": HEIGHT_LIMITS_M,
    "azimuth_deg": (0, 360),
    "fov_deg": (1, 360),
    "detect_near": (0, 1),
    "detect_far": (0, 1),
}


def merge_checked(
    transaction: WriteTransaction,
    _locator: Locator,
    profile: SensorProfile,
    rows: pd.DataFrame,
    progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Merge checked sensors; their outages and what they see follow."""
    if rows.empty:
        return MergeCounts()
    _refuse_other_sources(transaction, profile.source, rows)
    counts = merge_records(transaction, SENSORS, profile.source, rows, key=("sensor_id",))
    if counts.accepted or counts.superseded:
        rebuild_outages(transaction)
        rebuild_coverage(transaction, progress)
    return counts


def check_sensors(
    table: pd.DataFrame, profile: SensorProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table; a column that the file lacks is a ProfileError."""
    check = Check(table, profile, file=file)
    rows = pd.DataFrame({ROW: table[ROW]}, index=table.index)
    rows["sensor_id"] = check.name("sensor_id", "sensor_id")
    rows["name"] = check.text("name")
    rows["marking"] = check.markings()
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
        check.refuse(unread, profile.columns["outages"], f"no outages; {FORM}")
    content = rows.drop(columns=[ROW])
    check.refuse_repeated(rows[["sensor_id"]], content, profile.columns["sensor_id"])
    return check.finish(rows)


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
        release = transaction.release
        if release is not None and not release.admits(first["marking"]):
            raise InputFileError(
                f"sensor_id {first['sensor_id']!r} cannot be used: give that sensor another id"
            )
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
