"""What a layer shows, as a table of features with ids."""

from collections.abc import Iterable

from cop.layerkind.base.row import Rows
from cop.query.item.table import ItemTable, number_rows, read_kinds
from cop.query.service import QueryService
from cop.store.dataset.schema import RECORD_DATASETS

OWN_COLUMNS = ("source", "marking", "synthetic")
"""What every record says of itself, which a tile may leave out."""
_IDS = {"sectors": "sector"}


def list_columns(dataset: str, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of a layer of features, with those that a record has of its own."""
    own = ("record_id", *OWN_COLUMNS) if dataset in RECORD_DATASETS else ()
    return tuple(dict.fromkeys((*columns, *own)))


def find_id(dataset: str) -> str | None:
    """Return the column that names the rows of a dataset; None where there is none."""
    return "record_id" if dataset in RECORD_DATASETS else _IDS.get(dataset)


def build_items(
    service: QueryService, rows: Rows | None, id_column: str | None
) -> ItemTable | None:
    """Return rows as a table of features; None for None."""
    if rows is None:
        return None
    select = number_rows(rows.select, id_column)
    kinds = read_kinds(service.warehouse, select, rows.values, rows.tables)
    return ItemTable(select=select, kinds=kinds, values=rows.values, tables=rows.tables)
