"""Pages of features: those that pass what was asked for, in the order of their ids."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from cop.model.moment import format_instant
from cop.query.item.crs import CRS84, Bounds, ItemCrs
from cop.query.item.expression import Condition
from cop.query.item.table import ID, SHAPE, ItemTable
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.engine import quote

MOST_ITEMS: Final = 10_000
"""The most features of one page."""


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    """What features have to pass: one of the boxes, an interval of time, values, a condition.

    Both ends of the interval belong to it; None leaves it open.
    """

    boxes: tuple[Bounds, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    equals: Mapping[str, Any] = field(default_factory=dict)
    condition: Condition | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A feature: ``geometry`` is GeoJSON text, None where it has no shape."""

    id: str
    geometry: str | None
    properties: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """A page: its features, how many pass in all, and the id that the next page follows, if any."""

    items: tuple[Item, ...]
    matched: int
    next_after: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemExtent:
    """Where features lie, and from when to when (naive UTC); None is unknown."""

    bounds: Bounds | None = None
    oldest: datetime | None = None
    newest: datetime | None = None


def read_page(
    service: QueryService,
    view: View,
    table: ItemTable,
    requested: ItemFilter,
    *,
    limit: int,
    after: str | None = None,
    crs: ItemCrs = CRS84,
) -> ItemPage:
    """Return the ``limit`` features that follow the id ``after``."""
    where, values = _bind(table, requested)
    matched = _count(service, view, table, where, values)
    if after is not None:
        where, values = f"{where} AND {ID} > $after", {**values, "after": after}
    items = _read(service, table, where, {**values, "most": limit + 1}, crs)
    more = len(items) > limit
    page = items[:limit]
    return ItemPage(items=page, matched=matched, next_after=page[-1].id if more and page else None)


def read_item(
    service: QueryService, table: ItemTable, item_id: str, *, crs: ItemCrs = CRS84
) -> Item | None:
    """Return the feature of an id; None if there is none."""
    values = {**table.values, "id": item_id, "most": 1}
    found = _read(service, table, f"{ID} = $id", values, crs)
    return found[0] if found else None


def read_extent(service: QueryService, view: View, table: ItemTable) -> ItemExtent:
    """Return where the features of a table lie, and from when to when."""
    moment = quote(table.moment) if table.moment else "NULL::TIMESTAMP"
    sql = (
        f"SELECT min(ST_XMin({SHAPE})), min(ST_YMin({SHAPE})), max(ST_XMax({SHAPE})), "
        f"max(ST_YMax({SHAPE})), min({moment}), max({moment}) FROM ({table.select})"
    )

    def read() -> ItemExtent:
        ((*bounds, oldest, newest),) = service.warehouse.query(sql, table.values, table.tables)
        west, south, east, north = bounds
        return ItemExtent(
            bounds=None if west is None else (west, south, east, north),
            oldest=oldest,
            newest=newest,
        )

    return service.answer("item extent", view.part(), read, about=_digest(sql, table.values))


def _bind(table: ItemTable, requested: ItemFilter) -> tuple[str, dict[str, Any]]:
    """Return the condition of a filter, and all that the query binds."""
    conditions, values = ["true"], dict(table.values)
    if requested.boxes:
        inside = []
        for i, box in enumerate(requested.boxes):
            names = [f"box{i}_{j}" for j in range(4)]
            values |= dict(zip(names, box, strict=True))
            edges = ", ".join(f"${name}::DOUBLE" for name in names)
            inside.append(f"ST_Intersects({SHAPE}, ST_MakeEnvelope({edges}))")
        conditions.append(f"({' OR '.join(inside)})")
    if table.moment is not None:
        for name, sign, moment in (
            ("item_start", ">=", requested.start),
            ("item_end", "<=", requested.end),
        ):
            if moment is not None:
                conditions.append(f"{quote(table.moment)} {sign} ${name}::TIMESTAMP")
                values[name] = moment
    for i, (name, value) in enumerate(requested.equals.items()):
        conditions.append(f"{quote(name)} = $equal{i}")
        values[f"equal{i}"] = value
    if requested.condition is not None:
        conditions.append(f"({requested.condition.sql})")
        values |= requested.condition.values
    return " AND ".join(conditions), values


def _count(
    service: QueryService, view: View, table: ItemTable, where: str, values: Mapping[str, Any]
) -> int:
    sql = f"SELECT count(*) FROM ({table.select}) WHERE {where}"

    def count() -> int:
        ((n,),) = service.warehouse.query(sql, values, table.tables)
        return int(n)

    return service.answer("item count", view.part(), count, about=_digest(sql, values))


def _read(
    service: QueryService, table: ItemTable, where: str, values: Mapping[str, Any], crs: ItemCrs
) -> tuple[Item, ...]:
    names = list(table.kinds)
    columns = "".join(f", {quote(name)}" for name in names)
    rows = service.warehouse.query(
        f"SELECT {ID}, ST_AsGeoJSON({crs.sql})::VARCHAR{columns} FROM ({table.select}) "
        f"WHERE {where} ORDER BY {ID} LIMIT $most",
        values,
        table.tables,
    )
    return tuple(
        Item(
            id=item_id,
            geometry=shape,
            properties={name: _value(cell) for name, cell in zip(names, cells, strict=True)},
        )
        for item_id, shape, *cells in rows
    )


def _value(cell: Any) -> Any:
    """Return a cell as JSON has it."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, datetime):
        return format_instant(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return [_value(one) for one in cell]
    return str(cell)


def _digest(sql: str, values: Mapping[str, Any]) -> str:
    text = json.dumps([sql, sorted(values.items())], default=str)
    return hashlib.sha256(text.encode()).hexdigest()
