"""Events by day in local time, and their profiles over the year, the week and the lunar month."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from cop.analysis.cycle import Profile
from cop.analysis.moon import build_moon
from cop.analysis.season import build_season, build_weekdays
from cop.model.event import CLOCK_PRECISIONS
from cop.model.window import TimeWindow
from cop.query.hotspot import covered_window
from cop.query.hour import read_offsets
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.warehouse import Warehouse

_DAY = timedelta(days=1)
_BY_DAY = """
    SELECT (CASE WHEN e.clock THEN e.occurred_at + to_seconds(coalesce(s.shift, 0))
        ELSE e.occurred_at END)::DATE AS day, e.time_precision AS precision, count(*) AS n
    FROM (
        SELECT occurred_at, time_precision, sector,
            time_precision IN (SELECT unnest($precisions::VARCHAR[])) AS clock
        FROM {source} WHERE {where}
    ) e
    LEFT JOIN (
        SELECT unnest($sectors::VARCHAR[]) AS sector, unnest($zones::VARCHAR[]) AS zone
    ) z ON z.sector = e.sector
    LEFT JOIN (
        SELECT unnest($shift_zones::VARCHAR[]) AS zone, unnest($since::TIMESTAMP[]) AS since,
            unnest($until::TIMESTAMP[]) AS until, unnest($shifts::BIGINT[]) AS shift
    ) s ON s.zone = z.zone AND e.occurred_at >= s.since AND e.occurred_at < s.until
    GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class DailyCounts:
    """Events by local day and time precision: ``table`` has day, precision, n.

    A record with an hour counts on its sector's local day, any other on the day that it bears.
    ``first`` and ``last`` are the days that the window, as far as the records reach, holds whole
    in every one of these local times; None if there is none.
    """

    table: pd.DataFrame
    first: date | None
    last: date | None

    def profile_of(self, precisions: tuple[str, ...]) -> tuple["pd.Series[int]", dict[str, int]]:
        """Return n of every whole day for records of some precisions, and the rest by reason."""
        if self.first is None or self.last is None:
            return pd.Series(dtype="int64"), _counted(edge=int(self.table["n"].sum()))
        days = pd.date_range(self.first, self.last, freq="D")
        fine = self.table["precision"].isin(precisions)
        whole = self.table["day"].between(days[0], days[-1])
        daily = self.table[fine & whole].groupby("day")["n"].sum()
        return daily.reindex(days, fill_value=0), _counted(
            coarse=int(self.table.loc[~fine, "n"].sum()),
            edge=int(self.table.loc[fine & ~whole, "n"].sum()),
        )


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Profiles of a filter's events, each with what it leaves out by reason: coarse or edge."""

    season: Profile
    season_left_out: dict[str, int]
    weekdays: Profile
    moon: Profile
    left_out: dict[str, int]
    days: DailyCounts


def read_patterns(service: QueryService, view: View) -> Patterns:
    """Return the profiles of a view's events.

    The season takes records of a week or a month too, which stand at the start of their period.
    """
    part = view.part(replace(view.filter, ahead=None))
    return service.answer("patterns", part, lambda: _build(service.warehouse, view))


def _build(warehouse: Warehouse, view: View) -> Patterns:
    days = build_days(warehouse, view)
    monthly, season_left_out = days.profile_of((*CLOCK_PRECISIONS, "day", "week", "month"))
    daily, left_out = days.profile_of((*CLOCK_PRECISIONS, "day"))
    return Patterns(
        season=build_season(monthly),
        season_left_out=season_left_out,
        weekdays=build_weekdays(daily),
        moon=build_moon(daily),
        left_out=left_out,
        days=days,
    )


def build_days(warehouse: Warehouse, view: View) -> DailyCounts:
    """Count the events of a view by local day."""
    window, zones = covered_window(view.snapshot, view.filter), view.zones
    if window is None or window.start is None or window.end is None:
        empty = pd.DataFrame({"day": pd.DatetimeIndex([]), "precision": [], "n": []})
        return DailyCounts(table=empty, first=None, last=None)
    spans = [
        (zone, *span)
        for zone in sorted(set(zones.values()))
        for span in read_offsets(zone, window.start, window.end)
    ]
    selection = warehouse.events(view.snapshot, view.filter)
    rows = warehouse.query(
        _BY_DAY.format(source=selection.source, where=selection.where),
        {
            **selection.values,
            "precisions": list(CLOCK_PRECISIONS),
            "sectors": list(zones),
            "zones": list(zones.values()),
            **_columns(spans),
        },
    )
    table = pd.DataFrame(rows, columns=["day", "precision", "n"])
    table["day"] = pd.to_datetime(table["day"])
    clock = table["precision"].isin(CLOCK_PRECISIONS).any()
    first, last = _whole_days(window, [0, *(span[3] for span in spans)] if clock else [0])
    return DailyCounts(table=table, first=first, last=last)


def _columns(spans: list[tuple[str, datetime, datetime, int]]) -> dict[str, list[Any]]:
    names = ("shift_zones", "since", "until", "shifts")
    return {name: [span[i] for span in spans] for i, name in enumerate(names)}


def _whole_days(window: TimeWindow, shifts_s: list[int]) -> tuple[date | None, date | None]:
    """Return the first and the last day that lie in the window whole under every shift from UTC."""
    if window.start is None or window.end is None:
        return None, None
    begins = window.start + timedelta(seconds=max(shifts_s))
    ends = window.end + timedelta(seconds=min(shifts_s))
    first = begins.date() if begins == _midnight(begins) else begins.date() + _DAY
    last = ends.date() - _DAY
    return (first, last) if first <= last else (None, None)


def _midnight(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day)


def _counted(**reasons: int) -> dict[str, int]:
    return {name: n for name, n in reasons.items() if n}
