"""A table of features: an id, a shape and properties a row, with the kind of each property."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pyarrow as pa

from cop.store.engine import quote
from cop.store.warehouse import Warehouse

PropertyKind = Literal["text", "number", "whole", "flag", "moment", "list"]
ID: Final = "cop_id"
SHAPE: Final = "cop_shape"
"""The columns of the id (text, unique) and the shape (EPSG:4326, lon before lat)."""
_WHOLE: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
    | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
_KINDS: Final[dict[str, PropertyKind]] = {
    "VARCHAR": "text",
    "BOOLEAN": "flag",
    "FLOAT": "number",
    "DOUBLE": "number",
    **dict.fromkeys(_WHOLE, "whole"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"), "moment"),
}


@dataclass(frozen=True, kw_only=True)
class ItemTable:
    """A SELECT of ID, SHAPE and the properties in ``kinds``, what it binds, tables that it reads.

    ``moment`` is the property that an interval of time filters; None where features have no time.
    """

    select: str
    kinds: Mapping[str, PropertyKind]
    values: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    moment: str | None = None

    @property
    def queryables(self) -> dict[str, PropertyKind]:
        """The properties that a filter may name."""
        return {name: kind for name, kind in self.kinds.items() if kind != "list"}


def read_kinds(
    warehouse: Warehouse,
    select: str,
    values: Mapping[str, Any] | None = None,
    tables: Mapping[str, pa.Table] | None = None,
) -> dict[str, PropertyKind]:
    """Return the kind of every column of a SELECT that can be a property."""
    rows = warehouse.query(
        f"SELECT column_name, column_type FROM (DESCRIBE {select})", values, tables
    )
    found: dict[str, PropertyKind] = {}
    for name, kind in rows:
        plain = kind.partition("(")[0]
        if name in (ID, SHAPE) or plain in ("GEOMETRY", "BLOB"):
            continue
        if kind.endswith("[]"):
            found[name] = "list"
        else:
            found[name] = "number" if plain == "DECIMAL" else _KINDS.get(plain, "text")
    return found


def number_rows(select: str, id_column: str | None) -> str:
    """Return a SELECT with its ``mercator`` column (EPSG:3857) as a table of features.

    Rows without an ``id_column`` have the digest of their content as id; equal ones are numbered.
    """
    named = f"r.{quote(id_column)}::VARCHAR" if id_column else "md5(r::VARCHAR)"
    shape = "ST_Transform(ST_SetCRS(mercator, ''), 'EPSG:3857', 'EPSG:4326', true)"
    return (
        f"SELECT cop_key || CASE WHEN cop_turn = 1 THEN '' ELSE '-' || cop_turn END AS {ID}, "
        f"{shape} AS {SHAPE}, * EXCLUDE (mercator, cop_text, cop_key, cop_turn) FROM ("
        "SELECT *, row_number() OVER (PARTITION BY cop_key ORDER BY cop_text) AS cop_turn "
        f"FROM (SELECT r.*, {named} AS cop_key, r::VARCHAR AS cop_text FROM ({select}) r)"
        ")"
    )
