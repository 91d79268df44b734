"""What changed since a moment: records new, late, corrected, withdrawn; sources earlier stale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.moment import format_moment
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.admission import bind_admission
from cop.store.catalogue.grain import DAYS
from cop.store.catalogue.small_cell import in_list
from cop.store.dataset.schema import EVENTS
from cop.store.dataset.source import SourceState
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

CHANGES: dict[str, str] = {
    "new": "Occurred and reported since",
    "late": "Occurred earlier, reported since",
    "corrected": "Known earlier, changed since",
    "withdrawn": "Known earlier, withdrawn since",
}
MOST_LISTED = 100_000
"""The newest so many are listed and drawn; the figures by sector count all."""
_MONTH = "date_trunc('month', occurred_at)"
_COMPARED = ("kind", "count", "unit", "occurred_at", "time_precision", "sector", "segment_id")
_LISTED = (
    "reported_at",
    "ingested_at",
    "source",
    "marking",
    "confidence",
    "lat",
    "lon",
    "mx",
    "my",
)
DRAWN_TEXT = ("change", "kind", "sector", "segment_id", "source", "marking", "time_precision")
COLUMNS = (
    "change",
    "event_id",
    *_COMPARED,
    *_LISTED,
    *(f"{name}_before" for name in (*_COMPARED, "lat", "lon")),
)
_DRAWN_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in DRAWN_TEXT),
        ("count", pa.int64()),
        ("mx", pa.uint32()),
        ("my", pa.uint32()),
        ("occurred_at", pa.timestamp("us")),
    ]
)
_PASSES = """({side}.synthetic = $synthetic
    AND (len($sectors::VARCHAR[]) = 0 OR list_contains($sectors, {side}.sector))
    AND (len($counties::VARCHAR[]) = 0 OR list_contains($counties, {side}.county))
    AND (len($kinds::VARCHAR[]) = 0 OR list_contains($kinds, {side}.kind))
    AND (len($sources::VARCHAR[]) = 0 OR list_contains($sources, {side}.source))
    AND ($area::VARCHAR IS NULL
        OR ST_Intersects(ST_GeomFromText($area), ST_Point({side}.lon, {side}.lat))))"""
_ENDED = """later.occurred_at + CASE later.time_precision WHEN 'day' THEN INTERVAL 1 DAY
    WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH
    WHEN 'year' THEN INTERVAL 1 YEAR ELSE INTERVAL 0 DAY END"""
"""A record known to the day may have occurred up to its end, so that only then it is late."""
_CHANGED = f"""
    SELECT CASE WHEN later.event_id IS NULL THEN 'withdrawn'
            WHEN earlier.event_id IS NOT NULL THEN 'corrected'
            WHEN later.occurred_at < $since AND {_ENDED} <= $since THEN 'late'
            ELSE 'new' END AS change,
        coalesce(later.event_id, earlier.event_id) AS event_id,
        {{columns}}
    FROM {{earlier}} earlier FULL JOIN {{later}} later USING (event_id)
    WHERE (earlier.event_id IS NULL OR later.event_id IS NULL
            OR earlier.content_hash <> later.content_hash)
        AND ({_PASSES.format(side="later")} OR {_PASSES.format(side="earlier")})
"""


@dataclass(frozen=True, kw_only=True)
class StaleSource:
    """A source that was up to date at the moment and is late now, and its sectors."""

    id: str
    title: str
    newest: datetime | None
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How a filter's records differ in version ``newer`` from ``older``, known at ``since``.

    ``totals`` has sector, change, n; ``table`` has a row per record with COLUMNS, the newest
    first, at most MOST_LISTED. A record counts in the sector that it has now. Where ``caveats``
    say that records are in quarantine, what changed is unknown and both are empty.
    """

    since: datetime
    older: int
    newer: int
    totals: pd.DataFrame
    table: pd.DataFrame
    stale: tuple[StaleSource, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many records changed."""
        return int(self.totals["n"].sum())

    @cached_property
    def drawn(self) -> pa.Table:
        """The table as the query of a tile reads it."""
        return pa.Table.from_pandas(self.table[_DRAWN_SCHEMA.names], schema=_DRAWN_SCHEMA)

    def counted(self, change: str) -> int:
        """How many records changed in one way."""
        return int(self.totals.loc[self.totals["change"] == change, "n"].sum())


def read_changes(service: QueryService, view: View) -> Changes:
    """Return what changed since the view's moment; FilterError where it names none.

    The filter's window does not apply: a change counts whenever its record occurred.
    """
    if view.since is None:
        raise FilterError("choose the start: since=YYYY-MM-DDTHH:MM:SSZ")
    before = service.snapshot_at(known_at=view.since)
    everything = view.filter.within(TimeWindow())
    return service.answer(
        "changes",
        view.part(everything),
        lambda: _build_changes(service.warehouse, before, view.snapshot, everything),
        about=(before.content, before.known_at),
    )


def _build_changes(
    warehouse: Warehouse, before: Snapshot, after: Snapshot, everything: Filter
) -> Changes:
    """Compare what was known ``before`` with what is known ``after`` under a resolved filter."""
    since = before.now
    # The present is to the second: what was published within it is known too.
    latest = max(after.now, after.catalogue.published_at)
    if before.known_at is None or before.known_at > latest:
        raise FilterError(
            f"since={format_moment(since)} is not before what is known: choose an earlier moment"
        )
    caveats = {
        caveat.text
        for snapshot in (before, after)
        for caveat in snapshot.caveats((EVENTS,), everything)
    }
    totals, table = ((), ()) if caveats else _read_changed(warehouse, before, after, everything)
    return Changes(
        since=since,
        older=before.version,
        newer=after.version,
        totals=pd.DataFrame(totals, columns=["sector", "change", "n"]),
        table=pd.DataFrame(table, columns=list(COLUMNS)),
        stale=_newly_stale(warehouse, before, after, everything),
        caveats=tuple(sorted(caveats)),
    )


def _read_changed(
    warehouse: Warehouse, before: Snapshot, after: Snapshot, resolved: Filter
) -> tuple[Sequence[Any], Sequence[Any]]:
    old, new = (snapshot.catalogue.files.get(EVENTS, ()) for snapshot in (before, after))
    old_files, new_files = sorted({*old} - {*new}), sorted({*new} - {*old})
    if not old_files and not new_files:
        return (), ()
    earlier, admitted_then = bind_admission(before.catalogue.admitted, side="_then")
    later, admitted = bind_admission(after.catalogue.admitted)
    if after.catalogue.admitted is not None and after.catalogue.admitted.small is not None:
        # What is few by now is left out: it is not withdrawn.
        earlier += f" AND NOT {in_list(after.catalogue.admitted.small, _MONTH)}"
    values = {
        **(admitted_then if old_files else {}),
        **(admitted if new_files else {}),
        "since": before.now,
        "earlier": old_files or new_files,
        "later": new_files or old_files,
        "synthetic": resolved.records == "synthetic",
        "sectors": list(resolved.sectors),
        "counties": list(resolved.counties),
        "kinds": list(resolved.kinds),
        "sources": list(resolved.sources),
        "area": resolved.area.to_wkt() if resolved.area else None,
    }
    sql = _CHANGED.format(
        columns=_columns(),
        earlier=_read("earlier", bool(old_files), earlier),
        later=_read("later", bool(new_files), later),
    )
    totals = warehouse.query(
        f"SELECT sector, change, count(*)::BIGINT FROM ({sql}) GROUP BY ALL ORDER BY ALL", values
    )
    table = warehouse.query(
        f"SELECT {', '.join(COLUMNS)} FROM ({sql}) ORDER BY occurred_at DESC, event_id LIMIT $most",
        values | {"most": MOST_LISTED},
    )
    return totals, table


def _columns() -> str:
    """Select each record as it is now, with empty values; a withdrawn one as it was."""
    now = (
        f"CASE WHEN later.event_id IS NULL THEN earlier.{name} ELSE later.{name} END AS {name}"
        for name in (*_COMPARED, *_LISTED)
    )
    before = (f"earlier.{name} AS {name}_before" for name in (*_COMPARED, "lat", "lon"))
    return ", ".join((*now, *before))


def _read(name: str, has_files: bool, readable: str) -> str:
    """Return what may be read of files that only one version has; without any, columns alone."""
    where = readable if has_files else "false"
    return f"(FROM read_parquet(${name}, hive_partitioning => false) WHERE {where})"


def _newly_stale(
    warehouse: Warehouse, before: Snapshot, after: Snapshot, resolved: Filter
) -> tuple[StaleSource, ...]:
    names = [
        name
        for name, state in after.sources.items()
        if _counts(state, resolved)
        and state.judge(after.now).state == "late"
        and name in before.sources
        and before.sources[name].judge(before.now).state != "late"
    ]
    found = warehouse.query(
        f"SELECT source, list(DISTINCT sector ORDER BY sector) FROM {after.rollup.select(DAYS)} "
        "WHERE source IN (SELECT unnest($names::VARCHAR[])) GROUP BY source",
        {"names": names},
    )
    sectors = dict(found)
    return tuple(
        StaleSource(
            id=name,
            title=after.sources[name].source.title,
            newest=after.sources[name].newest,
            sectors=tuple(sectors.get(name, ())),
        )
        for name in names
    )


def _counts(state: SourceState, resolved: Filter) -> bool:
    return state.source.synthetic == (resolved.records == "synthetic") and (
        not resolved.sources or state.source.id in resolved.sources
    )
