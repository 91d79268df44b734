"""Loading status reports: which state a sensor was in, and where a mobile one stood."""

from datetime import datetime

import numpy as np
import pandas as pd

from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.coverage.outage import follow_reports
from cop.ingest.coverage.report import read_positions
from cop.ingest.coverage.segment import is_intact, rebuild_segment_coverage
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.ingest.profile.kind import StatusProfile
from cop.ingest.sink.load import Sink
from cop.model.progress import StepProgress, ignore_progress
from cop.model.sensor import HEIGHT_LIMITS_M
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.report import merge_reports
from cop.store.dataset.source import stored_sources


def merge_checked(
    transaction: WriteTransaction,
    _locator: Locator,
    profile: StatusProfile,
    rows: pd.DataFrame,
    progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Merge checked reports; outages and what the sensors see follow.

    Reports of a sensor that is not loaded are kept, and count once it is. Another update interval
    of the source counts for all that it has reported.
    """
    stood = read_positions(transaction)
    counts = merge_reports(transaction, profile.source, rows)
    renewed = _has_other_interval(transaction, profile)
    if counts.accepted or counts.superseded or renewed:
        sensors = () if renewed else tuple(rows["sensor_id"].astype(str).unique())
        follow_reports(transaction, profile.source, sensors)
        if read_positions(transaction).equals(stood) and is_intact(transaction):
            rebuild_segment_coverage(transaction, sensors or None)
        else:
            rebuild_coverage(transaction, progress)
    return counts


def _has_other_interval(transaction: WriteTransaction, profile: StatusProfile) -> bool:
    stored = stored_sources(transaction).get(profile.source.id)
    return stored is not None and stored[0].cadence_days != profile.source.cadence_days


def check_reports(
    table: pd.DataFrame, profile: StatusProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table; a column that the file lacks is a ProfileError."""
    check = Check(table, profile, file=file)
    rows = pd.DataFrame({ROW: table[ROW]}, index=table.index)
    rows["sensor_id"] = check.name("sensor_id", "sensor_id")
    precision = pd.Series(profile.time.precision, index=table.index)
    rows["at"] = check.moments("at", profile.time, precision, now, needed=True)
    rows["state"], rows["cause"] = _states(check, profile), check.text("cause")
    rows["lon"], rows["lat"] = _places(check, profile)
    rows["height_m"] = _heights(check, profile, rows["lon"].notna())
    blank = rows["state"].isna() & rows["lon"].isna()
    check.refuse(blank, profile.columns["sensor_id"], "neither a state nor a place is reported")
    content = rows.drop(columns=[ROW])
    check.refuse_repeated(content[["sensor_id", "at"]], content, profile.columns["sensor_id"])
    return check.finish(rows)


def _states(check: Check, profile: StatusProfile) -> pd.Series:
    """Return the states, blank where only a place is reported."""
    states, column = check.text("state"), profile.columns.get("state")
    if column is not None:
        allowed = profile.allowed["state"]
        wrong = ~states.isin(allowed) & states.notna()
        check.refuse(wrong, column, f"no state; the profile maps to {', '.join(allowed)}")
    return states


def _places(check: Check, profile: StatusProfile) -> tuple[pd.Series, pd.Series]:
    """Return longitude and latitude (EPSG:4326), blank where no place is reported."""
    index = check.table.index
    if not profile.is_shaped and "lon" not in profile.columns:
        none = pd.Series(np.nan, index=index)
        return none, none.copy()
    return check.positions(needed=False)


def _heights(check: Check, profile: StatusProfile, placed: "pd.Series[bool]") -> pd.Series:
    """Return meters above the ground, blank where none is reported."""
    heights = check.number("height_m", "height_m", needed=False)
    column = profile.columns.get("height_m")
    if column is not None:
        least, most = HEIGHT_LIMITS_M
        outside = ~heights.between(least, most) & heights.notna()
        check.refuse(outside, column, f"height_m lies within {least} and {most}")
        check.refuse(heights.notna() & ~placed, column, "a height is of a place: give lon and lat")
    return heights


SINK: Sink[StatusProfile] = Sink(check_reports, merge_checked)
