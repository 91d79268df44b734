"""From a filter to SQL: the files that can hold its events, the condition, all values bound."""

from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, datetime, time, timedelta
from typing import Any, Self

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.admission import bind_admission
from cop.store.catalogue.transaction import month_of
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.rollup import CELLS, DAYS, Rollup
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS
from cop.store.engine import quote

Box = tuple[int, int, int, int]
"""(x low, y low, x high, y high) in Web Mercator integers, both ends inclusive."""

_INSIDE = (
    "lon BETWEEN $west AND $east AND lat BETWEEN $south AND $north "
    "AND ST_Intersects(ST_GeomFromText($area), ST_Point(lon, lat))"
)
"""The edge belongs to an area; what lies outside of its bounds is never tested against it."""
_READ = "read_parquet($files, hive_partitioning => false)"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A FROM clause and a WHERE condition over events, and the values that they bind."""

    source: str
    where: str
    values: dict[str, Any] = field(default_factory=dict)

    def within(self, box: Box) -> Self:
        """Narrow to a box of Web Mercator integers, bound as $x_low, $y_low, $x_high, $y_high."""
        names = ("x_low", "y_low", "x_high", "y_high")
        inside = (
            " AND mx BETWEEN $x_low::UINTEGER AND $x_high::UINTEGER "
            "AND my BETWEEN $y_low::UINTEGER AND $y_high::UINTEGER"
        )
        return replace(
            self,
            where=self.where + inside,
            values=self.values | dict(zip(names, box, strict=True)),
        )


def select_events(catalogue: CatalogueVersion, requested: Filter) -> Selection:
    """Return the selection of the events that pass a filter, reading only the months it touches."""
    files = _files(catalogue, requested.window)
    where, values = _read_conditions(catalogue, requested)
    if not files:
        return Selection(source=_no_events(), where=where, values=values)
    return Selection(source=_READ, where=where, values={**values, "files": files})


def select_cells(catalogue: CatalogueVersion, rollup: Rollup, requested: Filter) -> Selection:
    """Return the same events as rows of mx, my, kind, unit, n and count, for sums over whole cells.

    Months that lie whole in the window come counted by cells of ``CELL_BITS``, whose corner stands
    for their events; the others are read event by event.
    """
    shares = share_months(catalogue, requested.window)
    # A cell that the edge of an area cuts holds events of both sides.
    whole = [file for file, share in shares.items() if share == 1 and requested.area is None]
    rest = [file for file in shares if file not in whole]
    standing, values = _conditions(_without_area(requested, TimeWindow()), time_column="")
    columns = "mx, my, kind, unit"
    parts = [f"SELECT {columns}, n, count FROM {rollup.select(CELLS, whole)} WHERE {standing}"]
    if rest:
        conditions, values = _read_conditions(catalogue, requested)
        parts.append(f"SELECT {columns}, 1, count FROM {_READ} WHERE {conditions}")
        values["files"] = rest
    return Selection(source=f"({' UNION ALL '.join(parts)})", where="true", values=values)


def select_parts(catalogue: CatalogueVersion, rollup: Rollup, requested: Filter) -> Selection:
    """Return the cells of the months that a window touches, whole; ``part`` tells files apart.

    Those outside of the filter's area count too.
    """
    conditions, values = _conditions(_without_area(requested, TimeWindow()), time_column="")
    files = _files(catalogue, requested.window)
    return Selection(source=rollup.select(CELLS, files), where=conditions, values=values)


def share_months(catalogue: CatalogueVersion, window: TimeWindow) -> dict[str, float]:
    """Return the files that can hold events of a window, and how much of their month it covers."""
    shares = {file: _share(month_of(file), window) for file in _files(catalogue, window)}
    return {file: share for file, share in shares.items() if share > 0}


def select_days(rollup: Rollup, requested: Filter) -> Selection | None:
    """Return the same selection over the daily rollup; None if the window cuts a day.

    Nor does it answer for an area.
    """
    if requested.area is not None:
        return None
    for moment in (requested.window.start, requested.window.end):
        if moment is not None and moment.time() != time():
            return None
    conditions, values = _conditions(requested, time_column="day")
    return Selection(source=rollup.select(DAYS), where=conditions, values=values)


def _read_conditions(catalogue: CatalogueVersion, requested: Filter) -> tuple[str, dict[str, Any]]:
    """Return the conditions over files of events: of the filter, and of what may be read."""
    conditions, values = _conditions(requested, time_column="occurred_at")
    if catalogue.admitted is None:
        return conditions, values
    readable, admitted = bind_admission(catalogue.admitted)
    return f"{conditions} AND {readable}", values | admitted


def _conditions(requested: Filter, *, time_column: str) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, operator, moment in (
        ("start", ">=", requested.window.start),
        ("end", "<", requested.window.end),
    ):
        if moment is not None:
            conditions.append(f"{time_column} {operator} ${name}")
            values[name] = moment
    for column, allowed in (
        ("sector", requested.sectors),
        ("county", requested.counties),
        ("kind", requested.kinds),
        ("source", requested.sources),
    ):
        if allowed:
            conditions.append(f"{column} IN (SELECT unnest(${column}::VARCHAR[]))")
            values[column] = list(allowed)
    if requested.records is not None:
        conditions.append("synthetic = $synthetic")
        values["synthetic"] = requested.records == "synthetic"
    if requested.area is not None:
        conditions.append(_INSIDE)
        values |= dict(zip(("west", "south", "east", "north"), requested.area.bounds, strict=True))
        values["area"] = requested.area.to_wkt()
    return " AND ".join(conditions) or "true", values


def _without_area(requested: Filter, window: TimeWindow) -> Filter:
    return replace(requested, window=window, area=None)


def _files(catalogue: CatalogueVersion, window: TimeWindow) -> list[str]:
    low = "" if window.start is None else window.start.isoformat()[:7]
    high = "9999-99" if window.end is None else window.end.isoformat()[:7]
    return [f for f in catalogue.files.get(EVENTS, ()) if low <= month_of(f) <= high]


def _no_events() -> str:
    columns = ", ".join(f"NULL::{kind} AS {quote(name)}" for name, kind in EVENT_COLUMNS.items())
    return f"(SELECT {columns} WHERE false)"


def _share(month: str, window: TimeWindow) -> float:
    start = datetime.fromisoformat(f"{month}-01")
    last = start.year == MAXYEAR and start.month == 12  # noqa: PLR2004 December
    end = datetime.max if last else (start + timedelta(days=31)).replace(day=1)
    low, high = max(start, window.start or start), min(end, window.end or end)
    return (high - low) / (end - start)
