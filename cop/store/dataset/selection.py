"""From a filter to SQL: the files that can hold its events, the condition, all values bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, datetime, timedelta
from typing import Any, Self

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.admission import bind_admission
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.schema import EVENT_COLUMNS
from cop.store.engine import quote
from cop.store.serving.served import COLUMNS_SQL, NOT_SERVED, ServedFiles

Box = tuple[int, int, int, int]
"""(x low, y low, x high, y high) in Web Mercator integers, both ends inclusive."""

_INSIDE = (
    "lon BETWEEN $west AND $east AND lat BETWEEN $south AND $north "
    "AND ST_Intersects(ST_GeomFromText($area), ST_Point(lon, lat))"
)
"""The edge belongs to an area; what lies outside of its bounds is never tested against it."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A FROM clause and a WHERE condition over events, and the values that they bind.

    What it reads stays as long as its ``reader`` does.
    """

    source: str
    where: str
    values: dict[str, Any] = field(default_factory=dict)
    reader: object = field(default=None, repr=False, compare=False)

    def narrow(self, conditions: str, values: Mapping[str, Any]) -> Self:
        """Narrow by further conditions and the values that they bind."""
        where = conditions if self.where == "true" else f"{self.where} AND {conditions}"
        return replace(self, where=where, values={**self.values, **values})

    def within(self, box: Box) -> Self:
        """Narrow to a box of Web Mercator integers, bound as $x_low, $y_low, $x_high, $y_high."""
        inside = (
            "mx BETWEEN $x_low::UINTEGER AND $x_high::UINTEGER "
            "AND my BETWEEN $y_low::UINTEGER AND $y_high::UINTEGER"
        )
        names = ("x_low", "y_low", "x_high", "y_high")
        return self.narrow(inside, dict(zip(names, box, strict=True)))


def select_events(
    catalogue: CatalogueVersion, requested: Filter, served: ServedFiles = NOT_SERVED
) -> Selection:
    """Return the selection of the events that pass a filter, reading only the months it touches.

    Files that are ``served`` are read from the serving copy.
    """
    conditions, values = read_conditions(catalogue, requested)
    return read_files(files_of(catalogue, requested.window), served).narrow(conditions, values)


def share_months(catalogue: CatalogueVersion, window: TimeWindow) -> dict[str, float]:
    """Return the files that can hold events of a window, and how much of their month it covers."""
    months = catalogue.event_months
    shares = {file: share_month(months[file], window) for file in files_of(catalogue, window)}
    return {file: share for file, share in shares.items() if share > 0}


def read_conditions(
    catalogue: CatalogueVersion, requested: Filter, *, side: str = ""
) -> tuple[str, dict[str, Any]]:
    """Return the conditions over files of events: of the filter, and of what may be read.

    ``side`` tells the windows of two in one query apart.
    """
    conditions, values = build_conditions(requested, time_column="occurred_at", side=side)
    if catalogue.admitted is None:
        return conditions, values
    readable, admitted = bind_admission(catalogue.admitted)
    return f"{conditions} AND {readable}", values | admitted


def build_conditions(
    requested: Filter, *, time_column: str, side: str = ""
) -> tuple[str, dict[str, Any]]:
    """Return the conditions of a filter over rows with its columns, and the values they bind."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, operator, moment in (
        ("start", ">=", requested.window.start),
        ("end", "<", requested.window.end),
    ):
        if moment is not None:
            conditions.append(f"{time_column} {operator} ${name}{side}")
            values[f"{name}{side}"] = moment
    for column, allowed in (
        ("sector", requested.sectors),
        ("county", requested.counties),
        ("source", requested.sources),
    ):
        if allowed:
            # Each value by itself: as one list, DuckDB joins it and prunes nothing.
            bound = {f"{column}_{i}": value for i, value in enumerate(allowed)}
            conditions.append(f"{column} IN ({', '.join(f'${name}' for name in bound)})")
            values |= bound
    if requested.kinds:
        # Kinds lie everywhere: no part is pruned by them, and a list is looked through faster.
        conditions.append("list_contains($kinds, kind)")
        values["kinds"] = [*requested.kinds]
    if requested.records is not None:
        conditions.append("synthetic = $synthetic")
        values["synthetic"] = requested.records == "synthetic"
    if requested.area is not None:
        conditions.append(_INSIDE)
        values |= dict(zip(("west", "south", "east", "north"), requested.area.bounds, strict=True))
        values["area"] = requested.area.to_wkt()
    return " AND ".join(conditions) or "true", values


def files_of(catalogue: CatalogueVersion, window: TimeWindow) -> list[str]:
    """Return the files of events whose month a window touches."""
    low = "" if window.start is None else window.start.isoformat()[:7]
    high = "9999-99" if window.end is None else window.end.isoformat()[:7]
    return [file for file, month in catalogue.event_months.items() if low <= month <= high]


def read_files(
    files: Sequence[str], served: ServedFiles, *, side: str = "", by_time: bool = False
) -> Selection:
    """Return the selection of all rows of files; ``side`` tells two in one query apart.

    ``by_time`` reads files that are served by time as sorted by it, with fewer columns.
    """
    copied = [file for file in files if file in served.parts]
    rest = [file for file in files if file not in served.parts]
    parquet = f"read_parquet($files{side}, hive_partitioning => false)"
    bound = {f"files{side}": rest} if rest else {}
    if not copied:
        return Selection(source=parquet if rest else _no_events(), where="true", values=bound)
    table, condition = served.select(copied, by_time=by_time)
    if not rest:
        return Selection(source=table, where=condition)
    both = (
        f"SELECT {COLUMNS_SQL} FROM {table} WHERE {condition} "
        f"UNION ALL SELECT {COLUMNS_SQL} FROM {parquet}"
    )
    return Selection(source=f"({both})", where="true", values=bound)


def _no_events() -> str:
    columns = ", ".join(f"NULL::{kind} AS {quote(name)}" for name, kind in EVENT_COLUMNS.items())
    return f"(SELECT {columns} WHERE false)"


def share_month(month: str, window: TimeWindow) -> float:
    """Return how much of a month (2026-11) a window covers; below 0 where it lies outside."""
    start = datetime.fromisoformat(f"{month}-01")
    last = start.year == MAXYEAR and start.month == 12  # noqa: PLR2004 December
    end = datetime.max if last else (start + timedelta(days=31)).replace(day=1)
    low, high = max(start, window.start or start), min(end, window.end or end)
    return (high - low) / (end - start)
