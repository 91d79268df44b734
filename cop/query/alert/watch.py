"""The alert watch: checks each version once for surges and rushes, for each release apart."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.analysis.alarm import find_rushes, find_surge
from cop.analysis.forecast.surge import DAY_HOURS, RUSH_DAYS, WEEK
from cop.analysis.zone import ZONE_SEGMENTS
from cop.model.alert import PERIOD, Alert, AlertFinding
from cop.model.filter import Records
from cop.model.moment import format_instant
from cop.query.alert.finding import build_finding
from cop.query.alert.watched_record import LONGEST, WatchedRecords, open_watched_records
from cop.query.service import QueryService
from cop.store.dataset.schema import EVENTS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_DAY, _HOUR = PERIOD["surge"], PERIOD["rush"]
_DAYS = LONGEST // _DAY
_HOURS = (RUSH_DAYS + WEEK + 2) * DAY_HOURS
_LEAST_HOURS = 2 * WEEK * DAY_HOURS
"""So much must be on record before a rush, or all that is new would be one."""


Findings = dict[str, Sequence[AlertFinding]]
"""What was found, by the name of the records that it was found in."""


def watch_version(service: QueryService, before: Findings | None = None) -> tuple[Alert, ...]:
    """Check once what may be read of the current version; return the raised and extended alerts.

    What was found ``before`` in the same records, for others who may read them, is not searched
    for again.
    """
    warehouse, alerts = service.warehouse, service.room.alerts
    newest = warehouse.snapshot
    name = version_name(newest)
    if service.release is not None and service.release.grant is not None:
        name += f" up to {service.release.grant.latest}"
    if alerts.has_watched(name):
        return ()
    snapshot = warehouse.admit(newest, service.release)
    found, content = {} if before is None else before, name_events(snapshot, newest)
    if content not in found:
        found[content] = find_in_version(warehouse, snapshot)
    markings = {source: state.source.marking for source, state in newest.sources.items()}
    return alerts.note(name, found[content], markings=markings)


def name_events(snapshot: Snapshot, newest: Snapshot) -> str:
    """Name the events of the newest version that a release admits: equal ones have one name."""
    version = version_name(newest)
    if newest.quarantine:
        # What a reader lacks is worded for each reader.
        return f"{version} {snapshot.content}"
    counts, all_counts = (
        {name: state.n for name, state in one.event_sources.items() if state.n}
        for one in (snapshot, newest)
    )
    return version if counts == all_counts else f"{version} {snapshot.catalogue.digest(EVENTS)}"


def find_in_version(warehouse: Warehouse, snapshot: Snapshot) -> list[AlertFinding]:
    """Find surges and rushes in real records, and separately in synthetic ones; none in stale."""
    found: list[AlertFinding] = []
    records: tuple[Records, ...] = ("real", "synthetic")
    for sort in records:
        watched = open_watched_records(warehouse, snapshot, sort)
        newest = snapshot.newest(sort)
        if watched is not None and newest is not None and not _is_stale(watched):
            found += [*_find_surges(watched, newest), *_find_rushes(watched)]
    return found


def _is_stale(watched: WatchedRecords) -> bool:
    freshness = watched.snapshot.freshness(watched.records, watched.known_at)
    return freshness is not None and freshness.is_stale


def version_name(snapshot: Snapshot) -> str:
    """Name a version so that no other has the name, not even after a restore."""
    return f"{snapshot.version} of {format_instant(snapshot.catalogue.published_at)}"


def count_places(warehouse: Warehouse, snapshot: Snapshot) -> int:
    """Return at how many places surges are checked for: sectors and their zones."""
    if "segments" not in snapshot.catalogue.files:
        return 0
    rows = warehouse.query(
        "SELECT sum(ceil(n / $size))::INTEGER FROM (SELECT count(*) AS n FROM "
        "read_parquet($files) GROUP BY sector)",
        {"files": list(snapshot.catalogue.files_of("segments")), "size": ZONE_SEGMENTS},
    )
    return len(snapshot.sectors) + int(rows[0][0])


def _find_surges(watched: WatchedRecords, newest: datetime) -> Iterator[AlertFinding]:
    """Find surges by whole days; a zone's is its sector's where that has one.

    The series end with the newest record: no report yet does not mean no activity.
    """
    end = min(_midnight(watched.known_at), _midnight(newest) + _DAY)
    if watched.known_at - end > WEEK * _DAY:
        return
    counted = watched.count("surge", end - _DAYS * _DAY, end, step="day")
    if counted.empty:
        return
    # Nor are the days before the first record.
    first = int(counted["step"].min())
    start = end - (_DAYS - first) * _DAY
    counted["step"] -= first
    counted = counted[counted["sector"].isin(watched.snapshot.sectors)]
    for sector, of_sector in counted.groupby("sector"):
        run = find_surge(_series(of_sector, _DAYS - first))
        if run is not None:
            yield build_finding(watched, "surge", run, start, sector=str(sector), zone=None)
            continue
        for zone, of_zone in of_sector.groupby("zone"):
            run = find_surge(_series(of_zone, _DAYS - first))
            if run is not None:
                yield build_finding(
                    watched, "surge", run, start, sector=str(sector), zone=str(zone)
                )


def _find_rushes(watched: WatchedRecords) -> Iterator[AlertFinding]:
    """Find rushes of people by the hour of their report and by zone; the hour at hand counts."""
    end = watched.known_at.replace(minute=0, second=0, microsecond=0) + _HOUR
    start = end - _HOURS * _HOUR
    counted = watched.count("rush", start, end, step="hour").dropna(subset=["zone"])
    if counted.empty:
        return
    first = int(counted["step"].min())
    zones = watched.segments.drop_duplicates("zone").set_index("zone")["sector"]
    counts = np.zeros((_HOURS, len(zones)))
    place = zones.index.get_indexer(counted["zone"])
    np.add.at(counts, (counted["step"].to_numpy(), place), counted["n"].to_numpy())
    for at, run in find_rushes(counts):
        if run.began - first >= _LEAST_HOURS:
            zone = str(zones.index[at])
            yield build_finding(watched, "rush", run, start, sector=str(zones[zone]), zone=zone)


def _series(rows: pd.DataFrame, days: int) -> npt.NDArray[np.float64]:
    return np.bincount(rows["step"], weights=rows["n"], minlength=days).astype(np.float64)


def _midnight(moment: datetime) -> datetime:
    return moment - timedelta(
        hours=moment.hour,
        minutes=moment.minute,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )
