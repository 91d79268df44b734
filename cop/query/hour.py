"""Events by hour of the week in local time, of the records that know their hour."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from cop.model.event import CLOCK_PRECISIONS
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.warehouse import Warehouse

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_COLUMNS = ["sector", "weekday", "hour", "n"]
_CLOCK = "time_precision IN (SELECT unnest($precisions::VARCHAR[]))"
_HOURS = f"""
    SELECT sector, (isodow(local) - 1)::INTEGER, hour(local)::INTEGER, count(*)
    FROM (
        SELECT e.sector, e.occurred_at + to_seconds(s.shift) AS local
        FROM (SELECT * FROM {{source}} WHERE {{where}} AND {_CLOCK}) e
        JOIN (
            SELECT unnest($sectors::VARCHAR[]) AS sector, unnest($zones::VARCHAR[]) AS zone
        ) z ON z.sector = e.sector
        JOIN (
            SELECT unnest($shift_zones::VARCHAR[]) AS zone, unnest($since::TIMESTAMP[]) AS since,
                unnest($until::TIMESTAMP[]) AS until, unnest($shifts::BIGINT[]) AS shift
        ) s ON s.zone = z.zone AND e.occurred_at >= s.since AND e.occurred_at < s.until
    )
    GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class HourOfWeek:
    """``table`` has a row for each sector, weekday (0 is Monday) and hour that has records.

    Its columns are sector, weekday, hour, n; a record outside every sector has the sector
    NONE. ``zones`` is the local time of each sector's hours. ``left_out`` counts, by
    sector, the records whose time is only known to the day or coarser: with them, the table's n
    adds up to the summary's total.
    """

    table: pd.DataFrame
    zones: dict[str, str]
    left_out: dict[str, int]

    @property
    def missing(self) -> int:
        """How many records have no hour."""
        return sum(self.left_out.values())

    def total(self) -> pd.DataFrame:
        """Return all 168 hours of the week over all sectors: weekday, hour, n."""
        week = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
        sums = self.table.groupby(["weekday", "hour"])[["n"]].sum()
        return sums.reindex(week, fill_value=0).reset_index()


def read_hour_of_week(service: QueryService, view: View, zone: str | None = None) -> HourOfWeek:
    """Return the events of a view counted by weekday and hour in an IANA ``zone``.

    Without one each sector counts in its own local time, and what lies outside every sector in
    UTC.
    """
    part = view.part(replace(view.filter, ahead=None))
    build = partial(_count, service.warehouse, view, zone)
    return service.answer("hours of the week", part, build, about=zone)


def _count(warehouse: Warehouse, view: View, zone: str | None) -> HourOfWeek:
    selection = warehouse.events(view.snapshot, view.filter)
    values = {**selection.values, "precisions": list(CLOCK_PRECISIONS)}
    totals = warehouse.query(
        f"SELECT sector, count(*) FILTER (NOT {_CLOCK}), min(occurred_at), max(occurred_at) "
        f"FROM {selection.source} WHERE {selection.where} GROUP BY 1 ORDER BY 1",
        values,
    )
    own = view.zones
    zones = {sector: zone or own.get(sector, "UTC") for sector, *_ in totals}
    found = []
    if totals:
        found = warehouse.query(
            _HOURS.format(source=selection.source, where=selection.where),
            {
                **values,
                "sectors": list(zones),
                "zones": list(zones.values()),
                **_shifts(
                    set(zones.values()), min(h[2] for h in totals), max(h[3] for h in totals)
                ),
            },
        )
    return HourOfWeek(
        table=pd.DataFrame(found, columns=_COLUMNS),
        zones=zones,
        left_out={sector: n for sector, n, *_ in totals},
    )


def read_offsets(
    zone: str, first: datetime, last: datetime
) -> list[tuple[datetime, datetime, int]]:
    """Return (since, until, seconds east of UTC) of a zone, gapless from ``first`` past ``last``.

    Moments are naive UTC; a change of clocks is found to the minute.
    """
    known = ZoneInfo(zone)
    spans: list[tuple[datetime, datetime, int]] = []
    since, moment = first, first
    while moment <= last:
        following = moment + _DAY
        if _offset(known, following) != _offset(known, moment):
            change = _find_change(known, moment, following)
            spans.append((since, change, _offset(known, moment)))
            since = change
        moment = following
    return [*spans, (since, moment, _offset(known, since))]


def _find_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Halve a day until the minute at which the offset of ``before`` ends; then cut to it."""
    start = _offset(zone, before)
    while after - before > _MINUTE:
        middle = before + (after - before) / 2
        if _offset(zone, middle) == start:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    shift = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(0)
    return int(shift.total_seconds())


def _shifts(zones: Iterable[str], first: datetime, last: datetime) -> dict[str, list[object]]:
    spans = [(zone, *span) for zone in sorted(zones) for span in read_offsets(zone, first, last)]
    names = ("shift_zones", "since", "until", "shifts")
    return {
        name: list(column) for name, column in zip(names, zip(*spans, strict=True), strict=True)
    }
