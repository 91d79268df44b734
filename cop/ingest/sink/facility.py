"""Loading places with a function: ports of entry, stations."""

from datetime import datetime

import pandas as pd
import shapely

from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.profile.kind import PlaceProfile
from cop.ingest.sink.load import Sink
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import FACILITIES

_LOCATED = ("sector", "county", "segment_id")


def merge_checked(
    transaction: WriteTransaction,
    locator: Locator,
    profile: PlaceProfile,
    rows: pd.DataFrame,
    _progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Place checked places in the region and merge them."""
    if rows.empty:
        return MergeCounts()
    located = locator.place(rows)[list(_LOCATED)]
    points = shapely.to_wkb(shapely.points(rows["lon"], rows["lat"]))
    frame = rows.assign(**located, geometry=points)
    return merge_records(transaction, FACILITIES, profile.source, frame, key=profile.identity)


def check_places(
    table: pd.DataFrame, profile: PlaceProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table; a column that the file lacks is a ProfileError."""
    check = Check(table, profile, file=file)
    rows = pd.DataFrame({ROW: table[ROW]}, index=table.index)
    rows["facility_type"] = check.word("facility_type")
    rows["code"] = check.name("code", "code")
    rows["name"] = check.name("name", "name")
    rows["lon"], rows["lat"] = check.positions()
    rows["uncertainty_m"] = check.plain_number("uncertainty_m")
    rows["marking"] = check.markings()
    rows["attributes"] = check.attributes()
    identity = rows[list(profile.identity)]
    column = profile.columns[profile.identity[0]]
    check.refuse_repeated(identity, rows.drop(columns=[ROW]), column)
    return check.finish(rows)


SINK: Sink[PlaceProfile] = Sink(check_places, merge_checked)
